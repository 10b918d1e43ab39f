/** From when to when a series goes on, and the days that it leaves out. Pure. */
import { DAY, type Day, monthsFrom, type Wall, wallOf, ymdOf } from '../civil.ts';
import { isTime, minuteOfNow, nextTimes, timesOn } from '../clock.ts';
import type { Env } from '../env.ts';
import { periodBounds, resolveDate } from '../lang/dates.ts';
import type { Phrase } from '../lang/phrase.ts';
import { type DateSpec, isElapsed, type Moment, type Recur, type Span, type TimeSpec } from '../pieces.ts';
import { impossible, past } from '../texts.ts';
import type { ParsedWhen } from '../types.ts';
import { findZone, instantOf, wallAt } from '../zones.ts';
import { instantAfter, wallsAt } from './once.ts';

export interface Limits {
  from: number;
  startDay?: Day;
  startTime?: TimeSpec | undefined;
  /** The exact moment (milliseconds UTC) that the series starts at, for elapsed steps. */
  startAt?: number;
  until?: number;
  lasting?: Span;
  count?: number;
}

export function limitsOf(phrase: Phrase, env: Env): Limits | ParsedWhen | undefined {
  const limits: Limits = { from: env.now };
  const bounds = boundsOf(phrase, env);
  if (bounds) {
    limits.from = Math.max(env.now, midnight(bounds[0], env) - 1);
    limits.until = midnight(bounds[1], env) - 1_000;
    if (bounds[0] > env.today) limits.startDay = bounds[0];
  }
  const start = phrase.start?.moment ?? firstDay(phrase);
  if (start) {
    const started = isInSeason(phrase, env) ? { from: env.now, startDay: env.today } : startOf(start, env);
    if (started === undefined || 'kind' in started) return started;
    Object.assign(limits, started);
  }
  if (phrase.until) {
    if (limits.until !== undefined) return undefined;
    const until = endOf(phrase.until, limits, env);
    if (until === undefined || typeof until !== 'number') return until;
    if (until <= env.now) return past('');
    limits.until = until;
  }
  if (phrase.lasting) limits.lasting = phrase.lasting.span;
  if (phrase.count) limits.count = phrase.count.count;
  return limits;
}

/** "From October to March" said in November: it has begun. */
function isInSeason({ start, until }: Phrase, { today }: Env): boolean {
  const [from, to] = [monthOf(start), monthOf(until)];
  return from !== undefined && to !== undefined && monthsFrom(from, to).includes(ymdOf(today).month);
}

/** "Tomorrow at 9 and then every day", "tomorrow every weekday", "Jan 15 at 9, repeating monthly": the day of the first. */
export function firstDay({ dates: [date], recurs: [recur] }: Phrase): Moment | undefined {
  if (!date || !recur || recur.step !== undefined || recur.minutes) return undefined;
  if (recur.days && date.type !== 'offset') return undefined;
  return isFirstDay(date, recur) ? { date } : undefined;
}

/** True if a date beside a recurrence says when it begins, and not on which days it falls. */
export function isFirstDay(date: DateSpec, { freq }: Recur): boolean {
  if (date.type === 'offset') return date.days > 0;
  return date.type === 'monthday' && date.month !== undefined && freq !== 'YEARLY';
}

/** "This week", "tomorrow", "in December" beside a recurrence: the days from … up to …. */
function boundsOf({ dates, recurs, range }: Phrase, env: Env): [Day, Day] | undefined {
  const isWithinDay = range !== undefined || recurs.some(isWithinDays);
  for (const date of dates) {
    const day = isWithinDay && isOneDay(date) ? singleDay(date, env) : undefined;
    if (day !== undefined) return [day, day + 1];
    if (date.type === 'offset' && date.days >= 0 && isWithinDay)
      return [env.today + date.days, env.today + date.days + 1];
    if (date.type === 'period' && date.edge === 'whole' && date.month === undefined) return periodBounds(date, env);
  }
  return undefined;
}

export function skippedDays({ excepts }: Phrase, env: Env): Day[] | undefined {
  const days: Day[] = [];
  for (const date of excepts.flatMap(({ once }) => once ?? [])) {
    const resolution = date.type === 'period' ? { days: daysIn(...periodBounds(date, env)) } : resolveDate(date, env);
    if (typeof resolution === 'string' || ('ask' in resolution && resolution.ask)) return undefined;
    days.push(...resolution.days);
  }
  for (const [from, to] of excepts.flatMap(({ between }) => (between ? [between] : []))) {
    const first = singleDay(from, env);
    const last = first === undefined ? undefined : singleDay(to, { ...env, today: first });
    if (first === undefined || last === undefined || last < first || last - first > LONGEST_GAP) return undefined;
    days.push(...daysIn(first, last + 1));
  }
  return [...new Set(days)].sort((a, b) => a - b);
}

const LONGEST_GAP = 366;

export function singleDay(date: DateSpec, env: Env): Day | undefined {
  const resolution = resolveDate(date, env);
  return typeof resolution === 'string' || resolution.ask ? undefined : resolution.days[0];
}

const daysIn = (from: Day, to: Day): Day[] => Array.from({ length: to - from }, (_, at) => from + at);

