import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Program } from '../../support/jsonl.ts';
import { LONG } from '../../support/long.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';
import { FakeSlack, wordsOf } from '../../support/slack/index.ts';
import { daemonFor, killed } from './kills.ts';
import { lostAnswers, soak } from './soak.ts';

/** A push plays the short forms with a fixed seed. */
const seed = LONG ? Number(process.env.CODA_TEST_SEED ?? Math.floor(Math.random() * 1_000_000)) : 7;

test(`events while sockets break: each answered exactly once (seed ${seed})`, async () => {
  const size = LONG ? { messages: 1_000, drops: 50 } : { messages: 30, drops: 3 };
  expect(await soak({ ...size, seed })).toEqual({ twice: [], missing: [] });
});

test(`posts with answers lost at random: none doubled, none missing (seed ${seed})`, async () => {
  expect(await lostAnswers({ sends: LONG ? 200 : 20, seed })).toEqual({ faults: true, twice: [], missing: [] });
});

const LOOKED_UP = ['inbox.postpone', 'postponed.heard', 'inbox.accept'];

test.each([
  { when: 'what is looked up for long is kept', kills: 1, seed: 3, points: ['inbox.postpone'], slow: true },
  ...(LONG
    ? [
        { when: 'a file is stored with its question', kills: 1, seed: 3, points: ['files.keep'] },
        { when: 'they talk, at 30 random moments', kills: 30, seed },
        { when: 'it asks for long who speaks, at 10 random moments', kills: 10, seed, points: LOOKED_UP, slow: true },
      ]
    : []),
])('killed while $when: every question is answered exactly once', async ({ when: _, ...how }) => {
  const { died, twice, missing } = await killed(how);
  expect({ twice, missing }).toEqual({ twice: [], missing: [] });
  expect(died).toBeGreaterThan(how.kills > 1 ? how.kills / 2 : 0);
});

if (LONG) {
  test('killed while an answer grows: it is one message in the end, and whole', async () => {
    const fake = await FakeSlack.start();
    await using server = await ModelServer.start();
    const ana = fake.user('Ana');
    const dm = fake.dm(ana);
    const args = await daemonFor(fake, ana, [`models: ${JSON.stringify(modelConfig(server).models)}`]);
    const updates = () => fake.web.calls.filter(({ method }) => method === 'chat.update').length;
    const slowly = Array.from({ length: 200 }, (_, index) => `beginning ${index} `);
    server.play({ text: slowly, pace: 200 }, { text: 'the whole answer' });
    {
      await using daemon = new Program(['run', ...args]);
      await daemon.logged('"msg":"ready"');
      fake.says(ana, dm, 'go on');
      expect(await eventually(() => updates() > 0)).toBe(true);
    }
    expect(wordsOf(fake.said(dm)[0]!)).toContain('beginning');
    await using daemon = new Program(['run', ...args]);
    const shown = () => fake.said(dm).map(wordsOf);
    expect(await eventually(() => shown().join() === 'the whole answer')).toBe(true);
    await daemon.logged('"msg":"ready"');
    expect(shown()).toEqual(['the whole answer']);
    await fake.close();
  });
}
