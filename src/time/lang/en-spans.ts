import { plural } from '../../base/text.ts';
import { HOUR, MINUTE } from '../civil.ts';
import { addSpans, type DateSpec, NOTHING, type Piece, type Span, type Unit } from '../pieces.ts';
import { date, piece, rule } from './grammar.ts';
import type { Token } from './tokens.ts';

/** The measure of each unit (milliseconds, days or months) and its size. */
const SIZES: Readonly<Record<Unit, readonly ['milliseconds' | 'days' | 'months', number]>> = {
  second: ['milliseconds', 1_000],
  minute: ['milliseconds', MINUTE],
  hour: ['milliseconds', HOUR],
  day: ['days', 1],
  week: ['days', 7],
  month: ['months', 1],
  quarter: ['months', 3],
  year: ['months', 12],
};

export const elapsedOf = (unit: Unit): number | undefined =>
  SIZES[unit][0] === 'milliseconds' ? SIZES[unit][1] : undefined;

/** A length of any amount: halves of a day are hours, halves of a year are months. */
export function spanOf(amount: number, unit: Unit): Span | undefined {
  const [field, size] = SIZES[unit];
  const total = amount * size;
  if (field === 'milliseconds') return { ...NOTHING, milliseconds: Math.round(total) };
  if (field === 'months') return Number.isInteger(total) ? { ...NOTHING, months: total } : undefined;
  const days = Math.floor(total);
  return { ...NOTHING, days, milliseconds: Math.round((total - days) * 24 * HOUR) };
}

/** Units from the largest to the smallest: "2 hours 30 minutes", never "30 minutes 2 days". */
function sumSpans(first: Span, rest: Span): Span | undefined {
  const size = ({ months, days, milliseconds }: Span) => months * 31 + days + milliseconds / (24 * HOUR);
  return size(first) > size(rest) ? addSpans(first, rest) : undefined;
}

const spanWithPart = (amount: number, part: number, unit: Unit) =>
  Number.isInteger(amount) ? spanOf(amount + part, unit) : undefined;

const hoursMinutes = (hours: number, minutes: number): Span => ({
  ...NOTHING,
  milliseconds: hours * HOUR + minutes * MINUTE,
});

export const spanRules = [
  rule('unit', '{unitword}', (c) => c.unitword),
  rule('oneSpan', '{amount} {unit} and a half', (c) => spanWithPart(c.amount, 0.5, c.unit)),
  rule('oneSpan', '{unit} and a half', (c) => spanWithPart(1, 0.5, c.unit)),
  rule('oneSpan', '{amount} {unit} and a quarter', (c) => spanWithPart(c.amount, 0.25, c.unit)),
  rule('oneSpan', '{amount} {unit} and three|3 quarter', (c) => spanWithPart(c.amount, 0.75, c.unit)),
  rule('oneSpan', '{t:colonclock} hour', (c) => hoursMinutes(c.t.hour, c.t.minute)),
  rule('oneSpan', '{amount} and|? a half {unit}', (c) => spanOf(c.amount + 0.5, c.unit)),
  rule('oneSpan', '{amount} -? {unit}', (c) => spanOf(c.amount, c.unit)),
  rule('oneSpan', '{amount} fortnight', (c) => spanOf(c.amount * 2, 'week')),
  rule('oneSpan', '{number} < business day || weekday|weekdays|workday >', (c) => ({ ...NOTHING, workdays: c.number })),
  rule('oneSpan', 'a business day', () => ({ ...NOTHING, workdays: 1 })),
  rule('span', '{oneSpan}', (c) => c.oneSpan),
  rule('span', '{oneSpan} < ,|and|plus? || , and > {span}', (c) => sumSpans(c.oneSpan, c.span)),
  rule('span', '{number} hour and? {m:spokenMinutes}', (c) => hoursMinutes(c.number, c.m)),
  rule('span', 'a|an hour and? {m:spokenMinutes}', (c) => hoursMinutes(1, c.m)),
  rule('span', '{digits} {gluedH} {twodigits}', (c) => hoursMinutes(c.digits, c.twodigits)),
  rule('span', '{number} hour and|? {twodigits}', (c) => hoursMinutes(c.number, c.twodigits)),
];

