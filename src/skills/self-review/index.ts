/** coda looks at its own record and proposes changes of itself. `parts.ts` is imported where its block switches it on. */
import type { LazySkill } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import type { ProposalSource } from '../../proposals/index.ts';
import * as assessments from './assessment/store.ts';
import { config, type Settings, TASKS } from './config.ts';
import * as examples from './examples/store.ts';

/** Present in every coda, so that what it has stored goes with its person; without its block it does nothing. */
export const selfReview: LazySkill<Settings | undefined> = {
  // The name that the configuration and stored rows have.
  name: 'improvement',
  config,
  work: { scheduleNames: Object.values(TASKS) },
  data: {
    deletionRules: [...assessments.deletionRules, ...examples.deletionRules],
    mergeRules: [...assessments.mergeRules, ...examples.mergeRules],
  },
  load: async (settings) => (settings?.enabled ? (await import('./parts.ts')).reviewParts(settings) : {}),
};

/** Kinds of proposals that the parts make, and the record that is shown beside them. */
export const reviewSource =
  (all: Pick<Config, 'block'>): ProposalSource =>
  async () =>
    (await import('./parts.ts')).reviewMaker(all.block(config));
