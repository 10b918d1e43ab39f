/**
 * How long a search in many notes takes: `npm run bench -- search`. 100,000 notes of one person on the embedded engine;
 * with CODA_TEST_POSTGRES set, 1,000,000 of one person among 10,000 people on PostgreSQL. `--keep` leaves the database of
 * the latter, and uses one that is there; `--embedded` and `--server` measure one of both.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { SystemClock } from '../src/base/clock.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { MetricsBook } from '../src/base/metrics.ts';
import type { World } from '../src/base/world.ts';
import { recallTool } from '../src/skills/notes/recall.ts';
import { searchNotes } from '../src/skills/notes/search.ts';
import { type Database, migrate, openDatabase, type Queryable } from '../src/storage/index.ts';
import { Report } from './support/report.ts';

const NAME = 'coda_bench_search';
const PEOPLE = 10_000;
/** Of each but the first one. */
const NOTES_OF_OTHERS = 20;
const BATCH = 5_000;
const WORDS = 30_000;
const SEARCHES = 600;
const TAGS = ['work', 'home', 'garden', 'car', 'kids', 'health', 'money', 'travel'];

const world: World = {
  clock: new SystemClock(),
  env: {},
  log: silentLog(),
  secrets: new Secrets(),
  metrics: new MetricsBook(),
};
const keep = process.argv.includes('--keep');

/** A generator of numbers from 0 to 1 that gives the same ones each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const SYLLABLES =
  'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo za bra cle dri flo gru sta spe tri plo qua'.split(' ');

/** Words as people have them: the first is in every third note, most are in hardly any (Zipf). */
const word = (rank: number): string => {
  let [left, text] = [rank + 1_000, ''];
  for (; left > 0; left = Math.floor(left / SYLLABLES.length)) text += SYLLABLES[left % SYLLABLES.length];
  return text;
};
const ranked = (next: () => number): number => Math.floor((WORDS ** next() - 1) * (WORDS / (WORDS - 1)));

const personOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const placeOf = (n: number): string => `00000000-0000-7000-9000-${String(n).padStart(12, '0')}`;

const textOf = (next: () => number): string =>
  Array.from({ length: 8 + Math.floor(next() * 16) }, () => word(ranked(next))).join(' ');

/** People with their places, then notes: `most` of the first one's, and those of the others between them. */
async function fill(database: Database, most: number, people: number): Promise<void> {
  const next = numbers(7);
  await database.tx('bench.people', async (tx) => {
    await tx.query(`insert into spaces (id, adapter, name, created_at) values ('bench:s', 'bench', 's', now())`);
    const all = Array.from({ length: people }, (_, n) => n);
    await tx.query(
      `insert into persons (id, name, role, created_at) select id, 'somebody', 'member', now() from unnest($1::uuid[]) as id`,
      [all.map(personOf)],
    );
    await tx.query(
      `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
       select place, 'bench', place, 'bench:s', 'dm', person, now() from unnest($1::uuid[], $2::uuid[]) as u (place, person)`,
      [all.map(placeOf), all.map(personOf)],
    );
  });
  // An index that is made once takes a fraction of the time of one that grows.
  const { rows: indexes } = await database.read<{ name: string; sql: string }>(
    `select indexname as name, indexdef as sql from pg_indexes where tablename = 'notes' and indexdef ~ 'USING gin'`,
  );
  for (const { name } of indexes) await database.tx('bench.drop', (tx) => tx.script(`drop index ${name}`));
  const total = most + (people - 1) * NOTES_OF_OTHERS;
  const share = most / total;
  let made = 0;
  for (let from = 0; from < total; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, total - from) }, (_, at) => {
      const isFirst = made < most && (next() < share || from + at >= total - (most - made));
      if (isFirst) made++;
      const owner = isFirst ? 0 : 1 + Math.floor(next() * (people - 1));
      const title = next() < 0.2 ? `${word(ranked(next))} ${word(ranked(next))}` : null;
      return {
        id: `n${from + at}`,
        owner,
        title,
        tag: (next() < 0.3 && TAGS[Math.floor(next() * TAGS.length)]) || null,
      };
    });
    await database.run(
      'bench.notes',
      `insert into notes (id, person_id, conversation_id, space_id, title, text, tags, created_at, updated_at)
       select id, person, place, 'bench:s', title, text, array_remove(array[tag], null), at, at
         from unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
           as u (id, person, place, title, text, tag, at)`,
      [
        rows.map(({ id }) => id),
        rows.map(({ owner }) => personOf(owner)),
        rows.map(({ owner }) => placeOf(owner)),
        rows.map(({ title }) => title),
        rows.map(() => textOf(next)),
        rows.map(({ tag }) => tag),
        rows.map((_, at) => new Date(1_700_000_000_000 + (from + at) * 1_000)),
      ],
    );
  }
  // Longer than a statement of coda's may take.
  const memory = people > 10 ? `set local maintenance_work_mem = '256MB';` : '';
  const freely = `set local statement_timeout = 0; ${memory}`;
  for (const { sql } of indexes) await database.tx('bench.index', (tx) => tx.script(`${freely} ${sql}`));
  await database.run(
    'bench.count',
    'insert into note_counts (person_id, notes) select person_id, count(*) from notes group by person_id',
  );
  await database.run('bench.analyze', 'analyze notes');
}

