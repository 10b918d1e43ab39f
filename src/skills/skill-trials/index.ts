/** Variants of skills: tried side by side, compared by what came of their runs, and put in the skill's place. */
import { type Skill, verbsOf } from '../../chat/index.ts';
import { type TrialParts, trialOperations } from './operations.ts';

export { trialOperations } from './operations.ts';
export { SkillTrials } from './variants.ts';

export function skillTrials(parts: TrialParts): Skill {
  return { name: 'skill-trials', acts: { verbs: ({ world }) => verbsOf(trialOperations, parts, world) } };
}
