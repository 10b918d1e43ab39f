import type { Instant } from '../base/clock.ts';
import type { Reader } from '../time/index.ts';

/** `owner` runs this coda, `member` may use it, `guest` is known but has not been let in. */
export type Role = 'owner' | 'member' | 'guest';

export interface Person {
  id: string;
  name: string;
  role: Role;
  /** Roles of the configuration's own that they have besides. */
  roles?: readonly string[];
  /** IANA zone; undefined until it is known. */
  zone: string | undefined;
  /** BCP 47. */
  locale: string | undefined;
  /** 1 = Monday … 7 = Sunday; undefined: Monday. */
  weekStart: number | undefined;
  /** Local wall times (`HH:MM`) between which nothing but what is urgent is delivered. */
  quiet: { from: string; to: string } | undefined;
  /** Something for them could not be delivered, and they do not know. */
  undelivered: boolean;
  createdAt: Instant;
}

/** The zone and the locale (BCP 47) of people whose own nobody knows. */
export type Household = Pick<Reader, 'zone' | 'locale'>;

/** For whom times are written. */
export const readerFor = (
  { zone, locale }: Pick<Person, 'zone' | 'locale'>,
  household: Household,
  now: Instant,
): Reader => ({ now, zone: zone ?? household.zone, locale: locale ?? household.locale });
