import { z } from 'zod';
import type { Command } from '../../chat/index.ts';
import { approvalChannelCheck } from './approval-channel.ts';
import type { Deps, Part } from './part.ts';
import type { ProposalKind } from './proposals.ts';
import * as store from './store.ts';
import { listFor, proposalTools } from './tools.ts';

/** Categories that change nothing by themselves: once approved, somebody carries them out. */
export const IN_WORDS = ['tool', 'configuration', 'code'] as const;

const inWords: readonly ProposalKind<null>[] = IN_WORDS.map((category) => ({ category, payload: z.null() }));

/** Proposals as such: listing them and deciding on them. */
export const proposalPart: Part = {
  name: 'proposals',
  kinds: () => inWords,
  tools: proposalTools,
  commands: (deps) => [listCommand(deps)],
  checks: approvalChannelCheck,
  deletionRules: store.deletionRules,
  mergeRules: store.mergeRules,
};

function listCommand({ kinds }: Deps): Command {
  return {
    name: 'improvements',
    summary: 'What I propose to change of myself.',
    usage: `[${[...store.STATES, 'all'].join('|')}]`,
    ownerOnly: true,
    private: true,
    run(rest, ctx) {
      const states: readonly string[] = [...store.STATES, 'all'];
      const status = (states.includes(rest) ? rest : 'pending') as store.ProposalState | 'all';
      return listFor(kinds, { status }, ctx);
    },
  };
}
