import { type Captures, get, maybe, type Rule, type Terminal } from '../match.ts';
import type { DateSpec, NthTarget, Which } from '../pieces.ts';
import type { Token } from '../tokens.ts';
import { lookUp } from './en-clock.ts';
import { MONTHS, WEEKDAYS } from './en-words.ts';

/** Days and dates. */

export const dateTerminals: Readonly<Record<string, Terminal>> = {
  weekday: ({ text }) => lookUp(WEEKDAYS, text),
  weekdayPlural: ({ text }) => (text.endsWith('s') ? lookUp(WEEKDAYS, text.slice(0, -1)) : undefined),
  month: ({ text }) => lookUp(MONTHS, text),
  year: ({ text }) => (/^(?:19|20|21)\d\d$/.test(text) ? Number(text) : undefined),
  shortYear: ({ text }) => (/^[2-9]\d$/.test(text) ? 2000 + Number(text) : undefined),
  // Behind a date, smaller numbers are hours.
  laterYear: ({ text }) => (/^(?:2[4-9]|[3-9]\d)$/.test(text) ? 2000 + Number(text) : undefined),
  // "Jan-12-27".
  dayYear: ({ text }) => {
    const match = /^(\d{1,2})-(\d{4}|\d\d)$/.exec(text);
    return match ? { day: Number(match[1]), year: fullYear(match[2]) } : undefined;
  },
  dayDigits: ({ text }) => (/^\d{1,2}$/.test(text) ? Number(text) : undefined),
  isoDate: ({ text }) => {
    const match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text) ?? /^(20\d\d)(0[1-9]|1[0-2])([0-3]\d)$/.exec(text);
    return match ? monthday(Number(match[3]), Number(match[2]), Number(match[1])) : undefined;
  },
  slashDate: ({ text }) => {
    const match = /^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d\d))?$/.exec(text);
    if (!match || (text.includes('-') && match[3] === undefined)) return undefined;
    // "11/22/63" is the title of a book; nobody plans so far ahead.
    if (match[3]?.length === 2 && Number(match[3]) > 49) return undefined;
    return numeric(Number(match[1]), Number(match[2]), fullYear(match[3]));
  },
  dotDate: ({ text }) => {
    const match = /^(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d\d))?$/.exec(text);
    return match && Number(match[2]) <= 12
      ? monthday(Number(match[1]), Number(match[2]), fullYear(match[3]))
      : undefined;
  },
  fullDotDate: ({ text }) => {
    const match = /^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)$/.exec(text);
    return match ? numeric(Number(match[1]), Number(match[2]), fullYear(match[3]), true) : undefined;
  },
};

function fullYear(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text) + (text.length === 2 ? 2000 : 0);
}

function monthday(day: number, month?: number, year?: number): DateSpec {
  return { type: 'monthday', day, month, year };
}

/** With dots the day comes first, unless that cannot be. */
function numeric(first: number, second: number, year: number | undefined, dayFirst = false): DateSpec {
  if (dayFirst && second <= 12) return monthday(first, second, year);
  return { type: 'numeric', first, second, year };
}

const offset = (days: number) => (): DateSpec => ({ type: 'offset', days });
const weekday =
  (which: Which, weeks?: number) =>
  (c: Captures): DateSpec =>
    weeks === undefined
      ? { type: 'weekday', weekday: get(c, 'weekday'), which }
      : { type: 'weekday', weekday: get(c, 'weekday'), which, weeks };
/** "Two Fridays from now". */
function weekdaysOn(c: Captures): DateSpec | undefined {
  const count = get<number>(c, 'n');
  return count > 0 ? { type: 'weekday', weekday: get(c, 'w'), which: 'coming', weeks: count - 1 } : undefined;
}

/** "Friday in two weeks". */
function inWeeks(c: Captures): DateSpec {
  const weeks = get<number>(c, 'n');
  return { type: 'weekday', weekday: get(c, 'weekday'), which: 'bare', weeks, inWeek: weeks };
}

