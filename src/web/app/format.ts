/** Instants and amounts as the person reads them: in their zone, and by the clock of their language. */
import { now } from './clock.ts';
import { person } from './session.ts';

/** "en" alone reads as in the United States; coda writes the hours of a day as 0 to 23. */
function localeOf(): string {
  const { locale } = person().person;
  return locale === null || locale === 'en' ? 'en-GB' : locale;
}

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const { zone } = person().person;
  const locale = localeOf();
  const key = `${name} ${zone} ${locale}`;
  const known = made.get(key);
  if (known) return known;
  const fresh = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
  made.set(key, fresh);
  return fresh;
}

/** `14:02` */
export const clock = (at: string | Date): string =>
  formatter('clock', { hour: '2-digit', minute: '2-digit' }).format(new Date(at));

/** `2026-11-28`: the day in the person's zone. */
export function dayOf(at: string | Date): string {
  const { zone } = person().person;
  const key = `day ${zone}`;
  const known = made.get(key) ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone });
  made.set(key, known);
  return known.format(new Date(at));
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

/** `412 ms`, `3.2 s`, `4 min` */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
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
