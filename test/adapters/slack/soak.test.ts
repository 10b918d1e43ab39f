import { expect, test } from 'vitest';
import { killed } from './kills.ts';
import { lostAnswers, soak } from './soak.ts';

// Short forms with a fixed seed; slack.long.test.ts has the long ones.

test('30 events while sockets break at 3 places: each answered exactly once', async () => {
  expect(await soak({ messages: 30, drops: 3, seed: 7 })).toEqual({ twice: [], missing: [] });
});

test('20 posts with answers lost at random: none doubled, none missing', async () => {
  expect(await lostAnswers({ sends: 20, seed: 5 })).toEqual({ faults: true, twice: [], missing: [] });
});

test('killed while what is looked up for long is kept: every question is answered exactly once', async () => {
  const { died, twice, missing } = await killed({ kills: 1, seed: 3, points: ['inbox.postpone'], slow: true });
  expect({ died, twice, missing }).toEqual({ died: 1, twice: [], missing: [] });
});
