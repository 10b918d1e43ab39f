/** Keeps monthly what went well, and shows the nearest of it as examples for a person's later requests. */

import { DAY_MS } from '../../../base/clock.ts';
import { lexemesOf } from '../../../base/lexemes.ts';
import { oneLine } from '../../../base/text.ts';
import type { AskedPrompt, PromptSection } from '../../../chat/index.ts';
import { type Embedder, type Likeness, likenessBy } from '../../../vectors/index.ts';
import { TASKS } from '../config.ts';
import type { Deps, Part } from '../part.ts';
import type { Pattern } from './store.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

export const examplesPart: Part = {
  name: 'examples',
  isOn: (config) => config.few_shot_enabled,
  nightly: {
    task: TASKS.examples,
    does: 'picks turns that went well as examples',
    kind: 'improvement.examples',
    cron: ({ few_shot_harvest_cron }) => few_shot_harvest_cron,
    trigger: {
      name: 'few_shot_harvest_trigger',
      description: 'Chooses now what went well lately as examples for later requests. For owners.',
      says: texts.requested,
    },
    async run(deps) {
      const count = await harvest(deps);
      deps.world.log.info({ count }, 'turns that went well are kept as examples');
    },
  },
  messagePrompt: (deps, asked) => oncePerTurn(asked.turnKey, () => section(deps, likenessOf(deps), asked)),
};

/** By the turn that they are shown in: they stay the same all through it. */
const shown = new WeakMap<object, Promise<PromptSection | undefined>>();

function oncePerTurn(turn: object, look: () => Promise<PromptSection | undefined>): Promise<PromptSection | undefined> {
  const lookup = shown.get(turn) ?? look();
  shown.set(turn, lookup);
  return lookup;
}

const likenesses = new WeakMap<Embedder, Likeness>();

function likenessOf({
  models: {
    embedders: { embedder },
  },
}: Deps): Likeness | undefined {
  if (!embedder) return undefined;
  const likeness = likenesses.get(embedder) ?? likenessBy(embedder);
  likenesses.set(embedder, likeness);
  return likeness;
}

// Shows a model how requests like this one were served before.

const MOST_SHOWN = 3;
/** Nearer than this by meaning, or by words, a request is like another one. */
const NEAR_BY_MEANING = 0.55;
const NEAR_BY_WORDS = 0.34;
const LONGEST_MESSAGE = 1_000;
const LEAST_WINDOW = 8_000;

async function section(
  { database }: Pick<Deps, 'database'>,
  likeness: Likeness | undefined,
  { person, place, private: isPrivate, conversationId, text, origin, window }: AskedPrompt,
): Promise<PromptSection | undefined> {
  const asked = text.trim().slice(0, LONGEST_MESSAGE);
  if (asked === '' || (origin !== undefined && origin !== 'person')) return undefined;
  if (window !== undefined && window < LEAST_WINDOW) return undefined;
  if (!isPrivate && conversationId === undefined) return undefined;
  const db = { query: database.read.bind(database) };
  const scope = {
    personId: person.id,
    spaceId: `${place.adapter}:${place.space}`,
    sharedIn: isPrivate ? undefined : conversationId,
  };
  const patterns = await store.ownPatterns(db, scope, MOST_PER_PERSON);
  if (patterns.length === 0) return undefined;
  const near = await nearest(patterns, asked, likeness);
  return near.length === 0 ? undefined : texts.section(near);
}

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
  return ranked
    .filter(({ steps }) => !ways.has(texts.stepsOf(steps)) && ways.add(texts.stepsOf(steps)))
    .slice(0, MOST_SHOWN);
}

function sharedWords(one: string, other: string): number {
  const [a, b] = [new Set(lexemesOf(one)), new Set(lexemesOf(other))];
  const fewer = Math.min(a.size, b.size);
  // A common word of a short text says little.
  return [...a].filter((word) => b.has(word)).length / Math.max(fewer, 2);
}

// Keeps what went well as examples, by score and without a model.

/** A month and some days: a harvest that was missed is made up for. */
const SEEN_MS = 40 * DAY_MS;
const KEPT_MS = 180 * DAY_MS;
const MOST_PER_HARVEST = 200;
const MOST_PER_PERSON = 40;
const LONGEST_REQUEST = 240;
const MOST_STEPS = 6;
const MOST_FIELDS = 8;

async function harvest({ database, world, config }: Deps): Promise<number> {
  const now = world.clock.now();
  const turns = await store.goodTurns(database, {
    since: new Date(now.getTime() - SEEN_MS),
    minScore: config.few_shot_min_score,
    minCalls: config.few_shot_min_tool_calls,
    limit: MOST_PER_HARVEST,
  });
  return database.tx('improvement.harvest', async (tx) => {
    let count = 0;
    for (const turn of turns) {
      const steps = stepsOf(turn);
      const request = oneLine(turn.request, LONGEST_REQUEST);
      if (request === '' || steps.length < Math.max(1, config.few_shot_min_tool_calls)) continue;
      if (await store.insert(tx, { ...turn, request }, steps, now)) count++;
    }
    await store.prune(tx, new Date(now.getTime() - KEPT_MS), MOST_PER_PERSON);
    return count;
  });
}

function stepsOf({ calls }: store.GoodTurn): store.PatternStep[] {
  return calls.slice(0, MOST_STEPS).map(({ name, input }) => ({
    tool: name,
    fields: typeof input === 'object' && input !== null ? Object.keys(input).slice(0, MOST_FIELDS) : [],
  }));
}
