import { z } from 'zod';
import {
  type AnyTool,
  type Done,
  dataTool,
  done,
  type Failed,
  failed,
  forOwners,
  type TxContext,
  undoChoice,
} from '../../agent/index.ts';
import type { Command } from '../../chat/index.ts';
import type { Choice } from '../../delivery/index.ts';
import {
  approvalChannelCheck,
  decide,
  type Proposal,
  type ProposalKind,
  type ProposalKinds,
  proposalTexts,
  showProposal,
  proposalStore as store,
  takeBack,
} from '../../proposals/index.ts';
import { readerOf } from '../../storage/index.ts';
import type { Deps, Part } from './part.ts';
import * as texts from './texts.ts';

const MOST_LISTED = 20;
const ANSWER = 'improvement_proposal_answer';
const TAKE_BACK = 'improvement_proposal_take_back';

const id = z.string().min(1).max(20).describe('Of the proposal, as improvement_proposals_list shows it.');
const hash = z.string().min(1).max(64);

function proposalTools(deps: Deps): AnyTool[] {
  return [
    ...forOwners(proposalTexts.ownersOnly, [listTool(deps), decideTool(deps)]),
    answerTool(deps),
    takeBackTool(deps),
  ];
}

/** Words of a model stand in all of these: whatever is in them is shown and never followed. */
const TAINTED = { tainted: true } as const;

function listTool({ kinds }: Deps): AnyTool {
  return dataTool({
    name: 'improvement_proposals_list',
    group: 'skills',
    description: 'Lists what you have proposed to change of yourself, for your owner.',
    effect: 'read',
    callers: 'main-agent',
    input: z.object({
      status: z.enum([...store.STATES, 'all']).default('pending'),
      category: z.string().max(40).optional(),
    }),
    run: async (input, ctx) => listFor(kinds, input, ctx),
  });
}

async function listFor(
  kinds: ProposalKinds,
  { status, category }: { status: store.ProposalState | 'all'; category?: string | undefined },
  { tx, private: isPrivate, when }: TxContext,
): Promise<Done | Failed> {
  if (!isPrivate) return failed('NOT_HERE', texts.privateOnly());
  const state = status === 'all' ? undefined : status;
  const found = await store.list(tx, { state, category }, MOST_LISTED);
  if (found.length === 0) return done(texts.noneNotice(status));
  const waiting = found.filter(
    (each) => each.state === 'pending' && kinds.get(each.category)?.byItsPerson === undefined,
  );
  const choices = waiting.slice(0, MOST_ON_CARD).flatMap((each) => choicesFor(each, waiting.length > 1));
  const text = [
    texts.proposalsHeading(found.length),
    texts.listProposals(found, (each) => showProposal(kinds, each), when),
  ].join('\n');
  return done(text, { ...TAINTED, choices });
}

export const MOST_ON_CARD = 5;

/** Approve and Reject, bound to exactly this proposal; those of one proposal are used up together. */
export function choicesFor({ id, hash }: Pick<Proposal, 'id' | 'hash'>, isNamed: boolean): Choice[] {
  const about = isNamed ? ` ${id}` : '';
  const choice = (label: string, approve: boolean, style: 'primary' | 'danger'): Choice => ({
    label: `${label}${about}`,
    tool: ANSWER,
    input: { id, hash, approve },
    style,
    group: id,
    owners: true,
  });
  return [choice(texts.approve(), true, 'primary'), choice(texts.reject(), false, 'danger')];
}

async function settleDecision(
  deps: Deps,
  decision: { id: string; hash: string; approve: boolean },
  { tx, person, clock }: TxContext,
): Promise<Done | Failed> {
  const proposal = await decide(tx, deps.kinds, { ...decision, person }, clock.now());
  if ('ok' in proposal) return { ...proposal, ...TAINTED };
  const undo = { label: texts.undoLabel(proposal), tool: TAKE_BACK, input: { id: proposal.id } };
  return done(texts.decidedNotice(proposal), { ...TAINTED, undo, choices: [undoChoice(undo)], id: proposal.id });
}

function decideTool(deps: Deps): AnyTool {
  return dataTool({
    name: 'improvement_proposal_decide',
    group: 'skills',
    description:
      'Approves or rejects one of your proposals, where your owner has told you to. `title` is its title as it is listed.',
    effect: 'write',
    callers: 'main-agent',
    policy: {
      confirm: true,
      // The card names the title; whatever else of the proposal has changed by then ends the approval.
      binds: async ({ id }) => (await store.find(readerOf(deps.database), id))?.hash ?? '',
    },
    input: z.object({ id, title: z.string().min(1).max(200), decision: z.enum(['approve', 'reject']) }),

    async run({ id, title, decision }, ctx) {
      const proposal = await store.find(ctx.tx, id);
      if (!proposal) return failed('NOT_FOUND', proposalTexts.changedMeanwhile(id));
      if (proposal.title !== title) return failed('CHANGED', texts.otherTitle(proposal), TAINTED);
      return settleDecision(
        deps,
        { id, hash: ctx.approval.bound ?? proposal.hash, approve: decision === 'approve' },
        ctx,
      );
    },
  });
}

function answerTool(deps: Deps): AnyTool {
  return dataTool({
    name: ANSWER,
    description: 'Decides on a proposal.',
    effect: 'write',
    callers: 'person',
    input: z.object({ id, hash, approve: z.boolean() }),
    run: (decision, ctx) => settleDecision(deps, decision, ctx),
  });
}

function takeBackTool(deps: Deps): AnyTool {
  return dataTool({
    name: TAKE_BACK,
    description: 'Takes back a decision on a proposal, and what it has changed.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({ id }),
    async run({ id }, { tx, person, clock }) {
      const proposal = await takeBack(tx, deps.kinds, { id, person }, clock.now());
      return 'ok' in proposal ? { ...proposal, ...TAINTED } : done(texts.takenBack(proposal), { ...TAINTED, id });
    },
  });
}

/** Categories that change nothing by themselves: once approved, somebody carries them out. */
export const IN_WORDS = ['tool', 'configuration', 'code'] as const;

const inWords: readonly ProposalKind<null>[] = IN_WORDS.map((category) => ({ category, payload: z.null() }));

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
    overtakes: true,
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
