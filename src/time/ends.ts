/** The time at either end of a sentence, read whole; and signs of one that was not. Pure. */
import { omitUndefined } from '../base/json.ts';
import { ruleIn } from './cron-within.ts';
import { hereOf } from './env.ts';
import { isNumber } from './foreign/units.ts';
import { MONTHS, SHORT_MONTHS, WEEKDAYS } from './format.ts';
import { english } from './lang/en.ts';
import { isOrdinal, NUMBERS, UNIT_WORDS } from './lang/en-words.ts';
import { type Phrase, type Words, wordsOf } from './lang/phrase.ts';
import { type Token, tokenise, wordAt } from './lang/tokens.ts';
import { effort, isExhausted, parseWhen, readStretch, readUnits } from './parse.ts';
import type { Piece } from './pieces.ts';
import type { ParsedWhen, WhenContext } from './types.ts';
import { isZone, placeZone } from './zones.ts';

export interface TimeStretch {
  from: number;
  to: number;
  when: ParsedWhen;
  /**
   * True if they may as well be part of what stands beside them: a number alone, a length, a part of the day or a feast without a
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
  const rule = ruleAtEnds(text, ctx);
  if (rule) return rule;
  const read = (from: number, to: number): TimeStretch | undefined => {
    if (isExhausted(budget)) return undefined;
    const reading = readStretch(words, here, [from, to], budget) ?? readUnits(words, here, [from, to], budget);
    return reading && stretchOf(words, [from, to], reading);
  };
  const starts = places(tokens, Math.max(first, last - MOST_WORDS), last, isStart);
  const end = firstOf(starts, (from) => read(from, last));
  const ends = places(tokens, first + 1, Math.min(last, first + MOST_WORDS) + 1, isEnd).reverse();
  const start = wordAt(tokens, first) === '' ? undefined : firstOf(ends, (to) => read(first, to));
  return omitUndefined({ start, end });
}

/** "0 9 * * 1-5 check the queue", "check the queue @daily". */
function ruleAtEnds(text: string, ctx: WhenContext): TimeAtEnds | undefined {
  const place = ruleIn(text);
  if (!place) return undefined;
  const lead = RULE_LEAD.exec(text.slice(0, place.from))?.[0] ?? '';
  const from = place.from - lead.length;
  const when = parseWhen(text.slice(place.from, place.to), ctx);
  const stretch: TimeStretch = { from, to: place.to, when, isWeak: false, lead: '' };
  const isStart = text.slice(0, from).trim() === '';
  const isEnd = /^[\s.!?]*$/.test(text.slice(place.to));
  return omitUndefined({ start: isStart ? stretch : undefined, end: isEnd ? stretch : undefined });
}

const RULE_LEAD = /(?<!\S)(?:at|on|every|cron(?:tab)?:?)\s+$/i;

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
  const positions: number[] = [];
  for (let at = from; at < to; at++) if (fits(tokens, at)) positions.push(at);
  return positions;
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
    const result = read(at);
    if (result) return result;
  }
  return undefined;
}

