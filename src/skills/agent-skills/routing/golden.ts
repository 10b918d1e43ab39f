/** Measures whether the right skill is found, over what a search gives for each request. */

import { z } from 'zod';
import { OFFERED_FROM } from './search.ts';

/** Requests and the skill that each is for: one, any of several, or null where none is to be offered. */
export const goldenFile = z
  .array(z.strictObject({ query: z.string().min(1), expected: z.union([z.string(), z.array(z.string()), z.null()]) }))
  .min(1)
  .max(100_000);

export type Golden = z.output<typeof goldenFile>;

/** Quality of routing. Shares are of the requests that a skill is for, and count offered skills alone. */
export interface Metrics {
  requests: number;
  accuracy_at_1: number;
  accuracy_at_5: number;
  /** Mean reciprocal rank, 0 where the skill is not among the first 20. */
  mrr: number;
  /** Requests that no skill is for. */
  for_none: number;
  /** Of these, those that were offered one. */
  offered_for_nothing: number;
  /** The requests whose first skill was another one, the most frequent pairs first. */
  confusions: { query: string; expected: string | null; got: string | null }[];
}

const LOOKED_AT = 20;
const MOST_CONFUSIONS = 50;

/** Result of a search for a request, the best first. */
export type Found = readonly { names: readonly string[]; fit: number }[];

/** `find` is asked for one request after another. */
export async function measure(golden: Golden, find: (query: string) => Promise<Found>): Promise<Metrics> {
  const confusions: Metrics['confusions'] = [];
  const wanted = golden.filter(({ expected }) => expected !== null).length;
  let [first, five, reciprocal, offered] = [0, 0, 0, 0];
  for (const { query, expected } of golden) {
    const found = (await find(query)).filter(({ fit }) => fit >= OFFERED_FROM).slice(0, LOOKED_AT);
    const got = found[0]?.names[0] ?? null;
    const right = new Set([expected ?? []].flat());
    const place = found.findIndex(({ names }) => names.some((name) => right.has(name)));
    if (expected === null ? got !== null : place !== 0)
      confusions.push({ query, expected: [...right].join(' or ') || null, got });
    if (expected === null) offered += got === null ? 0 : 1;
    if (place < 0) continue;
    if (place === 0) first++;
    if (place < 5) five++;
    reciprocal += 1 / (place + 1);
  }
  const share = (count: number) => (wanted === 0 ? 0 : count / wanted);
  return {
    requests: golden.length,
    accuracy_at_1: share(first),
    accuracy_at_5: share(five),
    mrr: share(reciprocal),
    for_none: golden.length - wanted,
    offered_for_nothing: offered,
    confusions: confusions.slice(0, MOST_CONFUSIONS),
  };
}
