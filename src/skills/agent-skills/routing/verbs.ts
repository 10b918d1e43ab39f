/** The verbs behind `coda skills why` and `coda skills metrics`. */

import { z } from 'zod';
import type { Clock } from '../../../base/clock.ts';
import { CodaError } from '../../../base/errors.ts';
import type { Json } from '../../../base/json.ts';
import type { Verb } from '../../../chat/index.ts';
import type { Database } from '../../../storage/index.ts';
import { EmbedderFault } from '../../../vectors/index.ts';
import type { SkillHost } from '../host.ts';
import { type AgentSkill, hasTags, idOf } from '../skill.ts';
import { OFFERED_FROM, type Ranked } from './search.ts';
import { keepMeasured } from './store.ts';

/** A skill that a request finds. */
export interface RankedSkill {
  id: string;
  name: string;
  score: number;
  fit: number;
  /** Of the score. */
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
