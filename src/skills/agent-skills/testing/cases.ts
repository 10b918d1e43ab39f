/** The cases in a skill's `tests/`: what should call for it, and what its instructions should say. */

import { z } from 'zod';
import { listInside, readInside } from '../files/index.ts';

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
