import { Temporal } from 'temporal-polyfill';
import { lazy } from '../base/async.ts';
import { BoundedMap } from '../base/bounded.ts';
import { clockOf, MINUTE, type Wall } from './civil.ts';
import { readWords } from './words.ts';

interface NamedZone {
  zone: string;
  name: string;
}

/** `assets/times/zones.json`. */
interface ZoneNames {
  /** Names of each zone, with `|` between them. */
  names: Readonly<Record<string, string>>;
  /** Zones that the runtime lists by the name they had before, with the name they have now. */
  renamed: Readonly<Record<string, string>>;
}

const readNames = () => readWords<ZoneNames>('zones');

/** Names of each zone in another file of `assets/times/`, with `|` between them. */
export const readZoneNames = (file: string): Readonly<Record<string, string>> =>
  readWords<Pick<ZoneNames, 'names'>>(file).names;

/** Abbreviations that are English words as well: in a sentence they only count in capitals. */
export const WORDLIKE_ABBREVIATIONS: ReadonlySet<string> = new Set(['art', 'eat', 'cat', 'west', 'wet', 'wat', 'pt']);

function fold(name: string): string {
  // Each word of a sentence is looked up.
  if (/^[a-z]+$/i.test(name)) return name.toLowerCase();
  const words = name
    .normalize('NFD')
    .replace(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .replace(/[\s_.-]+/g, ' ')
    .trim();
  // "Washington D.C."
  return words.replace(/(?<= |^)(\p{L}) (?=\p{L}(?: |$))/gu, '$1');
}

function titleCase(name: string): string {
  return name.length <= 3 ? name.toUpperCase() : name.replace(/(^|[\s-])(\p{L})/gu, (all) => all.toUpperCase());
}

/** The runtime's zones by their names in lower case. Listing them takes a millisecond, which is too much for each look-up. */
const zonesByName = lazy(() => new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone])));

const knownZoneNames = lazy(() => {
  const file = readNames();
  const renamed = new Map(Object.entries(file.renamed).filter(([, zone]) => isZone(zone)));
  const places = new Map<string, NamedZone>();
  for (const listed of Intl.supportedValuesOf('timeZone')) {
    const zone = renamed.get(listed) ?? listed;
    for (const full of new Set([listed, zone])) {
      const city = full.split('/').at(-1) ?? full;
      places.set(fold(city), { zone, name: city.replaceAll('_', ' ') });
    }
  }
  const abbreviations = new Map<string, string[]>();
  const regions = new Map<string, string>();
  for (const [zone, names] of Object.entries(file.names))
    for (const name of names.split('|'))
      if (/^[A-Z]+$/.test(name)) abbreviations.set(name, [...(abbreviations.get(name) ?? []), zone]);
      else if (name.endsWith(' time')) regions.set(name.replace(' time', ''), zone);
      else places.set(fold(name), { zone, name: titleCase(name) });
  const starts = new Set([...places.keys()].map((name) => name.split(' ')[0] ?? ''));
  return { abbreviations, regions, places, starts };
});

export function startsPlace(word: string): boolean {
  return knownZoneNames().starts.has(fold(word));
}

export function isAbbreviation(word: string): boolean {
  return knownZoneNames().abbreviations.has(word.toUpperCase());
}

/** The zone of an abbreviation; where it stands for several, the one that `home` is, else the first. */
function abbreviatedZone(word: string, home?: string): NamedZone | undefined {
  const name = word.toUpperCase();
  const zones = knownZoneNames().abbreviations.get(name) ?? [];
  const zone = zones.find((one) => one === home) ?? zones[0];
  return zone === undefined ? undefined : { zone, name };
}

/** Zone of a place: "New York", "Ho Chi Minh City", "St. Louis", "Paris, France". */
export function placeZone(name: string): NamedZone | undefined {
  const { places } = knownZoneNames();
  const [place = '', within, more] = name.split(',').map(fold);
  const namedZone = places.get(place) ?? places.get(place.replace(/ city$/, ''));
  if (within === undefined) return namedZone;
  // "Washington, DC".
  const whole = more === undefined ? places.get(`${place} ${within}`) : undefined;
  if (whole) return whole;
  return more === undefined && namedZone && places.get(within)?.zone === namedZone.zone ? namedZone : undefined;
}

const OFFSET = /^(?:utc|gmt)? ?([+-]|−)(\d{1,2})(?::?([0-5]\d))?$/i;

