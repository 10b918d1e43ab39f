/** The verbs behind `coda skills why` and `coda skills metrics`. */

import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import type { Json } from '../../../base/json.ts';
import type { Verb } from '../../../chat/index.ts';
import { EmbedderFault } from '../../../vectors/index.ts';
import type { SkillHost } from '../host.ts';
import { type AgentSkill, hasTags, idOf } from '../skill.ts';
import { OFFERED_FROM, type Ranked } from './search.ts';

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

/** Vectors that one call makes, so that it ends within the time that an answer may take. */
const FILLED_AT_ONCE = 32;
const GIVEN_UP_MS = 60_000;

export function routingVerbs(host: SkillHost): Readonly<Record<string, Verb>> {
  return {
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
      if (!read.success)
        throw new CodaError('INPUT_INVALID', {
          message: 'The requests were not understood.',
          remedy: 'Use the coda command of the same version.',
        });
      const { queries, most, tags, space } = read.data;
      if (host.catalog.current().version === 0) await host.rescan();
      const { deprecated, drafts } = host.decisions();
      const learned = host.learnedIn(space);
      const ranked: RankedSkill[][] = [];
      for (const query of queries) {
        const only = (skill: AgentSkill) =>
          hasTags(skill, tags) && !deprecated.has(skill.name) && !drafts.has(skill.name);
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
