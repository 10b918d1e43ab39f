import type { Token } from '../tokens.ts';

/** Words as they are compared: small letters, no accents, plain signs. Each character stays at its place. */
export const folded = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[‘’ʼ´]/g, "'")
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/\p{L}/gu, plain);

/** Letters that are no others with an accent. */
const OTHERS: Readonly<Record<string, string>> = { ł: 'l', ß: 's', ø: 'o', æ: 'a' };

function plain(letter: string): string {
  const small = letter.toLowerCase();
  const [base = letter] = /\p{Script=Latin}/u.test(small) ? small.normalize('NFD') : [small];
  const folded = OTHERS[small] ?? base;
  return folded.length === letter.length ? folded : letter;
}

/** Words as one or as several: `freitagabend` is `freitag` and `abend`. */
export type Parted = (word: string) => readonly string[];

/** "Lunes-viernes", where no language is known that has such a word. */
export const atHyphens: Parted = (word) => word.split(/(-)/).filter((part) => part !== '');

/** Folded words, numbers and signs: `l'` and `après-midi`; `9`, `h` and `30`. */
export function foreignTokens(text: string, parted: Parted = atHyphens): Token[] {
  const found = folded(text).matchAll(/\p{L}+'(?=\p{L})|'?\p{L}[\p{L}-]*|\d+|\S/gu);
  return [...found].flatMap((match) => {
    const [start, end] = [match.index, match.index + match[0].length];
    return parted(match[0]).map((word) => ({ text: word, start, end, raw: match[0], glued: false }));
  });
}
