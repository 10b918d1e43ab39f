/**
 * Files that may import another one, read from the text of a commit: nothing of it is compiled or run. Counts too many
 * rather than too few: any string that may mean a file counts, whatever it is used for.
 */
import { posix } from 'node:path';
import type { Repository } from './repository.ts';

const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/;
const QUOTE = `['"\`]`;
const INSIDE = `[^'"\`]*`;
const ENDINGS = '([.][A-Za-z]+)*';
/** `./x`, `../`, and templates that begin so. */
const RELATIVE = `${QUOTE}[.]{1,2}(/${INSIDE})?${QUOTE}`;
const LITERAL = /['"`]([^'"`]*)['"`]$/;
const KEYWORD = 'import|from|require|include|use|load';

/** The files of a commit in which one of `changed` may be imported. */
export async function importersOf(
  repository: Pick<Repository, 'grep' | 'matches'>,
  commit: string,
  changed: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const importers = new Set<string>();
  const scripts = changed.filter((path) => SCRIPT.test(path));
  if (scripts.length > 0) {
    const patterns = [RELATIVE, ...scripts.flatMap(namedIn)];
    for (const { path, text } of await repository.matches(commit, patterns, signal))
      if (scripts.some((script) => mayMean(text, path, script))) importers.add(path);
  }
  // Other languages import by names, over several lines: a file that imports anything and has the name in it.
  for (const path of changed.filter((each) => !SCRIPT.test(each))) {
    const word = `(^|[^[:alnum:]_-])${escaped(stemOf(path))}([^[:alnum:]_-]|$)`;
    for (const other of await repository.grep(commit, [word, KEYWORD], signal)) importers.add(other);
  }
  return importers;
}

/** True if a literal that stands in `file` may mean the script `path`. */
function mayMean(text: string, file: string, path: string): boolean {
  const literal = LITERAL.exec(text)?.[1] ?? '';
  const [fixed = '', ...computed] = literal.split('${');
  if (!/^\.{1,2}(?:\/|$)/.test(literal)) return namesOf(path).has(stemOf(literal));
  const target = posix.join(posix.dirname(file), fixed.replace(/[?#].*$/s, ''));
  // A path that is put together: everything that begins so.
  if (computed.length > 0 || (fixed.endsWith('/') && /\w/.test(fixed)))
    return target === './' || path.startsWith(target);
  const place = target.replace(/\/$/, '');
  const isFolder = stemOf(path) === 'index' && posix.dirname(path) === place;
  return isFolder || path === place || withoutEnding(path) === withoutEnding(place) || withoutEnding(path) === place;
}

/** Patterns of literals that end with the name of a script: from the root, by an alias, or bare after a word that imports. */
function namedIn(path: string): string[] {
  const name = `(${[...namesOf(path)].map(escaped).join('|')})${ENDINGS}${QUOTE}`;
  return [`${QUOTE}${INSIDE}/${name}`, `(from|import|require)[[:space:]]*[(]?[[:space:]]*${QUOTE}[#~@]?${name}`];
}

/** The names by which a script is known: its own, and its folder's where it is the index. */
function namesOf(path: string): ReadonlySet<string> {
  const stem = stemOf(path);
  return new Set(stem === 'index' ? [stem, stemOf(posix.dirname(path))] : [stem]);
}

const stemOf = (path: string): string => withoutEnding(posix.basename(path)).replace(/^[#~@]/, '');

const withoutEnding = (path: string): string => path.replace(/(?:\.d)?\.[^./]*$/, '');

/** As a POSIX pattern that matches nothing but this. */
const escaped = (text: string): string => text.replace(/[.[\]{}()*+?^$|\\]/g, '\\$&');
