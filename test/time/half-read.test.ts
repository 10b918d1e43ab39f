import { expect, test } from 'vitest';
import { describe as echoed, occurrences, type ParsedWhen, readSlot, splitTask } from '../../src/time/index.ts';

/** A Friday, 11:00 in Berlin. */
const HERE = { now: new Date('2026-11-20T10:00:00Z'), zone: 'Europe/Berlin' };

const local = (at: Date): string => at.toLocaleString('sv-SE', { timeZone: HERE.zone }).replace(' ', 'T').slice(0, 16);

/** When it is done at first; undefined where nothing is planned. */
function first(when: ParsedWhen): string | undefined {
  if (when.kind === 'once') return local(when.at);
  if (when.kind !== 'recurring') return undefined;
  for (const at of occurrences(when.rule, { after: HERE.now })) return local(at);
  return undefined;
}

test.each([
  ['2030-Jan-15', '2030-01-15T09:00', '15 Jan 2030'],
  ['2030-January-15', '2030-01-15T09:00', '15 Jan 2030'],
  ['2028.Aug.05', '2028-08-05T09:00', '5 Aug 2028'],
  ['2030, Jan 15', '2030-01-15T09:00', '15 Jan 2030'],
  ['2030 Jan 15', '2030-01-15T09:00', '15 Jan 2030'],
  ['2028/Feb/03', '2028-02-03T09:00', '3 Feb 2028'],
  ['2030-Feb', '2030-02-01T09:00', '1 Feb 2030'],
  ['on 2031-sep-3 at 7pm', '2031-09-03T19:00', '3 Sep 2031'],
  ['2030-Jan-15 20:30', '2030-01-15T20:30', '15 Jan 2030'],
  ['every year from 2028-Jan-01', '2028-01-01T09:00', '1 Jan 2028'],
  ['every Monday at 9 from 2028-Jan-03', '2028-01-03T09:00', '3 Jan 2028'],
])('a year before a named month is a date, never a clock, and is said back with its year: %j', (text, at, said) => {
  const when = readSlot(text, HERE);
  expect(first(when)).toBe(at);
  expect(echoed(when, HERE)).toContain(said);
});

test('the year is left out where it is the next such day', () => {
  const when = readSlot('2026-Dec-24', HERE);
  expect(first(when)).toBe('2026-12-24T09:00');
  expect(echoed(when, HERE)).toBe('Thu 24 Dec 09:00 (Europe/Berlin)');
});

test.each([
  ['1945-May-08', 'PAST', '8 May 1945'],
  ['2020.Aug.05', 'PAST', '5 Aug 2020'],
  ['2027-Feb-30', 'NOT_A_DATE', 'no such date'],
  ['2030-Jan-32', 'NOT_A_DATE', ''],
])('a date that is gone, or is none, is refused: %j', (text, code, said) => {
  const when = readSlot(text, HERE);
  expect(when).toMatchObject({ kind: 'reject', code });
  expect(when.kind === 'reject' && when.say).toContain(said);
});

test.each([
  ['pay rent 2030-Jan-15', '2030-01-15T09:00', 'pay rent'],
  ['file taxes 2028.Aug.05 at 9', '2028-08-05T09:00', 'file taxes'],
])('such a date in a sentence is taken whole: %j', (text, at, task) => {
  const split = splitTask(text, HERE);
  expect([first(split.when), 'task' in split && split.task]).toEqual([at, task]);
});

test.each([
  'see Bo Feb at 14 4:30 pm',
  'dentist on 3 Feb at 14 4:30 pm',
  'meet Ana Feb at 14 4:30 pm',
  'call Bo March on 3 at 9',
  'call Bo March on 12 at 9',
  'lunch May on 5 at 12',
  'remind me 2 h stretch',
  '2 h stretch',
  'stretch 2 h',
  '30 min walk',
])('words that are half a time are asked about: %j', (text) => {
  const { when } = splitTask(text, HERE);
  expect(first(when)).toBeUndefined();
  expect(when.kind === 'ambiguous' ? when.question : when.kind === 'reject' && when.say).toMatch(/\?/);
});

test.each([
  ['half past 6 am', '2026-11-21T06:30'],
  ['tomorrow at half past six pm', '2026-11-21T18:30'],
  ['quarter past 6 am', '2026-11-21T06:15'],
  ['quarter to 7 am', '2026-11-21T06:45'],
])('the half of the day behind a quarter or a half is the one that is said: %j', (text, at) => {
  expect(first(readSlot(text, HERE))).toBe(at);
});

/** Local times of a series up to a moment. */
function during(text: string, until: string): string[] {
  const when = readSlot(text, HERE);
  const found: string[] = [];
  if (when.kind !== 'recurring') return [when.kind];
  for (const at of occurrences(when.rule, { after: HERE.now })) {
    if (local(at) > until) break;
    found.push(local(at));
  }
  return found;
}

const END = '2027-11-30';
const NAMED = 'Monday Tuesday Wednesday Thursday Friday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const weekdayOf = (at: string): string =>
  new Date(`${at}Z`).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' });
const monthOf = (at: string): string => MONTHS[Number(at.slice(5, 7)) - 1] ?? '';