export const moveDate = (base: DateSpec, span: Span, sign: 1 | -1): DateSpec => ({ type: 'moved', base, span, sign });

export const days = (count: number): Span => ({ ...NOTHING, days: count });
export const ONE_DAY = days(1);

const weekdayBeside =
  (sign: 1 | -1) =>
  ({ weekday, ordinal: nth = 1, date: base }: { weekday: number; ordinal?: number; date: DateSpec }): DateSpec => ({
    type: 'weekdayBeside',
    weekday,
    nth,
    base,
    sign,
  });

/** "Gate 22 day after tomorrow": a number, and one day. */
function isNumberBeforeDay(tokens: readonly Token[]): boolean {
  const [first, second] = tokens.filter(({ raw }) => raw !== '-');
  const isMany = /^\d+$/.test(first?.raw ?? '') && Number(first?.raw) !== 1;
  return isMany && /^(?:day|week|month|year)$/i.test(second?.raw ?? '');
}

/** Only whole days, weeks, months and years lead from one date to another. */
const movedBy = ({ span, date }: { span: Span; date: DateSpec }, sign: 1 | -1): DateSpec | undefined =>
  span.milliseconds === 0 ? moveDate(date, span, sign) : undefined;

export const relativeDateRules = [
  date('a|one fortnight from|after|on {date}', (c) => moveDate(c.date, days(14), 1)),
  date('{weekday} fortnight', ({ weekday }) => moveDate({ type: 'weekday', weekday, which: 'bare' }, days(14), 1)),
  date('a|one? week from|after {date}', (c) => moveDate(c.date, days(7), 1)),
  date('a|one {w:weekOrTwo} {d:todayOrTomorrow}', (c) => moveDate(c.d, days(c.w), 1)),
  date('{d:todayOrTomorrow} {w:weekOrTwo}', (c) => moveDate(c.d, days(c.w), 1)),
  date('{n:number} week {d:todayOrTomorrow}', (c) => moveDate(c.d, days(7 * c.n), 1)),
  rule('weekOrTwo', 'week|fortnight', (_, [token]) => (token?.text === 'week' ? 7 : 14)),
  date('{span} from|after {date}', (c, tokens) => (isNumberBeforeDay(tokens) ? undefined : movedBy(c, 1))),
  date('{span} before|prior|ahead to|of? {date}', (c) => movedBy(c, -1)),
  date('on? the? day before|preceding {date}', (c) => moveDate(c.date, ONE_DAY, -1)),
  date('on? the? day after|following {date}', (c) => moveDate(c.date, ONE_DAY, 1)),
  date('the {weekday} after|following {date}', weekdayBeside(1)),
  date('on? {weekday} after|following {name:holiday}', ({ weekday, name }) =>
    weekdayBeside(1)({ weekday, date: { type: 'holiday', name } }),
  ),
  date('the {weekday} before|preceding {date}', weekdayBeside(-1)),
  date('the? {ordinal} {weekday} after {date}', weekdayBeside(1)),
];

export const wrong = (code: 'NOT_A_DATE' | 'NEVER' | 'TOO_OFTEN' | 'PAST') => (): Piece => ({ kind: 'wrong', code });

const shift = ({ span }: { span: Span | undefined }): Piece | undefined => span && { kind: 'shift', span };
const minutes = (count: number): Piece => ({ kind: 'shift', span: { ...NOTHING, milliseconds: count * MINUTE } });

export const twoDigits = (number: number): string => String(number).padStart(2, '0');

/**
 * True if the words may be an hour of the clock as well as a length of time; before six nobody is up, and a day has 24
 * hours.
 */
function isHourOrLength([number, unit, ...rest]: readonly Token[]): boolean {
  const isShort = /^hrs?$/i.test(unit?.raw ?? '');
  if (!number || rest.length > 0 || !(isShort || unit?.text === 'h') || !/^\d{1,2}$/.test(number.text)) return false;
  return Number(number.text) > (isShort ? 12 : 6) && Number(number.text) < 24;
}

