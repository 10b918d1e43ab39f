import { expect, test } from 'vitest';
import { describe as echoed, occurrences, readSlot, splitTask, type When } from '../../src/time/index.ts';

/** A Friday, 11:00 in Berlin. */
const HERE = { now: new Date('2026-11-20T10:00:00Z'), zone: 'Europe/Berlin' };

const local = (at: Date): string => at.toLocaleString('sv-SE', { timeZone: HERE.zone }).replace(' ', 'T').slice(0, 16);

/** When it is done at first; undefined where nothing is planned. */
function first(when: When): string | undefined {
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
