import { type Captures, get, type Rule } from '../match.ts';
import {
  type Clock,
  type DateSpec,
  type DaySet,
  type Moment,
  NOTHING,
  type Piece,
  type Span,
  type TimeSpec,
  type Unit,
} from '../pieces.ts';
import { spanOf } from './en-spans.ts';

/** Where a series starts and ends, what it leaves out, and several times of a day. */

const until = (piece: Moment, inclusive = false): Extract<Piece, { kind: 'until' }> => ({
  kind: 'until',
  piece,
  inclusive,
});
const moment = (c: Captures): Moment => get<Moment>(c, 'moment');

/** "Dec 4" is a date, not four o'clock in December. */
function timed(c: Captures): Moment | undefined {
  const date = get<DateSpec>(c, 'date');
  return date.type === 'period' && date.vague
    ? undefined
    : { date, time: get<TimeSpec>(c, 'time'), offset: c.offset as string | undefined };
}

/** "11pm tonight", "8 tomorrow morning": the part of the day says which half of it. */
function inPart(c: Captures, today?: true): Moment | undefined {
  const { clock } = get<TimeSpec>(c, 'time');
  const part = today ? 'tonight' : get<TimeSpec>(c, 'part').part;
  if (!clock || (c.date !== undefined && get<DateSpec>(c, 'date').type === 'period')) return undefined;
  return { ...(today ? {} : { date: get<DateSpec>(c, 'date') }), time: { clock, part, ...(today && { today }) } };
}

/** On each day of that length. */
function lasting(span: Span | undefined): Piece | undefined {
  return span && { kind: 'lasting', span, daily: true };
}

function led(moment: Moment | undefined): Moment | undefined {
  return moment && { ...moment, led: true };
}

