import { describe, expect, test } from 'vitest';
import { testDatabases } from '../../support/database.ts';
import { type Play, play } from '../../support/play.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';

/** Puts tasks of ana's into the database, due `days` from now on, a second apart. */
async function plant(coda: Play, count: number, days: number, step: string): Promise<void> {
  const at = new Date(coda.world.clock.now().getTime() + days * 86_400_000);
  await coda.database().run(
    'test.plant',
    `insert into tasks (id, person_id, conversation_id, space_id, title, steps, state, zone, next_at, created_at, changed_at)
     select 'p' || n, c.person_id, c.id, c.space_id, 'thing ' || n, $4::jsonb, 'active', 'UTC',
            $1::timestamptz + n * interval '1 second', $2, $2
       from conversations c, generate_series(1, $3::int) n where c.channel = 'dm-ana'`,
    [at, coda.world.clock.now(), count, JSON.stringify({ v: 1, steps: [{ text: step, by: 'assistant' }] })],
  );
}

describe.each(testDatabases)('a thousand pending tasks on $name', ({ name, available }) => {
  test.skipIf(!available)('cost nothing while they wait', async () => {
    await using coda = await play({ engine: name });
    await coda.person('ana').says('hello');
    await plant(coda, 1_000, 30, 'wait');
    await coda.app.whenSettled();
    const before = await coda.storage();
    // Until the evening: at night coda's own schedules run.
    await coda.passes({ hours: 12 });
    const after = await coda.storage();
    expect(after.commits - before.commits).toBe(0);
    expect(after.roundTrips - before.roundTrips).toBe(0);
  });
});

test.skipIf(!POSTGRES_URL)('of two replicas that take up the same tasks each is worked on once', async () => {
  const asked: string[] = [];
  const model = new ScriptedModel((request) => {
    const [, title] = /Task “([^”]+)”/.exec(lastSaid(request)) ?? [];
    if (title === undefined) return ['Hello.'];
    const since = request.messages.findLastIndex(({ role }) => role === 'user');
    const isDone = request.messages.slice(since).some(({ text }) => text.includes('Finished “'));
    if (isDone) return [`did ${title}`];
    asked.push(title);
    return [{ call: 'task_advance', input: { which: title, step: 1, result: 'done' } }];
  });
  await using coda = await play({ engine: 'PostgreSQL', model, config: { 'memory.auto': 'off' } });
  const ana = coda.person('ana');
  await ana.says('hello');
  await plant(coda, 12, 1, 'do it');
  const other = await coda.replica();
  await coda.world.clock.moveTo(new Date(coda.world.clock.now().getTime() + 2 * 86_400_000), async () => {
    await Promise.all([coda.app.whenSettled(), other.app.whenSettled()]);
  });
  await Promise.all([coda.app.whenSettled(), other.app.whenSettled()]);
  expect(asked.sort()).toEqual(Array.from({ length: 12 }, (_, index) => `thing ${index + 1}`).sort());
  expect(ana.heard('did thing')).toHaveLength(12);
  expect(await coda.count(`tasks where state = 'done'`)).toBe(12);
  await other.app.stop();
});
