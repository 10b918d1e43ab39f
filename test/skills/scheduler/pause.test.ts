/** Schedules, and tasks of coda, that are off until a date. */
import { describe, expect, test } from 'vitest';
import { hooksOf } from '../../support/hooks.ts';
import { play } from '../../support/play.ts';
import { echo } from '../../support/scripted-model.ts';

describe('a schedule that is off until a date', () => {
  test('leaves out what comes before, goes on by itself, and makes up for nothing', async () => {
    await using coda = await play({ model: echo(), at: '2026-11-20T07:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 9 say it');
    const said = await ana.says('/schedules off 1 until 24 November');
    expect(said).toContain('“say it” is off until Tuesday 24 November 2026. It goes on Tue 24 Nov at 09:00.');
    expect(await ana.says('/schedules')).toContain('off until Tuesday 24 November 2026');
    const turns = "inbox where payload ->> 'origin' = 'schedule'";
    await coda.passes({ days: 3 });
    expect(await coda.count(turns)).toBe(0);
    await coda.passes({ days: 2 });
    expect(await coda.count(turns)).toBe(1);
    expect(await ana.says('/schedules')).not.toContain('off until');
  });

  test('keeps its date through changes, is on again where it is switched on, and that is taken back', async () => {
    await using coda = await play({ model: echo(), at: '2026-11-20T07:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 9 say it');
    await ana.says('/schedules off 1 until in a week');
    expect(await ana.says('/schedules change 1 every day at 10')).toContain('Changed “say it”');
    const next = async () =>
      (await coda.database().read<{ next_at: Date }>('select next_at from person_schedules')).rows[0]?.next_at;
    expect(await next()).toEqual(new Date('2026-11-27T09:00:00Z'));
    await ana.says('/schedules on 1');
    expect(await next()).toEqual(new Date('2026-11-20T09:00:00Z'));
    await ana.says('/undo');
    expect(await next()).toEqual(new Date('2026-11-27T09:00:00Z'));
    expect(await ana.says('/schedules')).toContain('off until Friday 27 November 2026');
  });

  test('is refused where the words are no date to come, and where it does not come after it', async () => {
    await using coda = await play({ at: '2026-11-20T07:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('/schedule tomorrow at 9 say it');
    expect(await ana.says('/schedules off 1 until the cows come home')).toContain('as a date');
    expect(await ana.says('/schedules off 1 until 2026-11-20')).toContain('has passed');
    expect(await ana.says('/schedules off 1 until 2033-01-01')).toContain('two years');
    expect(await ana.says('/schedules off 1 until in a week')).toContain('“say it” does not come after that date.');
    expect(await coda.count("person_schedules where state = 'on' and off_until is null")).toBe(1);
  });

  test('does not look at what its hook is sent', async () => {
    await using coda = await play({ at: '2026-11-20T07:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('hello');
    const washer = { name: 'washer', person: 'ana', kind: 'watch', allow_unsigned: true } as const;
    await hooksOf(coda).add({ ...washer, template: { text: 'x' } });
    await ana.says('/schedule hook washer.power --below 5 --title washing');
    await ana.says('/schedules off washing until tomorrow');
    const send = async (power: number) => {
      await hooksOf(coda).takeLocal('washer', Buffer.from(JSON.stringify({ power })), undefined);
      await coda.passes({ minutes: 1 });
    };
    await send(1);
    expect(ana.heard('“washing”:')).toEqual([]);
    await coda.passes({ days: 1 });
    await send(2);
    expect(ana.heard('“washing”:')).toHaveLength(1);
  });
});

test("a task of coda's own is off until a date, over a restart and another time of it", async () => {
  await using coda = await play({ at: '2026-11-20T07:00:00Z' });
  const ana = coda.person('ana');
  expect(await ana.says('/schedules off retention until in a week')).toContain(
    '“retention” is off until Friday 27 November 2026.',
  );
  expect(await ana.says('/schedules all')).toMatch(
    /`retention`: off until Friday 27 November 2026; next Fri 27 Nov \d\d:\d\d/,
  );
  await coda.database().run('test', `update schedules set rule = 'x', source = 'older' where name = 'retention'`);
  await coda.restart();
  expect(await ana.says('/schedules all')).toMatch(/`retention`: off until .*; next Fri 27 Nov \d\d:\d\d/);
  expect(await ana.says('/schedules on retention')).toContain('is on');
  expect(await ana.says('/schedules all')).toMatch(/`retention`: next (?:Fri 20|Sat 21) Nov/);
});
