import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { holdAfter, waitingForLocks } from '../support/holds.ts';
import { type Play, play } from '../support/play.ts';
import { POSTGRES_URL } from '../support/postgres.ts';
import { echo, ScriptedModel } from '../support/scripted-model.ts';

/** How often the server has ended a statement because two waited for each other. */
async function deadlocks(coda: Play): Promise<number> {
  const sql = 'select deadlocks from pg_stat_database where datname = current_database()';
  await coda.database().read('select pg_stat_force_next_flush()');
  return (await coda.database().read<{ deadlocks: number }>(sql)).rows[0]?.deadlocks ?? 0;
}

describe.skipIf(!POSTGRES_URL)('lanes are locked before people', () => {
  test('by what is said while a turn of the same person, that holds the lane, changes the person', async () => {
    const model = new ScriptedModel([{ call: 'timezone_set', input: { zone: 'Asia/Tokyo' } }], ['moved'], ['heard']);
    await using coda = await play({ engine: 'PostgreSQL', model });
    await coda.person('ana').says('/timezone Europe/Berlin');
    const before = await deadlocks(coda);
    const holding = holdAfter(coda, 'turn.tool', /^select cancel from lanes/);
    const first = await coda.hear('ana', 'dm-ana', 'I moved to Tokyo');
    await holding.reached;
    const second = coda.hear('ana', 'dm-ana', 'and it is nice');
    expect(await eventually(async () => (await waitingForLocks(coda)) === 1)).toBe(true);
    holding.goOn();
    await first.settled;
    await (await second).settled;
    expect(await coda.count(`persons where zone = 'Asia/Tokyo'`)).toBe(1);
    expect(await deadlocks(coda)).toBe(before);
  });

  test.each([
    ['what an erasure begins with', /from lanes/],
    ['the person', /from persons/],
  ])('by what is said while the person is forgotten, behind %s', async (_, statement) => {
    await using coda = await play({
      engine: 'PostgreSQL',
      model: echo(),
      config: { 'access.rate_limit': { requests: 100, window: '1m' } },
    });
    const ana = coda.person('ana');
    await ana.says('hello');
    await coda.hear('ana', 'garden', 'hello', 'owner');
    await coda.app.whenSettled();
    const before = await deadlocks(coda);
    await ana.says('/forget');
    const erasing = holdAfter(coda, 'press.run', statement);
    const forgotten = ana.presses('Yes, forget me');
    await erasing.reached;
    // In a lane where they were served last, and in one where they have never been.
    const said = ['dm-ana', 'garden', 'kitchen'].map((place) => coda.hear('ana', place, 'wait'));
    expect(await eventually(async () => (await waitingForLocks(coda)) > 0)).toBe(true);
    erasing.goOn();
    await forgotten;
    for (const each of said) await (await each).settled;
    expect(await deadlocks(coda)).toBe(before);
  });
});