/** A weekday of this week (0), next week (1) … */
const inWeek =
  (weeks: number) =>
  (c: Captures): DateSpec => ({ type: 'weekday', weekday: get(c, 'weekday'), which: 'bare', inWeek: weeks });
export const dayRules: readonly Rule[] = [
  ['date', 'later? today', offset(0)],
  ['date', 'tomorrow', offset(1)],
  ['date', 'the? next|following day', offset(1)],
  ['date', 'overmorrow', offset(2)],
  ['date', 'the? day after tomorrow', offset(2)],
  ['date', 'yesterday', offset(-1)],
  ['date', 'the? day before yesterday', offset(-2)],

  ['date', 'on? {weekday}', weekday('bare')],
  ['date', 'on? this {weekday}', weekday('this')],
  ['date', 'on? the? next {weekday}', weekday('next')],
  ['date', 'on? the|this? coming|following {weekday}', weekday('coming')],
  ['date', 'on? the? last|past|previous {weekday}', weekday('last')],
  ['date', 'on? {weekday} last|past week', weekday('last')],
  ['date', '{weekday} gone', weekday('last')],
  ['date', 'on? a|one? week on? {weekday}', weekday('bare', 1)],
  ['date', 'on? {weekday} week', weekday('bare', 1)],
  ['date', 'on? {weekday} in a|one week', weekday('bare', 1)],
  ['date', '{n:number} {w:weekdayPlural} from right? now|today', weekdaysOn],
  ['date', 'on? {weekday} ,? in {n:number} week', inWeeks],
  ['date', 'on? {weekday} ,? {n:number} week from right? now', inWeeks],
  ['date', 'on? {weekday} ,? next week', inWeek(1)],
  ['date', 'on? {weekday} of|in? next week', inWeek(1)],
  ['date', 'on? {weekday} of|in the next|following|coming week', inWeek(1)],
  ['date', 'next week on|,? {weekday}', inWeek(1)],
  ['date', "next week's {weekday}", inWeek(1)],
  ['date', 'on? {weekday} of|in? this week', inWeek(0)],
  ['date', 'this week on|,? {weekday}', inWeek(0)],
  ['date', 'on? {weekday} of|in? the? week after next', inWeek(2)],
  ['date', 'the? week after next on|,? {weekday}', inWeek(2)],
  ['date', 'on? the? {weekday} after next', weekday('next', 1)],
  ['date', 'on? the {weekday}', weekday('bare')],

  ['date', 'when|once {itIs} {date}', (c) => c.date],

  ['date', 'on? {weekday} ,? {date}', (c) => both(c)],
  ['date', 'on? {d:monthDate} ,? ( {weekday} )', (c) => beside(c, get(c, 'd'))],
  ['date', 'on? {d:monthDate} / {weekday}', (c) => beside(c, get(c, 'd'))],
  ['date', 'on? {weekday} the? {ordinal}', (c) => beside(c, monthday(get(c, 'ordinal')))],
  // "Friday 27": no hour.
  [
    'date',
    'on? {weekday} {d:dayDigits}',
    (c) => (get<number>(c, 'd') > 24 ? beside(c, monthday(get(c, 'd'))) : undefined),
  ],
  ['date', '{monthDate} , {weekday}', (c) => beside(c, get(c, 'monthDate'))],

  ['date', 'this|the? weekend', () => ({ type: 'weekend', which: 'this' })],
  ['date', 'at|on|over|during the|this weekend', () => ({ type: 'weekend', which: 'this' })],
  ['date', 'the|this? coming weekend', () => ({ type: 'weekend', which: 'this' })],
  ['date', 'next weekend', () => ({ type: 'weekend', which: 'next' })],
  ['date', 'the weekend after next', () => ({ type: 'weekend', which: 'next', weeks: 1 })],
  ['date', 'last|past weekend', () => ({ type: 'weekend', which: 'last' })],
];

const beside = (c: Captures, date: DateSpec): DateSpec => ({ type: 'both', weekday: get(c, 'weekday'), date });

