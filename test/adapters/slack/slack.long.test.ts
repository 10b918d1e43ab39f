import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Program } from '../../support/jsonl.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';
import { FakeSlack, wordsOf } from '../../support/slack/index.ts';
import { daemonFor, killed } from './kills.ts';
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

test('killed while a file is stored with its question: every question is answered exactly once', async () => {
  const { died, twice, missing } = await killed({ kills: 1, seed: 3, points: ['files.keep'] });
  expect({ died, twice, missing }).toEqual({ died: 1, twice: [], missing: [] });
});

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
