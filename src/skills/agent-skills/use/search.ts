/** Finds skills by what they are for. An index is made once for each snapshot, in pieces, so that nobody waits for it. */

import { setImmediate } from 'node:timers/promises';
import { lexemesOf } from '../../../base/lexemes.ts';
import { synonymsOf } from '../../../vectors/index.ts';
import type { AgentSkill, SkillSnapshot } from '../skill.ts';

/** A skill and how well it fits some words. */
export interface Ranked {
  skill: AgentSkill;
  /** What the order follows; comparable for the same words only. */
  score: number;
  /** 0 to 1: how likely the words ask for this skill. */
  fit: number;
}

/** A skill of less `fit` is not offered. */
export const OFFERED_FROM = 0.65;

/**
 * A logistic regression over what a skill shares with a request, learned on the requests of test/skills/agent-skills/routing
 * among a thousand public skills. `told` and `inName` count words by their rarity: 1 is a word that no other skill has.
 */
const FIT = { bias: -4.9, told: 1.8, inName: 0.54, shared: 0.63, asked: 1.33 };
/** A request that is nothing but words of a skill, one of them this rare, asks for it however short it is. */
const RARE = 0.7;

/** BM25F: how often a word stands in each field, weighed, counts as one frequency (Robertson and Zaragoza 2009, section 3.6). */
const NAME = 3;
const TAG = 2;
const DESCRIPTION = 1;
/** BM25's own: how soon more of the same word stops to count, and how much a long text is held against a skill. */
const K1 = 1.2;
const B = 0.4;
/** A synonym tells less than the word itself. */
const SYNONYM = 0.4;
/** What requests are made of, whatever they are for. */
const REQUEST_WORDS = new Set(
  lexemesOf('please help want need would could give let show tell find get make use put set look new thing user skill'),
);
const REQUEST_WORD = 0.3;

/** Characters of a description that are indexed. */
const LONGEST = 1_200;
const PIECE = 200;

interface Posting {
  place: number;
  frequency: number;
}

interface Index {
  skills: readonly AgentSkill[];
  /** The terms of each name, by place. */
  names: readonly ReadonlySet<string>[];
  postings: ReadonlyMap<string, readonly Posting[]>;
  /** By place, in words. */
  lengths: Float32Array;
  meanLength: number;
}

export class SkillSearch {
  private readonly indexes = new WeakMap<SkillSnapshot, Promise<Index>>();

  /** All skills that have a word of `words`, or a synonym of one, the best first. */
  async find(snapshot: SkillSnapshot, words: string): Promise<Ranked[]> {
    const made = this.indexes.get(snapshot) ?? indexOf(snapshot);
    this.indexes.set(snapshot, made);
    return ranked(await made, words);
  }

  /** The skills of `find` that fit well enough to be offered. */
  async offered(snapshot: SkillSnapshot, words: string): Promise<AgentSkill[]> {
    const found = await this.find(snapshot, words);
    return found.flatMap(({ skill, fit }) => (fit >= OFFERED_FROM ? [skill] : []));
  }
}

interface Match {
  score: number;
  told: number;
  inName: number;
  shared: number;
}

function ranked({ skills, names, postings, lengths, meanLength }: Index, words: string): Ranked[] {
  const terms = termsOf(words);
  const matches = new Map<number, Match>();
  let asked = 0;
  const weightOf = (word: string) => rarity(postings.get(word)?.length ?? 0, skills.length) * commonness(word);
  for (const [term, synonyms] of terms) {
    const found = new Map<number, number>();
    for (const word of [term, ...synonyms]) {
      const weight = word === term ? weightOf(term) : SYNONYM * Math.min(weightOf(word), weightOf(term));
      for (const { place, frequency } of postings.get(word) ?? []) {
        const length = 1 - B + (B * (lengths[place] ?? 0)) / meanLength;
        const score = (weight * frequency * (K1 + 1)) / (frequency + K1 * length);
        found.set(place, Math.max(found.get(place) ?? 0, score));
      }
    }
    for (const [place, score] of found) {
      const match = matches.get(place) ?? { score: 0, told: 0, inName: 0, shared: 0 };
      matches.set(place, match);
      match.score += score;
    }
    if (REQUEST_WORDS.has(term)) continue;
    asked++;
    const told = weightOf(term) / Math.log(skills.length + 1);
    for (const { place } of postings.get(term) ?? []) {
      const match = matches.get(place) as Match;
      match.shared++;
      match.told += told;
      if (names[place]?.has(term)) match.inName += told;
    }
  }
  return [...matches]
    .flatMap(([place, match]) => {
      const skill = skills[place];
      return skill ? [{ skill, score: match.score, fit: fitOf(match, asked) }] : [];
    })
    .sort((a, b) => b.score - a.score);
}

