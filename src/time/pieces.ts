import type { DayParts } from './types.ts';

export const FREQUENCIES = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** A BYDAY entry: a weekday (1 = Monday), the `nth` of the period when `nth` is not 0. */
export interface NthWeekday {
  nth: number;
  weekday: number;
}

/**
 * Meaning of the words of a "when" one by one, before they are joined and before it is known what day it is. A phrase
 * is a handful of these; `phrase.ts` joins them, `once.ts` and `series.ts` give them instants.
 */
export type Piece =
  | { kind: 'date'; date: DateSpec }
  | { kind: 'moment'; moment: Moment }
  /** Several weekdays without "every": "Monday and Thursday". */
  | { kind: 'days'; days: DaySet }
  | { kind: 'time'; time: TimeSpec }
  | { kind: 'times'; times: TimeSpec[] }
  /** Counted from now; `bare` when nothing but a length was said, `during` when it may be how long something lasts. */
  | { kind: 'shift'; span: Span; bare?: boolean; during?: boolean }
  | { kind: 'before'; span: Span; sign: 1 | -1 }
  /** `loose`: any time within it, "between 2 and 4". */
  | { kind: 'range'; from: Clock; to: Clock; loose: boolean }
  | { kind: 'recur'; recur: Recur }
  /** `yearly`: only of what comes every year ("from 2028"); `all`: of each of several series. */
  | { kind: 'start'; moment: Moment; yearly?: true; all?: true }
  /** `inclusive`: a month or week that is named belongs to it ("through March"); `tied` words end a series only where
   * its start was said: "from Monday to Friday". */
  | { kind: 'until'; moment: Moment; inclusive: boolean; tied?: boolean; yearly?: true }
  /** `daily`: on each of these days, also where nothing says that it comes again ("the next 3 days at 10"). */
  | { kind: 'lasting'; span: Span; daily?: boolean }
  /** `loose`: it may be said of each day, "every day 2 times". */
  | { kind: 'count'; count: number; loose?: boolean }
  | { kind: 'except'; days: DaySet[] }
  /** `offset` says which of two equal times of the zone is meant: `+01:00`; `loose` words say a zone only at the end,
   * `initials` may stand for something else. */
  | { kind: 'zone'; words: string; offset?: string; loose?: boolean; initials?: boolean }
  | { kind: 'note' }
  /** Words with several meanings: the phrase is read again with each of these instead of them; `certain` for one. */
  | { kind: 'vague'; instead: readonly string[]; certain?: boolean }
  | { kind: 'wrong'; code: 'NOT_A_DATE' | 'NEVER' | 'TOO_OFTEN' | 'PAST' };

export interface Moment {
  date?: DateSpec | undefined;
  time?: TimeSpec | undefined;
  /** The time stands before the date, and so belongs to it: "5pm on Friday". */
  led?: boolean;
  shift?: Span | undefined;
  offset?: string | undefined;
}

export type PartName = Exclude<keyof DayParts, 'date' | 'wakingFrom' | 'wakingTo'> | 'night';

/** A time of day as said. `exact` is false where am or pm was left open, and then the hour is 1–12. */
export interface Clock {
  hour: number;
  minute: number;
  second: number;
  exact: boolean;
  /** Written on the 24-hour clock ("17:00", "09:00"), as its neighbours then are too. */
  full?: boolean;
  /** Written with two digits and minutes ("10:02"): read as it stands, unless the other half of the day is nearer. */
  padded?: boolean;
  /** A bare number with nothing that marks it as a time. */
  weak?: boolean;
  bare?: boolean;
  /** Written with a letter alone ("21h"): a time of day only where a day is named. */
  lettered?: boolean;
  /** Midnight named by its word: whether it begins or ends the day is another question. */
  midnight?: boolean;
}

export interface TimeSpec {
  clock?: Clock | undefined;
  /** With a clock: which half of the day it lies in. */
  part?: PartName | undefined;
  /** Said of this very day ("this morning", "tonight"), so that it is not moved to the next. */
  today?: boolean;
  same?: boolean;
}

export const UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type Unit = (typeof UNITS)[number];

/** A length of time: what is counted by the calendar, and what is counted by the clock (milliseconds). */
export interface Span {
  months: number;
  days: number;
  workdays: number;
  milliseconds: number;
}

export type WhichPeriod = 'bare' | 'this' | 'next' | 'coming' | 'last';

export type DateSpec =
  | { type: 'offset'; days: number }
  | { type: 'weekday'; weekday: number; which: WhichPeriod; weeks?: number; inWeek?: number }
  | {
      type: 'monthday';
      day: number;
      month?: number | undefined;
      year?: number | undefined;
      inMonth?: number;
      inYear?: number;
      monthly?: boolean;
    }
  | { type: 'numeric'; first: number; second: number; year?: number | undefined }
  /** `monthly`: "of the month", which may be each one; of the next month, where it is over in this one. */
  | {
      type: 'nth';
      nth: number;
      of: NthTarget;
      month?: number;
      year?: number;
      inMonth?: number;
      inYear?: number;
      monthly?: boolean;
    }
  /** A week by its number in the year, of ISO 8601; without a weekday, some day of it. */
  | { type: 'week'; week: number; year?: number | undefined; weekday?: number }
  | { type: 'period'; unit: Unit; which: number; edge: Edge; month?: number; year?: number; vague?: boolean }
  | { type: 'weekend'; which: WhichPeriod; weeks?: number }
  | { type: 'holiday'; name: string; year?: number | undefined; which?: WhichPeriod }
  | { type: 'moved'; base: DateSpec; span: Span; sign: 1 | -1 }
  | { type: 'weekdayBeside'; weekday: number; nth: number; base: DateSpec; sign: 1 | -1 }
  | { type: 'both'; weekday: number; date: DateSpec };

export type Edge = 'whole' | 'start' | 'middle' | 'end';
export type NthTarget = { weekday: number } | 'day' | 'workday';

export interface DaySet {
  weekdays?: number[];
  /** Days of the month; negative ones count from its end. */
  monthDays?: number[];
  nth?: NthWeekday[];
  workday?: number;
  dates?: { month: number; day: number }[];
  months?: number[];
  holiday?: string;
  /** "weekends": both days, at the weekend's own hour. */
  weekend?: boolean;
  once?: DateSpec[];
  /** "From tomorrow to next Friday": both ends with the days between them. */
  between?: readonly [DateSpec, DateSpec];
  /** Said in the plural, so that it recurs by itself: "Mondays". */
  plural?: boolean;
}

export interface Recur {
  freq: Frequency;
  interval: number;
  /** Elapsed steps in milliseconds, instead of `freq` and `interval`. */
  step?: number;
  days?: DaySet;
  months?: number[];
  part?: PartName;
  /** "Twice a day": as many times of day must be named. */
  perDay?: number;
  minutes?: number[];
  quarters?: boolean;
}

export const NOTHING: Span = { months: 0, days: 0, workdays: 0, milliseconds: 0 };

export const isElapsed = (span: Span): boolean => span.months === 0 && span.days === 0 && span.workdays === 0;

export const addSpans = (a: Span, b: Span): Span => ({
  months: a.months + b.months,
  days: a.days + b.days,
  workdays: a.workdays + b.workdays,
  milliseconds: a.milliseconds + b.milliseconds,
});
