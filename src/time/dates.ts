import { addMonths, type Day, dayOf, daysInMonth, minuteOf, monthAfter, weekdayOf, ymdOf } from './civil.ts';
import type { Env } from './env.ts';
import { holidayOf, localNames } from './lang/en-holidays.ts';
import type { DateSpec, Edge, NthTarget, Span } from './pieces.ts';

/** The days that a date may mean. */
export interface Days {
  /** In order of preference: the first one that is not over is meant. */
  days: Day[];
  /** Less likely readings. */
  others?: Day[];
  /** The time of day, where the date has one of its own (minutes). */
  minute?: number;
  /** The days are equally likely: a person has to say. */
  ask?: boolean;
}

export type NoDay = 'NOT_A_DATE' | 'PAST';

/** The last year that a date is looked for in, and that a phrase can name. */
const LAST_YEAR = 9_999;

export function resolveDate(date: DateSpec, env: Env): Days | NoDay {
  switch (date.type) {
    case 'offset':
      return resolveOffset(date.days, env);
    case 'weekday':
      return resolveWeekday(date, env);
    case 'monthday':
      return resolveMonthday(date, env);
    case 'numeric':
      return resolveNumeric(date, env);
    case 'nth':
      return resolveNth(date, env);
    case 'period':
      return resolvePeriod(date, env);
    case 'weekend':
      return resolveWeekend(date, env);
    case 'holiday':
      return resolveHoliday(date, env);
    case 'moved':
      return mapDays(resolveDate(date.base, env), (day) => moveDay(day, date.span, date.sign));
    case 'weekdayBeside':
      return mapDays(resolveDate(date.base, env), (day) => {
        const away = (((date.weekday - weekdayOf(day)) * date.sign + 13) % 7) + 1;
        return day + date.sign * (away + 7 * (date.nth - 1));
      });
    case 'both':
      return resolveBoth(date, env);
  }
}

/** Whoever is still up after midnight may mean the day that has begun by "tomorrow". */
function resolveOffset(days: number, { today, wall, isHome }: Env): Days | NoDay {
  if (days < 0) return 'PAST';
  return days === 1 && isHome && minuteOf(wall) < 4 * 60
    ? { days: [today + 1], others: [today] }
    : { days: [today + days] };
}

function mondayOf(day: Day): Day {
  return day - weekdayOf(day) + 1;
}

function resolveWeekday(date: Extract<DateSpec, { type: 'weekday' }>, { today }: Env): Days | NoDay {
  const ahead = (date.weekday - weekdayOf(today) + 7) % 7;
  const weeks = date.weeks ?? 0;
  if (date.inWeek !== undefined && weeks > 0) {
    // "Friday in two weeks": counted from the next Friday, or by the weeks of the calendar.
    const days = [...new Set([mondayOf(today) + date.weekday - 1 + 7 * date.inWeek, today + ahead + 7 * weeks])];
    return days.length > 1 ? { days: days.sort((a, b) => a - b), ask: true } : { days };
  }
  if (date.inWeek !== undefined) return { days: [mondayOf(today) + date.weekday - 1 + 7 * date.inWeek] };
  if (date.which === 'last') return 'PAST';
  if (date.which === 'this') return { days: [today + ahead] };
  if (date.which === 'coming') {
    const coming = today + (ahead || 7);
    // "Two Fridays from now": whether the very next one counts is for the person to say.
    return weeks > 0 ? { days: [coming + 7 * weeks, coming + 7 * weeks + 7], ask: true } : { days: [coming] };
  }
  if (date.which === 'next') {
    const next = mondayOf(today) + 7 + date.weekday - 1;
    // "The Friday after next", said when this Friday is still to come: which one is next is open.
    if (weeks > 0 && date.weekday > weekdayOf(today)) return { days: [next, next + 7 * weeks], ask: true };
    if (weeks > 0) return { days: [next + 7 * weeks] };
    return date.weekday > weekdayOf(today) ? { days: [next], others: [today + ahead] } : { days: [next] };
  }
  if (weeks > 0) return { days: [today + ahead + 7 * weeks] };
  return { days: ahead === 0 ? [today, today + 7] : [today + ahead] };
}

function exists(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && year <= LAST_YEAR;
}

