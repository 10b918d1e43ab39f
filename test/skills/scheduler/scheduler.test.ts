import { describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Outside } from '../../support/outside.ts';
import { type Play, type PlayedPerson, play } from '../../support/play.ts';
import { POSTGRES_URL } from '../../support/postgres.ts';
import { echo, ScriptedModel } from '../../support/scripted-model.ts';

describe('what people plan', () => {
  test('is done in a turn of theirs at each occurrence, seen, switched, moved and taken back', async () => {
    await using coda = await play({ model: echo(), at: '2026-11-20T07:00:00Z' });
    const ana = coda.person('ana');
    expect(await ana.says('/schedule every weekday at 9 tell me something nice')).toContain('every weekday at 09:00');
    await coda.passes({ hours: 2 });
    expect(ana.heard('tell me something nice').filter((text) => !text.includes('every weekday'))).toHaveLength(1);
    expect(await ana.says('/schedules')).toMatch(/last Fri 20 Nov 09:00: went well/);
    await coda.passes({ days: 3 });
    expect(await ana.says('/schedules off something nice')).toContain('is off');
    const before = ana.seen().length;
    await coda.passes({ days: 2 });
    expect(ana.seen()).toHaveLength(before);
    expect(await ana.says('/schedules on 1')).toContain('is on');
    expect(await ana.says('/schedules delete 1')).toContain('Deleted');
    expect(await ana.says('/undo')).toContain('as it was before');
    expect(await ana.says('/schedules run 1')).toContain('runs now');
    expect(ana.seen().length).toBeGreaterThan(before + 4);
  });

  test('a firing has its turn once, also where coda was off, and the latest of many missed ones is made up for', async () => {
    await using coda = await play({ model: echo() });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 10 say it');
    await coda.app.stop();
    await coda.world.clock.moveTo(new Date('2026-11-24T12:00:00Z'));
    await coda.start();
    await coda.app.whenSettled();
    const turns = `select count(*) as n from inbox where payload ->> 'origin' = 'schedule'`;
    expect((await coda.database().read(turns)).rows).toEqual([{ n: 1 }]);
    expect(await ana.says('/schedules')).toContain('next: Wed 25 Nov');
  });

  /** A schedule whose turn an older version began: that one does not say who planned it, and has not noted its end. */
  async function begunByOlder(coda: Play): Promise<PlayedPerson> {
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 10 say it');
    await coda.passes({ hours: 3 });
    await coda.database().run(
      'test.older',
      `update person_schedules set running = (
      select id from inbox where payload ->> 'origin' = 'schedule' and planned_by is null), last_outcome = null`,
    );
    expect(await ana.says('/schedules')).toContain('running since');
    return ana;
  }

  test('the end of a turn that an older version began is noted from the next start on', async () => {
    await using coda = await play({ model: echo() });
    const ana = await begunByOlder(coda);
    await coda.restart();
    await eventually(async () => (await coda.count('person_schedules where running is null')) === 1);
    expect(await ana.says('/schedules')).toContain('went well');
  });

  test.skipIf(!POSTGRES_URL)('and, while replicas are replaced, when the older one has left', async () => {
    await using coda = await play({ engine: 'PostgreSQL', model: echo() });
    const older = '00000000-0000-4000-8000-000000000001';
    await coda.database().run(
      'test.older',
      `insert into instances (id, host, pid, boot_id, program, started_at, heartbeat_at)
       values ($1, 'elsewhere', 1, 'another', 'coda 0.1.0', now(), now())`,
      [older],
    );
    await coda.beat();
    const ana = await begunByOlder(coda);
    await coda.database().run('test.older', 'update instances set ended_at = now() where id = $1', [older]);
    await coda.beat();
    await eventually(async () => (await coda.count('person_schedules where running is null')) === 1);
    expect(await ana.says('/schedules')).toContain('went well');
  });

  test('what was missed while coda was off is left out where the person wants it so', async () => {
    const model = new ScriptedModel(
      [{ call: 'schedule_create', input: { when: 'every day at 10', prompt: 'say it', missed: 'skip' } }],
      ['planned'],
      ['said'],
    );
    await using coda = await play({ model });
    const ana = coda.person('ana');
    await ana.says('every day at 10 say it, unless you are late');
    await coda.app.stop();
    await coda.world.clock.moveTo(new Date('2026-11-24T12:00:00Z'));
    await coda.start();
    await coda.app.whenSettled();
    expect(ana.heard('said')).toEqual([]);
    expect(await ana.says('/schedules')).toContain('left out the last time');
    await coda.passes({ days: 1 });
    expect(ana.heard('said')).toHaveLength(1);
  });

  test('a series is over when its last occurrence was left out, too', async () => {
    const model = new ScriptedModel(
      [
        {
          call: 'schedule_create',
          input: { when: 'every day at 10 until 22 November', prompt: 'say it', missed: 'skip' },
        },
      ],
      ['planned'],
      ['said'],
    );
    await using coda = await play({ model });
    const ana = coda.person('ana');
    await ana.says('every day at 10 until Sunday say it, unless you are late');
    expect(await ana.says('/schedules')).toContain('say it');
    await coda.app.stop();
    await coda.world.clock.moveTo(new Date('2026-11-24T12:00:00Z'));
    await coda.start();
    await coda.app.whenSettled();
    expect(await ana.says('/schedules')).toContain('You have planned nothing');
  });

  test('once is once', async () => {
    await using coda = await play({ model: echo() });
    const ana = coda.person('ana');
    expect(await ana.says('on 3 December at 9 ask me how the exam went')).toContain('ask me how the exam went');
    await ana.says('/schedule on 3 December at 9 ask me how the exam went');
    await coda.passes({ days: 20 });
    expect(ana.seen().filter(({ text }) => text.endsWith('how the exam went'))).toHaveLength(2);
    expect(await ana.says('/schedules')).toContain('You have planned nothing');
  });

  test('its words are no consent: what must ask waits for a button, and the next occurrence does not overtake it', async () => {
    const { skill, sent } = new Outside();
    const model = new ScriptedModel(
      [{ call: 'letter_send', input: { to: 'bob' } }, 'sent'],
      [{ call: 'letter_send', input: { to: 'bob' } }, 'sent'],
    );
    await using coda = await play({ model, skills: [skill] });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 10 yes, write to bob, I approve');
    await coda.passes({ hours: 3 });
    expect(sent).toEqual([]);
    expect(ana.heard('Sends a letter')).toHaveLength(1);
    await coda.passes({ hours: 20 });
    expect(ana.heard('Sends a letter')).toHaveLength(1);
  });

  test('what has nothing to tell says nothing, and leaves nothing behind in the conversation', async () => {
    const model = new ScriptedModel([{ call: 'nothing_to_tell', input: {} }, 'must not be asked for']);
    await using coda = await play({ model });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 10 tell me if the site is down');
    const before = ana.seen().length;
    await coda.passes({ hours: 3 });
    expect(ana.seen()).toHaveLength(before);
    expect(await coda.count('turns')).toBe(1);
    expect(await coda.count('messages')).toBe(0);
  });

  test('quiet hours hold what it says', async () => {
    await using coda = await play({ model: echo(), at: '2026-11-20T20:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('/quiet 22:00-07:00');
    await ana.says('/schedule every day at 23:00 say good night');
    const before = ana.seen().length;
    await coda.passes({ hours: 9 });
    expect(ana.seen()).toHaveLength(before);
    await coda.passes({ hours: 2 });
    expect(ana.seen()).toHaveLength(before + 1);
  });

  test('three failures in a row are told to an owner once', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('hello');
    const bob = coda.person('bob', { role: 'member' });
    await bob.says('/schedule every day at 10 run weekly-review');
    // The skill goes.
    await coda.database().run('test.gone', `update person_schedules set run = '/gone-skill'`);
    await coda.passes({ days: 5 });
    expect(bob.heard('`/gone-skill`, which is not there any more')).toHaveLength(5);
    expect(ana.heard('of bob has failed 3 times in a row')).toHaveLength(1);
    expect(await ana.presses('Switch it off')).toContain('is off');
    await coda.passes({ days: 2 });
    expect(bob.heard('/gone-skill')).toHaveLength(5);
  });

  test('and once again when it has gone well meanwhile', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('hello');
    const bob = coda.person('bob', { role: 'member' });
    await bob.says('/schedule every day at 10 run weekly-review');
    const run = (name: string) => coda.database().run('test.gone', `update person_schedules set run = '/${name}'`);
    await run('gone-skill');
    await coda.passes({ days: 3 });
    await run('weekly-review');
    await coda.passes({ days: 1 });
    await run('gone-skill');
    await coda.passes({ days: 3 });
    expect(ana.heard('of bob has failed 3 times in a row')).toHaveLength(2);
  });

  test('what its person has deleted stays so when an owner switches it off under an older notice', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('hello');
    const bob = coda.person('bob', { role: 'member' });
    await bob.says('/schedule every day at 10 run weekly-review');
    await coda.database().run('test.gone', `update person_schedules set run = '/gone-skill'`);
    await coda.passes({ days: 3 });
    const { rows } = await coda.database().read<{ id: string }>('select id from person_schedules');
    await bob.says(`/schedules delete ${rows[0]?.id}`);
    expect(await ana.presses('Switch it off')).toContain('no schedule');
    for (const act of ['schedules off', 'schedules on', 'schedules run'])
      await expect(coda.operation(act, { name: rows[0]?.id ?? '' })).rejects.toThrow('There is no schedule');
    expect(await bob.says('/schedules')).not.toContain('weekly');
  });

  test('one that is switched on again by "undo" does not run what was due meanwhile', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 10 say good morning');
    const { rows } = await coda.database().read<{ id: string }>('select id from person_schedules');
    await ana.says(`/schedules off ${rows[0]?.id}`);
    await coda.passes({ hours: 5 });
    expect(await ana.says('undo')).toContain('as it was before');
    await coda.passes({ minutes: 10 });
    expect(ana.heard('You wanted this now')).toHaveLength(0);
    await coda.passes({ days: 1 });
    expect(ana.heard('You wanted this now')).toHaveLength(1);
  });

  test('of somebody whose access was taken back rests, and asks nobody to let them in', async () => {
    await using coda = await play({ model: echo(), config: { 'access.members': ['fake:bob'] } });
    const ana = coda.person('ana');
    await ana.says('hello');
    const bob = coda.person('bob', { role: 'member' });
    await bob.says('/schedule every day at 10 say good morning');
    await coda.database().run('test.guest', `update persons set role = 'guest' where name = 'bob'`);
    const before = coda.platform.messages.length;
    await coda.passes({ days: 3 });
    expect(coda.platform.messages.slice(before).map(({ text }) => text)).toEqual([]);
  });

  test('without a model the words are said where they are no request', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    expect(await ana.says('/schedule every weekday at 10\nask me how I slept')).toContain('every weekday at 10:00');
    await coda.passes({ hours: 3 });
    expect(ana.heard('You wanted this now: “ask me how I slept”')).toHaveLength(1);
  });

  test('without a model words that tell what and when are said, and make no reminder', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 10\nstandup at 11:30');
    await ana.says('/schedule every day at 10\ncall the bank at 3pm');
    await coda.passes({ hours: 3 });
    expect(ana.heard('You wanted this now: “standup at 11:30”')).toHaveLength(1);
    expect(ana.heard('You wanted this now: “call the bank at 3pm”')).toHaveLength(1);
    expect(await coda.count('reminders')).toBe(0);
  });
});