export const limitRules: readonly Rule[] = [
  ['moment', '{date}', (c): Moment => ({ date: get(c, 'date') })],
  ['moment', '{date} ,|at? {time}', timed],
  ['moment', '{date} {time} {offset}', timed],
  ['moment', '{time} on? {date}', (c) => led(timed(c))],
  ['moment', '{time}', (c): Moment => ({ time: get(c, 'time') })],
  ['moment', '{time} tonight', (c) => led(inPart(c, true))],
  ['moment', 'tonight ,? {time}', (c) => inPart(c, true)],
  ['moment', '{time} {date} {part}', (c) => led(inPart(c))],
  ['moment', '{date} {part} ,? {time}', (c) => inPart(c)],
  ['moment', 'in {span}', (c): Moment => ({ shift: get(c, 'span') })],
  ['moment', '{span} from now', (c): Moment => ({ shift: get(c, 'span') })],
  ['limit', 'until {moment}', (c) => until(moment(c))],
  ['limit', 'through {moment}', (c) => until(moment(c), true)],
  ['limit', 'up until|to {moment}', (c) => until(moment(c))],
  ['limit', 'up to and|& including {moment}', (c) => until(moment(c), true)],
  ['limit', 'ending on|at|by? {moment}', (c) => until(moment(c))],
  ['limit', 'to {moment}', (c) => ({ ...until(moment(c)), tied: true })],
  ['limit', 'until the rest of the {u:unit}', (c) => until(rest(get(c, 'u')))],
  ['limit', 'for the rest of the|this? {u:unit}', (c) => until(rest(get(c, 'u')))],
  ['limit', 'starting|from|effective on|from|at|as? of? {moment}', (c) => ({ kind: 'start', piece: moment(c) })],
  ['limit', 'as of {moment}', (c) => ({ kind: 'start', piece: moment(c) })],
  ['limit', 'starting|effective now', () => ({ kind: 'note' })],
  ['limit', 'from now on', () => ({ kind: 'note' })],
  ['limit', 'next : {moment}', (c) => ({ kind: 'start', piece: moment(c) })],
  ['limit', 'for {span}', (c) => ({ kind: 'lasting', span: get(c, 'span') })],
  ['limit', 'for|over the? next|following|coming {span}', (c) => lasting(get(c, 'span'))],
  ['limit', 'the? next|following|coming {n:number} day', (c) => lasting({ ...NOTHING, days: get(c, 'n') })],
  ['limit', 'for|over|during the next|following|coming {u:unit}', (c) => lasting(spanOf(1, get(c, 'u')))],
  ['limit', ',|for the? next? {number} times', (c) => ({ kind: 'count', count: get(c, 'number') })],
  ['limit', 'the? next? {number} times', (c) => ({ kind: 'count', count: get(c, 'number'), loose: true })],
  ['limit', 'for? {number} x', (c) => ({ kind: 'count', count: get(c, 'number') })],
  ['limit', '{leaving} {onSuch}? {exception}', (c) => ({ kind: 'except', days: get(c, 'exception') })],
  ['limit', '{leaving} {onSuch}? {singles}', (c) => ({ kind: 'except', days: { once: get(c, 'singles') } })],
  ['singles', '{date}', (c) => (isSingle(get(c, 'date')) ? [c.date] : undefined)],
  [
    'singles',
    '{date} ,|and|or on? {singles}',
    (c) => (isSingle(get(c, 'date')) ? [c.date, ...get<DateSpec[]>(c, 'singles')] : undefined),
  ],
  ['limit', '{leaving} {whenIt} {exception}', (c) => ({ kind: 'except', days: get(c, 'exception') })],
  ['limit', 'unless {whenIt}? {exception}', (c) => ({ kind: 'except', days: get(c, 'exception') })],
  ['limit', 'unless on|a|an|the {exception}', (c) => ({ kind: 'except', days: get(c, 'exception') })],
  ['limit', '{asLong} {itIs} not {aSuch}? {exception}', (c) => ({ kind: 'except', days: get(c, 'exception') })],
  ['limit', "{asLong} it isn't {aSuch}? {exception}", (c) => ({ kind: 'except', days: get(c, 'exception') })],
  ['limit', 'when|if not {onSuch}? {exception}', (c) => ({ kind: 'except', days: get(c, 'exception') })],
  ['limit', 'with? {exception} off|excluded|excepted', (c) => plurally(get(c, 'exception'))],
  ['limit', 'no {exception}', (c) => plurally(get(c, 'exception'))],
  ['leaving', 'except|besides|sans|save|bar|barring|minus|skipping|skip|omitting|without', () => true],
  ['leaving', 'apart|aside from', () => true],
  ['leaving', 'other than', () => true],
  ['leaving', 'with the exception of', () => true],
  ['leaving', 'but|and|only|just? not|never', () => true],
  ['leaving', 'but? not including|counting', () => true],
  ['leaving', 'leaving out', () => true],
  ['leaving', 'but|and skip|skipping', () => true],
  ['leaving', 'but', () => true],
  ['leaving', 'other', (_, [, next]) => next?.text === 'on' || undefined],
  ['onSuch', 'on|for|in|at|over|during the|a|an?', () => true],
  ['onSuch', 'the|a|an', () => true],
  ['aSuch', 'a|an|the|on', () => true],
  ['whenIt', 'if|when|whenever|that? {itIs} {aSuch}?', () => true],
  ['itIs', "it's|its|that's", () => true],
  ['itIs', 'it|that is|falls|lands on?', () => true],
  ['asLong', 'if|when|whenever|provided|providing|assuming', () => true],
  ['asLong', 'as long as', () => true],
  ['exception', '{wdList}', (c) => c.wdList],
  // "Every day except Saturday or Sunday": neither of them.
  ['exception', '{wdList} or on? {more:wdList}', (c) => alike(get(c, 'wdList'), get(c, 'more'))],
  ['exception', 'weekend', (): DaySet => ({ weekdays: [6, 7] })],
  ['exception', '{yearDates}', (c): DaySet => ({ dates: get(c, 'yearDates') })],
  ['exception', '{holiday}', (c): DaySet => ({ holiday: get(c, 'holiday') })],
  ['exception', '{nthDays}', (c): DaySet => ({ nth: get(c, 'nthDays') })],
  ['exception', '{nthDays} of|in the|each|every? month', (c): DaySet => ({ nth: get(c, 'nthDays') })],
  ['exception', '{nthDays} of|in {months}', (c): DaySet => ({ nth: get(c, 'nthDays'), months: get(c, 'months') })],
  ['exception', '{monthDays}', (c): DaySet => ({ monthDays: get(c, 'monthDays') })],
  ['exception', '{months}', (c): DaySet => ({ months: get(c, 'months') })],

  ['times', '{a:timeItem} and {b:timeItem}', (c) => [c.a, c.b]],
  ['times', '{a:timeItem} , {times}', (c) => [c.a, ...get<TimeSpec[]>(c, 'times')]],
  ['times', '{a:timeItem} , and {b:timeItem}', (c) => [c.a, c.b]],
  ['timeItem', '{time}', (c) => c.time],
  // "8am 8pm daily", "at 8am/8pm".
  ['times', 'at? {a:fullTime} /|? {b:fullTime}', (c) => [c.a, c.b]],
  ['fullTime', '{clock}', (c) => (get<Clock>(c, 'clock').weak ? undefined : { clock: c.clock })],
];

/** "Tomorrow", "next Friday", "24 Dec 2026", "next week": days that come once; "Friday", "24 Dec" come again. */
function isSingle(date: DateSpec): boolean {
  if (date.type === 'weekday' || date.type === 'weekend') return /^(?:this|next|coming)$/.test(date.which);
  if (date.type === 'period') return date.unit === 'week' && date.edge === 'whole';
  return date.type === 'offset' || ('year' in date && date.year !== undefined);
}

function alike(one: DaySet, other: DaySet): DaySet {
  return { ...one, ...other, weekdays: [...(one.weekdays ?? []), ...(other.weekdays ?? [])] };
}

/** "Sundays off", "no weekends": several of them, as a Friday off is a single one. */
function plurally(days: DaySet): Piece | undefined {
  return days.plural || (days.weekdays?.length ?? 0) > 1 ? { kind: 'except', days } : undefined;
}

function rest(unit: Unit): Moment {
  return { date: { type: 'period', unit, which: 0, edge: 'end' } };
}