/** What people type, each kind as often as the others. */
const KINDS: Record<string, (next: () => number) => string> = {
  'one rare word': (next) => word(5_000 + Math.floor(next() * 20_000)),
  'one common word': (next) => word(Math.floor(next() * 20)),
  'two words': (next) => `${word(Math.floor(next() * 300))} ${word(Math.floor(next() * 300))}`,
  'a common and a rare word': (next) => `${word(Math.floor(next() * 20))} ${word(2_000 + Math.floor(next() * 9_000))}`,
  'the beginning of a word': (next) => word(1_000 + Math.floor(next() * 20_000)).slice(0, 5),
  'a tag and a word': (next) => `#${TAGS[Math.floor(next() * TAGS.length)]} ${word(Math.floor(next() * 200))}`,
  'five words, not all in one note': (next) =>
    Array.from({ length: 5 }, () => word(500 + Math.floor(next() * 5_000))).join(' '),
  'a misspelt word': (next) => {
    const right = word(3_000 + Math.floor(next() * 9_000));
    return `${right.slice(0, 4)}q${right.slice(5)}`;
  },
  'a part of a word': (next) => word(4_000 + Math.floor(next() * 9_000)).slice(2),
  'a question': (next) => `what was the ${word(Math.floor(next() * 900))} of the ${word(Math.floor(next() * 9_000))}?`,
};

const report = new Report();

/**
 * Milliseconds of the processor that the server's process behind `tx` has used: what other load does not change. 0 where
 * the server is on another machine.
 */
async function workOf(tx: Queryable): Promise<number> {
  const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
  const file = `/proc/${rows[0]?.pid}/schedstat`;
  if (!existsSync(file)) return 0;
  return Number(readFileSync(file, 'utf8').split(' ')[0]) / 1_000_000;
}

async function measure(
  database: Database,
  what: string,
  wanted: { p50: number; p99?: number },
  server = false,
): Promise<void> {
  const next = numbers(99);
  const at = { person: { id: personOf(0), locale: 'en' }, conversationId: placeOf(0) };
  const recall = recallTool({ nearTexts: async () => [] });
  const times: number[] = [];
  const work: number[] = [];
  const kinds = Object.entries(KINDS);
  const of = new Map(kinds.map(([kind]) => [kind, [] as number[]]));
  for (let n = -kinds.length; n < SEARCHES; n++) {
    const [kind, make] = kinds[(n + kinds.length) % kinds.length] as (typeof kinds)[0];
    const query = make(next);
    const begun = performance.now();
    const own = process.cpuUsage();
    let servers = 0;
    await database.tx<unknown>('bench.search', async (tx) => {
      const ctx = { ...at, tx } as never;
      servers = server ? -(await workOf(tx)) : 0;
      if (kind !== 'a question') await searchNotes(ctx, query, { limit: 10, offset: 0 });
      else await recall.run({ query } as never, { ...at, tx, when: { zone: 'UTC' }, clock: world.clock } as never);
      if (server) servers += await workOf(tx);
    });
    const took = performance.now() - begun;
    const { user, system } = process.cpuUsage(own);
    if (n < 0) continue;
    times.push(took);
    work.push((user + system) / 1_000 + servers);
    of.get(kind)?.push(took);
  }
  const quantile = (all: readonly number[], share: number) =>
    [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))] ?? 0;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  report.add(`${what}: a search, p50`, ms(quantile(times, 0.5)), { wanted: `≤ ${wanted.p50} ms` });
  report.add(`${what}: a search, p99`, ms(quantile(times, 0.99)), wanted.p99 ? { wanted: `≤ ${wanted.p99} ms` } : {});
  report.add(
    `${what}: processor time of both processes, p50 / p99`,
    `${ms(quantile(work, 0.5))} / ${ms(quantile(work, 0.99))}`,
  );
  for (const [kind, all] of of)
    report.add(`${what}: ${kind}, p50 / p99`, `${ms(quantile(all, 0.5))} / ${ms(quantile(all, 0.99))}`);
}

async function embedded(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, world);
  await migrate(database);
  await fill(database, 100_000, 10);
  await measure(database, '100,000 notes, embedded', { p50: 20 });
  await database.close();
  rmSync(dataDir, { recursive: true });
}

async function server(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const { rows } = await admin.query('select from pg_database where datname = $1', [NAME]);
  if (rows.length > 0 && !keep) await admin.query(`drop database ${NAME} with (force)`);
  const isThere = rows.length > 0 && keep;
  if (!isThere) await admin.query(`create database ${NAME}`);
  const own = new URL(url);
  own.pathname = `/${NAME}`;
  const database = await openDatabase({ dataDir: '', connectTimeoutMs: 5_000, url: own.href }, world);
  if (!isThere) {
    await migrate(database);
    await fill(database, 1_000_000, PEOPLE);
  }
  await measure(database, '1,000,000 notes among 10,000 people, PostgreSQL', { p50: 15, p99: 60 }, true);
  await database.close();
  if (!keep) await admin.query(`drop database ${NAME} with (force)`);
  await admin.end();
}

if (!process.argv.includes('--server')) await embedded();
const url = process.env.CODA_TEST_POSTGRES;
if (url && !process.argv.includes('--embedded')) await server(url);
report.print();
