import { type Captures, get, type Rule, type Terminal } from '../match.ts';
import {
  type DateSpec,
  type DaySet,
  isElapsed,
  type Piece,
  type Recur,
  type Span,
  type TimeSpec,
  type Unit,
} from '../pieces.ts';
import type { Frequency, NthWeekday } from '../rule.ts';

/** What comes again: steps, the days they fall on, where they start and end. */

interface Cycle {
  unit: Unit;
  n: number;
  /** Elapsed milliseconds, where the step is not made of whole days. */
  step?: number;
}

const cycle = (unit: Unit, n: number): Cycle => ({ unit, n });

export const recurrenceTerminals: Readonly<Record<string, Terminal>> = {
  partPlural: ({ text }) => (PLURAL_PARTS.has(text) ? text.slice(0, -1) : undefined),
};
const PLURAL_PARTS = new Set(['mornings', 'afternoons', 'evenings', 'nights']);

const FREQUENCY: Readonly<Record<Unit, Frequency>> = {
  second: 'SECONDLY',
  minute: 'MINUTELY',
  hour: 'HOURLY',
  day: 'DAILY',
  week: 'WEEKLY',
  month: 'MONTHLY',
  quarter: 'MONTHLY',
  year: 'YEARLY',
};
const MS: Partial<Record<Unit, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };

function recurOf({ unit, n, step }: Cycle, days?: DaySet): Recur | undefined {
  const elapsed = step ?? (MS[unit] === undefined ? undefined : n * (MS[unit] ?? 0));
  if (elapsed !== undefined) {
    return { freq: 'MINUTELY', interval: 1, step: elapsed, ...(days ? { days } : {}) };
  }
  if (days === undefined) return { freq: FREQUENCY[unit], interval: unit === 'quarter' ? n * 3 : n };
  if (!fits(unit, days)) return undefined;
  if (unit === 'quarter') return n === 1 ? { freq: 'YEARLY', interval: 1, days, quarters: true } : undefined;
  return { freq: FREQUENCY[unit], interval: n, days };
}

/** Whether a step of this size can fall on such days: a week has weekdays, a month has numbered ones. */
function fits(unit: Unit, days: DaySet): boolean {
  const numbered = days.monthDays !== undefined || days.nth !== undefined || days.workday !== undefined;
  if (unit === 'day' || unit === 'week') return days.weekdays !== undefined;
  if (unit === 'month' || unit === 'quarter') return numbered;
  return days.dates !== undefined || days.holiday !== undefined || days.months !== undefined;
}

export const cycleRules: readonly Rule[] = [
  ['cycle', 'single|one? {unit}', (c) => cycle(get(c, 'unit'), 1)],
  ['cycle', 'and every {c:cycle}', (c) => c.c],
  ['cycle', 'day of the week|year|month', () => cycle('day', 1)],
  ['cycle', 'other|alternate|second {unit}', (c) => cycle(get(c, 'unit'), 2)],
  [
    'cycle',
    '{ordinal} {unit}',
    (c) => (get<number>(c, 'ordinal') > 1 ? cycle(get(c, 'unit'), get(c, 'ordinal')) : undefined),
  ],
  ['cycle', '{number} -? {unit}', (c) => cycle(get(c, 'unit'), get(c, 'number'))],
  ['cycle', 'a? couple of? {unit}', (c) => cycle(get(c, 'unit'), 2)],
  ['cycle', 'fortnight', () => cycle('week', 2)],
  ['cycle', '{number} fortnight', (c) => cycle('week', 2 * get<number>(c, 'number'))],
  ['cycle', 'half - hour', () => ({ unit: 'minute', n: 30 })],
  ['cycle', 'hour and a half', () => cycle('minute', 90)],
  [
    'cycle',
    '{span}',
    (c) => {
      const span = get<Span>(c, 'span');
      return isElapsed(span) ? { unit: 'second', n: 1, step: span.milliseconds } : undefined;
    },
  ],

  ['adverb', 'hourly', () => cycle('hour', 1)],
  ['adverb', 'half - hourly', () => cycle('minute', 30)],
  ['adverb', 'daily', () => cycle('day', 1)],
  ['adverb', 'weekly', () => cycle('week', 1)],
  ['adverb', 'fortnightly', () => cycle('week', 2)],
  ['adverb', 'monthly', () => cycle('month', 1)],
  ['adverb', 'quarterly', () => cycle('quarter', 1)],
  ['adverb', 'yearly', () => cycle('year', 1)],
  ['adverb', 'biennially', () => cycle('year', 2)],
];

