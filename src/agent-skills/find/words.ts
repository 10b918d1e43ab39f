/** An index of skills by the words of their names, tags and descriptions (BM25F), made in pieces so that nobody waits for it. */

import { setImmediate } from 'node:timers/promises';
import { lexemesOf } from '../../base/lexemes.ts';
import { synonymsOf } from '../../vectors/index.ts';
import type { AgentSkill, SkillSnapshot } from '../skill.ts';

/** BM25F: how often a word stands in each field, weighed, counts as one frequency (Robertson and Zaragoza 2009, section 3.6). */
const NAME = 3;
const TAG = 2;
const DESCRIPTION = 1;
/** BM25's own: how soon more of the same word stops to count, and how much a long text is held against a skill. */
const K1 = 1.2;
const B = 0.4;
/** A synonym tells less than the word itself. */
const SYNONYM = 0.4;
const REQUEST_WORDS = new Set(
  lexemesOf('please help want need would could give let show tell find get make use put set look new thing user skill'),
);
const REQUEST_WORD = 0.3;
/** Words of requests that are a skill's own where few skills have them: "List users" is for the one skill that has users. */
const OWN_WHERE_RARE = new Set(lexemesOf('user skill thing'));
const RARE_SHARE = 0.25;

const LONGEST_DESCRIPTION = 1_200;
const PIECE = 200;

interface Postings {
  places: Uint32Array;
  frequencies: Float32Array;
  inNames: Uint8Array;
}

const NONE: Postings = {
  places: new Uint32Array(0),
  frequencies: new Float32Array(0),
  inNames: new Uint8Array(0),
};

export interface WordIndex {
  skills: readonly AgentSkill[];
  places: ReadonlyMap<string, number>;
  postings: ReadonlyMap<string, Postings>;
  /** Divisors of a skill's frequencies by the length of its texts, by place. */
  lengths: Float32Array;
  /** Filled anew by each request: arrays of 10,000 skills would be garbage of 200 kB each time. */
  scratch: { matches: Matches; best: Float32Array };
}

export interface Match {
  /** Words of the request, by their rarity: 1 is a word that no other skill has. */
  weight: number;
  /** The same of words of the skill's name. */
  inName: number;
  shared: number;
}

/** Words that skills share with a request, by place: arrays, since of 10,000 skills most share some word. */
export class Matches {
  /** BM25; 0 where nothing is shared. */
  readonly scores: Float32Array;
  asked = 0;
  private readonly weights: Float32Array;
  private readonly inName: Float32Array;
  private readonly shared: Uint8Array;

  constructor(size: number) {
    this.scores = new Float32Array(size);
    this.weights = new Float32Array(size);
    this.inName = new Float32Array(size);
    this.shared = new Uint8Array(size);
  }

  at(place: number): Match {
    return { weight: this.weights[place] ?? 0, inName: this.inName[place] ?? 0, shared: this.shared[place] ?? 0 };
  }

  clear(): void {
    this.asked = 0;
    for (const array of [this.scores, this.weights, this.inName, this.shared]) array.fill(0);
  }

  share(place: number, weight: number, isInName: boolean): void {
    this.shared[place] = (this.shared[place] as number) + 1;
    this.weights[place] = (this.weights[place] as number) + weight;
    if (isInName) this.inName[place] = (this.inName[place] as number) + weight;
  }
}

/** Valid until the next request. `terms` are those of `termsOf`. */
export function matchesOf(index: WordIndex, terms: ReadonlyMap<string, readonly string[]>): Matches {
  const { skills, postings } = index;
  const { matches } = index.scratch;
  matches.clear();
  const isCommon = (word: string) => isCommonIn(index, word);
  const weightOf = (word: string) =>
    rarity(postings.get(word)?.places.length ?? 0, skills.length) * (isCommon(word) ? REQUEST_WORD : 1);
  for (const [term, synonyms] of terms) {
    addScores(index, [term, ...synonyms], weightOf, matches.scores);
    if (isCommon(term)) continue;
    matches.asked++;
    const weight = weightOf(term) / Math.log(skills.length + 1);
    const { places, inNames } = postings.get(term) ?? NONE;
    for (let at = 0; at < places.length; at++) matches.share(places[at] as number, weight, inNames[at] === 1);
  }
  return matches;
}

