import { expect, test } from 'vitest';
import { killed } from './kills.ts';

test('clients that repeat their requests while coda is killed get one effect and one answer for each', async () => {
  const { died, ...became } = await killed({ kills: 2, seed: 5 });
  expect(became).toEqual({ twice: [], missing: 0, differing: [] });
  expect(died).toBeGreaterThan(0);
});
