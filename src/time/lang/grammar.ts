import type {
  Clock,
  DateSpec,
  DaySet,
  Moment,
  NthTarget,
  NthWeekday,
  PartName,
  Piece,
  Span,
  TimeSpec,
  Unit,
} from '../pieces.ts';
import type { Rule, Terminal } from './match.ts';
import type { Token } from './tokens.ts';

/** Interval: every `n` units; `step` milliseconds, where that is not made of whole days. */
export interface Cycle {
  unit: Unit;
  n: number;
  step?: number;
}

type Names<S extends string> = S extends `${infer Name} ${infer Rest}` ? Name | Names<Rest> : S;
type ByName<T, S extends string> = Record<Names<S>, T>;

type Values = ByName<
  number,
  | 'digits numword tensword onesword decimal fraction ordtoken ordword ordones number ordinal amount halfOrMore'
  | 'hourdigits hourword twodigits minuteword minutes minutesTo spokenMinutes bareMinutes timesWord nightHour'
  | 'weekday weekdayPlural anyWeekday month year shortYear laterYear dayDigits yearSuffix signedYear weekOrTwo'
  | 'inWeek weekNumber monthDay nthWord rawNumber rawOrdinal rawDay'
> &
  ByName<Clock, 'colonclock dotclock compact partclock compact4 zeroclock hour fullHour clock hourH'> &
  ByName<TimeSpec, 'part time timeItem fullTime wholePart'> &
  ByName<DateSpec, 'date monthDate yearFirst isoDate slashDate fullDotDate dotDate todayOrTomorrow'> &
  ByName<Span, 'span oneSpan possessiveUnit'> &
  ByName<DaySet, 'exception wd wdList numbered dated onDays dayAndDate'> &
  ByName<Piece, 'piece range limit recurring zone'> &
  ByName<Unit, 'unit unitword periodUnit'> &
  ByName<Cycle, 'cycle adverb'> &
  ByName<number[], 'monthDays nthList months monthSpan dayRow daysRow'> &
  ByName<DaySet[], 'exceptions'> &
  ByName<NthWeekday[], 'nthDays nthDaysList'> &
  ByName<{ month: number; day: number }[], 'yearDates dateRun'> &
  ByName<'am' | 'pm', 'half gluedHalf'> &
  ByName<PartName, 'partPlural'> &
  ByName<
    string,
    | 'zoneToken abbreviation placeStart placeWord offsetHours zulu place offset usRegion region holiday'
    | 'raw rawPlural rawMonth clockWords dateWords spanWords'
  > &
  ByName<
    true,
    'gluedH letterH hours badClock clockPrefix clockSuffix partPrefix sameTime sameDay leaving onSuch aSuch whenIt itIs asLong'
  > &
  ByName<readonly [number, number], 'slashed neighbours dashed dayRun'> & {
    dashrange: { from: Clock; to: Clock };
    dayYear: { day: number; year: number };
    inMonth: { inMonth: number; monthly?: true };
    moment: Moment;
    nthTarget: NthTarget;
    times: TimeSpec[];
    yearDate: { month: number; day: number };
  };

type Label<P> = P extends `${infer Name}:${string}` ? Name : P;
type Value<P> = P extends `${string}:${infer Name}` ? Value<Name> : P extends keyof Values ? Values[P] : never;
type Word<W> = W extends `{${infer P}}?`
  ? { [K in Label<P> & string]?: Value<P> }
  : W extends `{${infer P}}`
    ? { [K in Label<P> & string]: Value<P> }
    : object;

/** Captures of a pattern: `{h:hour} {half}?` gives `{ h: Clock, half?: 'am' | 'pm' }`. */
type CapturesOf<P extends string> = P extends `${infer W} ${infer Rest}` ? Word<W> & CapturesOf<Rest> : Word<P>;

/** A rule of the grammar: what `name` may be made of, and what that means; see match.ts for the patterns. */
export const rule = <N extends keyof Values, P extends string>(
  name: N,
  pattern: P,
  build: (captures: CapturesOf<P>, words: readonly Token[]) => Values[N] | undefined,
): Rule => [name, pattern, build];

const ruleFor =
  <N extends keyof Values>(name: N) =>
  <P extends string>(pattern: P, build: (captures: CapturesOf<P>, words: readonly Token[]) => Values[N] | undefined) =>
    rule(name, pattern, build);

export const [piece, date, recurring] = [ruleFor('piece'), ruleFor('date'), ruleFor('recurring')];
export const [limit, time, monthDate] = [ruleFor('limit'), ruleFor('time'), ruleFor('monthDate')];

export type Terminals = { readonly [N in keyof Values]?: (token: Token) => Values[N] | undefined } & Record<
  string,
  Terminal
>;
