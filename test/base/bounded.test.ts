import { expect, test } from 'vitest';
import { backOff } from '../../src/base/async.ts';
import { BoundedMap, BoundedSet } from '../../src/base/bounded.ts';

test('a bounded map or set drops what came first, and keeps what is set again', () => {
  const map = new BoundedMap<string, number>(2);
  map.set('a', 1).set('b', 2).set('a', 3);
  expect([...map]).toEqual([
    ['a', 3],
    ['b', 2],
  ]);
  map.set('c', 4);
  expect([...map.keys()]).toEqual(['b', 'c']);
  const set = new BoundedSet<string>(2);
  for (const value of ['a', 'b', 'b', 'c']) set.add(value);
  expect([...set]).toEqual(['b', 'c']);
});

test('waits double up to the longest, and no two that failed together come back together', () => {
  for (const attempt of [1, 2, 3, 4, 5, 100]) {
    const full = Math.min(200, 10 * 2 ** (attempt - 1));
    const waits = Array.from({ length: 50 }, () => backOff(attempt, 200, 10));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(full / 2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(full);
    expect(new Set(waits).size).toBeGreaterThan(1);
  }
});
