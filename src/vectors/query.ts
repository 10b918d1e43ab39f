/** A question as an index is searched with it. */
import { lexemesOf, wordsIn } from '../base/lexemes.ts';
import type { Embedder } from './embedder.ts';
import { bareQuestion, blended, namesIn } from './rank.ts';
import { synonymsOf } from './synonyms.ts';

export interface Sought {
  terms: readonly string[];
  /** Those of the terms that are names. */
  names?: readonly string[];
  /** The terms of the synonyms of each of the terms that has any. */
  synonyms?: ReadonlyMap<string, readonly string[]>;
  vector?: Float32Array | undefined;
}

/** A question is embedded up to here, in characters. */
const LONGEST_EMBEDDED = 1_000;
/** And its words are looked for up to here. */
const LONGEST = 4_000;

/** The words of a question, the names among them, and what the others may be called as well. */
export function wordsOf(text: string): Sought {
  const words = text.slice(0, LONGEST);
  const [terms, names] = [lexemesOf(words), namesIn(words)];
  const synonyms = new Map<string, string[]>();
  for (const word of wordsIn(words)) {
    const [term] = lexemesOf(word);
    if (term === undefined || names.includes(term) || synonyms.has(term)) continue;
    const others = new Set(synonymsOf(word).flatMap(lexemesOf));
    others.delete(term);
    if (others.size > 0) synonyms.set(term, [...others]);
  }
  return { terms, names, synonyms };
}

/** The vector of a question. Throws `EmbedderFault` as the embedder does. */
export async function vectorOf(embedder: Embedder, text: string, signal: AbortSignal): Promise<Float32Array> {
  const whole = text.slice(0, LONGEST_EMBEDDED);
  const bare = bareQuestion(whole);
  const [first, second] = await embedder.embed(bare === whole ? [whole] : [whole, bare], 'query', signal);
  return blended(first as Float32Array, second);
}
