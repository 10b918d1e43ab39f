/** The verbs behind `coda skills why` and `coda skills metrics`. */
import { z } from 'zod';
import type { Clock } from '../../../base/clock.ts';
import { CodaError, messageOf } from '../../../base/errors.ts';
import type { Json } from '../../../base/json.ts';
import type { World } from '../../../base/world.ts';
import type { Verb } from '../../../chat/index.ts';
import type { JobHandler, JobQueue } from '../../../jobs/index.ts';
import type { Database } from '../../../storage/index.ts';
import { EmbedderFault } from '../../../vectors/index.ts';
import type { SkillHost } from '../host.ts';
import { type AgentSkill, hasTags, idOf, type SkillSnapshot } from '../skill.ts';
import { OFFERED_FROM, type Ranked } from './search.ts';
import { keepMeasured } from './store.ts';
import type { SkillVectors } from './vectors.ts';

/** A skill that a request finds. */
export interface RankedSkill {
  id: string;
  name: string;
  score: number;
  fit: number;
  /** Parts of the score: by words, by meaning, by what was learned. */
  words: number;
  meaning: number | null;
  learned: number;
  offered: boolean;
}

const asked = z.object({
  queries: z.array(z.string().max(10_000)).max(100),
  most: z.int().min(1).max(100),
  tags: z.array(z.string()).default([]),
  space: z.string().default('terminal'),
});

const share = z.number().min(0).max(1);
const measured = z.object({
  file: z.string().max(200),
  requests: z.int().min(0),
  accuracyAt1: share,
  accuracyAt5: share,
  mrr: share,
  forNone: z.int().min(0),
  offeredForNothing: z.int().min(0),
});

/** Vectors that one call makes, so that it ends within the time that an answer may take. */
const FILLED_AT_ONCE = 32;
const GIVEN_UP_MS = 60_000;

interface RoutingDeps {
  database: Pick<Database, 'tx'>;
  clock: Clock;
}

export function routingVerbs(host: SkillHost, { database, clock }: RoutingDeps): Readonly<Record<string, Verb>> {
  return {
    /** Keeps a measurement for the page of the skills. */
    'skills-measured': async (args) => {
      const read = measured.safeParse(args);
      if (!read.success) throw notUnderstood();
      await database.tx('skills.measured', (tx) => keepMeasured(tx, { ...read.data, at: clock.now() }));
      return true;
    },
    /** Makes some of the missing vectors; says how many texts are still without, null where there is no embedder. */
    'skills-vectors': async () => {
      if (host.catalog.current().version === 0) await host.rescan();
      try {
        return (
          (await host.vectors?.fill(host.catalog.current(), FILLED_AT_ONCE, AbortSignal.timeout(GIVEN_UP_MS))) ?? null
        );
      } catch (error) {
        if (error instanceof EmbedderFault) return null;
        throw error;
      }
    },
    /** The first skills that each request finds, of those that can be offered. */
    'skills-rank': async (args) => {
      const read = asked.safeParse(args);
      if (!read.success) throw notUnderstood();
      const { queries, most, tags, space } = read.data;
      if (host.catalog.current().version === 0) await host.rescan();
      const { deprecated, drafts, resting } = host.decisions();
      const learned = host.learnedIn(space);
      const ranked: RankedSkill[][] = [];
      for (const query of queries) {
        const only = (skill: AgentSkill) =>
          hasTags(skill, tags) && ![deprecated, drafts, resting].some((names) => names.has(skill.name));
        const found = await host.search.find(host.catalog.current(), query, { only, learned });
        ranked.push(found.slice(0, most).map(toRow));
      }
      return ranked as unknown as Json;
    },
  };
}

const toRow = ({ skill, score, fit, words, meaning, learned }: Ranked): RankedSkill => ({
  id: idOf(skill),
  name: skill.name,
  score,
  fit,
  words,
  meaning: meaning ?? null,
  learned,
  offered: fit >= OFFERED_FROM,
});

