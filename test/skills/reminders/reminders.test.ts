import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../src/agent/index.ts';
import { reminders } from '../../../src/skills/reminders/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { type As, type Options, type Played, playSkill, words } from '../play.ts';

for (const { name, available, open } of testDatabases)
  describe.runIf(available)(`on ${name}`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database.close());

    let coda: Played;
    const play = async (options: Options = {}) => {
      coda = await playSkill(reminders, database, options);
    };
    beforeEach(() => play()); // Friday 20 November 2026, 09:00 in Berlin

    const heard = () => coda.said.map(({ card }) => card.text);
    const occurrencesHeard = () => coda.emitted.map(({ payload }) => (payload as { occurrence: string }).occurrence);
    const remind = (text: string, when: string, as?: As) => coda.call('reminder_create', { text, when }, as);
    const list = async (input = {}) => words(await coda.call('reminder_list', input));
    const undo = (result: ToolResult) => {
      if (!result.ok || !result.undo) throw new Error(`nothing to undo: ${words(result)}`);
      return coda.run(result.undo);
    };
    const press = (result: ToolResult, label: string) => {
      const choice = result.choices?.find((one) => one.label.includes(label));
      if (!choice) throw new Error(`no ${label} among ${result.choices?.map((one) => one.label)}`);
      return coda.run(choice);
    };

    describe('setting a reminder', () => {
      test('series that come often are bounded for a person, and told why when one is refused', async () => {
        const [first] = [await remind('breathe', 'every minute'), await remind('blink', 'every 2 minutes')];
        expect(first?.ok).toBe(true);
        expect((await remind('sit up', 'every 2 minutes')).ok).toBe(true);
        expect(words(await remind('drink', 'every 30 minutes'))).toContain('more than 120 times an hour');
        // What comes once an hour or less is not counted.
        expect((await remind('stretch', 'every hour')).ok).toBe(true);
        const tea = await remind('make tea', 'every day at 10');
        expect(tea.ok).toBe(true);
        const faster = await coda.call('reminder_edit', { which: 'make tea', when: 'every 5 minutes' });
        expect(words(faster)).toContain('more than 120 times an hour');
        // The same series may change as it likes within the bound.
        expect((await coda.call('reminder_edit', { which: 'breathe', when: 'every 5 minutes' })).ok).toBe(true);
        expect((await remind('drink', 'every 30 minutes')).ok).toBe(true);
      });

      test('… also when a series is taken back into being', async () => {
        await remind('breathe', 'every minute');
        const blink = await remind('blink', 'every minute');
        expect(blink.ok).toBe(true);
        const calmer = await coda.call('reminder_edit', { which: 'blink', when: 'every 2 minutes' });
        const gone = await coda.call('reminder_delete', { which: 'breathe' });
        expect((await remind('sit up', 'every 2 minutes')).ok).toBe(true);
        expect((await remind('look up', 'every 5 minutes')).ok).toBe(true);
        expect(words(await undo(gone))).toContain('more than 120 times an hour');
        expect((await coda.call('reminder_delete', { which: 'look up' })).ok).toBe(true);
        expect((await undo(gone)).ok).toBe(true);
        expect(words(await undo(calmer))).toContain('more than 120 times an hour');
        // What takes nothing more is taken back beside any number of others.
        const renamed = await coda.call('reminder_edit', { which: 'sit up', text: 'sit straight' });
        expect((await undo(renamed)).ok).toBe(true);
      });

      test('… and for a place, whoever has set them', async () => {
        const inGeneral = (person: string) => ({ person, conversation: 'general' });
        await remind('breathe', 'every minute', inGeneral('ana'));
        await remind('blink', 'every minute', inGeneral('ana'));
        expect(words(await remind('drink', 'every 30 minutes', inGeneral('bob')))).toContain('120 times an hour');
        expect((await remind('drink', 'every 30 minutes', { person: 'bob', conversation: 'bob-dm' })).ok).toBe(true);
      });

      test('the answer says the exact local time and zone', async () => {
        expect(words(await remind('call Bob', 'tomorrow at 9'))).toBe(
          "I'll remind you to call Bob on Sat 21 Nov at 09:00 (Europe/Berlin).",
        );
      });

      test('the answer to a series says its rule and what comes next', async () => {
        const said = words(await remind('stand up', 'every weekday at 9'));
        expect(said).toMatch(
          /^I'll remind you to stand up every weekday at 09:00 \(Europe\/Berlin\), next: Mon 23 Nov/,
        );
      });

      test('it is said at its time, once, in the words it was given', async () => {
        await remind('Buy *Milk*  & bread', 'in 20 minutes');
        expect(coda.woken).toEqual([new Date('2026-11-20T08:20:00Z')]);
        await coda.passTo('2026-11-20T08:19:59.999Z');
        expect(heard()).toEqual([]);
        await coda.passTo('2026-11-21T08:00:00Z');
        expect(heard()).toEqual(['⏰ Buy *Milk*  & bread']);
        expect(coda.emitted.map(({ event }) => event)).toEqual(['alert.reminder.due']);
      });

      test('without a time it asks when', async () => {
        const result = await coda.call('reminder_create', { text: 'buy milk' });
        expect(result).toMatchObject({ ok: false, code: 'NO_TIME', message: 'When should I remind you to buy milk?' });
      });

      test('a time that has passed is refused', async () => {
        expect(await remind('x', 'today at 8am')).toMatchObject({ ok: false, code: 'PAST' });
      });

      test('text of more than 2,000 characters is refused with the limit', async () => {
        const result = await remind('x'.repeat(2_001), 'tomorrow at 9');
        expect(result).toMatchObject({ ok: false, code: 'TOO_LONG', message: expect.stringContaining('2,000') });
        expect((await remind('x'.repeat(2_000), 'tomorrow at 9')).ok).toBe(true);
      });

      test('a person with 500 pending reminders is told so', async () => {
        await remind('one', 'tomorrow at 9');
        await database.run(
          'test.copy',
          `insert into reminders (id, person_id, conversation_id, space_id, text, zone, state, planned_at, created_at, changed_at)
       select 'copy' || n, person_id, conversation_id, space_id, text, zone, state, planned_at, created_at, changed_at
         from reminders, generate_series(1, 499) n`,
        );
        expect(await remind('too many', 'tomorrow at 9')).toMatchObject({ ok: false, code: 'TOO_MANY' });
      });

      test('it can be undone from the answer, and only once', async () => {
        const made = await remind('call Bob', 'tomorrow at 9');
        expect(words(await press(made, 'Undo'))).toBe("Taken back: I won't remind you of “call Bob”.");
        expect(await list()).toContain('You have no reminders');
        expect(await undo(made)).toMatchObject({ ok: false, code: 'CHANGED' });
      });

      test('in a channel it may be told to come by direct message', async () => {
        await coda.call(
          'reminder_create',
          { text: 'the ring', when: 'in 5 minutes', dm: true },
          { conversation: 'general' },
        );
        await coda.call('reminder_create', { text: 'the cake', when: 'in 6 minutes' }, { conversation: 'general' });
        await coda.passTo('2026-11-20T09:00:00Z');
        const [ring, cake] = coda.said;
        expect(ring?.conversationId).not.toBe(cake?.conversationId);
      });

      test('set in a direct conversation it stays there, whichever others its person has', async () => {
        await database.run(
          'test.other',
          `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
           select gen_random_uuid(), adapter, 'ana-older', space_id, kind, person_id, created_at - interval '1 day'
             from conversations where channel = 'ana-dm'`,
        );
        await coda.call('reminder_create', { text: 'the ring', when: 'in 5 minutes', dm: true });
        await remind('the cake', 'in 6 minutes');
        await coda.passTo('2026-11-20T09:00:00Z');
        const [ring, cake] = coda.said;
        expect(ring?.conversationId).toBe(cake?.conversationId);
      });
    });

    describe('where the clocks change', () => {
      test('the next day, and the next week, begin where the calendar says so', async () => {
        await play({ at: '2026-10-24T22:30:00Z' }); // Sunday 00:30, on the day that they go back
        await remind('swim', 'today at 20:00');
        await remind('cook', 'on Monday at 18:00');
        const week = await list({ day: 'next week' });
        expect(week).toContain('cook');
        expect(week).not.toContain('swim');
        expect(words(await coda.call('reminder_delete', { which: 'cook' }))).toContain('cook');
      });
    });

    test('without a known zone UTC is taken, and the first answer says so', async () => {
      await play({ zone: null });
      const first = words(await remind('call Bob', 'tomorrow at 9'));
      expect(first).toContain('on Sat 21 Nov at 09:00 (UTC)');
      expect(first).toContain('/timezone Berlin');
      expect(words(await remind('call Ana', 'tomorrow at 9'))).not.toContain('/timezone');
    });

    describe('a series', () => {
      test('an ignored occurrence does not end it', async () => {
        await remind('stand up', 'every weekday at 9');
        await coda.passTo('2026-11-24T09:00:00Z');
        expect(occurrencesHeard()).toEqual(['2026-11-23T08:00:00.000Z', '2026-11-24T08:00:00.000Z']);
      });

      test('a completed occurrence does not end it', async () => {
        await remind('stand up', 'every day at 9');
        await coda.passTo('2026-11-21T08:30:00Z');
        expect(words(await coda.call('reminder_complete'))).toMatch(/^Done: “stand up”\. .*Sun 22 Nov at 09:00\.$/);
        await coda.passTo('2026-11-22T08:30:00Z');
        expect(heard()).toHaveLength(2);
      });

      test('a snooze moves one occurrence and leaves the others', async () => {
        await remind('stand up', 'every day at 9');
        await coda.passTo('2026-11-21T08:01:00Z');
        await coda.call('reminder_snooze', { when: 'in 2 hours' });
        await coda.passTo('2026-11-22T08:30:00Z');
        expect(coda.said.map(({ key }) => key.replace(/^reminder:\w+:/, ''))).toEqual([
          '2026-11-21T08:00:00.000Z:0',
          '2026-11-21T08:00:00.000Z:1',
          '2026-11-22T08:00:00.000Z:2',
        ]);
      });

      test('a snooze beyond the next occurrence does not swallow it', async () => {
        await remind('stand up', 'every day at 9');
        await coda.passTo('2026-11-21T08:01:00Z');
        await coda.call('reminder_snooze', { when: '30 hours' });
        await coda.passTo('2026-11-22T20:00:00Z');
        expect(heard()).toHaveLength(3);
      });

      test('"done" twice completes nothing that has not been said', async () => {
        await remind('stand up', 'every day at 9');
        await coda.passTo('2026-11-21T08:01:00Z');
        await coda.call('reminder_complete');
        const again = await coda.call('reminder_complete');
        expect(again).toMatchObject({ ok: false, code: 'AMBIGUOUS' });
        await press(again, 'Skip that one');
        await coda.passTo('2026-11-23T09:00:00Z');
        expect(heard()).toHaveLength(2);
      });

      test.each(['every day at 8 by Friday', 'every hour by Friday', 'by 5 December every day at 8'])(
        'a program’s “%s” is asked about, and nothing endless is set',
        async (when) => {
          const asked = await coda.call('reminder_create', { text: 'take pills', when });
          expect(asked).toMatchObject({ ok: false, code: 'AMBIGUOUS' });
          expect(words(asked)).toMatch(/until (?:Fri|Sat) .*\bor\b/);
          expect(words(await coda.call('reminder_list'))).not.toContain('take pills');
        },
      );

      test('deleting ends it', async () => {
        await remind('stand up', 'every day at 9');
        await coda.passTo('2026-11-21T08:01:00Z');
        expect(words(await coda.call('reminder_delete', { which: 'stand up' }))).toContain('Ended the series');
        await coda.passTo('2026-11-25T08:01:00Z');
        expect(heard()).toHaveLength(1);
      });

      test('moving it to a single time asks whether that is for the next time only', async () => {
        await remind('stand up', 'every day at 9');
        const asked = await coda.call('reminder_edit', { which: 'stand up', when: 'tomorrow at 11' });
        expect(asked).toMatchObject({ ok: false, code: 'AMBIGUOUS' });
        await press(asked, 'Only the next one');
        await coda.passTo('2026-11-22T09:00:00Z');
        expect(coda.said.map(({ key }) => key.split(':').at(-1))).toEqual(['0', '1']);
        expect(coda.emitted).toHaveLength(2);
      });

      test('keeps its time of day across a clock change', async () => {
        await play({ at: '2026-10-23T08:00:00Z' });
        await remind('stand up', 'every day at 9');
        await coda.passTo('2026-10-26T12:00:00Z');
        expect(occurrencesHeard()).toEqual([
          '2026-10-24T07:00:00.000Z',
          '2026-10-25T08:00:00.000Z',
          '2026-10-26T08:00:00.000Z',
        ]);
      });
    });

    describe('after a stop', () => {
      test('a reminder that was missed is said once, with when it was due', async () => {
        await remind('call Bob', 'today at 10');
        await coda.offUntil('2026-11-20T12:00:00Z');
        await coda.offUntil('2026-11-20T13:00:00Z');
        expect(heard()).toEqual(['⏰ call Bob\n(was due at 10:00)']);
      });

      test('within a minute it is not called late', async () => {
        await remind('call Bob', 'today at 10');
        await coda.offUntil('2026-11-20T09:01:00Z');
        expect(heard()).toEqual(['⏰ call Bob']);
      });

      test('of a series the newest occurrence is said, and how many were missed', async () => {
        await remind('stand up', 'every day at 9');
        await coda.offUntil('2026-11-24T10:00:00Z');
        expect(heard()).toEqual(['⏰ stand up\n(was due at 09:00; 3 missed before)']);
        await coda.passTo('2026-11-25T09:00:00Z');
        expect(heard()).toHaveLength(2);
      });

      test.each([
        ['latest', ['⏰ stand up\n(was due at 09:00)']],
        ['skip', []],
      ])('with catch_up: %s it says %j', async (catchUp, expected) => {
        await play({ config: { catch_up: catchUp } });
        await remind('stand up', 'every day at 9');
        await coda.offUntil('2026-11-24T10:00:00Z');
        expect(heard()).toEqual(expected);
        await coda.passTo('2026-11-25T09:00:00Z');
        expect(heard()).toHaveLength(expected.length + 1);
      });

      test('a clock that is set back makes nothing sound twice', async () => {
        await remind('stand up', 'every day at 9');
        await coda.passTo('2026-11-21T08:00:00Z');
        await coda.world.clock.moveTo(new Date('2026-11-21T07:00:00Z'));
        await coda.passTo('2026-11-21T09:00:00Z');
        expect(heard()).toHaveLength(1);
      });
    });

    describe('quiet hours', () => {
      beforeEach(async () => {
        await play({ quiet: { from: '22:00', to: '07:30' } });
      });

      test('hold what is due in them until they end', async () => {
        await remind('feed the cat', 'today at 23:00');
        await coda.passTo('2026-11-21T06:29:59Z');
        expect(coda.said).toEqual([]);
        expect(words(await coda.call('reminder_list'))).toContain('held by quiet hours until Sat 21 Nov 07:30');
        await coda.passTo('2026-11-21T12:00:00Z');
        expect(coda.said.map(({ card }) => card.text)).toEqual(['⏰ feed the cat\n(was due on Fri 20 Nov at 23:00)']);
      });

      test('hold nothing that is done, moved or deleted before they end', async () => {
        await remind('bins', 'today at 22:30');
        await remind('call Bob', 'today at 22:40');
        await remind('cat', 'today at 22:50');
        await remind('plants', 'every day at 22:55');
        await coda.passTo('2026-11-20T22:00:00Z');
        await coda.call('reminder_complete', { which: 'bins' });
        await coda.call('reminder_delete', { which: 'call Bob' });
        await coda.call('reminder_edit', { which: 'cat', when: 'tomorrow at 9' });
        await coda.call('reminder_complete', { which: 'plants' });
        await coda.passTo('2026-11-21T12:00:00Z');
        expect(coda.said.map(({ card }) => card.text)).toEqual(['⏰ cat']);
      });

      test('say the newest occurrence of a series in the morning, once', async () => {
        await coda.call('reminder_create', { text: 'look at the oven', when: 'every hour from 23:00 today' });
        await coda.passTo('2026-11-21T06:45:00Z');
        expect(coda.said.map(({ card }) => card.text)).toEqual(['⏰ look at the oven\n(was due at 07:00)']);
      });

      test('hold one repetition of what is put off into them, and nothing that was missed is skipped for it', async () => {
        await play({ quiet: { from: '22:00', to: '07:30' }, config: { catch_up: 'skip' } });
        await coda.call('reminder_create', { text: 'pills', when: 'today at 21:00', nag: 'every 20 minutes' });
        await coda.passTo('2026-11-20T20:01:00Z');
        await coda.call('reminder_snooze', { which: 'pills', when: '2 hours' });
        await coda.passTo('2026-11-21T06:55:00Z');
        expect(coda.said.map(({ card }) => card.text)).toEqual([
          '⏰ pills',
          '⏰ pills\n(was due on Fri 20 Nov at 23:01)',
          '⏰ pills\n(repeated, 1 of 12: say when it is done)',
        ]);
      });

      test('let go what becomes urgent', async () => {
        await remind('feed the cat', 'today at 23:00');
        await coda.passTo('2026-11-20T22:30:00Z');
        await coda.call('reminder_edit', { which: 'cat', urgent: true });
        await coda.passTo('2026-11-20T22:30:01Z');
        expect(coda.said).toHaveLength(1);
      });

      test('do not hold what is urgent, nor what is due outside them', async () => {
        await coda.call('reminder_create', { text: 'oven', when: 'today at 23:00', urgent: true });
        await remind('breakfast', 'tomorrow at 7:30');
        await coda.passTo('2026-11-21T12:00:00Z');
        expect(coda.said.map(({ card }) => card.text)).toEqual(['⏰ oven', '⏰ breakfast']);
      });
    });
  });
