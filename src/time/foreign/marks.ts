import { lazy } from '../../base/async.ts';
import { BoundedMap } from '../../base/bounded.ts';
import { DAY } from '../civil.ts';
import { MONTHS } from '../lang/en-words.ts';
import { readWords } from '../words.ts';
import { LEXICONS, lexiconOf } from './language.ts';
import { foldWords, foreignTokens } from './words.ts';

/** Words about time that no English sentence has beside a time, with the languages that they are of. */
const marks = lazy(() => {
  const codesByWord = new Map<string, string[]>();
  const add = (code: string, words: readonly string[]) => {
    for (const word of words) codesByWord.set(word, [...(codesByWord.get(word) ?? []), code]);
  };
  for (const code of LEXICONS) {
    const { marks, weekdays, months } = lexiconOf(code);
    const names = foldWords(`${weekdays} ${months}`).split(/[ |]/);
    add(code, foldWords(marks).split(' '));
    // Short forms of weekdays and months are words of other languages as well.
    add(
      code,
      names.filter((name) => name.length > SHORT && !Object.hasOwn(MONTHS, name)),
    );
  }
  for (const [code, words] of Object.entries(readWords<Record<string, string>>('others')))
    add(code, foldWords(words).split(' '));
  return codesByWord;
});

const SHORT = 4;

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

export function markedWords(text: string): string[] {
  const codesByWord = marks();
  const words = foreignTokens(text).flatMap(({ text: word }) => {
    if (codesByWord.has(word)) return [word];
    return UNSPACED.test(word) ? [...codesByWord.keys()].filter((mark) => word.includes(mark)) : [];
  });
  return [...new Set(words)];
}

/** Words for units; "jour" is an English word, too ("jour fixe"), though no slip of "hour". */
const units = lazy(
  () => new Set(LEXICONS.flatMap((code) => foldWords(Object.values(lexiconOf(code).units).join('|')).split('|'))),
);

export function isOtherWord(word: string): boolean {
  const same = foldWords(word);
  return marks().has(same) || units().has(same);
}

/** The languages that the words of `text` may be of, in groups: first those that most of the words are of. */
export function languagesMarked(text: string): string[][] {
  const counts = new Map<string, number>();
  for (const word of markedWords(text))
    for (const code of marks().get(word) ?? []) counts.set(code, (counts.get(code) ?? 0) + 1);
  const sizes = [...new Set(counts.values())].sort((one, other) => other - one);
  return sizes.map((size) => [...counts].filter(([, count]) => count === size).map(([code]) => code));
}

const dayNames = new BoundedMap<string, ReadonlySet<string>>(8);

function dayNamesIn(code: string): ReadonlySet<string> {
  const cachedNames = dayNames.get(code);
  if (cachedNames) return cachedNames;
  const at = (index: number) => Date.UTC(2026, 0, 15) + index * DAY;
  const relative = new Intl.RelativeTimeFormat(code, { numeric: 'auto' });
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(code, { ...options, timeZone: 'UTC' });
  const [weekday, month] = [format({ weekday: 'long' }), format({ day: 'numeric', month: 'long' })];
  const named = [
    ...[-1, 0, 1, 2].map((days) => relative.format(days, 'day')),
    ...[0, 1, 2, 3, 4, 5, 6].map((days) => weekday.format(at(days))),
    ...[0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330].map((days) => month.format(at(days))),
  ];
  const words = named.flatMap((name) => foreignTokens(name).map(({ text }) => text));
  const names = new Set(
    words.filter((word) => word.length > 2 && /^\p{L}/u.test(word) && !Object.hasOwn(MONTHS, word)),
  );
  dayNames.set(code, names);
  return names;
}

/**
 * True if the rest of a sentence beside its time is in another language (`code`: the person's): the time was read in
 * part only.
 */
export function isForeign(task: string, code: string | undefined): boolean {
  if (task === '') return false;
  const names = code === undefined ? undefined : dayNamesIn(code);
  const isNamed = () => names !== undefined && foreignTokens(task).some(({ text }) => names.has(text));
  return markedWords(task).length > 0 || isNamed() || isSentenceIn(task, code);
}

const ENGLISH_SMALL = new Set(
  'the a an to at in on of for with my and me from about is it we i you this that by up'.split(' '),
);

/** True if a sentence has two small words of this language, and none of English: "de sortir la poubelle". */
function isSentenceIn(task: string, code: string | undefined): boolean {
  if (code === undefined || !LEXICONS.includes(code)) return false;
  const small = new Set(foldWords(lexiconOf(code).small).split(' '));
  const words = new Set(foreignTokens(task).map(({ text }) => text));
  const count = (set: ReadonlySet<string>, other: ReadonlySet<string>) =>
    [...words].filter((word) => set.has(word) && !other.has(word)).length;
  return count(small, ENGLISH_SMALL) > 1 && count(ENGLISH_SMALL, small) === 0;
}

/** The language that most words of a text are of; undefined where they may be English. */
export function languageSpoken(text: string): string | undefined {
  const codesByWord = marks();
  const words = [...new Set(foreignTokens(text).map(({ text: word }) => word))];
  // With their accents: "à" is no "a".
  const mayBeEnglish = (text.toLowerCase().match(/\p{L}+/gu) ?? []).some((word) => ENGLISH_SMALL.has(word));
  const [first = ''] = words;
  const scored = LEXICONS.map((code) => {
    const { common, beginnings } = commonWords().get(code) ?? {};
    const opens = Number(beginnings?.has(first) ?? false);
    const marked = opens + words.filter((word) => codesByWord.get(word)?.includes(code)).length;
    return { code, marked, common: words.filter((word) => common?.has(word)).length };
  }).filter(({ marked, common }) => marked > 0 || (common > 1 && !mayBeEnglish));
  const [best] = scored.sort((one, other) => other.marked + other.common - one.marked - one.common);
  return best?.code;
}

/** Words that begin a reminder or a note in another language, and sentences of English. */
const ENGLISH_TOO = new Set(['note', 'rappel', 'me', 'bitte', 'por', 's', 'toma']);

const commonWords = lazy(
  () =>
    new Map(
      LEXICONS.map((code) => {
        const { small, spoken, openers, notes } = lexiconOf(code);
        const begins = foldWords([...openers, ...notes.split('|')].join('|')).split('|');
        const all = foldWords(`${small} ${spoken}`)
          .split(' ')
          .filter((word) => !ENGLISH_SMALL.has(word));
        const first = begins.map((words) => words.split(' ', 1)[0] ?? '').filter((word) => !ENGLISH_TOO.has(word));
        return [code, { common: new Set(all), beginnings: new Set(first) }];
      }),
    ),
);

/** The language of a locale such as `de-AT`; undefined for English, and where none is known. */
export function languageOf(locale: string | undefined): string | undefined {
  const [code] = /^[a-z]{2,3}(?![a-z])/i.exec(locale ?? '') ?? [];
  return code === undefined || /^en$/i.test(code) ? undefined : code.toLowerCase();
}
