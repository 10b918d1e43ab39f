import { BoundedMap } from '../base/bounded.ts';
import type { Instant } from '../base/clock.ts';
import {
  addMonths,
  clockOf,
  DAY,
  type Day,
  dayOf,
  dayOfWall,
  isoOfWall,
  MINUTE,
  minuteOf,
  minutesOfClock,
  SECOND,
  type Wall,
  weekdayOf,
  ymdOf,
} from './civil.ts';
import { countryOf, regionOf } from './env.ts';
import type { Reader } from './types.ts';
import { instantOf, offsetName, wallAt } from './zones.ts';

export const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
export const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
export const SHORT_MONTHS = MONTHS.map((name) => name.slice(0, 3));

/**
 * `Mon 23 Nov 09:00` on the reader's clock, or on that of another `zone`; `Mon 23 Nov 9:00 AM` where they tell hours by 12;
 * with the year (`Mon 4 Jan 2027 09:00`) where it could be another one, and with the offset (`Sun 25 Oct 02:30 UTC+01:00`)
 * when the clock shows this time for the second time. `between` stands between the day and the hour.
 */
export function formatInstant(at: Instant, reader: Reader, zone = reader.zone, between = ' '): string {
  const wall = wallAt(at.getTime(), zone);
  const words = formatWall(wall, wallAt(reader.now.getTime(), zone), reader, between);
  return instantOf(wall, zone) === at.getTime() ? words : `${words} ${offsetName(wall - at.getTime())}`;
}

export const formatMinute = (at: Instant, reader: Reader): string =>
  formatInstant(new Date(Math.floor(at.getTime() / MINUTE) * MINUTE), reader);

export function formatClock(at: Instant, reader: Form): string {
  return clockFor(minuteOf(wallAt(at.getTime(), reader.zone)) * 60, reader);
}

export function formatLongDay(at: Instant, zone: string): string {
  const day = dayOfWall(wallAt(at.getTime(), zone));
  const date = ymdOf(day);
  return `${WEEKDAYS[weekdayOf(day) - 1]} ${date.day} ${MONTHS[date.month - 1]} ${date.year}`;
}

/** The week of the year, from 1 to 53: that of its Thursday (ISO 8601). */
export function weekOfYear(at: Instant, zone: string): number {
  const day = dayOfWall(wallAt(at.getTime(), zone));
  const thursday = day - weekdayOf(day) + 4;
  return Math.floor((thursday - dayOf(ymdOf(thursday).year, 1, 1)) / 7) + 1;
}

export function formatWall(wall: Wall, now: Wall, form: Form, between = ' '): string {
  const day = dayOfWall(wall);
  return `${formatDay(day, dayOfWall(now))}${between}${clockFor(Math.floor((wall - day * DAY) / SECOND), form)}`;
}

/** `Mon 23 Nov`; the year stands with days that have passed or are eleven months away or more. */
export function formatDay(day: Day, today: Day): string {
  const date = ymdOf(day);
  const near = day >= today - 1 && day < addMonths(today, 11);
  const name = `${WEEKDAYS[weekdayOf(day) - 1]?.slice(0, 3)} ${date.day} ${SHORT_MONTHS[date.month - 1]}`;
  return near ? name : `${name} ${date.year}`;
}

const wallOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export const dayAt = (at: Instant, zone: string): string => isoOfWall(wallAt(at.getTime(), zone)).slice(0, 10);

export const addDays = (day: string, days: number): string => isoOfWall(wallOfDay(day) + days * DAY).slice(0, 10);

/** 1 = Monday … 7 = Sunday. */
export const weekdayOfDay = (day: string): number => weekdayOf(dayOfWall(wallOfDay(day)));

export const beginningOf = (day: string, zone: string): Instant => new Date(instantOf(wallOfDay(day), zone));

type Form = Pick<Reader, 'zone' | 'locale'>;

const known = new BoundedMap<string, boolean>(64);

/** True if a person tells hours by 12; a locale without a country is of the zone's, and without a locale there are 24. */
export function hasTwelve({ zone, locale }: Form): boolean {
  if (locale === undefined) return false;
  const key = `${locale} ${zone}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const isTwelve = /^h1[12]$/.test(hourCycleOf(locale, zone) ?? '');
  known.set(key, isTwelve);
  return isTwelve;
}

function hourCycleOf(locale: string, zone: string): string | undefined {
  try {
    const tag = new Intl.Locale(locale.replace(/\..*$/s, '').replaceAll('_', '-'));
    const region = regionOf(tag.baseName) ?? countryOf(zone);
    const placed = region === undefined ? tag : new Intl.Locale(tag, { region });
    return new Intl.DateTimeFormat(placed, { hour: 'numeric' }).resolvedOptions().hourCycle;
  } catch {
    return undefined;
  }
}

export function clockFor(secondOfDay: number, form: Form): string {
  const [minute, second] = [Math.floor(secondOfDay / 60), secondOfDay % 60];
  const seconds = second === 0 ? '' : `:${String(second).padStart(2, '0')}`;
  if (!hasTwelve(form)) return `${clockOf(minute)}${seconds}`;
  const hour = Math.floor(minute / 60) % 24;
  const rest = String(minute % 60).padStart(2, '0');
  return `${hour % 12 || 12}:${rest}${seconds} ${hour < 12 ? 'AM' : 'PM'}`;
}

export const wallTimeFor = (clock: string, form: Form): string => clockFor(minutesOfClock(clock) * 60, form);
