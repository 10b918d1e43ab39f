/**
 * Programs of coda that are spoken to in JSON lines (`coda chat --jsonl`) at the same time and take turns, and a model behind an
 * HTTP API without latency, in this process.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { deferred } from '../../src/base/async.ts';

export const CONVERSATIONS = 50;
const EACH = Number(process.env.CODA_BENCH_EACH ?? 20);
const ALONE = 5 * EACH;
export const WARM_UP = 4;
/** Messages of one program in a round, but for those of a lone conversation. */
export const TOGETHER = CONVERSATIONS * EACH;
/**
 * Parts of a round, in which the programs take turns: what else the machine does falls on both alike. One behind the other,
 * the median of a lone message was 0.6 and 1.7 times the other's on the same commit.
 */
const SLICES = 5;
const TICK_MS = 10;

export const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const WORDS = 'an answer of a usual length, ';
/** Chat Completions as a stream, answered as soon as the request is there. */
const ANSWER = [
  { choices: [{ index: 0, delta: { role: 'assistant', content: WORDS } }] },
  { choices: [{ index: 0, delta: { content: 'as people get them all day' } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  { choices: [], usage: { prompt_tokens: 7_000, completion_tokens: 20 } },
];
const STREAM = `${ANSWER.map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join('')}data: [DONE]\n\n`;

export async function modelServer(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(STREAM));
  });
  server.keepAliveTimeout = 60_000;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, close: () => void server.close().closeAllConnections() };
}

/** A program that is spoken to in JSON lines. */
class Coda {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting = new Map<string, (at: number) => void>();
  private readonly ready = deferred();
  private rest = '';
  private said = '';
  private count = 0;
  /** A database that is used again has the messages of the round before. */
  private readonly run = randomUUID();

  constructor(checkout: string, env: Record<string, string>, profile: string | undefined) {
    const profiled = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    const args = [...profiled, join(checkout, 'dist', 'main.js'), 'chat', '--jsonl'];
    const { PATH = '' } = process.env;
    this.child = spawn(process.execPath, args, { env: { PATH, HOME: tmpdir(), ...env }, cwd: tmpdir(), stdio: 'pipe' });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    this.child.once('exit', () => this.ready.reject(new Error(this.said)));
  }

  async start(): Promise<this> {
    await this.ready.promise;
    return this;
  }

  /** Says something in a conversation; resolves when that is done with the milliseconds until the answer. */
  async says(conversation: number): Promise<number> {
    const id = `${this.run}-${++this.count}`;
    const began = performance.now();
    // New people in each round: what those of the round before have said would be read with each message.
    const person = `s${conversation}-${this.run.slice(0, 8)}`;
    const line = { id, text: 'what do you think of this?', user: person, role: 'owner', conversation: person };
    const answered = new Promise<number>((resolve) => this.waiting.set(id, resolve));
    const done = new Promise<number>((resolve) => this.waiting.set(`done ${id}`, resolve));
    this.child.stdin.write(`${JSON.stringify(line)}\n`);
    const [at] = await Promise.all([answered, done]);
    return at - began;
  }

  /** Milliseconds of the processor so far, and megabytes resident. */
  usage(): { cpu: number; mb: number } {
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1];
    return { cpu: (Number(fields[11]) + Number(fields[12])) * TICK_MS, mb: (Number(kb) * 1_024) / 1e6 };
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.stdin.end();
    await ended;
  }

  private hear(text: string): void {
    const at = performance.now();
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const { type, in_reply_to: id, text: words } = JSON.parse(line) as Record<string, string>;
      if (type === 'ready') this.ready.resolve();
      if (type === 'error') throw new Error(words);
      const name = type === 'message' ? id : type === 'done' ? `done ${id}` : undefined;
      if (name === undefined) continue;
      // Else what is measured is a refusal: a budget that is used up, a model that is away.
      if (type === 'message' && !words?.startsWith(WORDS)) throw new Error(`Answered by no model: ${words}`);
      this.waiting.get(name)?.(at);
      this.waiting.delete(name);
    }
  }
}

