import { z } from 'zod';
import { replaceOnce } from '../../base/text.ts';
import type { Entry, FileContent, Repository } from './repository.ts';

const path = z.string().min(1).max(300);

export const changeSchema = z.strictObject({
  summary: z.string().min(1).max(2_000),
  edits: z
    .array(z.strictObject({ path, find: z.string().min(1).max(20_000), replace: z.string().max(40_000) }))
    .max(60)
    .default([]),
  files: z
    .array(z.strictObject({ path, content: z.string().max(200_000) }))
    .max(20)
    .default([]),
});

export type ChangeAnswer = z.output<typeof changeSchema>;

const LARGEST = 400_000;

/** Whole files after the edits, or why they do not fit. Nothing but the files that it names is read. */
export async function filesAfter(
  repository: Repository,
  { base, entries }: { base: string; entries: readonly Entry[] },
  { edits, files }: ChangeAnswer,
  signal: AbortSignal,
): Promise<FileContent[] | string> {
  const entriesByPath = new Map(entries.map((entry) => [entry.path, entry]));
  const contents = new Map<string, string>();
  for (const { path: name, content } of files) {
    if (entriesByPath.has(name)) return `${JSON.stringify(name)} is there already: it is changed by edits.`;
    contents.set(name, content);
  }
  for (const { path: name, find, replace } of edits) {
    const entry = entriesByPath.get(name);
    if (!contents.has(name) && (!entry || !/^100/.test(entry.mode) || entry.size > LARGEST))
      return `${JSON.stringify(name)} is no file that can be edited.`;
    const text = contents.get(name) ?? (await repository.read(base, name, signal)).toString('utf8');
    const edited = replaceOnce(text, find, replace);
    if (edited === undefined)
      return `An edit of ${JSON.stringify(name)} finds ${text.includes(find) ? 'more than one place' : 'nothing'}.`;
    contents.set(name, edited);
  }
  return [...contents].map(([name, content]) => ({ path: name, content }));
}
