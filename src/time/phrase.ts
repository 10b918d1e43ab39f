import { english } from './lang/en.ts';
import type { Match } from './match.ts';
import type { DateSpec, DaySet, Moment, PartName, Piece, Recur, Span, TimeSpec } from './pieces.ts';
import { type Stretch, type Token, wordAt } from './tokens.ts';

type Range = Extract<Piece, { kind: 'range' }>;
type Wrong = Extract<Piece, { kind: 'wrong' }>['code'];

/** The pieces of one "when", each in its place. What they mean together is for `interpret.ts`. */
export interface Phrase {
  dates: DateSpec[];
  time?: TimeSpec;
  times?: TimeSpec[];
  range?: Range;
  shift?: { span: Span; bare: boolean; during: boolean };
  before?: { span: Span; sign: 1 | -1 };
  recurs: Recur[];
  days?: DaySet;
  start?: Moment;
  /** `whole`: a month or week that is named belongs to it ("through March"). */
  until?: { moment: Moment; whole: boolean };
  lasting?: Span;
  /** On each day of that length. */
  daily?: boolean;
  count?: number;
  /** The count may be that of each day. */
  loose?: boolean;
  excepts: DaySet[];
  zone?: string;
  /** Which of two equal times of that zone is meant: `+01:00`. */
  offset?: string;
  /** Series that stand before this one: "Mondays at 9 and …". */
  earlier: Phrase[];
  wrong?: Wrong;
  /** The pieces in the order in which they were said, by token. */
  placed: readonly Placed[];
  /** Where words with several meanings stand, and what to read instead of them. */
  vague?: { from: number; to: number; instead: readonly string[]; certain: boolean };
}

export interface Placed {
  from: number;
  to: number;
  piece: Piece;
}

const EMPTY: Phrase = { dates: [], recurs: [], excepts: [], earlier: [], placed: [] };

/** `phrase` with one more piece; undefined when there is no room for it. */
function extend(
  phrase: Phrase,
  piece: Piece,
  place: { from: number; to: number; joined: boolean },
): Phrase | undefined {
  switch (piece.kind) {
    case 'note':
      return phrase;
    case 'wrong':
      return { ...phrase, wrong: piece.code };
    case 'vague':
      return phrase.vague
        ? undefined
        : { ...phrase, vague: { ...place, instead: piece.instead, certain: piece.certain === true } };
    case 'moment':
      return withMoment(phrase, piece.moment);
    case 'date':
      return withDate(phrase, piece.date, place.joined);
    case 'days':
      return phrase.days ? undefined : { ...phrase, days: piece.days };
    case 'time':
      return withTime(phrase, piece.time);
    case 'times':
      return phrase.time || phrase.times || phrase.range ? undefined : { ...phrase, times: piece.times };
    case 'range':
      return phrase.range || phrase.times || phrase.time?.clock ? undefined : { ...phrase, range: piece };
    case 'shift':
      return phrase.shift
        ? undefined
        : {
            ...phrase,
            shift: { span: piece.span, bare: piece.bare === true, during: piece.during === true },
          };
    case 'before':
      return phrase.before ? undefined : { ...phrase, before: { span: piece.span, sign: piece.sign } };
    case 'recur':
      return withRecur(phrase, piece.recur, place.joined);
    case 'start':
      return phrase.start ? undefined : { ...phrase, start: piece.piece };
    case 'until':
      if (phrase.until || (piece.tied && !phrase.start)) return undefined;
      return { ...phrase, until: { moment: piece.piece, whole: piece.inclusive } };
    case 'lasting':
      if (phrase.lasting) return undefined;
      return { ...phrase, lasting: piece.span, ...(piece.daily ? { daily: true } : {}) };
    case 'count':
      if (phrase.count !== undefined) return undefined;
      return { ...phrase, count: piece.count, ...(piece.loose ? { loose: true } : {}) };
    case 'except':
      return { ...phrase, excepts: [...phrase.excepts, piece.days] };
    case 'zone':
      if (phrase.zone !== undefined || !hasTime(phrase)) return undefined;
      return { ...phrase, zone: piece.words, ...(piece.offset === undefined ? {} : { offset: piece.offset }) };
  }
}

const hasTime = ({ time, times, range, recurs, dates }: Phrase): boolean =>
  time !== undefined || times !== undefined || range !== undefined || recurs.length > 0 || dates.length > 0;

