/** Ranking by words and by meaning: pure, so that a bench and a person's index use the same. */
import { lexemesOf } from '../base/lexemes.ts';

/** Weight of the query's vector without its question words, beside the whole one. */
const BARE = 0.3;
/**
 * Weight of words beside meaning, for a query that the best memory covers whole: 0.4 to 0.7 differ by less than one
 * question in a hundred. More of them helps questions in the words of the memory and harms those in others.
 */
const WORDS = 0.5;
/** Weight of a memory that has all names of the query: a name has no other word. */
export const NAMES = 0.1;
/**
 * Weight of a synonym of a word of the query, for a query of synonyms alone: 0.2 to 0.5 differ by less than one
 * question in a hundred.
 */
const SYNONYMS = 0.3;
/** A memory that has no vector yet is taken to be as near as its words say, times this. */
const NO_VECTOR = 0.35;

/**
 * Adds words to meaning, onto `added`. Their weight follows the share of the query that the best text covers, and more
 * than in proportion the share that each covers: a question in other words is left to its meaning.
 */
export function addWords(covered: Float32Array, added: Float32Array): void {
  let best = 0;
  for (const share of covered) if (share > best) best = share;
  for (let place = 0; place < covered.length; place++) {
    const share = covered[place] as number;
    if (share > 0) added[place] = (added[place] as number) + WORDS * best * share * Math.sqrt(share);
  }
}

/**
 * Adds synonyms to meaning, onto `added`: as much as words of the query would cover, of which a text has a synonym and
 * not the word itself. `weights`: of the words; `seen`: an array of zeros for each place.
 */
export function addSynonyms(
  synonyms: ReadonlyMap<string, readonly string[]>,
  weights: ReadonlyMap<string, number>,
  postings: (term: string) => ArrayLike<number>,
  { added, seen }: { added: Float32Array; seen: Float32Array },
): void {
  let turn = 0;
  for (const [term, others] of synonyms) {
    turn++;
    const weight = SYNONYMS * (weights.get(term) ?? 0);
    for (const [index, other] of [term, ...others].entries()) {
      const places = postings(other);
      for (let at = 0; at < places.length; at++) {
        const place = places[at] as number;
        if (seen[place] === turn) continue;
        seen[place] = turn;
        if (index > 0) added[place] = (added[place] as number) + weight;
      }
    }
  }
}

/** Adds meaning to what words and names add. `near`: the similarities, NaN where a text has no vector. */
export function addMeaning(covered: Float32Array, added: Float32Array, near: Float32Array): void {
  for (let place = 0; place < near.length; place++) {
    const similarity = near[place] as number;
    const meaning = Number.isNaN(similarity) ? NO_VECTOR * (covered[place] as number) : similarity;
    added[place] = (added[place] as number) + meaning;
  }
}

/** The vector of a query, of its own and that of the query without its question words. */
export function blended(whole: Float32Array, bare: Float32Array | undefined): Float32Array {
  return bare ? whole.map((value, at) => (value + BARE * (bare[at] as number)) / (1 + BARE)) : whole;
}

const ASKED =
  /^(?:(?:what|which|who|whom|whose|when|where|why|how)(?: (?:often|much|many|long|old|fast|far|large))?|is|are|was|were|does|do|did|has|have|will|can|should)\b ?/i;
const AUXILIARY = /^(?:did|does|do|is|are|was|were|has|have|will|can)\b ?/i;

/** A question without the words that only ask: "Where did Maya move?" → "Maya move". */
export function bareQuestion(text: string): string {
  const bare = text.trim().replace(/\?+$/, '').replace(ASKED, '').replace(AUXILIARY, '').trim();
  return bare === '' ? text : bare;
}

/** The terms of the names in a query: words with a capital inside it. */
export function namesIn(text: string): string[] {
  return [...new Set(lexemesOf((text.match(/(?<=\s)\p{Lu}[\p{L}\p{M}\p{N}'’]*/gu) ?? []).join(' ')))];
}
