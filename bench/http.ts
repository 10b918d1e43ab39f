/**
 * What HTTP takes: `npm run bench -- http`. Requests beside a bare server of `node:http` in the same run, messages
 * end to end, streams on which nothing happens, and memory while nothing is asked for. Messages and streams are measured
 * on PostgreSQL where CODA_TEST_POSTGRES is set, else on PGlite. `-- http messages` measures one part alone (streams, requests,
 * messages, idle). Prints a Markdown table.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import pg from 'pg';
import type { Model } from '../src/agent/index.ts';
import { build, createWorld, readConfig } from '../src/app/index.ts';
import { sleep } from '../src/base/async.ts';
import { Secrets } from '../src/base/log.ts';
import { packageRoot } from '../src/base/root.ts';
import { freePort } from '../test/support/ports.ts';
import { Report } from './support/report.ts';

const AT_ONCE = 50;
const ROUND_MS = 4_000;
const ROUNDS = 3;
const STREAMS = 1_000;
const IDLE_MS = 15_000;
const DATABASE = 'coda_bench_http';

const BARE = `
  import { createServer } from 'node:http';
  const text = JSON.stringify({ status: 'ok' });
  const headers = { 'Content-Type': 'application/json', 'Content-Length': text.length };
  const server = createServer((_, outgoing) => outgoing.writeHead(200, headers).end(text));
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.error('"msg":"ready"'));
`;

const SECRET = 'an-example-of-at-least-32-characters';

/** Answers at once. */
const model: Model = {
  name: 'bench/at-once',
  streams: false,
  async *generate() {
    yield { type: 'text', text: 'All of it, and nothing else.' };
    yield { type: 'usage', usage: { input: 10, cached: 0, output: 5 } };
    yield { type: 'stop', reason: 'end' };
  },
};

const report = new Report();
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const whole = (value: number) => Math.round(value).toLocaleString('en-US');

/** A process that has said that it is ready. */
async function started(args: string[], env: Record<string, string> = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    cwd: packageRoot(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      said += chunk;
      if (said.includes('"msg":"ready"')) resolve();
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Resident megabytes. */
function resident(child: ChildProcess): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return (Number(kb) * 1_024) / 1e6;
}

/** A coda that is served on a port, with a token that may talk. */
class Served {
  readonly port: number;
  readonly args: string[];
  readonly env: Record<string, string>;
  private readonly config: string;

  constructor(folder: string, name: string, port: number, url: string | undefined) {
    this.port = port;
    this.config = join(folder, `${name}.yaml`);
    this.args = [join(packageRoot(), 'dist', 'main.js')];
    this.env = { CODA_DATA: join(folder, name), CODA_CONFIG: this.config, ...(url && { DATABASE_URL: url }) };
  }

  start(http: boolean): Promise<ChildProcess> {
    const limits = 'access: { rate_limit: { enabled: false } }';
    writeFileSync(this.config, http ? `${limits}\nhttp: { listen: "127.0.0.1:${this.port}" }\n` : `${limits}\n`);
    return started([...this.args, 'run', '--config', this.config], this.env);
  }

  /** The value of a new token. */
  async token(): Promise<string> {
    const made = spawn(process.execPath, [...this.args, 'tokens', 'add', 'bench', '--config', this.config], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let value = '';
    made.stdout.on('data', (chunk) => (value += chunk));
    await once(made, 'close');
    return value.trim();
  }
}

/**
 * Answers a second over so many connections, each of which asks again when it was answered. The client does as little as
 * it can: it shares the processors with the server.
 */
async function rate(port: number, request: (index: number) => string): Promise<number> {
  let [answers, isOver] = [0, false];
  const sockets = Array.from({ length: AT_ONCE }, (_, index): Socket => {
    const socket = connect(port, '127.0.0.1');
    let rest = '';
    const ask = () => socket.write(request(index));
    socket.setEncoding('latin1').on('data', (text: string) => {
      rest += text;
      const head = rest.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(rest)?.[1] ?? Number.NaN);
      if (head < 0 || rest.length < head + 4 + length) return;
      if (!/^HTTP\/1\.1 20[01]/.test(rest)) throw new Error(rest);
      rest = '';
      answers++;
      if (!isOver) ask();
    });
    socket.once('connect', ask);
    return socket;
  });
  await sleep(500);
  const [before, began] = [answers, performance.now()];
  await sleep(ROUND_MS);
  const perSecond = ((answers - before) * 1_000) / (performance.now() - began);
  isOver = true;
  for (const socket of sockets) socket.destroy();
  return perSecond;
}

const HEALTH = 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

async function requests(coda: Served): Promise<void> {
  const port = await freePort();
  const bare = await started(['--input-type=module', '-e', BARE], { PORT: String(port) });
  const [own, beside]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    beside.push(await rate(port, () => HEALTH));
    own.push(await rate(coda.port, () => HEALTH));
  }
  await stop(bare);
  const share = ((median(own) / median(beside)) * 100).toFixed(0);
  report.add(`/health at ${AT_ONCE} at once, requests/s`, whole(median(own)), {
    beside: `a bare server of node:http ${whole(median(beside))} (${share} %)`,
    wanted: '≥ 3,000',
  });
}

