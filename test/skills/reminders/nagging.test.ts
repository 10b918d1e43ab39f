import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reminders } from '../../../src/skills/reminders/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { type Options, type Played, playSkill, words } from '../play.ts';

for (const { name, available, open } of testDatabases)
  describe.runIf(available)(`a reminder that repeats until it is done, on ${name}`, () => {
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

    const pills = (when: string, nag = 'every 10 minutes') =>
      coda.call('reminder_create', { text: 'take the pills', when, nag });
    const heard = () => coda.said.map(({ card }) => card.text);

    test('is repeated at its distance until the person says that it is done', async () => {
      expect(words(await pills('at 10'))).toContain('repeat it every 10 minutes until you say it is done');
      await coda.passTo('2026-11-20T09:25:00Z');
      expect(heard()).toEqual([
        '⏰ take the pills',
        '⏰ take the pills\n(repeated, 1 of 12: say when it is done)',
        '⏰ take the pills\n(repeated, 2 of 12: say when it is done)',
      ]);
      expect(words(await coda.call('reminder_list'))).toContain('due since Fri 20 Nov 10:00, again Fri 20 Nov 10:30');
      expect(words(await coda.call('reminder_complete'))).toBe('Done: “take the pills”.');
      await coda.passTo('2026-11-21T09:00:00Z');
      expect(heard()).toHaveLength(3);
    });

    test('ends after twelve repetitions, and stays open', async () => {
      await pills('at 10', '5 minutes');
      await coda.passTo('2026-11-20T20:00:00Z');
      expect(heard()).toHaveLength(13);
      expect(heard().at(-1)).toContain('12 of 12');
      expect(words(await coda.call('reminder_list'))).toContain('due since');
    });

    test('of a series nags for each occurrence, and no longer once the next one comes', async () => {
      await pills('every hour', '25 minutes');
      await coda.passTo('2026-11-20T10:50:00Z'); // occurrences at 10:00 and 11:00 in Berlin
      expect(heard().filter((text) => !text.includes('repeated'))).toHaveLength(2);
      expect(heard().filter((text) => text.includes('repeated, 1 of 12'))).toHaveLength(2);
      expect(words(await coda.call('reminder_complete'))).toContain('Next: Fri 20 Nov at 12:00');
      await coda.passTo('2026-11-20T10:59:00Z');
      expect(heard()).toHaveLength(6);
    });

    test('that is put off is quiet until then, and nags on from there', async () => {
      await pills('at 10');
      await coda.passTo('2026-11-20T09:11:00Z');
      await coda.call('reminder_snooze', { when: '2 hours' });
      await coda.passTo('2026-11-20T11:10:00Z');
      expect(heard()).toHaveLength(2);
      await coda.passTo('2026-11-20T11:22:00Z');
      expect(heard().slice(2)).toEqual([
        '⏰ take the pills',
        '⏰ take the pills\n(repeated, 1 of 12: say when it is done)',
      ]);
    });

    test('does not pile up in quiet hours', async () => {
      await play({ quiet: { from: '22:00', to: '07:00' } });
      await pills('at 21:55');
      await coda.passTo('2026-11-21T07:00:00Z');
      // Once at 21:55, then seven times from 07:00 to 08:00.
      expect(coda.said).toHaveLength(8);
      expect(coda.said.every(({ notBefore }) => notBefore === undefined)).toBe(true);
    });

    test('missed while coda was off, speaks once and nags on', async () => {
      await pills('at 10');
      await coda.passTo('2026-11-20T09:01:00Z');
      await coda.offUntil('2026-11-20T12:00:00Z');
      expect(heard()).toHaveLength(2);
      await coda.passTo('2026-11-20T12:11:00Z');
      expect(heard()).toHaveLength(3);
    });

    test('can be told to stop, and taken back', async () => {
      await pills('at 10');
      await coda.passTo('2026-11-20T09:01:00Z');
      const stopped = await coda.call('reminder_edit', { nag: 'off' });
      expect(words(stopped)).toBe("“take the pills” comes once each time; I don't repeat it.");
      await coda.passTo('2026-11-20T09:30:00Z');
      expect(heard()).toHaveLength(1);
      expect(words(await coda.call('reminder_edit', { which: 'pills', nag: 'every 5 minutes' }))).toContain(
        'every 5 minutes',
      );
    });

    test.each(['every second', 'every 3 days', 'often', '-5'])('"%s" is refused with a remedy', async (nag) => {
      expect(await pills('at 10', nag)).toMatchObject({ ok: false, code: 'BAD_NAG' });
      expect(words(await coda.call('reminder_list'))).toContain('no reminders');
    });

    test('many at a minute each are too often', async () => {
      const results = [];
      for (let made = 0; made < 12; made++) results.push(await pills('at 10', '1 minute'));
      expect(results.filter(({ ok }) => ok)).toHaveLength(10);
      expect(results.at(-1)).toMatchObject({ ok: false, code: 'TOO_OFTEN' });
    });
  });
