import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazy } from '../../base/async.ts';
import { packageRoot } from '../../base/root.ts';
import { type Grammar, grammar } from '../match.ts';
import { type ForeignPiece, rulesOf, terminals } from './rules.ts';
import { atHyphens, folded, type Lexicon, type Parted } from './words.ts';

export interface Language {
  name: string;
  grammar: Grammar<ForeignPiece>;
  glue: ReadonlySet<string>;
  parted: Parted;
}

export const LEXICONS: readonly string[] = ['de', 'es', 'fr', 'it', 'nl', 'pl', 'pt', 'sv'];

const fileOf = (code: string): string => join(packageRoot(), 'assets', 'times', `${code}.json`);

const lexicons = new Map(
  LEXICONS.map((code) => [code, lazy(() => JSON.parse(readFileSync(fileOf(code), 'utf8')) as Lexicon)]),
);

const languages = new Map(LEXICONS.map((code) => [code, lazy(() => languageOf(lexiconOf(code)))]));

export function lexiconOf(code: string): Lexicon {
  const read = lexicons.get(code);
  if (!read) throw new Error(`there are no words of the language "${code}"`);
  return read();
}

export const languageBy = (code: string): Language | undefined => languages.get(code)?.();

function languageOf(lexicon: Lexicon): Language {
  const [weekdays = [], endings = []] = [lexicon.weekdays, lexicon.weekdayEndings].map((list) =>
    folded(list)
      .split(/[ |]/)
      .filter((word) => word !== ''),
  );
  const compounds = new Map(weekdays.flatMap((day) => endings.map((ending) => [day + ending, [day, ending]] as const)));
  const hyphened = new Set(folded(JSON.stringify(lexicon)).match(/(?<!\p{L})\p{L}+-[\p{L}-]+/gu));
  return {
    name: lexicon.name,
    grammar: grammar<ForeignPiece>('piece', rulesOf(lexicon), terminals),
    glue: new Set([',', '.', '!', ...folded(lexicon.glue).split(' ')]),
    parted: (word) => compounds.get(word) ?? (hyphened.has(word) ? [word] : atHyphens(word)),
  };
}