function addScores(
  { postings, lengths, scratch }: WordIndex,
  words: readonly string[],
  weightOf: (word: string) => number,
  scores: Float32Array,
): void {
  const own = weightOf(words[0] ?? '');
  const best = words.length > 1 ? scratch.best.fill(0) : undefined;
  for (const [index, word] of words.entries()) {
    const weight = index === 0 ? own : SYNONYM * Math.min(weightOf(word), own);
    const { places, frequencies } = postings.get(word) ?? NONE;
    for (let at = 0; at < places.length; at++) {
      const [place, frequency] = [places[at] as number, frequencies[at] as number];
      const score = (weight * frequency * (K1 + 1)) / (frequency + K1 * (lengths[place] as number));
      const before = best?.[place] ?? 0;
      if (score <= before) continue;
      scores[place] = (scores[place] as number) + score - before;
      if (best) best[place] = score;
    }
  }
}

export const contentTerms = (words: string): string[] =>
  [...termsOf(words).keys()].filter((term) => !REQUEST_WORDS.has(term));

export function termsOf(words: string): Map<string, string[]> {
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

function isCommonIn({ skills, postings }: WordIndex, term: string): boolean {
  if (!REQUEST_WORDS.has(term)) return false;
  const count = postings.get(term)?.places.length ?? 0;
  return !OWN_WHERE_RARE.has(term) || count === 0 || count > Math.max(1, RARE_SHARE * skills.length);
}

export async function wordIndexOf(snapshot: SkillSnapshot): Promise<WordIndex> {
  const skills = [...snapshot.skills.values()];
  const listsByTerm = new Map<string, { places: number[]; frequencies: number[]; inNames: number[] }>();
  const words = new Float32Array(skills.length);
  for (const [place, skill] of skills.entries()) {
    const named = new Set(termsIn(spaceName(skill.name)));
    for (const [term, frequency] of frequenciesOf(skill)) {
      const postings = listsByTerm.get(term) ?? { places: [], frequencies: [], inNames: [] };
      listsByTerm.set(term, postings);
      postings.places.push(place);
      postings.frequencies.push(frequency);
      postings.inNames.push(named.has(term) ? 1 : 0);
      words[place] = (words[place] as number) + frequency;
    }
    if (place % PIECE === PIECE - 1) await setImmediate();
  }
  const mean = words.reduce((sum, length) => sum + length, 0) / Math.max(1, skills.length) || 1;
  const postings = new Map<string, Postings>();
  for (const [term, { places, frequencies, inNames }] of listsByTerm) {
    postings.set(term, {
      places: Uint32Array.from(places),
      frequencies: Float32Array.from(frequencies),
      inNames: Uint8Array.from(inNames),
    });
  }
  const places = new Map(skills.map(({ name }, place) => [name, place]));
  const scratch = { matches: new Matches(skills.length), best: new Float32Array(skills.length) };
  return { skills, places, postings, lengths: words.map((length) => 1 - B + (B * length) / mean), scratch };
}

function frequenciesOf({ name, tags, triggers, description }: AgentSkill): Map<string, number> {
  const frequencies = new Map<string, number>();
  const add = (text: string, weight: number) => {
    for (const term of termsIn(text)) frequencies.set(term, (frequencies.get(term) ?? 0) + weight);
  };
  add(whatFor(description.slice(0, LONGEST_DESCRIPTION)), DESCRIPTION);
  add([...tags, ...triggers].join(' ').slice(0, LONGEST_DESCRIPTION), TAG);
  add(spaceName(name), NAME);
  return frequencies;
}

/** `pdfToolkit` → `pdf Toolkit` */
export const spaceName = (name: string): string => name.replace(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ');

/** A sentence that says what a skill is not for, as many public descriptions have one. */
const NOT_FOR = /(?:^|(?<=[.!?]\s))(?:do not|don't|not|never) (?:use|for|trigger)\b[^.!?]*[.!?]?/gi;

export const whatFor = (description: string): string => description.replace(NOT_FOR, ' ');

const WORD = /[\p{L}\p{M}\p{N}'’]+/gu;
const UNSPACED_SCRIPTS = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

/** The terms of a text as they are compared: stems, without words that say nothing; pairs of signs where no spaces part words. */
function termsIn(text: string): string[] {
  const plain = text.normalize('NFKC').replace(/_/g, ' ');
  if (!UNSPACED_SCRIPTS.test(plain)) return lexemesOf(plain);
  return (plain.toLowerCase().match(WORD) ?? []).flatMap((word) =>
    UNSPACED_SCRIPTS.test(word) ? pairs(word) : lexemesOf(word),
  );
}

function pairs(word: string): string[] {
  const signs = [...word];
  return signs.length < 2 ? signs : signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
}
