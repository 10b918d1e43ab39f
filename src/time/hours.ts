/** The form of a time of day: of 24 hours, or of 12 where the people of a locale tell it so. */
import { BoundedMap } from '../base/bounded.ts';
import { clockOf, minutesOfClock } from './civil.ts';
import { countryOf, regionOf } from './env.ts';
import type { Reader } from './types.ts';

export type Form = Pick<Reader, 'zone' | 'locale'>;

/** Making a format takes long: what came of it is kept. */
const known = new BoundedMap<string, boolean>(64);

/** True if a person tells hours by 12; a locale without a country is of the zone's, and without a locale there are 24. */
function hasTwelve({ zone, locale }: Form): boolean {
  if (locale === undefined) return false;
  const key = `${locale} ${zone}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = /^h1[12]$/.test(hourCycleOf(locale, zone) ?? '');
  known.set(key, found);
  return found;
}

function hourCycleOf(locale: string, zone: string): string | undefined {
  try {
    const tag = new Intl.Locale(locale.replace(/\..*$/, '').replaceAll('_', '-'));
    const region = regionOf(tag.baseName) ?? countryOf(zone);
    const placed = region === undefined ? tag : new Intl.Locale(tag, { region });
    return new Intl.DateTimeFormat(placed, { hour: 'numeric' }).resolvedOptions().hourCycle;
  } catch {
    return undefined;
  }
}

/** `09:00`, or `9:00 AM`; with the second where it is not 0. */
export function clockFor(secondOfDay: number, form: Form): string {
  const [minute, second] = [Math.floor(secondOfDay / 60), secondOfDay % 60];
  const seconds = second === 0 ? '' : `:${String(second).padStart(2, '0')}`;
  if (!hasTwelve(form)) return `${clockOf(minute)}${seconds}`;
  const hour = Math.floor(minute / 60) % 24;
  const rest = String(minute % 60).padStart(2, '0');
  return `${hour % 12 || 12}:${rest}${seconds} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** A wall time of settings, `HH:MM`, in the form of its reader. */
export const wallTimeFor = (clock: string, form: Form): string => clockFor(minutesOfClock(clock) * 60, form);
