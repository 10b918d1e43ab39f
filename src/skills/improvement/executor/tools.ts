import { z } from 'zod';
import { type AnyTool, dataTool, done, failed } from '../../../agent/index.ts';
import type { Deps } from '../part.ts';
import { begin } from './run.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

const COMMON = { mainAgentOnly: true, spare: true } as const;

/** For the owner: to begin a run, and to see what became of it. */
export function runTools(deps: Deps): AnyTool[] {
  return [runTool(deps), statusTool(), historyTool()];
}

function runTool(deps: Deps): AnyTool {
  return dataTool({
    ...COMMON,
    name: 'self_improvement_run',
    description:
      'Begins to carry out an approved proposal for a change of your code: a branch with tests and a pull request, which your owner reviews. Without `proposal` the most important one.',
    effect: 'write',
    confirm: true,
    input: z.object({ proposal: z.string().min(1).max(20).optional() }),

    async run({ proposal }, { tx, person }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      const begun = await begin(deps, tx, { proposal, askedBy: person.id });
      if (begun.ok) return done(texts.begun(begun), { id: begun.run });
      return failed(begun.why === 'busy' ? 'BUSY' : 'NOT_FOUND', texts.begun(begun));
    },
  });
}

function statusTool(): AnyTool {
  return dataTool({
    ...COMMON,
    name: 'self_improvement_status',
    description: 'Shows if you are working on a change of your own code, and how far it is.',
    effect: 'read',
    input: z.object({}),

    async run(_, { tx, person, when }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      return done(texts.status((await store.list(tx, 1))[0], when), { tainted: true });
    },
  });
}

function historyTool(): AnyTool {
  return dataTool({
    ...COMMON,
    name: 'self_improvement_history',
    description: 'Lists the changes of your own code that you have worked on, with their pull requests.',
    effect: 'read',
    input: z.object({ limit: z.int().min(1).max(50).default(10) }),

    async run({ limit }, { tx, person, when }) {
      if (person.role !== 'owner') return failed('DENIED', texts.ownersOnly());
      return done(texts.history(await store.list(tx, limit), when), { tainted: true });
    },
  });
}
