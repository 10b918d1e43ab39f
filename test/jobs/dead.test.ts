import { describe, expect, test } from 'vitest';
import type { Skill } from '../../src/chat/index.ts';
import { testDatabases } from '../support/database.ts';
import { type Play, play } from '../support/play.ts';
import { echo } from '../support/scripted-model.ts';

/** A job that fails until the test lets it succeed. */
function failing() {
  const state = { fails: true, runs: 0 };
  const skill: Skill = {
    name: 'failing',
    work: {
      jobs: () => [
        {
          kind: 'tidy',
          does: 'tidies the shelf',
          run: async () => {
            state.runs++;
            if (state.fails) throw new Error('the shelf is full');
          },
        },
      ],
    },
  };
  return { state, skill };
}

const enqueue = (coda: Play) => {
  const now = coda.world.clock.now();
  return coda
    .database()
    .tx('test', (tx) => coda.app.jobs.enqueue(tx, { kind: 'tidy', payload: null }, { at: now, maxAttempts: 2 }));
};

describe.each(testDatabases)('a background job that gives up, on $name', ({ name, available }) => {
  test.skipIf(!available)('is told to the owner once, shown, and run again on request', async () => {
    const { state, skill } = failing();
    await using coda = await play({ engine: name, model: echo(), skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('hello');
    await enqueue(coda);
    await coda.passes({ hours: 1 });
    const told = () => ana.heard('tidies the shelf (tidy): the shelf is full');
    expect(told()).toHaveLength(1);
    expect(await coda.app.status()).toMatchObject({ jobs: { dead: 1 } });
    expect(await coda.app.jobs.dead()).toMatchObject({ total: 1, jobs: [{ kind: 'tidy', attempts: 2 }] });
    expect(await coda.app.jobs.open()).toMatchObject({ jobs: [{ state: 'dead' }] });
    const check = coda.app.checks.checks.find((each) => each.name === 'background jobs');
    expect(await check?.check(AbortSignal.timeout(5_000))).toMatchObject({
      ok: false,
      says: expect.stringContaining('tidies the shelf (tidy), the shelf is full'),
      remedy: expect.stringContaining('coda jobs retry'),
    });

    state.fails = false;
    expect(await coda.app.jobs.retry()).toBe(1);
    await coda.app.whenSettled();
    expect(state.runs).toBe(3);
    expect(await check?.check(AbortSignal.timeout(5_000))).toMatchObject({ ok: true });
    await coda.passes({ hours: 1 });
    expect(told()).toHaveLength(1);
  });

  test.skipIf(!available)('that gives up again after it was run again is told again', async () => {
    const { state, skill } = failing();
    await using coda = await play({ engine: name, model: echo(), skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('hello');
    await enqueue(coda);
    await coda.passes({ hours: 1 });
    expect(await coda.app.jobs.retry()).toBe(1);
    await coda.passes({ hours: 1 });
    expect(state.runs).toBe(4);
    expect(await coda.app.jobs.dead()).toMatchObject({ total: 1 });
    expect(ana.heard('tidies the shelf (tidy): the shelf is full')).toHaveLength(2);
  });

  test.skipIf(!available)('waits for an owner who can be told, without looking again and again', async () => {
    const { skill } = failing();
    await using coda = await play({ engine: name, model: echo(), skills: [skill] });
    await enqueue(coda);
    await coda.passes({ hours: 1 });
    const before = await coda.storage();
    await coda.passes({ hours: 1 });
    expect((await coda.storage()).roundTrips - before.roundTrips).toBeLessThanOrEqual(3);
    const ana = coda.person('ana');
    await ana.says('hello');
    coda.app.worker.lookForWork();
    await coda.app.whenSettled();
    expect(ana.heard('tidies the shelf (tidy): the shelf is full')).toHaveLength(1);
  });
});