const WORKDAYS = [1, 2, 3, 4, 5];

const monthEnd = (): Piece => ({ kind: 'recur', recur: { freq: 'MONTHLY', interval: 1, days: { monthDays: [-1] } } });

export const daySetRules: readonly Rule[] = [
  ['wd', '{weekday}', (c): DaySet => ({ weekdays: [get(c, 'weekday')] })],
  ['wd', '{w:weekdayPlural}', (c): DaySet => ({ weekdays: [get(c, 'w')], plural: true })],
  ['wd', '{a:anyWeekday} to|until|-|through {b:anyWeekday}', (c): DaySet => weekdayRange(get(c, 'a'), get(c, 'b'))],
  ['wd', 'from {a:anyWeekday} to|- {b:anyWeekday}', (c): DaySet => weekdayRange(get(c, 'a'), get(c, 'b'))],
  ['wd', 'weekday|workday', (): DaySet => ({ weekdays: WORKDAYS })],
  ['wd', 'week|business -? day', (): DaySet => ({ weekdays: WORKDAYS })],
  ['wd', 'weekdays', (): DaySet => ({ weekdays: WORKDAYS, plural: true })],
  ['wd', 'weekends', (): DaySet => ({ weekdays: [6, 7], weekend: true, plural: true })],
  [
    'wd',
    'weekend day',
    (_, [, day]): DaySet => ({
      weekdays: [6, 7],
      weekend: true,
      ...(day?.raw.toLowerCase() === 'days' ? { plural: true } : {}),
    }),
  ],
  ['piece', 'at|by|on? the? end of every month', monthEnd],
  ['piece', 'every end of the? month', monthEnd],
  ['piece', "every month's|month end", monthEnd],
  ['anyWeekday', '{weekday}', (c) => c.weekday],
  ['anyWeekday', '{weekdayPlural}', (c) => c.weekdayPlural],
  ['wdList', '{wd}', (c) => c.wd],
  [
    'wdList',
    '{a:wd} - {b:wd} - {c:wd}',
    (c) => joinDays(joinDays(get(c, 'a'), get(c, 'b')), { ...get<DaySet>(c, 'c'), plural: true }),
  ],
  ['wdList', '{wd} {wdList}', (c) => joinDays(get(c, 'wd'), get(c, 'wdList'))],
  ['wdList', '{wd} /|+ {wdList}', (c) => joinSlashed(get(c, 'wd'), get(c, 'wdList'))],
  ['wdList', '{wd} ,|and on? every? {wdList}', (c) => joinDays(get(c, 'wd'), get(c, 'wdList'))],
  ['wdList', 'm /|,? w /|,? f', () => ({ weekdays: [1, 3, 5], plural: true })],
  ['wdList', 't|tu / th|r', () => ({ weekdays: [2, 4] })],
  ['wdList', 'tu|tue and th', () => ({ weekdays: [2, 4] })],
  ['wdList', 'm - f', () => ({ weekdays: WORKDAYS })],
  ['wdList', '{wd} , and on? {wdList}', (c) => joinDays(get(c, 'wd'), get(c, 'wdList'))],

  ['monthDay', '{ordinal}', (c) => c.ordinal],
  ['monthDay', 'last|final day', () => -1],
  ['monthDay', 'second|next to|-? last day', () => -2],
  ['monthDay', 'penultimate day', () => -2],
  ['monthDay', '{ordinal} day', (c) => c.ordinal],
  ['monthDay', '{ordinal} to? last day', (c) => -get<number>(c, 'ordinal')],
  ['monthDays', '{monthDay}', (c) => [c.monthDay]],
  ['monthDays', '{monthDay} ,|and|& and? on? the? {monthDays}', (c) => [c.monthDay, ...get<number[]>(c, 'monthDays')]],
  ['nthList', '{nthWord}', (c) => [c.nthWord]],
  ['nthList', '{nthWord} ,|and|& the? {nthList}', (c) => [c.nthWord, ...get<number[]>(c, 'nthList')]],
  ['nthDays', '{nthList} {w:anyWeekday}', (c) => nthOf(c, get(c, 'nthList')).nth],
  ['nthDaysList', '{nthDays}', (c) => c.nthDays],
  [
    'nthDaysList',
    '{nthDays} ,|and the? {n:nthDaysList}',
    (c) => [...get<NthWeekday[]>(c, 'nthDays'), ...get<NthWeekday[]>(c, 'n')],
  ],
  ['numbered', '{monthDays}', (c): DaySet => ({ monthDays: get(c, 'monthDays') })],
  ['numbered', '{nthDaysList}', (c): DaySet => ({ nth: get(c, 'nthDaysList') })],
  ['numbered', '{nthWord} weekday|workday', (c): DaySet => ({ workday: get(c, 'nthWord') })],
  ['numbered', '{nthWord} business day', (c): DaySet => ({ workday: get(c, 'nthWord') })],

  ['yearDate', '{d:monthDate}', (c) => eachYear(get(c, 'd'))],
  ['yearDates', '{yearDate}', (c) => [c.yearDate]],
  ['yearDates', '{month} {d:dayDigits} and|& {e:dayDigits}', (c) => [c.d, c.e].map((day) => ({ month: c.month, day }))],
  ['yearDates', '{yearDate} ,|and on? {yearDates}', (c) => [c.yearDate, ...get<unknown[]>(c, 'yearDates')]],
  ['months', '{month}', (c) => [c.month]],
  ['months', '{month} ,|and and? {months}', (c) => [c.month, ...get<number[]>(c, 'months')]],
  ['dated', '{yearDates}', (c): DaySet => ({ dates: get(c, 'yearDates') })],
  ['dated', 'leap day', (): DaySet => ({ dates: [{ month: 2, day: 29 }] })],
  ['dated', '{holiday}', (c): DaySet => ({ holiday: get(c, 'holiday') })],
  ['dated', '{numbered} of|in {months}', inMonths],

  ['onDays', 'on {wdList}', (c) => c.wdList],
  ['onDays', 'on|by? the? {numbered}', (c) => c.numbered],
  ['onDays', 'on|by? the? {numbered} of|in the|each|every? month', (c) => c.numbered],
  ['onDays', 'on|by? the? {dated}', (c) => c.dated],
  ['onDays', 'in {months}', (c): DaySet => ({ months: get(c, 'months') })],
  ['onDays', 'on day {digits}', (c): DaySet => ({ monthDays: [get(c, 'digits')] })],
];

