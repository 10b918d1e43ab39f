import { expect, test } from 'vitest';
import { Queue } from '../../src/sandbox/sandbox.ts';

test('those who wait come in their order, and hear how many are before them', async () => {
  const queue = new Queue(1);
  const order: string[] = [];
  const first = await queue.enter();
  const waits = ['b', 'c'].map(async (name) => {
    const leave = await queue.enter(undefined, (before) => order.push(`${name} waits behind ${before}`));
    order.push(name);
    leave();
  });
  first();
  first();
  await Promise.all(waits);
  expect(order).toEqual(['b waits behind 0', 'c waits behind 1', 'b', 'c']);
});

test('who gives up leaves the queue, and the place goes to the next', async () => {
  const queue = new Queue(1);
  const leave = await queue.enter();
  const impatient = new AbortController();
  const gone = queue.enter(impatient.signal);
  const next = queue.enter();
  impatient.abort(new Error('stopped'));
  await expect(gone).rejects.toThrow('stopped');
  leave();
  (await next)();
  await queue.enter();
});
