import { z } from 'zod';
import { type AnyTool, dataTool, done, failed } from '../../../agent/index.ts';
import type { Deps, Part } from '../part.ts';
import * as texts from '../texts.ts';
import { REFLECTION, reflectionJob, reflectionTask } from './job.ts';

/** A look back on the month, each week, and what coda proposes to change for it. */
export const reflectionPart: Part = {
  name: 'reflection',
  taskNames: [REFLECTION],
  tasks: ({ config }) => [reflectionTask(config)],
  jobs: (deps) => [reflectionJob(deps)],
  tools: (deps) => [triggerTool(deps)],
};

function triggerTool({ jobs }: Deps): AnyTool {
  return dataTool({
    name: 'improvement_trigger_reflection',
    description: 'Looks back on your own record now and proposes to your owner what to change of yourself.',
    effect: 'write',
    mainAgentOnly: true,
    spare: true,
    confirm: true,
    input: z.object({}),
    async run(_, { tx, person, clock }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      await jobs.enqueue(tx, { kind: REFLECTION, payload: {} }, { at: clock.now(), key: 'asked' });
      return done(texts.reflecting());
    },
  });
}
