import type { Frequency } from '../pieces.ts';
import { type DaySet, isElapsed, type PartName, type Piece, type Recur, type Unit } from '../pieces.ts';
import { elapsedOf } from './en-spans.ts';
import { type Cycle, piece, recurring, rule, type Terminals } from './grammar.ts';

const cycle = (unit: Unit, n: number): Cycle => ({ unit, n });

export const recurrenceTerminals: Terminals = {
  partPlural: ({ text }) =>
    /^(?:morning|afternoon|evening|night)s$/.test(text) ? (text.slice(0, -1) as PartName) : undefined,
};

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

const recur = (recur: Recur | undefined): Piece | undefined => recur && { kind: 'recur', recur };

function every({ unit, n, step }: Cycle, days?: DaySet): Piece | undefined {
  const size = elapsedOf(unit);
  const elapsed = step ?? (size === undefined ? undefined : n * size);
  if (elapsed !== undefined) return recur({ freq: 'MINUTELY', interval: 1, step: elapsed, ...(days ? { days } : {}) });
  if (days === undefined) return recur({ freq: FREQUENCY[unit], interval: unit === 'quarter' ? n * 3 : n });
  if (!fits(unit, days) || (unit === 'quarter' && n !== 1)) return undefined;
  if (unit === 'quarter') return recur({ freq: 'YEARLY', interval: 1, days, quarters: true });
  return recur({ freq: FREQUENCY[unit], interval: n, days });
}

/** True if a step of this size can fall on such days: a week has weekdays, a month has numbered ones. */
function fits(unit: Unit, { weekdays, monthDays, nth, workday, dates, holiday, months }: DaySet): boolean {
  if (unit === 'day' || unit === 'week') return weekdays !== undefined;
  return unit === 'year' ? (dates ?? holiday ?? months) !== undefined : (monthDays ?? nth ?? workday) !== undefined;
}

export const cycleRules = [
  rule('cycle', 'single|one? {unit}', (c) => cycle(c.unit, 1)),
  rule('cycle', 'and every {cycle}', (c) => c.cycle),
  rule('cycle', 'day of the week|year|month', () => cycle('day', 1)),
  rule('cycle', '< other|alternate|second || a? couple of? > {unit}', (c) => cycle(c.unit, 2)),
  rule('cycle', '{ordinal} {unit}', (c) => (c.ordinal > 1 ? cycle(c.unit, c.ordinal) : undefined)),
  rule('cycle', '{number} -? {unit}', (c) => cycle(c.unit, c.number)),
  rule('cycle', 'fortnight', () => cycle('week', 2)),
  rule('cycle', '{number} fortnight', (c) => cycle('week', 2 * c.number)),
  rule('cycle', '{span}', ({ span }) =>
    isElapsed(span) ? { ...cycle('second', 1), step: span.milliseconds } : undefined,
  ),

  rule('adverb', 'hourly', () => cycle('hour', 1)),
  rule('adverb', 'half - hourly', () => cycle('minute', 30)),
  rule('adverb', 'daily', () => cycle('day', 1)),
  rule('adverb', 'weekly', () => cycle('week', 1)),
  rule('adverb', 'fortnightly', () => cycle('week', 2)),
  rule('adverb', 'monthly', () => cycle('month', 1)),
  rule('adverb', 'quarterly', () => cycle('quarter', 1)),
  rule('adverb', 'yearly', () => cycle('year', 1)),
  rule('adverb', 'biennially', () => cycle('year', 2)),
];

const WORKDAYS = [1, 2, 3, 4, 5];

