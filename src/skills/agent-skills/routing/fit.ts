/**
 * Probability that a request asks for a skill at all: two logistic regressions, over words alone and over words and
 * meaning.
 */

import type { Match } from './words.ts';

/**
 * Over what a skill shares with a request, learned on the requests of test/skills/agent-skills/routing among a thousand public
 * skills. `told` and `inName` count words by their rarity: 1 is a word that no other skill has.
 */
const BY_WORDS = { bias: -4.9, told: 1.8, inName: 0.54, shared: 0.63, asked: 1.33 };
/** A request that is nothing but words of a skill, so rare together, asks for it however short it is. */
const RARE = 0.7;
/** Weight of learned bonuses in words alone, where a score has another scale than beside meaning. */
const LEARNED = 5;
/** So likely a request must ask for a skill for it to be offered. */
const WORDS_FROM = Math.log(0.65 / 0.35);

/** The vector space that the distances of `BY_MEANING` are of: that of the built-in embedder. */
export const LEARNED_IN = 'energetic-ai/embeddings-en@0.2';

/**
 * Over words and meaning, learned on the same requests, in their own catalog and among a thousand public skills, with 150
 * everyday ones. What separates them most is how far a request is from what all skills have in common: chat is far.
 */
const BY_MEANING = { bias: 9.48, score: 4.88, lead: 1.62, asked: 0.32, length: 0.58, distance: -16.12 };
/** Between what requests and what everyday ones have, where too few skills are there to tell. */
const NO_DISTANCE = 1.08;
/** A skill whose score is less than the best one's fits less, by so much of the difference. */
const BEHIND = 0.5;

/** Features of a request and of the skill that it shares most with. */
export interface Signs {
  /** Words of the request that are more than what any request is made of. */
  asked: number;
  /** All words of it. */
  length: number;
  /** Of the skill with the best score. */
  score: number;
  /** By how much the best score is above what the request has in common with any skill. */
  lead: number;
  distance: number | undefined;
}

/** 0 to 1: whether what `match` says is enough for a skill to be offered; 0.5 is. */
export function fitByWords({ told, inName, shared }: Match, asked: number, learned: number): number {
  if (shared === asked && told >= RARE) return 1;
  const sum =
    BY_WORDS.bias +
    BY_WORDS.told * Math.min(3, told) +
    BY_WORDS.inName * Math.min(2, inName) +
    BY_WORDS.shared * Math.min(4, shared) +
    BY_WORDS.asked * Math.min(8, asked);
  return logistic(sum - WORDS_FROM + LEARNED * learned);
}

/** True if the request is nothing but rare words of the skill's name, and so asks for it whatever else it is like. */
export const namesIt = ({ told, inName, shared }: Match, asked: number): boolean =>
  shared === asked && inName === told && inName >= RARE;

/** The same for a skill whose score is `behind` the best one's. */
export function fitByMeaning({ asked, length, score, lead, distance }: Signs, behind: number): number {
  const sum =
    BY_MEANING.bias +
    BY_MEANING.score * score +
    BY_MEANING.lead * lead +
    BY_MEANING.asked * Math.min(8, asked) +
    BY_MEANING.length * Math.min(12, length) +
    BY_MEANING.distance * (distance ?? NO_DISTANCE);
  return logistic(sum - BEHIND * behind);
}

const logistic = (sum: number): number => 1 / (1 + Math.exp(-sum));
