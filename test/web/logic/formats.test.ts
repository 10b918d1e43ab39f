/** Instants and amounts as somebody reads them. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  clock,
  dayName,
  dayOf,
  duration,
  longDay,
  periodOf,
  plural,
  shortDay,
  sizeOf,
  wallClock,
  whenText,
} from '../../../src/web/app/format.ts';
import { signIn, signOut } from './page.ts';

beforeEach(() => signIn('2026-11-28T22:30:00Z'));
afterEach(signOut);

test('the hour and the day are those of the person’s zone', () => {
  expect(clock('2026-11-28T22:30:00Z')).toBe('23:30');
  expect(dayOf('2026-11-28T23:30:00Z')).toBe('2026-11-29');
  signIn('2026-11-28T22:30:00Z', { zone: 'America/New_York', locale: 'en-US', hours: 12 });
  expect(clock('2026-11-28T22:30:00Z')).toBe('5:30 PM');
  expect(['00:05', '11:00', '12:30', '22:00'].map(wallClock)).toEqual(['12:05 AM', '11:00 AM', '12:30 PM', '10:00 PM']);
  expect(dayOf('2026-11-29T04:30:00Z')).toBe('2026-11-28');
});

test('days that are near have names, others a date, and those of another year its number', () => {
  expect(['2026-11-27', '2026-11-28', '2026-11-29'].map(dayName)).toEqual(['Yesterday', 'Today', 'Tomorrow']);
  expect(dayName('2026-12-04')).toBe('Friday');
  expect(dayName('2026-12-13')).toBe('Sun 13 December');
  expect(dayName('2027-01-02')).toBe('Sat, 2 January 2027');
});

test('an instant is told by the hour today, and with its day otherwise', () => {
  expect(whenText('2026-11-28T13:02:00Z')).toBe('14:02');
  expect(whenText('2026-11-27T17:00:00Z')).toBe('yesterday 18:00');
  expect(whenText('2026-12-13T09:00:00Z')).toBe('Sun 13 December 10:00');
});

test('a list is headed by days, by the last week and month, then by months', () => {
  const headings = ['2026-11-28', '2026-11-27', '2026-11-26', '2026-11-21', '2026-11-20', '2026-10-29', '2026-10-28'];
  expect(headings.map((day) => periodOf(`${day}T12:00:00Z`))).toEqual([
    ...['Today', 'Yesterday', 'Previous 7 days', 'Previous 7 days', 'Previous 30 days', 'Previous 30 days'],
    'October 2026',
  ]);
  expect(periodOf('2025-10-28T12:00:00Z')).toBe('October 2025');
  // 23:30 in Berlin, where it is the 28th.
  expect(periodOf('2026-11-27T23:30:00Z')).toBe('Today');
});

test('a narrow page shortens the day of its title', () => {
  vi.stubGlobal('innerWidth', 1280);
  expect(longDay('2026-11-27')).toBe('Friday 27 November');
  vi.stubGlobal('innerWidth', 360);
  expect(longDay('2026-11-27')).toBe('Fri 27 Nov');
});

test('the days below a chart are short', () => {
  expect([shortDay('2026-11-27'), shortDay(undefined)]).toEqual(['27 Nov', '']);
  signIn('2026-11-28T22:30:00Z', { zone: 'America/New_York', locale: 'en-US', hours: 12 });
  expect(shortDay('2026-11-27')).toBe('Nov 27');
});

test('sizes, lengths and counts', () => {
  expect([999, 1_500, 7_000_000].map(sizeOf)).toEqual(['999 B', '2 kB', '7.0 MB']);
  const lengths = [412, 3_200, 240_000, 7_500_000, 90_000_000, 277_000_000];
  expect(lengths.map(duration)).toEqual(['412 ms', '3.2 s', '4 min', '2 h 5 min', '1 day 1 h', '3 days 4 h']);
  expect([plural(1, 'note'), plural(3, 'note'), plural(2, 'reply', 'replies')]).toEqual([
    '1 note',
    '3 notes',
    '2 replies',
  ]);
});
