import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sleep } from '../../../src/base/async.ts';
import { migratedDataDir } from '../../support/jsonl.ts';
import { type KillTalk, killedWhileTalking } from '../../support/kills.ts';
import { type Channel, FakeSlack, type User, wordsOf } from '../../support/slack/index.ts';

/** Where a process may end: around each commit and each send of a conversation. */
const POINTS = ['inbox.accept', 'files.keep', 'turn.finish', 'outbox.receipts', 'outbox.claim', 'send.slack'] as const;

/** Ana's questions in three conversations, and what became of them. */
class Talk implements KillTalk {
  args: readonly string[] = [];
  readonly fake: FakeSlack;
  readonly ana: User;
  private readonly channels: readonly Channel[];
  private asked = 0;

  constructor(fake: FakeSlack) {
    this.fake = fake;
    this.ana = fake.user('Ana');
    this.channels = [fake.dm(this.ana), fake.channel('one', [this.ana]), fake.channel('two', [this.ana])];
  }

  /** One question in each conversation; one of them comes with a file. */
  ask(): void {
    for (const channel of this.channels) {
      const text = `note: item ${this.asked++} ok`;
      const isDirect = channel.kind === 'im';
      const files = isDirect ? [this.fake.files.make('list.txt', 'text/plain', Buffer.from(text))] : [];
      this.fake.says(this.ana, channel, isDirect ? text : `<@${this.fake.bot.id}> ${text}`, { files });
    }
  }

  /** Questions that were answered so often, by their index. */
  answered(matches: (times: number) => boolean): number[] {
    const said = this.channels.flatMap((channel) => this.fake.said(channel).map(wordsOf));
    const times = (index: number) => said.filter((text) => text.includes(`item ${index} ok`)).length;
    return Array.from({ length: this.asked }, (_, index) => index).filter((index) => matches(times(index)));
  }

  isAnswered(): boolean {
    return this.answered((times) => times === 0).length === 0;
  }

  connections(): number {
    return this.fake.sockets.connects;
  }
}

/** Longer than coda has time to acknowledge an event. */
const SLOW_MS = 1_800;

/** The daemon is killed at so many random points of a conversation and started again; what became of the questions. */
export async function killed({
  kills,
  seed,
  points = POINTS,
  slow = false,
}: {
  kills: number;
  seed: number;
  points?: readonly string[];
  /** Slack takes long to say who somebody is. */
  slow?: boolean;
}) {
  const fake = await FakeSlack.start({ ackMs: 500, retries: [0, 1_000, 3_000] });
  if (slow) fake.web.hold = ({ method }) => (method === 'users.info' ? sleep(SLOW_MS) : undefined);
  const talk = new Talk(fake);
  talk.args = await daemonFor(fake, talk.ana);
  try {
    const died = await killedWhileTalking({ kills, seed, points }, talk);
    return { died, twice: talk.answered((times) => times > 1), missing: talk.answered((times) => times === 0) };
  } finally {
    await fake.close();
  }
}

/** The arguments of a daemon that speaks with this Slack, for its owner; `more` are further lines of its configuration. */
export async function daemonFor(
  fake: FakeSlack,
  owner: User,
  more: readonly string[] = [],
): Promise<readonly string[]> {
  const dataDir = await migratedDataDir();
  const config = join(dirname(dataDir), 'config.yaml');
  await mkdir(dirname(config), { recursive: true });
  const lines = [
    `slack: { bot_token: ${fake.botToken}, app_token: ${fake.appToken}, api_url: "${fake.apiUrl}" }`,
    'delivery: { steer: false }',
    `egress: { i_understand_private: [{ network: 127.0.0.1/32, port: ${fake.web.port} }] }`,
    // More is said within a minute than one person may.
    `access: { owners: ["slack:${owner.id}"], rate_limit: { enabled: false } }`,
    ...more,
  ];
  writeFileSync(config, lines.join('\n'));
  return ['--data', dataDir, '--config', config];
}
