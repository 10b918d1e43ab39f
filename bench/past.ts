/**
 * How long a search in one's own past takes: `npm run bench -- past`. 1,000,000 own messages among those of others, on
 * PostgreSQL where CODA_TEST_POSTGRES names one, and embedded; `--embedded` and `--server` measure one of both, `--messages N`
 * fewer. `--keep` leaves PostgreSQL's, and uses one that is there.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { searchMessages } from '../src/agent/context/past/store.ts';
import { SystemClock } from '../src/base/clock.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { MetricsBook } from '../src/base/metrics.ts';
import type { World } from '../src/base/world.ts';
import { type Database, migrate, openDatabase } from '../src/storage/index.ts';
import { Report } from './support/report.ts';

const NAME = 'coda_bench_past';
const OWN = Number(process.argv[process.argv.indexOf('--messages') + 1]) || 1_000_000;
const PEOPLE = 100;
const OF_OTHERS = 100;
const SEARCHES = 120;
const WORDS = 30_000;

const world: World = {
  clock: new SystemClock(),
  env: {},
  log: silentLog(),
  secrets: new Secrets(),
  metrics: new MetricsBook(),
};
const keep = process.argv.includes('--keep');
const report = new Report();
const person = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** A word of this rank, of letters alone: `rank` in base 20, three letters more than it needs. */
const WORD = (rank: string) => `translate(lpad(to_hex(${rank} + 65536), 6, 'q'), '0123456789', 'ghijklmnop')`;
const word = (rank: number): string =>
  (rank + 65_536)
    .toString(16)
    .padStart(6, 'q')
    .replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] as string);

async function fill(database: Database): Promise<void> {
  const run = (name: string, sql: string, params: (string | number)[] = []) =>
    database.tx(name, async (tx) => {
      await tx.script('set local statement_timeout = 0');
      await tx.query(sql, params);
    });
  await run(
    'bench.space',
    `insert into spaces (id, adapter, name, created_at) values ('bench:s', 'bench', 's', now())`,
  );
  await run(
    'bench.people',
    `insert into persons (id, name, role, created_at)
     select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'somebody', 'member', now() from generate_series(0, ${PEOPLE - 1}) n`,
  );
  // Each person has ten conversations.
  await run(
    'bench.places',
    `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
     select gen_random_uuid(), 'bench', p.id || '-' || n, 'bench:s', 'dm', p.id, now() from persons p, generate_series(0, 9) n`,
  );
  const { rows: indexes } = await database.read<{ name: string; sql: string }>(
    `select indexname as name, indexdef as sql from pg_indexes where tablename = 'messages' and indexdef ~ 'USING gin'`,
  );
  for (const { name } of indexes) await database.tx('bench.drop', (tx) => tx.script(`drop index ${name}`));
  // Words as people have them (Zipf): the first is in every third message, most are in hardly any.
  const words = Array.from({ length: 12 }, () => WORD(`floor(power(${WORDS}, random()) - 1)::int`)).join(` || ' ' || `);
  const total = OWN + (PEOPLE - 1) * OF_OTHERS;
  const step = 50_000;
  for (let from = 0; from < total; from += step) {
    await run(
      'bench.messages',
      `with c as (select id, person_id, row_number() over (partition by person_id order by id) - 1 as n from conversations)
       insert into messages (id, conversation_id, epoch, person_id, role, content, at)
       select gen_random_uuid(), c.id, 0, c.person_id, case when m % 2 = 0 then 'user' else 'assistant' end,
              jsonb_build_object('text', ${words}), to_timestamp(1700000000 + m)
         from generate_series(${from}, ${Math.min(from + step, total) - 1}) m
         join c on c.n = m % 10 and c.person_id = (case when m % ${Math.ceil(total / ((PEOPLE - 1) * OF_OTHERS))} = 1
           then ('00000000-0000-7000-8000-' || lpad((1 + m % ${PEOPLE - 1})::text, 12, '0'))::uuid else '${person(0)}'::uuid end)`,
    );
  }
  for (const { sql } of indexes) {
    await database.tx('bench.index', (tx) => tx.script(`set local statement_timeout = 0; ${sql}`));
  }
  await run('bench.analyze', 'analyze messages');
}

