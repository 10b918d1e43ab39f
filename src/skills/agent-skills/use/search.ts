/** Finds skills by words. An index is made once for each snapshot, in pieces, so that nobody waits for it. */

import { setImmediate } from 'node:timers/promises';
import type { AgentSkill, SkillSnapshot } from '../skill.ts';

/** Where a word stands decides what it tells. */
const NAME = 4;
const TAG = 3;
const DESCRIPTION = 1;
/** Characters of a description that are indexed. */
const LONGEST = 1_200;
const PIECE = 200;

/** By word: what each skill's place in the snapshot is worth for it. */
type Index = ReadonlyMap<string, readonly (readonly [place: number, weight: number])[]>;

export class SkillSearch {
  private readonly indexes = new WeakMap<SkillSnapshot, Promise<Index>>();

  /** All that `words` fit, the best first; a word that few skills have counts more. */
  async find(snapshot: SkillSnapshot, words: string): Promise<AgentSkill[]> {
    const made = this.indexes.get(snapshot) ?? indexOf(snapshot);
    this.indexes.set(snapshot, made);
    const index = await made;
    const skills = [...snapshot.skills.values()];
    const worth = new Map<number, number>();
    for (const word of new Set(wordsIn(words))) {
      const found = index.get(word) ?? [];
      const rare = Math.log(1 + skills.length / (1 + found.length));
      for (const [place, weight] of found) worth.set(place, (worth.get(place) ?? 0) + weight * rare);
    }
    return [...worth].sort(([a, x], [b, y]) => y - x || a - b).flatMap(([place]) => skills[place] ?? []);
  }
}

async function indexOf({ skills }: SkillSnapshot): Promise<Index> {
  const index = new Map<string, [number, number][]>();
  let place = 0;
  for (const skill of skills.values()) {
    for (const [word, weight] of weighed(skill)) {
      const found = index.get(word);
      if (found) found.push([place, weight]);
      else index.set(word, [[place, weight]]);
    }
    if (++place % PIECE === 0) await setImmediate();
  }
  return index;
}

function weighed({ name, tags, triggers, description }: AgentSkill): Map<string, number> {
  const weights = new Map<string, number>();
  const add = (text: string, weight: number) => {
    for (const word of wordsIn(text)) weights.set(word, Math.max(weights.get(word) ?? 0, weight));
  };
  add(description.slice(0, LONGEST), DESCRIPTION);
  add([...tags, ...triggers].join(' ').slice(0, LONGEST), TAG);
  add(name, NAME);
  return weights;
}

/** Stop words. */
const EMPTY = new Set(
  'a an and are as at be by can do for from get give have how i in into is it me my of on or please skill so that the this to use want was we what when which will with you your'.split(
    ' ',
  ),
);
const WORD = /[\p{L}\p{N}]+/gu;
/** Scripts that are written without spaces between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

/** The words of a text as they are compared: without case, endings of grammar and empty words. */
function wordsIn(text: string): string[] {
  const found = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return found.flatMap((word) => {
    if (UNSPACED.test(word)) return pairs(word);
    return EMPTY.has(word) ? [] : [stem(word)];
  });
}

function pairs(word: string): string[] {
  const signs = [...word];
  return signs.length < 2 ? signs : signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
}

function stem(word: string): string {
  if (word.length < 5) return word.replace(/s$/, '');
  return word.replace(/(?:ations?|ions?|ings?|ers?|ed|es|s|e)$/, '');
}
