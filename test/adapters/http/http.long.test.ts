import { expect, test } from 'vitest';
import { killed } from './kills.ts';

const seed = Number(process.env.CODA_TEST_SEED ?? Math.floor(Math.random() * 1_000_000));

test(`killed at 30 random moments: each request has one effect and one answer (seed ${seed})`, async () => {
  const { died, ...became } = await killed({ kills: 30, seed });
  expect(became).toEqual({ twice: [], missing: 0, differing: [] });
  expect(died).toBeGreaterThan(15);
});
