/** The cases in a skill's `tests/`: what should call for it, and what its instructions should say. */

import { z } from 'zod';
import { shorten } from '../../../base/text.ts';
import { listInside } from '../files/list.ts';
import { readInside } from '../files/read.ts';

const MAX_CASES_BYTES = 262_144;

const texts = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));

const testCase = z
  .strictObject({
    /** What the case is about. */
    name: z.string().optional(),
    /** What somebody says, that should make the model think of the skill … */
    prompt: z.string().optional(),
    /** … or should not. */
    found: z.boolean().default(true),
    /** What stands behind the skill's name when it is called. */
    args: z.string().default(''),
    /** What the instructions must hold when that is filled in. */
    contains: texts.default([]),
    /** What they must not hold. */
    lacks: texts.default([]),
  })
  .refine(({ prompt, contains, lacks }) => prompt !== undefined || contains.length + lacks.length > 0, {
    error: 'expected "prompt", "contains" or "lacks"',
  });

const casesFile = z.union([
  z.array(testCase),
  z.strictObject({ cases: z.array(testCase) }).transform(({ cases }) => cases),
]);

export type TestCase = z.output<typeof testCase>;

export interface TestCases {
  readonly cases: readonly { readonly file: string; readonly test: TestCase }[];
  /** Files under `tests/` that hold no cases, each with why. */
  readonly others: readonly { readonly file: string; readonly why: string }[];
}

/** Reads `tests/*.json` in a skill's folder. What is not in their form is told, and does not stop the others. */
export async function readCases(directory: string): Promise<TestCases> {
  const listing = await listInside(directory);
  const files = listing.files.map(({ path }) => path).filter((path) => /^tests\/[^/]+\.json$/.test(path));
  const cases: { file: string; test: TestCase }[] = [];
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

/** What a test may ask of the skill. */
export interface Tested {
  readonly name: string;
  /** The instructions as they come when it is called with `args`. */
  instructions(args: string): Promise<string>;
  /** The names that a search for `words` finds, the best first. */
  search(words: string): Promise<readonly string[]>;
}

export interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  /** What was not as it should be. */
  readonly says: string;
}

/** A model looks at about so many when it searches. */
const LOOKED_AT = 5;

/** Plays one case. Without a model: what is asked is whether the skill can be found, and what it then says. */
export async function runCase(test: TestCase, skill: Tested): Promise<Outcome> {
  const name = test.name ?? shorten(test.prompt ?? (test.args || 'called without arguments'), 60);
  const wrong: string[] = [];
  if (test.prompt !== undefined) {
    const place = (await skill.search(test.prompt)).indexOf(skill.name);
    const isFound = place >= 0 && place < LOOKED_AT;
    if (isFound && !test.found) wrong.push(`it is found, at place ${place + 1}`);
    if (!isFound && test.found) wrong.push(place < 0 ? 'it is not found' : `it is found at place ${place + 1} only`);
  }
  if (test.contains.length + test.lacks.length > 0) {
    const text = await skill.instructions(test.args);
    wrong.push(...test.contains.filter((part) => !text.includes(part)).map((part) => `it does not say "${part}"`));
    wrong.push(...test.lacks.filter((part) => text.includes(part)).map((part) => `it says "${part}"`));
  }
  return { name, ok: wrong.length === 0, says: wrong.join('; ') };
}