/** Days of the month, in some months only. */
function inMonths(c: Captures): DaySet {
  return { ...get<DaySet>(c, 'numbered'), months: get(c, 'months') };
}

/** A weekday by its numbers in the month. */
function nthOf(c: Captures, list: readonly number[]): { nth: NthWeekday[] } {
  return { nth: list.map((nth) => ({ nth, weekday: get(c, 'w') })) };
}

/** A date without its year. */
function eachYear(date: DateSpec): { month: number; day: number } | undefined {
  if (date.type !== 'monthday' || date.month === undefined || date.year !== undefined) return undefined;
  return { month: date.month, day: date.day };
}

function weekdayRange(from: number, to: number): DaySet {
  const count = ((to - from + 7) % 7) + 1;
  return {
    // "Mon-Fri" is a timetable, "Friday to Sunday" may be a single trip.
    ...(count > 3 ? { plural: true } : {}),
    weekdays: Array.from({ length: count }, (_, index) => ((from - 1 + index) % 7) + 1),
  };
}

function joinDays(a: DaySet, b: DaySet): DaySet {
  const weekdays = [...new Set([...(a.weekdays ?? []), ...(b.weekdays ?? [])])];
  const plural = a.plural === true || b.plural === true;
  return { weekdays, ...(plural ? { plural } : {}) };
}

