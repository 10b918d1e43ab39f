import { z } from 'zod';
import { done, failed } from '../../../agent/index.ts';
import type { SkillDeps } from '../../../chat/index.ts';
import { readerOf, type Transaction } from '../../../storage/index.ts';
import type { Settings } from '../config.ts';
import type { Deps, Part } from '../part.ts';
import type { ProposalKind } from '../proposals.ts';
import * as texts from '../texts.ts';
import { ownerTool } from '../tools.ts';
import * as store from './store.ts';
import { rollBack, versionFor } from './trial.ts';

/** Guidance that coda has learnt: it follows the owner's own prompt and never changes that. */
export const promptPart: Part = {
  name: 'prompt',
  kinds: (deps) => [promptKind(deps)],
  tools: () => [rollbackTool],

  /** The same bytes in every request of a conversation as long as its version is the same. */
  async standing({ database, config }: Deps, { conversationId }) {
    if (!config.prompt_evolution_enabled) return undefined;
    const version = await versionFor(readerOf(database), conversationId);
    return version && version.content !== '' ? texts.guidance(version.content) : undefined;
  },
};

const rollbackTool = ownerTool({
  name: 'prompt_rollback',
  description: 'Takes back the newest version of the guidance that you have learnt: the one before holds again.',
  async run({ tx, clock }) {
    const rolled = await rollBack(tx, clock.now());
    return rolled ? done(texts.rolledBack(rolled.from.version, rolled.to?.version)) : failed('GONE', texts.noVersion());
  },
});

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

/** Differences of the guidance: a piece of it that is replaced, or a line at its end. Pure. */
const LONGEST_PIECE = 1_500;
/** Characters of the whole guidance: it stands in every request. */
const LONGEST_GUIDANCE = 4_000;

export const difference = z.strictObject({
  /** Stands in the guidance exactly once; empty: `replace` is added at the end. */
  find: z.string().max(LONGEST_PIECE),
  replace: z.string().max(LONGEST_PIECE),
});

type Difference = z.output<typeof difference>;

/** The guidance with the difference; undefined: it does not apply. */
export function applied(guidance: string, { find, replace }: Difference): string | undefined {
  if (find === '') return replace.trim() === '' ? undefined : [guidance, replace].filter(Boolean).join('\n');
  const at = guidance.indexOf(find);
  if (at < 0 || guidance.indexOf(find, at + 1) >= 0 || find === replace) return undefined;
  return `${guidance.slice(0, at)}${replace}${guidance.slice(at + find.length)}`;
}

/** As a person reads it. */
function inWords({ find, replace }: Difference): string {
  const lines = (sign: string, text: string) => (text === '' ? [] : text.split('\n').map((line) => `${sign} ${line}`));
  return [...lines('-', find), ...lines('+', replace)].join('\n');
}
