import type { DateSpec, WhichPeriod } from '../pieces.ts';
import { digitsLike, lookUp } from './en-clock.ts';
import { MONTHS, WEEKDAYS } from './en-words.ts';
import { date, monthDate, rule, type Terminals } from './grammar.ts';
import type { Token } from './tokens.ts';

export const dateTerminals: Terminals = {
  weekday: ({ text }) => lookUp(WEEKDAYS, text),
  weekdayPlural: ({ text }) => (text.endsWith('s') ? lookUp(WEEKDAYS, text.slice(0, -1)) : undefined),
  month: ({ text }) => lookUp(MONTHS, text),
  year: digitsLike(/^(?:19|20|21)\d\d$/),
  shortYear: ({ text }) => (/^[2-9]\d$/.test(text) ? 2000 + Number(text) : undefined),
  // Behind a date, smaller numbers are hours.
  laterYear: ({ text }) => (/^(?:2[4-9]|[3-9]\d)$/.test(text) ? 2000 + Number(text) : undefined),
  // "Jan-12-27".
  dayYear: ({ text }) => {
    const match = /^(\d{1,2})-(\d{4}|\d\d)$/.exec(text);
    return match ? { day: Number(match[1]), year: fullYear(match[2]) ?? 0 } : undefined;
  },
  dayDigits: digitsLike(/^\d{1,2}$/),
  isoDate: ({ text }) => {
    const match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text) ?? /^(20\d\d)(0[1-9]|1[0-2])([0-3]\d)$/.exec(text);
    return match ? monthday(Number(match[3]), Number(match[2]), Number(match[1])) : undefined;
  },
  slashDate: ({ text }) => {
    const match = /^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d\d))?$/.exec(text);
    if (!match || (text.includes('-') && match[3] === undefined)) return undefined;
    // "11/22/63" is the title of a book; nobody plans so far ahead.
    if (match[3]?.length === 2 && Number(match[3]) > 49) return undefined;
    return { type: 'numeric', first: Number(match[1]), second: Number(match[2]), year: fullYear(match[3]) };
  },
  dotDate: ({ text }) => {
    const match = /^(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d\d))?$/.exec(text);
    const isDate = match && Number(match[2]) <= 12;
    return isDate ? monthday(Number(match[1]), Number(match[2]), fullYear(match[3])) : undefined;
  },
  // With dots the day comes first, unless that cannot be.
  fullDotDate: ({ text }) => {
    const match = /^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)$/.exec(text);
    const [first = 0, second = 0] = (match ?? []).slice(1).map(Number);
    const year = fullYear(match?.[3]);
    return match
      ? second <= 12
        ? monthday(first, second, year)
        : { type: 'numeric', first, second, year }
      : undefined;
  },
};

const fullYear = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text) + (text.length === 2 ? 2000 : 0);

const monthday = (day: number, month?: number, year?: number): DateSpec => ({ type: 'monthday', day, month, year });

const offset = (days: number) => (): DateSpec => ({ type: 'offset', days });

const weekday =
  (which: WhichPeriod, weeks?: number) =>
  (c: { weekday: number }): DateSpec => ({
    type: 'weekday',
    weekday: c.weekday,
    which,
    ...(weeks === undefined ? {} : { weeks }),
  });

const inWeeks = (c: { weekday: number; n: number }): DateSpec => ({ ...weekdayOfWeek(c.weekday, c.n), weeks: c.n });

const weekdayOfWeek = (weekday: number, inWeek: number) =>
  ({ type: 'weekday', weekday, which: 'bare', inWeek }) satisfies DateSpec;

const weekend = (which: WhichPeriod, weeks?: number) => (): DateSpec => ({
  type: 'weekend',
  which,
  ...(weeks === undefined ? {} : { weeks }),
});

const weekdayAndDate = (weekday: number, date: DateSpec): DateSpec => ({ type: 'both', weekday, date });