/** "Mon/Wed/Fri" is a timetable; "Tue/Thu" may be either of them. */
function joinSlashed(a: DaySet, b: DaySet): DaySet {
  const days = joinDays(a, b);
  return (days.weekdays?.length ?? 0) > 2 ? { ...days, plural: true } : days;
}

const recur = (recur: Recur | undefined): Piece | undefined => recur && { kind: 'recur', recur };
/** "Twice a week on Monday and Thursday": the number of the days must be the one that was said. */
function severalDays(count: number, days: DaySet): Piece | undefined {
  const named = days.weekdays ?? days.monthDays ?? days.nth ?? [];
  return named.length === count ? onDays(days) : undefined;
}

const onDays = (days: DaySet, interval = 1): Piece | undefined => {
  const unit = days.weekdays ? 'week' : days.dates || days.holiday || days.months ? 'year' : 'month';
  return recur(recurOf(cycle(unit, interval), days));
};

const numberedIn = (c: Captures, of: Cycle): Piece | undefined => recur(recurOf(of, get(c, 'numbered')));
const EACH_DAY = { freq: 'DAILY', interval: 1 } as const;
const EACH_WEEK = { freq: 'WEEKLY', interval: 1 } as const;

export const recurRules: readonly Rule[] = [
  ['recurring', 'every {cycle}', (c) => recur(recurOf(get(c, 'cycle')))],
  ['recurring', 'every {cycle} ,? {onDays}', (c) => recur(recurOf(get(c, 'cycle'), get(c, 'onDays')))],
  ['recurring', '7|seven day a|per week', () => recur(recurOf(cycle('day', 1)))],
  ['recurring', '{n:timesWord} daily', (c) => recur({ ...EACH_DAY, perDay: get(c, 'n') })],
  ['recurring', '{n:timesWord} a|per|every day', (c) => recur({ ...EACH_DAY, perDay: get(c, 'n') })],
  ['recurring', '{n:timesWord} weekly|monthly ,? {onDays}', (c) => severalDays(get(c, 'n'), get(c, 'onDays'))],
  ['recurring', '{n:timesWord} a|per|every week|month ,? {onDays}', (c) => severalDays(get(c, 'n'), get(c, 'onDays'))],
  ['timesWord', 'twice', () => 2],
  ['timesWord', 'thrice', () => 3],
  ['timesWord', '{n:number} times|x', (c) => c.n],
  ['recurring', '{adverb}', (c) => recur(recurOf(get(c, 'adverb')))],
  ['recurring', '{adverb} ,? {onDays}', (c) => recur(recurOf(get(c, 'adverb'), get(c, 'onDays')))],
  ['recurring', 'once a|an|per|in every? {cycle}', (c) => recur(recurOf(get(c, 'cycle')))],
  ['recurring', 'once a|an|per|every? {cycle} {onDays}', (c) => recur(recurOf(get(c, 'cycle'), get(c, 'onDays')))],
  ['recurring', 'once every {cycle}', (c) => recur(recurOf(get(c, 'cycle')))],
  ['recurring', ',? repeat|repeats|recurring {r:recurring}', (c) => c.r],
  ['recurring', 'and? then {r:recurring}', (c) => c.r],
  ['recurring', 'every and {r:recurring}', (c) => c.r],
  ['recurring', 'once {adverb}', (c) => recur(recurOf(get(c, 'adverb')))],

  ['recurring', 'on? every|all single? {wdList}', (c) => onDays(get(c, 'wdList'))],
  ['recurring', 'on? every other|alternate|second {wdList}', (c) => everyOther(get(c, 'wdList'))],
  ['recurring', 'alternate {wdList}', (c) => everyOther(get(c, 'wdList'))],
  ['recurring', 'alternate {unit}', (c) => recur(recurOf(cycle(get(c, 'unit'), 2)))],
  ['recurring', 'every {number} {w:wdList}', (c) => plurals(get(c, 'w'), get(c, 'number'))],
  ['recurring', 'on? every {numbered}', (c) => everyNumbered(get(c, 'numbered'))],
  ['recurring', 'on? every|all {d:dayAndDate}', (c) => onDays(get(c, 'd'))],
  ['recurring', 'whenever|when it is? {d:dayAndDate}', (c) => onDays(get(c, 'd'))],
  ['recurring', 'whenever {itIs} {aSuch}? {wdList}', (c) => onDays(get(c, 'wdList'))],
  ['recurring', 'all day', (_, [, day]) => (day?.raw === 'days' ? recur(recurOf(cycle('day', 1))) : undefined)],
  [
    'dayAndDate',
    '{w:anyWeekday} the? {ordinal}',
    (c): DaySet => ({ ...nthOf(c, [0]), monthDays: [get(c, 'ordinal')] }),
  ],
  ['recurring', 'on|by? every {numbered} of|in the|each|every|a? month', (c) => onDays(get(c, 'numbered'))],
  ['recurring', 'on|by? the? {numbered} of|in? every month', (c) => onDays(get(c, 'numbered'))],
  ['recurring', 'on|by? the? {numbered} of|in every other|second month', (c) => numberedIn(c, cycle('month', 2))],
  [
    'recurring',
    'on|by? the? {numbered} of|in every {number} month',
    (c) => numberedIn(c, cycle('month', get(c, 'number'))),
  ],
  ['recurring', 'on? the? {numbered} of|in the month every month', (c) => onDays(get(c, 'numbered'))],
  ['recurring', 'on|by? the? {numbered} of|in every|a|each quarter', (c) => numberedIn(c, cycle('quarter', 1))],
  ['recurring', 'on|by? every {numbered} of|in the|every|a quarter', (c) => numberedIn(c, cycle('quarter', 1))],
  ['recurring', 'on|by? the? {dated} every|each|of year', (c) => onDays(get(c, 'dated'))],
  ['recurring', 'on|by? the? {dated} of|in? every year', (c) => onDays(get(c, 'dated'))],
  [
    'recurring',
    '{dated} {a:adverb}',
    (c) => (get<Cycle>(c, 'a').unit === 'year' ? onDays(get(c, 'dated')) : undefined),
  ],
  ['recurring', 'on? every {dated}', (c) => onDays(get(c, 'dated'))],
  ['recurring', 'every {months}', (c) => onDays({ months: get(c, 'months') })],
  ['recurring', 'every year on|in? {dated}', (c) => onDays(get(c, 'dated'))],
  ['recurring', 'every weekend on {weekday}', (c) => weekendDay(get(c, 'weekday'), 1)],
  ['recurring', 'every other|alternate|second weekend on {weekday}', (c) => weekendDay(get(c, 'weekday'), 2)],
  ['recurring', 'at|by|on? the? starting of every month', () => onDays({ monthDays: [1] })],
  ['recurring', 'at|by|on? the? end of every quarter', () => recur(recurOf(cycle('quarter', 1), { monthDays: [-1] }))],
  ['recurring', 'at|by|on? the? end of every year', () => onDays({ dates: [{ month: 12, day: 31 }] })],
  // "The 1st and 3rd Thursday of the month": several of them come again.
  ['recurring', 'on|by? the? {n:numbered} of|in the month', (c) => several(get(c, 'n'))],
  ['recurring', 'every {months} on the? {numbered}', (c) => onDays(inMonths(c))],
  ['recurring', 'on? the {m:monthDays}', (c) => several({ monthDays: get(c, 'm') })],
  ['recurring', 'on {m:monthDays}', (c) => several({ monthDays: get(c, 'm') })],
  ['recurring', 'on|at|during|over? the? {w:wdList}', (c) => plurals(get(c, 'w'))],
  [
    'recurring',
    'on the? {n:nthDaysList}',
    (c, tokens) => (tokens.at(-1)?.text.endsWith('days') ? onDays({ nth: get(c, 'n') }) : undefined),
  ],

  ['recurring', 'every single? {p:part}', (c) => daily(c, 1)],
  ['recurring', 'every other|second|alternate {p:part}', (c) => daily(c, 2)],
  ['recurring', 'every noon', () => recur({ ...EACH_DAY, part: 'noon' })],
  ['recurring', 'in|on|at? the? {p:partPlural}', (c) => recur({ ...EACH_DAY, part: get(c, 'p') })],
  [
    'recurring',
    'on|every? {w:wdList} {p:partPlural}',
    (c) => recur({ ...EACH_WEEK, days: get(c, 'w'), part: get(c, 'p') }),
  ],
  ['recurring', 'at? {m:hourMinute} past|after|of every hour', (c) => recur(pastHour(get(c, 'm')))],
  ['recurring', 'every hour at|on {m:hourMinute} past|after the? hour?', (c) => recur(pastHour(get(c, 'm')))],
  ['recurring', 'every hour on the hour', () => recur(pastHour(0))],
  ['recurring', 'nightly', () => recur({ ...EACH_DAY, part: 'night' })],
  ['recurring', 'on the hour every hour', () => recur(pastHour(0))],
  ['recurring', 'hourly on the hour', () => recur(pastHour(0))],
  ['recurring', 'every hour on the half hour', () => recur(pastHour(30))],
  ['recurring', 'every hour at : {m:digits}', (c) => recur(pastHour(get(c, 'm')))],
  ['hourMinute', '{m:number} minute?', (c) => c.m],
  ['hourMinute', 'a? quarter', () => 15],
  ['hourMinute', 'half', () => 30],
];

