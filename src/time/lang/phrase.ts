import { lazy } from '../../base/async.ts';
import { type UnitSlip, unitSlips } from '../foreign/units.ts';
import type { DateSpec, DaySet, Moment, PartName, Piece, Recur, TimeSpec } from '../pieces.ts';
import { english } from './en.ts';
import type { Match } from './match.ts';
import { type Stretch, type Token, wordAt } from './tokens.ts';

type PieceOf<Kind extends Piece['kind']> = Extract<Piece, { kind: Kind }>;
type Single =
  | 'times'
  | 'range'
  | 'shift'
  | 'before'
  | 'days'
  | 'start'
  | 'until'
  | 'lasting'
  | 'count'
  | 'zone'
  | 'vague';

/** The pieces of one "when", each in its place. `interpret` (`parse.ts`) says what they mean together. */
export interface Phrase extends Readonly<{ [Kind in Single | 'wrong']?: PieceOf<Kind> | undefined }> {
  dates: DateSpec[];
  time?: TimeSpec | undefined;
  recurs: Recur[];
  excepts: DaySet[];
  /** Series that stand before this one: "Mondays at 9 and …". */
  earlier: Phrase[];
  placed: readonly PlacedPiece[];
}

export interface PlacedPiece {
  from: number;
  to: number;
  piece: Piece;
}

/** The word before a piece that may join another time to a series. */
type Join = 'and' | ',' | undefined;

const EMPTY: Phrase = { dates: [], recurs: [], excepts: [], earlier: [], placed: [] };

/** `phrase` with one more piece, which an "and" may join to it; undefined when there is no room for it. */
function extend(phrase: Phrase, piece: Piece, joined: Join): Phrase | undefined {
  switch (piece.kind) {
    case 'note':
      return phrase;
    case 'wrong':
      return { ...phrase, wrong: piece };
    case 'moment':
      return withMoment(phrase, piece.moment);
    case 'date':
      return withDate(phrase, piece.date, joined);
    case 'time':
      return withTime(phrase, piece.time);
    case 'recur':
      return withRecur(phrase, piece.recur, joined);
    case 'except':
      return { ...phrase, excepts: [...phrase.excepts, ...piece.days] };
    default:
      return hasRoom(phrase, piece) ? { ...phrase, [piece.kind]: piece } : undefined;
  }
}

function hasRoom(phrase: Phrase, piece: PieceOf<Single>): boolean {
  if (phrase[piece.kind]) return false;
  if (piece.kind === 'times') return !phrase.time && !phrase.range;
  if (piece.kind === 'range') return !phrase.times && !phrase.time?.clock;
  if (piece.kind === 'until') return !piece.tied || phrase.start !== undefined;
  return piece.kind !== 'zone' || hasTime(phrase);
}

const hasTime = ({ time, times, range, recurs, dates }: Phrase): boolean =>
  time !== undefined || times !== undefined || range !== undefined || recurs.length > 0 || dates.length > 0;

function withMoment(phrase: Phrase, { date, time }: Moment): Phrase | undefined {
  const dated = date ? withDate(phrase, date, undefined) : phrase;
  return dated && time ? withTime(dated, time) : dated;
}

function withDate(phrase: Phrase, date: DateSpec, joined: Join): Phrase | undefined {
  // "Text April at 9 and May".
  if (joined && date.type === 'period' && date.vague) return undefined;
  const weekday = date.type === 'weekday' && date.which === 'bare' ? date.weekday : undefined;
  if (joined && weekday !== undefined && phrase.recurs.length > 0 && phrase.time) {
    return another(phrase, { recurs: [{ freq: 'WEEKLY', interval: 1, days: { weekdays: [weekday] } }] });
  }
  if (joined === 'and' && phrase.recurs.length > 0) return another(phrase, { dates: [date] });
  return phrase.dates.length < 2 ? { ...phrase, dates: [...phrase.dates, date] } : undefined;
}

function withTime(phrase: Phrase, time: TimeSpec): Phrase | undefined {
  // "Every 20 minutes from 19:00 to 20:00 tonight".
  if (phrase.range?.from.exact && time.today && !time.clock)
    return withDate(phrase, { type: 'offset', days: 0 }, undefined);
  if (phrase.times || phrase.range) return undefined;
  const phraseTime = phrase.time;
  if (!phraseTime) return { ...phrase, time };
  // "tomorrow evening at 7": the part says which 7 is meant.
  if ((phraseTime.clock && time.clock) || phraseTime.same || time.same) return undefined;
  // "Tomorrow noon lunch": the meal.
  if ((phraseTime.clock && time.part === 'lunch') || (phraseTime.part === 'lunch' && time.clock)) return undefined;
  const part = phraseTime.part && time.part ? narrower(phraseTime.part, time.part) : (phraseTime.part ?? time.part);
  if (phraseTime.part && part === undefined) return undefined;
  const today = phraseTime.today === true || time.today === true;
  return { ...phrase, time: { clock: phraseTime.clock ?? time.clock, part, today } };
}

/** "Early tomorrow morning", "late this evening": the word for the edge of the part counts. */
function narrower(a: PartName, b: PartName): PartName | undefined {
  if (a === b) return a;
  const parts = [a, b];
  if (parts.includes('early') && parts.includes('morning')) return 'early';
  return parts.includes('late') && parts.some((part) => LATE_PARTS.has(part)) ? 'late' : undefined;
}

const LATE_PARTS: ReadonlySet<PartName> = new Set<PartName>(['evening', 'night', 'tonight']);

function withRecur(phrase: Phrase, recur: Recur, joined: Join): Phrase | undefined {
  const [firstRecur] = phrase.recurs;
  const isOwn = joined === 'and' || phrase.time || phrase.times || (firstRecur?.days && recur.days);
  if (joined && firstRecur && isOwn) return another(phrase, { recurs: [recur] });
  return phrase.recurs.length < 2 ? { ...phrase, recurs: [...phrase.recurs, recur] } : undefined;
}

function another(phrase: Phrase, next: Pick<Partial<Phrase>, 'recurs' | 'dates'>): Phrase {
  const { earlier, ...complete } = phrase;
  return { ...EMPTY, ...next, earlier: [...earlier, { ...complete, earlier: [] }] };
}

export interface Budget {
  left: number;
}

export interface Words {
  text: string;
  tokens: readonly Token[];
  pieces: (at: number) => readonly Match<Piece>[];
  slips: () => readonly UnitSlip[];
}

export const wordsOf = (text: string, tokens: readonly Token[]): Words => ({
  text,
  tokens,
  pieces: english.grammar.matchAll(tokens),
  slips: lazy(() => unitSlips(text, tokens)),
});

/**
 * The ways in which the words of a stretch can be read as a phrase, the ones with the longest pieces first. Every word
 * must belong to a piece or be glue.
 */
export function* readings({ tokens, pieces }: Words, [from, to]: Stretch, budget: Budget): Generator<Phrase> {
  function* walk(at: number, phrase: Phrase, joined: Join): Generator<Phrase> {
    if (budget.left-- <= 0) return;
    if (at >= to) {
      if (phrase !== EMPTY) yield phrase;
      return;
    }
    for (const { end, value } of pieces(at)) {
      if (end > to) continue;
      const next = extend(phrase, value, joined);
      if (!next) continue;
      const placed = [...phrase.placed, { from: at, to: end, piece: value }];
      yield* walk(end, { ...next, placed }, undefined);
    }
    const word = wordAt(tokens, at);
    if (english.glue.has(word)) yield* walk(at + 1, phrase, word === 'and' || word === ',' ? word : joined);
  }
  yield* walk(from, EMPTY, undefined);
}
