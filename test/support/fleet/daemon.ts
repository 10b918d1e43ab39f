/**
 * A whole coda in a process of its own, on the scripted platform: `node daemon.js`. What it is comes in FLEET_DAEMON as
 * JSON (`DaemonOptions`); it says `{"ready":true}` on stdout and answers orders (`Orders`) from stdin, one line each.
 */
import { createInterface } from 'node:readline';
import { build, createWorld, readConfig } from '../../../src/app/index.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { Secrets } from '../../../src/base/log.ts';
import type { Point, World } from '../../../src/base/world.ts';
import type { Skill } from '../../../src/chat/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { FleetAdapter } from './adapter.ts';
import { outsideSkill, scriptedModel } from './mind.ts';
import type { DaemonOptions, OrderLine } from './orders.ts';

const options = JSON.parse(process.env.FLEET_DAEMON ?? '{}') as DaemonOptions;
const started = performance.now();

/** Counts every named point, and ends the process at the armed one, as `kill -9` would. */
const seen: Record<string, number> = {};
let armed: { point: string; left: number } | undefined;
function probe({ name, phase }: Point): void {
  const point = `${phase}:${name}`;
  seen[point] = (seen[point] ?? 0) + 1;
  if (armed?.point === point && --armed.left === 0) process.kill(process.pid, 'SIGKILL');
}

const secrets = new Secrets();
const made = createWorld({ env: process.env, secrets, level: options.log ?? 'silent' });
const warnings: string[] = [];
made.log.warn = (...line: unknown[]) => void warnings.push(JSON.stringify(line));
const world: World = {
  ...made,
  probe: (point) => {
    made.probe?.(point);
    probe(point);
  },
};
const config = readConfig({
  env: options.url ? { DATABASE_URL: options.url } : {},
  dataDir: options.dataDir,
  cwd: options.dataDir,
  secrets,
  flags: Object.fromEntries(
    Object.entries({
      'assistant.zone': 'UTC',
      ...(options.redis && { 'redis.url': options.redis }),
      ...options.config,
    }).map(([path, value]) => [path, { name: `--${path}`, value }]),
  ),
});

const model = scriptedModel(options.life, options.streams ?? false);
let database: Database | undefined;
/** Lets the test look into the database of an engine that serves one process only. */
const window: Skill = {
  name: 'window',
  tools: (deps) => {
    database = deps.database;
    return [];
  },
};
const { port, deduplicatesForMs = 120_000, canFind = true } = options;
const app = await build(config, world, {
  version: 'test',
  hint: '',
  onFatal: (error) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(70);
  },
  adapters: [new FleetAdapter({ port, deduplicatesForMs, canFind, longest: 120 })],
  skills: [outsideSkill(port), window],
  ...(options.offline ? {} : { model }),
});
await app.start();
say({ ready: true, ms: Math.round(performance.now() - started) });

async function obey(order: OrderLine): Promise<unknown> {
  switch (order.do) {
    case 'arm': {
      const [phase, name, times = '1'] = order.at.split(':');
      armed = { point: `${phase}:${name}`, left: Number(times) };
      return true;
    }
    case 'stream':
      model.streams = order.on;
      return true;
    case 'points':
      return seen;
    case 'settled':
      await app.whenSettled();
      return true;
    case 'look':
      app.worker.lookForWork();
      return true;
    case 'sql':
      return (await database?.read(order.sql))?.rows;
    case 'warnings':
      return warnings;
    case 'status':
      return { ...((await app.status()) as object), rss: process.memoryUsage().rss, cpu: process.cpuUsage() };
    case 'stop':
      await app.stop();
      setImmediate(() => process.exit());
      return true;
  }
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => {
  const order = JSON.parse(line) as OrderLine;
  obey(order).then(
    (value) => say({ id: order.id, value: value ?? null }),
    (error: unknown) => say({ id: order.id, error: messageOf(error) }),
  );
});
// The test is gone: nobody is left to stop this process.
orders.once('close', () => process.kill(process.pid, 'SIGKILL'));
