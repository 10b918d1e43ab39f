/**
 * Messages a second through the whole program: `npm run bench -- load`. JSON lines go in and out of `coda chat --jsonl`,
 * and the model is an HTTP API without latency, in this process. `--beside DIR` measures another checkout at the same time, in alternation,
 * `--profile DIR` leaves a profile of each process in that folder; a further word names the engine (`pglite`, `postgres`),
 * a number the rounds. Prints a Markdown table.
 */
import { spawnSync } from 'node:child_process';
import { packageRoot } from '../src/base/root.ts';
import { Report } from './support/report.ts';
import {
  CONVERSATIONS,
  createDatabase,
  dropDatabase,
  type Measured,
  measureRound,
  median,
  modelServer,
  type Program,
  TOGETHER,
  WARM_UP,
} from './support/talk.ts';

const report = new Report();
const server = process.env.CODA_TEST_POSTGRES ?? '';
const ms = (value: number) => `${value.toFixed(2)} ms`;

function tell(engine: string, own: readonly Measured[], beside: readonly Measured[]): void {
  const row = (what: string, of: (one: Measured) => number, shown: (value: number) => string) => {
    const [value, other] = [median(own.map(of)), median(beside.map(of))];
    const compared = `${shown(other)} (${(value / other).toFixed(2)} ×)`;
    report.add(`${engine}: ${what}`, shown(value), { beside: beside.length > 0 ? compared : '' });
  };
  row(`${CONVERSATIONS} conversations at once, through a model's HTTP API`, ({ perSecond }) => perSecond, perSecond);
  row('processor time of a message then', ({ cpu }) => cpu, ms);
  row('one conversation, from a line to its answer: p50', ({ alone }) => alone, ms);
  row('processor time of a message then, alone', ({ aloneCpu }) => aloneCpu, ms);
  row(
    `resident after ${TOGETHER + CONVERSATIONS * WARM_UP} messages`,
    ({ mb }) => mb,
    (value) => `${value.toFixed(0)} MB`,
  );
}

const perSecond = (value: number) => `${value.toFixed(0)}/s`;

async function main(args: string[]): Promise<void> {
  const option = (name: string) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
  const [other, profile] = [option('--beside'), option('--profile')];
  const rounds = Number(args.find((word) => /^\d+$/.test(word)) ?? 3);
  const named = args.filter((word) => !/^\d+$/.test(word));
  const there = server ? ['PGlite', 'PostgreSQL'] : ['PGlite'];
  const engines = named.length > 0 ? there.filter((engine) => named.some((name) => isOf(engine, name))) : there;
  if (other) spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: other, stdio: 'ignore' });
  const checkouts = [packageRoot(), ...(other ? [other] : [])];
  const { url: model, close } = await modelServer();
  for (const engine of engines) {
    const [own, beside]: [Measured[], Measured[]] = [[], []];
    for (let count = 0; count < rounds; count++) {
      const all = await measureCheckouts(checkouts, engine, { model, profile });
      own.push(...all.slice(0, 1));
      beside.push(...all.slice(1));
    }
    tell(engine, own, beside);
  }
  close();
  report.print();
}

async function measureCheckouts(
  checkouts: readonly string[],
  engine: string,
  options: Parameters<typeof measureRound>[1],
): Promise<Measured[]> {
  if (engine !== 'PostgreSQL')
    return measureRound(
      checkouts.map((checkout) => ({ checkout })),
      options,
    );
  const names = checkouts.map((_, index) => `coda_bench_load_${process.pid}_${index}`);
  try {
    const programs: Program[] = [];
    for (const [index, checkout] of checkouts.entries()) {
      programs.push({ checkout, url: await createDatabase(server, names[index] ?? '') });
    }
    return await measureRound(programs, options);
  } finally {
    for (const name of names) await dropDatabase(server, name);
  }
}

const isOf = (engine: string, name: string) => engine.toLowerCase().startsWith(name);

await main(process.argv.slice(2));
