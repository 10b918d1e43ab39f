import { expect, test } from 'vitest';
import { uuid } from '../../src/base/ids.ts';
import { openCache } from '../../src/bus/index.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/ports.ts';
import { requireService } from '../support/postgres.ts';
import { REDIS_URL } from '../support/redis.ts';
import { testWorld } from '../support/world.ts';

requireService('CODA_TEST_REDIS');

/** A cache of a process of its own, which counts what it had to get. */
function cacheOn(url: string | undefined) {
  const cache = openCache({ url }, testWorld());
  let loads = 0;
  const once = async (key: string, keepMs = 60_000, text = 'page') => {
    const signal = new AbortController().signal;
    const load = async () => ({ ok: text !== 'failed', text, load: ++loads });
    return cache.getOrLoad({ key, keepMs, keeps: ({ ok }) => ok, signal, load });
  };
  return { once, loads: () => loads, [Symbol.asyncDispose]: () => cache.close() };
}

/** A key that no other run has. */
const fresh = () => `test ${uuid(new Date())}`;

test.skipIf(!REDIS_URL)('what one process has got another one uses, until its time is up', async () => {
  await using one = cacheOn(REDIS_URL);
  await using two = cacheOn(REDIS_URL);
  const key = fresh();
  await one.once(key);
  await eventually(async () => (await two.once(key)).load === 1 && two.loads() === 0);
  expect(two.loads()).toBe(0);
  const short = fresh();
  await one.once(short, 50);
  // Redis forgets it by its own clock.
  await eventually(async () => (await one.once(short, 50)).load > 2);
  expect(one.loads()).toBeGreaterThan(2);
});

test.skipIf(!REDIS_URL)('what failed, what is not to be kept and what is too large is got again', async () => {
  await using one = cacheOn(REDIS_URL);
  for (const [keepMs, text] of [
    [60_000, 'failed'],
    [0, 'page'],
    [60_000, 'x'.repeat(1_000_001)],
  ] as const) {
    const key = fresh();
    const first = await one.once(key, keepMs, text);
    // A value that is kept stands in Redis as soon as another one does that was kept later.
    const later = fresh();
    await one.once(later);
    await eventually(async () => (await one.once(later)).load === first.load + 1);
    expect((await one.once(key, keepMs, text)).load).toBeGreaterThan(first.load);
  }
});

test('a Redis that is away costs nothing but its hits: each process keeps its own', async () => {
  await using one = cacheOn(`redis://127.0.0.1:${await freePort()}`);
  const key = fresh();
  expect((await one.once(key)).load).toBe(1);
  await eventually(async () => (await one.once(key)).load === 1);
  expect((await one.once(key)).load).toBe(1);
});
