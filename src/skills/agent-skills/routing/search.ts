/** Finds skills by what they are for: by words, and by meaning where their vectors are there. */

import type { AgentSkill, SkillSnapshot } from '../skill.ts';
import { bonusOf, type Learned } from './feedback.ts';
import { fitByMeaning, fitByWords, LEARNED_IN, namesIt } from './fit.ts';
import { type Nearness, nearnessOf, type SkillVectors } from './vectors.ts';
import { type Matches, matchesOf, termsOf, type WordIndex, wordIndexOf } from './words.ts';

/** A skill and how well it fits some words. */
export interface Ranked {
  skill: AgentSkill;
  /** Sort key; comparable for the same words only. */
  score: number;
  /** 0 to 1: how likely the words ask for this skill. */
  fit: number;
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
/** A skill that shares no word is found by its meaning only among so many. */
const NEAREST = 50;
/** The place whose score says what a request has in common with any skill. */
const TYPICAL = 20;

/** Options of a search for skills. */
export interface FindOptions {
  /** The skills that are looked at. */
  only?: ((skill: AgentSkill) => boolean) | undefined;
  /** Weights learned in the request's space. */
  learned?: Learned | undefined;
}

/** So many of the best are told apart: nobody asks for more. */
const MOST = 300;

export class SkillSearch {
  private readonly vectors: SkillVectors | undefined;
  private readonly indexes = new WeakMap<SkillSnapshot, Promise<WordIndex>>();

  constructor(vectors?: SkillVectors) {
    this.vectors = vectors;
  }

  /** The skills that have a word of `words`, or a synonym of one, and those of the nearest meaning; the best first. */
  async find(snapshot: SkillSnapshot, words: string, { only, learned }: FindOptions = {}): Promise<Ranked[]> {
    const made = this.indexes.get(snapshot) ?? wordIndexOf(snapshot);
    this.indexes.set(snapshot, made);
    const index = await made;
    const comparable = await this.vectors?.comparable(snapshot, words);
    // Nothing is awaited from here on: what requests are compared in is used by one at a time.
    const terms = termsOf(words);
    const matches = matchesOf(index, terms);
    const scores = scaled(matches.scores, WORDS);
    const near = comparable && nearnessOf(comparable, scores);
    const isLearned = this.vectors?.space === LEARNED_IN;
    const bonuses = bonusesOf(index, terms.keys(), learned);
    return ranked({ skills: index.skills, matches, scores, near, isLearned, words, only, bonuses });
  }

  /** The skills of `find` that fit well enough to be offered. */
  async offered(snapshot: SkillSnapshot, words: string, options: FindOptions = {}): Promise<AgentSkill[]> {
    const found = await this.find(snapshot, words, options);
    return found.flatMap(({ skill, fit }) => (fit >= OFFERED_FROM ? [skill] : []));
  }
}

/** Learned bonuses for a request, by place. */
function bonusesOf({ places }: WordIndex, terms: Iterable<string>, learned: Learned | undefined): Map<number, number> {
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
  /** Share of words in each score, by place. */
  scores: Float32Array;
  near: Nearness | undefined;
  /** True if learned fits hold in the space of `near`. */
  isLearned: boolean;
  words: string;
  only: ((skill: AgentSkill) => boolean) | undefined;
  /** Learned bonuses, by place. */
  bonuses: ReadonlyMap<number, number>;
}

function ranked(evidence: Evidence): Ranked[] {
  const { skills, matches, scores, near, isLearned, words, bonuses } = evidence;
  const found = bestOf(evidence);
  const [best] = found;
  const typical = found[Math.min(TYPICAL, found.length - 1)];
  if (!best || !typical) return [];
  const { asked } = matches;
  const lead = best.score - typical.score;
  const signs = { asked, length: words.trim().split(/\s+/).length, score: best.score, lead, distance: near?.distance };
  return found.map(({ place, score }) => {
    const match = matches.at(place);
    const learned = bonuses.get(place) ?? 0;
    const byMeaning = () => (namesIt(match, asked) ? 1 : fitByMeaning(signs, best.score - score));
    return {
      skill: skills[place] as AgentSkill,
      score,
      fit: near && isLearned ? byMeaning() : fitByWords(match, asked, learned),
      words: scores[place] as number,
      meaning: meaningOf(near?.near[place]),
      learned,
    };
  });
}

const meaningOf = (near: number | undefined): number | undefined =>
  near === undefined || Number.isNaN(near) ? undefined : near;

/** The places with the best scores, of those that share a word or are among the nearest. */
function bestOf({ skills, scores, near, only, bonuses }: Evidence): { place: number; score: number }[] {
  const all = near ? withMeaning(scores, near.near) : scores.slice();
  for (const [place, bonus] of bonuses) all[place] = (all[place] as number) + bonus;
  const leastNear = near ? highest(near.near, NEAREST) : Number.POSITIVE_INFINITY;
  const least = only ? Number.NEGATIVE_INFINITY : highest(all, MOST);
  const found: { place: number; score: number }[] = [];
  for (let place = 0; place < all.length; place++) {
    const score = all[place] as number;
    if (score < least) continue;
    const isKnown = (scores[place] as number) > 0 || (bonuses.size > 0 && bonuses.has(place));
    if (!isKnown && !(near !== undefined && (near.near[place] as number) >= leastNear)) continue;
    if (only && !only(skills[place] as AgentSkill)) continue;
    found.push({ place, score });
  }
  return found.sort((a, b) => b.score - a.score).slice(0, MOST);
}

function scaled(values: Float32Array, factor: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) out[at] = factor * (values[at] as number);
  return out;
}

/** Scores of words and meaning together; where there is no meaning, of words alone. */
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
    const given = values[at] as number;
    const value = Number.isNaN(given) ? -2 : given;
    if (at < count) rise(heap, at, value);
    else if (value > (heap[0] as number)) sink(heap, value);
  }
  return heap[0] as number;
}

/** Puts a value at the end of a heap whose least is first. */
function rise(heap: Float32Array, end: number, value: number): void {
  let at = end;
  for (let above = (at - 1) >> 1; at > 0 && (heap[above] as number) > value; above = (at - 1) >> 1) {
    heap[at] = heap[above] as number;
    at = above;
  }
  heap[at] = value;
}

/** Puts a value in the place of the least. */
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
