/**
 * What a message costs that is understood without a model, one after another: `npm run bench -- turn`. Beside a raw
 * commit of the same engine, a bare PGlite, a bare `pg`, a raw write with fdatasync and a bare Node process. With
 * CODA_TEST_POSTGRES set, PostgreSQL too. Prints a Markdown table.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { build, createWorld, readConfig } from '../src/app/index.ts';
import { Secrets } from '../src/base/log.ts';
import { openDatabase } from '../src/storage/index.ts';
import { FakePlatform } from '../test/support/platform.ts';
import { Report } from './support/report.ts';

const MESSAGES = 1_000;
const WARM_UP = 50;
const SCHEMA = 'coda_bench_turn';
const TABLE = 'create table if not exists bench (id int, body text)';
const INSERT = 'insert into bench values ($1, $2)';
const BODY = 'x'.repeat(200);
/** What people say all day, in turn; each is understood and answered. */
const SAID = [
  (index: number) => `note: the parcel of day ${index} is at the neighbour's`,
  () => 'what time is it in Tokyo?',
  (index: number) => `remind me tomorrow at 9 to call number ${index}`,
  (index: number) => `find my notes on parcel ${index}`,
];

const report = new Report();
const row = (what: string, figure: string, wanted = '') => report.add(what, figure, { wanted });

const ms = (value: number) => `${value.toFixed(2)} ms`;

interface Times {
  p50: number;
  p99: number;
}

/** Milliseconds of one run of `work`, after some that do not count. */
async function timed(work: (index: number) => unknown, count = MESSAGES): Promise<Times> {
  const all: number[] = [];
  for (let index = -WARM_UP; index < count; index++) {
    const began = performance.now();
    await work(index + WARM_UP);
    if (index >= 0) all.push(performance.now() - began);
  }
  all.sort((a, b) => a - b);
  const at = (share: number) => all[Math.floor(all.length * share)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

function tell(what: string, { p50, p99 }: Times, wanted = ''): void {
  row(what, `p50 ${ms(p50)}, p99 ${ms(p99)}`, wanted);
}

async function rawSync(folder: string): Promise<void> {
  const file = openSync(join(folder, 'raw'), 'w');
  const block = Buffer.alloc(8_192);
  const measured = await timed((index) => {
    writeSync(file, block, 0, block.length, (index % 100) * block.length);
    fdatasyncSync(file);
  });
  closeSync(file);
  tell('raw: write 8 kB and fdatasync', measured);
}

async function barePglite(folder: string): Promise<void> {
  const engine = await PGlite.create(join(folder, 'bare'));
  await engine.exec(TABLE);
  tell('bare PGlite, which never syncs: insert', await timed((index) => engine.query(INSERT, [index, BODY])));
  await engine.close();
}

async function barePostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, options: `-c search_path=${SCHEMA}` });
  await client.connect();
  await client.query(TABLE);
  const insert = (index: number) => client.query({ name: 'add', text: INSERT, values: [index, BODY] });
  tell('bare pg: insert', await timed(insert));
  await client.end();
}

/** One insert through coda's own storage: the raw commit that a message is held against. */
async function commit(engine: string, dataDir: string, url: string | undefined): Promise<Times> {
  const world = createWorld({ env: {}, secrets: new Secrets(), level: 'silent' });
  const database = await openDatabase({ dataDir, connectTimeoutMs: 5_000, url, schema: SCHEMA }, world);
  await database.run('bench.setup', TABLE);
  const measured = await timed((index) => database.run('bench.add', INSERT, [index, BODY]));
  await database.close();
  tell(`${engine}: a commit`, measured);
  return measured;
}

async function messages(engine: string, dataDir: string, url: string | undefined): Promise<void> {
  const raw = await commit(engine, `${dataDir}-raw`, url);
  const secrets = new Secrets();
  const world = createWorld({ env: {}, secrets, level: 'silent' });
  const config = readConfig({
    env: url ? { DATABASE_URL: url } : {},
    dataDir,
    cwd: tmpdir(),
    secrets,
    flags: {
      'storage.schema': { name: '--schema', value: SCHEMA },
      'assistant.zone': { name: '--zone', value: 'Europe/Berlin' },
    },
  });
  const platform = new FakePlatform({ now: () => world.clock.now() });
  const adapter = platform.connect();
  const onFatal = (error: Error) => {
    throw error;
  };
  const app = await build(config, world, { version: 'bench', hint: '', onFatal, adapters: [adapter] });
  await app.start();
  const who = { channel: 'dm-ana', from: 'ana', role: 'owner', kind: 'dm' } as const;
  const measured = await timed(async (index) => {
    const text = SAID[index % SAID.length]?.(index) ?? '';
    const { settled } = await adapter.hear({ ...who, id: `m${index}`, text, sentAt: world.clock.now() });
    await settled;
  });
  await app.stop();
  tell(
    `${engine}: a message, every other one a note or a search in notes`,
    measured,
    `p50 ≤ ${ms(2 * raw.p50 + 3)} (2 commits + 3 ms)`,
  );
}

async function onPostgres(url: string, folder: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`drop schema if exists ${SCHEMA} cascade`);
  await client.query(`create schema ${SCHEMA}`);
  try {
    await barePostgres(url);
    await messages('PostgreSQL', join(folder, 'postgres'), url);
  } finally {
    await client.query(`drop schema ${SCHEMA} cascade`);
    await client.end();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
try {
  tell('bare node process', await timed(() => spawnSync(process.execPath, ['-e', '']), 10));
  await rawSync(folder);
  await barePglite(folder);
  await messages('PGlite', join(folder, 'pglite'), undefined);
  if (process.env.CODA_TEST_POSTGRES) await onPostgres(process.env.CODA_TEST_POSTGRES, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
  report.print();
}
