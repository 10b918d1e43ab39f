import type { Instant } from '../base/clock.ts';

export interface WhenContext {
  now: Instant;
  zone: string;
  /** BCP 47, e.g. `en-GB`; decides the order of 3/4. Unknown: the zone's country decides. */
  locale?: string | undefined;
  /** 1 = Monday … 7 = Sunday. */
  weekStart?: number | undefined;
  dayParts?: Partial<DayParts> | undefined;
}

/** The person that a time is written for: the clock that they live by, and by their locale the form of its hours. */
export type Reader = Pick<WhenContext, 'now' | 'zone' | 'locale'>;

/** Local wall times (`HH:MM`) that parts of a day stand for. */
export interface DayParts {
  early: string;
  morning: string;
  lunch: string;
  noon: string;
  afternoon: string;
  endOfDay: string;
  evening: string;
  tonight: string;
  late: string;
  date: string;
  wakingFrom: string;
  wakingTo: string;
}

export interface TimeReading {
  words: string;
  /** The unit that it takes for one that could not be read; said before the words. */
  unit?: string;
  when: OneTime | Recurring;
}

export interface OneTime {
  kind: 'once';
  at: Instant;
  /** The local wall time it came from, `2026-11-23T09:00:00`. */
  local: string;
  zone: string;
  others?: TimeReading[];
}

export interface Recurring {
  kind: 'recurring';
  /**
   * RFC 5545 text as stored: `DTSTART;TZID=Europe/Berlin:20261123T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO` (several RRULE
   * lines where the words need them, then EXDATE with the days left out). Wall-clock time is kept, except for sub-daily steps.
   */
  rule: string;
  zone: string;
  /** The next occurrences after `now`, at most five, strictly increasing; empty never (that is `NEVER`). */
  next: Instant[];
  others?: TimeReading[];
}

/** The words do not settle it: a person is asked, with these readings as buttons. */
export interface Ambiguous {
  kind: 'ambiguous';
  question: string;
  readings: TimeReading[];
}

export type RejectCode = 'PAST' | 'NO_TIME' | 'NOT_A_DATE' | 'TOO_OFTEN' | 'NEVER';

export interface Reject {
  kind: 'reject';
  code: RejectCode;
  understood: string;
  say: string;
  unread?: string;
}

export type ParsedWhen = OneTime | Recurring | Ambiguous | Reject;

export interface SplitTask {
  when: ParsedWhen;
  /** The words that say when, as written; undefined where they are in two places, doubtful, or missing. */
  words: string | undefined;
  task: string;
}
