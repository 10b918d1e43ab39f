/** In which scope the words of a reading were used, and that it is the one they were said in. Pure. */
import { MONTHS } from './lang/en-words.ts';
import type { PlacedPiece } from './lang/phrase.ts';
import { type Token, wordAt } from './lang/tokens.ts';
import type { Piece } from './pieces.ts';

/** Two pieces side by side, and the words that join them. */
interface Pair {
  first: PlacedPiece;
  second: PlacedPiece;
  joined: readonly string[];
  tokens: readonly Token[];
  /** The series had been said before `first`. */
  hasSeries: boolean;
}

type Tie = (pair: Pair) => boolean;

/** "… except Fridays in July", "… except 20 December to 6 January": an exception keeps its days. */
const EXCEPTION: Tie = ({ first, second, hasSeries }) =>
  first.piece.kind === 'except' && hasSeries && saysDays(second.piece);

/** Words whose scope is `first`, and which a reading that gives them to the whole series uses for more than was said. */
const TIES: readonly Tie[] = [
  EXCEPTION,
  // "From 20 to 27 | December", "December | 20 to 27": a number beside a month is a day.
  ({ first, second, joined, tokens }) =>
    joined.length === 0 &&
    ((endsInNumber(first, tokens) && isMonth(second, tokens)) || (endsInMonth(first, tokens) && isNumber(second))),
  // "Except December 7 | , 14", "on 1 January | and 15": so is one that goes on with a list of days.
  ({ first, second, joined, tokens }) =>
    isNumber(second) &&
    endsInDate(first, tokens) &&
    (joined.includes('and') || (joined.length > 0 && first.piece.kind === 'except')),
  // "Every Sunday and Wednesday | next week": of the last day, or of all.
  ({ first, second, tokens }) => isListOfDays(first, tokens) && isWeek(second.piece),
  // "From December 20 | to 27".
  ({ first, second, tokens }) =>
    first.piece.kind === 'start' && endsInDate(first, tokens) && isUntilNumber(second.piece),
  // "From 22 | to 2 on 31 December", "from 9 | to 5 December": hours of that day, or days, but no beginning and its end.
  ({ first, second }) =>
    isFromHour(first.piece) && second.piece.kind === 'until' && isWindowEnd(first.piece, second.piece),
];

const NOTHING: readonly string[] = [];

/** Each word was used in the scope that it was said in, one of them in a larger one, or `moved` may belong behind `head`, too. */
type Scopes = 'kept' | 'lost' | { head: PlacedPiece; moved: PlacedPiece };

/** The scopes of a reading. Two are open where an hour parts an exception from its month: "except Wednesdays at 9 in August". */
export function scopesOf(placed: readonly PlacedPiece[], tokens: readonly Token[]): Scopes {
  let hasSeries = false;
  let head: PlacedPiece | undefined;
  let open: Scopes = 'kept';
  for (const [at, second] of placed.entries()) {
    const first = placed[at - 1];
    if (!first) continue;
    hasSeries ||= first.piece.kind === 'recur';
    head = first.piece.kind === 'time' ? head : first;
    const joined = first.to === second.from ? NOTHING : tokens.slice(first.to, second.from).map(({ text }) => text);
    if (TIES.some((isTied) => isTied({ first, second, joined, tokens, hasSeries }))) return 'lost';
    if (head && head !== first && EXCEPTION({ first: head, second, joined, tokens, hasSeries }))
      open = { head, moved: second };
  }
  return open;
}

function saysDays(piece: Piece): boolean {
  if (piece.kind === 'recur') return piece.recur.days !== undefined || piece.recur.part !== undefined;
  if (piece.kind === 'until') return piece.tied === true;
  return piece.kind === 'date' || piece.kind === 'moment' || piece.kind === 'days' || piece.kind === 'range';
}

/** A number alone, "9" or "9 to 5", that nothing marks as a time. */
function isNumber({ piece }: PlacedPiece): boolean {
  if (piece.kind === 'time') return piece.time.clock?.bare === true;
  if (piece.kind === 'times') return piece.times[0]?.clock?.bare === true;
  return piece.kind === 'range' && piece.from.weak === true;
}

const isListOfDays = ({ piece, from, to }: PlacedPiece, tokens: readonly Token[]): boolean =>
  piece.kind === 'recur' &&
  piece.recur.days?.weekdays !== undefined &&
  tokens.slice(from, to).some(({ text }) => text === 'and');

const isWeek = (piece: Piece): boolean =>
  piece.kind === 'date' && piece.date.type === 'period' && piece.date.unit === 'week';

const isUntilNumber = (piece: Piece): boolean =>
  piece.kind === 'until' && piece.moment.date === undefined && piece.moment.time?.clock?.bare === true;

type StartPiece = Extract<Piece, { kind: 'start' }>;

const isFromHour = (piece: Piece): piece is StartPiece =>
  piece.kind === 'start' && !piece.moment.date && !piece.moment.shift && piece.moment.time?.clock !== undefined;

/** True if the end is an hour as well, with or without its day, or if the beginning may be a day as well. */
function isWindowEnd({ moment: from }: StartPiece, { moment: to }: Extract<Piece, { kind: 'until' }>): boolean {
  if (to.date === undefined) return to.time?.clock !== undefined;
  return to.led === true || from.time?.clock?.bare === true;
}

const isDay = (word: string): boolean => /^\d{1,2}(?:st|nd|rd|th|-\d{1,2})?$/.test(word);
const isMonthName = (word: string): boolean => Object.hasOwn(MONTHS, word);

const endsInNumber = ({ piece, to }: PlacedPiece, tokens: readonly Token[]): boolean =>
  piece.kind !== 'date' && piece.kind !== 'except' && isDay(wordAt(tokens, to - 1));

const isMonth = ({ piece, from }: PlacedPiece, tokens: readonly Token[]): boolean =>
  piece.kind === 'date' && piece.date.type === 'period' && isMonthName(wordAt(tokens, from));

const endsInMonth = ({ from, to }: PlacedPiece, tokens: readonly Token[]): boolean =>
  isMonthName(wordAt(tokens, to - 1)) && !tokens.slice(from, to).some(({ text }) => isDay(text));

const endsInDate = ({ from, to }: PlacedPiece, tokens: readonly Token[]): boolean => {
  const words = tokens.slice(from, to).map(({ text }) => text);
  return words.some(isMonthName) && words.some(isDay);
};