export const daySetRules = [
  rule('wd', '{weekday}', (c) => ({ weekdays: [c.weekday] })),
  rule('wd', '{w:weekdayPlural}', (c) => ({ weekdays: [c.w], plural: true })),
  rule('wd', '{a:anyWeekday} to|until|-|through {b:anyWeekday}', weekdayRange),
  rule('wd', 'from {a:anyWeekday} to|- {b:anyWeekday}', weekdayRange),
  rule('wd', '< weekday|workday || week|business -? day >', () => ({ weekdays: WORKDAYS })),
  rule('wd', 'weekdays', () => ({ weekdays: WORKDAYS, plural: true })),
  rule('wd', 'weekends', () => ({ weekdays: [6, 7], weekend: true, plural: true })),
  rule('wd', 'weekend day', (_, [, day]) => ({
    weekdays: [6, 7],
    weekend: true,
    ...(day?.raw.toLowerCase() === 'days' ? { plural: true } : {}),
  })),
  piece("< at|by|on? the? end of every month || every end of the? month || every month's|month end >", () =>
    onDays({ monthDays: [-1] }),
  ),
  rule('anyWeekday', '{weekday}', (c) => c.weekday),
  rule('anyWeekday', '{weekdayPlural}', (c) => c.weekdayPlural),
  rule('wdList', '{wd}', (c) => c.wd),
  rule('wdList', '{a:wd} - {b:wd} - {c:wd}', (c) => joinDays(joinDays(c.a, c.b), { ...c.c, plural: true })),
  rule('wdList', '{wd} {wdList}', (c) => joinDays(c.wd, c.wdList)),
  rule('wdList', '{wd} /|+ {wdList}', (c) => joinSlashed(c.wd, c.wdList)),
  rule('wdList', '{wd} < ,|and on? every? || , and on? > {wdList}', (c) => joinDays(c.wd, c.wdList)),
  rule('wdList', 'm /|,? w /|,? f', () => ({ weekdays: [1, 3, 5], plural: true })),
  rule('wdList', '< t|tu / th|r || tu|tue and th >', () => ({ weekdays: [2, 4] })),
  rule('wdList', 'm - f', () => ({ weekdays: WORKDAYS })),

  rule('monthDay', '{ordinal} day?', (c) => c.ordinal),
  rule('monthDay', 'last|final day', () => -1),
  rule('monthDay', '< second|next to|-? last || penultimate > day', () => -2),
  rule('monthDay', '{ordinal} to? last day', (c) => -c.ordinal),
  rule('monthDays', '{monthDay}', (c) => [c.monthDay]),
  rule('monthDays', '{monthDay} ,|and|& and? on? the? {monthDays}', (c) => [c.monthDay, ...c.monthDays]),
  rule('nthList', '{nthWord}', (c) => [c.nthWord]),
  rule('nthList', '{nthWord} ,|and|& the? {nthList}', (c) => [c.nthWord, ...c.nthList]),
  rule('nthDays', '{nthList} {w:anyWeekday}', (c) => c.nthList.map((nth) => ({ nth, weekday: c.w }))),
  rule('nthDaysList', '{nthDays}', (c) => c.nthDays),
  rule('nthDaysList', '{nthDays} ,|and the? {n:nthDaysList}', (c) => [...c.nthDays, ...c.n]),
  rule('numbered', '{monthDays}', (c) => c),
  rule('numbered', '{nth:nthDaysList}', (c) => c),
  rule('numbered', '{workday:nthWord} < weekday|workday || business day >', (c) => c),

  // A date without its year.
  rule('yearDate', '{d:monthDate}', ({ d }) => {
    const isYearly = d.type === 'monthday' && d.month !== undefined && d.year === undefined;
    return isYearly ? { month: d.month ?? 1, day: d.day } : undefined;
  }),
  rule('yearDates', '{yearDate}', (c) => [c.yearDate]),
  rule('yearDates', '{month} {daysRow}', (c) => c.daysRow.map((day) => ({ month: c.month, day }))),
  rule('yearDates', '{daysRow} of? {month}', (c) => c.daysRow.map((day) => ({ month: c.month, day }))),
  // "7, 14 and 21".
  rule('daysRow', 'the? {a:rawDay} ,? and|& the? {b:rawDay}', (c) => [c.a, c.b]),
  rule('daysRow', 'the? {a:rawDay} , {daysRow}', (c) => [c.a, ...c.daysRow]),
  rule('yearDates', '{yearDate} ,|and on? {yearDates}', (c) => [c.yearDate, ...c.yearDates]),
  rule('months', '{month}', (c) => [c.month]),
  rule('months', '{month} ,|and and? {months}', (c) => [c.month, ...c.months]),
  rule('dated', '{dates:yearDates}', (c) => c),
  rule('dated', 'leap day', () => ({ dates: [{ month: 2, day: 29 }] })),
  rule('dated', '{holiday}', (c) => c),
  rule('dated', '{numbered} of|in {months}', (c) => ({ ...c.numbered, months: c.months })),

  rule('onDays', 'on {wdList}', (c) => c.wdList),
  rule('onDays', 'on|by? the? {numbered} < of|in the|each|every? month >?', (c) => c.numbered),
  rule('onDays', 'on|by? the? {dated}', (c) => c.dated),
  rule('onDays', 'in {months}', (c) => c),
  rule('onDays', 'on day {digits}', (c) => ({ monthDays: [c.digits] })),
];

