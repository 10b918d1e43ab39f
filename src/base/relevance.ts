/** Ranks texts for a question by their words (BM25): pure, over postings that the caller keeps. */

const NOWHERE: ArrayLike<number> = [];

/** Inverse document frequency of a term that `df` of `n` texts have. */
function idf(df: number, n: number): number {
  return Math.log(1 + (n - df + 0.5) / (df + 0.5));
}

/**
 * The share of the query's IDF mass that each text covers, into `covered`, which is all zero. `postings` gives the places
 * of the texts that have a term.
 */
export function coverage(
  terms: readonly string[],
  n: number,
  covered: Float32Array,
  postings: (term: string) => ArrayLike<number> | undefined,
): Float32Array {
  for (const [term, weight] of shares(terms, n, postings)) add(covered, postings(term) ?? NOWHERE, weight);
  return covered;
}

/** The share of the query's IDF mass that each of its terms has. */
export function shares(
  terms: readonly string[],
  n: number,
  postings: (term: string) => ArrayLike<number> | undefined,
): Map<string, number> {
  const weights = new Map(terms.map((term) => [term, idf(Math.min(postings(term)?.length ?? 0, n), n)]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  if (total > 0) for (const [term, weight] of weights) weights.set(term, weight / total);
  return weights;
}

/** Adds `weight` at the places of texts. */
export function add(shares: Float32Array, places: ArrayLike<number>, weight: number): void {
  for (let at = 0; at < places.length; at++) {
    const place = places[at] as number;
    shares[place] = (shares[place] as number) + weight;
  }
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
