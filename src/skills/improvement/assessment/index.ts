import type { Part } from '../part.ts';
import { assessJob, assessSoon } from './job.ts';
import { deletionRules, mergeRules } from './store.ts';

/** Scores of turns that used tools, by the light model, once their conversation rests. */
export const assessmentPart: Part = {
  name: 'assessment',
  isOn: ({ assessment_enabled }) => assessment_enabled,
  turnOver: assessSoon,
  jobs: (deps) => [assessJob(deps)],
  deletionRules,
  mergeRules,
};
