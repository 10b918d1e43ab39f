/** Variants of skills: tried side by side, compared by what came of their runs, and put in the skill's place. */
import type { SkillFiles, SkillSnapshot } from '../../agent-skills/index.ts';
import { lazy } from '../../base/async.ts';
import { type Skill, verbsOf } from '../../chat/index.ts';
import { type Database, readerOf } from '../../storage/index.ts';
import type { TrialParts } from './operations.ts';
import { decidedVariants } from './store.ts';

export const trialOperations = async () => (await import('./operations.ts')).trialOperations;

/** Reads the variants that are used; all but the query is imported when there are some. */
export function variantReader(database: Pick<Database, 'read'>) {
  const opened = lazy(async () => new (await import('./serve.ts')).VariantReader());
  return async (snapshot: SkillSnapshot, installed: string): Promise<SkillFiles | undefined> => {
    const decided = await decidedVariants(readerOf(database));
    if (decided.trials.length === 0 && decided.choices.length === 0) return undefined;
    return (await opened()).read(decided, snapshot, installed);
  };
}

export function skillTrials(parts: Pick<TrialParts, 'host' | 'checkToken'>): Skill {
  return {
    name: 'skill-trials',
    acts: {
      verbs: async ({ database, world }) =>
        verbsOf(await trialOperations(), { ...parts, database, clock: world.clock }, world),
    },
  };
}
