import { expect, test } from 'vitest';
import { killed } from './kills.ts';
import { lostAnswers, soak } from './soak.ts';

const seed = Number(process.env.CODA_TEST_SEED ?? Math.floor(Math.random() * 1_000_000));

test(`1,000 events while sockets break at 50 places: each answered exactly once (seed ${seed})`, async () => {
  expect(await soak({ messages: 1_000, drops: 50, seed })).toEqual({ twice: [], missing: [] });
});

test(`200 posts with answers lost at random: none doubled, none missing (seed ${seed})`, async () => {
  expect(await lostAnswers({ sends: 200, seed })).toEqual({ faults: true, twice: [], missing: [] });
});

test(`killed at 30 random moments of a conversation: every question answered exactly once (seed ${seed})`, async () => {
  const { died, twice, missing } = await killed({ kills: 30, seed });
  expect({ twice, missing }).toEqual({ twice: [], missing: [] });
  expect(died).toBeGreaterThan(15);
});

test(`killed at 10 random moments while it asks for long who speaks: the same (seed ${seed})`, async () => {
  const points = ['inbox.postpone', 'postponed.heard', 'inbox.accept'];
  const { died, twice, missing } = await killed({ kills: 10, seed, points, slow: true });
  expect({ twice, missing }).toEqual({ twice: [], missing: [] });
  expect(died).toBeGreaterThan(5);
});
