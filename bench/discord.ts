/**
 * What coda adds in Discord: `npm run bench -- discord`. The real discord.js speaks to a fake Discord in a process of
 * its own; the model answers at once. Measured: from the moment that a message is sent to coda until its first request
 * arrives; many conversations at once, some of them with a model that takes its time; and the memory that Discord costs,
 * beside what discord.js costs by itself.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Model } from '../src/agent/index.ts';
import { type App, build, readConfig } from '../src/app/index.ts';
import { SystemClock } from '../src/base/clock.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { MetricsBook } from '../src/base/metrics.ts';
import { type Channel, FakeDiscord } from '../test/support/discord/index.ts';
import { Report } from './support/report.ts';

const report = new Report();

const MESSAGES = 1_000;
const WARM_UP = 50;
/** discord.js holds back what is beyond 50 requests a second: that is not what is measured. */
const EVERY_MS = 25;
const CONVERSATIONS = 200;
/** Each asks this often, at once. */
const QUESTIONS = 2;
const SLOW = 100;
const SLOW_MS = 20_000;
/** Processes of each kind whose memory is looked at; the median counts. */
const PROCESSES = 3;
const SETTLE_MS = 2_000;

/** Answers at once; who says "slow" waits. */
const slowFor: Model = {
  name: 'bench/echo',
  async *generate({ messages }) {
    const said = messages.findLast((message) => message.role === 'user')?.text ?? '';
    if (said.startsWith('slow')) await sleep(SLOW_MS);
    yield { type: 'text', text: `answer to ${said}` };
    yield { type: 'stop', reason: 'end' };
  },
};

const [mode, url = '', owner = ''] = process.argv.slice(2);
if (mode === 'coda') await coda(url, owner);
else if (mode === 'discord.js') await bareClient(url);
else if (mode === 'node') await reportMemory();
else await measure();

/** coda in a process of its own; without Discord where there is no address. */
async function coda(apiUrl: string, ownerId: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const settings: Record<string, unknown> = apiUrl
    ? {
        'discord.token': 'fake-discord-token',
        'discord.api_url': apiUrl,
        'access.owners': [`discord:${ownerId}`],
        'access.rate_limit.enabled': false,
      }
    : {};
  const flags = Object.fromEntries(Object.entries(settings).map(([path, value]) => [path, { name: path, value }]));
  const secrets = new Secrets();
  const config = readConfig({ env: {}, dataDir: folder, flags, secrets, cwd: folder });
  const world = { clock: new SystemClock(), env: {}, log: silentLog(), secrets, metrics: new MetricsBook() };
  const onFatal = (error: Error) => console.error(error);
  const app: App = await build(config, world, { version: 'bench', hint: '', onFatal, model: slowFor });
  await app.start();
  await reportMemory();
  await app.stop(0);
  rmSync(folder, { recursive: true, force: true });
}

/** What discord.js takes by itself, signed in. */
async function bareClient(api: string): Promise<void> {
  const { Client, GatewayIntentBits: Intents } = await import('discord.js');
  const intents = [Intents.Guilds, Intents.GuildMessages, Intents.DirectMessages, Intents.MessageContent];
  const client = new Client({ intents, rest: { api } });
  const ready = new Promise((resolve) => client.once('clientReady', resolve));
  await client.login('fake-discord-token');
  await ready;
  await reportMemory();
  await client.destroy();
}

/** Says `ready`, then its resident memory on each line that comes, until there are no more. */
async function reportMemory(): Promise<void> {
  console.log('ready');
  for await (const _ of createInterface({ input: process.stdin })) {
    global.gc?.();
    console.log(process.memoryUsage.rss() / 1_000_000);
  }
}

async function measure(): Promise<void> {
  const fake = await FakeDiscord.start();
  const ana = fake.user('Ana');
  const guild = fake.guild('Bench', [ana]);
  const rooms = Array.from({ length: CONVERSATIONS }, (_, index) => fake.channel(guild, `room-${index}`));
  const say = (room: Channel, text: string) => fake.says(ana, room, `<@${fake.bot.id}> ${text}`);
  const running = await begin('coda', fake.apiUrl, ana.id);
  await overhead(fake, rooms.slice(0, 10), say);
  await manyAtOnce(fake, rooms, say);
  running.end();
  await memory(fake.apiUrl, ana.id);
  await fake.close();
  report.print();
}

