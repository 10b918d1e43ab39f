import type { Part } from '../part.ts';
import * as texts from '../texts.ts';
import { triggerTool } from '../tools.ts';
import { REFLECTION, reflectionJob, reflectionTask } from './job.ts';

/** A look back on the month, each week, and what coda proposes to change for it. */
export const reflectionPart: Part = {
  name: 'reflection',
  taskNames: [REFLECTION],
  tasks: ({ config }) => [reflectionTask(config)],
  jobs: (deps) => [reflectionJob(deps)],
  tools: (deps) => [
    triggerTool(deps, {
      name: 'improvement_trigger_reflection',
      description: 'Looks back on your own record now and proposes to your owner what to change of yourself.',
      kind: REFLECTION,
      says: texts.reflecting(),
    }),
  ],
};
