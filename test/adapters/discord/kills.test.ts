import { expect, test } from 'vitest';
import { LONG } from '../../support/long.ts';
import { killed } from './kills.ts';
import { lostAnswers } from './lost.ts';
import { soak } from './soak.ts';

const seed = Number(process.env.CODA_TEST_SEED ?? (LONG ? Math.floor(Math.random() * 1_000_000) : 11));
const KILLS = LONG ? 30 : 2;

test(`a daemon that is killed in the middle of conversations answers every question exactly once (seed ${seed})`, async () => {
  const { died, twice, missing } = await killed({ kills: KILLS, seed });
  expect({ twice, missing }).toEqual({ twice: [], missing: [] });
  expect(died).toBeGreaterThan(LONG ? KILLS / 2 : 0);
});

// A push plays 100 messages (gateway.test.ts) and the same losses one by one (speaking.test.ts).
if (LONG) {
  test(`1,000 messages while the connection breaks at 50 places: each answered exactly once (seed ${seed})`, async () => {
    expect(await soak({ messages: 1_000, drops: 50, seed })).toEqual({ answered: 1_000, twice: [], missing: [] });
  });

  test(`200 sends with answers lost at random: no duplicate, none missing (seed ${seed})`, async () => {
    expect(await lostAnswers({ sends: 200, seed })).toEqual({ faults: true, twice: [], missing: [] });
  });
}
