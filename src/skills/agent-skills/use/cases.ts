/** The cases in a skill's `tests/`: what should call for it, and what its instructions should say. */

import { z } from 'zod';
import { listInside } from '../../../base/folders/list.ts';
import { readInside } from '../../../base/folders/read.ts';
import { shorten } from '../../../base/text.ts';
import { readBody } from '../read/file.ts';
import { SkillSearch } from '../routing/search.ts';
import type { AgentSkill, SkillSnapshot } from '../skill.ts';
import { fill } from './instructions.ts';

const MAX_CASES_BYTES = 262_144;

const texts = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const testCase = z
  .strictObject({
    /** Subject of the case. */
    name: z.string().optional(),
    /** Words that should make the model think of the skill … */
    prompt: z.string().optional(),
    /** … or should not. */
    found: z.boolean().default(true),
    /** Arguments behind the skill's name. */
    args: z.string().default(''),
    /** Texts that the filled-in instructions must contain. */
    contains: texts.default([]),
    /** Texts that they must not contain. */
    lacks: texts.default([]),
  })
  .refine(({ prompt, contains, lacks }) => prompt !== undefined || contains.length + lacks.length > 0, {
    error: 'expected "prompt", "contains" or "lacks"',
  });

const casesFile = z.union([
  z.array(testCase),
  z.strictObject({ cases: z.array(testCase) }).transform(({ cases }) => cases),
]);

type TestCase = z.output<typeof testCase>;

/** Reads `tests/*.json` in a skill's folder. What is not in their form is told, and does not stop the others. */
async function readCases(directory: string) {
  const listing = await listInside(directory);
  const files = listing.files.map(({ path }) => path).filter((path) => /^tests\/[^/]+\.json$/.test(path));
  const cases: { file: string; test: TestCase }[] = [];
  /** Files that hold no cases, each with why. */
  const others: { file: string; why: string }[] = [];
  for (const file of files.sort()) {
    const read = await readInside(directory, file, { maxBytes: MAX_CASES_BYTES });
    const found = read.ok && !read.truncated ? parse(read.content.toString()) : 'it cannot be read';
    if (typeof found === 'string') others.push({ file, why: found });
    else cases.push(...found.map((test) => ({ file, test })));
  }
  return { cases, others };
}

function parse(text: string): TestCase[] | string {
  try {
    const { success, data, error } = casesFile.safeParse(JSON.parse(text));
    return success ? data : `it holds no cases (${z.prettifyError(error).split('\n')[0]})`;
  } catch {
    return 'it is no JSON';
  }
}

/** Plays the cases of `skill`. Without a model: what is asked is whether it can be found, and what it then says. */
export async function testSkill(
  snapshot: SkillSnapshot,
  skill: AgentSkill,
): Promise<{ outcomes: Outcome[]; others: { file: string; why: string }[] }> {
  if (skill.directory === undefined) return { outcomes: [], others: [] };
  const { cases, others } = await readCases(skill.directory);
  const search = new SkillSearch();
  const body = readBody(skill);
  const outcomes: Outcome[] = [];
  for (const { file, test } of cases) {
    const wrong = [
      ...(test.prompt === undefined
        ? []
        : misplaced(
            test,
            (await search.find(snapshot, test.prompt)).findIndex((found) => found.skill === skill),
          )),
      ...misworded(test, typeof body === 'string' ? body : '', skill.name),
    ];
    const name = test.name ?? shorten(test.prompt ?? (test.args || 'called without arguments'), 60);
    outcomes.push({ file, name, ok: wrong.length === 0, says: wrong.join('; ') });
  }
  return { outcomes, others };
}

interface Outcome {
  /** Inside of the skill. */
  readonly file: string;
  readonly name: string;
  readonly ok: boolean;
  /** Difference from the expectation. */
  readonly says: string;
}

/** A model looks at about so many when it searches. */
const LOOKED_AT = 5;

function misplaced({ found }: TestCase, place: number): string[] {
  const isFound = place >= 0 && place < LOOKED_AT;
  if (isFound === found) return [];
  if (isFound) return [`it is found, at place ${place + 1}`];
  return [place < 0 ? 'it is not found' : `it is found at place ${place + 1} only`];
}

function misworded({ args, contains, lacks }: TestCase, body: string, name: string): string[] {
  const { text } = fill(body, { args, values: {}, exposed: {}, baseDir: `/skills/${name}` });
  return [
    ...contains.filter((part) => !text.includes(part)).map((part) => `it does not say "${part}"`),
    ...lacks.filter((part) => text.includes(part)).map((part) => `it says "${part}"`),
  ];
}