function offsetZone(words: string): NamedZone | undefined {
  const match = OFFSET.exec(words);
  const hours = Number(match?.[2]);
  if (!match || hours > 14) return undefined;
  const sign = match[1] === '+' ? '+' : '-';
  const zone = `${sign}${String(hours).padStart(2, '0')}:${match[3] ?? '00'}`;
  return { zone, name: `UTC${zone}` };
}

const LONGEST_NAME = 60;

/**
 * The zone that `words` name: an IANA zone in any case, a city, state or country ("Tokyo", "new york"), an
 * abbreviation ("PST", "CET"), a region ("eastern time") or an offset ("UTC+2"). `home` settles abbreviations that
 * stand for several zones.
 */
export function findZone(words: string, home?: string): NamedZone | undefined {
  const text = words.trim().replace(/\s+/g, ' ');
  if (text === '' || text.length > LONGEST_NAME) return undefined;
  const short = text.replace(/ (?:standard |daylight |summer )?time(?: ?zone)?$/i, '');
  const region = knownZoneNames().regions.get(fold(short));
  if (region !== undefined) return { zone: region, name: `${short} time` };
  const namedZone = abbreviatedZone(short, home) ?? placeZone(short) ?? placeZone(short.split(',')[0] ?? '');
  return namedZone ?? offsetZone(short) ?? ianaZone(short);
}

function ianaZone(text: string): NamedZone | undefined {
  if (!/^[a-z][\w/+-]*$/i.test(text) || !text.includes('/') || !isZone(text)) return undefined;
  const zone = canonical(text);
  return { zone, name: zone };
}

function canonical(zone: string): string {
  return zonesByName().get(zone.toLowerCase()) ?? zone.replace(/(^|[/_-])([a-z])/g, (all) => all.toUpperCase());
}

/** Temporal takes the zone of a whole date and time, too. */
const ZONE_ALONE = /^(?:[a-z][\w+/-]*|[+-]\d\d(?::?\d\d)?)$/i;

export function isZone(zone: string): boolean {
  if (!ZONE_ALONE.test(zone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * Zone of this machine. A TZ that is a path, empty or unknown gives the runtime no zone that it knows: UTC then, and
 * `isKnown` is false.
 */
export function machineZone(named: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone): {
  zone: string;
  isKnown: boolean;
} {
  return named !== undefined && isZone(named) ? { zone: named, isKnown: true } : { zone: 'UTC', isKnown: false };
}

/** Wall clock time in `zone` at `at` (milliseconds UTC). Throws a RangeError for an unknown zone. */
export function wallAt(at: number, zone: string): Wall {
  const { offset } = knownOf(zone).find(({ from, to }) => at >= from && at < to) ?? learn(at, zone);
  return at + offset;
}

/**
 * The instant (milliseconds UTC) at which the clock on the wall shows `wall` in `zone`. A time that exists twice is the
 * first of the two; one that does not exist is the moment at which the clock jumps over it.
 */
export function instantOf(wall: Wall, zone: string): number {
  for (const { from, to, offset } of knownOf(zone)) {
    const at = wall - offset;
    if (at >= from + WIDEST_CHANGE && at < to - WIDEST_CHANGE) return at;
  }
  const plain = new Date(wall).toISOString().slice(0, -1);
  const first = Temporal.PlainDateTime.from(plain).toZonedDateTime(zone, { disambiguation: 'earlier' });
  const at = first.epochMilliseconds;
  return wallAt(at, zone) === wall ? at : (first.getTimeZoneTransition('next')?.epochMilliseconds ?? at);
}

interface Constant {
  from: number;
  to: number;
  offset: number;
}

/** Cache of recent look-ups: one takes a hundred times as long as an addition. */
const known = new BoundedMap<string, Constant[]>(64);
const MOST_KNOWN = 16;
/** No clock is set by more than this, so that within it a wall time has one instant or none is near. */
const WIDEST_CHANGE = 172_800_000;

const knownOf = (zone: string): readonly Constant[] => known.get(zone) ?? [];

function learn(at: number, zone: string): Constant {
  const here = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  // A change at this very instant begins the time: "previous" is asked from just after it.
  const before = here.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const constant = {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: here.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: here.offsetNanoseconds / 1e6,
  };
  known.set(zone, [constant, ...knownOf(zone).slice(0, MOST_KNOWN - 1)]);
  return constant;
}

export const offsetName = (offset: number): string => `UTC${fixedZone(offset)}`;

/** The zone that is always this far (milliseconds) from UTC: `+01:00`. */
export function fixedZone(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  return `${offset < 0 ? '-' : '+'}${clockOf(minutes)}`;
}
