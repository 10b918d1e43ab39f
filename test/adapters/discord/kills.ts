import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Channel, FakeDiscord, type User } from '../../support/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { freshDataDir, Program } from '../../support/jsonl.ts';
import { random } from './soak.ts';

/** Where a process may end: around each commit and each send of a conversation. */
const POINTS = ['inbox.accept', 'turn.finish', 'outbox.receipts', 'outbox.claim', 'send.discord'] as const;

/** Ana's questions in three conversations, and what became of them. */
class Talk {
  readonly fake: FakeDiscord;
  readonly ana: User;
  private readonly channels: readonly Channel[];
  private asked = 0;

  constructor(fake: FakeDiscord) {
    this.fake = fake;
    this.ana = fake.user('Ana');
    const guild = fake.guild('Home', [this.ana]);
    this.channels = [fake.dm(this.ana), fake.channel(guild, 'one'), fake.channel(guild, 'two')];
  }

  /** One question in each conversation. */
  ask(): void {
    for (const channel of this.channels) {
      const text = `note: item ${this.asked++} ok`;
      this.fake.says(this.ana, channel, channel.type === 1 ? text : `<@${this.fake.bot.id}> ${text}`);
    }
  }

  /** Questions that were answered so often, by their index. */
  answered(matches: (times: number) => boolean): number[] {
    const said = this.channels.flatMap((channel) => this.fake.said(channel).map(({ content }) => content));
    const times = (index: number) => said.filter((content) => content.includes(`item ${index} ok`)).length;
    return Array.from({ length: this.asked }, (_, index) => index).filter((index) => matches(times(index)));
  }

  readonly isAnswered = (): boolean => this.answered((times) => times === 0).length === 0;
}

/** The daemon is killed at so many random points of a conversation and started again; what became of the questions. */
export async function killed({ kills, seed }: { kills: number; seed: number }) {
  const fake = await FakeDiscord.start();
  const talk = new Talk(fake);
  const dataDir = freshDataDir();
  const config = join(dirname(dataDir), 'config.yaml');
  await mkdir(dirname(config), { recursive: true });
  writeFileSync(config, settings(fake, talk.ana.id));
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
      const point = POINTS[Math.floor(next() * POINTS.length)];
      const phase = next() < 0.5 ? 'before' : 'after';
      await using daemon = run({ CODA_TEST_KILL_AT: `${phase}:${point}:${1 + Math.floor(next() * 4)}` });
      if (await diesWhileTalking(daemon, talk)) died++;
    }
    await using daemon = run();
    await eventually(talk.isAnswered, 60_000);
    // What was unclear when a process died has been looked for by then.
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
  const connected = talk.fake.gateway.identifies;
  await eventually(() => ended !== undefined || talk.fake.gateway.identifies > connected, 30_000);
  for (let turn = 0; turn < 4 && ended === undefined; turn++) {
    talk.ask();
    await eventually(() => ended !== undefined || talk.isAnswered(), 30_000);
  }
  talk.ask();
  return ended === 'SIGKILL';
}

function settings(fake: FakeDiscord, owner: string): string {
  return [
    `discord: { token: ${fake.token}, api_url: "${fake.apiUrl}" }`,
    `access: { owners: ["discord:${owner}"], rate_limit: { enabled: false } }`,
    'delivery: { steer: false }',
  ].join('\n');
}
