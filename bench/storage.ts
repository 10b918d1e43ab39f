/**
 * What the storage costs, beside what the disk and the engines cost without coda: `npm run bench -- storage`. With
 * CODA_TEST_POSTGRES set, PostgreSQL too. Starts and memory are those of a process of their own.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { SystemClock } from '../src/base/clock.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { MetricsBook } from '../src/base/metrics.ts';
import type { World } from '../src/base/world.ts';
import { type Database, migrate, openDatabase } from '../src/storage/index.ts';
import { Report } from './support/report.ts';

const COMMITS = 1_000;
const CALLERS = 16;
const INSERT = 'insert into bench (id, body) values ($1, $2)';
const TABLE = 'create table bench (id int, body text)';
const BODY = 'x'.repeat(200);

const world: World = {
  clock: new SystemClock(),
  env: {},
  log: silentLog(),
  secrets: new Secrets(),
  metrics: new MetricsBook(),
};
const open = (dataDir: string, url?: string) =>
  openDatabase({ dataDir, connectTimeoutMs: 5_000, poolSize: CALLERS, url }, world);

const report = new Report();
const line = (what: string, figure: string) => report.add(what, figure.trim());

/** Runs `work` `count` times, `callers` at once, and prints how long one took and how many a second that makes. */
async function rate(what: string, work: (index: number) => unknown, { count = COMMITS, callers = 1 } = {}) {
  for (let index = 0; index < 20; index++) await work(index);
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const caller = async () => {
    while (next < count) {
      const begun = performance.now();
      await work(next++);
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const perSecond = (count / (performance.now() - started)) * 1_000;
  times.sort((a, b) => a - b);
  const p50 = (times[Math.floor(times.length / 2)] as number).toFixed(2);
  line(what, `${perSecond.toFixed(0).padStart(6)}/s   p50 ${p50} ms`);
}

async function rawSync(folder: string): Promise<void> {
  const file = openSync(join(folder, 'raw'), 'w');
  const block = Buffer.alloc(8_192);
  await rate('raw: write 8 kB and fdatasync', (index) => {
    writeSync(file, block, 0, block.length, (index % 100) * block.length);
    fdatasyncSync(file);
  });
  closeSync(file);
}

async function barePglite(folder: string): Promise<void> {
  const engine = await PGlite.create(join(folder, 'bare'));
  await engine.exec(TABLE);
  await rate('bare PGlite on the main thread, no fsync: insert', (index) => engine.query(INSERT, [index, BODY]));
  await engine.close();
}

async function barePostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop table if exists bench; ${TABLE}`);
  await rate('bare pg, one connection: insert', (index) =>
    client.query({ name: 'insert', text: INSERT, values: [index, BODY] }),
  );
  await client.query('drop table bench');
  await client.end();
}

async function engine(name: string, database: Database): Promise<void> {
  await database.run('bench.setup', 'drop table if exists bench');
  await database.run('bench.setup', TABLE);
  await rate(`${name}: read, one after another`, () => database.read('select 1'));
  await rate(`${name}: run, one after another`, (index) => database.run('bench.add', INSERT, [index, BODY]));
  await rate(`${name}: tx of two statements, one after another`, (index) => two(database, index));
  await rate(`${name}: run, ${CALLERS} callers`, (index) => database.run('bench.add', INSERT, [index, BODY]), {
    count: 5 * COMMITS,
    callers: CALLERS,
  });
  await rate(`${name}: tx of two statements, ${CALLERS} callers`, (index) => two(database, index), {
    count: 2 * COMMITS,
    callers: CALLERS,
  });
  await database.run('bench.teardown', 'drop table bench');
}

function two(database: Database, index: number): Promise<unknown> {
  return database.tx('bench.two', async (tx) => {
    await tx.query(INSERT, [index, BODY]);
    await tx.query(INSERT, [index, BODY]);
  });
}

/** In a process of its own: opens, migrates, writes a little, and tells what that took. */
async function child(kind: string, where: string): Promise<void> {
  const started = performance.now();
  const database = kind === 'node' ? undefined : await open(where, kind === 'postgres' ? where : undefined);
  const opened = performance.now() - started;
  if (database && kind === 'pglite') {
    await migrate(database);
    await database.run('bench.setup', TABLE);
    for (let index = 0; index < 500; index++) await database.run('bench.add', INSERT, [index, BODY]);
    await database.run('bench.teardown', 'drop table bench');
  }
  globalThis.gc?.();
  console.log(`${opened.toFixed(0).padStart(6)} ms   resident ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
  await database?.close();
}

function inChild(what: string, kind: string, where = ''): void {
  const script = fileURLToPath(import.meta.url);
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', script, kind, where], { encoding: 'utf8' });
  line(what, stdout.trimEnd());
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const url = process.env.CODA_TEST_POSTGRES;
  try {
    inChild('bare node process', 'node');
    inChild('PGlite: first start of a data folder', 'pglite', join(folder, 'first'));
    inChild('PGlite: later start', 'pglite', join(folder, 'first'));
    if (url) inChild('PostgreSQL: start', 'postgres', url);
    await rawSync(folder);
    await barePglite(folder);
    const embedded = await open(join(folder, 'data'));
    await engine('PGlite', embedded);
    await embedded.close();
    if (!url) return;
    await barePostgres(url);
    const server = await open('', url);
    await engine('PostgreSQL', server);
    await server.close();
  } finally {
    report.print();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [kind, where = ''] = process.argv.slice(2);
await (kind ? child(kind, where) : main());