const KINDS: Readonly<Record<string, (next: () => number) => string>> = {
  'one rare word': (next) => word(5_000 + Math.floor(next() * 20_000)),
  'one common word': (next) => word(Math.floor(next() * 20)),
  'two words': (next) => `${word(Math.floor(next() * 300))} ${word(Math.floor(next() * 300))}`,
  'a common and a rare word': (next) => `${word(Math.floor(next() * 20))} ${word(2_000 + Math.floor(next() * 9_000))}`,
  'the beginning of a word': (next) => word(1_000 + Math.floor(next() * 20_000)).slice(0, 5),
  'a question': (next) =>
    `what did we decide about the ${word(100 + Math.floor(next() * 900))} of ${word(3_000 + Math.floor(next() * 9_000))}?`,
};

const at = (sorted: readonly number[], share: number): string =>
  `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)} ms`;

/** Milliseconds of the processor that this process and the server's have used, which other load does not change. */
async function processorMs(database: Database): Promise<number> {
  const { user, system } = process.cpuUsage();
  const { rows } = await database.read<{ pid: number }>(
    'select pid from pg_stat_activity where datname = current_database()',
  );
  const ticks = rows.map(({ pid }) => {
    if (pid === process.pid || !existsSync(`/proc/${pid}/stat`)) return 0;
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  const isEmbedded = database.engine === 'pglite';
  return (user + system) / 1_000 + (isEmbedded ? 0 : ticks.reduce((sum, each) => sum + each, 0) * 10);
}

async function measure(name: string, database: Database, most: number): Promise<void> {
  const { rows } = await database.read<{ count: number }>(
    'select count(*)::int as count from messages where person_id = $1',
    [person(0)],
  );
  report.add(`${name}: own messages`, String(rows[0]?.count ?? 0));
  let seed = 7;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const all: number[] = [];
  let others = 0;
  for (const [kind, make] of Object.entries(KINDS)) {
    const times: number[] = [];
    const before = await processorMs(database);
    for (let n = 0; n < SEARCHES / 6; n++) {
      const words = make(next);
      const began = performance.now();
      const found = await database.tx('bench.search', (tx) => searchMessages(tx, { personId: person(0) }, words, 8));
      times.push(performance.now() - began);
      const { rows: foreign } = await database.read(
        'select from messages where id = any($1::uuid[]) and person_id is distinct from $2',
        [found.map(({ id }) => id), person(0)],
      );
      others += foreign.length;
    }
    const used = (await processorMs(database)) - before;
    times.sort((a, b) => a - b);
    const processor = `${(used / times.length).toFixed(1)} ms of the processor`;
    report.add(`${name}: ${kind}`, `${at(times, 0.5)} p50, ${at(times, 0.95)} p95, ${processor}`);
    all.push(...times);
  }
  all.sort((a, b) => a - b);
  report.add(`${name}: all kinds`, `${at(all, 0.5)} p50`, { wanted: `${most} ms` });
  report.add(`${name}: rows of others`, String(others), { wanted: '0' });
}

async function embedded(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const database = await openDatabase({ dataDir, connectTimeoutMs: 5_000 }, world);
  await migrate(database);
  await fill(database);
  await measure('embedded', database, 150);
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
}

async function server(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const { rows } = await admin.query('select from pg_database where datname = $1', [NAME]);
  const isThere = rows.length > 0 && keep;
  if (rows.length > 0 && !keep) await admin.query(`drop database ${NAME} with (force)`);
  if (!isThere) await admin.query(`create database ${NAME}`);
  const own = new URL(url);
  own.pathname = `/${NAME}`;
  const database = await openDatabase({ dataDir: '', connectTimeoutMs: 5_000, url: own.href }, world);
  if (!isThere) {
    await migrate(database);
    await fill(database);
  }
  await measure('PostgreSQL', database, 50);
  await database.close();
  if (!keep) await admin.query(`drop database ${NAME} with (force)`);
  await admin.end();
}

if (!process.argv.includes('--server')) await embedded();
const url = process.env.CODA_TEST_POSTGRES;
if (url && !process.argv.includes('--embedded')) await server(url);
report.print();
