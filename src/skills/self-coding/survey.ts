/** The blast radius of a change: read-only, counted in code and not only by a model. */

import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { z } from 'zod';
import { readForm } from '../../agent/index.ts';
import { packageRoot } from '../../base/root.ts';
import { askOrRetry, heavyOf, type Proposal, proposalStore } from '../../proposals/index.ts';
import { readerOf } from '../../storage/index.ts';
import type { Deps } from './config.ts';
import { pathRefusal } from './forbidden.ts';
import { RefusedRun } from './outcome.ts';
import type { Entry, Repository } from './repository.ts';
import type { Survey } from './store.ts';
import * as texts from './texts.ts';

const path = z.string().min(1).max(300);
const wish = z.object({ read: z.array(path).max(12).default([]) });
const found = z.object({
  files: z.array(path).min(1).max(50),
  affected: z.array(path).max(500).default([]),
  notes: z.string().max(4_000).default(''),
});

const LONGEST_LIST = 60_000;
const LONGEST_FILE = 40_000;
const LONGEST_READ = 120_000;
const TEST = /(?:^|\/)(?:tests?|spec|__tests__)\/|(?:\.test|\.spec|_test)\.[a-z]+$|(?:^|\/)test_[^/]*$/i;

export interface SurveyedRepository {
  repository: Repository;
  base: string;
  entries: readonly Entry[];
}

/** Finds the files that a proposal is about, and what depends on them; throws `RefusedRun` where that is too much. */
export async function survey(
  deps: Deps,
  looked: SurveyedRepository,
  proposal: Proposal,
  signal: AbortSignal,
): Promise<Survey> {
  const { executor_max_files: most, executor_forbidden_paths: forbidden } = deps.config;
  const material = { Proposal: describe(proposal), 'Files of the repository': listOf(looked.entries, forbidden) };
  const asked = { form: texts.formOfReading(), maxTokens: 1_000 };
  const { read } = await ask(deps, 'code-archaeologist', { material, ...asked }, wish, signal);
  const contents = await contentsOf(looked, read, signal);
  const task = { material: { ...material, ...contents }, form: texts.formOfSurvey(most), maxTokens: 2_000 };
  const { files, affected, notes } = await ask(deps, 'code-archaeologist', task, found, signal);
  const wanted = [...new Set(files)];
  if (wanted.length > most) throw new RefusedRun(texts.tooManyFiles(wanted.length, most));
  for (const each of wanted) {
    const why = pathRefusal(each, forbidden);
    if (why !== undefined) throw new RefusedRun(texts.forbiddenPath(each, why));
  }
  return { files: wanted, affected: await radius(deps, looked, wanted, affected, signal), notes };
}

/** The files besides tests that depend on `files`: those that a model names, and those in which they are imported. */
export async function radius(
  { config }: Pick<Deps, 'config'>,
  { repository, base, entries }: SurveyedRepository,
  files: readonly string[],
  named: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const paths = new Set(entries.map((entry) => entry.path));
  const affected = new Set(named.filter((each) => paths.has(each)));
  for (const each of await importersOf(repository, base, files, signal)) affected.add(each);
  const others = [...affected].filter((each) => !files.includes(each) && !TEST.test(each) && !/\.md$/i.test(each));
  const limit = config.executor_blast_radius_limit;
  if (others.length > limit) throw new RefusedRun(texts.tooFar(others.length, limit));
  return others.sort();
}

/** As it is told to a model: words of a model that a person has approved, and still data. */
export const describe = ({ title, description, category }: Proposal): string =>
  JSON.stringify({ title, description, category }, null, 1);

export async function contentsOf(
  { repository, base, entries }: SurveyedRepository,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const entriesByPath = new Map(entries.map((entry) => [entry.path, entry]));
  const contents: Record<string, string> = {};
  let size = 0;
  for (const each of new Set(paths)) {
    const entry = entriesByPath.get(each);
    if (!entry || !/^100/.test(entry.mode) || entry.size > LONGEST_FILE || size + entry.size > LONGEST_READ) continue;
    const bytes = await repository.read(base, each, signal);
    if (bytes.includes(0)) continue;
    size += entry.size;
    contents[`File ${each}`] = bytes.toString('utf8');
  }
  return contents;
}

