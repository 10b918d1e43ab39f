import { withTimeout } from '../base/async.ts';
import { BoundedMap } from '../base/bounded.ts';
import type { Embedder } from './embedder.ts';

/** A message waits no longer for it. */
const LONGEST_MS = 300;
/** After this an embedder is given up. */
const GIVEN_UP_MS = 30_000;
const MOST_KNOWN = 500;

/** Similarity in meaning of `text` to each of others; undefined where no embedder answers at once. Never throws. */
export type Likeness = (text: string, others: readonly string[]) => Promise<readonly number[] | undefined>;

/** The vectors of the others are kept: one that comes too late for a message is there for the next one. */
export function likenessBy(embedder: Embedder, longestMs = LONGEST_MS): Likeness {
  const known = new BoundedMap<string, Float32Array>(MOST_KNOWN);
  let underway: Promise<void> | undefined;
  const learn = async (texts: readonly string[]): Promise<void> => {
    for (let at = 0; at < texts.length; at += embedder.maxBatch) {
      const some = texts.slice(at, at + embedder.maxBatch);
      const vectors = await embedder.embed(some, 'document', AbortSignal.timeout(GIVEN_UP_MS));
      for (const [index, one] of some.entries()) known.set(one, vectors[index] as Float32Array);
    }
  };
  const compared = async (text: string, others: readonly string[]): Promise<readonly number[] | undefined> => {
    const missing = others.filter((one) => !known.get(one));
    if (missing.length > 0) {
      underway ??= learn(missing).finally(() => {
        underway = undefined;
      });
      await underway;
    }
    const [own] = await embedder.embed([text], 'query', AbortSignal.timeout(GIVEN_UP_MS));
    return own && others.map((one) => product(own, known.get(one)));
  };
  return (text, others) =>
    withTimeout(
      longestMs,
      compared(text, others).catch(() => undefined),
    );
}

/** The cosine of unit vectors. */
function product(one: Float32Array, other: Float32Array | undefined): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other?.[at] ?? 0);
  return sum;
}
