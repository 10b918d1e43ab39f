/** Finds skills by what they are for: by words, and by meaning where their vectors are there. */

import type { Instant } from '../../base/clock.ts';
import type { Transaction } from '../../storage/index.ts';
import { type AgentSkill, hasTags, type SkillSnapshot } from '../skill.ts';
import * as store from './store.ts';
import { FEWEST_FOR_CENTRE, type Nearness, nearnessOf, type SkillVectors } from './vectors.ts';
import { contentTerms, type Match, type Matches, matchesOf, termsOf, type WordIndex, wordIndexOf } from './words.ts';

// Learns from people who said that another skill was meant: bounded, and in each space by itself.

/** By how much words speak for skills, by the skill's name. */
export type LearnedWords = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** An answer moves a skill by so much for the same request, and any number of them by at most twice as much. */
const STEP = 0.15;
const FEEDBACK_MOST = 2 * STEP;
const MOST_LEARNED_TERMS = 12;

interface Feedback {
  spaceId: string;
  /** The skill that was chosen, and is to be chosen less; undefined: that is learned already. */
  got: string | undefined;
  /** The one that was meant; undefined: none that is known. */
  expected: string | undefined;
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

export const termsToLearn = (query: string): string[] => contentTerms(query).slice(0, MOST_LEARNED_TERMS);

function bonusOf(weights: ReadonlyMap<string, number>, terms: Iterable<string>): number {
  let sum = 0;
  for (const term of terms) sum += weights.get(term) ?? 0;
  return Math.max(-FEEDBACK_MOST, Math.min(FEEDBACK_MOST, sum));
}

export interface RankedFit {
  skill: AgentSkill;
  /** Sort key; comparable for the same words only. */
  score: number;
  /** 0 to 1: how likely the words ask for this skill. */
  fit: number;
  /** True if so likely that models are told of it. */
  offered: boolean;
  /** The share of the score that shared words give. */
  words: number;
  /** The share of the score that was learned from people. */
  learned: number;
  /** Similarity in meaning, -1 to 1; undefined where the words, or the skill, have no vector. */
  meaning: number | undefined;
}

/** A skill of less `fit` is not offered. */
export const OFFERED_FROM = 0.5;

/**
 * Weight of BM25 beside meaning. 0.03 to 0.08 differ by two requests in a hundred among a thousand public skills; less
 * harms requests in the words of a skill, more those in others.
 */
const WORDS = 0.05;
/**
 * The same among fewer than `FEWEST_FOR_CENTRE` skills, where a shared word is less rare and says more: of requests over
 * samples of 3 to 40 skills 77 % find theirs first, for 60 % by the weight and the fit of many.
 */
const WORDS_OF_FEW = 0.1;
/** A skill that shares no word is found by its meaning only among so many. */
const NEAREST = 50;
/** The place whose score says what a request has in common with any skill. */
const TYPICAL = 20;

export interface FindOptions {
  only?: ((skill: AgentSkill) => boolean) | undefined;
  /** All of which a skill must have. */
  tags?: readonly string[] | undefined;
  learned?: LearnedWords | undefined;
  /**
   * The time that the request waits for its own vector before words rank alone: a message for a moment, a command so long that two
   * processes rank alike. `none`: words rank alone at once.
   */
  patience?: 'moment' | 'command' | 'none';
}

const COMMAND_WAITS_MS = 30_000;

const MOST_RANKED = 300;

export class SkillSearch {
  /** Undefined where there is no embedder: skills are found by words alone. */
  readonly vectors: SkillVectors | undefined;
  private readonly indexes = new WeakMap<SkillSnapshot, Promise<WordIndex>>();

  constructor(vectors?: SkillVectors) {
    this.vectors = vectors;
  }

  /** The skills that have a word of `words`, or a synonym of one, and those of the nearest meaning; the best first. */
  async find(
    snapshot: SkillSnapshot,
    words: string,
    { only, tags = [], learned, patience = 'moment' }: FindOptions = {},
  ): Promise<RankedFit[]> {
    const pendingIndex = this.indexes.get(snapshot) ?? wordIndexOf(snapshot);
    this.indexes.set(snapshot, pendingIndex);
    const index = await pendingIndex;
    const vectors = patience === 'none' ? undefined : this.vectors;
    const waits = patience === 'command' ? COMMAND_WAITS_MS : undefined;
    const comparable = await vectors?.comparable(snapshot, words, waits);
    // Nothing is awaited from here on: what requests are compared in is used by one at a time.
    const terms = termsOf(words);
    const matches = matchesOf(index, terms);
    const areFew = index.skills.length < FEWEST_FOR_CENTRE;
    const scores = scaleVector(matches.scores, areFew ? WORDS_OF_FEW : WORDS);
    const near = comparable && nearnessOf(comparable, scores);
    const isLearned = vectors?.space === LEARNED_IN;
    const bonuses = bonusesOf(index, terms.keys(), learned);
    const isMeant = (skill: AgentSkill) => hasTags(skill, tags) && (only === undefined || only(skill));
    const filter = only === undefined && tags.length === 0 ? undefined : isMeant;
    return rankSkills({ skills: index.skills, matches, scores, near, isLearned, words, only: filter, bonuses });
  }