describe('bad input', () => {
  test('is refused with what would do', async () => {
    await using coda = await play();
    const ana = coda.person('ana');
    expect(await ana.says('/schedule every second check the site')).toContain('every 5 minutes');
    expect(await ana.says('/schedule every minute check the site')).toContain('every 5 minutes');
    expect(await ana.says('/schedule check the site')).toContain('When should I do that');
    expect(await ana.says('/schedule')).toContain('What should I do then');
    expect(await ana.says('/schedule every day at 25:00 check the site')).not.toContain("I'll");
    expect(await ana.says('/schedules delete nothing like that')).toContain('I found no schedule');
    expect(await ana.says(`/schedule every day at 9\n${'x'.repeat(4_001)}`)).toContain('4,000');
    expect(await coda.count('person_schedules')).toBe(0);
  });

  test('of a person who is removed nothing fires any more', async () => {
    await using coda = await play({ model: echo() });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 10 say it');
    await ana.says('/forget');
    await ana.presses('Yes, forget me');
    expect(await coda.count('person_schedules')).toBe(0);
    const before = ana.seen().length;
    await coda.passes({ days: 2 });
    expect(ana.seen()).toHaveLength(before);
  });

  test('an occurrence keeps its wall time over a clock change, and one in the gap comes once', async () => {
    await using coda = await play({ model: echo(), at: '2026-03-27T12:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 02:30 say it');
    const began = `select received_at as at from inbox where payload ->> 'origin' = 'schedule' order by seq`;
    await coda.passes({ days: 4 });
    const { rows } = await coda.database().read<{ at: Date }>(began);
    expect(rows.map(({ at }) => at.toISOString())).toEqual([
      '2026-03-28T01:30:00.000Z',
      // There is no 02:30 on this day: it comes when the clock jumps.
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
      '2026-03-31T00:30:00.000Z',
    ]);
  });

  test('an hour that comes twice has one occurrence', async () => {
    await using coda = await play({ model: echo(), at: '2026-10-24T12:00:00Z' });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 02:30 say it');
    const began = `select received_at as at from inbox where payload ->> 'origin' = 'schedule' order by seq`;
    await coda.passes({ days: 2 });
    const { rows } = await coda.database().read<{ at: Date }>(began);
    expect(rows.map(({ at }) => at.toISOString())).toEqual(['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z']);
  });

  test('a clock that is set back over an occurrence does not bring it again', async () => {
    await using coda = await play({ model: echo() });
    const ana = coda.person('ana');
    await ana.says('/schedule every day at 10 say it');
    const turns = `inbox where payload ->> 'origin' = 'schedule'`;
    await coda.passes({ hours: 3 });
    expect(await coda.count(turns)).toBe(1);
    const now = coda.world.clock.now();
    await coda.moveTo(new Date(now.getTime() - 4 * 3_600_000));
    await coda.restart();
    await coda.moveTo(now);
    expect(await coda.count(turns)).toBe(1);
    await coda.passes({ days: 1 });
    expect(await coda.count(turns)).toBe(2);
  });
});
