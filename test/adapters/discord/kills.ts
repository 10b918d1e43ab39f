import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FakeDiscord } from '../../support/discord/index.ts';
import { eventually } from '../../support/eventually.ts';
import { freshDataDir, Program } from '../../support/jsonl.ts';
import { random } from './soak.ts';

/** Where a process may end: around each commit and each send of a conversation. */
const POINTS = ['inbox.accept', 'turn.finish', 'turn.tool', 'outbox.receipts', 'outbox.claim', 'send.discord'] as const;

/** The daemon is killed at so many random points of a conversation and started again; what became of the questions. */
export async function killed({ kills, seed }: { kills: number; seed: number }) {
  const fake = await FakeDiscord.start();
  const ana = fake.user('Ana');
  const guild = fake.guild('Home', [ana]);
  const channels = [fake.dm(ana), fake.channel(guild, 'one'), fake.channel(guild, 'two')];
  const dataDir = freshDataDir();
  const config = join(dirname(dataDir), 'config.yaml');
  await mkdir(dirname(config), { recursive: true });
  writeFileSync(config, settings(fake, ana.id));
  const next = random(seed);
  let asked = 0;
  const answers = (index: number) =>
    channels.flatMap((channel) => fake.said(channel).filter(({ content }) => content.includes(`item ${index} ok`)))
      .length;
  const ask = () => {
    for (const channel of channels) {
      fake.says(
        ana,
        channel,
        channel.type === 1 ? `note: item ${asked++} ok` : `<@${fake.bot.id}> note: item ${asked++} ok`,
      );
    }
  };
  const answered = () => Array.from({ length: asked }, (_, index) => index).every((index) => answers(index) > 0);
  const run = (env: Record<string, string> = {}) =>
    new Program(['run', '--data', dataDir, '--config', config], { env });
  let died = 0;
  try {
    // A conversation that was never heard of cannot be looked through after an absence: each is begun first.
    {
      await using daemon = run();
      await daemon.logged('"msg":"ready"');
      ask();
      await eventually(answered, 30_000);
    }
    for (let round = 0; round < kills; round++) {
      const point = POINTS[Math.floor(next() * POINTS.length)];
      const phase = next() < 0.5 ? 'before' : 'after';
      await using daemon = run({ CODA_TEST_KILL_AT: `${phase}:${point}:${1 + Math.floor(next() * 4)}` });
      let ended = false;
      void daemon.exit.then(({ signal }) => {
        ended = true;
        if (signal === 'SIGKILL') died++;
      });
      const connected = fake.gateway.identifies;
      await eventually(() => ended || fake.gateway.identifies > connected, 30_000);
      for (let turn = 0; turn < 4 && !ended; turn++) {
        ask();
        await eventually(() => ended || answered(), 30_000);
      }
      ask();
    }
    await using daemon = run();
    await eventually(answered, 60_000);
    // What was unclear when a process died has been looked for by then.
    await daemon.logged('"msg":"ready"');
    const all = Array.from({ length: asked }, (_, index) => index);
    return {
      died,
      twice: all.filter((index) => answers(index) > 1),
      missing: all.filter((index) => answers(index) === 0),
    };
  } finally {
    await fake.close();
  }
}

function settings(fake: FakeDiscord, owner: string): string {
  return [
    `discord: { token: ${fake.token}, api_url: "${fake.apiUrl}" }`,
    `access: { owners: ["discord:${owner}"] }`,
    'delivery: { steer: false }',
  ].join('\n');
}