/** Inserts a second by so many connections, each of which waits for its commit: what the same machine can do then. */
async function inserts(url: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  await pool.query('create table if not exists bench (id int, body text)');
  const text = 'insert into bench values ($1, $2)';
  let [done, isOver] = [0, false];
  const insert = async () => {
    for (; !isOver; done++) await pool.query({ name: 'add', text, values: [done, 'x'.repeat(200)] });
  };
  const all = Array.from({ length: AT_ONCE }, insert);
  await sleep(500);
  const [before, began] = [done, performance.now()];
  await sleep(ROUND_MS);
  const perSecond = ((done - before) * 1_000) / (performance.now() - began);
  isOver = true;
  await Promise.all(all);
  await pool.end();
  return perSecond;
}

/** Each of so many people says something as soon as they were answered, by a model that answers at once. */
async function messages(folder: string, url: string | undefined): Promise<void> {
  const engine = url ? 'PostgreSQL' : 'PGlite';
  const port = await freePort();
  const own = [fileURLToPath(import.meta.url), 'serve', join(folder, 'messages'), String(port), ...(url ? [url] : [])];
  const daemon = await started(own);
  const key = new TextEncoder().encode(SECRET);
  const token = (index: number) =>
    new SignJWT({ iss: 'bench', aud: 'coda', sub: `p${index}` })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(key);
  const tokens = await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => token(index)));
  const say = (index: number) => {
    const body = JSON.stringify({ text: 'what do you think of this?', conversation: 'main' });
    const head = `POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${tokens[index]}\r\n`;
    return `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  await rate(port, say);
  const [said, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    said.push(await rate(port, say));
    if (url) bare.push(await inserts(url));
  }
  report.add(`${engine}: messages/s over HTTP, durable, ${AT_ONCE} at once`, whole(median(said)), {
    ...(url && { beside: `bare inserts/s ${whole(median(bare))}` }),
    wanted: '≥ 500',
  });
  await stop(daemon);
}

async function streams(coda: Served, daemon: ChildProcess): Promise<void> {
  const token = await coda.token();
  const open = async (count: number) => {
    const sockets: Socket[] = [];
    for (let index = 0; index < count; index++) {
      const socket = connect(coda.port, '127.0.0.1');
      socket.write(
        `GET /v1/conversations/s${index}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      );
      await once(socket, 'data');
      socket.resume();
      sockets.push(socket);
    }
    return sockets;
  };
  // What is taken once, by whichever stream comes first, is not a stream's.
  for (const socket of await open(STREAMS / 4)) socket.destroy();
  await sleep(5_000);
  const before = resident(daemon);
  const sockets = await open(STREAMS);
  await sleep(20_000);
  const each = ((resident(daemon) - before) * 1_000) / STREAMS;
  for (const socket of sockets) socket.destroy();
  report.add(`${whole(STREAMS)} idle streams, each`, `${each.toFixed(0)} kB`, { wanted: '≤ 40 kB' });
}

/** Medians of several starts, those with and without in turn. */
async function idle(coda: Served): Promise<void> {
  const [off, on]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const http of [false, true]) {
      const daemon = await coda.start(http);
      await sleep(IDLE_MS);
      (http ? on : off).push(resident(daemon));
      await stop(daemon);
    }
  }
  report.add('resident with HTTP on, more than off', `${(median(on) - median(off)).toFixed(1)} MB`, {
    beside: `off ${median(off).toFixed(0)} MB`,
    wanted: '≤ 12 MB',
  });
}

async function onDatabase(server: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** A coda whose model answers at once, in this process: what `messages` talks to. */
async function serve(url: string | undefined, dataDir: string, port: number): Promise<void> {
  const secrets = new Secrets();
  const world = createWorld({ env: {}, secrets, level: 'silent' });
  const people = Array.from({ length: AT_ONCE }, (_, index) => `http:p${index}`);
  const settings = {
    'http.listen': `127.0.0.1:${port}`,
    'http.jwt': { alg: 'HS256', issuer: 'bench', audience: 'coda', secret: SECRET },
    'access.members': people,
    'access.rate_limit.enabled': false,
    'storage.pool': 16,
    'delivery.concurrency': 64,
  };
  const flags = Object.entries(settings).map(([path, value]) => [path, { name: `--${path}`, value }]);
  const env: Record<string, string> = url ? { DATABASE_URL: url } : {};
  const config = readConfig({ env, dataDir, cwd: tmpdir(), secrets, flags: Object.fromEntries(flags) });
  const onFatal = (error: Error) => {
    throw error;
  };
  const app = await build(config, world, { version: 'bench', hint: '', onFatal, model });
  await app.start();
  process.stderr.write('"msg":"ready"\n');
  process.once('SIGTERM', () => void app.stop().then(() => process.exit()));
}

const [what, ...given] = process.argv.slice(2);
if (what === 'serve') {
  const [dataDir = '', port = '', url] = given;
  await serve(url, dataDir, Number(port));
} else await main(what);

async function main(only: string | undefined): Promise<void> {
  const wants = (part: string) => only === undefined || only === part;
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const server = process.env.CODA_TEST_POSTGRES;
  const dropped = `drop database if exists ${DATABASE} with (force)`;
  try {
    let url: string | undefined;
    if (server) {
      await onDatabase(server, dropped, `create database ${DATABASE}`);
      url = Object.assign(new URL(server), { pathname: `/${DATABASE}` }).href;
    }
    const coda = new Served(folder, 'served', await freePort(), url);
    for (const [part, measure] of [
      ['streams', streams],
      ['requests', requests],
    ] as const) {
      if (!wants(part)) continue;
      const daemon = await coda.start(true);
      await measure(coda, daemon);
      await stop(daemon);
    }
    if (wants('messages')) await messages(folder, url);
    if (wants('idle')) await idle(new Served(folder, 'idle', await freePort(), url));
    if (server) await onDatabase(server, dropped);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    report.print();
  }
}
