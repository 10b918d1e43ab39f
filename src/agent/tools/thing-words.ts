import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazy } from '../../base/async.ts';
import { packageRoot } from '../../base/root.ts';
import { wordsOf } from '../../vectors/index.ts';

/** Beginnings of the words for each kind of thing in the languages that coda reads besides English. */
const foreign = lazy(
  () => JSON.parse(readFileSync(join(packageRoot(), 'assets', 'things.json'), 'utf8')) as Record<string, string[]>,
);

/** A letter or a mark upon one before it: a word that only ends so is another one. Languages without blanks have none. */
const INSIDE = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Arabic}\p{M}]/u;

/** Letters of a beginning that other words have, too: it is a word by itself, or its plural. */
const SHORT = 4;

/** True if a text has a word for the kind: `note`, `reminder`. */
export function namesKind(kind: string, texts: readonly string[]): boolean {
  const { terms } = wordsOf(kind.replaceAll('_', ' '));
  const words = new Set(texts.flatMap((text) => wordsOf(text).terms));
  if (terms.length > 0 && terms.every((term) => words.has(term))) return true;
  const beginningsByKind = foreign();
  const beginnings = Object.hasOwn(beginningsByKind, kind) ? (beginningsByKind[kind] ?? []) : [];
  return texts.some((text) =>
    beginnings.some((beginning) => hasBeginning(text.normalize('NFC').toLowerCase(), beginning)),
  );
}

function hasBeginning(text: string, beginning: string): boolean {
  for (let at = text.indexOf(beginning); at >= 0; at = text.indexOf(beginning, at + 1)) {
    const before = text[at - 1];
    const isShort = beginning.length <= SHORT && /\p{Script=Latin}/u.test(beginning);
    const isWhole = !isShort || /^s?(?!\p{L})/u.test(text.slice(at + beginning.length));
    if (isWhole && (before === undefined || !INSIDE.test(before))) return true;
  }
  return false;
}
