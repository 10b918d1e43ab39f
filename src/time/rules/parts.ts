import { type Day, dayOfWall, daysInMonth, type Wall, weekdayOf, ymdOf } from '../civil.ts';
import { holidayOf } from '../lang/en-holidays.ts';
import type { DateSpec, DaySet, NthWeekday, Recur } from '../pieces.ts';
import type { RulePart } from './rule.ts';

export function daysOfMonth(date: DateSpec): DaySet | undefined {
  if (date.type === 'monthday') return { monthDays: [date.day] };
  if (date.type !== 'nth') return undefined;
  if (date.of === 'workday') return { workday: date.nth };
  return date.of === 'day' ? { monthDays: [date.nth] } : { nth: [{ nth: date.nth, weekday: date.of.weekday }] };
}

const ALL_WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const ALL_MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
export const FROM_END = [-5, -4, -3, -2, -1];
export const ALL_DATES = Array.from({ length: 31 }, (_, index) => index + 1);

const plain = (weekdays: readonly number[]) =>
  [...weekdays].sort((a, b) => a - b).map((weekday) => ({ nth: 0, weekday }));

/**
 * The parts of a calendar rule (days and longer), without times. What the words leave open — the weekday of "every
 * week" — comes from `anchor`. Undefined when RFC 5545 cannot say it.
 */
export function calendarParts(recur: Recur, anchor: Day): RulePart[] | undefined {
  const { freq, interval, days } = recur;
  const base: RulePart = interval === 1 ? { freq } : { freq, interval };
  if (!days) return [{ ...base, ...anchorTo(recur, anchor) }];
  if (days.weekdays) return [{ ...base, ...(freq === 'DAILY' ? { freq: 'WEEKLY' } : {}), byDay: plain(days.weekdays) }];
  if (recur.quarters) return quarterParts(days);
  if (days.dates) return days.dates.map(({ month, day }) => ({ ...base, byMonth: [month], byMonthDay: [day] }));
  if (days.holiday !== undefined) {
    const rule = holidayOf(days.holiday)?.rule;
    return rule && [{ ...base, ...rule }];
  }
  const months = days.months ? { byMonth: days.months } : {};
  if (days.monthDays && days.nth) return [{ ...base, ...months, byDay: days.nth, byMonthDay: days.monthDays }];
  if (days.monthDays) return [{ ...base, ...months, byMonthDay: days.monthDays }];
  if (days.nth) return [{ ...base, ...months, byDay: days.nth }];
  if (days.workday !== undefined)
    return [{ ...base, ...months, byDay: plain([1, 2, 3, 4, 5]), bySetPos: [days.workday] }];
  return days.months ? [{ ...base, ...months, byMonthDay: [1] }] : undefined;
}

function anchorTo({ freq }: Recur, anchor: Day): Partial<RulePart> {
  const { month, day } = ymdOf(anchor);
  if (freq === 'WEEKLY') return { byDay: plain([weekdayOf(anchor)]) };
  if (freq === 'MONTHLY') return { byMonthDay: [day] };
  return freq === 'YEARLY' ? { byMonth: [month], byMonthDay: [day] } : {};
}

/** "Quarterly on the 15th starting June 15": quarters from there, and not those of the year. */
export function quartersFrom(start: Day | undefined, recur: Recur): Recur {
  const isCounted = recur.quarters && start !== undefined && recur.days?.monthDays?.includes(ymdOf(start).day);
  return isCounted ? { ...recur, freq: 'MONTHLY', interval: 3, quarters: false } : recur;
}

/** "The first Monday of each quarter": in the month that begins it, or that ends it when counted from the end. */
function quarterParts({ monthDays, nth, workday }: DaySet): RulePart[] | undefined {
  const months = (fromEnd: boolean) => (fromEnd ? [3, 6, 9, 12] : [1, 4, 7, 10]);
  const freq = 'YEARLY';
  if (monthDays?.length === 1) return [{ freq, byMonth: months((monthDays[0] ?? 1) < 0), byMonthDay: monthDays }];
  if (nth?.length === 1) return [{ freq, byMonth: months((nth[0]?.nth ?? 1) < 0), byDay: nth }];
  if (workday === undefined) return undefined;
  return months(workday < 0).map((month) => ({
    freq,
    byMonth: [month],
    byDay: plain([1, 2, 3, 4, 5]),
    bySetPos: [workday],
  }));
}

/** `parts` without the days of `except`; an empty list when nothing is left, undefined when it cannot be said. */
export const partsWithout = (parts: readonly RulePart[], except: DaySet): RulePart[] | undefined =>
  eachPart(parts, (part) => withoutDays(part, except));