export const dayRules = [
  date('later? today', offset(0)),
  date('< tomorrow || the? next|following day >', offset(1)),
  date('< overmorrow || the? day after tomorrow >', offset(2)),
  date('yesterday', offset(-1)),
  date('the? day before yesterday', offset(-2)),

  date('on? {weekday}', weekday('bare')),
  date('on? this {weekday}', weekday('this')),
  date('on? the? next {weekday}', weekday('next')),
  date('on? the|this? coming|following {weekday}', weekday('coming')),
  date('on? the? last|past|previous {weekday}', weekday('last')),
  date('< on? {weekday} last|past week || {weekday} gone >', weekday('last')),
  date('on? a|one? week on? {weekday}', weekday('bare', 1)),
  date('{n:number} week on {weekday}', ({ n, weekday }) =>
    n > 1 && n < 9 ? { type: 'weekday', weekday, which: 'bare', weeks: n } : undefined,
  ),
  date('on? {weekday} < week || in a|one week >', weekday('bare', 1)),
  // "Two Fridays from now".
  date('in {n:number} {w:weekdayPlural}', (c) =>
    c.n > 0 ? { type: 'weekday', weekday: c.w, which: 'coming', weeks: c.n - 1 } : undefined,
  ),
  date('{n:number} {w:weekdayPlural} from right? now|today', (c) =>
    c.n > 0 ? { type: 'weekday', weekday: c.w, which: 'coming', weeks: c.n - 1 } : undefined,
  ),
  date('on? {weekday} ,? in {n:number} week', inWeeks),
  date('in {n:number} week on {weekday}', inWeeks),
  date('on? {weekday} ,? {n:number} week from right? now', inWeeks),
  rule('inWeek', 'this week', () => 0),
  rule('inWeek', '< next week || the next|following|coming week >', () => 1),
  rule('inWeek', 'the? week after next', () => 2),
  date('on? {weekday} ,|of|in? {inWeek}', (c) => weekdayOfWeek(c.weekday, c.inWeek)),
  date('{inWeek} on|,? {weekday}', (c) => weekdayOfWeek(c.weekday, c.inWeek)),
  date("next week's {weekday}", (c) => weekdayOfWeek(c.weekday, 1)),
  date('on? the? {weekday} after next', weekday('next', 1)),
  date('on? the {weekday}', weekday('bare')),

  date('when|once {itIs} {date}', (c) => c.date),

  // "Friday the 13th", "Friday 4 December": only a date of the calendar can be beside a weekday.
  date('on? {weekday} ,? {date}', (c) =>
    /^(?:monthday|numeric|holiday)$/.test(c.date.type) ? weekdayAndDate(c.weekday, c.date) : undefined,
  ),
  date('on? this|next|coming {weekday} ,? {d:monthDate}', (c) => weekdayAndDate(c.weekday, c.d)),
  date('on? {d:monthDate} < / {weekday} || ,? ( {weekday} ) >', (c) => weekdayAndDate(c.weekday, c.d)),
  date('on? {weekday} the? {ordinal}', (c) => weekdayAndDate(c.weekday, monthday(c.ordinal))),
  // "Friday 27": no hour.
  date('on? {weekday} {d:dayDigits}', (c) => (c.d > 24 ? weekdayAndDate(c.weekday, monthday(c.d)) : undefined)),
  date('{d:monthDate} , {weekday}', (c) => weekdayAndDate(c.weekday, c.d)),

  date('< this|the? weekend || the|this? coming weekend >', weekend('this')),
  date('at|on|over|during the|this weekend', weekend('this')),
  date('next weekend', weekend('next')),
  date('the weekend after next', weekend('next', 1)),
  date('last|past weekend', weekend('last')),
];

/** "Dec 1 - Dec 3": no "1-Dec". */
const isOpenDash = (tokens: readonly Token[]): boolean =>
  tokens.some(({ text }, at) => text === '-' && tokens[at + 1]?.glued === false);

/** "2030-Jan", "2030, Jan": a sign behind the year ties it to the month. */
export const isSign = (token: Token | undefined): boolean => /^[-./,]$/.test(token?.text ?? '');

interface DateParts {
  month: number;
  ordinal?: number;
  dayDigits?: number;
  year?: number | undefined;
}

const dateFromParts = ({ month, ordinal, dayDigits, year }: DateParts): DateSpec =>
  monthday(ordinal ?? dayDigits ?? 0, month, year);

