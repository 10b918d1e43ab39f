/** A question as an index is searched with it. */
import { lexemesOf } from '../base/lexemes.ts';
import type { Embedder } from './embedder.ts';
import { bareQuestion, blended, namesIn } from './rank.ts';

export interface Sought {
  terms: readonly string[];
  /** Those of the terms that are names. */
  names?: readonly string[];
  vector?: Float32Array | undefined;
}

/** A question is embedded up to here, in characters. */
const LONGEST_EMBEDDED = 1_000;
/** And its words are looked for up to here. */
const LONGEST = 4_000;

/** The words of a question, and the names among them. */
export function wordsOf(text: string): Sought {
  const words = text.slice(0, LONGEST);
  return { terms: lexemesOf(words), names: namesIn(words) };
}

/** The vector of a question. Throws `EmbedderFault` as the embedder does. */
export async function vectorOf(embedder: Embedder, text: string, signal: AbortSignal): Promise<Float32Array> {
  const whole = text.slice(0, LONGEST_EMBEDDED);
  const bare = bareQuestion(whole);
  const [first, second] = await embedder.embed(bare === whole ? [whole] : [whole, bare], 'query', signal);
  return blended(first as Float32Array, second);
}
