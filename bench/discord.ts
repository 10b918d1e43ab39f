/**
 * What coda adds in Discord: `npm run bench -- discord`. The real discord.js speaks to a fake Discord in a process of
 * its own; the model answers at once. Measured: from the moment that a message is sent to coda until its first request
 * arrives; many conversations at once; and the memory that Discord costs.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Model } from '../src/agent/index.ts';
import { type App, build } from '../src/app/index.ts';
import { SystemClock } from '../src/base/clock.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { loadConfig } from '../src/config/index.ts';
import { FakeDiscord } from '../test/support/discord/index.ts';

const MESSAGES = 200;
const WARM_UP = 20;
const AT_ONCE = 200;

/** Answers at once; who says "slow" waits two seconds. */
const slowFor: Model = {
  name: 'bench/echo',
  async *generate({ messages }) {
    const said = messages.findLast((message) => message.role === 'user')?.text ?? '';
    if (said.startsWith('slow')) await new Promise((resolve) => setTimeout(resolve, 2_000));
    yield { type: 'text', text: `answer to ${said}` };
    yield { type: 'stop', reason: 'end' };
  },
};

const [mode, url, owner] = process.argv.slice(2);
if (mode === 'coda') await coda(url, owner);
else await measure();

/** coda in a process of its own; says `ready`, then its resident memory on each line that comes. */
async function coda(apiUrl = '', ownerId = ''): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  const discord = apiUrl !== 'none';
  const settings: Record<string, unknown> = discord
    ? { 'discord.token': 'fake-discord-token', 'discord.api_url': apiUrl, 'access.owners': [`discord:${ownerId}`] }
    : {};
  const flags = Object.fromEntries(Object.entries(settings).map(([path, value]) => [path, { name: path, value }]));
  const secrets = new Secrets();
  const config = loadConfig({ env: {}, dataDir: folder, flags, secrets, cwd: folder });
  const world = { clock: new SystemClock(), env: {}, log: silentLog(), secrets };
  const onFatal = (error: Error) => console.error(error);
  const app: App = await build(config, world, { version: 'bench', hint: '', onFatal, model: slowFor });
  await app.start();
  console.log('ready');
  for await (const _ of createInterface({ input: process.stdin })) {
    global.gc?.();
    console.log(process.memoryUsage.rss() / 1_000_000);
  }
  await app.stop(0);
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const fake = await FakeDiscord.start();
  // Discord's own pace is not what is measured.
  const ana = fake.user('Ana');
  const guild = fake.guild('Bench', [ana]);
  const channels = Array.from({ length: AT_ONCE }, (_, index) => fake.channel(guild, `room-${index}`));
  const process_ = await begin(fake.apiUrl, ana.id);
  const arrived = watch(fake);
  const say = (index: number, text: string) => fake.says(ana, channels[index] as never, `<@${fake.bot.id}> ${text}`);

  const times: number[] = [];
  for (let index = 0; index < MESSAGES; index++) {
    const room = index % 10;
    const first = arrived(channels[room]?.id ?? '');
    const begun = performance.now();
    say(room, `message ${index}`);
    await first;
    times.push(performance.now() - begun);
  }
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] as number).toFixed(1);
  console.log(`a message until its first request    p50 ${at(0.5)} ms   p99 ${at(0.99)} ms   (≤ 15, ≤ 60)`);

  const begun = performance.now();
  const quick: Promise<unknown>[] = [];
  for (let index = 0; index < AT_ONCE; index++) {
    const slow = index % 20 === 0;
    const answer = arrived(channels[index]?.id ?? '');
    say(index, slow ? 'slow one' : 'quick one');
    if (!slow) quick.push(answer);
  }
  await Promise.all(quick);
  // discord.js itself sends at most 50 requests a second.
  console.log(
    `${AT_ONCE} conversations at once: ${quick.length} quick ones after ${(performance.now() - begun).toFixed(0)} ms`,
  );

  const withDiscord = await process_.memory();
  const without = await begin('none', '');
  const bare = await without.memory();
  console.log(
    `resident with Discord ${withDiscord.toFixed(0)} MB, without ${bare.toFixed(0)} MB: +${(withDiscord - bare).toFixed(0)} MB (≤ 60)`,
  );
  process_.end();
  without.end();
  await fake.close();
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

async function begin(apiUrl: string, ownerId: string) {
  const args = ['--expose-gc', fileURLToPath(import.meta.url), 'coda', apiUrl, ownerId];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
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