  async findOffered(snapshot: SkillSnapshot, words: string, options: FindOptions = {}): Promise<AgentSkill[]> {
    const fits = await this.find(snapshot, words, options);
    return fits.flatMap(({ skill, offered }) => (offered ? [skill] : []));
  }
}

function bonusesOf(
  { places }: WordIndex,
  terms: Iterable<string>,
  learned: LearnedWords | undefined,
): Map<number, number> {
  const bonuses = new Map<number, number>();
  const all = learned && learned.size > 0 ? [...terms] : [];
  for (const [name, weights] of learned ?? []) {
    const place = places.get(name);
    const bonus = bonusOf(weights, all);
    if (place !== undefined && bonus !== 0) bonuses.set(place, bonus);
  }
  return bonuses;
}

interface Evidence {
  skills: readonly AgentSkill[];
  matches: Matches;
  scores: Float32Array;
  near: Nearness | undefined;
  /** True if learned fits hold in the space of `near`. */
  isLearned: boolean;
  words: string;
  only: ((skill: AgentSkill) => boolean) | undefined;
  bonuses: ReadonlyMap<number, number>;
}

function rankSkills(evidence: Evidence): RankedFit[] {
  const { skills, matches, scores, near, isLearned, words, bonuses } = evidence;
  const candidates = bestOf(evidence);
  const [best] = candidates;
  const typical = candidates[Math.min(TYPICAL, candidates.length - 1)];
  if (!best || !typical) return [];
  const { asked } = matches;
  const lead = best.score - typical.score;
  const signs = { asked, length: words.trim().split(/\s+/).length, score: best.score, lead, distance: near?.distance };
  return candidates.map(({ place, score }) => {
    const match = matches.at(place);
    const learned = bonuses.get(place) ?? 0;
    const ofAll = signs.distance === undefined ? fitAmongFew(score) : fitByMeaning(signs);
    const byMeaning = () => (namesIt(match, asked) ? 1 : Math.min(ofAll, fitBehind(best.score - score)));
    const fit = near && isLearned ? byMeaning() : fitByWords(match, asked, learned);
    return {
      skill: skills[place] as AgentSkill,
      score,
      fit,
      offered: fit >= OFFERED_FROM,
      words: scores[place] as number,
      meaning: meaningOf(near?.near[place]),
      learned,
    };
  });
}

const meaningOf = (near: number | undefined): number | undefined =>
  near === undefined || Number.isNaN(near) ? undefined : near;

function bestOf({ skills, scores, near, only, bonuses }: Evidence): { place: number; score: number }[] {
  const all = near ? withMeaning(scores, near.near) : scores.slice();
  for (const [place, bonus] of bonuses) all[place] = (all[place] as number) + bonus;
  const leastNear = near ? highest(near.near, NEAREST) : Number.POSITIVE_INFINITY;
  const least = only ? Number.NEGATIVE_INFINITY : highest(all, MOST_RANKED);
  const candidates: { place: number; score: number }[] = [];
  for (let place = 0; place < all.length; place++) {
    const score = all[place] as number;
    if (score < least) continue;
    const isKnown = (scores[place] as number) > 0 || (bonuses.size > 0 && bonuses.has(place));
    if (!isKnown && !(near !== undefined && (near.near[place] as number) >= leastNear)) continue;
    if (only && !only(skills[place] as AgentSkill)) continue;
    candidates.push({ place, score });
  }
  return candidates.sort((a, b) => b.score - a.score).slice(0, MOST_RANKED);
}

function scaleVector(values: Float32Array, factor: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) out[at] = factor * (values[at] as number);
  return out;
}

function withMeaning(scores: Float32Array, near: Float32Array): Float32Array {
  const all = new Float32Array(scores.length);
  for (let at = 0; at < all.length; at++) {
    const meaning = near[at] as number;
    all[at] = (scores[at] as number) + (Number.isNaN(meaning) ? 0 : meaning);
  }
  return all;
}

