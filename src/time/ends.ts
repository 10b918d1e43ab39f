/** The time at either end of a sentence, read whole; and signs of one that was not. Pure. */
import { hereOf } from './env.ts';
import { MONTHS, SHORT_MONTHS, WEEKDAYS } from './format.ts';
import { english } from './lang/en.ts';
import { isOrdinal, NUMBERS } from './lang/en-words.ts';
import { effort, isExhausted, readStretch } from './parse.ts';
import { type Phrase, type Words, wordsOf } from './phrase.ts';
import type { Piece } from './pieces.ts';
import { type Token, tokenise, wordAt } from './tokens.ts';
import type { When, WhenContext } from './types.ts';
import { isZone } from './zones.ts';

export interface TimeStretch {
  from: number;
  to: number;
  when: When;
  /**
   * They may as well be part of what stands beside them: a number alone, a length, a part of the day or a feast without a
   * preposition ("eat lunch", "run 20 minutes").
   */
  isWeak: boolean;
  lead: string;
}

export interface TimeAtEnds {
  start?: TimeStretch;
  end?: TimeStretch;
}

const MOST_WORDS = 32;
const LONGEST = 4_000;
const STEPS = 4_000;

/** Every word of a stretch is one of the grammar. A text that is a time as a whole has the same stretch at both ends. */
export function timeAtEnds(text: string, ctx: WhenContext): TimeAtEnds {
  if (text.length > LONGEST || !isZone(ctx.zone)) return {};
  const here = hereOf(ctx);
  const words = wordsOf(text, tokenise(text));
  const { tokens } = words;
  const [first, last] = inner(tokens);
  const budget = effort(STEPS);
  const read = (from: number, to: number): TimeStretch | undefined => {
    if (isExhausted(budget)) return undefined;
    const found = readStretch(words, here, [from, to], budget);
    return found && stretchOf(words, [from, to], found);
  };
  const starts = places(tokens, Math.max(first, last - MOST_WORDS), last, isStart);
  const end = firstOf(starts, (from) => read(from, last));
  const ends = places(tokens, first + 1, Math.min(last, first + MOST_WORDS) + 1, isEnd).reverse();
  const start = wordAt(tokens, first) === '' ? undefined : firstOf(ends, (to) => read(first, to));
  return { ...(start && { start }), ...(end && { end }) };
}

const SIGN = /^[,.!;:?~()-]$/;

function inner(tokens: readonly Token[]): [from: number, to: number] {
  let [from, to] = [0, tokens.length];
  while (to > from && SIGN.test(wordAt(tokens, to - 1))) to--;
  while (from < to && SIGN.test(wordAt(tokens, from))) from++;
  return [from, to];
}

const places = (
  tokens: readonly Token[],
  from: number,
  to: number,
  fits: (tokens: readonly Token[], at: number) => boolean,
): number[] => {
  const found: number[] = [];
  for (let at = from; at < to; at++) if (fits(tokens, at)) found.push(at);
  return found;
};

const isGlue = (word: string): boolean => english.glue.has(word);

const isStart = (tokens: readonly Token[], at: number): boolean =>
  !tokens[at]?.glued && !isGlue(wordAt(tokens, at)) && wordAt(tokens, at) !== '';

const isEnd = (tokens: readonly Token[], at: number): boolean => {
  const next = tokens[at];
  return !isGlue(wordAt(tokens, at - 1)) && (!next?.glued || isGlue(next.text));
};

function firstOf<T>(places: readonly number[], read: (at: number) => T | undefined): T | undefined {
  for (const at of places) {
    const found = read(at);
    if (found) return found;
  }
  return undefined;
}

function stretchOf(
  { tokens }: Words,
  [from, to]: readonly [number, number],
  { when, phrase }: { when: When; phrase: Phrase },
): TimeStretch {
  return {
    from: tokens[from]?.start ?? 0,
    to: tokens[to - 1]?.end ?? 0,
    when,
    isWeak: isWeak(phrase, to - from),
    lead: wordAt(tokens, from),
  };
}

function isWeak({ placed }: Phrase, words: number): boolean {
  const [only, ...others] = placed;
  if (!only || others.length > 0) return false;
  const { piece } = only;
  if (piece.kind === 'shift') return piece.bare === true || piece.during === true;
  if (piece.kind === 'time') return piece.time.clock?.weak === true || (words === 1 && isPart(piece));
  if (piece.kind !== 'date' || words > 1) return piece.kind === 'zone' || piece.kind === 'note';
  return !/^(?:offset|weekday)$/.test(piece.date.type);
}

const isPart = ({ time }: Extract<Piece, { kind: 'time' }>): boolean => !time.clock && !time.today;

const isTimeWord = (word: string): boolean =>
  english.temporal.has(word) || isOrdinal(word) || Object.hasOwn(NUMBERS, word) || /^\d/.test(word);

/**
 * True if `text` shows that its time was not read to the end: it holds a day, an hour or a rhythm of its own, or a
 * number or a word about time stands at the end where a time was cut off.
 */
export function hasUnreadTime(text: string, cutAt: 'start' | 'end' | undefined): boolean {
  const { tokens, pieces } = wordsOf(text.slice(0, LONGEST), tokenise(text.slice(0, LONGEST)));
  const [first, last] = inner(tokens);
  const beside = cutAt === 'start' ? first : cutAt === 'end' ? last - 1 : -1;
  if (beside >= 0 && beside < tokens.length && isTimeWord(wordAt(tokens, beside))) return true;
  return tokens.some(
    (token, at) =>
      !token.glued && !isCompound(tokens, at) && pieces(at).some(({ value, end }) => saysWhen(value, end - at, token)),
  );
}

const isCompound = (tokens: readonly Token[], at: number): boolean =>
  tokens[at + 1]?.raw === '-' &&
  tokens[at + 1]?.glued === true &&
  /^\p{L}/u.test(tokens[at + 2]?.raw ?? '') &&
  tokens[at + 2]?.glued === true;

function saysWhen(piece: Piece, words: number, { raw }: Token): boolean {
  switch (piece.kind) {
    case 'time':
      return (piece.time.clock !== undefined && !piece.time.clock.weak) || !!piece.time.today;
    case 'date':
      // "Sat", "sun" and "may" are words, too.
      return words > 1 || raw.length > 3;
    case 'shift':
      return piece.bare !== true && piece.during !== true;
    case 'moment':
    case 'times':
    case 'days':
    case 'range':
    case 'recur':
      return true;
    default:
      return false;
  }
}

export const monthNames: readonly string[] = MONTHS.map((name) => name.toLowerCase());

export const WEEKDAY = `(?:${WEEKDAYS.map((name) => name.toLowerCase().replace(/day$/, '')).join('|')})day`;
export const MONTH = `(?:${monthNames.join('|')})`;
export const MONTH_BEGINNING = `(?:${SHORT_MONTHS.map((name) => name.toLowerCase()).join('|')})`;
export const ANY_MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