function listOf(entries: readonly Entry[], forbidden: readonly string[]): string {
  const open = entries.filter(
    ({ path: each, mode }) => /^100/.test(mode) && pathRefusal(each, forbidden) === undefined,
  );
  return open
    .map(({ path: each }) => each)
    .join('\n')
    .slice(0, LONGEST_LIST);
}

// Files that may import another one, read from the text of a commit: nothing of it is compiled or run. Too many are counted
// rather than too few: any string that may mean a file counts, whatever it is used for.

const SCRIPT = /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/;
const QUOTE = `['"\`]`;
const INSIDE = `[^'"\`]*`;
const ENDINGS = '([.][A-Za-z]+)*';
const RELATIVE_IMPORT = `${QUOTE}[.]{1,2}(/${INSIDE})?${QUOTE}`;
const LITERAL = /['"`]([^'"`]*)['"`]$/;
const KEYWORD = 'import|from|require|include|use|load';

export async function importersOf(
  repository: Pick<Repository, 'grep' | 'matches'>,
  commit: string,
  changed: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const importers = new Set<string>();
  const scripts = changed.filter((path) => SCRIPT.test(path));
  if (scripts.length > 0) {
    const patterns = [RELATIVE_IMPORT, ...scripts.flatMap(namedIn)];
    for (const { path, text } of await repository.matches(commit, patterns, signal))
      if (scripts.some((script) => mayMean(text, path, script))) importers.add(path);
  }
  // Other languages import by names, over several lines: a file that imports anything and has the name in it.
  for (const path of changed.filter((each) => !SCRIPT.test(each))) {
    const word = `(^|[^[:alnum:]_-])${posixEscaped(stemOf(path))}([^[:alnum:]_-]|$)`;
    for (const other of await repository.grep(commit, [word, KEYWORD], signal)) importers.add(other);
  }
  return importers;
}

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
  const name = `(${[...namesOf(path)].map(posixEscaped).join('|')})${ENDINGS}${QUOTE}`;
  return [`${QUOTE}${INSIDE}/${name}`, `(from|import|require)[[:space:]]*[(]?[[:space:]]*${QUOTE}[#~@]?${name}`];
}

function namesOf(path: string): ReadonlySet<string> {
  const stem = stemOf(path);
  return new Set(stem === 'index' ? [stem, stemOf(posix.dirname(path))] : [stem]);
}

const stemOf = (path: string): string => withoutEnding(posix.basename(path)).replace(/^[#~@]/, '');

const withoutEnding = (path: string): string => path.replace(/(?:\.d)?\.[^./]*$/, '');

const posixEscaped = (text: string): string => text.replace(/[.[\]{}()*+?^$|\\]/g, '\\$&');

/** Specialists of a run: they get their material in the question, and no tool. */
type SpecialistName = 'code-archaeologist' | 'code-surgeon' | 'test-runner' | 'improvement-reporter';

interface Task {
  material: Readonly<Record<string, string>>;
  form: string;
  maxTokens: number;
}

const HEAVY_SPECIALISTS: readonly SpecialistName[] = ['code-archaeologist', 'code-surgeon'];
const TRIES = 2;

/** Asks one; throws `RefusedRun` or `RetryLater`. */
export async function ask<T>(
  deps: Deps,
  name: SpecialistName,
  { material, form, maxTokens }: Task,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const personId = await proposalStore.firstOwner(readerOf(deps.database));
  if (personId === undefined) throw new RefusedRun(texts.noOwner());
  const system = await readFile(join(packageRoot(), 'agents', name, 'soul.md'), 'utf8');
  const parts = Object.entries(material).map(([title, text]) => `## ${title}\n\n${texts.quoteBlock(text)}`);
  const text = [...parts, `## Your answer\n\nJSON and nothing else, of this form:\n\n${form}`].join('\n\n');
  const model = HEAVY_SPECIALISTS.includes(name) ? heavyOf(deps.config) : undefined;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const asked = { personId, system, text, maxTokens, model };
    const answer = await askOrRetry(deps, `improvement.${name}`, asked, signal);
    if (!answer.ok) throw new RefusedRun(answer.message);
    // Without a repair: half of a change is none.
    const read = readForm(answer.text, schema, (fields) => fields);
    if (read !== undefined) return read;
  }
  throw new RefusedRun(texts.unreadable(name));
}
