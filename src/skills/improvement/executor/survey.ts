/** The blast radius of a change: read-only, counted in code and not only by a model. */
import { z } from 'zod';
import type { Deps } from '../part.ts';
import type { Proposal } from '../proposals.ts';
import { pathRefusal } from './forbidden.ts';
import { importersOf } from './imports.ts';
import { Refused } from './outcome.ts';
import type { Entry, Repository } from './repository.ts';
import { ask } from './specialists.ts';
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

/** The commit in which is looked. */
export interface Looked {
  repository: Repository;
  base: string;
  entries: readonly Entry[];
}

/** Finds the files that a proposal is about, and what depends on them; throws `Refused` where that is too much. */
export async function survey(deps: Deps, looked: Looked, proposal: Proposal, signal: AbortSignal): Promise<Survey> {
  const { executor_max_files: most, executor_forbidden_paths: forbidden } = deps.config;
  const material = { Proposal: describe(proposal), 'Files of the repository': listOf(looked.entries, forbidden) };
  const asked = { form: texts.formOfReading(), maxTokens: 1_000 };
  const { read } = await ask(deps, 'code-archaeologist', { material, ...asked }, wish, signal);
  const contents = await contentsOf(looked, read, signal);
  const task = { material: { ...material, ...contents }, form: texts.formOfSurvey(most), maxTokens: 2_000 };
  const { files, affected, notes } = await ask(deps, 'code-archaeologist', task, found, signal);
  const wanted = [...new Set(files)];
  if (wanted.length > most) throw new Refused(texts.tooManyFiles(wanted.length, most));
  for (const each of wanted) {
    const why = pathRefusal(each, forbidden);
    if (why !== undefined) throw new Refused(texts.forbiddenPath(each, why));
  }
  return { files: wanted, affected: await radius(deps, looked, wanted, affected, signal), notes };
}

/** The files besides tests that depend on `files`: those that a model names, and those in which they are imported. */
export async function radius(
  { config }: Pick<Deps, 'config'>,
  { repository, base, entries }: Looked,
  files: readonly string[],
  named: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const known = new Set(entries.map((entry) => entry.path));
  const affected = new Set(named.filter((each) => known.has(each)));
  for (const each of await importersOf(repository, base, files, signal)) affected.add(each);
  const others = [...affected].filter((each) => !files.includes(each) && !TEST.test(each) && !/\.md$/i.test(each));
  const limit = config.executor_blast_radius_limit;
  if (others.length > limit) throw new Refused(texts.tooFar(others.length, limit));
  return others.sort();
}

/** As it is told to a model: words of a model that a person has approved, and still data. */
export const describe = ({ title, description, category }: Proposal): string =>
  JSON.stringify({ title, description, category }, null, 1);

/** The files by their paths, without those that cannot be read as text. */
export async function contentsOf(
  { repository, base, entries }: Looked,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const known = new Map(entries.map((entry) => [entry.path, entry]));
  const contents: Record<string, string> = {};
  let size = 0;
  for (const each of new Set(paths)) {
    const entry = known.get(each);
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
