/**
 * What a message costs in a database of years beside an empty one: `npm run bench -- years`, with CODA_TEST_POSTGRES, whose user is
 * a superuser. Two daemons run at the same time and take turns. `--messages` and `--people` say how large the grown one is; `--keep NAME`
 * generates it into the database of that name, and finds it there the next time; a number says the rounds. Prints a Markdown table.
 */
import pg from 'pg';
import { packageRoot } from '../src/base/root.ts';
import { Report } from './support/report.ts';
import {
  CONVERSATIONS,
  createDatabase,
  databaseUrl,
  dropDatabase,
  type Measured,
  measureRound,
  median,
  modelServer,
  openProgram,
} from './support/talk.ts';
import { fillYears, type Years } from './support/years.ts';

const BOUND = 0.95;
const server = process.env.CODA_TEST_POSTGRES ?? '';
const checkout = packageRoot();
const report = new Report();

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

async function isThere(name: string): Promise<boolean> {
  const client = await connect(server);
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  await client.end();
  return rowCount === 1;
}

/** A migrated database of that size. */
async function grow(name: string, size: Years, model: string): Promise<string> {
  const url = await createDatabase(server, name);
  const { coda, clear } = await openProgram({ checkout, url }, { model });
  await coda.stop();
  clear();
  const client = await connect(url);
  try {
    await fillYears(client, size, new Date(), (text) => process.stderr.write(`${text}\n`));
  } catch (error) {
    // A half of it would be found by the next run.
    await dropDatabase(server, name);
    throw error;
  }
  await client.end();
  return url;
}

async function rowsOf(url: string): Promise<Years> {
  const client = await connect(url);
  const { rows } = await client.query<Years>(
    'select (select count(*)::int from messages) as messages, (select count(*)::int from persons) as people',
  );
  await client.end();
  return rows[0] ?? { messages: 0, people: 0 };
}

function tell({ messages, people }: Years, grown: readonly Measured[], empty: readonly Measured[]): void {
  const many = (value: number) => (value >= 100_000 ? Math.round(value / 10_000) * 10_000 : value).toLocaleString('en');
  const size = `${many(messages)} messages of ${many(people)} people`;
  const row = (what: string, of: (one: Measured) => number, shown: (value: number) => string, wanted: string) => {
    // Of each round the ratio, so that what else the machine did in it falls on both.
    const ratio = median(grown.map((one, index) => of(one) / of(empty[index] ?? one)));
    const beside = `an empty database ${shown(median(empty.map(of)))}, ${shown(median(grown.map(of)))} here`;
    report.add(`${size}: ${what}, over an empty database`, `${ratio.toFixed(2)} ×`, { beside, wanted });
  };
  const ms = (value: number) => `${value.toFixed(2)} ms`;
  const rate = (value: number) => `${value.toFixed(0)}/s`;
  row(`messages a second of ${CONVERSATIONS} conversations`, ({ perSecond }) => perSecond, rate, `≥ ${BOUND} ×`);
  row('a lone message, p50', ({ alone }) => alone, ms, '');
}

async function main(args: string[]): Promise<void> {
  const option = (name: string) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
  const size = { messages: Number(option('--messages') ?? 4_000_000), people: Number(option('--people') ?? 300_000) };
  const kept = option('--keep');
  const rounds = Number(args[0] ?? 5);
  const [young, old] = [`coda_bench_young_${process.pid}`, kept ?? `coda_bench_years_${process.pid}`];
  const { url: model, close } = await modelServer();
  const [grown, empty]: [Measured[], Measured[]] = [[], []];
  try {
    const url = kept && (await isThere(kept)) ? databaseUrl(server, kept) : await grow(old, size, model);
    const there = await rowsOf(url);
    for (let count = 0; count < rounds; count++) {
      const programs = [
        { checkout, url },
        { checkout, url: await createDatabase(server, young) },
      ];
      const measured = await measureRound(programs, { model });
      grown.push(...measured.slice(0, 1));
      empty.push(...measured.slice(1));
    }
    tell(there, grown, empty);
  } finally {
    close();
    await dropDatabase(server, young);
    if (!kept) await dropDatabase(server, old);
  }
  report.print();
}

if (server) await main(process.argv.slice(2));
else report.print();
