import { type Captures, get, type Rule } from '../match.ts';
import { NOTHING, type Piece, type Span } from '../pieces.ts';
import type { Token } from '../tokens.ts';
import { isNumberBeforeDay } from './en-relative.ts';
import { spanOf } from './en-spans.ts';

/** What is counted from now: "in 20 minutes", "two hours later". */

export const wrong = (code: 'NOT_A_DATE' | 'NEVER' | 'TOO_OFTEN' | 'PAST') => (): Piece => ({ kind: 'wrong', code });
const shift = (c: Captures): Piece => ({ kind: 'shift', span: get<Span>(c, 'span') });
const inMinutes = (c: Captures): Piece => ({
  kind: 'shift',
  span: { ...NOTHING, milliseconds: get<number>(c, 'n') * 60_000 },
});

export const twoDigits = (number: unknown): string => String(number).padStart(2, '0');

/** What may be an hour of the clock as well as a length of time; before six nobody is up, and a day has 24 hours. */
function isHourOrLength([number, unit, ...rest]: readonly Token[]): boolean {
  const isShort = /^hrs?$/i.test(unit?.raw ?? '');
  if (!number || rest.length > 0 || !(isShort || unit?.text === 'h') || !/^\d{1,2}$/.test(number.text)) return false;
  return Number(number.text) > (isShort ? 12 : 6) && Number(number.text) < 24;
}

export const shiftRules: readonly Rule[] = [
  ['piece', 'in|within|after about|~? {span}', shift],
  ['piece', 'in exactly|another|like|maybe? {span}', shift],
  ['piece', 'in {span} time', shift],
  ['piece', "in {span} ' time", shift],
  ['piece', 'in a|an|one|{number}? {u:possessiveUnit} time', (c) => ({ kind: 'shift', span: get(c, 'u') })],
  [
    'possessiveUnit',
    "minute's|hour's|day's|week's|month's|year's",
    (_, [one]) => spanOf(1, one?.text.slice(0, -2) ?? ''),
  ],
  ['possessiveUnit', "fortnight's", () => spanOf(2, 'week')],
  ['piece', '{sameTime} next {p:periodUnit}', (c) => ({ kind: 'shift', span: spanOf(1, get(c, 'p')) })],
  ['piece', 'next {p:periodUnit} ,? {sameTime}', (c) => ({ kind: 'shift', span: spanOf(1, get(c, 'p')) })],
  ['piece', '{sameTime} {date}', sameTimeOn],
  ['piece', '{date} ,? {sameTime}', sameTimeOn],
  ['piece', '{sameTime} in {span}', (c) => sameTimeIn(get(c, 'span'))],
  ['piece', 'in {span} ,? {sameTime}', (c) => sameTimeIn(get(c, 'span'))],
  ['sameTime', 'at|about|around? the? same|this time', () => true],
  ['piece', '{span} later|hence', shift],
  ['piece', 'in|about? {span} from right? now', shift],
  ['piece', '+ {span}', shift],
  ['piece', 'now +|plus {span}', shift],
  ['piece', 'in the next {span}', shift],
  ['piece', 'in about|like|~? {n:bareMinutes}', inMinutes],
  ['piece', 'in {n:bareMinutes} or so', inMinutes],
  [
    'piece',
    'in {n:bareMinutes} ish {u:unit}?',
    (c) => (c.u === undefined || c.u === 'minute' ? inMinutes(c) : undefined),
  ],
  ['bareMinutes', '{n:number}', (c) => (get<number>(c, 'n') < 1000 ? c.n : undefined)],
  ['piece', 'for {span}', (c) => ({ kind: 'shift', span: get<Span>(c, 'span'), bare: true, during: true })],
  [
    'piece',
    '{span}',
    (c, tokens) => (isHourOrLength(tokens) ? undefined : { kind: 'shift', span: get<Span>(c, 'span'), bare: true }),
  ],
  // "21h", "2h30": the hour of the clock, or so many hours.
  [
    'piece',
    '{h:hourdigits} {hours}',
    (c, tokens) =>
      isHourOrLength(tokens) ? { kind: 'vague', instead: [`at ${twoDigits(c.h)}:00`, `in ${c.h} hours`] } : undefined,
  ],
  ['piece', '{span} before|prior|til to|ahead? of?', (c, tokens) => beside(c, tokens, -1)],
  ['piece', 'the day before', () => ({ kind: 'before', span: { ...NOTHING, days: 1 }, sign: -1 })],
  ['piece', 'the week before', () => ({ kind: 'before', span: { ...NOTHING, days: 7 }, sign: -1 })],
  ['piece', 'the day after', () => ({ kind: 'before', span: { ...NOTHING, days: 1 }, sign: 1 })],
  ['piece', '{span} after|past|from', (c, tokens) => beside(c, tokens, 1)],

  ['piece', '{span} ago|earlier', wrong('PAST')],
  ['piece', 'in? minus {span} from? now?', wrong('PAST')],
  ['piece', '- {span} from now', (_, tokens) => (isMinus(tokens) ? { kind: 'wrong', code: 'PAST' } : undefined)],
  ['piece', 'in? - {span}', (_, tokens) => (isMinus(tokens) ? { kind: 'wrong', code: 'PAST' } : undefined)],
  ['piece', 'right|just? now', wrong('PAST')],
  ['piece', 'last|yesterday night|morning|afternoon|evening', wrong('PAST')],
  ['piece', 'in the past', wrong('PAST')],
  ['piece', 'just|but? once|only', () => ({ kind: 'note' })],
  ['piece', 'one time only?', () => ({ kind: 'note' })],
  ['piece', 'at? {badClock} am|pm?', wrong('NOT_A_DATE')],
  ['piece', 'never', wrong('NEVER')],
];

/** "Same time tomorrow". */
function sameTimeOn(c: Captures): Piece {
  return { kind: 'moment', moment: { date: get(c, 'date'), time: { same: true } } };
}

function sameTimeIn(span: Span): Piece | undefined {
  return span.milliseconds === 0 ? { kind: 'shift', span } : undefined;
}

function beside(c: Captures, tokens: readonly Token[], sign: 1 | -1): Piece | undefined {
  return isNumberBeforeDay(tokens) ? undefined : { kind: 'before', span: get<Span>(c, 'span'), sign };
}

/** A dash with a space after it is no minus. */
function isMinus(tokens: readonly Token[]): boolean {
  return tokens[tokens.findIndex(({ text }) => text === '-') + 1]?.glued === true;
}
