/** A word behind a number that is nearly a unit, and none: "in 2 hous", "5 business weeks", "in 2 Stunden". Pure. */

import { english } from '../lang/en.ts';
import { MONTHS, NUMBERS, UNIT_WORDS } from '../lang/en-words.ts';
import { type Token, wordAt } from '../lang/tokens.ts';
import { isOtherWord } from './marks.ts';

export interface UnitSlip {
  /** By token: `to` is the first one behind it. */
  from: number;
  to: number;
  /** Units that may be meant, the nearest first, and the text with each of them instead. */
  units: readonly string[];
  texts: readonly string[];
}

const UNITS = ['minutes', 'hours', 'days', 'weeks'];
const NEAR = [...UNITS, 'seconds', 'months', 'quarters', 'years', 'mins', 'hrs', 'secs', 'wks', 'yrs'].flatMap(
  (unit) => [unit, unit.slice(0, -1)],
);
const MOST = 4;

export const unitsFor = (near: readonly string[] = []): string[] => [...new Set([...near, ...UNITS])].slice(0, MOST);

export function unitSlips(text: string, tokens: readonly Token[]): UnitSlip[] {
  const slips: UnitSlip[] = [];
  tokens.forEach((token, at) => {
    if (!leadsToUnit(tokens, at)) return;
    const isBusiness = token.text === 'business' && isUnit(wordAt(tokens, at + 1)) && wordAt(tokens, at + 1) !== 'day';
    const near = isBusiness ? [`${wordAt(tokens, at + 1)}s`, 'business days'] : unitsNear(token.text);
    if (!near) return;
    const to = isBusiness ? at + 2 : at + 1;
    const [before, after] = [text.slice(0, token.start), text.slice(tokens[to - 1]?.end)];
    const units = isBusiness ? near : unitsFor(near);
    slips.push({ from: at, to, units, texts: units.map((unit) => `${before}${unit}${after}`) });
  });
  return slips;
}

const isUnit = (word: string): boolean => word.length > 2 && Object.hasOwn(UNIT_WORDS, word);

const LEADING = new Set('a an half of few several couple other every another'.split(' '));

const leadsToUnit = (tokens: readonly Token[], at: number): boolean => {
  const before = wordAt(tokens, at - 1);
  return tokens[at]?.glued === false && (isNumber(before) || LEADING.has(before));
};

export const isNumber = (word: string): boolean => /^\d{1,4}(?:[.,]\d)?$/.test(word) || Object.hasOwn(NUMBERS, word);

/** The units that a word is nearly; undefined for a word that says something else. */
function unitsNear(word: string): string[] | undefined {
  if (word.length < 3 || Object.hasOwn(MONTHS, word) || english.temporal.has(word) || isNumber(word)) return undefined;
  if (isOtherWord(word)) return [];
  const scored = NEAR.map((unit) => ({ unit, slips: slipsBetween(word, unit) }));
  const near = scored.filter(({ unit, slips }) => slips <= (Math.min(word.length, unit.length) > 4 ? 2 : 1));
  if (near.length === 0) return undefined;
  return near
    .sort((a, b) => a.slips - b.slips)
    .map(({ unit }) => WHOLE[unit.replace(/s$/, '')] ?? `${unit.replace(/s$/, '')}s`);
}

const WHOLE: Readonly<Record<string, string>> = {
  min: 'minutes',
  hr: 'hours',
  sec: 'seconds',
  wk: 'weeks',
  yr: 'years',
};

/** Letters to change, add, leave out, or swap with their neighbour. */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2 || a.length > 12) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, isSwap ? (before[j - 2] ?? 0) + 1 : 99));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
