import { expect, test } from 'vitest';
import { killed } from './kills.ts';

test('a daemon that is killed in the middle of conversations answers every question exactly once', async () => {
  const { died, twice, missing } = await killed({ kills: 2, seed: 11 });
  expect({ twice, missing }).toEqual({ twice: [], missing: [] });
  expect(died).toBeGreaterThan(0);
});