function resolveMonthday(date: Extract<DateSpec, { type: 'monthday' }>, { today }: Env): Days | NoDay {
  const { day, month } = date;
  const now = ymdOf(today);
  const year = date.inYear === undefined ? date.year : now.year + date.inYear;
  if (day < 1 || day > 31) return 'NOT_A_DATE';
  if (date.inMonth !== undefined) {
    const at = monthAfter(now.year, now.month, date.inMonth);
    return exists(at.year, at.month, day) ? { days: [dayOf(at.year, at.month, day)] } : 'NOT_A_DATE';
  }
  if (month === undefined) {
    for (let ahead = 0; ahead < 12; ahead++) {
      const at = monthAfter(now.year, now.month, ahead);
      if (exists(at.year, at.month, day) && (ahead > 0 || day >= now.day))
        return { days: [dayOf(at.year, at.month, day)] };
    }
    return 'NOT_A_DATE';
  }
  if (year !== undefined) return exists(year, month, day) ? { days: [dayOf(year, month, day)] } : 'NOT_A_DATE';
  // Without a year, the next such date; 29 February waits for its leap year.
  for (let ahead = 0; ahead <= 8; ahead++) {
    if (!exists(now.year + ahead, month, day)) continue;
    const found = dayOf(now.year + ahead, month, day);
    if (found >= today) return { days: [found] };
  }
  return 'NOT_A_DATE';
}

function resolveNumeric(date: Extract<DateSpec, { type: 'numeric' }>, env: Env): Days | NoDay {
  const { first, second, year } = date;
  const monthFirst = resolveMonthday({ type: 'monthday', month: first, day: second, year }, env);
  const dayFirst = resolveMonthday({ type: 'monthday', month: second, day: first, year }, env);
  if (typeof monthFirst === 'string') return dayFirst;
  if (typeof dayFirst === 'string' || first === second) return monthFirst;
  if (env.monthFirst !== undefined) return env.monthFirst ? monthFirst : dayFirst;
  return { days: [...dayFirst.days, ...monthFirst.days], ask: true };
}

/** The nth day of a kind in the days from `from` up to `to`. */
function nthIn(from: Day, to: Day, nth: number, of: NthTarget): Day | undefined {
  const fits = (day: Day) => {
    if (of === 'day') return true;
    if (of === 'workday') return weekdayOf(day) < 6;
    return of === 'weekendday' ? weekdayOf(day) > 5 : weekdayOf(day) === of.weekday;
  };
  const days = Array.from({ length: to - from }, (_, index) => from + index).filter(fits);
  return days.at(nth > 0 ? nth - 1 : nth);
}

function resolveNth(date: Extract<DateSpec, { type: 'nth' }>, { today }: Env): Days | NoDay {
  const now = ymdOf(today);
  if (date.inYear !== undefined) {
    const year = now.year + date.inYear;
    return single(nthIn(dayOf(year, 1, 1), dayOf(year + 1, 1, 1), date.nth, date.of));
  }
  const inMonth = (year: number, month: number) =>
    nthIn(dayOf(year, month, 1), dayOf(year, month + 1, 1), date.nth, date.of);
  if (date.month === undefined) {
    const at = monthAfter(now.year, now.month, date.inMonth ?? 0);
    const found = inMonth(at.year, at.month);
    const isOver = date.monthly === true && found !== undefined && found < today;
    return single(isOver ? inMonth(at.year, at.month + 1) : found);
  }
  if (date.year !== undefined) return single(inMonth(date.year, date.month));
  const thisYear = inMonth(now.year, date.month);
  return single(thisYear !== undefined && thisYear >= today ? thisYear : inMonth(now.year + 1, date.month));
}

function single(day: Day | undefined): Days | NoDay {
  return day === undefined ? 'NOT_A_DATE' : { days: [day] };
}

type Period = Extract<DateSpec, { type: 'period' }>;

/** The first day of a period and the first day after it. */
export function periodBounds(date: Period, { today }: Env): [Day, Day] {
  const now = ymdOf(today);
  if (date.unit === 'week') {
    const monday = mondayOf(today) + 7 * date.which;
    return [monday, monday + 7];
  }
  if (date.month !== undefined) {
    const { month } = date;
    // "Next March" said in March is that of the next year.
    const isOver = dayOf(now.year, month + (date.which > 0 ? 0 : 1), 1) <= today;
    const year = date.year ?? (isOver ? now.year + 1 : now.year);
    return [dayOf(year, month, 1), dayOf(year, month + 1, 1)];
  }
  if (date.unit === 'month') {
    const { year, month } = monthAfter(now.year, now.month, date.which);
    return [dayOf(year, month, 1), dayOf(year, month + 1, 1)];
  }
  if (date.unit === 'quarter') {
    const first = Math.floor((now.month - 1) / 3) * 3 + 1 + 3 * date.which;
    return [dayOf(now.year, first, 1), dayOf(now.year, first + 3, 1)];
  }
  if (date.unit === 'day') return [today + date.which, today + date.which + 1];
  const year = date.year ?? now.year + date.which;
  return [dayOf(year, 1, 1), dayOf(year + 1, 1, 1)];
}

