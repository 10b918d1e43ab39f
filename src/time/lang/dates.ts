import { addMonths, type Day, dayOf, daysInMonth, minuteOf, monthAfter, weekdayOf, ymdOf } from '../civil.ts';
import type { Env } from '../env.ts';
import type { DateSpec, NthTarget, Span } from '../pieces.ts';
import { holidayOf, localNames } from './en-holidays.ts';

export interface Days {
  /** In order of preference: the first one that is not over is meant. */
  days: Day[];
  others?: Day[];
  minute?: number;
  /** The days are equally likely: a person has to say. */
  ask?: boolean;
}

export type NoDay = 'NOT_A_DATE' | 'PAST';

type Spec<Type extends DateSpec['type']> = Extract<DateSpec, { type: Type }>;

type Resolver<Type extends DateSpec['type']> = (date: Spec<Type>, env: Env) => Days | NoDay;

const RESOLVERS: { readonly [Type in DateSpec['type']]: Resolver<Type> } = {
  offset: resolveOffset,
  weekday: resolveWeekday,
  monthday: resolveMonthday,
  numeric: resolveNumeric,
  nth: resolveNth,
  week: resolveWeek,
  period: resolvePeriod,
  weekend: resolveWeekend,
  holiday: resolveHoliday,
  moved: ({ base, span, sign }, env) => mapDays(resolveDate(base, env), (day) => moveDay(day, span, sign)),
  weekdayBeside: ({ base, weekday, sign, nth }, env) =>
    mapDays(resolveDate(base, env), (day) => {
      const away = (((weekday - weekdayOf(day)) * sign + 13) % 7) + 1;
      return day + sign * (away + 7 * (nth - 1));
    }),
  both: resolveBoth,
};

export const resolveDate = (date: DateSpec, env: Env): Days | NoDay => RESOLVERS[date.type](date as never, env);

/** Whoever is still up after midnight may mean the day that has begun by "tomorrow". */
function resolveOffset({ days }: Spec<'offset'>, { today, wall, isHome }: Env): Days | NoDay {
  if (days < 0) return 'PAST';
  const isNight = days === 1 && isHome && minuteOf(wall) < 4 * 60;
  return isNight ? { days: [today + 1], others: [today] } : { days: [today + days] };
}

const inWeek = (weekday: number, weeks: number, { today }: Env): Day => today - weekdayOf(today) + weekday + 7 * weeks;

function resolveWeekday({ weekday, which, weeks = 0, inWeek: week }: Spec<'weekday'>, env: Env): Days | NoDay {
  const { today } = env;
  const ahead = (weekday - weekdayOf(today) + 7) % 7;
  if (week !== undefined) {
    // "Friday in two weeks": counted from the next Friday, or by the weeks of the calendar.
    const counted = weeks > 0 ? [today + ahead + 7 * weeks] : [];
    const days = [...new Set([inWeek(weekday, week, env), ...counted])].sort((a, b) => a - b);
    return days.length > 1 ? { days, ask: true } : { days };
  }
  const coming = today + (ahead || 7);
  const next = inWeek(weekday, 1, env);
  switch (which) {
    case 'last':
      return 'PAST';
    case 'this':
      return { days: [today + ahead] };
    case 'coming':
      // "Two Fridays from now": whether the very next one counts is for the person to say.
      return weeks > 0 ? { days: [coming + 7 * weeks, coming + 7 * weeks + 7], ask: true } : { days: [coming] };
    case 'next': {
      // Said when this Friday is still to come: which one is next is open.
      const isOpen = weekday > weekdayOf(today);
      if (weeks > 0) return isOpen ? { days: [next, next + 7 * weeks], ask: true } : { days: [next + 7 * weeks] };
      return isOpen ? { days: [next], others: [today + ahead] } : { days: [next] };
    }
    case 'bare':
      if (weeks > 0) return { days: [today + ahead + 7 * weeks] };
      return { days: ahead === 0 ? [today, today + 7] : [today + ahead] };
  }
}

const LAST_YEAR = 9_999;

function calendarDay(year: number, month: number, day: number): Day | undefined {
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && year <= LAST_YEAR;
  return exists ? dayOf(year, month, day) : undefined;
}

const single = (day: Day | undefined): Days | NoDay => (day === undefined ? 'NOT_A_DATE' : { days: [day] });

