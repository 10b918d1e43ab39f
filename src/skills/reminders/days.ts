import { z } from 'zod';
import type { TxContext } from '../../agent/index.ts';
import { addDays, monthNames, occurrences, parseWhen, weekdayOfDay } from '../../time/index.ts';
import type { Reminder } from './reminder.ts';

/** Days of the person's calendar, as `2026-11-21`, both included; today and the days to come begin with `''`. */
export interface DaySpan {
  first: string;
  last: string;
}

export function dayIn(zone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone });
  return (at) => format.format(at);
}

export const daysInput = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d$/)
  .optional()
  .describe('Of a series: only these days, first/last.');

export function readDays(days: string | undefined): DaySpan | undefined {
  const [first, last] = days?.split('/') ?? [];
  return first && last ? { first, last } : undefined;
}

const A_MONTH = new RegExp(
  `^(?:in )?(?:(?:this |the |(?:the )?rest of (?:the|this) )(month)|(?:the )?next (month)|(${monthNames.join('|')}))$`,
  'i',
);

/** The days of "this month", "next month" and "December", the one that comes; undefined for other words. */
function monthNamed(words: string, today: string): DaySpan | undefined {
  const [whole, current, , name] = A_MONTH.exec(words) ?? [];
  if (whole === undefined) return undefined;
  const [year = 0, month = 0] = today.split('-').map(Number);
  const named = name === undefined ? month - (current ? 1 : 0) : monthNames.indexOf(name.toLowerCase());
  const at = named < month - 1 ? named + 12 : named;
  const day = (months: number, date: number) => new Date(Date.UTC(year, months, date)).toISOString().slice(0, 10);
  return { first: at === month - 1 ? '' : day(at, 1), last: day(at + 1, 0) };
}

export function spanOf(words: string, ctx: Pick<TxContext, 'when' | 'clock'>): DaySpan | undefined {
  const { when, clock } = ctx;
  const [, from, to] = /^(?:between|from) (.+) (?:and|to|until|till) (.+)/is.exec(words) ?? [];
  if (from !== undefined && to !== undefined) {
    const [begins, ends] = [from, to].map((day) => spanOf(day, ctx));
    if (!begins || !ends) return undefined;
    // "Between Monday and Friday", said on a Friday, is about the one after that Monday.
    const isAfter = ends.last >= begins.first || !/day$/i.test(to);
    return { first: begins.first, last: isAfter ? ends.last : addDays(ends.last, 7) };
  }
  const dayOf = dayIn(when.zone);
  const today = dayOf(clock.now());
  const within = (from: number, days: number): DaySpan => ({
    first: addDays(today, from),
    last: addDays(today, from + days - 1),
  });
  /** Days of the person's week that have passed before today. */
  const weekday = (weekdayOfDay(today) - (when.weekStart ?? 1) + 7) % 7;
  if (/^(?:today|tonight|now|for today|later today)$/i.test(words)) return { first: '', last: today };
  if (/^(?:this|the) week$/i.test(words)) return { ...within(-weekday, 7), first: '' };
  if (/^(?:the )?next week$/i.test(words)) return within(7 - weekday, 7);
  const [, of] =
    /^(?:in |during )?(?:the )?week (?:of|beginning|starting|commencing) (?:the )?(.+)$/i.exec(words) ?? [];
  const named = of === undefined ? undefined : spanOf(of, ctx);
  // "The week of the 16th" begins on the person's first day of the week.
  if (named?.first) {
    const begins = addDays(named.first, -((weekdayOfDay(named.first) - (when.weekStart ?? 1) + 7) % 7));
    return { first: begins, last: addDays(begins, 6) };
  }
  const month = monthNamed(words, today);
  if (month) return month;
  const isWeekend = /^(?:this|the|next) weekend$/i.test(words);
  // On a Sunday it is half over.
  const toSunday = 7 - weekdayOfDay(today);
  if (isWeekend && toSunday <= 1 && !/^next/i.test(words)) return { first: '', last: addDays(today, toSunday) };
  const time = parseWhen(words, when);
  const day = time.kind === 'once' ? dayOf(time.at) : undefined;
  return day === undefined ? undefined : { first: day, last: isWeekend ? addDays(day, 1) : day };
}

export function dayFilter(words: string, ctx: TxContext): ((reminder: Reminder) => Date | undefined) | undefined {
  const span = spanOf(words, ctx);
  if (!span) return undefined;
  const { first, last } = span;
  const dayOf = dayIn(ctx.when.zone);
  return (reminder) => {
    const next = reminder.nextAt ?? reminder.lastOccurrence;
    if (next && dayOf(next) >= first && dayOf(next) <= last) return next;
    const at = first > dayOf(ctx.clock.now()) ? occurrenceFrom(reminder, first, dayOf) : undefined;
    return at && dayOf(at) <= last ? at : undefined;
  };
}

/** A day begins nowhere sooner than this before it does in UTC. */
const DAY_BEFORE_MS = 15 * 3_600_000;
/** Occurrences looked at before the day; a series that comes every minute has more. */
const MOST_BEFORE = 1_000;

export function occurrenceFrom(
  { rule, plannedAt }: Reminder,
  day: string,
  dayOf: (at: Date) => string,
): Date | undefined {
  if (rule === undefined || !plannedAt) return undefined;
  if (dayOf(plannedAt) >= day) return plannedAt;
  const from = Math.max(plannedAt.getTime(), Date.parse(`${day}T00:00Z`) - DAY_BEFORE_MS);
  let looked = 0;
  for (const at of occurrences(rule, { after: new Date(from) })) {
    if (dayOf(at) >= day) return at;
    if (++looked === MOST_BEFORE) break;
  }
  return undefined;
}
