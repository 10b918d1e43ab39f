/** Learns from turns and their scores, and compares with the written rule. Pure. */
import type { Tier } from '../../../agent/index.ts';
import { choose, type Example, TIERS, train, type Weights } from './classifier.ts';

/** A turn that a tier answered, and its score from 1 to 5. */
export interface Scored {
  text: string;
  tier: Tier;
  score: number;
}

export interface Learnt {
  weights: Weights;
  /** Turns that it was learnt from, and those that were held back: the newest. */
  turns: number;
  heldBack: number;
  /** Held-back turns that the rule, and the learned weights, would have given to the right tier. */
  ruleRight: number;
  learntRight: number;
  isUsed: boolean;
}

/** Fewer turns teach nothing. */
const FEWEST = 120;
/** One of so many is held back. */
const HELD_BACK = 4;
const GOOD = 4;
const BAD = 2;
/** It must be right in so large a share more of the turns held back than the rule is. */
const LEAST_GAIN = 0.03;
/** And so many standard deviations more often than chance would have it. */
const LEAST_SURE = 1.64;

/** The tier that should have answered: the one that did it well, or the next larger one. Middling turns say nothing. */
function exampleOf({ text, tier, score }: Scored): Example | undefined {
  if (score >= GOOD) return { text, tier };
  if (score > BAD) return undefined;
  return { text, tier: TIERS[Math.min(TIERS.indexOf(tier) + 1, TIERS.length - 1)] as Tier };
}

/** The result for turns (oldest first); undefined where they are too few, or one tier did them all well. */
export function learn(turns: readonly Scored[], rule: (text: string) => Tier): Learnt | undefined {
  const examples = turns.flatMap((turn) => exampleOf(turn) ?? []);
  if (examples.length < FEWEST || new Set(examples.map(({ tier }) => tier)).size < 2) return undefined;
  const cut = examples.length - Math.floor(examples.length / HELD_BACK);
  const [seen, heldBack] = [examples.slice(0, cut), examples.slice(cut)];
  const weights = train(seen);
  const byRule = heldBack.map(({ text, tier }) => ({ chosen: rule(text), tier }));
  const byWeights = heldBack.map(({ text, tier }) => ({ chosen: choose(weights, text), tier }));
  const ruleRight = byRule.filter(isRight).length;
  const learntRight = byWeights.filter(isRight).length;
  const isUsed =
    beats(byWeights, byRule) &&
    // Nobody is answered worse so that something is saved.
    byWeights.filter(isTooSmall).length <= byRule.filter(isTooSmall).length;
  return { weights, turns: seen.length, heldBack: heldBack.length, ruleRight, learntRight, isUsed };
}

interface Choice {
  chosen: Tier;
  tier: Tier;
}

const isRight = ({ chosen, tier }: Choice): boolean => chosen === tier;
const isTooSmall = ({ chosen, tier }: Choice): boolean => TIERS.indexOf(chosen) < TIERS.indexOf(tier);

/** A sign test over the turns of which only one of both is right. */
function beats(ones: readonly Choice[], others: readonly Choice[]): boolean {
  const better = ones.filter((one, at) => isRight(one) && !isRight(others[at] as Choice)).length;
  const worse = ones.filter((one, at) => !isRight(one) && isRight(others[at] as Choice)).length;
  const gain = better - worse;
  return gain > 0 && gain / ones.length >= LEAST_GAIN && gain / Math.sqrt(better + worse) >= LEAST_SURE;
}
