import { expect, test } from 'vitest';
import { TestClock } from '../../src/base/clock.ts';
import { AttemptLimits } from '../../src/sign-in/limits.ts';

const BOUNDS = { address: 10, account: 20, all: 100, windowMs: 900_000 };

function counted(attempts: readonly { address: string; account?: string }[]): number {
  const limits = new AttemptLimits(new TestClock(new Date('2026-11-20T08:00:00Z')), BOUNDS);
  return attempts.filter((attempt) => {
    try {
      limits.count(attempt);
      return true;
    } catch {
      return false;
    }
  }).length;
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

test('a thousand addresses that try one password on many names have a hundred attempts together', () => {
  expect(counted(times(1_000, (at) => ({ address: `10.0.${at >> 8}.${at & 255}`, account: `name ${at}` })))).toBe(100);
});

test('a thousand addresses that try one name have twenty', () => {
  expect(counted(times(1_000, (at) => ({ address: `10.0.${at >> 8}.${at & 255}`, account: 'ana' })))).toBe(20);
});

test('one network of IPv6 is one address, and so is an IPv4 address in both of its forms', () => {
  expect(counted(times(50, (at) => ({ address: `2001:db8:1:2::${at.toString(16)}` })))).toBe(10);
  expect(counted(times(50, (at) => ({ address: `2001:db8:1:${at.toString(16)}::1` })))).toBe(50);
  expect(counted(times(50, (at) => ({ address: at % 2 ? '192.0.2.1' : '::ffff:192.0.2.1' })))).toBe(10);
});

test('a window ends, and a right attempt is none', async () => {
  const clock = new TestClock(new Date('2026-11-20T08:00:00Z'));
  const limits = new AttemptLimits(clock, BOUNDS);
  const attempt = { address: '192.0.2.1', account: 'ana' };
  for (let at = 0; at < 200; at++) {
    limits.count(attempt);
    limits.forgive(attempt);
  }
  for (let at = 0; at < 10; at++) limits.count(attempt);
  expect(() => limits.count(attempt)).toThrow('Too many attempts');
  await clock.moveTo(new Date('2026-11-20T08:16:00Z'));
  limits.count(attempt);
});

test('names that are made up push no counter out', () => {
  const ana = { address: '192.0.2.1', account: 'ana' };
  const made = times(10_001, (at) => ({ address: '192.0.2.1', account: `name ${at}` }));
  expect(counted([...times(10, () => ana), ...made, ...times(10, () => ana)])).toBe(10);
});

test('whoever has an account of their own guesses no more for it', () => {
  const limits = new AttemptLimits(new TestClock(new Date('2026-11-20T08:00:00Z')), BOUNDS);
  const tried = times(30, () => {
    try {
      limits.count({ address: '192.0.2.1', account: 'ana' });
    } catch {
      return false;
    }
    const own = { address: '192.0.2.1', account: 'mallory' };
    try {
      limits.count(own);
      limits.forgive(own);
    } catch {}
    return true;
  });
  expect(tried.filter(Boolean).length).toBe(10);
});