/** The value that the `count` highest have, by a heap of these: sorting all of 10,000 would take longer than all else. */
function highest(values: Float32Array, count: number): number {
  if (values.length <= count) return Number.NEGATIVE_INFINITY;
  const heap = new Float32Array(count);
  for (let at = 0; at < values.length; at++) {
    const rawValue = values[at] as number;
    const value = Number.isNaN(rawValue) ? -2 : rawValue;
    if (at < count) rise(heap, at, value);
    else if (value > (heap[0] as number)) sink(heap, value);
  }
  return heap[0] as number;
}

function rise(heap: Float32Array, end: number, value: number): void {
  let at = end;
  for (let above = (at - 1) >> 1; at > 0 && (heap[above] as number) > value; above = (at - 1) >> 1) {
    heap[at] = heap[above] as number;
    at = above;
  }
  heap[at] = value;
}

function sink(heap: Float32Array, value: number): void {
  let at = 0;
  for (let below = 1; below < heap.length; below = 2 * at + 1) {
    if (below + 1 < heap.length && (heap[below + 1] as number) < (heap[below] as number)) below++;
    if ((heap[below] as number) >= value) break;
    heap[at] = heap[below] as number;
    at = below;
  }
  heap[at] = value;
}

// Probability that a request asks for a skill at all: two logistic regressions, over words alone and over words and
// meaning.

/**
 * Over what a skill shares with a request, learned on the requests of test/agent-skills/find among a thousand public
 * skills. `weight` and `inName` count words by their rarity: 1 is a word that no other skill has.
 */
const BY_WORDS = { bias: -4.9, weight: 1.8, inName: 0.54, shared: 0.63, asked: 1.33 };
/** A request that is nothing but words of a skill, so rare together, asks for it however short it is. */
const RARE = 0.7;
/** Weight of learned bonuses in words alone, where a score has another scale than beside meaning. */
const LEARNED = 5;
/** So likely a request must ask for a skill for it to be offered. */
const WORDS_FROM = Math.log(0.65 / 0.35);

/** The vector space that the distances of `BY_MEANING` are of: that of the built-in embedder. */
const LEARNED_IN = 'energetic-ai/embeddings-en@0.2';

/**
 * Over words and meaning, learned on the same requests, in their own catalog and among a thousand public skills, with 150
 * everyday ones. What separates them most is how far a request is from what all skills have in common: chat is far.
 */
const BY_MEANING = { bias: 9.48, score: 4.88, lead: 1.62, asked: 0.32, length: 0.58, distance: -16.12 };
/**
 * Score from which one of few skills is offered: there is no distance that tells chat apart. Over samples of 3 to 40 skills
 * 1.5 % of everyday requests are offered one.
 */
const FEW_FROM = 0.5;
/** A skill so far behind the best one is not offered beside it: of many 2.8 are offered then, not 46, and as many right ones. */
const BEHIND = 0.25;
const STEEP = 12;

interface Signs {
  asked: number;
  length: number;
  score: number;
  /** By how much the best score is above what the request has in common with any skill. */
  lead: number;
  distance: number | undefined;
}

/** 0 to 1: whether what `match` says is enough for a skill to be offered; 0.5 is. */
function fitByWords({ weight, inName, shared }: Match, asked: number, learned: number): number {
  if (shared === asked && weight >= RARE) return 1;
  const sum =
    BY_WORDS.bias +
    BY_WORDS.weight * Math.min(3, weight) +
    BY_WORDS.inName * Math.min(2, inName) +
    BY_WORDS.shared * Math.min(4, shared) +
    BY_WORDS.asked * Math.min(8, asked);
  return logistic(sum - WORDS_FROM + LEARNED * learned);
}

/** True if the request is nothing but rare words of the skill's name, and so asks for it whatever else it is like. */
const namesIt = ({ weight, inName, shared }: Match, asked: number): boolean =>
  shared === asked && inName === weight && inName >= RARE;

const fitAmongFew = (score: number): number => logistic(STEEP * (score - FEW_FROM));

const fitBehind = (behind: number): number => logistic(STEEP * 2 * (BEHIND - behind));

/** The same for the best of many skills. */
function fitByMeaning({ asked, length, score, lead, distance = 0 }: Signs): number {
  const sum =
    BY_MEANING.bias +
    BY_MEANING.score * score +
    BY_MEANING.lead * lead +
    BY_MEANING.asked * Math.min(8, asked) +
    BY_MEANING.length * Math.min(12, length) +
    BY_MEANING.distance * distance;
  return logistic(sum);
}

const logistic = (sum: number): number => 1 / (1 + Math.exp(-sum));