function firstOf(count: number, today: Day, dayAt: (index: number) => Day | undefined): Days | NoDay {
  for (let index = 0; index < count; index++) {
    const day = dayAt(index);
    if (day !== undefined && day >= today) return { days: [day] };
  }
  return 'NOT_A_DATE';
}

function dayInMonth(day: number, months: number, today: Day): Day | undefined {
  const now = ymdOf(today);
  const { year, month } = monthAfter(now.year, now.month, months);
  return calendarDay(year, month, day);
}

function resolveMonthday({ day, month, year, inMonth, inYear }: Spec<'monthday'>, { today }: Env): Days | NoDay {
  const now = ymdOf(today).year;
  if (inMonth !== undefined) return single(dayInMonth(day, inMonth, today));
  if (month === undefined) return firstOf(12, today, (months) => dayInMonth(day, months, today));
  const named = inYear === undefined ? year : now + inYear;
  if (named !== undefined) return single(calendarDay(named, month, day));
  // Without a year, the next such date; 29 February waits for its leap year.
  return firstOf(9, today, (years) => calendarDay(now + years, month, day));
}

function resolveNumeric({ first, second, year }: Spec<'numeric'>, env: Env): Days | NoDay {
  const monthFirst = resolveMonthday({ type: 'monthday', month: first, day: second, year }, env);
  const dayFirst = resolveMonthday({ type: 'monthday', month: second, day: first, year }, env);
  if (typeof monthFirst === 'string') return dayFirst;
  if (typeof dayFirst === 'string' || first === second) return monthFirst;
  if (env.monthFirst !== undefined) return env.monthFirst ? monthFirst : dayFirst;
  return { days: [...dayFirst.days, ...monthFirst.days], ask: true };
}

function nthIn(from: Day, to: Day, nth: number, of: NthTarget): Day | undefined {
  const fits = (day: Day) => {
    if (of === 'day') return true;
    return of === 'workday' ? weekdayOf(day) < 6 : weekdayOf(day) === of.weekday;
  };
  const days = Array.from({ length: to - from }, (_, index) => from + index).filter(fits);
  return days.at(nth > 0 ? nth - 1 : nth);
}

function resolveNth({ nth, of, month, year, ...where }: Spec<'nth'>, { today }: Env): Days | NoDay {
  const now = ymdOf(today);
  if (where.inYear !== undefined) {
    const named = now.year + where.inYear;
    return single(nthIn(dayOf(named, 1, 1), dayOf(named + 1, 1, 1), nth, of));
  }
  const inMonth = (year: number, month: number) => nthIn(dayOf(year, month, 1), dayOf(year, month + 1, 1), nth, of);
  if (month === undefined) {
    const at = monthAfter(now.year, now.month, where.inMonth ?? 0);
    const day = inMonth(at.year, at.month);
    const isOver = where.monthly === true && day !== undefined && day < today;
    return single(isOver ? inMonth(at.year, at.month + 1) : day);
  }
  if (year !== undefined) return single(inMonth(year, month));
  return firstOf(2, today, (years) => inMonth(now.year + years, month));
}

function resolveWeek({ week, year, weekday }: Spec<'week'>, { today }: Env): Days | NoDay {
  const day = weekday ?? 1;
  const inYear = (of: number): Day | undefined => {
    // The week of 4 January is the first one.
    const first = dayOf(of, 1, 4) - weekdayOf(dayOf(of, 1, 4)) + 1;
    const monday = first + 7 * (week - 1);
    return week > 0 && ymdOf(monday + 3).year === of ? monday + day - 1 : undefined;
  };
  const now = ymdOf(today).year;
  const resolution = year === undefined ? firstOf(2, today, (years) => inYear(now + years)) : single(inYear(year));
  return typeof resolution === 'string' || weekday !== undefined ? resolution : { ...resolution, ask: true };
}

type Period = Spec<'period'>;

/** The first day of a period and the first day after it. */
export function periodBounds({ unit, which, month, year }: Period, env: Env): [Day, Day] {
  const { today } = env;
  const now = ymdOf(today);
  if (unit === 'day') return [today + which, today + which + 1];
  if (unit === 'week') return [inWeek(1, which, env), inWeek(1, which + 1, env)];
  if (month !== undefined) {
    // "Next March" said in March is that of the next year.
    const isOver = dayOf(now.year, month + (which > 0 ? 0 : 1), 1) <= today;
    const named = year ?? (isOver ? now.year + 1 : now.year);
    return [dayOf(named, month, 1), dayOf(named, month + 1, 1)];
  }
  const months = unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1;
  const first = now.month - ((now.month - 1) % months) + months * which;
  const of = year ?? now.year;
  return [dayOf(of, first, 1), dayOf(of, first + months, 1)];
}

