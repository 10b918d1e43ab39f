/** Calendars as strangers may write them. */
import { afterAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { appointmentsIn, openCalendarReader } from '../../../src/media/index.ts';
import { occurrences } from '../../../src/time/index.ts';

const reader = openCalendarReader(silentLog());
afterAll(() => reader.close());

const from = new Date('2026-11-20T08:00:00Z');
const to = new Date('2026-11-21T08:00:00Z');
const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];
const titles = async (...events: string[][]) => {
  const text = ['BEGIN:VCALENDAR', ...events.flat(), 'END:VCALENDAR'].join('\r\n');
  const calendar = await reader.read(Buffer.from(text), new AbortController().signal);
  if (typeof calendar === 'string') throw new Error(calendar);
  return (await appointmentsIn(calendar, { from, to, zone: 'UTC' })).coming.map(({ title }) => title);
};
const real = event('UID:r', 'SUMMARY:real', 'DTSTART:20261120T090000Z');
const daily = event('UID:d', 'SUMMARY:daily', 'DTSTART;TZID=Europe/Berlin:20200101T100000', 'RRULE:FREQ=DAILY');

describe('a hostile calendar', () => {
  test.each([
    ['a count from the year 1', 'DTSTART:00010101T000000Z', 'RRULE:FREQ=DAILY;COUNT=999999'],
    ['seconds', 'DTSTART:19900101T000000Z', 'RRULE:FREQ=SECONDLY;COUNT=999999999'],
    ['minutes of days', 'DTSTART:19900101T000000Z', 'RRULE:FREQ=DAILY;BYMINUTE=1,2,3;BYSECOND=1,2,3'],
    ['barren rules', 'DTSTART:20200101T000000Z', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYSETPOS=9'],
  ])('of %s, 5,000 times over, ends, and what is near is found', async (_, ...lines) => {
    const hostile = Array.from({ length: 5_000 }, (__, nth) => event(`UID:${nth}`, ...lines));
    expect(await titles(real, daily, ...hostile)).toEqual(['real', 'daily']);
  });

  test('with thousands near now gives the first 500', async () => {
    const many = Array.from({ length: 800 }, (_, nth) => event(`UID:${nth}`, 'SUMMARY:x', 'DTSTART:20261120T100000Z'));
    expect(await titles(...many, real)).toHaveLength(500);
  });

  test('that begins with years of the past hides nothing of today', async () => {
    const past = Array.from({ length: 5_000 }, (_, nth) =>
      event(`UID:${nth}`, 'SUMMARY:x', 'DTSTART:20190101T100000Z'),
    );
    expect(await titles(...past, real)).toEqual(['real']);
  });

  test('spends the days that its reader has for it, and no more', () => {
    const budget = { days: 1_000 };
    const series = 'DTSTART:00010101T000000Z\nRRULE:FREQ=DAILY;COUNT=999999';
    expect([...occurrences(series, { after: from, before: to, budget })]).toEqual([]);
    expect(budget.days).toBe(-1);
    const enough = { days: 1_000 };
    const endless = 'DTSTART:20200101T090000Z\nRRULE:FREQ=DAILY';
    expect([...occurrences(endless, { after: from, before: to, budget: enough })]).toHaveLength(1);
    expect(enough.days).toBeGreaterThan(990);
  });
});
