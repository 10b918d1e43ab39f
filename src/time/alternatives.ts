import { english } from './lang/en.ts';
import type { Token } from './tokens.ts';

/** "At 5 or 6", "tomorrow or the day after": times of which either may be meant. */

/** A stretch of words with one of its two alternatives. */
interface Alternatives {
  /** With the first; what is left out of it are the tokens from `from` up to `to`. */
  first: { text: string; from: number; to: number };
  /** The same with the second. */
  second: { text: string };
}

/** More than that in one stretch is no choice that a person offers. */
const MOST_CHOICES = 3;
const MOST_TOKENS = 16;

/** Possible lengths in words of the first and the second; alternatives are mostly alike. */
const LENGTHS = '11 22 33 44 21 12 31 13 32 23 42 24'
  .split(' ')
  .map((pair) => [Number(pair[0]), Number(pair[1])] as const);

/** The ways to tell two alternatives apart in the words from `from` up to `to`, the likeliest first. */
export function* alternatives(
  text: string,
  tokens: readonly Token[],
  stretch: readonly [number, number],
): Generator<Alternatives> {
  const [from, to] = stretch;
  const places = (is: (word: string) => boolean) =>
    tokens.flatMap((token, at) => (at > from && at < to - 1 && is(token.text) ? [at] : []));
  const choices = places((word) => english.choices.has(word));
  if (choices.length === 0 || choices.length > MOST_CHOICES || to - from > MOST_TOKENS) return;
  // "At 5, 6 or 7": where it is not the word that parts two of them, it is a comma.
  for (const at of [...choices, ...places((word) => word === ',')]) yield* partedAt(at, text, tokens, stretch);
}

function* partedAt(
  at: number,
  text: string,
  tokens: readonly Token[],
  [from, to]: readonly [number, number],
): Generator<Alternatives> {
  const word = (place: number) => tokens[place]?.text ?? '';
  // "At 5... or maybe 6".
  let end = at;
  while (end > from && SIGN.test(word(end - 1))) end--;
  let next = at + 1;
  while (next < to && (SIGN.test(word(next)) || english.hedges.has(word(next)))) next++;
  if (end === from || next >= to) return;
  const slice = (first: number, last: number) =>
    first < last ? text.slice(tokens[first]?.start, tokens[last - 1]?.end) : '';
  const without = (first: number, last: number) => `${slice(from, first)} ${slice(last, to)}`.trim();
  const first = (last: number) => ({ text: without(end, last), from: end, to: last });
  // "In an hour or two".
  if (/^(?:an?|one)$/.test(word(end - 2)) && english.temporal.has(word(end - 1)) && NUMBER.test(word(next))) {
    const second = `${slice(from, end - 2)} ${word(next)} ${word(end - 1)} ${slice(next + 1, to)}`;
    yield { first: first(next + 1), second: { text: second.trim() } };
  }
  // "Tomorrow or the day after".
  if (word(next) === 'the' && /^(?:after|before)$/.test(word(next + 2)) && next + 3 <= to)
    for (let start = end - 1; start >= Math.max(from, end - 3); start--) {
      const second = `${slice(from, start)} ${slice(next, next + 3)} ${slice(start, end)} ${slice(next + 3, to)}`;
      yield { first: first(next + 3), second: { text: second.trim() } };
    }
  for (const [one, other] of LENGTHS)
    if (end - one >= from && next + other <= to)
      yield { first: first(next + other), second: { text: without(end - one, next) } };
}

/** The words without the "either" before two times: "either Friday or Saturday". */
export function withoutEither(tokens: readonly Token[], begins: (at: number) => boolean) {
  const at = tokens.findIndex(({ text }, index) => text === 'either' && begins(index + 1));
  if (at < 0 || !tokens.slice(at).some(({ text }) => english.choices.has(text))) return tokens;
  return tokens.filter((_, index) => index !== at);
}

const SIGN = /^[.,;:()-]$/;

const NUMBER = /^(?:\d{1,2}|two|three|four|five|six)$/;