function weekdayRange({ a, b }: { a: number; b: number }): DaySet {
  const count = ((b - a + 7) % 7) + 1;
  return {
    // "Mon-Fri" is a timetable, "Friday to Sunday" may be a single trip.
    ...(count > 3 ? { plural: true } : {}),
    weekdays: Array.from({ length: count }, (_, index) => ((a - 1 + index) % 7) + 1),
  };
}

function joinDays(a: DaySet, b: DaySet): DaySet {
  const weekdays = [...new Set([...(a.weekdays ?? []), ...(b.weekdays ?? [])])];
  return { weekdays, ...(a.plural || b.plural ? { plural: true } : {}) };
}

/** "Mon/Wed/Fri" is a timetable; "Tue/Thu" may be either of them. */
function joinSlashed(a: DaySet, b: DaySet): DaySet {
  const days = joinDays(a, b);
  return (days.weekdays?.length ?? 0) > 2 ? { ...days, plural: true } : days;
}

/** "Twice a week on Monday and Thursday": the number of the days must be the one that was said. */
function severalDays({ n, onDays: days }: { n: number; onDays: DaySet }): Piece | undefined {
  const named = days.weekdays ?? days.monthDays ?? days.nth ?? [];
  return named.length === n ? onDays(days) : undefined;
}

const onDays = (days: DaySet, interval = 1): Piece | undefined => {
  const unit = days.weekdays ? 'week' : days.dates || days.holiday || days.months ? 'year' : 'month';
  return every(cycle(unit, interval), days);
};

const DAILY = { freq: 'DAILY', interval: 1 } as const;

const pastHour = (minute: number): Piece | undefined =>
  minute >= 0 && minute < 60 ? recur({ freq: 'HOURLY', interval: 1, minutes: [minute] }) : undefined;

