import { lazy } from '../../base/async.ts';
import { type Grammar, grammar } from '../lang/match.ts';
import { readWords } from '../words.ts';
import { type ForeignPiece, openDaysOf, rulesOf, terminals } from './rules.ts';
import { atHyphens, foldWords, type Lexicon, type WordParter } from './words.ts';

export interface Language {
  name: string;
  grammar: Grammar<ForeignPiece>;
  glue: ReadonlySet<string>;
  parted: WordParter;
  /** Abbreviations of weekdays that are common words as well. */
  openDays: ReadonlyMap<string, string>;
  /** Words and signs between two items of a list. */
  joins: ReadonlySet<string>;
  /** Folded, the longest first. */
  openers: readonly string[];
  noteOpeners: readonly string[];
  leads: ReadonlySet<string>;
  /** Words that a time is not cut off from, and small words that no task ends with. */
  edges: ReadonlySet<string>;
  small: ReadonlySet<string>;
  /** Words of a time that say none by themselves: numbers; ordinals, weekdays and months; units from a day on. */
  numbers: ReadonlySet<string>;
  ones: ReadonlySet<string>;
  dated: ReadonlySet<string>;
  months: ReadonlySet<string>;
  units: ReadonlySet<string>;
}

export const LEXICONS: readonly string[] = ['de', 'es', 'fr', 'it', 'nl', 'pl', 'pt', 'ru', 'sv'];

/** The languages whose words `others.json` has: chrono-node reads single times of these. */
const OTHERS = ['ar', 'fi', 'id', 'ja', 'uk', 'vi', 'zh'];

/** The English names of the languages that are read: with what comes again, and single times alone. */
export const LANGUAGES_READ = lazy(() => {
  const names = new Intl.DisplayNames('en', { type: 'language' });
  const [series = [], single = []] = [LEXICONS, OTHERS].map((codes) =>
    codes.map((code) => names.of(code) ?? code).sort(),
  );
  return { series, single };
});

/** Times as a speaker says them, of a language with a file of words. */
export const examplesIn = (code: string | undefined): readonly string[] =>
  code !== undefined && LEXICONS.includes(code) ? lexiconOf(code).examples : [];

const lexicons = new Map(LEXICONS.map((code) => [code, lazy(() => readWords<Lexicon>(code))]));

const languages = new Map(LEXICONS.map((code) => [code, lazy(() => languageOf(lexiconOf(code)))]));

export function lexiconOf(code: string): Lexicon {
  const read = lexicons.get(code);
  if (!read) throw new Error(`there are no words of the language "${code}"`);
  return read();
}

export const languageBy = (code: string): Language | undefined => languages.get(code)?.();

function languageOf(lexicon: Lexicon): Language {
  const { weekdays, weekdayPlurals, weekdayEndings, numbers, numberEndings } = lexicon;
  const compounds = new Map([
    ...compoundsOf(`${weekdays} ${weekdayPlurals}`, weekdayEndings),
    ...compoundsOf(numbers, numberEndings),
  ]);
  const hyphened = new Set(foldWords(JSON.stringify(lexicon)).match(/(?<!\p{L})\p{L}+-[\p{L}-]+/gu));
  return {
    name: lexicon.name,
    grammar: grammar<ForeignPiece>('piece', rulesOf(lexicon), terminals),
    glue: new Set([',', '.', '!', ...foldWords(lexicon.glue).split(' ')]),
    openDays: openDaysOf(lexicon),
    openers: longestFirst(lexicon.openers),
    noteOpeners: longestFirst(lexicon.notes.split('|')),
    leads: new Set(foldWords(lexicon.leads).split(' ')),
    edges: new Set(foldWords(lexicon.edges).split(' ')),
    small: new Set(foldWords(lexicon.small).split(' ')),
    joins: new Set([',', '/', ...foldWords(lexicon.and).split('|')]),
    ...timeWordsOf(lexicon),
    parted: (word) => compounds.get(word) ?? (hyphened.has(word) ? [word] : atHyphens(word)),
  };
}

const longestFirst = (words: readonly string[]): string[] =>
  words.map(foldWords).sort((one, other) => other.length - one.length);

function timeWordsOf({
  numbers,
  moreNumbers,
  days,
  nth,
  weekdays,
  weekdayPlurals,
  months,
  units,
  commonWords,
}: Lexicon) {
  // The word for one is an article, too.
  const [one = '', ...counted] = foldWords(numbers).split(' ');
  const common = new Set(foldWords(commonWords).split(' '));
  const words = (...lists: readonly string[]) =>
    new Set(lists.flatMap((list) => foldWords(list).match(/\p{L}{2,}/gu) ?? []).filter((word) => !common.has(word)));
  const { day = '', week = '', month = '', year = '' } = units;
  return {
    ones: words(one),
    numbers: words(...counted, ...Object.keys(moreNumbers)),
    dated: words(days, ...Object.values(nth), weekdays, weekdayPlurals, months),
    months: words(months),
    units: words(day, week, month, year),
  };
}

/** Words that are written as one, such as "Freitagabend" and "dreimal", with the two that they are made of. */
function compoundsOf(heads: string, endings: string): (readonly [string, readonly string[]])[] {
  const [firsts = [], seconds = []] = [heads, endings].map((list) =>
    foldWords(list)
      .split(/[ |]/)
      .filter((word) => word !== '' && word !== '-'),
  );
  return firsts.flatMap((head) => seconds.map((ending) => [head + ending, [head, ending]] as const));
}
