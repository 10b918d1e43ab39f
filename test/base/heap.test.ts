import { expect, test } from 'vitest';
import { collectGarbage } from '../../src/base/heap.ts';

test('what was given up goes when it is told to', async () => {
  const given = new WeakRef(new Array(10_000).fill('text'));
  // A WeakRef keeps what it refers to until the job in which it was made has ended.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(given.deref()).toBeUndefined();
});