export const recurRules = [
  recurring('every {cycle}', (c) => every(c.cycle)),
  recurring('every {cycle} ,? on? {sameDay}', (c) =>
    /^(?:week|month|year)$/.test(c.cycle.unit) ? every(c.cycle) : undefined,
  ),
  recurring('every {cycle} ,? {onDays}', (c) => every(c.cycle, c.onDays)),
  recurring('7|seven day a|per week', () => every(cycle('day', 1))),
  recurring('{n:timesWord} < daily || a|per|every day >', (c) => recur({ ...DAILY, perDay: c.n })),
  recurring('{n:timesWord} < weekly|monthly || a|per|every week|month > ,? {onDays}', severalDays),
  rule('timesWord', 'twice', () => 2),
  rule('timesWord', 'thrice', () => 3),
  rule('timesWord', '{n:number} times|x', (c) => c.n),
  recurring('once? {adverb}', (c) => every(c.adverb)),
  recurring('{adverb} ,? {onDays}', (c) => every(c.adverb, c.onDays)),
  recurring('once < a|an|per|in every? || every > {cycle}', (c) => every(c.cycle)),
  recurring('once a|an|per|every? {cycle} {onDays}', (c) => every(c.cycle, c.onDays)),
  recurring('< ,? repeat|repeats|recurring || and? then || every and > {r:recurring}', (c) => c.r),

  recurring('on? every|all single? {wdList}', (c) => onDays(c.wdList)),
  // "Every other Monday and Friday" leaves out a week, not a day.
  // "… and every Thursday" is a series of its own.
  recurring('< on? every other|alternate|second || alternate > {wdList}', (c, tokens) => {
    const isOne = tokens.filter(({ text }) => text === 'every').length < 2 && (c.wdList.weekdays?.length ?? 0) < 5;
    return isOne ? onDays(c.wdList, 2) : undefined;
  }),
  recurring('alternate {unit}', (c) => every(cycle(c.unit, 2))),
  recurring('every {number} {w:wdList}', (c) => plurals(c.w, c.number)),
  recurring('on? every {numbered}', (c) => everyNumbered(c.numbered)),
  recurring('< on? every|all || whenever|when it is? > {d:dayAndDate}', (c) => onDays(c.d)),
  recurring('whenever {itIs} {aSuch}? {wdList}', (c) => onDays(c.wdList)),
  recurring('all day', (_, [, day]) => (day?.raw === 'days' ? every(cycle('day', 1)) : undefined)),
  rule('dayAndDate', '{w:anyWeekday} the? {ordinal}', (c) => ({
    nth: [{ nth: 0, weekday: c.w }],
    monthDays: [c.ordinal],
  })),
  recurring('on|by? every {numbered} of|in the|each|every|a? {p:periodUnit}', (c) => every(cycle(c.p, 1), c.numbered)),
  recurring('on|by? the? {numbered} < of|in? || of|in the month > every {cycle}', (c) => every(c.cycle, c.numbered)),
  recurring('on|by? the? {numbered} of|in a quarter', (c) => every(cycle('quarter', 1), c.numbered)),
  recurring('on|by? the? {dated} < every|each|of year || of|in? every year >', (c) => onDays(c.dated)),
  recurring('{dated} {a:adverb}', (c) => (c.a.unit === 'year' ? onDays(c.dated) : undefined)),
  recurring('< on? every || every year on|in? > {dated}', (c) => onDays(c.dated)),
  recurring('every {months}', (c) => onDays(c)),
  recurring('every weekend on {weekday}', (c) => weekendDay(c.weekday, 1)),
  recurring('every other|alternate|second weekend on {weekday}', (c) => weekendDay(c.weekday, 2)),
  recurring('at|by|on? the? starting of every month', () => onDays({ monthDays: [1] })),
  recurring("every quarter|quarter's end", () => every(cycle('quarter', 1), { monthDays: [-1] })),
  recurring("every year|year's end", () => onDays({ dates: [{ month: 12, day: 31 }] })),
  recurring('at|by|on? the? end of every quarter', () => every(cycle('quarter', 1), { monthDays: [-1] })),
  recurring('at|by|on? the? end of every year', () => onDays({ dates: [{ month: 12, day: 31 }] })),
  // "The 1st and 3rd Thursday of the month": several of them come again.
  recurring('on|by? the? {n:numbered} of|in the month', (c) => onSeveralDays(c.n)),
  recurring('every {months} on the? {numbered}', (c) => onDays({ ...c.numbered, months: c.months })),
  recurring('< on the? || the > {monthDays}', (c) => onSeveralDays(c)),
  recurring('on|at|during|over? the? {w:wdList}', (c) => plurals(c.w)),
  recurring('on the? {nth:nthDaysList}', (c, tokens) => (tokens.at(-1)?.text.endsWith('days') ? onDays(c) : undefined)),

  recurring('every single? {p:part}', (c) => c.p.part && recur({ ...DAILY, part: c.p.part })),
  recurring(
    'every other|second|alternate {p:part}',
    (c) => c.p.part && recur({ freq: 'DAILY', interval: 2, part: c.p.part }),
  ),
  recurring('every noon', () => recur({ ...DAILY, part: 'noon' })),
  recurring('in|on|at? the? {part:partPlural}', (c) => recur({ ...DAILY, ...c })),
  recurring('on|every? {days:wdList} {part:partPlural}', (c) => recur({ freq: 'WEEKLY', interval: 1, ...c })),
  recurring('nightly', () => recur({ ...DAILY, part: 'night' })),
  recurring('at? {m:minutes} past|after|of every hour', (c) => pastHour(c.m)),
  recurring('every hour at|on {m:minutes} past|after the? hour?', (c) => pastHour(c.m)),
  recurring('< every hour on the hour || on the hour every hour || hourly on the hour >', () => pastHour(0)),
  recurring('every hour on the half hour', () => pastHour(30)),
  recurring('every hour at : {m:digits}', (c) => pastHour(c.m)),
];

function everyNumbered(days: DaySet): Piece | undefined {
  const [first] = days.nth ?? [];
  // "Every third Friday" is every three weeks to some and the third one of the month to others.
  // … and "every second Monday and third Friday".
  const isMixed = days.nth?.some(({ nth, weekday }) => nth > 1 && weekday !== first?.weekday);
  const isOpen = (days.nth?.length === 1 && first && first.nth > 1) || isMixed || (days.workday ?? 0) > 1;
  return isOpen ? undefined : onDays(days);
}

const onSeveralDays = (days: DaySet): Piece | undefined =>
  (days.monthDays ?? days.nth ?? []).length > 1 ? onDays(days) : undefined;

const plurals = (days: DaySet, interval = 1): Piece | undefined => (days.plural ? onDays(days, interval) : undefined);

const weekendDay = (weekday: number, interval: number): Piece | undefined =>
  weekday > 5 ? onDays({ weekdays: [weekday] }, interval) : undefined;
