/** Instants and amounts as the person reads them: in their zone, and by their hours. */
import { computed } from '@preact/signals';
import { now } from './clock.ts';
import { person } from './session.ts';

/** "en" alone reads as in the United States. */
function localeOf(): string {
  const { locale } = person().person;
  return locale === null || locale === 'en' ? 'en-GB' : locale;
}

/** Zone, and whether there are 12 hours or 24: a page of thousands of lines is not drawn anew where neither has changed. */
const form = computed(() => {
  const { zone, hours } = person().person;
  return `${hours} ${zone}`;
});

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(key: string, locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const format = made.get(key);
  if (format) return format;
  const fresh = new Intl.DateTimeFormat(locale, options);
  made.set(key, fresh);
  return fresh;
}

/** A time of day (`18:00`) as the person tells it, and coda to them everywhere: `18:00` or `6:00 PM`. */
export function wallClock(time: string): string {
  if (form.value.startsWith('24')) return time;
  const hour = Number(time.slice(0, 2));
  return `${hour % 12 || 12}${time.slice(2)} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** `14:02` or `2:02 PM` */
export function clock(at: string | Date): string {
  const zone = form.value.slice(3);
  const options = { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return wallClock(formatter(`clock ${zone}`, 'en-GB', options).format(new Date(at)));
}

/** `2026-11-28`: the day in the person's zone. */
export function dayOf(at: string | Date): string {
  const zone = form.value.slice(3);
  return formatter(`day ${zone}`, 'en-CA', { timeZone: zone }).format(new Date(at));
}

/** Below this width, in pixels, names of days and months are shortened. */
const NARROW = 640;

const DAY_MS = 86_400_000;

const daysFrom = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

/** `Today`, `Tomorrow`, `Sunday`, `Sun 13 December` */
export function dayName(day: string): string {
  const distance = daysFrom(dayOf(now()), day);
  if (distance === 0) return 'Today';
  if (distance === 1) return 'Tomorrow';
  if (distance === -1) return 'Yesterday';
  const noon = new Date(`${day}T12:00:00Z`);
  const isNear = distance > 0 && distance < 7;
  return new Intl.DateTimeFormat(localeOf(), {
    timeZone: 'UTC',
    weekday: isNear ? 'long' : 'short',
    ...(!isNear && { day: 'numeric', month: 'long' }),
    ...(day.slice(0, 4) !== dayOf(now()).slice(0, 4) && { year: 'numeric' }),
  }).format(noon);
}

/** `14:02`, `yesterday 18:00`, `Sun 13 December 10:00` */
export function whenText(at: string | Date): string {
  const day = dayOf(at);
  const name = dayName(day);
  if (name === 'Today') return clock(at);
  const isWord = name === 'Tomorrow' || name === 'Yesterday';
  return `${isWord ? name.toLowerCase() : name} ${clock(at)}`;
}

export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `412 ms`, `3.2 s`, `4 min`, `2 h 5 min`, `3 days 4 h` */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${plural(Math.floor(minutes / 1_440), 'day')} ${Math.floor((minutes % 1_440) / 60)} h`;
}

/** `1 note`, `3 notes` */
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `Friday 27 November` */
export function longDay(day: string): string {
  const width = innerWidth < NARROW ? 'short' : 'long';
  return new Intl.DateTimeFormat(localeOf(), { timeZone: 'UTC', weekday: width, day: 'numeric', month: width })
    .format(new Date(`${day}T12:00:00Z`))
    .replace(',', '');
}

/** `27 Nov`; empty for no day. */
export function shortDay(day: string | undefined): string {
  const form = { timeZone: 'UTC', day: 'numeric', month: 'short' } as const;
  return day === undefined
    ? ''
    : formatter(`short ${localeOf()}`, localeOf(), form).format(new Date(`${day}T12:00:00Z`));
}

const MONTH_DAYS = 30;

/** The heading of what was last changed at this instant, in a list with the newest first: `Today`, `Previous 7 days`, `September 2026` */
export function periodOf(at: string): string {
  const day = dayOf(at);
  const ago = daysFrom(day, dayOf(now()));
  if (ago <= 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  if (ago <= 7) return 'Previous 7 days';
  if (ago <= MONTH_DAYS) return 'Previous 30 days';
  return new Intl.DateTimeFormat(localeOf(), { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(
    new Date(`${day}T12:00:00Z`),
  );
}