export const calendarRules = [
  rule('yearSuffix', ',|of|in? {year}', (c) => c.year),
  monthDate('the? {ordinal} < of? || day of > {month} {year:yearSuffix}?', dateFromParts),
  monthDate('{dayDigits} of|-|.? {month} ,|-? {year}?', (c, tokens) =>
    isOpenDash(tokens) ? undefined : dateFromParts(c),
  ),
  monthDate("{dayDigits} {month} < ,? ' >? {year:shortYear}", dateFromParts),
  monthDate("{month} {dayDigits} ,? ' {year:shortYear}", dateFromParts),
  monthDate("the? {ordinal} of? {month} ,? ' {year:shortYear}", dateFromParts),
  rule('signedYear', '{shortYear}', (c) => c.shortYear),
  rule('signedYear', '{year}', (c) => c.year),
  monthDate('{dayDigits} -|. {month} -|.? {year:signedYear}', (c, tokens) =>
    isOpenDash(tokens) ? undefined : dateFromParts(c),
  ),
  monthDate('{month} - {d:dayYear}', (c) => monthday(c.d.day, c.month, c.d.year)),
  monthDate('{month} .? {dayDigits} ,? {year:laterYear}', dateFromParts),
  monthDate('{month} the? {ordinal} ,? {year:laterYear}', dateFromParts),
  monthDate('the? {ordinal} of? {month} ,? {year:laterYear}', dateFromParts),
  monthDate('{month} the? {ordinal} < ,? {year} >?', dateFromParts),
  monthDate('{month} .|-? {dayDigits} < ,? {year} >?', dateFromParts),
  // "2030-Jan-15", "2028.Aug.05", "2030, 15 January": a year before a named month is never the clock.
  rule('yearFirst', '{year} -|.|/|,? {month} -|.|/|,? {dayDigits}', dateFromParts),
  rule('yearFirst', '{year} -|.|/|,? {month} -|.|/|,? the? {ordinal}', dateFromParts),
  rule('yearFirst', '{year} -|.|/|,? {dayDigits} -|.|/|of? {month}', dateFromParts),
  rule('yearFirst', '{year} -|.|/|,? the? {ordinal} -|.|/|of? {month}', dateFromParts),
  monthDate('{yearFirst}', (c) => c.yearFirst),
  date('at {d:yearFirst}', (c, [, , sign]) => (isSign(sign) ? c.d : undefined)),
  monthDate('{isoDate}', (c) => c.isoDate),
  monthDate('{slashDate}', (c) => c.slashDate),
  monthDate('{fullDotDate}', (c) => c.fullDotDate),
  monthDate('{dotDate} .', (c) => c.dotDate),
  date('on|by? {monthDate}', (c) => c.monthDate),
  date('on|by? this|next|coming {d:monthDate}', (c) => (c.d.type === 'monthday' ? c.d : undefined)),
  date('next year on|,? {monthDate}', (c) => inYear(c.monthDate, 1)),
  date('on? {monthDate} ,? next year', (c) => inYear(c.monthDate, 1)),
  date('on? {monthDate} ,? of? this year', (c) => inYear(c.monthDate, 0)),
  // "At 2027-12-31 23:55".
  date('at {isoDate}', (c) => c.isoDate),
  date('on {dotDate}', (c) => c.dotDate),
  date('{weekday} {dotDate}', (c) => weekdayAndDate(c.weekday, c.dotDate)),

  rule('weekNumber', 'the? calendar? week number|no? .? {n:number}', (c) => c.n),
  date('on|in? {week:weekNumber} ,|of|in? {year}?', ({ week, year }) => ({ type: 'week', week, year })),
  date('on? {weekday} ,|of|in {week:weekNumber} ,|of|in? {year}?', ({ weekday, week, year }) => ({
    type: 'week',
    weekday,
    week,
    year,
  })),
  rule('inMonth', 'the month', () => ({ inMonth: 0, monthly: true })),
  rule('inMonth', 'this month', () => ({ inMonth: 0 })),
  rule('inMonth', '< next month || the next|following month >', () => ({ inMonth: 1 })),
  date('< on|by? the {ordinal} || on|by {ordinal} >', (c) => monthday(c.ordinal)),
  date('{ordtoken}', (c) => monthday(c.ordtoken)),
  date('on|by? the? {ordinal} of|in? {inMonth}', (c) => dayOfMonth(c.ordinal, c.inMonth)),
  date('on|by? the? {ordinal} - of - the? -? month', (c) => dayOfMonth(c.ordinal, { inMonth: 0, monthly: true })),
  date('next month on|,? the? {ordinal}', (c) => dayOfMonth(c.ordinal, { inMonth: 1 })),

  rule('nthTarget', '{weekday}', (c) => ({ weekday: c.weekday })),
  rule('nthTarget', 'day', () => 'day'),
  rule('nthTarget', '< weekday|workday || business day >', () => 'workday'),
  rule('nthWord', '{ordinal}', (c) => (c.ordinal > 0 ? c.ordinal : undefined)),
  rule('nthWord', 'last|final', () => -1),
  rule('nthWord', '< next -? to -? last || penultimate >', () => -2),
  // The third last is counted from the end; only small numbers are.
  rule('nthWord', '{ordinal} < -? to >? -? last', (c) => (c.ordinal > 1 && c.ordinal < 6 ? -c.ordinal : undefined)),
  date('on|by? the? {nthWord} {nthTarget} of|in {month} {yearSuffix}?', (c) => nth(c, monthYear(c))),
  date('on|by? the? {nthWord} {weekday} {month} {year}?', (c) => nth({ ...c, nthTarget: c }, c)),
  date('on|by? the? {nthWord} {nthTarget} of|in {inMonth}', (c) => nth(c, c.inMonth)),
  date('on|by? the? {nthWord} {nthTarget} of|in the|this? year', (c) => nth(c, { inYear: 0 })),
  date('on|by? the? {nthWord} {nthTarget} of|in next year', (c) => nth(c, { inYear: 1 })),
];

/** "The 3rd of next month"; "of the month" is the next one to come. */
const dayOfMonth = (day: number, { monthly, inMonth }: { inMonth: number; monthly?: true }): DateSpec => ({
  type: 'monthday',
  day,
  ...(monthly ? { monthly } : { inMonth }),
});

function inYear(date: DateSpec, years: number): DateSpec | undefined {
  const isOpen = date.type === 'monthday' && date.month !== undefined && date.year === undefined;
  return isOpen ? { ...date, inYear: years } : undefined;
}

export const monthYear = ({ month, yearSuffix }: { month: number; yearSuffix?: number }) =>
  yearSuffix === undefined ? { month } : { month, year: yearSuffix };

const nth = (
  { nthWord, nthTarget }: { nthWord: number; nthTarget: Extract<DateSpec, { type: 'nth' }>['of'] },
  where: Partial<Extract<DateSpec, { type: 'nth' }>>,
): DateSpec => ({ type: 'nth', nth: nthWord, of: nthTarget, ...where });
