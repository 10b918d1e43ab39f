import type { DateSpec, DaySet, Moment, Piece, Span, TimeSpec, Unit } from '../pieces.ts';
import { wholeYear } from './en-periods.ts';
import { days, spanOf } from './en-spans.ts';
import { limit, piece, rule } from './grammar.ts';

/** Limits of a series: start, end, exceptions, several times of a day. */

const until = (moment: Moment, inclusive = false): Extract<Piece, { kind: 'until' }> => ({
  kind: 'until',
  moment,
  inclusive,
});
const start = (moment: Moment): Extract<Piece, { kind: 'start' }> => ({ kind: 'start', moment });
const except = (days: DaySet): Piece => ({ kind: 'except', days });
const count = (number: number, more: { loose?: true } = {}): Piece => ({ kind: 'count', count: number, ...more });

interface Timed {
  date: DateSpec;
  time: TimeSpec;
  offset?: string;
}

/** "Dec 4" is a date, not four o'clock in December. */
const timed = ({ date, time, offset }: Timed): Moment | undefined =>
  date.type === 'period' && date.vague ? undefined : { date, time, offset };

/** "8 tomorrow morning": the part of the day says which half of it. */
const inPart = ({ date, time, part }: Timed & { part: TimeSpec }): Moment | undefined =>
  !time.clock || date.type === 'period' ? undefined : { date, time: { clock: time.clock, part: part.part } };

/** "11pm tonight". */
const tonight = ({ clock }: TimeSpec): Moment | undefined => clock && { time: { clock, part: 'tonight', today: true } };

/** The time that stands first is that of the date. */
const led = (moment: Moment | undefined): Moment | undefined => moment && { ...moment, led: true };

/** On each day of that length. */
const lasting = (span: Span | undefined): Piece | undefined => span && { kind: 'lasting', span, daily: true };

/** The end of a unit of time that runs. */
const rest = (unit: Unit) => until({ date: { type: 'period', unit, which: 0, edge: 'end' } });

/** "Every year until 2030": of what comes yearly, four digits are no clock time. Tried before the limits that take them for one. */
export const yearLimits = [
  piece('until|through {year}', (c, [word]) => ({
    ...until({ date: wholeYear(c.year) }, word?.text === 'through'),
    yearly: true,
  })),
  piece('< starting|from || as of > {year}', (c) => ({ ...start({ date: wholeYear(c.year) }), yearly: true })),
];

