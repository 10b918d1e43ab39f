/**
 * What it takes to find among many memories: 100,000 of one person, and 1,000 of each of 1,000 people. Each is measured in
 * a process of its own that finds the database filled.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../../src/base/clock.ts';
import { smallHeaps } from '../../src/base/heap.ts';
import { Secrets, silentLog } from '../../src/base/log.ts';
import { MetricsBook } from '../../src/base/metrics.ts';
import type { World } from '../../src/base/world.ts';
import { Recall } from '../../src/skills/memory/recall.ts';
import { type Database, migrate, openDatabase } from '../../src/storage/index.ts';
import type { Embedder } from '../../src/vectors/index.ts';
import type { Report } from '../support/report.ts';
import { anyVector, DIM, fill, SPACE, sentence } from './fill.ts';

const QUESTIONS = 200;
const MANY = 100_000;
const PEOPLE = 1_000;
const EACH = 1_000;
/** After this an index that nobody asks is given up, and the engine has given back what it put off. */
const IDLE_MS = 10 * 60_000;

const world: World = {
  clock: new SystemClock(),
  env: {},
  log: silentLog(),
  secrets: new Secrets(),
  metrics: new MetricsBook(),
};
const open = (dataDir: string, url?: string): Promise<Database> =>
  openDatabase({ dataDir, connectTimeoutMs: 5_000, poolSize: 4, url }, world);

/** What answers at once: the time of an embedding is not of the search. */
const embedder: Embedder = {
  id: SPACE,
  dim: async () => DIM,
  maxBatch: 64,
  embed: async (texts) => texts.map(anyVector),
  close: async () => {},
};

interface Measured {
  idle: number;
  first: number;
  p50: number;
  p95: number;
  /** Milliseconds of processor time: on a machine that others use, less than passes. */
  cpu: number;
  used: number;
  peak: number;
  after: number | undefined;
}

const resident = () => process.memoryUsage.rss() / 1e6;

/** In a process of its own: people are asked for one after another; `rests` waits until the memory is given back. */
export async function child([dataDir = '', url = '', rests = '']: readonly string[]): Promise<void> {
  smallHeaps();
  const database = await open(dataDir, url === '' ? undefined : url);
  const { rows } = await database.read<{ id: string }>('select id from persons order by id');
  const people = rows.map(({ id }) => id);
  const recall = new Recall({ database, world, embedders: [embedder] });
  await database.read('select count(*) from memories');
  await sleep(2_000);
  const idle = resident();
  let peak = idle;
  const watch = setInterval(() => {
    peak = Math.max(peak, resident());
  }, 20);
  const times: number[] = [];
  const work: number[] = [];
  for (let at = 0; at <= QUESTIONS; at++) {
    const text = `${sentence()}?`;
    const began = performance.now();
    const cpu = process.cpuUsage();
    await recall.search(people[(at * 7) % people.length] as string, text, {}, 30, 1_000);
    times.push(performance.now() - began);
    const { user, system } = process.cpuUsage(cpu);
    if (at > 0) work.push((user + system) / 1_000);
  }
  await sleep(1_000);
  const used = resident();
  clearInterval(watch);
  const [first = 0, ...warm] = times;
  warm.sort((a, b) => a - b);
  work.sort((a, b) => a - b);
  const at = (share: number) => warm[Math.floor(warm.length * share)] as number;
  let after: number | undefined;
  if (rests !== '') {
    await sleep(IDLE_MS);
    after = resident();
  }
  const measured: Measured = {
    idle,
    first,
    p50: at(0.5),
    p95: at(0.95),
    cpu: work[Math.floor(work.length / 2)] as number,
    used,
    peak,
    after,
  };
  console.log(JSON.stringify(measured));
  recall.close();
  await database.close();
}

function inChild(program: string, dataDir: string, url: string, rests: boolean): Measured {
  const args = ['--expose-gc', program, 'child', dataDir, url, rests ? 'rests' : ''];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(stdout) as Measured;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;
const mb = (value: number) => `${value.toFixed(0)} MB`;

function tell(report: Report, what: string, { first, p50, p95, cpu }: Measured, wanted: string): void {
  report.add(`memory recall, ${what}: p50 after the embedding`, ms(p50), {
    beside: `p95 ${ms(p95)}, the first ${ms(first)}, processor ${ms(cpu)}`,
    wanted,
  });
}

/** `rests`: ten minutes are waited for the memory to be given back. */
export async function scale(report: Report, program: string, rests: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  try {
    await oneOfMany(report, program, join(folder, 'many'), '', rests);
    const server = process.env.CODA_TEST_POSTGRES;
    if (server === undefined) return;
    await withDatabase(server, 'coda_bench_memory_one', (url) => oneOfMany(report, program, folder, url, rests));
    await withDatabase(server, 'coda_bench_memory_all', async (url) => {
      await filled(folder, url, PEOPLE, EACH);
      const measured = inChild(program, folder, url, false);
      tell(report, 'PostgreSQL, 1,000 people with 1,000 each', measured, '≤ 30 ms');
      report.add('memory recall, PostgreSQL, 1,000 people: memory above idle', mb(measured.used - measured.idle), {
        beside: `at most ${mb(measured.peak - measured.idle)}`,
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneOfMany(report: Report, program: string, dataDir: string, url: string, rests: boolean): Promise<void> {
  const engine = url === '' ? 'PGlite' : 'PostgreSQL';
  await filled(dataDir, url, 1, MANY);
  const measured = inChild(program, dataDir, url, rests);
  tell(report, `${engine}, 100,000 memories of one person`, measured, '≤ 40 ms');
  report.add(`memory recall, ${engine}, 100,000 memories: memory above idle`, mb(measured.used - measured.idle), {
    beside: `at most ${mb(measured.peak - measured.idle)}`,
    wanted: '≤ 120 MB',
  });
  if (measured.after === undefined) return;
  const left = mb(measured.after - measured.idle);
  report.add(`memory recall, ${engine}, 100,000 memories: above idle ten minutes later`, left, { wanted: '≤ 20 MB' });
}

async function filled(dataDir: string, url: string, people: number, each: number): Promise<void> {
  const database = await open(dataDir, url === '' ? undefined : url);
  await migrate(database);
  await fill(database, people, each);
  await database.run('bench.analyze', 'analyze');
  await database.close();
}

async function withDatabase(server: string, name: string, use: (url: string) => Promise<void>): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`drop database if exists ${name} with (force)`);
  await client.query(`create database ${name}`);
  try {
    const url = new URL(server);
    url.pathname = `/${name}`;
    await use(url.href);
  } finally {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.end();
  }
}
