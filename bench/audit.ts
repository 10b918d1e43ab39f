/**
 * What the log of what was done costs: `npm run bench -- audit [pairs]`. Messages that a tool answers, with the log and without
 * it, by turns in processes of their own: the program without it is a copy of this one in which the statement's part that
 * writes entries is empty. Of each pair the ratio of medians is taken, so that what else the machine does falls on both.
 * With CODA_TEST_POSTGRES set, PostgreSQL too. Prints a Markdown table.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { build, createWorld, readConfig } from '../src/app/index.ts';
import { Secrets } from '../src/base/log.ts';
import { FakePlatform } from '../test/support/platform.ts';
import { Report } from './support/report.ts';

const PAIRS = 15;
const MESSAGES = 300;
const WARM_UP = 60;
const BOUND_PERCENT = 5;
const SCHEMA = 'coda_bench_audit';
/** Each is one call of a tool, which has an entry; the last one, said back by nobody, has none. */
const SAID = [
  (index: number) => `note: the parcel of day ${index} is at the neighbour's`,
  () => 'what time is it in Tokyo?',
  (index: number) => `find my notes on parcel ${index}`,
  () => 'hello',
];

/** In a child: the median of one run, in milliseconds. */
async function measure(engine: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const url = engine === 'PostgreSQL' ? process.env.CODA_TEST_POSTGRES : undefined;
  const secrets = new Secrets();
  const world = createWorld({ env: {}, secrets, level: 'silent' });
  const config = readConfig({
    env: url ? { DATABASE_URL: url } : {},
    ...{ dataDir: join(folder, 'data'), cwd: tmpdir(), secrets },
    flags: {
      'storage.schema': { name: '--schema', value: SCHEMA },
      'assistant.zone': { name: '--zone', value: 'Europe/Berlin' },
      'memory.embedder.kind': { name: '--memory', value: 'none' },
    },
  });
  const adapter = new FakePlatform({ now: () => world.clock.now() }).connect();
  const onFatal = (error: Error) => {
    throw error;
  };
  const app = await build(config, world, { version: 'bench', hint: '', onFatal, adapters: [adapter] });
  await app.start();
  const who = { channel: 'dm-ana', from: 'ana', role: 'owner', kind: 'dm' } as const;
  const took: number[] = [];
  for (let index = -WARM_UP; index < MESSAGES; index++) {
    const text = SAID[(index + WARM_UP) % SAID.length]?.(index) ?? '';
    const began = performance.now();
    await (await adapter.hear({ ...who, id: `m${index}`, text, sentAt: world.clock.now() })).settled;
    if (index >= 0) took.push(performance.now() - began);
  }
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
  return at(took, 0.5);
}

function at(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

/** A copy of this program that writes no entries. */
function without(program: string): string {
  const copy = `${dirname(program)}-without`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(dirname(program), copy, { recursive: true });
  const edited = readdirSync(copy).filter((file) => {
    if (!file.endsWith('.js')) return false;
    const text = readFileSync(join(copy, file), 'utf8');
    const changed = text.replace(/function auditWriting\(.*\) \{/, (head) => `${head} return sql\`\`;`);
    if (changed !== text) writeFileSync(join(copy, file), changed);
    return changed !== text;
  });
  if (edited.length !== 1) throw new Error(`auditWriting is in ${edited.length} files of ${copy}`);
  return join(copy, basename(program));
}

async function emptySchema(): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.CODA_TEST_POSTGRES });
  await client.connect();
  await client.query(`drop schema if exists ${SCHEMA} cascade`);
  await client.query(`create schema ${SCHEMA}`);
  await client.end();
}

async function childOf(program: string, engine: string): Promise<number> {
  if (engine === 'PostgreSQL') await emptySchema();
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, 'measure', engine], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

async function compare(engine: string, programs: readonly [string, string], pairs: number): Promise<void> {
  const ratios: number[] = [];
  const medians: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    // Who comes first changes, too.
    const order = pair % 2 === 0 ? [0, 1] : [1, 0];
    for (const which of order as (0 | 1)[]) medians[which].push(await childOf(programs[which], engine));
    ratios.push((medians[0][pair] ?? 0) / (medians[1][pair] ?? 1));
  }
  const percent = (ratio: number) => `${((ratio - 1) * 100).toFixed(1)} %`;
  const spread = `${percent(at(ratios, 0.25))} to ${percent(at(ratios, 0.75))} in half of ${pairs} pairs`;
  report.add(`${engine}: a message with the log of what was done`, `${at(medians[0], 0.5).toFixed(2)} ms`, {
    beside: `${at(medians[1], 0.5).toFixed(2)} ms without`,
  });
  report.add(`${engine}: the log costs`, `${percent(at(ratios, 0.5))} (${spread})`, { wanted: `≤ ${BOUND_PERCENT} %` });
}

const report = new Report();
const [mode = '', engine = ''] = process.argv.slice(2);
if (mode === 'measure') {
  console.log(await measure(engine));
} else {
  const program = fileURLToPath(import.meta.url);
  const programs = [program, without(program)] as const;
  const pairs = Number(mode) || PAIRS;
  await compare('PGlite', programs, pairs);
  if (process.env.CODA_TEST_POSTGRES) await compare('PostgreSQL', programs, pairs);
  report.print();
}