async function overhead(fake: FakeDiscord, rooms: Channel[], say: (room: Channel, text: string) => void) {
  const arrived = watch(fake);
  const times: number[] = [];
  for (let index = 0; index < MESSAGES + WARM_UP; index++) {
    const room = rooms[index % rooms.length] as Channel;
    const first = arrived(room.id);
    const begun = performance.now();
    say(room, `message ${index}`);
    await first;
    const took = performance.now() - begun;
    if (index >= WARM_UP) times.push(took);
    await sleep(Math.max(0, EVERY_MS - took));
  }
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] as number).toFixed(1);
  const most = (sorted.at(-1) as number).toFixed(1);
  report.add('from an event to the first request: p50', `${at(0.5)} ms`, { wanted: '≤ 15 ms' });
  report.add('from an event to the first request: p99', `${at(0.99)} ms (most ${most} ms)`, { wanted: '≤ 60 ms' });
}

async function manyAtOnce(fake: FakeDiscord, rooms: Channel[], say: (room: Channel, text: string) => void) {
  const isSlow = (index: number) => index % (CONVERSATIONS / SLOW) === 0;
  const before = rooms.map((room) => fake.said(room).length);
  const asked = Array.from({ length: QUESTIONS }, (_, index) => `question ${index}`);
  const begun = performance.now();
  for (const text of asked)
    for (const [index, room] of rooms.entries()) say(room, isSlow(index) ? `slow ${text}` : text);
  const heard = (index: number) =>
    fake
      .said(rooms[index] as Channel)
      .slice(before[index])
      .map(({ content }) => content);
  const quick = rooms.flatMap((_, index) => (isSlow(index) ? [] : index));
  const slow = rooms.flatMap((_, index) => (isSlow(index) ? index : []));
  await until(() => quick.every((index) => heard(index).length >= QUESTIONS));
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const waiting = slow.filter((index) => heard(index).length === 0).length;
  await until(() => slow.every((index) => heard(index).length >= QUESTIONS));
  const inOrder = [...quick, ...slow].filter((index) => {
    const wanted = asked.map((text) => `answer to ${isSlow(index) ? 'slow ' : ''}${text}`);
    return JSON.stringify(heard(index)) === JSON.stringify(wanted);
  });
  report.add(
    `${CONVERSATIONS} conversations at once, ${QUESTIONS} questions each`,
    `${quick.length} answered in ${seconds} s, with ${waiting} of ${slow.length} slow ones still thinking; in order and once: ${inOrder.length}`,
    { beside: 'discord.js sends 50 a second' },
  );
}

async function until(check: () => boolean): Promise<void> {
  const deadline = performance.now() + 3 * SLOW_MS + 60_000;
  while (!check()) {
    if (performance.now() > deadline) throw new Error('not everything was answered');
    await sleep(5);
  }
}

async function memory(apiUrl: string, ownerId: string): Promise<void> {
  const withDiscord = await resident('coda', apiUrl, ownerId);
  const without = await resident('coda');
  const client = await resident('discord.js', apiUrl);
  const bare = await resident('node');
  const mb = (size: number) => `${size.toFixed(0)} MB`;
  report.add('resident that Discord adds', mb(withDiscord - without), {
    beside: `bare discord.js ${mb(client - bare)}`,
    wanted: '≤ 60 MB',
  });
}

/** The median of a few processes, each looked at when it has come to rest. */
async function resident(...args: string[]): Promise<number> {
  const sizes: number[] = [];
  for (let index = 0; index < PROCESSES; index++) {
    const running = await begin(...args);
    await sleep(SETTLE_MS);
    sizes.push(await running.memory());
    running.end();
  }
  return sizes.sort((a, b) => a - b)[Math.floor(PROCESSES / 2)] as number;
}

/** Resolves when the next request for a channel's messages arrives. */
function watch(fake: FakeDiscord) {
  const waiting = new Map<string, () => void>();
  fake.rest.fault = ({ params, route, method }) => {
    if (method === 'POST' && route === '/channels/:channel/messages') {
      waiting.get(params[0] ?? '')?.();
      waiting.delete(params[0] ?? '');
    }
    return undefined;
  };
  return (channel: string) => new Promise<void>((resolve) => waiting.set(channel, resolve));
}

async function begin(...args: string[]) {
  const child = spawn(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async memory(): Promise<number> {
      child.stdin.write('\n');
      return Number((await lines.next()).value);
    },
    end: () => child.stdin.end(),
  };
}
