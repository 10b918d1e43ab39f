import { describe, expect, test } from 'vitest';
import { quietUntil } from '../../../src/people/index.ts';
import { delivery } from '../../../src/skills/reminders/fields/fields.ts';
import { reminders } from '../../../src/skills/reminders/index.ts';
import { planFiring } from '../../../src/skills/reminders/plan.ts';
import { madeByPerson } from '../../../src/skills/reminders/reminder.ts';
import type { Due } from '../../../src/skills/reminders/store.ts';
import { testDatabases } from '../../support/database.ts';
import { playSkill, words } from '../play.ts';

describe.each(testDatabases)('on $name', ({ available, open }) => {
  test.runIf(available)('workers that fire at the same time say each reminder once', async () => {
    const database = await open();
    try {
      const coda = await playSkill(reminders, database);
      await coda.call('reminder_create', { text: 'stretch', when: 'every day at 10' });
      await database.run(
        'test.copy',
        `insert into reminders (id, person_id, conversation_id, space_id, text, rule, zone, state, planned_at, created_at, changed_at)
         select 'copy' || n, person_id, conversation_id, space_id, text, rule, zone, state, planned_at, created_at, changed_at
           from reminders, generate_series(1, 999) n`,
      );
      await coda.world.clock.moveTo(new Date('2026-11-20T09:00:00Z'));
      await Promise.all([coda.fireAll(), coda.fireAll(), coda.fireAll(), coda.fireAll()]);
      // Up to five to a message, fewer where another worker held the next; the key of each is made of theirs.
      const said = coda.said.flatMap(({ key }) => key.split('+'));
      expect(said).toHaveLength(1_000);
      expect(new Set(said).size).toBe(1_000);
      expect(coda.said.length).toBeLessThan(250);
      expect(await coda.earliest()).toEqual(new Date('2026-11-21T09:00:00Z'));
    } finally {
      await database.close();
    }
  });

  test.runIf(available)('a firing that fails says nothing, and is made up for', async () => {
    const database = await open();
    try {
      const coda = await playSkill(reminders, database);
      await coda.call('reminder_create', { text: 'stretch', when: 'in 5 minutes' });
      await coda.world.clock.moveTo(new Date('2026-11-20T08:05:00Z'));
      coda.failNextFiring();
      await expect(coda.fireAll()).rejects.toThrow('the outbox fails');
      expect(coda.said).toEqual([]);
      await coda.fireAll();
      expect(coda.said).toHaveLength(1);
      expect(words(await coda.call('reminder_list'))).toContain('due since Fri 20 Nov 09:05');
    } finally {
      await database.close();
    }
  });
});

const base: Due = {
  id: 'abcde',
  personId: 'p',
  conversationId: 'c',
  text: 'stretch',
  rule: undefined,
  zone: 'Europe/Berlin',
  reads: { zone: 'Europe/Berlin' },
  state: 'pending',
  plannedAt: undefined,
  snoozedUntil: undefined,
  snoozedOccurrence: undefined,
  heldSince: undefined,
  nextAt: undefined,
  firing: 0,
  lastAt: undefined,
  lastOccurrence: undefined,
  doneOccurrence: undefined,
  nagged: 0,
  ...delivery.standard,
  ...madeByPerson,
  readerId: 'p',
  toldBy: undefined,
  tainted: false,
  version: 1,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  completedAt: undefined,
  sayIn: 'c',
  mention: undefined,
  quiet: undefined,
};

describe('what a firing says', () => {
  test('a minutely series that was off for a year is planned on at once', () => {
    const rule = 'DTSTART;TZID=Europe/Berlin:20250101T000000\nRRULE:FREQ=MINUTELY';
    const now = new Date('2026-01-01T00:00:30Z');
    const { plan, missed } = planFiring({ ...base, rule, plannedAt: new Date('2025-01-01T00:00:00Z') }, now, 'late');
    expect(plan.occurrence).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(plan.plannedAt).toEqual(new Date('2026-01-01T00:01:00Z'));
    expect(missed).toBeGreaterThanOrEqual(1_000);
  });

  test('a snooze and an occurrence that are both overdue are said as one', () => {
    const rule = 'DTSTART;TZID=Europe/Berlin:20261101T090000\nRRULE:FREQ=DAILY';
    const firing = planFiring(
      {
        ...base,
        rule,
        plannedAt: new Date('2026-11-21T08:00:00Z'),
        snoozedUntil: new Date('2026-11-20T10:00:00Z'),
        snoozedOccurrence: new Date('2026-11-20T08:00:00Z'),
      },
      new Date('2026-11-21T09:00:00Z'),
      'late',
    );
    expect(firing).toMatchObject({ missed: 1, late: true, due: new Date('2026-11-21T08:00:00Z') });
    expect(firing.plan).toMatchObject({ snoozedUntil: undefined, plannedAt: new Date('2026-11-22T08:00:00Z') });
  });

  test('a series that has come to its end plans nothing more', () => {
    const rule = 'DTSTART;TZID=Europe/Berlin:20261101T090000\nRRULE:FREQ=DAILY;COUNT=2';
    const { plan } = planFiring(
      { ...base, rule, plannedAt: new Date('2026-11-02T08:00:00Z') },
      new Date('2026-11-02T08:00:00Z'),
      'late',
    );
    expect(plan).toMatchObject({ plannedAt: undefined, said: true });
  });
});

describe('quiet hours', () => {
  const night = { from: '22:00', to: '07:30', zone: 'Europe/Berlin' };
  test.each([
    ['2026-11-20T20:59:59Z', undefined],
    ['2026-11-20T21:00:00Z', '2026-11-21T06:30:00.000Z'],
    ['2026-11-21T06:29:59Z', '2026-11-21T06:30:00.000Z'],
    ['2026-11-21T06:30:00Z', undefined],
    // The night in which the clocks go back is an hour longer.
    ['2026-10-24T21:00:00Z', '2026-10-25T06:30:00.000Z'],
  ])('at %s end at %s', (now, end) => {
    expect(quietUntil(night, new Date(now))?.toISOString()).toBe(end);
  });

  test('may lie within a day', () => {
    const nap = { from: '13:00', to: '14:00', zone: 'UTC' };
    expect(quietUntil(nap, new Date('2026-11-20T13:30:00Z'))).toEqual(new Date('2026-11-20T14:00:00Z'));
    expect(quietUntil(nap, new Date('2026-11-20T12:30:00Z'))).toBeUndefined();
  });
});
