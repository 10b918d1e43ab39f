import type { Part } from '../part.ts';
import { deletionRules, mergeRules } from './store.ts';

/** Scores of turns that used tools. */
export const assessmentPart: Part = {
  name: 'assessment',
  deletionRules,
  mergeRules,
};