test('an exception takes from a series the days that it names, and no other', () => {
  const all = during('every weekday at 9', END);
  for (const [at, month] of MONTHS.entries()) {
    const day = NAMED[at % NAMED.length] ?? '';
    const isNamed = (at: string) => weekdayOf(at) === day && monthOf(at) === month;
    const left = all.filter((at) => !isNamed(at));
    expect(during(`every weekday except ${day}s in ${month} at 9`, END)).toEqual(left);
    const isLast = (at: string) =>
      isNamed(at) && monthOf(new Date(Date.parse(`${at}Z`) + 7 * 86_400_000).toISOString()) !== month;
    expect(during(`every weekday at 9 except the last ${day} in ${month}`, END)).toEqual(
      all.filter((at) => !isLast(at)),
    );
  }
});

/** The readings that are offered, each by its first time. */
const offered = (when: ParsedWhen): (string | undefined)[] =>
  when.kind === 'ambiguous' ? when.readings.map((reading) => first(reading.when)) : [];

const IN_TWO = ['2026-11-20T11:02', '2026-11-20T13:00', '2026-11-22T11:00', '2026-12-04T11:00'];

test.each(['in 2 hous', 'in 2 hors', 'in 2 dayz', 'in 2 weeeks', 'in 2 Stunden', 'in 2 heures', 'in two hous'])(
  'a word that is no unit is asked about, with the units as buttons: %j',
  (text) => {
    for (const when of [readSlot(text, HERE), splitTask(text, HERE).when, splitTask(`call Bob ${text}`, HERE).when])
      expect(offered(when).sort()).toEqual(IN_TWO);
  },
);

test.each([
  ['in 2 hous call Bob', 'call Bob'],
  ['every 2 hous stretch', 'stretch'],
  ['in 5 business weeks renew the pass', 'renew the pass'],
])('nor is it part of the task: %j', (text, task) => {
  expect(splitTask(text, HERE)).toMatchObject({ when: { kind: 'ambiguous' }, task });
});

test.each([
  ['every 6 months starting 31 March', /on the 31st at 09:00, not in Sep .* or every 6 months on the last day/],
  ['every month starting 31 January', /not in Feb, Apr, Jun, Sep and Nov .* or on the last day of every month/],
  ['every year starting 29 February 2028', /only in leap years .* or every year on the last day of Feb/],
  ['every third Friday', /every 3 weeks on Friday .* or on the third Friday of every month/],
  [
    'every weekday except Wednesdays at 9 in August',
    /Monday, Tuesday, Thursday and Friday in Aug .* or by a rule of its own .* next: Mon 23 Nov/,
  ],
  [
    'every Monday at 9 and every Friday at 10 starting 7 December',
    /every Monday at 09:00 and every Friday at 10:00 .* next: Mon 7 Dec 09:00, every Monday at 09:00 .* or every Friday/,
  ],
  [
    'every Monday at 9 in Tokyo and every Friday at 10',
    /every Monday at 09:00 \(Asia\/Tokyo\).* or every Friday at 10:00 \(Europe\/Berlin\)/,
  ],
  ['every Tuesday and 1 January', /every Tuesday .* or Fri 1 Jan/],
  ['every other Monday at 9 except 7 December', /every 2 weeks on Monday at 09:00, except 7 Dec 2026/],
])('each of the readings is a button: %j', (text, asked) => {
  const when = readSlot(text, HERE);
  expect(when.kind === 'ambiguous' && when.question).toMatch(asked);
});

test.each([
  ['every month on the 31st', 'on the last day of every month'],
  ['every year on 29 February', 'every year on the last day of Feb'],
  ['every monday at 9 from October to March', 'by a rule of its own'],
])('the other reading of a certain one is a press away: %j', (text, other) => {
  const when = readSlot(text, HERE);
  expect(when.kind === 'recurring' && when.others?.map(({ words }) => words).join()).toContain(other);
});

test.each([
  'every day at 9 except Sundays in summer',
  'tomorrow at 9 in Springfield',
  'tomorrow at 9 in Paris, Texas',
  'every monday at 9 for 5 tims',
  'in 2 days and a bit',
  'every 3 mornings',
  'in 3 nights',
])('words that lead on from a time are no task: %j', (text) => {
  const { when } = splitTask(text, HERE);
  expect(first(when)).toBeUndefined();
});

test.each([
  ['tomorrow at 9 in Ho Chi Minh City', 'Asia/Ho_Chi_Minh'],
  ['every Monday at 9 St. Louis time', 'America/Chicago'],
  ['tomorrow at 9 in Québec City', 'America/Toronto'],
  ['tomorrow at 9 in Washington, D.C.', 'America/New_York'],
  ['tomorrow at 9 in port au prince', 'America/Port-au-Prince'],
  ['every day from 3 March 2027 09:00 UTC+1', '+01:00'],
  ['every day at 9 starting 3 March 2027 in Tokyo', 'Asia/Tokyo'],
])('a place or an offset holds for all of the time: %j', (text, zone) => {
  expect(readSlot(text, HERE)).toMatchObject({ zone });
});