/** "Friday the 13th", "Friday 4 December": only a date of the calendar can be beside a weekday. */
function both(c: Captures): DateSpec | undefined {
  const date = get<DateSpec>(c, 'date');
  const calendar = date.type === 'monthday' || date.type === 'numeric' || date.type === 'holiday';
  return calendar ? beside(c, date) : undefined;
}

/** "Dec 1 - Dec 3": no "1-Dec". */
function isOpenDash(tokens: readonly Token[]): boolean {
  return tokens.some(({ text }, at) => text === '-' && tokens[at + 1]?.glued === false);
}

/** A month's day, and its year where there is one, from what was captured by these names. */
const dated =
  (day: string, year = 'year') =>
  (c: Captures) =>
    monthday(get(c, day), get(c, 'month'), maybe<number>(c, year));

/** "The 3rd", "the 3rd of next month". */
const nthDay =
  (where: { inMonth?: number; monthly?: boolean } = {}) =>
  (c: Captures): DateSpec => ({ type: 'monthday', day: get(c, 'ordinal'), ...where });

export const calendarRules: readonly Rule[] = [
  ['yearSuffix', ', {year}', (c) => c.year],
  ['yearSuffix', 'of|in? {year}', (c) => c.year],
  ['monthDate', 'the? {ordinal} of? {month} {yearSuffix}?', dated('ordinal', 'yearSuffix')],
  ['monthDate', 'the? {ordinal} day of {month} {yearSuffix}?', dated('ordinal', 'yearSuffix')],
  [
    'monthDate',
    '{dayDigits} of|-|.? {month} ,|-? {year}?',
    (c, tokens) => (isOpenDash(tokens) ? undefined : dated('dayDigits')(c)),
  ],
  ['monthDate', '{dayDigits} {month} {shortYear}', dated('dayDigits', 'shortYear')],
  ['monthDate', "{dayDigits} {month} ,? ' {shortYear}", dated('dayDigits', 'shortYear')],
  ['monthDate', "{month} {dayDigits} ,? ' {shortYear}", dated('dayDigits', 'shortYear')],
  ['monthDate', "the? {ordinal} of? {month} ,? ' {shortYear}", dated('ordinal', 'shortYear')],
  ['signedYear', '{shortYear}', (c) => c.shortYear],
  ['signedYear', '{year}', (c) => c.year],
  [
    'monthDate',
    '{dayDigits} -|. {month} -|.? {signedYear}',
    (c, tokens) => (isOpenDash(tokens) ? undefined : dated('dayDigits', 'signedYear')(c)),
  ],
  [
    'monthDate',
    '{month} - {dayYear}',
    (c) => monthday(get<{ day: number }>(c, 'dayYear').day, get(c, 'month'), get<{ year: number }>(c, 'dayYear').year),
  ],
  ['monthDate', '{month} .? {dayDigits} ,? {laterYear}', dated('dayDigits', 'laterYear')],
  ['monthDate', '{month} the? {ordinal} ,? {laterYear}', dated('ordinal', 'laterYear')],
  ['monthDate', 'the? {ordinal} of? {month} ,? {laterYear}', dated('ordinal', 'laterYear')],
  ['monthDate', '{month} the? {ordinal} ,? {year}', dated('ordinal')],
  ['monthDate', '{month} the? {ordinal}', dated('ordinal')],
  ['monthDate', '{month} .|-? {dayDigits} ,? {year}', dated('dayDigits')],
  ['monthDate', '{month} .|-? {dayDigits}', dated('dayDigits')],
  ['monthDate', '{year} {month} {dayDigits}', dated('dayDigits')],
  ['monthDate', '{isoDate}', (c) => c.isoDate],
  ['monthDate', '{slashDate}', (c) => c.slashDate],
  ['monthDate', '{fullDotDate}', (c) => c.fullDotDate],
  ['monthDate', '{dotDate} .', (c) => c.dotDate],
  ['date', 'on|by? {monthDate}', (c) => c.monthDate],
  [
    'date',
    'on|by? this|next|coming {monthDate}',
    (c) => (get<DateSpec>(c, 'monthDate').type === 'monthday' ? c.monthDate : undefined),
  ],
  ['date', 'next year on|,? {monthDate}', (c) => inYear(get(c, 'monthDate'), 1)],
  ['date', 'on? {monthDate} ,? next year', (c) => inYear(get(c, 'monthDate'), 1)],
  ['date', 'on? {monthDate} ,? of? this year', (c) => inYear(get(c, 'monthDate'), 0)],
  // "At 2027-12-31 23:55".
  ['date', 'at {isoDate}', (c) => c.isoDate],
  ['date', 'on {dotDate}', (c) => c.dotDate],
  ['date', '{weekday} {dotDate}', (c) => beside(c, get(c, 'dotDate'))],

  ['date', 'on|by? the {ordinal}', nthDay()],
  ['date', 'on|by {ordinal}', nthDay()],
  ['date', '{ordtoken}', (c) => monthday(get(c, 'ordtoken'))],
  ['date', 'on|by? the? {ordinal} of|in? the month', nthDay({ monthly: true })],
  ['date', 'on|by? the? {ordinal} - of - the? -? month', nthDay({ monthly: true })],
  ['date', 'on|by? the? {ordinal} of|in? this month', nthDay({ inMonth: 0 })],
  ['date', 'on|by? the? {ordinal} of|in? next month', nthDay({ inMonth: 1 })],
  ['date', 'on|by? the? {ordinal} of|in? the next|following month', nthDay({ inMonth: 1 })],
  ['date', 'next month on|,? the? {ordinal}', nthDay({ inMonth: 1 })],

  ['nthTarget', '{weekday}', (c): NthTarget => ({ weekday: get(c, 'weekday') })],
  ['nthTarget', 'day', (): NthTarget => 'day'],
  ['nthTarget', 'weekday|workday', (): NthTarget => 'workday'],
  ['nthTarget', 'business day', (): NthTarget => 'workday'],
  ['nthWord', '{ordinal}', (c) => (get<number>(c, 'ordinal') > 0 ? c.ordinal : undefined)],
  ['nthWord', 'last|final', () => -1],
  ['nthWord', 'next -? to -? last', () => -2],
  ['nthWord', '{ordinal} -? to -? last', (c) => fromEnd(get(c, 'ordinal'))],
  ['nthWord', '{ordinal} -? last', (c) => fromEnd(get(c, 'ordinal'))],
  ['nthWord', 'penultimate', () => -2],
  ['date', 'on|by? the? {nthWord} {nthTarget} of|in {month} {yearSuffix}?', (c) => nth(c, monthYear(c))],
  ['date', 'on|by? the? {nthWord} {nthTarget} of|in next month', (c) => nth(c, { inMonth: 1 })],
  ['date', 'on|by? the? {nthWord} {nthTarget} of|in the month', (c) => nth(c, { inMonth: 0, monthly: true })],
  ['date', 'on|by? the? {nthWord} {nthTarget} of|in this month', (c) => nth(c, { inMonth: 0 })],
  ['date', 'on|by? the? {nthWord} {nthTarget} of|in the|this? year', (c) => nth(c, { inYear: 0 })],
  ['date', 'on|by? the? {nthWord} {nthTarget} of|in next year', (c) => nth(c, { inYear: 1 })],
];

/** A date of this year (0), of the next (1). */
function inYear(date: DateSpec, years: number): DateSpec | undefined {
  return date.type === 'monthday' && date.month !== undefined && date.year === undefined
    ? { ...date, inYear: years }
    : undefined;
}

/** The third last is counted from the end; only small numbers are. */
function fromEnd(ordinal: number): number | undefined {
  return ordinal > 1 && ordinal < 6 ? -ordinal : undefined;
}

export function monthYear(c: Captures): { month: number; year?: number } {
  const year = maybe<number>(c, 'yearSuffix');
  return year === undefined ? { month: get(c, 'month') } : { month: get(c, 'month'), year };
}

function nth(c: Captures, where: Partial<Extract<DateSpec, { type: 'nth' }>>): DateSpec {
  return { type: 'nth', nth: get(c, 'nthWord'), of: get(c, 'nthTarget'), ...where };
}