/** "Fridays in July": what is named with a month is left out in that month, and nowhere else. */
function withoutDays(part: RulePart, { months, ...except }: DaySet): RulePart[] | undefined {
  if (!months) return withoutAny(part, except);
  if (!except.weekdays && !except.nth && !except.monthDays) return limitField(part, 'byMonth', ALL_MONTHS, months);
  if (part.freq === 'YEARLY' && !part.byMonth) return undefined;
  const within = part.byMonth ?? ALL_MONTHS;
  const free = within.filter((month) => !months.includes(month));
  const named = within.filter((month) => months.includes(month));
  const inside = named.length === 0 ? [] : withoutAny({ ...part, byMonth: named }, except);
  return inside && [...(free.length === 0 ? [] : [{ ...part, byMonth: free }]), ...inside];
}

function withoutAny(part: RulePart, except: DaySet): RulePart[] | undefined {
  if (except.weekdays) return withoutWeekdays(part, except.weekdays);
  if (except.nth && except.monthDays) return withoutDayAndDate(part, except.nth, except.monthDays);
  if (except.nth) return withoutNth(part, except.nth);
  if (except.monthDays) {
    if (except.monthDays.some((day) => day < 0)) return undefined;
    return limitField(daily(part), 'byMonthDay', ALL_DATES, except.monthDays);
  }
  const dates = except.dates ?? datesOf(except.holiday);
  if (!dates) return undefined;
  let parts: RulePart[] | undefined = [part];
  for (const date of dates) parts = eachPart(parts, (one) => withoutDate(one, date));
  return parts;
}

function datesOf(holiday: string | undefined): { month: number; day: number }[] | undefined {
  const rule = holidayOf(holiday ?? '')?.rule;
  const [month] = rule?.byMonth ?? [];
  const [day] = rule?.byMonthDay ?? [];
  return month !== undefined && day !== undefined && !rule?.byDay ? [{ month, day }] : undefined;
}

function withoutWeekdays(part: RulePart, weekdays: readonly number[]): RulePart[] | undefined {
  if (part.byDay?.some(({ nth }) => nth !== 0) || part.bySetPos) return undefined;
  const from = part.byDay?.map(({ weekday }) => weekday) ?? ALL_WEEKDAYS;
  const remaining = from.filter((weekday) => !weekdays.includes(weekday));
  if (remaining.length === 0) return [];
  // Every day but some is a week's rule, unless days are counted in twos.
  const freq = part.freq === 'DAILY' && (part.interval ?? 1) === 1 ? 'WEEKLY' : part.freq;
  return [{ ...part, freq, byDay: plain(remaining) }];
}

/** Without "the second Monday" of the month: such a day is one of seven dates. */
function withoutNth(part: RulePart, days: readonly NthWeekday[]): RulePart[] | undefined {
  let parts: RulePart[] | undefined = [part];
  for (const day of days) parts = eachPart(parts, (one) => withoutOneNth(one, day));
  return parts;
}

function withoutOneNth(part: RulePart, { nth, weekday }: NthWeekday): RulePart[] | undefined {
  const [others, on] = splitAt(part, weekday) ?? [];
  if (!others) return undefined;
  if (!on) return others;
  if (nth > 0) {
    const byMonthDay = (on.byMonthDay ?? ALL_DATES).filter((date) => Math.ceil(date / 7) !== nth);
    return [...others, { ...on, byMonthDay }];
  }
  // Counted from the end, no date tells which of them it is.
  return on.byMonthDay
    ? undefined
    : [...others, { ...on, freq: 'MONTHLY', bySetPos: FROM_END.filter((one) => one !== nth) }];
}

/** "Friday the 13th". */
function withoutDayAndDate(
  part: RulePart,
  days: readonly NthWeekday[],
  dates: readonly number[],
): RulePart[] | undefined {
  const [others, on] = splitAt(part, days[0]?.weekday ?? 0) ?? [];
  if (!others || !on) return others;
  return [...others, { ...on, byMonthDay: (on.byMonthDay ?? ALL_DATES).filter((date) => !dates.includes(date)) }];
}

/** The days of `part` but this weekday, and those of this weekday; undefined where they are counted in twos or by places. */
function splitAt(part: RulePart, weekday: number): [RulePart[], RulePart?] | undefined {
  const inDays = daily(part);
  if (!inDays || (inDays.interval ?? 1) > 1 || inDays.bySetPos) return undefined;
  if (inDays.byDay?.some(({ nth }) => nth !== 0)) return undefined;
  const weekdays = inDays.byDay?.map((day) => day.weekday) ?? ALL_WEEKDAYS;
  if (!weekdays.includes(weekday)) return [[part]];
  const rest = weekdays.filter((one) => one !== weekday);
  return [rest.length > 0 ? [{ ...inDays, byDay: plain(rest) }] : [], { ...inDays, byDay: plain([weekday]) }];
}

