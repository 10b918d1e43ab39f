import { lazy } from '../base/async.ts';
import { type Day, dayOfWall, minutesOfClock, type Wall } from './civil.ts';
import type { PartName } from './pieces.ts';
import type { DayParts, WhenContext } from './types.ts';
import { wallAt } from './zones.ts';

/** Now, here: what a phrase is resolved against. */
export interface Env {
  now: number;
  zone: string;
  locale: string | undefined;
  /** True if that is the person's own zone. */
  isHome: boolean;
  wall: Wall;
  today: Day;
  /** Parts of the day in minutes since midnight. */
  parts: Record<keyof DayParts, number>;
  /** True if the month stands first in 3/4; undefined where both orders are in use. */
  monthFirst: boolean | undefined;
  weekStart: number;
}

interface EnvSource extends WhenContext {
  readonly home: Env;
}

/** `ctx` with its home; a zone that is not known throws a RangeError. */
export const hereOf = (ctx: WhenContext | EnvSource): EnvSource =>
  'home' in ctx ? ctx : { ...ctx, home: newEnv(ctx, ctx.zone) };

export const envOf = (ctx: WhenContext | EnvSource, zone = ctx.zone): Env =>
  'home' in ctx && zone === ctx.zone ? ctx.home : newEnv(ctx, zone);

/** The same moment by the clock of another zone. */
export function envIn(env: Env, zone: string): Env {
  const wall = wallAt(env.now, zone);
  return { ...env, zone, isHome: env.isHome && zone === env.zone, wall, today: dayOfWall(wall) };
}

function newEnv(ctx: WhenContext, zone: string): Env {
  const now = ctx.now.getTime();
  const wall = wallAt(now, zone);
  return {
    now,
    zone,
    locale: ctx.locale,
    isHome: zone === ctx.zone,
    wall,
    today: dayOfWall(wall),
    parts: partsOf(ctx.dayParts),
    monthFirst: monthFirst(ctx.locale, ctx.zone),
    weekStart: ctx.weekStart ?? 1,
  };
}

function partsOf(own: Partial<DayParts> | undefined): Record<keyof DayParts, number> {
  const clocks = { ...DEFAULT_DAY_PARTS, ...own };
  const minutes = Object.entries(clocks).map(([name, clock]) => [name, minutesOfClock(clock)]);
  return Object.fromEntries(minutes) as Record<keyof DayParts, number>;
}

export const minuteOfPart = (part: PartName, { parts }: Env): number =>
  part === 'night' ? parts.tonight : parts[part];

/** Countries that write the month before the day in digits, also behind the year. */
const MONTH_FIRST = 'US PR GU VI AS MP PH FM PW MH JP CN KR TW HU MN'.split(' ');
/** Regions in which both orders of day and month are in everyday use. */
const EITHER_ORDER = ['CA', 'ZA'];

function monthFirst(locale: string | undefined, zone: string): boolean | undefined {
  const country = regionOf(locale) ?? countryOf(zone);
  return country === undefined || EITHER_ORDER.includes(country) ? undefined : MONTH_FIRST.includes(country);
}

const regionNames = lazy(() => new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }));

/** The country of a locale (`de-DE`, `zh-Hans-CN`, `en_US.UTF-8`); none where it names none that there is. */
export function regionOf(locale: string | undefined): string | undefined {
  const region = /^[a-z]{2,3}(?:[-_][a-z]{4})?[-_]([a-z]{2})(?![a-z\d])/i.exec(locale ?? '')?.[1]?.toUpperCase();
  return region !== undefined && regionNames().of(region) !== undefined ? region : undefined;
}

const countries = lazy(() => {
  const countryByZone = new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone, 'GB']));
  for (const country of [...MONTH_FIRST, ...EITHER_ORDER]) {
    // A method in newer runtimes, a property in older ones.
    const locale = new Intl.Locale(`und-${country}`) as { getTimeZones?(): string[]; timeZones?: string[] };
    for (const zone of locale.getTimeZones?.() ?? locale.timeZones ?? []) countryByZone.set(zone, country);
  }
  return countryByZone;
});

export function countryOf(zone: string): string | undefined {
  if (!zone.includes('/') || zone.startsWith('Etc/')) return undefined;
  const country = countries().get(zone);
  return country ?? countries().get(new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone);
}

export const DEFAULT_DAY_PARTS: Readonly<DayParts> = {
  early: '07:00',
  morning: '09:00',
  lunch: '12:30',
  noon: '12:00',
  afternoon: '15:00',
  endOfDay: '17:00',
  evening: '19:00',
  tonight: '20:00',
  late: '22:00',
  date: '09:00',
  wakingFrom: '07:00',
  wakingTo: '22:00',
};
