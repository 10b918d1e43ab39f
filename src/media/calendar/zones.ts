/** Clocks of calendars: zones by the many names that programs give them, or by the changes that a calendar lists. */
import { lazy } from '../../base/async.ts';
import { findZone, instantOf, isZone, readZoneNames, wallAt, wallOccurrences } from '../../time/index.ts';
import type { Calendar, ClockChange, OwnZone } from './entries.ts';
import { Unknown } from './unknown.ts';

/** A wall time and an instant are milliseconds: since 1970 on that clock, and in UTC. */
export interface ZoneClock {
  /** As IANA names it; undefined: a zone that only the calendar knows. */
  zone: string | undefined;
  /** A time that exists twice is the first of the two; one that does not is counted as if the clock had not changed (RFC 5545, 3.3.5). */
  toInstant(wall: number): number;
  toWall(at: number): number;
}

export function clockOfZone(zone: string): ZoneClock {
  return {
    zone,
    toWall: (at) => wallAt(at, zone),
    toInstant(wall) {
      const at = instantOf(wall, zone);
      return wallAt(at, zone) === wall ? at : wall - (wallAt(at - 1, zone) - (at - 1));
    },
  };
}

/** Days of rules, and changes, that all zones of one calendar may cost: a zone of two rules takes 2,000 for a year. */
const MOST_ZONE_DAYS = 1_000_000;

/**
 * Clocks of one calendar, by the names that stand in it; undefined for a zone that nobody knows. A clock throws `Unknown` where
 * its zone says nonsense, or where the zones of the calendar have cost too much.
 */
export function clocksOf(calendar: Calendar): (name: string) => ZoneClock | undefined {
  const clocksByName = new Map<string, ZoneClock | undefined>();
  const budget = { days: MOST_ZONE_DAYS };
  // The first of several of one name.
  const zones = new Map(
    calendar.zones.flatMap((each) => [clean(each.name), each.name].map((key) => [key, each] as const)).reverse(),
  );
  return (name) => {
    if (!clocksByName.has(name))
      clocksByName.set(name, findClock(name, zones.get(name) ?? zones.get(clean(name)), budget));
    return clocksByName.get(name);
  };
}

function findClock(name: string, own: OwnZone | undefined, budget: { days: number }): ZoneClock | undefined {
  const zone = zoneNamed(name) ?? (own && zoneNamed(own.location));
  if (zone !== undefined) return clockOfZone(zone);
  return own && clockOfChanges(own, budget);
}

