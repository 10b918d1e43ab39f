import { wordsOf } from './words.ts';

const COMMON = new Set('a an the to of in on at for is are me my i you it that and or do what'.split(' '));

/** An example of a request, and its words. */
export interface Example {
  example: string;
  words: readonly string[];
}

export const exampleOf = (example: string): Example => ({ example, words: wordsOf(example).map(({ norm }) => norm) });

/** The examples that share most telling words with `text`; where nothing is shared, the first ones. */
export function nearest(text: string, examples: readonly Example[], count: number): string[] {
  const said = new Set(wordsOf(text.slice(0, 500)).map((word) => word.norm));
  const scored = examples.map(({ example, words }, index) => {
    const shared = words.filter((word) => said.has(word));
    const score = shared.reduce((sum, word) => sum + (COMMON.has(word) ? 0.2 : 1), 0) / Math.sqrt(words.length);
    return { example, index, score };
  });
  scored.sort((a, b) => b.score - a.score || a.index - b.index);
  return scored.slice(0, count).map(({ example }) => example);
}