function eachPart(
  parts: readonly RulePart[] | undefined,
  leave: (part: RulePart) => RulePart[] | undefined,
): RulePart[] | undefined {
  const limitedParts = parts?.map(leave);
  return limitedParts?.some((one) => one === undefined) ? undefined : limitedParts?.flatMap((one) => one ?? []);
}

function limitField(
  part: RulePart | undefined,
  field: 'byMonth' | 'byMonthDay',
  all: readonly number[],
  except: readonly number[],
): RulePart[] | undefined {
  if (!part || part.bySetPos) return undefined;
  const remaining = (part[field] ?? all).filter((value) => !except.includes(value));
  return remaining.length === 0 ? [] : [{ ...part, [field]: remaining }];
}

function daily(part: RulePart): RulePart | undefined {
  if (part.freq !== 'WEEKLY') return part;
  return (part.interval ?? 1) === 1 ? { ...part, freq: 'DAILY' } : undefined;
}

function withoutDate(part: RulePart, { month, day }: { month: number; day: number }): RulePart[] | undefined {
  const inDays = daily(part);
  if (!inDays || inDays.bySetPos || (inDays.interval ?? 1) > 1) return undefined;
  const months = inDays.byMonth ?? ALL_MONTHS;
  if (!months.includes(month)) return [part];
  const dates = (inDays.byMonthDay ?? ALL_DATES).filter((one) => one !== day);
  const others = months.filter((one) => one !== month);
  const elsewhere = others.length > 0 ? [{ ...inDays, byMonth: others }] : [];
  return dates.length > 0 ? [...elsewhere, { ...inDays, byMonth: [month], byMonthDay: dates }] : elsewhere;
}

export const onlyOn = (part: RulePart, weekdays: readonly number[]): RulePart | undefined =>
  part.byDay ? undefined : { ...part, byDay: plain(weekdays) };

/**
 * `parts` at each of these times (minutes since midnight). Times that share their minutes share a part; a single time
 * is left to DTSTART.
 */
export function atTimes(parts: readonly RulePart[], minutes: readonly number[]): RulePart[] {
  const sorted = [...new Set(minutes)].sort((a, b) => a - b);
  if (sorted.length === 1 && parts.length === 1) return [...parts];
  // BYSETPOS chooses among the times of a period, so that each time needs a part of its own.
  if (parts.some((part) => part.bySetPos)) {
    return parts.flatMap((part) => sorted.map((minute) => ({ ...part, ...timeOf(minute) })));
  }
  const hoursByMinutes = new Map<string, number[]>();
  for (const hour of new Set(sorted.map((minute) => Math.floor(minute / 60)))) {
    const past = sorted.filter((minute) => Math.floor(minute / 60) === hour).map((minute) => minute % 60);
    const key = past.join(',');
    hoursByMinutes.set(key, [...(hoursByMinutes.get(key) ?? []), hour]);
  }
  const times = [...hoursByMinutes].map(([key, byHour]) => ({ byHour, byMinute: key.split(',').map(Number) }));
  return parts.flatMap((part) => times.map((time) => ({ ...part, ...time })));
}

export const timeOf = (minute: number): Pick<RulePart, 'byHour' | 'byMinute'> => ({
  byHour: [Math.floor(minute / 60)],
  byMinute: [minute % 60],
});

/** The months in which a rule of months or years misses its last day, because they are too short. */
export function monthsWithout(
  { freq, interval = 1, byMonth, byMonthDay, byDay, bySetPos }: RulePart,
  start: Wall,
): number[] {
  const last = Math.max(...(byMonthDay ?? []));
  if (last < 29 || byDay || bySetPos || !/^(?:MONTHLY|YEARLY)$/.test(freq)) return [];
  const { year, month } = ymdOf(dayOfWall(start));
  const step = freq === 'YEARLY' ? interval * 12 : interval;
  // Within 48 years months and leap years meet in every way.
  const played = Array.from({ length: Math.min(48, Math.ceil(576 / step)) }, (_, at) => month + at * step);
  const missed = played.filter((at) => {
    const of = ((at - 1) % 12) + 1;
    return (byMonth?.includes(of) ?? true) && last > daysInMonth(year + Math.floor((at - 1) / 12), of);
  });
  return [...new Set(missed.map((at) => ((at - 1) % 12) + 1))].sort((a, b) => a - b);
}
