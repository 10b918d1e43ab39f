import { Temporal } from 'temporal-polyfill';
import type { Wall } from './civil.ts';

/** Whether `zone` is an IANA zone (or fixed offset) that this runtime knows. */
export function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/** What the clock on the wall shows in `zone` at `at` (milliseconds UTC). Throws a RangeError for an unknown zone. */
export function wallAt(at: number, zone: string): Wall {
  return at + Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
}

/**
 * The instant (milliseconds UTC) at which the clock on the wall shows `wall` in `zone`. A time that exists twice is the
 * first of the two; one that does not exist is the moment at which the clock jumps over it.
 */
export function instantOf(wall: Wall, zone: string): number {
  const plain = new Date(wall).toISOString().slice(0, -1);
  const first = Temporal.PlainDateTime.from(plain).toZonedDateTime(zone, { disambiguation: 'earlier' });
  const at = first.epochMilliseconds;
  if (at + first.offsetNanoseconds / 1e6 === wall) return at;
  return first.getTimeZoneTransition('next')?.epochMilliseconds ?? at;
}
