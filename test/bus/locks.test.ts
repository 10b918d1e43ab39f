import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { uuid } from '../../src/base/ids.ts';
import { openLocks } from '../../src/bus/index.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/ports.ts';
import { requireService } from '../support/postgres.ts';
import { REDIS_URL } from '../support/redis.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_REDIS');

/** The locks of a process of its own. */
function locksOn(url: string | undefined, ttlMs?: number) {
  const locks = openLocks({ url, ...(ttlMs !== undefined && { ttlMs }) }, testWorld());
  onTestFinished(() => locks.close());
  return locks;
}

function redis(): Redis {
  const own = new Redis(REDIS_URL ?? '');
  onTestFinished(() => void own.disconnect());
  return own;
}

/** A name that no other run has. */
const fresh = () => `test:${uuid(new Date())}`;

test.skipIf(!REDIS_URL)('one process has a lock, and gives it to the next one', async () => {
  const [one, two] = [locksOn(REDIS_URL), locksOn(REDIS_URL)];
  const name = fresh();
  {
    await using held = await one.take(name);
    expect(held?.lost.aborted).toBe(false);
    expect(await two.take(name)).toBeUndefined();
    expect(await two.take(fresh())).toBeDefined();
  }
  await using next = await two.take(name);
  expect(next).toBeDefined();
});

test.skipIf(!REDIS_URL)(
  'a lock is renewed while it is held, and free when the time of a dead process is up',
  async () => {
    const [one, two] = [locksOn(REDIS_URL, 200), locksOn(REDIS_URL, 200)];
    const name = fresh();
    const held = await one.take(name);
    const own = redis();
    const token = await own.get(`coda:lock:${name}`);
    // As if it had nearly run out: a renewal sets its time anew.
    await own.pexpire(`coda:lock:${name}`, 100_000);
    expect(await eventually(async () => (await own.pttl(`coda:lock:${name}`)) <= 200)).toBe(true);
    expect(await own.get(`coda:lock:${name}`)).toBe(token);
    await held?.[Symbol.asyncDispose]();
    await own.set(`coda:lock:${name}`, 'of a dead process', 'PX', 200);
    expect(await eventually(async () => (await two.take(name)) !== undefined)).toBe(true);
  },
);

test.skipIf(!REDIS_URL)('a lock that another one has taken meanwhile is lost, and stays with them', async () => {
  const one = locksOn(REDIS_URL, 200);
  const name = fresh();
  const own = redis();
  {
    await using held = await one.take(name);
    await own.set(`coda:lock:${name}`, 'another', 'PX', 60_000);
    expect(await eventually(() => held?.lost.aborted)).toBe(true);
  }
  expect(await own.get(`coda:lock:${name}`)).toBe('another');
  await own.del(`coda:lock:${name}`);
});

test('without Redis, and while it is away, everybody gets every lock', async () => {
  const name = fresh();
  for (const url of [undefined, `redis://127.0.0.1:${await freePort()}`]) {
    const locks = locksOn(url);
    await using one = await locks.take(name);
    await using two = await locks.take(name);
    expect([one?.lost.aborted, two?.lost.aborted]).toEqual([false, false]);
  }
});
