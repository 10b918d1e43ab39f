/** Skills from experience: signs in what was done, a draft that was tried, and a person's yes. */
import type { LiveSkills } from '../../agent-skills/index.ts';
import type { LazySkill } from '../../chat/index.ts';
import { type Improvement, improvementConfig, type ProposalSource } from '../../proposals/index.ts';
import { mergeRules } from './store.ts';

export { LEARN_TASK } from './store.ts';

/** Present in every coda, so that what it has stored goes with its person; without its block nothing more is imported. */
export function skillLearning(skills: LiveSkills): LazySkill<Improvement | undefined, 'mayLearnFrom'> {
  return {
    name: 'learned',
    config: improvementConfig,
    ports: { needs: ['mayLearnFrom'] },
    data: { tables: ['learned_signals', 'learned_uses'], mergeRules },
    load: async (settings) => (settings?.enabled ? (await import('./scan.ts')).learningParts(skills) : {}),
  };
}

export const draftSource =
  (skills: LiveSkills): ProposalSource =>
  async () =>
    (await import('./kind.ts')).draftMaker(skills);
