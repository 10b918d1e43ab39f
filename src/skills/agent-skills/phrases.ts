import type { Phrase } from '../../agent/index.ts';

const READ = '(reload|rescan|refresh|reread|re-read|read|load|update|check|look for)';
const SKILLS = '[all] [the|my|your|our|new] [agent] (skills|skill folders|skills folder)';

/** What is understood of skills without a model. */
export const phrases: Phrase[] = [
  {
    pattern: `${READ} ${SKILLS} [again|once more|now]`,
    example: 'reload the skills',
    call: () => ({ tool: 'skill_rescan', input: {} }),
  },
];
