import { Temporal } from 'temporal-polyfill';
import { BoundedMap } from '../base/bounded.ts';
import { clockOf, MINUTE, type Wall } from './civil.ts';

/** True if `zone` is an IANA zone (or fixed offset) that this runtime knows. */
export function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
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

/** A time between two changes of a zone's offset (milliseconds). */
interface Constant {
  from: number;
  to: number;
  offset: number;
}

/** Cache of recent look-ups: one takes a hundred times as long as an addition. */
const known = new BoundedMap<string, Constant[]>(64);
/** Eight years, where the clock changes twice a year. */
const MOST_KNOWN = 16;
/** No clock is set by more than this, so that within it a wall time has one instant or none is near. */
const WIDEST_CHANGE = 172_800_000;

const knownOf = (zone: string): readonly Constant[] => known.get(zone) ?? [];

function learn(at: number, zone: string): Constant {
  const here = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  // A change at this very instant begins the time: "previous" is asked from just after it.
  const before = here.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const found = {
    from: before?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: here.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offset: here.offsetNanoseconds / 1e6,
  };
  known.set(zone, [found, ...knownOf(zone).slice(0, MOST_KNOWN - 1)]);
  return found;
}

/** `UTC+01:00` for an offset in milliseconds. */
export const offsetName = (offset: number): string => `UTC${fixedZone(offset)}`;

/** The zone that is always this far (milliseconds) from UTC: `+01:00`. */
export function fixedZone(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  return `${offset < 0 ? '-' : '+'}${clockOf(minutes)}`;
}
