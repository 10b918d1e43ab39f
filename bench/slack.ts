/**
 * What coda adds in Slack: `npm run bench -- slack`. The real Bolt speaks to a fake Slack in a process of its own; the
 * model answers at once. Measured: from the moment that an envelope is sent until it is acknowledged, and until the first
 * post arrives; and the memory that Slack costs, beside what Bolt costs by itself.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Model } from '../src/agent/index.ts';
import { build, readConfig } from '../src/app/index.ts';
import { SystemClock } from '../src/base/clock.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { MetricsBook } from '../src/base/metrics.ts';
import { type Channel, FakeSlack } from '../test/support/slack/index.ts';
import { Report } from './support/report.ts';

const report = new Report();

const MESSAGES = 600;
const WARM_UP = 50;
const EVERY_MS = 25;
/** Processes of each kind whose memory is looked at; the median counts. */
const PROCESSES = 3;
const SETTLE_MS = 2_000;

const echo: Model = {
  name: 'bench/echo',
  async *generate({ messages }) {
    const said = messages.findLast((message) => message.role === 'user')?.text ?? '';
    yield { type: 'text', text: `answer to ${said}` };
    yield { type: 'stop', reason: 'end' };
  },
};

const [mode, url = '', owner = ''] = process.argv.slice(2);
if (mode === 'coda') await coda(url, owner);
else if (mode === 'bolt') await bareBolt(url);
else if (mode === 'node') await reportMemory();
else await measure();

/** coda in a process of its own; without Slack where there is no address. */
async function coda(apiUrl: string, ownerId: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const tokens = { 'slack.bot_token': 'xoxb-fake-bot', 'slack.app_token': 'xapp-fake-app', 'slack.api_url': apiUrl };
  const limits = { 'delivery.rate_limit': 0 };
  const settings: Record<string, unknown> = apiUrl
    ? { ...tokens, ...limits, 'access.owners': [`slack:${ownerId}`] }
    : limits;
  const flags = Object.fromEntries(Object.entries(settings).map(([path, value]) => [path, { name: path, value }]));
  const secrets = new Secrets();
  const config = readConfig({ env: {}, dataDir: folder, flags, secrets, cwd: folder });
  const world = { clock: new SystemClock(), env: {}, log: silentLog(), secrets, metrics: new MetricsBook() };
  const onFatal = (error: Error) => console.error(error);
  const app = await build(config, world, { version: 'bench', hint: '', onFatal, model: echo });
  await app.start();
  await reportMemory();
  await app.stop(0);
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

/** What Bolt takes by itself, connected. */
async function bareBolt(slackApiUrl: string): Promise<void> {
  const { App, LogLevel } = await import('@slack/bolt');
  const app = new App({
    token: 'xoxb-fake-bot',
    appToken: 'xapp-fake-app',
    socketMode: true,
    clientOptions: { slackApiUrl },
    logLevel: LogLevel.ERROR,
  });
  await app.start();
  await reportMemory();
  process.exit(0);
}

/** Bytes of code of Slack's packages that this process has loaded. */
function loadedBytes(): number {
  const files = Object.keys(createRequire(import.meta.url).cache).filter((file) =>
    file.includes('/node_modules/@slack/'),
  );
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Says `ready`, then its resident memory and what it has loaded on each line that comes, until there are no more. */
async function reportMemory(): Promise<void> {
  console.log('ready');
  for await (const _ of createInterface({ input: process.stdin })) {
    global.gc?.();
    console.log(`${process.memoryUsage.rss() / 1_000_000} ${loadedBytes()}`);
  }
}

async function measure(): Promise<void> {
  const fake = await FakeSlack.start();
  const ana = fake.user('Ana');
  const rooms = Array.from({ length: 10 }, (_, index) => fake.channel(`room-${index}`, [ana]));
  const running = await begin('coda', fake.apiUrl, ana.id);
  await overhead(fake, rooms, (room, text) => void fake.says(ana, room, `<@${fake.bot.id}> ${text}`));
  running.end();
  await memory(fake.apiUrl, ana.id);
  await fake.close();
  report.print();
}

async function overhead(fake: FakeSlack, rooms: readonly Channel[], say: (room: Channel, text: string) => void) {
  let arrived = () => {};
  fake.web.watch = ({ method }) => {
    if (method === 'chat.postMessage') arrived();
  };
  const times: number[] = [];
  for (let index = 0; index < MESSAGES + WARM_UP; index++) {
    const first = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const begun = performance.now();
    say(rooms[index % rooms.length] as Channel, `message ${index}`);
    await first;
    const took = performance.now() - begun;
    if (index >= WARM_UP) times.push(took);
    await sleep(Math.max(0, EVERY_MS - took));
  }
  await until(() => fake.sockets.pending === 0);
  // Each question comes twice: as a message, and as a mention of it.
  const acks = fake.sockets.delivered.slice(2 * WARM_UP).flatMap(({ ackMs }) => ackMs ?? []);
  report.add('from an envelope to its acknowledgement: p99', `${at(acks, 0.99)} ms (p50 ${at(acks, 0.5)} ms)`, {
    wanted: '≤ 100 ms',
  });
  report.add('from an envelope to the first post: p50', `${at(times, 0.5)} ms`, { wanted: '≤ 15 ms' });
  report.add('from an envelope to the first post: p99', `${at(times, 0.99)} ms`, { wanted: '≤ 60 ms' });
}

function at(times: readonly number[], share: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
}

async function until(check: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!check()) {
    if (performance.now() > deadline) throw new Error('not everything was acknowledged');
    await sleep(5);
  }
}

async function memory(apiUrl: string, ownerId: string): Promise<void> {
  const withSlack = await resident('coda', apiUrl, ownerId);
  const without = await resident('coda');
  const bolt = await resident('bolt', apiUrl);
  const bare = await resident('node');
  const mb = (size: number) => `${size.toFixed(0)} MB`;
  report.add('resident that Slack adds', mb(withSlack.mb - without.mb), {
    beside: `bare Bolt ${mb(bolt.mb - bare.mb)}`,
    wanted: '≤ 40 MB',
  });
  report.add("code of Slack's packages that is loaded without Slack", `${without.loaded} bytes`, {
    beside: `with Slack ${withSlack.loaded} bytes`,
    wanted: '0 bytes',
  });
}

/** A process that has come to rest. */
interface Looked {
  mb: number;
  /** Bytes of Slack's packages. */
  loaded: number;
}

/** The median of a few processes, each looked at when it has come to rest. */
async function resident(...args: string[]): Promise<Looked> {
  const sizes: Looked[] = [];
  for (let index = 0; index < PROCESSES; index++) {
    const running = await begin(...args);
    await sleep(SETTLE_MS);
    sizes.push(await running.look());
    running.end();
  }
  return sizes.sort((a, b) => a.mb - b.mb)[Math.floor(PROCESSES / 2)] as Looked;
}

async function begin(...args: string[]) {
  const child = spawn(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async look(): Promise<Looked> {
      child.stdin.write('\n');
      const [mb = 0, loaded = 0] = String((await lines.next()).value)
        .split(' ')
        .map(Number);
      return { mb, loaded };
    },
    end: () => child.stdin.end(),
  };
}