function withMoment(phrase: Phrase, { date, time }: Moment): Phrase | undefined {
  const dated = date ? withDate(phrase, date, false) : phrase;
  return dated && time ? withTime(dated, time) : dated;
}

function withDate(phrase: Phrase, date: DateSpec, joined: boolean): Phrase | undefined {
  // "Text April at 9 and May".
  if (joined && date.type === 'period' && date.vague) return undefined;
  const weekday = date.type === 'weekday' && date.which === 'bare' ? date.weekday : undefined;
  if (joined && weekday !== undefined && phrase.recurs.length > 0 && phrase.time) {
    return another(phrase, { freq: 'WEEKLY', interval: 1, days: { weekdays: [weekday] } });
  }
  return phrase.dates.length < 2 ? { ...phrase, dates: [...phrase.dates, date] } : undefined;
}

function withTime(phrase: Phrase, time: TimeSpec): Phrase | undefined {
  // "Every 20 minutes from 19:00 to 20:00 tonight".
  if (phrase.range?.from.exact && time.today && !time.clock)
    return withDate(phrase, { type: 'offset', days: 0 }, false);
  if (phrase.times || phrase.range) return undefined;
  const known = phrase.time;
  if (!known) return { ...phrase, time };
  // "tomorrow evening at 7": the part says which 7 is meant.
  if ((known.clock && time.clock) || known.same || time.same) return undefined;
  // "Tomorrow noon lunch": the meal.
  if ((known.clock && time.part === 'lunch') || (known.part === 'lunch' && time.clock)) return undefined;
  const part = known.part && time.part ? narrower(known.part, time.part) : (known.part ?? time.part);
  if (known.part && part === undefined) return undefined;
  const today = known.today === true || time.today === true;
  return { ...phrase, time: { clock: known.clock ?? time.clock, part, today } };
}

/** "Early tomorrow morning", "late this evening": the word for the edge of the part counts. */
function narrower(a: PartName, b: PartName): PartName | undefined {
  if (a === b) return a;
  const parts = [a, b];
  if (parts.includes('early') && parts.includes('morning')) return 'early';
  return parts.includes('late') && parts.some((part) => LATE_PARTS.has(part)) ? 'late' : undefined;
}

const LATE_PARTS: ReadonlySet<PartName> = new Set<PartName>(['evening', 'night', 'tonight']);

function withRecur(phrase: Phrase, recur: Recur, joined: boolean): Phrase | undefined {
  if (joined && phrase.recurs.length > 0 && (phrase.time || phrase.times)) return another(phrase, recur);
  return phrase.recurs.length < 2 ? { ...phrase, recurs: [...phrase.recurs, recur] } : undefined;
}

/** Begins another series beside the one that is complete. */
function another(phrase: Phrase, recur: Recur): Phrase {
  const { earlier, ...complete } = phrase;
  return { ...EMPTY, recurs: [recur], earlier: [...earlier, { ...complete, earlier: [] }] };
}

/** How many more partial readings are looked at; shared by all stretches of a sentence. */
export interface Budget {
  left: number;
}

/** A text taken apart, with the pieces that begin at each of its tokens. */
export interface Words {
  text: string;
  tokens: readonly Token[];
  pieces: (at: number) => readonly Match<Piece>[];
}

export const wordsOf = (text: string, tokens: readonly Token[]): Words => ({
  text,
  tokens,
  pieces: english.grammar.over(tokens),
});

/**
 * The ways in which the words of a stretch can be read as a phrase, the ones with the longest pieces first. Every word
 * must belong to a piece or be glue.
 */
export function* readings({ tokens, pieces }: Words, [from, to]: Stretch, budget: Budget): Generator<Phrase> {
  function* walk(at: number, phrase: Phrase, joined: boolean): Generator<Phrase> {
    if (budget.left-- <= 0) return;
    if (at >= to) {
      if (phrase !== EMPTY) yield phrase;
      return;
    }
    for (const { end, value } of pieces(at)) {
      if (end > to) continue;
      const next = extend(phrase, value, { from: at, to: end, joined });
      if (!next) continue;
      const placed = [...phrase.placed, { from: at, to: end, piece: value }];
      yield* walk(end, { ...next, placed }, false);
    }
    const word = wordAt(tokens, at);
    if (english.glue.has(word)) yield* walk(at + 1, phrase, joined || english.joins.has(word));
  }
  yield* walk(from, EMPTY, false);
}