function startOf({ date, time, shift, offset }: Moment, env: Env): Partial<Limits> | ParsedWhen | undefined {
  if (shift) {
    const startAt = instantAfter(shift, env);
    const startDay = Math.floor(wallAt(startAt, env.zone) / DAY);
    return isElapsed(shift)
      ? { from: startAt - 1, startDay, startAt }
      : { from: midnight(startDay, env) - 1, startDay };
  }
  if (!date) {
    const startAt = nextAt(time, env.now, env);
    return startAt === undefined ? undefined : { from: startAt - 1, startAt, startTime: time };
  }
  if (isRunning(date, env) && !time) return { from: env.now, startDay: env.today };
  const days = dayOf(date, env);
  if ('kind' in days) return days;
  const [startDay = env.today] = days.days;
  if (days.ask) return undefined;
  if (startDay < env.today) return past('');
  const from = Math.max(env.now, midnight(startDay, env) - 1);
  if (!time) return { from, startDay };
  const startAt = time.clock && !isTime(time.clock) ? undefined : timeOn(startDay, time, offset, env);
  return startAt === undefined
    ? undefined
    : { startDay, startTime: time, startAt, from: Math.max(env.now, startAt - 1) };
}

/** "Starting this week", "from 2026" said in 2026: the first time that is still to come. */
function isRunning(date: DateSpec, env: Env): boolean {
  if (date.type !== 'period' || date.edge !== 'whole' || date.month !== undefined) return false;
  const [from, to] = periodBounds(date, env);
  return from <= env.today && env.today < to;
}

function dayOf(date: DateSpec, env: Env): { days: Day[]; ask?: boolean } | ReturnType<typeof past> {
  const days = resolveDate(date, env);
  return days === 'PAST' ? past('') : days === 'NOT_A_DATE' ? impossible() : days;
}

function nextAt(time: TimeSpec | undefined, after: number, env: Env): number | undefined {
  const times = time && nextTimes(time, env, minuteOfNow(env));
  const walls = times ? wallsAt(env.today, times.minutes, times) : [];
  return walls.map((wall) => instantOf(wall, env.zone)).find((at) => at > after);
}

/** A time of day on a day; of one that comes twice, the one at which the clock has this offset. */
function timeOn(day: Day, time: TimeSpec, offset: string | undefined, env: Env): number | undefined {
  const times = timesOn(time, env, undefined);
  const [wall] = times ? wallsAt(day, times.minutes, times) : [];
  return wall === undefined ? undefined : momentAt(wall, env, offset);
}

function momentAt(wall: Wall, env: Env, offset: string | undefined): number {
  const fixed = offset === undefined ? undefined : findZone(offset)?.zone;
  return fixed === undefined ? instantOf(wall, env.zone) : instantOf(wall, fixed);
}

export const midnight = (day: Day, env: Env): number => instantOf(wallOf(day), env.zone);

function endOf(
  { moment, inclusive, tied }: NonNullable<Phrase['until']>,
  limits: Limits,
  env: Env,
): number | ParsedWhen | undefined {
  const { date, time, shift, offset } = moment;
  if (shift) return instantAfter(shift, env);
  if (!date) return nextAt(time, Math.max(env.now, limits.from), env);
  const day = endDay(date, inclusive || tied === true, limits, env);
  if (typeof day !== 'number') return day;
  // Said on a Friday, "until Friday" is the next one: of today one says so, or the hour.
  const isBare = !time && date.type === 'weekday' && date.which === 'bare' && limits.startDay === undefined;
  if (isBare && day === env.today) return midnight(day + 8, env) - 1_000;
  return time ? timeOn(day, time, offset, env) : midnight(day + 1, env) - 1_000;
}

/** The last day of "until …": a month or week that is only named ends what comes before it. */
function endDay(date: DateSpec, inclusive: boolean, limits: Limits, env: Env): Day | ParsedWhen | undefined {
  // An end is looked for after the start: "from December to 15 January", "from October to March".
  const base = limits.startDay === undefined ? env : { ...env, today: limits.startDay };
  if (date.type === 'period' && date.edge === 'whole') {
    const [from, to] = periodBounds(date, date.month === undefined ? env : base);
    return inclusive || from <= base.today ? to - 1 : from - 1;
  }
  const days = dayOf(date, date.type === 'offset' ? env : base);
  return 'kind' in days ? days : days.days[0];
}

/** The month that is all that is said of a limit: "from October". */
export const monthOf = (limit: Phrase['start'] | Phrase['until']): number | undefined => {
  const { date, time } = limit?.moment ?? {};
  const isMonth = date?.type === 'period' && date.edge === 'whole' && date.year === undefined && !time;
  return isMonth ? date.month : undefined;
};

export const isWithinDays = ({ step, minutes }: Recur): boolean => step !== undefined || minutes !== undefined;

/** True if a date is a single day of the calendar, and comes again with the years at most. */
export function isOneDay(date: DateSpec): boolean {
  if (date.type === 'both') return isOneDay(date.date);
  if (date.type === 'monthday') return date.month !== undefined || date.inMonth !== undefined;
  if (date.type === 'weekday') return date.which === 'next' || date.which === 'coming' || date.which === 'this';
  if (date.type === 'nth') return date.month !== undefined || date.inMonth !== undefined;
  return date.type === 'numeric' || date.type === 'holiday' || date.type === 'moved';
}
