import type { Token } from '../lang/tokens.ts';

/** Words as they are compared: small letters, no accents, plain signs. Each character stays at its place. */
export const foldWords = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[‘’ʼ´]/g, "'")
    .replace(/[‐‑‒–—−]/g, '-')
    // Small letters of ASCII, most of any text, stay as they are: 23 µs of a message otherwise.
    .replace(/(?![a-z])\p{L}/gu, plain);

const OTHERS: Readonly<Record<string, string>> = { ł: 'l', ß: 's', ø: 'o', æ: 'a' };

function plain(letter: string): string {
  const small = letter.toLowerCase();
  const [base = letter] = /\p{Script=Latin}/u.test(small) ? small.normalize('NFD') : [small];
  const folded = OTHERS[small] ?? base;
  return folded.length === letter.length ? folded : letter;
}

/** Words as one or as several: `freitagabend` is `freitag` and `abend`. */
export type WordParter = (word: string) => readonly string[];

export const atHyphens: WordParter = (word) => word.split(/(-)/).filter((part) => part !== '');

/** Folded words, numbers and signs: `l'` and `après-midi`; `9`, `h` and `30`. */
export function foreignTokens(text: string, parted: WordParter = atHyphens): Token[] {
  const matches = foldWords(text).matchAll(/\p{L}+'(?=\p{L})|'?\p{L}[\p{L}-]*|\d+|\S/gu);
  return [...matches].flatMap((match) => {
    const [start, end] = [match.index, match.index + match[0].length];
    return parted(match[0]).map((word) => ({ text: word, start, end, raw: match[0], glued: false }));
  });
}

/**
 * The words about time of one language: a file of `assets/times/`. Patterns are those of `match.ts` over folded words, with
 * the rules of `rules.ts` in braces; lists have a space between items and `|` between the words for one.
 */
export interface Lexicon {
  name: string;
  numbers: string;
  moreNumbers: Readonly<Record<string, number>>;
  /** The words for 1, 2, 3 … of the clock, where there are others. */
  hours: string;
  /** The words for `minute`, `hour`, `day`, `week`, `month` and `year`. */
  units: Readonly<Record<string, string>>;
  /** From Monday on. */
  weekdays: string;
  /** The same where several are meant; `-` where the word is the same. */
  weekdayPlurals: string;
  /** Endings written in one word with a weekday: "Freitagabend". */
  weekdayEndings: string;
  /** The abbreviations of weekdays that are common words of the language as well: "so", "di". */
  commonWords: string;
  /** Endings written in one word with a number: "dreimal". */
  numberEndings: string;
  months: string;
  and: string;
  /** Words that may be said anew with each item of a list: "les lundis et les jeudis". */
  again: string;
  /** The words for `first` … `fourth` and `last`. */
  nth: Readonly<Record<string, string>>;
  /** Endings of the number of a day: "15e". */
  dayEnding: string;
  /** The days of a month in words, from the first on, as they stand before a month. */
  days: string;
  /** Orders of `{day}`, `{month}` and `{year}` in a date. */
  dates: readonly string[];
  at: string;
  oclock: string;
  /** True if an hour with that word is one of 24. */
  oclock24: boolean;
  /** Other ways to tell an hour, and the minutes from `{hour}` on that they mean: `30`, `-minute`, `-30+minute`. */
  clock: Readonly<Record<string, string>>;
  /** Words for 12 and 24 that minutes are told from as from an hour: "midi et demi". */
  noon: Readonly<Record<string, number>>;
  parts: Readonly<Record<string, string>>;
  /** Parts of the day that may be said of each day, with `_` between words: "abends". */
  habits: string;
  /** Ways to say `{from:time}` and `{to:time}` between which something comes again. */
  ranges: readonly string[];
  /** The days with a name, by the English for them. */
  holidays: Readonly<Record<string, string>>;
  /** Lengths of time beside `{count} {unit}`, in English: `{count} {unit} and a half`. */
  spans: Readonly<Record<string, string>>;
  /** Words that several phrases share, as rules of these names. */
  words: Readonly<Record<string, string>>;
  /**
   * All else, in the English that the time language reads; of several readings a person is asked which is meant. A `+part`
   * at the end is a part of the day.
   */
  phrases: Readonly<Record<string, string | readonly string[]>>;
  glue: string;
  /** Beginnings of a request that say nothing of its time or its task: "erinnere mich". */
  openers: readonly string[];
  /** Words between an opener and the task; words that begin a note, between bars; common words that say no time. */
  leads: string;
  notes: string;
  spoken: string;
  /** Words that join a time to what stands beside it: a time is not cut off from them. */
  edges: string;
  /** Small words of sentences: two of them say that a sentence of somebody who speaks the language is in it. */
  small: string;
  /** Times as a speaker says them, for the answer to what was not understood. */
  examples: readonly string[];
  /** Words by which the language is known, beside the names of its weekdays and months. */
  marks: string;
}