export const shiftRules = [
  piece('in|within|after about|~? {span}', shift),
  piece('in exactly|another|like|maybe? {span}', shift),
  piece("in {span} '? time", shift),
  piece('in a|an|one|{number}? {span:possessiveUnit} time', shift),
  rule('possessiveUnit', "minute's|hour's|day's|week's|month's|year's", (_, [one]) =>
    spanOf(1, (one?.text.slice(0, -2) ?? '') as Unit),
  ),
  rule('possessiveUnit', "fortnight's", () => days(14)),
  piece('< {sameTime} next {p:periodUnit} || next {p:periodUnit} ,? {sameTime} >', (c) =>
    shift({ span: spanOf(1, c.p) }),
  ),
  piece(
    '< next {p:periodUnit} ,? on? {sameDay} || on? {sameDay} next {p:periodUnit} || next year today || today next year >',
    ({ p = 'year' }: { p?: Unit }) => {
      const span = spanOf(1, p);
      return span && { kind: 'date', date: moveDate({ type: 'offset', days: 0 }, span, 1) };
    },
  ),
  rule('sameDay', "the? same|this|today's day|date", () => true),
  piece('< {sameTime} {date} || {date} ,? {sameTime} >', ({ date }) => sameTimeOn(date)),
  piece('< {sameTime} in {span} || in {span} ,? {sameTime} >', (c) =>
    c.span.milliseconds === 0 ? shift(c) : undefined,
  ),
  rule('sameTime', 'at|about|around? the? same|this time', () => true),
  piece('< {span} later|hence || + {span} || now +|plus {span} || in the next {span} >', shift),
  piece('in|about? {span} from right? now', shift),
  piece('in about|like|~? {n:bareMinutes}', (c) => minutes(c.n)),
  piece('in {n:bareMinutes} or so', (c) => minutes(c.n)),
  piece('in {n:bareMinutes} ish {u:unit}?', (c) => ((c.u ?? 'minute') === 'minute' ? minutes(c.n) : undefined)),
  rule('bareMinutes', '{n:number}', (c) => (c.n < 1000 ? c.n : undefined)),
  piece('for {span}', (c) => ({ kind: 'shift', ...c, bare: true, during: true })),
  piece('{span}', (c, tokens) => (isHourOrLength(tokens) ? undefined : { kind: 'shift', ...c, bare: true })),
  // "21h", "2h30": the hour of the clock, or so many hours.
  piece('{h:hourdigits} {hours}', ({ h }, tokens) =>
    isHourOrLength(tokens)
      ? { kind: 'vague', instead: [`at ${twoDigits(h)}:00`, `in ${plural(h, 'hour')}`] }
      : undefined,
  ),
  piece('{span} before|prior|til to|ahead? of?', (c, tokens) => besideEvent(c.span, tokens, -1)),
  piece('the day before', () => ({ kind: 'before', span: days(1), sign: -1 })),
  piece('the week before', () => ({ kind: 'before', span: days(7), sign: -1 })),
  piece('the day after', () => ({ kind: 'before', span: days(1), sign: 1 })),
  piece('{span} after|past|from', (c, tokens) => besideEvent(c.span, tokens, 1)),

  piece('< {span} ago|earlier || in? minus {span} from? now? || right|just? now || in the past >', wrong('PAST')),
  piece('< - {span} from now || in? - {span} >', (_, tokens) => (isMinus(tokens) ? wrong('PAST')() : undefined)),
  piece('last|yesterday night|morning|afternoon|evening', wrong('PAST')),
  piece('< just|but? once|only || one time only? >', () => ({ kind: 'note' })),
  piece('at? {badClock} am|pm?', wrong('NOT_A_DATE')),
  piece('never', wrong('NEVER')),
];

const sameTimeOn = (date: DateSpec): Piece => ({ kind: 'moment', moment: { date, time: { same: true } } });

const besideEvent = (span: Span, tokens: readonly Token[], sign: 1 | -1): Piece | undefined =>
  isNumberBeforeDay(tokens) ? undefined : { kind: 'before', span, sign };

/** A dash with a space after it is no minus. */
const isMinus = (tokens: readonly Token[]): boolean =>
  tokens[tokens.findIndex(({ text }) => text === '-') + 1]?.glued === true;