/** "Every other Monday and Friday" leaves out a week, not a day. */
function everyOther(days: DaySet): Piece | undefined {
  const count = days.weekdays?.length ?? 0;
  return count > 4 ? undefined : onDays(days, 2);
}

function everyNumbered(days: DaySet): Piece | undefined {
  const [first] = days.nth ?? [];
  // "Every third Friday" is every three weeks to some and the third one of the month to others.
  if (days.nth?.length === 1 && first && first.nth > 1) return undefined;
  return onDays(days);
}

function several(days: DaySet): Piece | undefined {
  return (days.monthDays ?? days.nth ?? []).length > 1 ? onDays(days) : undefined;
}

/** "Mondays" recur by themselves. */
function plurals(days: DaySet, interval = 1): Piece | undefined {
  return days.plural ? onDays(days, interval) : undefined;
}

/** "Every weekend on Saturday". */
function weekendDay(weekday: number, interval: number): Piece | undefined {
  return weekday > 5 ? onDays({ weekdays: [weekday] }, interval) : undefined;
}

function daily(c: Captures, interval: number): Piece | undefined {
  const { part } = get<TimeSpec>(c, 'p');
  return part && recur({ freq: 'DAILY', interval, part });
}

function pastHour(minute: number): Recur | undefined {
  return minute >= 0 && minute < 60 ? { freq: 'HOURLY', interval: 1, minutes: [minute] } : undefined;
}
