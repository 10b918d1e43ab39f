import { MINUTE } from '../civil.ts';
import { type DateSpec, NOTHING, type Piece, type Span, type Unit } from '../pieces.ts';
import type { Token } from '../tokens.ts';
import { days, isNumberBeforeDay } from './en-relative.ts';
import { spanOf } from './en-spans.ts';
import { piece, rule } from './grammar.ts';

/** What is counted from now: "in 20 minutes", "two hours later". */

export const wrong = (code: 'NOT_A_DATE' | 'NEVER' | 'TOO_OFTEN' | 'PAST') => (): Piece => ({ kind: 'wrong', code });

const shift = ({ span }: { span: Span | undefined }): Piece | undefined => span && { kind: 'shift', span };
const minutes = (count: number): Piece => ({ kind: 'shift', span: { ...NOTHING, milliseconds: count * MINUTE } });

export const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** What may be an hour of the clock as well as a length of time; before six nobody is up, and a day has 24 hours. */
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
    isHourOrLength(tokens) ? { kind: 'vague', instead: [`at ${twoDigits(h)}:00`, `in ${h} hours`] } : undefined,
  ),
  piece('{span} before|prior|til to|ahead? of?', (c, tokens) => beside(c.span, tokens, -1)),
  piece('the day before', () => ({ kind: 'before', span: days(1), sign: -1 })),
  piece('the week before', () => ({ kind: 'before', span: days(7), sign: -1 })),
  piece('the day after', () => ({ kind: 'before', span: days(1), sign: 1 })),
  piece('{span} after|past|from', (c, tokens) => beside(c.span, tokens, 1)),

  piece('< {span} ago|earlier || in? minus {span} from? now? || right|just? now || in the past >', wrong('PAST')),
  piece('< - {span} from now || in? - {span} >', (_, tokens) => (isMinus(tokens) ? wrong('PAST')() : undefined)),
  piece('last|yesterday night|morning|afternoon|evening', wrong('PAST')),
  piece('< just|but? once|only || one time only? >', () => ({ kind: 'note' })),
  piece('at? {badClock} am|pm?', wrong('NOT_A_DATE')),
  piece('never', wrong('NEVER')),
];

/** "Same time tomorrow". */
const sameTimeOn = (date: DateSpec): Piece => ({ kind: 'moment', moment: { date, time: { same: true } } });

const beside = (span: Span, tokens: readonly Token[], sign: 1 | -1): Piece | undefined =>
  isNumberBeforeDay(tokens) ? undefined : { kind: 'before', span, sign };

/** A dash with a space after it is no minus. */
const isMinus = (tokens: readonly Token[]): boolean =>
  tokens[tokens.findIndex(({ text }) => text === '-') + 1]?.glued === true;
