import type { Instant } from '../base/clock.ts';
import { occurrences, type Reader } from '../time/index.ts';

/** `owner` runs this coda, `member` may use it, `guest` is known but has not been let in. */
export type Role = 'owner' | 'member' | 'guest';

export interface Person {
  id: string;
  name: string;
  role: Role;
  roles?: readonly string[];
  /** IANA zone; undefined until it is known. */
  zone: string | undefined;
  /** Origin of `zone`: `person` said it, `browser` or a platform told it. */
  zoneSource?: string | undefined;
  locale: string | undefined;
  /** 1 = Monday … 7 = Sunday; undefined: Monday. */
  weekStart: number | undefined;
  /** Local wall times (`HH:MM`) between which nothing but what is urgent is delivered. */
  quiet: { from: string; to: string } | undefined;
  /** Something for them could not be delivered, and they do not know. */
  undelivered: boolean;
  createdAt: Instant;
}

/** `isZoneSet`: its zone was configured, and not taken from the machine. */
export type Household = Pick<Reader, 'zone' | 'locale'> & { isZoneSet?: boolean };

export const readerFor = (
  { zone, locale }: Pick<Person, 'zone' | 'locale'>,
  household: Household,
  now: Instant,
): Reader => ({ now, zone: zone ?? household.zone, locale: locale ?? household.locale });

/** Local wall times (`HH:MM`) between which nothing but what is urgent is said, and the zone that they are meant in. */
export interface QuietHours {
  from: string;
  to: string;
  zone: string;
}

export interface QuietColumns {
  quiet_from: string | null;
  quiet_to: string | null;
  person_zone: string | null;
}

export const QUIET_COLUMNS = 'p.quiet_from, p.quiet_to, p.zone as person_zone';

export function quietOf(row: QuietColumns, zone: string): QuietHours | undefined {
  const { quiet_from: from, quiet_to: to, person_zone: own } = row;
  return from && to ? { from, to, zone: own ?? zone } : undefined;
}

/**
 * The end of quiet hours, when `now` lies in them. Wall times of `zone`, right across clock changes. It holds for all that
 * coda says by itself: reminders, and the answers of schedules.
 */
export function quietUntil({ from, to, zone }: QuietHours, now: Instant): Instant | undefined {
  const next = (wall: string) =>
    occurrences(`DTSTART;TZID=${zone}:20000101T${wall.replace(':', '')}00\nRRULE:FREQ=DAILY`, { after: now }).next()
      .value ?? undefined;
  const [start, end] = [next(from), next(to)];
  // Inside, the end comes before the next beginning.
  return start && end && end < start ? end : undefined;
}