function fitOf({ told, inName, shared }: Match, asked: number): number {
  if (shared === asked && told >= RARE) return 1;
  const sum =
    FIT.bias +
    FIT.told * Math.min(3, told) +
    FIT.inName * Math.min(2, inName) +
    FIT.shared * Math.min(4, shared) +
    FIT.asked * Math.min(8, asked);
  return 1 / (1 + Math.exp(-sum));
}

/** The terms of a request with their synonyms. */
function termsOf(words: string): Map<string, string[]> {
  const terms = new Map<string, string[]>();
  for (const word of words.normalize('NFKC').match(WORD) ?? []) {
    for (const term of termsIn(word)) {
      const synonyms = synonymsOf(word.toLowerCase()).flatMap(termsIn);
      terms.set(
        term,
        [...new Set([...(terms.get(term) ?? []), ...synonyms])].filter((other) => other !== term),
      );
    }
  }
  return terms;
}

/** BM25's inverse document frequency: of a word that `df` of `n` skills have. */
const rarity = (df: number, n: number): number => Math.log(1 + (n - df + 0.5) / (df + 0.5));

const commonness = (term: string): number => (REQUEST_WORDS.has(term) ? REQUEST_WORD : 1);

async function indexOf(snapshot: SkillSnapshot): Promise<Index> {
  const skills = [...snapshot.skills.values()];
  const postings = new Map<string, Posting[]>();
  const lengths = new Float32Array(skills.length);
  const names = skills.map(({ name }) => new Set(termsIn(spaced(name))));
  for (const [place, skill] of skills.entries()) {
    for (const [term, frequency] of frequenciesOf(skill)) {
      const found = postings.get(term);
      if (found) found.push({ place, frequency });
      else postings.set(term, [{ place, frequency }]);
      lengths[place] = (lengths[place] ?? 0) + frequency;
    }
    if (place % PIECE === PIECE - 1) await setImmediate();
  }
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return { skills, names, postings, lengths, meanLength: total / Math.max(1, skills.length) || 1 };
}

function frequenciesOf({ name, tags, triggers, description }: AgentSkill): Map<string, number> {
  const frequencies = new Map<string, number>();
  const add = (text: string, weight: number) => {
    for (const term of termsIn(text)) frequencies.set(term, (frequencies.get(term) ?? 0) + weight);
  };
  add(description.slice(0, LONGEST).replace(NOT_FOR, ' '), DESCRIPTION);
  add([...tags, ...triggers].join(' ').slice(0, LONGEST), TAG);
  add(spaced(name), NAME);
  return frequencies;
}

/** `pdfToolkit` → `pdf Toolkit` */
const spaced = (name: string): string => name.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ');

/** A sentence that says what a skill is not for, as many public descriptions have one. */
const NOT_FOR = /(?:^|(?<=[.!?]\s))(?:do not|don't|not|never) (?:use|for|trigger)\b[^.!?]*[.!?]?/gi;

const WORD = /[\p{L}\p{M}\p{N}'’]+/gu;
/** Scripts that are written without spaces between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

/** The terms of a text as they are compared: stems, without words that say nothing; pairs of signs where no spaces part words. */
function termsIn(text: string): string[] {
  const plain = text.normalize('NFKC').replace(/_/g, ' ');
  if (!UNSPACED.test(plain)) return lexemesOf(plain);
  return (plain.toLowerCase().match(WORD) ?? []).flatMap((word) =>
    UNSPACED.test(word) ? pairs(word) : lexemesOf(word),
  );
}

function pairs(word: string): string[] {
  const signs = [...word];
  return signs.length < 2 ? signs : signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
}
