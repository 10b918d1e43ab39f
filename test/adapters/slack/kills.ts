import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from '../../support/eventually.ts';
import { freshDataDir, Program } from '../../support/jsonl.ts';
import { type Channel, FakeSlack, type User, wordsOf } from '../../support/slack/index.ts';
import { random } from './soak.ts';

/** Where a process may end: around each commit and each send of a conversation. */
const POINTS = ['inbox.accept', 'turn.finish', 'outbox.receipts', 'outbox.claim', 'send.slack'] as const;

/** Ana's questions in three conversations, and what became of them. */
class Talk {
  readonly fake: FakeSlack;
  readonly ana: User;
  private readonly channels: readonly Channel[];
  private asked = 0;

  constructor(fake: FakeSlack) {
    this.fake = fake;
    this.ana = fake.user('Ana');
    this.channels = [fake.dm(this.ana), fake.channel('one', [this.ana]), fake.channel('two', [this.ana])];
  }

  /** One question in each conversation. */
  ask(): void {
    for (const channel of this.channels) {
      const text = `note: item ${this.asked++} ok`;
      this.fake.says(this.ana, channel, channel.kind === 'im' ? text : `<@${this.fake.bot.id}> ${text}`);
    }
  }

  /** Questions that were answered so often, by their index. */
  answered(matches: (times: number) => boolean): number[] {
    const said = this.channels.flatMap((channel) => this.fake.said(channel).map(wordsOf));
    const times = (index: number) => said.filter((text) => text.includes(`item ${index} ok`)).length;
    return Array.from({ length: this.asked }, (_, index) => index).filter((index) => matches(times(index)));
  }

  readonly isAnswered = (): boolean => this.answered((times) => times === 0).length === 0;
}

/** The daemon is killed at so many random points of a conversation and started again; what became of the questions. */
export async function killed({
  kills,
  seed,
  points = POINTS,
}: {
  kills: number;
  seed: number;
  points?: readonly string[];
}) {
  const fake = await FakeSlack.start({ ackMs: 500, retries: [0, 1_000, 3_000] });
  const talk = new Talk(fake);
  const dataDir = freshDataDir();
  const config = join(dirname(dataDir), 'config.yaml');
  await mkdir(dirname(config), { recursive: true });
  writeFileSync(
    config,
    [
      `slack: { bot_token: ${fake.botToken}, app_token: ${fake.appToken}, api_url: "${fake.apiUrl}" }`,
      'delivery: { steer: false }',
      // More is said within a minute than one person may.
      `access: { owners: ["slack:${talk.ana.id}"], rate_limit: { enabled: false } }`,
    ].join('\n'),
  );
  const run = (env: Record<string, string> = {}) =>
    new Program(['run', '--data', dataDir, '--config', config], { env });
  const next = random(seed);
  let died = 0;
  try {
    // A conversation that was never heard of cannot be looked through after an absence: each is begun first.
    {
      await using daemon = run();
      await daemon.logged('"msg":"ready"');
      talk.ask();
      await eventually(talk.isAnswered, 30_000);
    }
    for (let round = 0; round < kills; round++) {
      const point = points[Math.floor(next() * points.length)];
      const phase = next() < 0.5 ? 'before' : 'after';
      await using daemon = run({ CODA_TEST_KILL_AT: `${phase}:${point}:${1 + Math.floor(next() * 4)}` });
      if (await diesWhileTalking(daemon, talk)) died++;
    }
    await using daemon = run();
    await eventually(talk.isAnswered, 90_000);
    await daemon.logged('"msg":"ready"');
    return { died, twice: talk.answered((times) => times > 1), missing: talk.answered((times) => times === 0) };
  } finally {
    await fake.close();
  }
}

/** Talks until the daemon is killed, or for a few rounds; leaves a question behind. Whether it was killed by then. */
async function diesWhileTalking(daemon: Program, talk: Talk): Promise<boolean> {
  let ended: NodeJS.Signals | null | undefined;
  void daemon.exit.then(({ signal }) => {
    ended = signal;
  });
  const connected = talk.fake.sockets.connects;
  await eventually(() => ended !== undefined || talk.fake.sockets.connects > connected, 30_000);
  for (let turn = 0; turn < 4 && ended === undefined; turn++) {
    talk.ask();
    await eventually(() => ended !== undefined || talk.isAnswered(), 30_000);
  }
  talk.ask();
  return ended === 'SIGKILL';
}
