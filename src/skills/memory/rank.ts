/** Ranking by words and by meaning: pure, so that a bench and a person's index use the same. */
import { lexemesOf } from '../../base/lexemes.ts';

/** How much the vector of the query without its question words counts beside the whole one. */
const BARE = 0.3;
/**
 * How much words count beside meaning, for a query that the best memory covers whole: 0.4 to 0.7 differ by less than one
 * question in a hundred. More of them helps questions in the words of the memory and harms those in others.
 */
const WORDS = 0.5;
/** How much it counts that a memory has all names of the query: a name has no other word. */
const NAMES = 0.1;
/** A memory that has no vector yet is taken to be as near as its words say, times this. */
const NO_VECTOR = 0.35;

const NOWHERE: ArrayLike<number> = [];

/** How rare a term is that `df` of `n` texts have. */
function idf(df: number, n: number): number {
  return Math.log(1 + (n - df + 0.5) / (df + 0.5));
}

/** The share of the query's IDF mass that each text covers. `postings` gives the places of the texts that have a term. */
export function coverage(
  terms: readonly string[],
  n: number,
  size: number,
  postings: (term: string) => ArrayLike<number> | undefined,
): Float32Array {
  const covered = new Float32Array(size);
  const weighed = [...new Set(terms)].map((term) => {
    const places = postings(term) ?? NOWHERE;
    return { places, weight: idf(Math.min(places.length, n), n) };
  });
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return covered;
  for (const { places, weight } of weighed) add(covered, places, weight / total);
  return covered;
}

/** The share of the terms that each text has, whatever they weigh; undefined where there are none. */
export function share(
  terms: readonly string[],
  size: number,
  postings: (term: string) => ArrayLike<number> | undefined,
): Float32Array | undefined {
  if (terms.length === 0) return undefined;
  const shares = new Float32Array(size);
  for (const term of terms) add(shares, postings(term) ?? NOWHERE, 1 / terms.length);
  return shares;
}

function add(shares: Float32Array, places: ArrayLike<number>, weight: number): void {
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    shares[place] = (shares[place] as number) + weight;
  }
}

/**
 * What words add to meaning. Their weight follows how much of the query the best text covers, and more than in proportion
 * how much each does: a question in other words is left to its meaning. `named`: the share of the query's names.
 */
export function wordsAdd(covered: Float32Array, named: Float32Array | undefined): Float32Array {
  let best = 0;
  for (const share of covered) best = Math.max(best, share);
  return covered.map((share, place) => WORDS * best * share ** 1.5 + NAMES * (named?.[place] ?? 0));
}

/** Words and meaning as one score for each text. `near`: the similarities, NaN where a text has no vector. */
export function fuse(covered: Float32Array, added: Float32Array, near: Float32Array): Float32Array {
  return near.map((similarity, place) => {
    const share = NO_VECTOR * (covered[place] as number);
    return (Number.isNaN(similarity) ? share : similarity) + (added[place] as number);
  });
}

/** The vector of a query, of its own and that of the query without its question words. */
export function blended(whole: Float32Array, bare: Float32Array | undefined): Float32Array {
  return bare ? whole.map((value, at) => (value + BARE * (bare[at] as number)) / (1 + BARE)) : whole;
}

/** The places of the `limit` highest scores above 0 for which `admits` holds, best first; of equals the later one. */
export function top(scores: Float32Array, limit: number, admits: (place: number) => boolean): number[] {
  const best: number[] = [];
  for (let place = scores.length - 1; place >= 0; place--) {
    const score = scores[place] as number;
    if (score <= 0) continue;
    const last = best.at(-1);
    if (best.length >= limit && last !== undefined && score <= (scores[last] as number)) continue;
    if (!admits(place)) continue;
    let at = best.length;
    while (at > 0 && (scores[best[at - 1] as number] as number) < score) at--;
    best.splice(at, 0, place);
    if (best.length > limit) best.pop();
  }
  return best;
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
