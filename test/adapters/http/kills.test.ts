import { expect, test } from 'vitest';
import { LONG } from '../../support/long.ts';
import { SEED } from '../../support/seeded.ts';
import { killed } from './kills.ts';

const KILLS = LONG ? 30 : 2;

test('clients that repeat their requests while coda is killed get one effect and one answer for each', async () => {
  const { died, ...became } = await killed({ kills: KILLS, seed: LONG ? SEED : 5 });
  expect(became).toEqual({ twice: [], missing: 0, differing: [] });
  expect(died).toBeGreaterThan(LONG ? KILLS / 2 : 0);
});
