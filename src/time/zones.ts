import { Temporal } from 'temporal-polyfill';
import { clockOf, MINUTE, type Wall } from './civil.ts';

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

/** `UTC+01:00` for an offset in milliseconds. */
export function offsetName(offset: number): string {
  return `UTC${fixedZone(offset)}`;
}

/** The zone that is always this far (milliseconds) from UTC: `+01:00`. */
export function fixedZone(offset: number): string {
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  return `${offset < 0 ? '-' : '+'}${clockOf(minutes)}`;
}

/** Another stretch of constant offset is looked up once this many instants beyond the first were asked for one by one. */
const ASKED_SINGLY = 6;
/** No clock is set by more than this, so that within it a wall time has one instant or none is near. */
const WIDEST_CHANGE = 172_800_000;

/** The clock of one zone for many questions in a row: remembers the stretch between two changes of the offset. */
export class ZoneClock {
  private readonly zone: string;
  private asked = 0;
  private from = 0;
  private to = 0;
  private offset = 0;

  constructor(zone: string) {
    this.zone = zone;
  }

  /** As the function of this name. */
  wallAt(at: number): Wall {
    if (at >= this.from && at < this.to) return at + this.offset;
    const wall = wallAt(at, this.zone);
    this.learn(at);
    return wall;
  }

  /** As the function of this name. */
  instantOf(wall: Wall): number {
    const at = wall - this.offset;
    if (at >= this.from + WIDEST_CHANGE && at < this.to - WIDEST_CHANGE) return at;
    const found = instantOf(wall, this.zone);
    if (!(found >= this.from && found < this.to)) this.learn(found);
    return found;
  }

  private learn(at: number): void {
    // The first stretch is where most is asked; another one is worth its look-up only for a series.
    if (this.asked++ > 0 && this.asked <= ASKED_SINGLY) return;
    // A change at this very instant begins the stretch: "previous" is asked from just after it.
    const here = Temporal.Instant.fromEpochMilliseconds(at + 1).toZonedDateTimeISO(this.zone);
    this.from = here.getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NEGATIVE_INFINITY;
    this.to = here.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
    this.offset = here.offsetNanoseconds / 1e6;
  }
}