function resolvePeriod(date: Period, env: Env): Days | NoDay {
  const [from, to] = periodBounds(date, env);
  if (date.which < 0 || to <= env.today) return 'PAST';
  const isWeek = date.unit === 'week';
  const end = isWeek ? from + 4 : to - 1;
  switch (date.edge) {
    case 'whole':
      // "This week", "in November" said in November: some time from now on, and nobody knows when.
      return from <= env.today ? { days: [end], ask: true } : { days: [from] };
    case 'start':
      return { days: [from] };
    case 'middle':
      if (isWeek) return { days: [from + 2] };
      return { days: [from + (date.unit === 'month' ? 14 : Math.floor((to - from) / 2))] };
    case 'end':
      return isWeek ? { days: [end, to - 1], minute: env.parts.endOfDay, ask: true } : { days: [end] };
  }
}

function resolveWeekend({ which, weeks }: Spec<'weekend'>, env: Env): Days | NoDay {
  if (which === 'last') return 'PAST';
  const saturday = inWeek(6, 0, env);
  const minute = 10 * 60;
  if (which !== 'next') return { days: [saturday, saturday + 1], minute };
  if (weeks !== undefined) return { days: [saturday + 7, saturday + 14], minute, ask: true };
  return { days: [saturday + 7], ...(env.today < saturday ? { others: [saturday] } : {}), minute };
}

function resolveHoliday(date: Spec<'holiday'>, { today, zone }: Env): Days | NoDay {
  if (date.which === 'last') return 'PAST';
  const first = date.year ?? ymdOf(today).year;
  const resolutions = localNames(date.name, zone).map((name) =>
    date.year === undefined
      ? firstOf(2, today, (years) => holidayOf(name)?.in(first + years))
      : single(holidayOf(name)?.in(first)),
  );
  const days = resolutions.flatMap((one) => (typeof one === 'string' ? [] : one.days)).sort((a, b) => a - b);
  return days.length > 1 ? { days, ask: true } : single(days[0]);
}

function mapDays(resolved: Days | NoDay, move: (day: Day) => Day): Days | NoDay {
  if (typeof resolved === 'string') return resolved;
  const { minute: _, others, ...rest } = resolved;
  return { ...rest, days: resolved.days.map(move), ...(others ? { others: others.map(move) } : {}) };
}

export function moveDay(day: Day, span: Span, sign: 1 | -1): Day {
  let moved = addMonths(day, sign * span.months) + sign * span.days;
  for (let remaining = Math.min(span.workdays, 10_000); remaining > 0; remaining--) {
    do moved += sign;
    while (weekdayOf(moved) > 5);
  }
  return moved;
}

function resolveBoth({ weekday, date }: Spec<'both'>, env: Env): Days | NoDay {
  const fitting = (days: Days | NoDay) =>
    typeof days === 'string' ? [] : days.days.filter((day) => weekdayOf(day) === weekday);
  const resolution = resolveDate(date, env);
  if (date.type === 'numeric' && env.monthFirst !== undefined) {
    // The locale's order is meant, unless the weekday fits the other one, which is nearer.
    const either = fitting(resolveDate(date, { ...env, monthFirst: undefined }));
    const own = typeof resolution === 'string' ? [] : resolution.days;
    if (either.length > 1 && !own.includes(Math.min(...either))) return { days: either, ask: true };
  }
  if (typeof resolution === 'string') return resolution;
  if (fitting(resolution).length > 0) return { days: fitting(resolution) };
  // "Friday the 13th": the next month in which both are true.
  if (date.type === 'monthday' && date.month === undefined)
    return firstOf(60, env.today, (months) => {
      const day = dayInMonth(date.day, months, env.today);
      return day !== undefined && weekdayOf(day) === weekday ? day : undefined;
    });
  const ahead = (weekday - weekdayOf(env.today) + 7) % 7 || 7;
  return { days: [...resolution.days, env.today + ahead], ask: true };
}
