import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reminders } from '../../../src/skills/reminders/index.ts';
import type { Database } from '../../../src/storage/index.ts';
import { testDatabases } from '../../support/database.ts';
import { type As, type Options, type Played, playSkill, words } from '../play.ts';

for (const { name, available, open } of testDatabases)
  describe.runIf(available)(`reminders that are due together, on ${name}`, () => {
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

    const remind = (text: string, when = 'at 10', more: Record<string, unknown> = {}, as?: As) =>
      coda.call('reminder_create', { text, when, ...more }, as);
    const heard = () => coda.said.map(({ card }) => card.text);
    const labels = () => coda.said.map(({ card }) => card.choices?.map(({ label }) => label));
    const firings = () => coda.said.flatMap(({ key }) => key.split('+'));

    test('come as one message, with buttons of each', async () => {
      await remind('call Bob');
      await remind('stretch');
      await coda.passTo('2026-11-20T09:00:00Z');
      expect(heard()).toEqual(['⏰ call Bob\n\n⏰ stretch']);
      expect(labels()).toEqual([['Done: call Bob', '10 min: call Bob', 'Done: stretch', '10 min: stretch']]);
      expect(new Set(coda.said[0]?.card.choices?.map(({ group }) => group)).size).toBe(2);
      expect(firings()).toHaveLength(2);
      expect(coda.emitted).toHaveLength(2);
    });

    test('one alone keeps its five buttons', async () => {
      await remind('call Bob');
      await coda.passTo('2026-11-20T09:00:00Z');
      expect(labels()).toEqual([['Done', 'Snooze 10 min', '1 hour', 'Tomorrow', 'Later…']]);
      expect(coda.said[0]?.key).toMatch(/^reminder:\w+:2026-11-20T09:00:00\.000Z:0$/);
    });

    test('are five to a message at most, and of another minute, person or place none', async () => {
      for (const n of [1, 2, 3, 4, 5, 6, 7]) await remind(`errand ${n}`);
      await remind('a minute later', 'at 10:01');
      await remind('here', 'at 10', {}, { conversation: 'general' });
      await remind('of Bob', 'at 10', {}, { person: 'bob', conversation: 'general' });
      await coda.offUntil('2026-11-20T09:02:00Z');
      expect(heard().map((text) => text.split('⏰').length - 1)).toEqual([5, 2, 1, 1, 1]);
      expect(new Set(firings()).size).toBe(10);
    });

    test('of a length that would be cut, or with lines of their own, are said alone', async () => {
      await remind('x'.repeat(300));
      await remind('one\n```\ntwo');
      await remind('call Bob');
      await remind('stretch');
      await coda.passTo('2026-11-20T09:00:00Z');
      expect(heard()).toHaveLength(3);
      expect(heard()).toContain('⏰ call Bob\n\n⏰ stretch');
    });

    test('a firing that fails says none of them; made up for, each is said once, under the same key', async () => {
      for (const text of ['call Bob', 'stretch', 'swim']) await remind(text);
      await coda.world.clock.moveTo(new Date('2026-11-20T09:00:00Z'));
      coda.failNextFiring();
      await expect(coda.fireAll()).rejects.toThrow('the outbox fails');
      expect(coda.said).toEqual([]);
      await Promise.all([coda.fireAll(), coda.fireAll()]);
      await coda.fireAll();
      expect(heard()).toEqual(['⏰ call Bob\n\n⏰ stretch\n\n⏰ swim']);
      expect(coda.said[0]?.key).toBe([...firings()].sort().join('+'));
    });

    test('one that is snoozed out of it speaks alone, and the others stay as they are', async () => {
      await remind('call Bob');
      await remind('stretch', 'every day at 10');
      await coda.passTo('2026-11-20T09:00:00Z');
      const [, snooze, done] = coda.said[0]?.card.choices ?? [];
      await coda.call(snooze?.tool ?? '', snooze?.input);
      expect(words(await coda.call(done?.tool ?? '', done?.input))).toContain('Done: “stretch”');
      await coda.passTo('2026-11-21T09:00:00Z');
      expect(heard().slice(1)).toEqual(['⏰ call Bob', '⏰ stretch']);
      expect(new Set(firings()).size).toBe(4);
    });

    test('one that was changed or deleted after it was said leaves the others as they were', async () => {
      await remind('call Bob');
      await remind('stretch');
      await remind('swim');
      await coda.passTo('2026-11-20T09:00:00Z');
      await coda.call('reminder_edit', { which: 'stretch', text: 'stretch well', when: 'at 11' });
      await coda.call('reminder_delete', { which: 'swim' });
      const [done, , moved, , gone] = coda.said[0]?.card.choices ?? [];
      expect(words(await coda.call(done?.tool ?? '', done?.input))).toContain('Done: “call Bob”');
      expect(words(await coda.call(gone?.tool ?? '', gone?.input))).toContain('deleted already');
      expect(words(await coda.call(moved?.tool ?? '', moved?.input))).toContain('stretch well');
      await coda.passTo('2026-11-21T09:00:00Z');
      expect(coda.said.filter(({ card }) => card.text.includes('call Bob') || card.text.includes('swim'))).toHaveLength(
        1,
      );
    });

    test('that nag are repeated together until each is done', async () => {
      await remind('pills', 'at 10', { nag: '10 minutes' });
      await remind('drops', 'at 10', { nag: '10 minutes' });
      await coda.passTo('2026-11-20T09:11:00Z');
      await coda.call('reminder_complete', { which: 'drops' });
      await coda.passTo('2026-11-20T09:21:00Z');
      expect(heard()[1]).toBe(
        '⏰ pills\n(repeated, 1 of 12: say when it is done)\n\n⏰ drops\n(repeated, 1 of 12: say when it is done)',
      );
      expect(heard()[2]).toBe('⏰ pills\n(repeated, 2 of 12: say when it is done)');
    });

    test('that quiet hours hold wait together; an urgent one does not wait', async () => {
      await play({ quiet: { from: '22:00', to: '07:30' } });
      await remind('call Bob', 'at 23:00');
      await remind('stretch', 'at 23:00');
      await remind('pills', 'at 23:00', { urgent: true });
      await remind('feed the cat', 'at 23:30');
      await coda.passTo('2026-11-21T06:29:00Z');
      expect(heard()).toEqual(['⏰ pills']);
      await coda.passTo('2026-11-21T06:30:00Z');
      expect(heard().slice(1)).toEqual([
        '⏰ call Bob\n(was due on Fri 20 Nov at 23:00)\n\n⏰ stretch\n(was due on Fri 20 Nov at 23:00)\n\n⏰ feed the cat\n(was due on Fri 20 Nov at 23:30)',
      ]);
    });

    test('of the same words are told apart on their buttons', async () => {
      await remind('pills');
      await remind('pills');
      await coda.passTo('2026-11-20T09:00:00Z');
      expect(labels()).toEqual([['Done: 1. pills', '10 min: 1. pills', 'Done: 2. pills', '10 min: 2. pills']]);
    });

    test('come one by one where the configuration says so', async () => {
      await play({ config: { digest: false } });
      await remind('call Bob');
      await remind('stretch');
      await coda.passTo('2026-11-20T09:00:00Z');
      expect(heard()).toEqual(['⏰ call Bob', '⏰ stretch']);
    });
  });