const clean = (name: string): string =>
  name
    .replace(/\\(.)/g, '$1')
    .replace(/^["']|["']$/g, '')
    .replace(/\s+/g, ' ')
    .trim();

const windowsNames = lazy(() => {
  const entries = Object.entries(readZoneNames('windows-zones'));
  return new Map(
    entries.flatMap(([zone, names]) => names.split('|').map((name) => [name.toLowerCase(), zone] as const)),
  );
});

/** The zone of IANA that a name means; undefined where that is not sure. */
export function zoneNamed(rawName: string): string | undefined {
  const name = clean(rawName).replace(/^tzone:\/\/Microsoft\//i, '');
  if (name === '' || name.length > LONGEST_NAME) return undefined;
  if (/^(?:z|utc|gmt|zulu|(?:etc\/)?(?:utc|gmt))$/i.test(name)) return 'UTC';
  const path = name.replaceAll('\\', '/').split('/').filter(Boolean);
  const byPath = [path, path.slice(-3), path.slice(-2)]
    .map((parts) => parts.join('/'))
    .find((zone) => (zone.includes('/') || !/^[+-]?\d/.test(zone)) && isZone(zone));
  return byPath ?? windowsZone(name) ?? placedZone(name) ?? offsetZone(name) ?? regionZone(name);
}

const LONGEST_NAME = 200;

/** "W. Europe Standard Time", "GMT Standard Time 1", "Romance". */
function windowsZone(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/ \d$/, '');
  return windowsNames().get(plain) ?? windowsNames().get(plain.replace(/ (?:standard|daylight) time$/, ''));
}

/** "(UTC+01:00) Amsterdam, Berlin, Bern, Rome": the first place whose standard time is that, or that all of them share. */
function placedZone(name: string): string | undefined {
  const [, before, places = name] = /^\((?:UTC|GMT)?\s*([+-]?[\d:.]*)\)\s*(.+)$/i.exec(name) ?? [];
  const named = windowsZone(places);
  const offset = before === undefined ? undefined : minutesOf(before);
  if (named !== undefined) return offset === undefined || isAt(named, offset) ? named : undefined;
  const zones = places
    .split(/[,;/]/)
    .map((place) => (before === undefined && !/\p{Ll}/u.test(place) ? undefined : findZone(place.trim())?.zone))
    .filter((zone) => zone?.includes('/'));
  if (offset !== undefined) return zones.find((zone) => zone !== undefined && isAt(zone, offset));
  const [first] = zones;
  const isOne = zones.every((zone) => zone && first && yearOf(zone).join() === yearOf(first).join());
  return isOne ? first : undefined;
}

function minutesOf(offset: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])?(\d{0,2}):?\.?(\d\d)?$/.exec(offset) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

const JANUARY = Date.UTC(2026, 0, 15);
const JULY = Date.UTC(2026, 6, 15);

/** Minutes from UTC in winter and in summer. */
const yearOf = (zone: string): number[] => [JANUARY, JULY].map((at) => (wallAt(at, zone) - at) / 60_000);

const isAt = (zone: string, offset: number): boolean => Math.min(...yearOf(zone)) === offset;

/** "UTC+01:00", "GMT-5", "+0100": always as far from UTC. */
function offsetZone(name: string): string | undefined {
  const isOffset = /^(?:utc|gmt)? ?[+−-]\d{1,2}(?::?\d\d)?$/i.test(name);
  return isOffset ? findZone(name)?.zone : undefined;
}

/** "Central European Time": a region, and no abbreviation that stands for several. */
const regionZone = (name: string): string | undefined =>
  / time$/i.test(name) && !/^(?:[A-Z]{2,5}|.*\b(?:standard|daylight|summer)) time$/i.test(name)
    ? findZone(name)?.zone
    : undefined;

interface Change {
  at: number;
  /** Milliseconds east of UTC from then on. */
  offset: number;
}

const YEAR_MS = 366 * 86_400_000;
const MOST_YEARS = 200;
/** Changes of the clock within a year. */
const MOST_OF_YEAR = 40;

/** The clock of a VTIMEZONE (3.6.5); undefined for one that says nothing. */
function clockOfChanges(own: OwnZone, budget: { days: number }): ZoneClock | undefined {
  const changes = own.changes.flatMap((each) => {
    const [from, to, start] = [offsetOf(each.from), offsetOf(each.to), wallOfStamp(each.start)];
    return from === undefined || to === undefined || start === undefined ? [] : [{ ...each, from, to, start }];
  });
  const [first] = changes.toSorted((a, b) => a.start - b.start);
  if (!first) return undefined;
  const years = new Map<number, Change[]>();
  const changesOf = (year: number): Change[] => {
    const cachedChanges = years.get(year);
    if (cachedChanges) return cachedChanges;
    const [begins, ends] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
    const all = changes
      .flatMap((each) => {
        const onsets = onsetsOf(each, { from: begins, to: ends, budget });
        budget.days -= each.dates.length + onsets.length + 1;
        if (budget.days < 0) throw new Unknown('zone', own.name);
        return onsets.map((wall) => ({ at: wall - each.from, offset: each.to }));
      })
      .toSorted((a, b) => a.at - b.at);
    // The last onset before this year holds.
    const last = all.findLastIndex(({ at }) => at <= begins);
    const yearChanges = all.slice(Math.max(0, last));
    if (yearChanges.length > MOST_OF_YEAR) throw new Unknown('zone', own.name);
    if (years.size < MOST_YEARS) years.set(year, yearChanges);
    return yearChanges;
  };
  const offsetAt = (at: number): number =>
    changesOf(new Date(at).getUTCFullYear()).findLast((change) => change.at <= at)?.offset ?? first.from;
  return {
    zone: undefined,
    toWall: (at) => at + offsetAt(at),
    toInstant(wall) {
      const near = [wall - HALF_DAY_MS, wall, wall + HALF_DAY_MS].map((at) => wall - offsetAt(at));
      const real = near.filter((at) => at + offsetAt(at) === wall);
      return real.length > 0 ? Math.min(...real) : wall - offsetAt(wall - HALF_DAY_MS);
    },
  };
}

const HALF_DAY_MS = 43_200_000;

/** Times of the clock on the wall at which a change begins: the last one before `from`, and those until `to`. */
function onsetsOf(
  { start, rules, dates }: Pick<ClockChange, 'rules' | 'dates'> & { start: number },
  { from, to, budget }: { from: number; to: number; budget: { days: number } },
): number[] {
  const listed = [start, ...dates.map(wallOfStamp)].filter((wall) => wall !== undefined);
  const ruled = rules.filter(isYearly).flatMap((rule) => {
    // A rule that is over has its last time before its end.
    const until = wallOfStamp(/UNTIL=(\w+)/i.exec(rule)?.[1] ?? '') ?? from;
    const after = Math.min(from, until) - 2 * YEAR_MS;
    return [...(wallOccurrences(start, rule, { after, before: to, budget }) ?? [])];
  });
  const all = [...new Set([...listed, ...ruled])].toSorted((a, b) => a - b);
  const before = all.findLast((wall) => wall < from);
  return [...(before === undefined ? [] : [before]), ...all.filter((wall) => wall >= from && wall < to)];
}

/** Clocks change at one time of a day, on days of a year. */
const isYearly = (rule: string): boolean =>
  /\bFREQ=YEARLY\b/i.test(rule) && !/\bBY(?:HOUR|MINUTE|SECOND)=\d{1,2},/i.test(rule);

function offsetOf(offset: string): number | undefined {
  const [, sign, hours, minutes, seconds = '0'] = /^([+-])(\d\d):?(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  if (hours === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}

const STAMP = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d))?)?(?:\.\d+)?(Z)?$/i;

/** The time that a stamp shows, as milliseconds; undefined for one that there is not. */
export function wallOfStamp(stamp: string): number | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0'] = STAMP.exec(stamp.trim()) ?? [];
  if (year === undefined) return undefined;
  const [y, m, d, h, min] = [year, month, day, hour, minute].map(Number) as [number, number, number, number, number];
  const at = Date.UTC(y, m - 1, d, h, min, Math.min(59, Number(second)));
  const back = new Date(at);
  const isReal = back.getUTCMonth() === m - 1 && back.getUTCDate() === d && h < 24 && min < 60 && y > 0;
  return isReal ? at : undefined;
}

export const isDay = (stamp: string): boolean => STAMP.exec(stamp.trim())?.[4] === undefined;
export const isUtc = (stamp: string): boolean => /z$/i.test(stamp.trim());
