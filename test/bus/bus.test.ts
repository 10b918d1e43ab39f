import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { openBus } from '../../src/bus/index.ts';
import { busContract } from '../support/bus-contract.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/ports.ts';
import { requireService } from '../support/postgres.ts';
import { REDIS_URL } from '../support/redis.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_REDIS');

busContract('memory', { available: true, open: (world) => openBus({}, world) });
busContract('Redis', { available: REDIS_URL !== undefined, open: (world) => openBus({ url: REDIS_URL }, world) });

describe.skipIf(!REDIS_URL)('several processes on one Redis', () => {
  test('a hint reaches the other processes', async () => {
    const [one, two] = await Promise.all([
      openBus({ url: REDIS_URL }, testWorld()),
      openBus({ url: REDIS_URL }, testWorld()),
    ]);
    const heard: string[] = [];
    two.subscribe('coda-test-processes', (payload) => heard.push(payload));
    await eventually(() => {
      one.publish('coda-test-processes', 'from one');
      return heard.includes('from one');
    });
    expect(new Set(heard)).toEqual(new Set(['from one']));
    await Promise.all([one.close(), two.close()]);
  });
});

describe('without its Redis', () => {
  test('hints stay in the process and nothing waits or throws', async () => {
    const bus = await openBus({ url: `redis://127.0.0.1:${await freePort()}` }, testWorld());
    expect(bus.healthy()).toBe(false);
    const heard: string[] = [];
    bus.subscribe('here', (payload) => heard.push(payload));
    bus.publish('here', 'x');
    await eventually(() => heard.length > 0);
    expect(heard).toEqual(['x']);
    await bus.close();
  });

  test.skipIf(!REDIS_URL)('it goes on by itself when Redis comes back, and has complained once', async () => {
    const port = await freePort();
    const world = testWorld();
    const complaints: unknown[] = [];
    world.log.warn = (...line: unknown[]) => void complaints.push(line);
    let redis = await startRedis(port);
    const bus = await openBus({ url: `redis://127.0.0.1:${port}` }, world);
    const other = await openBus({ url: `redis://127.0.0.1:${port}` }, testWorld());
    const heard: string[] = [];
    bus.subscribe('back', (payload) => heard.push(payload));
    await eventually(() => bus.healthy() && other.healthy());

    await redis.stop();
    await eventually(() => !bus.healthy());
    redis = await startRedis(port);
    await eventually(() => bus.healthy() && other.healthy());
    await eventually(() => {
      other.publish('back', 'again');
      return heard.includes('again');
    });
    expect(heard).toContain('again');
    expect(complaints).toHaveLength(1);
    await Promise.all([bus.close(), other.close(), redis.stop()]);
  });
});

async function startRedis(port: number): Promise<{ stop(): Promise<void> }> {
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  await eventually(() => output.includes('Ready to accept connections'));
  return {
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
