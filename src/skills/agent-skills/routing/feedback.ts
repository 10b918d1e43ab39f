/** Learns from people who said that another skill was meant: bounded, and in each space by itself. */

import type { Instant } from '../../../base/clock.ts';
import type { Transaction } from '../../../storage/index.ts';
import * as store from './store.ts';
import { contentTerms } from './words.ts';

/** By how much words speak for skills, by the skill's name. */
export type Learned = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** One answer moves a skill by so much for the same request, and any number of them by at most twice as much. */
const STEP = 0.15;
const MOST = 2 * STEP;
/** Words of one request that are learned from. */
const MOST_TERMS = 12;

export interface Feedback {
  spaceId: string;
  /** The skill that was chosen, and is to be chosen less; undefined: that is learned already. */
  got: string | undefined;
  /** The one that was meant; undefined: none that is known. */
  expected: string | undefined;
  /** The words of the request. */
  terms: readonly string[];
}

/** Learns from one answer; false where there are no words to learn from. */
export async function learn(tx: Transaction, feedback: Feedback, now: Instant): Promise<boolean> {
  const { spaceId, got, expected, terms } = feedback;
  if (terms.length === 0) return false;
  const step = STEP / terms.length;
  const move = (skill: string | undefined, by: number) =>
    skill === undefined ? undefined : store.addWeights(tx, { spaceId, skill, terms, step: by, most: STEP }, now);
  await move(got, -step);
  await move(expected, step);
  return true;
}

/** The words of a request that tell what it asks for. */
export const termsToLearn = (query: string): string[] => contentTerms(query).slice(0, MOST_TERMS);

/** The learned bonus of one skill for a request with these words. */
export function bonusOf(weights: ReadonlyMap<string, number>, terms: Iterable<string>): number {
  let sum = 0;
  for (const term of terms) sum += weights.get(term) ?? 0;
  return Math.max(-MOST, Math.min(MOST, sum));
}
