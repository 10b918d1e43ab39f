/** Synonyms: the groups of `assets/synonyms.txt`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazy } from '../base/lazy.ts';
import { stemOf } from '../base/lexemes.ts';
import { packageRoot } from '../base/root.ts';

/** The groups in which a word stands, by itself and by its stem. */
const groups = lazy(() => {
  const lines = readFileSync(join(packageRoot(), 'assets', 'synonyms.txt'), 'utf8').split('\n');
  const byForm = new Map<string, Set<readonly string[]>>();
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue;
    const group = line.split(' ');
    for (const form of group.flatMap((word) => [word, stemOf(word)]))
      byForm.set(form, (byForm.get(form) ?? new Set()).add(group));
  }
  return byForm;
});

/** Words that may mean the same as `word` in one of its forms, without the word itself. */
export function synonymsOf(word: string): string[] {
  const found = [word, stemOf(word)].flatMap((form) => [...(groups().get(form) ?? [])]);
  return [...new Set(found.flat())].filter((other) => other !== word);
}
