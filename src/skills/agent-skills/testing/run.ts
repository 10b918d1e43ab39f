import { shorten } from '../../../base/text.ts';
import type { TestCase } from './cases.ts';

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
