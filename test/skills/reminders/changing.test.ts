import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ToolResult } from '../../../src/agent/index.ts';
import type { Choice } from '../../../src/delivery/index.ts';
import { reminders } from '../../../src/skills/reminders/index.ts';
import { upcomingReminders } from '../../../src/skills/reminders/list.ts';
import { type Database, readerOf } from '../../../src/storage/index.ts';
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

    test('what an edit says beside a time that is asked about holds for each answer', async () => {
      await remind('take the pills', 'every day at 8');
      const input = { which: 'pills', when: '9', urgent: true, nag: '10 minutes', catch_up: 'skip' };
      const asked = await coda.call('reminder_edit', input);
      expect(asked).toMatchObject({ ok: false, code: 'AMBIGUOUS' });
      await press(asked, 'The whole series');
      const { rows } = await database.read('select urgent, catch_up, nag_minutes from reminders');
      expect(rows).toEqual([{ urgent: true, catch_up: 'skip', nag_minutes: 10 }]);
    });

    describe('which one is meant', () => {
      test('"that" is the one that spoke last, not the one that was made last', async () => {
        await remind('oven', 'in 5 minutes');
        await remind('call Bob', 'tomorrow at 9');
        await coda.passTo('2026-11-20T08:06:00Z');
        expect(words(await coda.call('reminder_complete', { which: 'that' }))).toBe('Done: “oven”.');
      });

      test('a bare "later" is not about a reminder that has said nothing yet', async () => {
        await remind('call Bob', 'tomorrow at 9');
        expect(await coda.call('reminder_snooze')).toMatchObject({ ok: false, code: 'AMBIGUOUS' });
        expect(await coda.call('reminder_complete')).toMatchObject({ ok: false, code: 'AMBIGUOUS' });
        expect(words(await coda.call('reminder_snooze', { which: 'that', when: 'an hour' }))).toContain('call Bob');
      });

      test('"done" a second time does not complete another one', async () => {
        await remind('first', 'in 5 minutes');
        await remind('second', 'in 6 minutes');
        await coda.passTo('2026-11-20T08:10:00Z');
        await coda.call('reminder_complete');
        expect(words(await coda.call('reminder_complete'))).toBe('“second” is already done.');
        expect(await list()).toContain('first');
      });

      test('words of the text find it, whatever case and number', async () => {
        await remind('Buy the milk', 'tomorrow at 9');
        await remind('milkshake with Eve', 'tomorrow at 10');
        await remind('milk for Eve', 'tomorrow at 11');
        expect(words(await coda.call('reminder_complete', { which: 'the MILK reminder' }))).toBe(
          'Which one do you mean?',
        );
        expect(words(await coda.call('reminder_complete', { which: 'buy milk' }))).toBe('Done: “Buy the milk”.');
        expect(words(await coda.call('reminder_complete', { which: 'MILK' }))).toBe('Done: “milk for Eve”.');
      });

      test('of many that fit the first are offered, and it is said that there are more', async () => {
        for (let hour = 9; hour < 16; hour++) await remind(`pill of ${hour}`, `tomorrow at ${hour}:00`);
        const asked = await coda.call('reminder_complete', { which: 'pill' });
        expect(words(asked)).toContain('Which one do you mean? These are 5 of 7: say more words of it');
      });

      test('several that fit are asked about, and the press settles it', async () => {
        await remind('milk for Ana', 'tomorrow at 9');
        await remind('milk for Bob', 'tomorrow at 10');
        const asked = await coda.call('reminder_delete', { which: 'milk' });
        expect(asked).toMatchObject({ ok: false, code: 'AMBIGUOUS' });
        expect(words(await press(asked, 'milk for Bob'))).toBe('Deleted the reminder “milk for Bob”.');
      });

      test('a number means the one that the last list showed there', async () => {
        await remind('later', 'tomorrow at 9');
        await remind('sooner', 'in 10 minutes');
        await list();
        await coda.passTo('2026-11-20T09:00:00Z');
        await remind('soonest', 'in 1 minutes');
        expect(words(await coda.call('reminder_delete', { which: '2' }))).toBe('Deleted the reminder “later”.');
        expect(await coda.call('reminder_delete', { which: '7' })).toMatchObject({ ok: false, code: 'NOT_FOUND' });
      });

      test('all is all that is pending, never the list that was shown last, and is asked about', async () => {
        await remind('swim', 'tomorrow at 9');
        await remind('sauna', 'tomorrow at 11');
        await remind('cook', 'every day at 18:00');
        expect(await list({ day: 'today' })).toContain('1. cook');
        const asked = await coda.call('reminder_delete', { which: 'all' });
        expect(words(asked)).toBe('Delete all 3 reminders? That ends the series “cook”.');
        expect(await list()).toContain('3 pending reminders');
        await press(asked, 'Delete all 3');
        expect(await list()).toContain('no reminders');
      });

      test('several numbers are those, and taken back together', async () => {
        for (const hour of [9, 10, 11]) await remind(`at ${hour}`, `tomorrow at ${hour}`);
        await list();
        const gone = await coda.call('reminder_delete', { which: '1, 3' });
        expect(await list()).toMatch(/^1 pending reminder:\n1\. at 10/);
        await undo(gone);
        expect(await list()).toContain('3 pending reminders');
        // A button of an earlier version took days off: it ends nothing.
        const which = gone.ok ? gone.id : '';
        const takesDays = { which, days: '2026-11-21/2026-11-21', sure: true };
        await expect(coda.call('reminder_delete', takesDays)).rejects.toThrow('days');
        expect(await list()).toContain('3 pending reminders');
      });

      test('what fits nothing is said not to be found', async () => {
        await remind('call Bob', 'tomorrow at 9');
        expect(await coda.call('reminder_delete', { which: '100% wool' })).toMatchObject({
          ok: false,
          code: 'NOT_FOUND',
        });
      });

      test("nobody reaches another person's reminders", async () => {
        const made = await remind('secret', 'tomorrow at 9', { conversation: 'general' });
        const asBob: As = { person: 'bob', conversation: 'general' };
        for (const which of ['', 'secret']) {
          expect(await coda.call('reminder_delete', { which }, asBob)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
        }
        const call = made.ok ? made.undo : undefined;
        expect(await coda.call('reminder_restore', call?.input, asBob)).toMatchObject({ ok: false, code: 'NOT_FOUND' });
      });
    });

    describe('changing and taking back', () => {
      test('a one-time reminder stays open until it is done', async () => {
        await remind('call Bob', 'in 5 minutes');
        await coda.passTo('2026-11-20T09:00:00Z');
        expect(await list()).toContain('call Bob — due since Fri 20 Nov 09:05');
        await coda.call('reminder_complete');
        expect(await list({ status: 'completed' })).toContain('call Bob — done Fri 20 Nov 10:00');
      });

      test('a snooze says until when, and sounds then', async () => {
        await remind('call Bob', 'in 5 minutes');
        await coda.passTo('2026-11-20T08:06:00Z');
        expect(words(await coda.call('reminder_snooze'))).toBe(
          "I'll bring up “call Bob” again on Fri 20 Nov at 09:16 (Europe/Berlin).",
        );
        await coda.passTo('2026-11-20T09:00:00Z');
        expect(heard()).toHaveLength(2);
      });

      test('its buttons complete and put off, and change nothing once it is done', async () => {
        await remind('call Bob', 'in 5 minutes');
        await coda.passTo('2026-11-20T08:06:00Z');
        const choices = coda.said[0]?.card.choices ?? [];
        expect(choices.map(({ label }) => label)).toEqual(['Done', 'Snooze 10 min', '1 hour', 'Tomorrow', 'Later…']);
        const [done, short, hour, tomorrow, later] = choices as [Choice, Choice, Choice, Choice, Choice];
        expect((await coda.run(later)).ok).toBe(false);
        expect(words(await coda.run(short))).toContain('Fri 20 Nov at 09:16');
        expect(words(await coda.run(hour))).toContain('Fri 20 Nov at 10:06');
        expect(words(await coda.run(tomorrow))).toContain('Sat 21 Nov at 09:00');
        expect(words(await coda.run(done))).toBe('Done: “call Bob”.');
        expect(words(await coda.run(short))).toBe('“call Bob” is already done.');
      });

      test('each act can be taken back', async () => {
        await remind('call Bob', 'tomorrow at 9');
        const before = await list();
        for (const [tool, input] of [
          ['reminder_complete', {}],
          ['reminder_snooze', { when: '3 hours' }],
          ['reminder_edit', { text: 'call Ana', when: 'tomorrow at 11' }],
          ['reminder_delete', {}],
        ] as const) {
          const result = await coda.call(tool, { which: 'Bob', ...input });
          expect(await list(), tool).not.toBe(before);
          await undo(result);
          expect(await list(), tool).toBe(before);
        }
      });

      test('taking back a deletion does not repeat what was said', async () => {
        await remind('call Bob', 'in 5 minutes');
        await coda.passTo('2026-11-20T08:06:00Z');
        await undo(await coda.call('reminder_delete'));
        await coda.passTo('2026-11-21T08:06:00Z');
        expect(heard()).toHaveLength(1);
      });

      test('taking back a completion that kept it from speaking lets it speak', async () => {
        await remind('call Bob', 'in 5 minutes');
        const done = await coda.call('reminder_complete', { which: 'Bob' });
        await coda.passTo('2026-11-20T09:00:00Z');
        await undo(done);
        await coda.passTo('2026-11-20T09:01:00Z');
        expect(heard()).toEqual(['⏰ call Bob\n(was due at 09:05)']);
      });

      test('a day of a series is skipped by its name, and what comes once is not', async () => {
        await remind('gym', 'every weekday at 18:00');
        await remind('dentist', 'on Tuesday at 10');
        expect(words(await coda.call('reminder_complete', { which: 'gym', ahead: true, day: 'Tuesday' }))).toBe(
          'Skipped: “gym” on Tue 24 Nov at 18:00. Next: Fri 20 Nov at 18:00.',
        );
        expect(await list({ day: 'Tuesday' })).toMatch(/^1 reminder on Tuesday:\n1\. dentist/);
        expect(await list({ day: 'Monday' })).toContain('gym');
        const refused = await coda.call('reminder_complete', { which: 'dentist', ahead: true, day: 'Tuesday' });
        expect(refused).toMatchObject({ ok: false, code: 'NO_CHANGE' });
        expect(await coda.call('reminder_complete', { which: 'gym', day: 'blorp' })).toMatchObject({
          ok: false,
          code: 'NOT_A_DATE',
        });
      });

      test('what an edit leaves out stays: the hour, the day, the half of the day, the end', async () => {
        await remind('dentist', 'on Tuesday at 15:00');
        const moved = async (when: string, input = {}) =>
          words(await coda.call('reminder_edit', { which: 'dentist', when, ...input }));
        expect(await moved('Thursday')).toContain('Thu 26 Nov at 15:00');
        expect(await moved('4')).toContain('Thu 26 Nov at 16:00');
        expect(await moved('an hour earlier')).toContain('Thu 26 Nov at 15:00');
        expect(await moved('weekly')).toContain('every Thursday at 15:00');
        expect(await moved('blorp')).toContain('could not make out when "blorp" is');
        expect(await moved('6pm')).toContain('or the whole series?');
        await remind('pills', 'every day at 8 until 30 November');
        expect(words(await coda.call('reminder_edit', { which: 'pills', when: 'every day at 9' }))).toContain('until');
      });

      test.each([
        ['2026-11-24T08:30:00Z', 6, 2],
        ['2026-11-25T08:30:00Z', 6, 1],
        ['2026-11-20T08:30:00Z', 6, 6],
      ])('a day off that is said at %s of %i times leaves the %i that have not come', async (said, times, left) => {
        await remind('stretch', `every day at 9, ${times} times`);
        await coda.passTo(said);
        const limited = await coda.call('reminder_edit', { which: 'stretch', when: 'not on Fridays' });
        expect(limited.ok).toBe(true);
        const { rows } = await database.read<{ rule: string }>('select rule from reminders');
        expect(/COUNT=(\d+)/.exec(rows[0]?.rule ?? '')?.[1]).toBe(String(left));
        expect(rows[0]?.rule).toContain('BYDAY=MO,TU,WE,TH,SA,SU');
        await coda.passTo('2026-12-20T08:00:00Z');
        expect(heard()).toHaveLength(times);
      });

      test('series move to another zone with their time of day, and back', async () => {
        await remind('stand up', 'every day at 9');
        const before = await list();
        const moved = await coda.call('reminder_move_zone', { zone: 'Tokyo' });
        expect(words(moved)).toBe('Moved your recurring reminder to Asia/Tokyo: it keeps its time of day there.');
        expect(await coda.earliest()).toEqual(new Date('2026-11-21T00:00:00Z'));
        await undo(moved);
        expect(await list()).toBe(before);
      });
    });

    describe('of a series that moves to another zone', () => {
      test.each([
        ['skipped', 'reminder_complete', { which: 'stand up', ahead: true }],
        ['put off', 'reminder_snooze', { which: 'stand up', when: 'tomorrow at 14:00' }],
      ])('what was %s does not come at its old hour', async (_, tool, input) => {
        await remind('stand up', 'every day at 9');
        await coda.call(tool, input);
        await coda.call('reminder_move_zone', { zone: 'Tokyo' });
        const { rows } = await database.read<{ planned_at: Date }>('select planned_at from reminders');
        expect(rows).toEqual([{ planned_at: new Date('2026-11-22T00:00:00Z') }]);
      });
    });

    test('a week shows what is soon, however often others come', async () => {
      for (let n = 1; n <= 5; n++) await remind(`drink ${n}`, 'every 30 minutes');
      await remind('dentist', 'in 2 hours');
      const { rows } = await database.read<{ id: string }>('select distinct person_id as id from reminders');
      const to = new Date(coda.world.clock.now().getTime() + 7 * 86_400_000);
      const reader = { db: readerOf(database), personId: rows[0]?.id ?? '', now: coda.world.clock.now(), zone: 'UTC' };
      const shown = await upcomingReminders(reader, to);
      expect(shown.map(({ text }) => text)).toContain('dentist');
      expect(shown).toHaveLength(200);
    });

    describe('the list', () => {
      test('is numbered on from page to page', async () => {
        for (let n = 1; n <= 12; n++) await remind(`task ${n}`, `in ${n} minutes`);
        const first = await coda.call('reminder_list');
        expect(words(first)).toMatch(/^12 pending reminders:\n1\. task 1 — /);
        const second = await press(first, 'More');
        // With a blank line between: Markdown has no list that begins with 11 right below a paragraph.
        expect(words(second)).toMatch(/^12 pending reminders:\n\n11\. task 11 — .*\n12\. task 12 — /);
        expect(words(await coda.call('reminder_delete', { which: '12' }))).toContain('task 12');
        expect(words(await coda.call('reminder_delete', { which: '1' }))).toContain('task 1”');
      });

      test('of a day holds that day only', async () => {
        await remind('today', 'in 1 hours');
        await remind('tomorrow', 'tomorrow at 9');
        expect(await list({ day: 'tomorrow' })).toMatch(/^1 reminder tomorrow:\n1\. tomorrow — Sat 21 Nov 09:00$/);
        expect(await list({ day: 'today' })).toContain('1. today');
        expect(await list({ day: 'blorp' })).toContain('I do not know which day');
      });

      test('/reminders and /remind take plain words', async () => {
        expect(words(await coda.command('remind me to call Bob tomorrow at 9'))).toContain('call Bob on Sat 21 Nov');
        expect(words(await coda.command('reminders'))).toContain('1. call Bob');
        expect(words(await coda.command('reminders done'))).toBe('You have completed no reminders yet.');
        expect(words(await coda.command('remind'))).toBe('What should I remind you of?');
      });
    });
  });