export const limitRules = [
  rule('moment', '{date}', (c) => c),
  rule('moment', '{date} ,|at? {time}', timed),
  rule('moment', '{date} {time} {offset}', timed),
  rule('moment', '{time} on? {date}', (c) => led(timed(c))),
  rule('moment', '{time}', (c) => c),
  rule('moment', '{time} tonight', (c) => led(tonight(c.time))),
  rule('moment', 'tonight ,? {time}', (c) => tonight(c.time)),
  rule('moment', '{time} {date} {part}', (c) => led(inPart(c))),
  rule('moment', '{date} {part} ,? {time}', inPart),
  rule('moment', '< in {shift:span} || {shift:span} from now >', (c) => c),
  limit('< until || up until|to || ending on|at|by? > {moment}', (c) => until(c.moment)),
  limit('< through || up to and|& including > {moment}', (c) => until(c.moment, true)),
  limit('to {moment}', (c) => ({ ...until(c.moment), tied: true })),
  limit('< until the || for the > rest of the|this? {u:unit}', (c) => rest(c.u)),
  limit('< starting|from|effective on|from|at|as? of? || as of || next : > {moment}', (c) => start(c.moment)),
  limit('< starting|effective now || from now on >', () => ({ kind: 'note' })),
  limit('for {span}', (c) => ({ kind: 'lasting', ...c })),
  limit('for|over the? next|following|coming {span}', (c) => lasting(c.span)),
  limit('the? next|following|coming {n:number} day', (c) => lasting(days(c.n))),
  limit('for|over|during the next|following|coming {u:unit}', (c) => lasting(spanOf(1, c.u))),
  limit(',|for the? next? {number} times', (c) => count(c.number)),
  limit('the? next? {number} times', (c) => count(c.number, { loose: true })),
  limit('for? {number} x', (c) => count(c.number)),
  limit('{leaving} < {onSuch}? || {whenIt} > {exception}', (c) => except(c.exception)),
  limit('{leaving} {onSuch}? {singles}', (c) => except({ once: c.singles })),
  rule('singles', '{date}', (c) => (isSingle(c.date) ? [c.date] : undefined)),
  rule('singles', '{date} ,|and|or on? {singles}', (c) => (isSingle(c.date) ? [c.date, ...c.singles] : undefined)),
  limit('unless < {whenIt}? || on|a|an|the > {exception}', (c) => except(c.exception)),
  limit("{asLong} < {itIs} not || it isn't > {aSuch}? {exception}", (c) => except(c.exception)),
  limit('when|if not {onSuch}? {exception}', (c) => except(c.exception)),
  limit('< no {exception} || with? {exception} off|excluded|excepted >', (c) => plurally(c.exception)),
  rule('leaving', 'except|besides|sans|save|bar|barring|minus|skipping|skip|omitting|without|but', () => true),
  rule('leaving', '< apart|aside from || other than || with the exception of || leaving out >', () => true),
  rule('leaving', '< but|and|only|just? not|never || but|and skip|skipping >', () => true),
  rule('leaving', 'but? not including|counting', () => true),
  rule('leaving', 'other', (_, [, next]) => next?.text === 'on' || undefined),
  rule('onSuch', '< on|for|in|at|over|during the|a|an? || the|a|an >', () => true),
  rule('aSuch', 'a|an|the|on', () => true),
  rule('whenIt', 'if|when|whenever|that? {itIs} {aSuch}?', () => true),
  rule('itIs', "< it's|its|that's || it|that is|falls|lands on? >", () => true),
  rule('asLong', '< if|when|whenever|provided|providing|assuming || as long as >', () => true),
  rule('exception', '{wdList}', (c) => c.wdList),
  // "Every day except Saturday or Sunday": neither of them.
  rule('exception', '{wdList} or on? {more:wdList}', (c) => alike(c.wdList, c.more)),
  rule('exception', 'weekend', () => ({ weekdays: [6, 7] })),
  rule('exception', '{dates:yearDates}', (c) => c),
  rule('exception', '{holiday}', (c) => c),
  rule('exception', '{nth:nthDays}', (c) => c),
  rule('exception', '{nth:nthDays} of|in the|each|every? month', (c) => c),
  rule('exception', '{nth:nthDays} of|in {months}', (c) => c),
  rule('exception', '{monthDays}', (c) => c),
  rule('exception', '{months}', (c) => c),

  rule('times', '{a:timeItem} ,? and {b:timeItem}', (c) => [c.a, c.b]),
  rule('times', '{a:timeItem} , {times}', (c) => [c.a, ...c.times]),
  rule('timeItem', '{time}', (c) => c.time),
  // "8am 8pm daily", "at 8am/8pm".
  rule('times', 'at? {a:fullTime} /|? {b:fullTime}', (c) => [c.a, c.b]),
  rule('fullTime', '{clock}', (c) => (c.clock.weak ? undefined : c)),
];

/** "Tomorrow", "next Friday", "24 Dec 2026", "next week": days that come once; "Friday", "24 Dec" come again. */
function isSingle(date: DateSpec): boolean {
  if (date.type === 'weekday' || date.type === 'weekend') return /^(?:this|next|coming)$/.test(date.which);
  if (date.type === 'period') return date.unit === 'week' && date.edge === 'whole';
  return date.type === 'offset' || ('year' in date && date.year !== undefined);
}

const alike = (one: DaySet, other: DaySet): DaySet => ({
  ...one,
  ...other,
  weekdays: [...(one.weekdays ?? []), ...(other.weekdays ?? [])],
});

/** "Sundays off", "no weekends": several of them, as a Friday off is a single one. */
const plurally = (days: DaySet): Piece | undefined =>
  days.plural || (days.weekdays?.length ?? 0) > 1 ? except(days) : undefined;
