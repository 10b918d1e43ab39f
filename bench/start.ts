/**
 * How long coda takes to be ready, and what it takes while nothing happens: `npm run bench -- start`. Beside a bare
 * Node process and a bare PGlite; with CODA_TEST_POSTGRES set, on PostgreSQL too. Prints a Markdown table.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { sleep } from '../src/base/async.ts';
import { packageRoot } from '../src/base/root.ts';
import { Report } from './support/report.ts';

const STARTS = 5;
const IDLE_MS = 60_000;
const TICKS_A_SECOND = 100;

const report = new Report();
const row = (what: string, figure: string, wanted = '') => report.add(what, figure, { wanted });

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const ms = (value: number) => `${value.toFixed(0)} ms`;

/** Milliseconds that a process takes from its start to its end. */
function bare(...args: string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: packageRoot() });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - began;
}

/** Starts the daemon and waits until it says `ready`. */
async function start(dataDir: string, url?: string): Promise<{ daemon: ChildProcess; took: number }> {
  const began = performance.now();
  const env = { ...process.env, CODA_DATA: dataDir, ...(url && { DATABASE_URL: url }) };
  const script = join(packageRoot(), 'dist', 'main.js');
  const daemon = spawn(process.execPath, [script, 'run'], { env, cwd: tmpdir(), stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const ready = new Promise<void>((resolve, reject) => {
    daemon.stderr?.on('data', (chunk) => {
      said += chunk;
      if (/"msg":"ready/.test(said)) resolve();
    });
    daemon.once('exit', () => reject(new Error(said)));
  });
  await ready;
  return { daemon, took: performance.now() - began };
}

async function stop(daemon: ChildProcess): Promise<void> {
  const ended = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await ended;
}

async function warm(dataDir: string, url?: string): Promise<number> {
  const all: number[] = [];
  for (let index = 0; index < STARTS; index++) {
    const { daemon, took } = await start(dataDir, url);
    all.push(took);
    await stop(daemon);
  }
  return median(all);
}

/** Resident memory in MB, and processor time so far in seconds. */
function usage(pid: number): { mb: number; seconds: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { mb: (kb * 1_024) / 1e6, seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND };
}

async function idle(engine: string, most: number, dataDir: string, url?: string): Promise<void> {
  const { daemon } = await start(dataDir, url);
  await sleep(5_000);
  const before = usage(daemon.pid ?? 0);
  await sleep(IDLE_MS);
  const after = usage(daemon.pid ?? 0);
  await stop(daemon);
  row(`${engine}: resident after a minute`, `${after.mb.toFixed(0)} MB`, `≤ ${most} MB`);
  const share = ((after.seconds - before.seconds) / (IDLE_MS / 1_000)) * 100;
  row(`${engine}: CPU while idle`, `${share.toFixed(2)} %`, '< 0.5 %');
}

async function database(server: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function onPostgres(server: string, folder: string): Promise<void> {
  const url = new URL(server);
  url.pathname = '/coda_bench_start';
  const dropped = 'drop database if exists coda_bench_start with (force)';
  await database(server, dropped, 'create database coda_bench_start');
  const first = await start(folder, url.href);
  row('PostgreSQL: first start', ms(first.took));
  await stop(first.daemon);
  row('PostgreSQL: later start', ms(await warm(folder, url.href)), '≤ 500 ms');
  await idle('PostgreSQL', 110, folder, url.href);
  await database(server, dropped);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  try {
    row('bare node', ms(median(Array.from({ length: STARTS }, () => bare('-e', '')))));
    const create = `const { PGlite } = require('@electric-sql/pglite');
      new PGlite(process.argv[1]).query('select 1').then(() => process.exit());`;
    const pglite = () => bare('-e', create, join(folder, 'bare'));
    row('bare PGlite: first start', ms(pglite()));
    row('bare PGlite: later start', ms(median(Array.from({ length: STARTS }, pglite))));
    const first = await start(join(folder, 'data'));
    row('PGlite: first start ever', ms(first.took), '≤ 1,500 ms');
    await stop(first.daemon);
    row('PGlite: later start', ms(await warm(join(folder, 'data'))), '≤ 700 ms');
    await idle('PGlite', 220, join(folder, 'data'));
    if (process.env.CODA_TEST_POSTGRES) await onPostgres(process.env.CODA_TEST_POSTGRES, join(folder, 'pg'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    report.print();
  }
}

await main();