function stretchOf(
  { tokens }: Words,
  [from, to]: readonly [number, number],
  { when, phrase }: { when: ParsedWhen; phrase: Phrase },
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
 * True if `text` shows that the time beside it (`time`, as written) was not read to the end: it holds a day, an hour or a
 * rhythm of its own, or the word at the end where the time was cut off may go on with it.
 */
export function hasUnreadTime(text: string, cutAt: 'start' | 'end' | undefined, time = ''): boolean {
  const { tokens, pieces } = wordsOf(text.slice(0, LONGEST), tokenise(text.slice(0, LONGEST)));
  const [first, last] = inner(tokens);
  if (cutAt !== undefined && first < last) {
    const timeTokens = tokenise(time.slice(0, LONGEST));
    if (isTimeWord(wordAt(tokens, cutAt === 'start' ? first : last - 1))) return true;
    if (cutAt === 'start' ? goesOn(timeTokens, tokens, first) : begins(tokens.slice(0, last), timeTokens)) return true;
    if (cutAt === 'start' && isBeforeTask(tokens, first)) return true;
  }
  return tokens.some(
    (token, at) =>
      !token.glued && !isCompound(tokens, at) && pieces(at).some(({ value, end }) => saysWhen(value, end - at, token)),
  );
}

/** Words that lead on from a time to more of it; a sign before the first of these two begins something else. */
const LEADS = new Set('in on at during over'.split(' '));
const LINKS = new Set('or except excluding but until from between through since within starting of than'.split(' '));
/** Words that need a number behind them to say when. */
const COUNTING = new Set('for in after within every and plus maybe perhaps possibly'.split(' '));
const isCount = (word: string): boolean => isNumber(word) || /^(?:an?|few|some|several|couple|half)$/.test(word);

/** "2 days | and a bit", "every day | for 3 weeeks", "9 | in St. Louis", "in 20 | walk", "9am | London". */
function goesOn(time: readonly Token[], rest: readonly Token[], first: number): boolean {
  const [word, next] = [wordAt(rest, first), wordAt(rest, first + 1)];
  if (LINKS.has(word) || (COUNTING.has(word) && isCount(next))) return true;
  if (/^(?:this|same)$/.test(word) && english.temporal.has(next)) return true;
  if (isPlaceCut(time, rest, first)) return true;
  if (first > 0) return false;
  const raw = rest.slice(first, first + LONGEST_PLACE).map((token) => token.raw);
  const isPlace = time.length > 0 && raw.some((_, at) => placeZone(raw.slice(0, at + 1).join(' ')) !== undefined);
  return LEADS.has(word) || (isPlace && /^\p{Lu}/u.test(raw[0] ?? '')) || (isUnitless(time) && word !== 'to');
}

/** "Tomorrow | not before 8 to call Bob": a word of a time between the time and the task is part of neither. */
function isBeforeTask(tokens: readonly Token[], first: number): boolean {
  const lead = tokens.slice(first, first + MOST_BEFORE_TASK).findIndex(({ text }) => text === 'to');
  return (
    lead > 0 &&
    BESIDE_TIME.has(wordAt(tokens, first)) &&
    tokens.slice(first, first + lead).some(({ text }) => isTimeWord(text))
  );
}

const MOST_BEFORE_TASK = 6;
const BESIDE_TIME = new Set(
  'not no never only just but before after by past around about earliest latest sharp'.split(' '),
);

const LONGEST_PLACE = 4;

/** "In Santiago | de Chile", "in Paris | , Texas": a name that may go on. */
function isPlaceCut(time: readonly Token[], rest: readonly Token[], first: number): boolean {
  const raw = time.slice(-LONGEST_PLACE).map((token) => token.raw);
  if (!raw.some((_, at) => placeZone(raw.slice(at).join(' ')) !== undefined)) return false;
  const words = rest.slice(first).map((token) => token.raw);
  if (first > 0) return words.length < 3 && words.every((word) => /^\p{Lu}/u.test(word));
  return /^(?:\p{Lu}|(?:de|del|do|da|la|am|an|of|upon)$)/u.test(words[0] ?? '');
}

/** "… in | 2 mondays", "… every | 3 mornings". */
function begins(rest: readonly Token[], time: readonly Token[]): boolean {
  const word = rest.at(-1)?.text ?? '';
  return (
    LINKS.has(word) || (COUNTING.has(word) && isNumber(wordAt(time, 0)) && !/^\d*[:.]|^[ap]m$/.test(wordAt(time, 1)))
  );
}

/** "In 20", "in 1 hour 30": minutes, as nothing else is said. */
export function isUnitless(time: readonly Token[]): boolean {
  if (!isNumber(time.at(-1)?.text ?? '')) return false;
  const units = time.flatMap(({ text }, at) => (isUnitWord(text) ? [at] : []));
  return units.length === 0 ? time.some(({ text }) => text === 'in') : units.at(-1) === time.length - 2;
}

const isUnitWord = (word: string): boolean => word.length > 2 && Object.hasOwn(UNIT_WORDS, word);

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