/** What one round has measured of one checkout. */
export interface Measured {
  alone: number;
  aloneCpu: number;
  perSecond: number;
  cpu: number;
  mb: number;
}

/** One program of a round, and what it has taken so far. */
class Meter {
  private readonly coda: Coda;
  private readonly times: number[] = [];
  private aloneCpu = 0;
  private togetherCpu = 0;
  private togetherMs = 0;
  private mb = 0;

  constructor(coda: Coda) {
    this.coda = coda;
  }

  async warmUp(): Promise<void> {
    await this.all(WARM_UP);
    await this.talk(CONVERSATIONS, WARM_UP);
  }

  async together(): Promise<void> {
    const [before, began] = [this.coda.usage(), performance.now()];
    await this.all(EACH / SLICES);
    this.togetherMs += performance.now() - began;
    const { cpu, mb } = this.coda.usage();
    this.togetherCpu += cpu - before.cpu;
    this.mb = mb;
  }

  async alone(): Promise<void> {
    const before = this.coda.usage();
    this.times.push(...(await this.talk(CONVERSATIONS, ALONE / SLICES)));
    this.aloneCpu += this.coda.usage().cpu - before.cpu;
  }

  measured(): Measured {
    return {
      alone: median(this.times),
      aloneCpu: this.aloneCpu / ALONE,
      perSecond: (TOGETHER * 1_000) / this.togetherMs,
      cpu: this.togetherCpu / TOGETHER,
      mb: this.mb,
    };
  }

  private async talk(conversation: number, count: number): Promise<number[]> {
    const times: number[] = [];
    for (let index = 0; index < count; index++) times.push(await this.coda.says(conversation));
    return times;
  }

  private async all(count: number): Promise<void> {
    await Promise.all(Array.from({ length: CONVERSATIONS }, (_, index) => this.talk(index, count)));
  }
}

async function ask(server: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

export const dropDatabase = (server: string, name: string) =>
  ask(server, `drop database if exists ${name} with (force)`);

/** The address of an empty database of that name. */
export async function createDatabase(server: string, name: string): Promise<string> {
  await dropDatabase(server, name);
  await ask(server, `create database ${name}`);
  return databaseUrl(server, name);
}

export const databaseUrl = (server: string, name: string) =>
  Object.assign(new URL(server), { pathname: `/${name}` }).href;

export interface Program {
  checkout: string;
  /** PostgreSQL's database; without it, PGlite in an empty folder. */
  url?: string | undefined;
}

interface Round {
  /** Address of the model. */
  model: string;
  profile?: string | undefined;
}

/** Measures these programs, which run at the same time and take turns. */
export async function measureRound(programs: readonly Program[], options: Round): Promise<Measured[]> {
  const opened: Opened[] = [];
  try {
    for (const program of programs) opened.push(await openProgram(program, options));
    const meters = opened.map(({ coda }) => new Meter(coda));
    for (const meter of meters) await meter.warmUp();
    for (const work of ['together', 'alone'] as const) {
      for (let slice = 0; slice < SLICES; slice++) {
        for (const meter of slice % 2 === 0 ? meters : meters.toReversed()) await meter[work]();
      }
    }
    for (const { coda } of opened) await coda.stop();
    return meters.map((meter) => meter.measured());
  } finally {
    for (const { clear } of opened) clear();
  }
}

interface Opened {
  coda: Coda;
  clear(): void;
}

export async function openProgram({ checkout, url }: Program, { model, profile }: Round): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const config = join(folder, 'config.yaml');
  const provider = `{ kind: openai-compatible, base_url: "${model}", api_key: none }`;
  // Spelt so that older checkouts understand it.
  writeFileSync(
    config,
    `delivery: { rate_limit: 100000 }\nmodels: { default: bench/model, providers: { bench: ${provider} } }\n`,
  );
  const database = url ? { DATABASE_URL: url } : undefined;
  const env = { CODA_DATA: join(folder, 'data'), CODA_CONFIG: config, CODA_BACKUP: 'off', ...database };
  const clear = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  return { coda: await new Coda(checkout, env, profile).start(), clear };
}
