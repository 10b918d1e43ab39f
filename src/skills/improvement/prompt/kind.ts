import { z } from 'zod';
import type { SkillDeps } from '../../../chat/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import type { Settings } from '../config.ts';
import type { ProposalKind } from '../proposals.ts';
import * as texts from '../texts.ts';
import { applied, type Difference, difference, inWords, LONGEST_GUIDANCE } from './difference.ts';
import * as store from './store.ts';
import { rollBack } from './trial.ts';

const outcome = z.object({ version: z.number() });

/** A change of the learnt guidance. Approved, it begins a trial where that is switched on; else it stays approved. */
export function promptKind({ config }: Pick<SkillDeps<Settings>, 'config'>): ProposalKind<Difference> {
  return {
    category: 'prompt',
    payload: difference,
    show: inWords,

    async problem(tx, payload) {
      const { current, trial } = await store.inUse(tx);
      if (trial) return texts.trialRuns(trial.version);
      const content = applied(current?.content ?? '', payload);
      if (content === undefined) return texts.doesNotApply();
      return content.length > LONGEST_GUIDANCE ? texts.tooLong(LONGEST_GUIDANCE) : undefined;
    },

    async apply(tx, { id }, payload, now) {
      if (!config.prompt_evolution_enabled) return undefined;
      const { current } = await store.inUse(tx);
      const content = applied(current?.content ?? '', payload) ?? '';
      const version = await store.insertTrial(tx, { proposalId: id, base: current?.version ?? null, content }, now);
      return { version };
    },

    async revert(tx, proposal, now) {
      const made = outcome.safeParse(proposal.outcome);
      if (!made.success || (await inFront(tx)) !== made.data.version) return false;
      return (await rollBack(tx, now)) !== undefined;
    },
  };
}

/** The version that a roll back would take away. */
async function inFront(tx: Transaction): Promise<number | undefined> {
  const { current, trial } = await store.inUse(tx);
  return (trial ?? current)?.version;
}
