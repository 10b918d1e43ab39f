/**
 * Wall-clock arithmetic. A `Wall` is a local date and time as milliseconds since 1970-01-01T00:00 on that same wall
 * clock; a `Day` is whole days since then. Neither knows a zone: `zones.ts` leads from here to instants and back.
 */
export type Wall = number;
export type Day = number;

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

export interface Ymd {
  year: number;
  /** 1–12. */
  month: number;
  day: number;
}

/** The day of a date; months and days beyond their range carry over, as in `Date.UTC`. */
export function dayOf(year: number, month: number, day: number): Day {
  const date = new Date(0);
  // Unlike Date.UTC, this does not take the years 0–99 for 1900–1999.
  date.setUTCFullYear(year, month - 1, day);
  return Math.floor(date.getTime() / DAY);
}

export function ymdOf(day: Day): Ymd {
  const date = new Date(day * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export const dayOfWall = (wall: Wall): Day => Math.floor(wall / DAY);

export const minuteOf = (wall: Wall): number => Math.floor((wall - dayOfWall(wall) * DAY) / MINUTE);

export const wallOf = (day: Day, minute = 0): Wall => day * DAY + minute * MINUTE;

/** 1 = Monday … 7 = Sunday. */
export const weekdayOf = (day: Day): number => ((((day + 3) % 7) + 7) % 7) + 1;

export const daysInMonth = (year: number, month: number): number => dayOf(year, month + 1, 1) - dayOf(year, month, 1);

/** The nth of a weekday in a month; -1 is the last. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): Day {
  const first = dayOf(year, month, 1);
  const last = dayOf(year, month + 1, 1) - 1;
  return nth > 0
    ? first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (nth - 1)
    : last - ((weekdayOf(last) - weekday + 7) % 7) + 7 * (nth + 1);
}

export function monthAfter(year: number, month: number, months: number): { year: number; month: number } {
  const index = year * 12 + (month - 1) + months;
  return { year: Math.floor(index / 12), month: (((index % 12) + 12) % 12) + 1 };
}

/** The same day `months` later; a day that the month lacks becomes its last (31 January + 1 month = 28 February). */
export function addMonths(day: Day, months: number): Day {
  const from = ymdOf(day);
  const to = monthAfter(from.year, from.month, months);
  return dayOf(to.year, to.month, Math.min(from.day, daysInMonth(to.year, to.month)));
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-23T09:00:00`. */
export const isoOfWall = (wall: Wall): string => new Date(wall).toISOString().slice(0, 19);

export const clockOf = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;

export function minutesOfClock(clock: string): number {
  const [hour = '0', minute = '0'] = clock.split(':');
  return Number(hour) * 60 + Number(minute);
}

/** The months from `a` to `b`, across the year's end if need be. */
export const monthsFrom = (a: number, b: number): number[] =>
  Array.from({ length: ((b - a + 12) % 12) + 1 }, (_, at) => ((a - 1 + at) % 12) + 1);
