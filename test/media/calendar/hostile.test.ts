/** Calendars as strangers may write them. */
import { afterAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { appointmentsIn, type Calendar, openCalendarReader } from '../../../src/media/index.ts';
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

  const change = (...lines: string[]) => [
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    ...lines,
    'END:STANDARD',
  ];
  const zone = (name: string, ...lines: string[]) => ['BEGIN:VTIMEZONE', `TZID:${name}`, ...lines, 'END:VTIMEZONE'];
  const within = (name: string, year = 2026) =>
    event('UID:z', 'SUMMARY:within', `DTSTART;TZID=${name}:${year}1120T120000`);
  const times = (count: number, ...lines: string[]) => Array.from({ length: count }, () => lines).flat();

  test.each<[what: string, zone: string[], titles: string[]]>([
    ['of hours', change(...times(200, 'RRULE:FREQ=HOURLY')), ['real', 'within']],
    ['of days', change('RRULE:FREQ=DAILY'), ['real', 'within']],
    ['of hours of days', change('RRULE:FREQ=YEARLY;BYYEARDAY=1,2,3;BYHOUR=1,2,3,4'), ['real', 'within']],
    ['of a year, 400 times', times(400, ...change(...times(200, 'RRULE:FREQ=YEARLY'))), ['real', 'within']],
    [
      'of each day of a year',
      change(`RRULE:FREQ=YEARLY;BYMONTHDAY=${Array.from({ length: 28 }, (_, day) => day + 1)}`),
      ['real'],
    ],
    [
      'with a count from the year 1',
      times(
        400,
        'BEGIN:STANDARD',
        'DTSTART:00010101T000000',
        'TZOFFSETFROM:+0200',
        'TZOFFSETTO:+0100',
        'RRULE:FREQ=YEARLY;COUNT=9999',
        'END:STANDARD',
      ),
      ['real'],
    ],
    [
      'with thousands of dates',
      times(400, ...change(`RDATE:${times(900, '20260101T000000').join(',')}`)),
      ['real', 'within'],
    ],
  ])('whose zone has changes %s is read in bounded steps', async (_, lines, found) => {
    const before = process.cpuUsage().user;
    expect(await titles(zone('Own', ...lines), real, within('Own'))).toEqual(found);
    expect(process.cpuUsage().user - before).toBeLessThan(5_000_000);
  });

  test('with many zones and years spends what is for all of them together, and other zones are read', async () => {
    const many = Array.from({ length: 150 }, (_, nth) =>
      zone(`Own ${nth}`, ...times(40, ...change('RRULE:FREQ=YEARLY'))),
    );
    const events = many.flatMap((_, nth) =>
      Array.from({ length: 20 }, (__, year) =>
        event(`UID:${nth} ${year}`, `DTSTART;TZID=Own ${nth}:${2010 + year}0101T120000`),
      ),
    );
    const before = process.cpuUsage().user;
    expect(await titles(...many, ...events, real, within('Own 149'))).toEqual(['real']);
    expect(process.cpuUsage().user - before).toBeLessThan(10_000_000);
  });

  test('with very many overrides of one series is grouped in one go', async () => {
    const stamp = (nth: number) =>
      new Date(Date.UTC(1990, 0, 1) + nth * 3_600_000).toISOString().replace(/[-:]|\.\d+/g, '');
    const one = { uid: 'r', summary: 'x', location: '', about: '', isCancelled: false, sequence: 0 };
    const many = { rules: [], exceptRules: [], dates: [], without: [] };
    const entries: Calendar['entries'] = Array.from({ length: 80_000 }, (_, nth) => ({
      ...one,
      ...many,
      start: { at: stamp(nth) },
      replaces: { at: stamp(nth) },
    }));
    const calendar: Calendar = { entries, zones: [], zone: '', isCancelled: false, isCut: false };
    const before = process.cpuUsage();
    expect(await appointmentsIn(calendar, { from, to, zone: 'UTC' })).toEqual({ coming: [], unread: [] });
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(8_000_000);
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
