import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazy } from '../../base/lazy.ts';
import { packageRoot } from '../../base/root.ts';
import { english } from '../lang/en.ts';
import { MONTHS } from '../lang/en-words.ts';
import { LEXICONS, lexiconOf } from './language.ts';
import { folded, foreignTokens } from './words.ts';

/** The signs by which another language than English is known. */

/** Words about time that no English sentence has beside a time, with the languages that they are of. */
const marks = lazy(() => {
  const found = new Map<string, string[]>();
  const add = (code: string, words: readonly string[]) => {
    for (const word of words) found.set(word, [...(found.get(word) ?? []), code]);
  };
  for (const code of LEXICONS) {
    const { marks, weekdays, months } = lexiconOf(code);
    const names = folded(`${weekdays} ${months}`).split(/[ |]/);
    add(code, folded(marks).split(' '));
    // Short forms of weekdays and months are words of other languages as well.
    add(
      code,
      names.filter((name) => name.length > SHORT && !Object.hasOwn(MONTHS, name)),
    );
  }
  const file = readFileSync(join(packageRoot(), 'assets', 'times', 'others.json'), 'utf8');
  for (const [code, words] of Object.entries(JSON.parse(file) as Record<string, string>))
    add(code, folded(words).split(' '));
  return found;
});

const SHORT = 4;

/** Written without spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The words of `text` that are marks of another language, as they are compared. */
export function markedWords(text: string): string[] {
  const known = marks();
  const found = foreignTokens(text).flatMap(({ text: word }) => {
    if (known.has(word)) return [word];
    return UNSPACED.test(word) ? [...known.keys()].filter((mark) => word.includes(mark)) : [];
  });
  return [...new Set(found)];
}

/** Words for units; "jour" is an English word, too ("jour fixe"), though no slip of "hour". */
const units = lazy(
  () => new Set(LEXICONS.flatMap((code) => folded(Object.values(lexiconOf(code).units).join('|')).split('|'))),
);

/** Whether a word is one of another language's words about time, and no typing error. */
export function isOtherWord(word: string): boolean {
  const same = folded(word);
  return marks().has(same) || units().has(same);
}

/** The languages that the words of `text` may be of, those that most of them are of. */
export function languagesMarked(text: string): string[] {
  const counts = new Map<string, number>();
  for (const word of markedWords(text))
    for (const code of marks().get(word) ?? []) counts.set(code, (counts.get(code) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].filter(([, count]) => count === most).map(([code]) => code);
}

/** What is left of a sentence beside its time where that is in another language: the time was read in part only. */
export function isForeign(task: string): boolean {
  if (markedWords(task).length === 0) return false;
  return !foreignTokens(task).some(({ text }) => english.task.deeds.has(text));
}
