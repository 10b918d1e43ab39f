/** Exceptions of a series. The words behind "except" say that and nothing else. */
import { dayOf, monthsFrom, ymdOf } from '../civil.ts';
import type { DateSpec, DaySet, Piece } from '../pieces.ts';
import { ORDINALS } from './en-words.ts';
import { limit, rule } from './grammar.ts';
import type { Token } from './tokens.ts';

const except = (days: DaySet[]): Piece => ({ kind: 'except', days });

export const exceptionRules = [
  limit('{leaving} < {onSuch}? || {whenIt} > {exceptions}', (c) => except(c.exceptions)),
  limit('unless < {whenIt}? || on|a|an|the > {exceptions}', (c) => except(c.exceptions)),
  limit("{asLong} < {itIs} not || it isn't > {aSuch}? {exceptions}", (c) => except(c.exceptions)),
  limit('when|if not {onSuch}? {exceptions}', (c) => except(c.exceptions)),
  limit('< no {wdList} || with? {wdList} off|excluded|excepted >', (c) => plurally(c.wdList)),
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

  limit('< in february >? only in leap year', () => ({ kind: 'note' })),

  rule('exceptions', '{exception}', (c) => [c.exception]),
  // "Every day except Saturday or Sunday": neither of them.
  rule('exceptions', '{exception} < ,|and|or || , and|or > {onSuch}? {exceptions}', (c) =>
    // "The second Tuesday in March and the first in April" is no 1 April.
    c.exception.nth && c.exceptions[0]?.monthDays ? undefined : [c.exception, ...c.exceptions],
  ),
  rule('exception', '{wdList}', (c) => c.wdList),
  rule('exception', 'weekend', () => ({ weekdays: WEEKEND })),
  rule('exception', '{wdList} in|of|during|throughout {monthSpan}', (c) => ({ ...c.wdList, months: c.monthSpan })),
  rule('exception', 'weekend in|of|during|throughout {monthSpan}', (c) => ({ weekdays: WEEKEND, months: c.monthSpan })),
  rule('exception', '{dates:dateRun}', (c) => c),
  rule('exception', '{holiday}', (c) => c),
  rule('exception', '{nth:nthDays}', (c) => c),
  rule('exception', '{nth:nthDays} of|in the|each|every? month', (c) => c),
  rule('exception', '{nth:nthDays} of|in {months:monthSpan}', (c) => c),
  // "Every Monday in May except the second" is no 2 May.
  rule('exception', '{monthDays}', (c, tokens) => (isOrdinalWord(tokens) ? undefined : c)),
  rule('exception', '{monthDays} of|in the|each|every? month', (c) => c),
  rule('exception', '{monthDays} of|in {months:monthSpan}', (c, tokens) => (isOrdinalWord(tokens) ? undefined : c)),
  rule('exception', '{anyWeekday} the? {ordinal}', (c) => ({
    nth: [{ nth: 0, weekday: c.anyWeekday }],
    monthDays: [c.ordinal],
  })),
  rule('exception', '{months:monthSpan}', (c) => c),
  rule('exception', '{date}', (c) => (isSingle(c.date) ? { once: [c.date] } : undefined)),
  rule('exception', 'from|between? {a:date} to|until|through|-|and {b:date}', (c, tokens) =>
    isSingle(c.a) && isSingle(c.b) && isRun(tokens) ? { between: [c.a, c.b] } : undefined,
  ),

  rule('monthSpan', '{months}', (c) => c.months),
  rule('monthSpan', 'from? {a:month} to|until|through|- {b:month}', (c) => monthsFrom(c.a, c.b)),
  rule('monthSpan', 'between {a:month} and {b:month}', (c) => monthsFrom(c.a, c.b)),
  rule('dateRun', '{yearDates}', (c) => c.yearDates),
  rule('dateRun', '{month} {dayRow}', (c) => c.dayRow.map((day) => ({ month: c.month, day }))),
  rule('dateRun', 'from|between? {a:yearDate} to|until|through|-|and {b:yearDate}', (c, tokens) =>
    isRun(tokens) ? datesFrom(c.a, c.b) : undefined,
  ),
  rule('dateRun', 'from|between? {r:dayRun} of? {month}', inOneMonth),
  rule('dateRun', 'from|between? {month} {r:dayRun}', inOneMonth),
  rule('dayRow', '{a:rawDay} , {b:rawDay}', (c) => [c.a, c.b]),
  rule('dayRow', '{a:rawDay} , {dayRow}', (c) => [c.a, ...c.dayRow]),
];

const WEEKEND = [6, 7];

const isOrdinalWord = (tokens: readonly Token[]): boolean =>
  tokens.some(({ text }) => Object.hasOwn(ORDINALS, text)) && !tokens.some(({ text }) => text === 'day');

/** "24 to 26", "between 24 and 26"; "24 and 26" are two days. */
const isRun = (tokens: readonly Token[]): boolean =>
  (tokens[0]?.text === 'between') === tokens.some(({ text }, at) => at > 0 && text === 'and');

interface YearDate {
  month: number;
  day: number;
}

/** Any leap year and the next one, so that a stretch may cross New Year. */
function datesFrom(a: YearDate, b: YearDate): YearDate[] {
  const from = dayOf(2_000, a.month, a.day);
  const to = dayOf(2_000, b.month, b.day);
  const last = to < from ? dayOf(2_001, b.month, b.day) : to;
  return Array.from({ length: last - from + 1 }, (_, at) => {
    const { month, day } = ymdOf(from + at);
    return { month, day };
  });
}

function inOneMonth({ r: [a, b], month }: { r: readonly [number, number]; month: number }, tokens: readonly Token[]) {
  return isRun(tokens) ? datesFrom({ month, day: a }, { month, day: b }) : undefined;
}

/** "Tomorrow", "next Friday", "24 Dec 2026", "next week": days that come once; "Friday", "24 Dec" come again. */
function isSingle(date: DateSpec): boolean {
  if (date.type === 'weekday' || date.type === 'weekend') return /^(?:this|next|coming)$/.test(date.which);
  if (date.type === 'period') return date.edge === 'whole' && date.month === undefined && date.which >= 0;
  // "Monday 7 December" is one of them; "Friday the 13th" comes again.
  if (date.type === 'both') return date.date.type !== 'monthday' || date.date.month !== undefined;
  if (date.type === 'moved') return isSingle(date.base);
  return date.type === 'offset' || ('year' in date && date.year !== undefined);
}

/** "Sundays off", "no weekends": several of them, as a Friday off is a single one. */
const plurally = (days: DaySet): Piece | undefined =>
  days.plural || (days.weekdays?.length ?? 0) > 1 ? except([days]) : undefined;