function notUnderstood(): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: 'The requests were not understood.',
    remedy: 'Use the coda command of the same version.',
  });
}

// Measures whether the right skill is found, over what a search gives for each request.

/** Requests and the skill that each is for: one, any of several, or null where none is to be offered. */
export const goldenFile = z
  .array(z.strictObject({ query: z.string().min(1), expected: z.union([z.string(), z.array(z.string()), z.null()]) }))
  .min(1)
  .max(100_000);

export type Golden = z.output<typeof goldenFile>;

/** Quality of routing. Shares are of the requests that a skill is for, and count offered skills alone. */
export interface Metrics {
  requests: number;
  accuracy_at_1: number;
  accuracy_at_5: number;
  /** Mean reciprocal rank, 0 where the skill is not among the first 20. */
  mrr: number;
  /** Requests that no skill is for. */
  for_none: number;
  /** Requests for nothing that were offered a skill all the same. */
  offered_for_nothing: number;
  /** The requests whose first skill was another one, the most frequent pairs first. */
  confusions: { query: string; expected: string | null; got: string | null }[];
}

const LOOKED_AT = 20;
const MOST_CONFUSIONS = 50;

/** Result of a search for a request, the best first. */
type Found = readonly { names: readonly string[]; fit: number }[];

/** `find` is asked for one request after another. */
export async function measure(golden: Golden, find: (query: string) => Promise<Found>): Promise<Metrics> {
  const confusions: Metrics['confusions'] = [];
  const wanted = golden.filter(({ expected }) => expected !== null).length;
  let [first, five, reciprocal, offered] = [0, 0, 0, 0];
  for (const { query, expected } of golden) {
    const found = (await find(query)).filter(({ fit }) => fit >= OFFERED_FROM).slice(0, LOOKED_AT);
    const got = found[0]?.names[0] ?? null;
    const right = new Set([expected ?? []].flat());
    const place = found.findIndex(({ names }) => names.some((name) => right.has(name)));
    if (expected === null ? got !== null : place !== 0)
      confusions.push({ query, expected: [...right].join(' or ') || null, got });
    if (expected === null) offered += got === null ? 0 : 1;
    if (place < 0) continue;
    if (place === 0) first++;
    if (place < 5) five++;
    reciprocal += 1 / (place + 1);
  }
  const share = (count: number) => (wanted === 0 ? 0 : count / wanted);
  return {
    requests: golden.length,
    accuracy_at_1: share(first),
    accuracy_at_5: share(five),
    mrr: share(reciprocal),
    for_none: golden.length - wanted,
    offered_for_nothing: offered,
    confusions: confusions.slice(0, MOST_CONFUSIONS),
  };
}

/** Gives skills their vectors in the background. */
const KIND = 'skill.embed';
/** Vectors that are made between two looks at the skills, which may have changed. */
const AT_ONCE = 64;

interface JobDeps {
  world: World;
  vectors: SkillVectors | undefined;
  current(): SkillSnapshot;
}

/** Has the skills' vectors made soon. A hint: it is asked for again while some are missing. */
export async function embedSkillsSoon(
  { database, world }: { database: Database; world: World },
  jobs: Pick<JobQueue, 'enqueue'>,
): Promise<void> {
  const at = world.clock.now();
  await database.tx('skills.embed', (tx) => jobs.enqueue(tx, { kind: KIND, payload: {} }, { at, key: 'all' }));
}

/** It can be cut off anywhere: what is stored is not made again. A fault is no failure: words find skills meanwhile. */
export function embedSkillsJob({ world, vectors, current }: JobDeps): JobHandler {
  return {
    kind: KIND,
    alone: true,
    async run(_, signal) {
      if (!vectors) return;
      try {
        while ((await vectors.fill(current(), AT_ONCE, signal)) > 0);
        await vectors.dropOld(current());
      } catch (error) {
        if (!(error instanceof EmbedderFault)) throw error;
        world.log.warn({ error: messageOf(error) }, 'skills could not be embedded');
      }
    },
  };
}