function resolvePeriod(date: Period, env: Env): Days | NoDay {
  if (date.which < 0) return 'PAST';
  const [from, to] = periodBounds(date, env);
  if (to <= env.today) return 'PAST';
  if (date.edge === 'whole') {
    // "This week", "in November" said in November: some time from now on, and nobody knows when.
    if (from <= env.today) return { days: [endOf(date, from, to)], ask: true };
    return { days: [from] };
  }
  const day = dayAtEdge(date, date.edge, from, to);
  if (date.unit !== 'week' || date.edge !== 'end') return { days: [day] };
  return { days: [day, to - 1], minute: env.parts.endOfDay, ask: true };
}

function endOf(date: Period, from: Day, to: Day): Day {
  return date.unit === 'week' ? from + 4 : to - 1;
}

function dayAtEdge(date: Period, edge: Edge, from: Day, to: Day): Day {
  if (edge === 'end') return endOf(date, from, to);
  if (edge !== 'middle') return from;
  if (date.unit === 'week') return from + 2;
  return date.unit === 'month' ? from + 14 : from + Math.floor((to - from) / 2);
}

function resolveWeekend(date: Extract<DateSpec, { type: 'weekend' }>, { today }: Env): Days | NoDay {
  if (date.which === 'last') return 'PAST';
  const saturday = mondayOf(today) + 5;
  const minute = 10 * 60;
  if (date.which !== 'next') return { days: [saturday, saturday + 1], minute };
  if (date.weeks !== undefined) return { days: [saturday + 7, saturday + 14], minute, ask: true };
  return today < saturday ? { days: [saturday + 7], others: [saturday], minute } : { days: [saturday + 7], minute };
}

function resolveHoliday(date: Extract<DateSpec, { type: 'holiday' }>, env: Env): Days | NoDay {
  const found = localNames(date.name, env.zone).map((name) => resolveNamed({ ...date, name }, env));
  const days = found.flatMap((one) => (typeof one === 'string' ? [] : one.days)).sort((a, b) => a - b);
  return days.length > 1 ? { days, ask: true } : (found[0] ?? 'NOT_A_DATE');
}

function resolveNamed(date: Extract<DateSpec, { type: 'holiday' }>, { today }: Env): Days | NoDay {
  if (date.which === 'last') return 'PAST';
  const { year } = ymdOf(today);
  const dayIn = holidayOf(date.name)?.in;
  if (!dayIn) return 'NOT_A_DATE';
  if (date.year !== undefined) return { days: [dayIn(date.year)] };
  return { days: [dayIn(year) >= today ? dayIn(year) : dayIn(year + 1)] };
}

function mapDays(resolved: Days | NoDay, move: (day: Day) => Day): Days | NoDay {
  if (typeof resolved === 'string') return resolved;
  const { minute: _, others, ...rest } = resolved;
  return { ...rest, days: resolved.days.map(move), ...(others ? { others: others.map(move) } : {}) };
}

/** `day` moved by whole days, weeks, months and working days. */
export function moveDay(day: Day, span: Span, sign: 1 | -1): Day {
  let moved = addMonths(day, sign * span.months) + sign * span.days;
  for (let left = Math.min(span.workdays, 10_000); left > 0; left--) {
    do moved += sign;
    while (weekdayOf(moved) > 5);
  }
  return moved;
}

function resolveBoth(date: Extract<DateSpec, { type: 'both' }>, env: Env): Days | NoDay {
  const { weekday } = date;
  // Where both orders of 3/4 are in use, the weekday may say which one is meant.
  const found = resolveDate(date.date, env);
  if (date.date.type === 'numeric' && env.monthFirst !== undefined) {
    const either = resolveDate(date.date, { ...env, monthFirst: undefined });
    const fit = typeof either === 'string' ? [] : either.days.filter((day) => weekdayOf(day) === weekday);
    // The locale's order is meant, unless the other one is near and it is far.
    const own = typeof found === 'string' ? [] : found.days;
    if (fit.length > 1 && !own.includes(Math.min(...fit))) return { days: fit, ask: true };
  }
  if (typeof found === 'string') return found;
  const fitting = found.days.filter((day) => weekdayOf(day) === weekday);
  if (fitting.length > 0) return { days: fitting };
  const spec = date.date;
  if (spec.type === 'monthday' && spec.month === undefined) return nextFitting(spec.day, weekday, env);
  const ahead = (weekday - weekdayOf(env.today) + 7) % 7 || 7;
  return { days: [...found.days, env.today + ahead], ask: true };
}

/** "Friday the 13th": the next month in which both are true. */
function nextFitting(day: number, weekday: number, { today }: Env): Days | NoDay {
  const now = ymdOf(today);
  for (let ahead = 0; ahead < 60; ahead++) {
    const at = monthAfter(now.year, now.month, ahead);
    const found = dayOf(at.year, at.month, day);
    if (exists(at.year, at.month, day) && found >= today && weekdayOf(found) === weekday) return { days: [found] };
  }
  return 'NOT_A_DATE';
}
