/**
 * What a message with a model costs beside the same conversation made directly with the official client, and how soon
 * text is seen: `npm run bench -- turn-model`. The model is a scripted server in a process of its own that answers at
 * once; what it takes is in both figures.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import { build, readConfig } from '../src/app/index.ts';
import { SystemClock } from '../src/base/clock.ts';
import { Secrets, silentLog } from '../src/base/log.ts';
import { MetricsBook } from '../src/base/metrics.ts';
import type { World } from '../src/base/world.ts';
import { openDatabase } from '../src/storage/index.ts';
import { KEY, ModelServer } from '../test/support/model-server/index.ts';
import { FakePlatform } from '../test/support/platform.ts';
import { Report } from './support/report.ts';

/** As many as `bench/turn` says, in conversations of a usual length: what the client sends grows with each message. */
const MESSAGES = 1_000;
const CONVERSATION = 100;
const WARM_UP = 50;
/** Answers that grow slowly are looked at one by one. */
const SLOW_MESSAGES = 60;
const SLOWLY = 'slowly';
const PACE_MS = 10;
const ANSWER = ['This ', 'is ', 'an ', 'answer ', 'of ', 'usual ', 'length.'];

const report = new Report();

if (process.argv[2] === 'server') await serve();
else await measure();

/** The scripted server, in a process of its own. */
async function serve(): Promise<void> {
  const server = await ModelServer.start();
  server.recording = false;
  const now = () => String(performance.timeOrigin + performance.now());
  let told = false;
  server.improvise = ({ messages, ...rest }) => {
    // What stands in front of every message; the client alone sends the same.
    const { system, tools } = rest as Prefix;
    if (!told) process.stdout.write(`${JSON.stringify({ system, tools })}\n`);
    told = true;
    const slowly = JSON.stringify(messages.at(-1)).includes(SLOWLY);
    return slowly ? { text: [`${now()} `, ...ANSWER], pace: PACE_MS } : { text: ANSWER };
  };
  process.stdout.write(`${server.url}\n`);
}

async function measure(): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'server'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const url: string = (await lines.next()).value;
  const folder = mkdtempSync(join(tmpdir(), 'coda-bench-'));
  try {
    const { whole, first, grown, commit } = await throughCoda(url, folder);
    const direct = await directly(url, JSON.parse((await lines.next()).value) as Prefix);
    const limit = direct.p50 + 2 * commit.p50 + 3;
    line('raw commit of the same engine', commit);
    line('the conversation made directly with the client', direct);
    line('the same through coda, until it is stored and sent', whole);
    line('through coda, until the first text is seen', first);
    line(`an answer that grows, from the server's first words until they are seen`, grown, 'p50 ≤ 20 ms');
    const over = whole.p50 - direct.p50;
    report.add('overhead over the client, p50', `${over.toFixed(2)} ms`, {
      beside: `the client alone ${direct.p50.toFixed(2)} ms`,
      wanted: `≤ ${(limit - direct.p50).toFixed(2)} ms (2 commits + 3 ms)`,
    });
    report.print();
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Times {
  p50: number;
  p95: number;
}

function line(what: string, { p50, p95 }: Times, wanted = ''): void {
  report.add(what, `p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms`, { wanted });
}

function timesOf(all: number[]): Times {
  const sorted = all.slice(WARM_UP).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] as number;
  return { p50: at(0.5), p95: at(0.95) };
}

async function timed(count: number, work: (index: number) => Promise<unknown>): Promise<Times> {
  const all: number[] = [];
  for (let index = 0; index < count; index++) {
    const begun = performance.now();
    await work(index);
    all.push(performance.now() - begun);
  }
  return timesOf(all);
}

type Prefix = Pick<Anthropic.MessageCreateParams, 'system' | 'tools'>;

async function directly(url: string, prefix: Prefix): Promise<Times> {
  const client = new Anthropic({ apiKey: KEY, baseURL: url, maxRetries: 0 });
  const messages: Anthropic.MessageParam[] = [];
  return timed(MESSAGES, async (index) => {
    if (index % CONVERSATION === 0) messages.length = 0;
    messages.push({ role: 'user', content: `message ${index}` });
    let text = '';
    const stream = await client.messages.create({
      model: 'main',
      max_tokens: 1_000,
      messages,
      stream: true,
      ...prefix,
    });
    for await (const event of stream) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
    }
    messages.push({ role: 'assistant', content: text });
  });
}

/** Hears of each message as the platform shows it; looking for it again and again would be part of the figures. */
function watched(platform: FakePlatform, shown: () => void): void {
  const { messages } = platform;
  const push = messages.push.bind(messages);
  messages.push = (...more) => {
    const count = push(...more);
    shown();
    return count;
  };
}

async function throughCoda(url: string, dataDir: string) {
  const world: World = {
    clock: new SystemClock(),
    env: {},
    log: silentLog(),
    secrets: new Secrets(),
    metrics: new MetricsBook(),
  };
  const models = { default: 'claude/main', providers: { claude: { kind: 'anthropic', base_url: url, api_key: KEY } } };
  const config = readConfig({
    env: {},
    dataDir,
    flags: { models: { name: '--models', value: models } },
    secrets: world.secrets,
    cwd: dataDir,
  });
  const platform = new FakePlatform({ now: () => world.clock.now() });
  const adapter = platform.connect();
  const app = await build(config, world, { version: 'bench', hint: '', onFatal: console.error, adapters: [adapter] });
  await app.start();
  const firsts: number[] = [];
  let begun = 0;
  watched(platform, () => firsts.push(performance.now() - begun));
  const whole = await timed(MESSAGES, async (index) => {
    begun = performance.now();
    const heard = {
      id: `m${index}`,
      channel: `dm-ana-${Math.floor(index / CONVERSATION)}`,
      from: 'ana',
      text: `message ${index}`,
      role: 'owner' as const,
      kind: 'dm' as const,
    };
    const { settled } = await adapter.hear({ ...heard, sentAt: world.clock.now() });
    await settled;
  });
  const first = timesOf(firsts);
  const seen: number[] = [];
  watched(platform, () => {
    const said = Number.parseFloat(platform.messages.at(-1)?.text ?? '');
    if (said > 0) seen.push(performance.timeOrigin + performance.now() - said);
  });
  for (let index = 0; index < SLOW_MESSAGES; index++) {
    const id = `s${index}`;
    const heard = { id, channel: 'dm-bob', from: 'bob', text: SLOWLY, role: 'owner' as const, kind: 'dm' as const };
    await (await adapter.hear({ ...heard, sentAt: world.clock.now() })).settled;
  }
  await app.stop(0);
  const database = await openDatabase({ dataDir, connectTimeoutMs: 5_000, url: undefined, schema: 'public' }, world);
  await database.run('bench', 'create table bench (n int)');
  const commit = await timed(MESSAGES, () => database.run('bench', 'insert into bench values (1)'));
  await database.close();
  return { whole, first, grown: timesOf(seen), commit };
}
