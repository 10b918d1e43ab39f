/** Shows a model how requests like this one were served before. */
import { lexemesOf } from '../../../base/lexemes.ts';
import type { Asked, PromptSection } from '../../../chat/index.ts';
import type { Likeness } from '../../../vectors/index.ts';
import type { Deps } from '../part.ts';
import { MOST_OF_ONE } from './harvest.ts';
import type { Pattern } from './store.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** Examples that are shown. */
const MOST = 3;
/** Nearer than this by meaning, or by words, a request is like another one. */
const NEAR_BY_MEANING = 0.55;
const NEAR_BY_WORDS = 0.34;
/** Characters of a message that are looked at. */
const LONGEST = 1_000;
/** Smaller windows, in tokens, have no room for them. */
const LEAST_WINDOW = 8_000;

/** The examples for a message; none for what no person wrote, and none that are not near. */
export async function section(
  { database }: Pick<Deps, 'database'>,
  likeness: Likeness | undefined,
  { person, place, private: isPrivate, conversationId, text, origin, window }: Asked,
): Promise<PromptSection | undefined> {
  const asked = text.trim().slice(0, LONGEST);
  if (asked === '' || (origin !== undefined && origin !== 'person')) return undefined;
  if (window !== undefined && window < LEAST_WINDOW) return undefined;
  if (!isPrivate && conversationId === undefined) return undefined;
  const db = { query: database.read.bind(database) };
  const shown = {
    personId: person.id,
    spaceId: `${place.adapter}:${place.space}`,
    sharedIn: isPrivate ? undefined : conversationId,
  };
  const patterns = await store.own(db, shown, MOST_OF_ONE);
  if (patterns.length === 0) return undefined;
  const near = await nearest(patterns, asked, likeness);
  return near.length === 0 ? undefined : texts.section(near);
}

/** Those near to what is asked, nearest first; of several that did the same, the nearest. */
async function nearest(
  patterns: readonly Pattern[],
  asked: string,
  likeness: Likeness | undefined,
): Promise<Pattern[]> {
  const requests = patterns.map(({ request }) => request);
  const byMeaning = await likeness?.(asked, requests);
  const scores = byMeaning ?? requests.map((request) => sharedWords(asked, request));
  const least = byMeaning ? NEAR_BY_MEANING : NEAR_BY_WORDS;
  const ranked = patterns
    .map((pattern, at) => ({ pattern, score: scores[at] ?? 0 }))
    .filter(({ score }) => score >= least)
    .sort((a, b) => b.score - a.score)
    .map(({ pattern }) => pattern);
  const ways = new Set<string>();
  return ranked.filter(({ steps }) => !ways.has(texts.stepsOf(steps)) && ways.add(texts.stepsOf(steps))).slice(0, MOST);
}

/** The share of the shorter text's words that the other one has. */
function sharedWords(one: string, other: string): number {
  const [a, b] = [new Set(lexemesOf(one)), new Set(lexemesOf(other))];
  const fewer = Math.min(a.size, b.size);
  // One common word of a short text says little.
  return [...a].filter((word) => b.has(word)).length / Math.max(fewer, 2);
}
