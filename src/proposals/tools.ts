/** Deciding on proposals of any kind: in a list, by buttons, in words; with Undo. */
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
} from '../agent/index.ts';
import type { Command, SkillDeps } from '../chat/index.ts';
import type { Card, Choice } from '../delivery/index.ts';
import { type Queryable, readerOf } from '../storage/index.ts';
import { tellOwners } from './channel.ts';
import type { Improvement } from './config.ts';
import {
  type Decider,
  decide,
  mayApprove,
  mayDecide,
  type Proposal,
  type ProposalKinds,
  prepareDecision,
  showProposal,
  showTrials,
  takeBack,
} from './proposals.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

/** A coda with self-improvement, and the kinds of proposals that it knows. */
export interface ProposalDeps extends SkillDeps<Improvement> {
  kinds: ProposalKinds;
}

const MOST_LISTED = 30;
/** Proposals with buttons on one card. */
const MOST_ON_CARD = 5;
const PREPARED_WITHIN_MS = 10_000;
const ANSWER = 'improvement_proposal_answer';
/** The same for kinds whose approval a light model looks at. */
const ANSWER_LOOKED_AT = 'improvement_proposal_install';
const SHOW = 'improvement_proposal_show';
const TAKE_BACK = 'improvement_proposal_take_back';

const id = z.string().min(1).max(20).describe('Of the proposal, as improvement_proposals_list shows it.');
const hash = z.string().min(1).max(128);

/** Words of a model stand in all of these: whatever is in them is shown and never followed. */
const TAINTED = { tainted: true } as const;

export function proposalTools(deps: ProposalDeps): AnyTool[] {
  const answer = answerTool(deps);
  return [
    listTool(deps),
    ...forOwners(texts.ownersOnly, [decideTool(deps)]),
    answer,
    { ...answer, name: ANSWER_LOOKED_AT, policy: { critique: true } },
    showTool(deps),
    takeBackTool(deps),
  ];
}

const STATUSES = [...store.STATES, 'all'] as const;
type Status = (typeof STATUSES)[number];

function listTool(deps: ProposalDeps): AnyTool {
  return dataTool({
    name: 'improvement_proposals_list',
    group: 'skills',
    description:
      'Lists what you have proposed to change of yourself: for your owner all of it, for others what is theirs.',
    effect: 'read',
    callers: 'main-agent',
    input: z.object({ status: z.enum(STATUSES).default('pending'), category: z.string().max(40).optional() }),
    run: (input, ctx) => listFor(deps, input, ctx),
  });
}

export function proposalCommand(deps: ProposalDeps): Command {
  return {
    name: 'improvements',
    summary: 'What I propose to change of myself, how it fares, and Undo.',
    overtakes: true,
    usage: `[${STATUSES.join('|')}]`,
    private: true,
    run: (rest, ctx) => listFor(deps, { status: STATUSES.find((each) => each === rest) ?? 'pending' }, ctx),
  };
}

async function listFor(
  { kinds }: ProposalDeps,
  { status, category }: { status: Status; category?: string | undefined },
  { tx, private: isPrivate, person, clock, when }: TxContext,
): Promise<Done | Failed> {
  if (!isPrivate) return failed('NOT_HERE', texts.privateOnly());
  const states = status === 'all' ? undefined : status === 'pending' ? (['pending', 'asked'] as const) : [status];
  const personId = person.role === 'owner' ? undefined : person.id;
  const proposals = await store.list(tx, { states, category, personId }, MOST_LISTED);
  if (proposals.length === 0) return done(texts.noneNotice(status));
  const lines = [texts.proposalsHeading(proposals.length)];
  for (const each of proposals) {
    const trials = showTrials(kinds, each).map(({ name, measured }) => `${name}: ${measured}.`);
    const fares = [await faresOf(tx, kinds, each, clock.now()), ...trials].filter(Boolean).join(' ');
    const parts = { fares, difference: showFor(kinds, each, person) };
    lines.push(texts.listedProposal(each, parts, when));
  }
  const own = proposals.filter((each) => mayDecide(kinds, each, person));
  const open = own.filter(({ state }) => ['pending', 'asked', 'resting'].includes(state));
  const used = own.filter(
    ({ state, category: kind }) => ['trial', 'applied', 'resting'].includes(state) && kinds.get(kind)?.revert,
  );
  const choices = [
    ...open
      .slice(0, MOST_ON_CARD)
      .flatMap((each) => choicesFor(kinds, each, open.length > 1, mayApprove(kinds, each, person))),
    ...used.slice(0, MOST_ON_CARD).map((each) => takeBackChoice(each, `${texts.undo()} ${each.id}`)),
  ];
  return done(lines.join('\n'), { ...TAINTED, ...(choices.length > 0 && { choices }) });
}

async function faresOf(tx: TxContext['tx'], kinds: ProposalKinds, proposal: Proposal, now: Date): Promise<string> {
  const kind = kinds.get(proposal.category);
  if (!kind?.fares || !['applied', 'resting'].includes(proposal.state)) return '';
  return kind.fares(tx, kind.payload.parse(proposal.payload), now);
}

/** The difference as this reader is shown it: none of what another person has to decide first. */
export function showFor(kinds: ProposalKinds, proposal: Proposal, reader: Decider): string {
  const isOthers = kinds.get(proposal.category)?.byItsPerson && proposal.personId !== reader.id;
  return isOthers && !mayDecide(kinds, proposal, reader) ? '' : showProposal(kinds, proposal);
}

/** Approve and Reject, bound to exactly this proposal; those of one proposal are used up together. */
function choicesFor(
  kinds: ProposalKinds,
  { id, hash, category, state }: Proposal,
  isNamed: boolean,
  isApprovable = true,
): Choice[] {
  const kind = kinds.get(category);
  const choice = (label: string, approve: boolean, style: 'primary' | 'danger'): Choice => ({
    label: isNamed ? `${label} ${id}` : label,
    tool: ANSWER,
    input: { id, hash, approve },
    style,
    group: id,
    ...(!kind?.byItsPerson && { owners: true }),
  });
  const yes = (label: string) => ({
    ...choice(label, true, 'primary'),
    ...(kind?.isLookedAt && { tool: ANSWER_LOOKED_AT }),
  });
  if (state === 'resting') return [yes(texts.wake())];
  if (!isApprovable) return [choice(texts.reject(), false, 'danger')];
  const show = { label: isNamed ? `${texts.show()} ${id}` : texts.show(), tool: SHOW, input: { id, hash } };
  return [
    yes(texts.approve()),
    ...(kind?.whole ? [{ ...show, group: `show ${id}` }] : []),
    choice(texts.reject(), false, 'danger'),
  ];
}

export const takeBackChoice = ({ id }: Pick<Proposal, 'id'>, label: string): Choice => ({
  label,
  tool: TAKE_BACK,
  input: { id },
  style: 'danger',
  group: `undo ${id}`,
});

/** The button of a proposal that rests. */
export const wakeChoices = (kinds: ProposalKinds, proposal: Proposal): Choice[] =>
  choicesFor(kinds, { ...proposal, state: 'resting' }, false);

/** Cards that show these proposals whole, with their buttons; `head` stands on the first one, which is there without any. */
export function proposalCards(kinds: ProposalKinds, proposals: readonly Proposal[], head?: string): Card[] {
  return Array.from({ length: Math.max(1, Math.ceil(proposals.length / MOST_ON_CARD)) }, (_, index): Card => {
    const group = proposals.slice(index * MOST_ON_CARD, (index + 1) * MOST_ON_CARD);
    const heads = index === 0 && head !== undefined ? [head] : [];
    const text = [...heads, ...group.map((each) => texts.proposalText(each, showProposal(kinds, each)))].join('\n\n');
    return { kind: 'notice', text, choices: group.flatMap((each) => choicesFor(kinds, each, proposals.length > 1)) };
  });
}

async function settleDecision(
  deps: ProposalDeps,
  decision: { id: string; hash: string; approve: boolean },
  ctx: TxContext,
): Promise<Done | Failed> {
  const { tx, person, clock, prepared } = ctx;
  const proposal = await decide(tx, deps.kinds, { ...decision, person }, clock.now(), prepared);
  if ('ok' in proposal) return { ...proposal, ...TAINTED };
  if (proposal.state === 'asked' && !(await askOwners(deps, proposal, ctx))) {
    await store.mark(tx, proposal.id, { state: 'pending', outcome: null, personId: undefined }, clock.now());
    return failed('NO_OWNER', texts.noOwner());
  }
  const undo = { label: texts.undoLabel(proposal), tool: TAKE_BACK, input: { id: proposal.id } };
  return done(texts.decidedNotice(proposal), { ...TAINTED, undo, choices: [undoChoice(undo)], id: proposal.id });
}

/** False where no owner can be written to. */
async function askOwners(deps: ProposalDeps, proposal: Proposal, { tx, person }: TxContext): Promise<boolean> {
  const [card] = proposalCards(deps.kinds, [proposal], texts.asksFor(person.name));
  const key = `improvement:ask:${proposal.id}:${proposal.decidedAt?.toISOString()}`;
  return card !== undefined && tellOwners(deps, tx, { key, card, tainted: true, isPrivate: true });
}

/** The proposal of this id, if the person may decide about it and its title is the one that they are shown. */
async function titledProposal(
  db: Queryable,
  kinds: ProposalKinds,
  { id, title, person }: { id: string; title: string; person: Decider },
): Promise<Proposal | Failed> {
  const proposal = await store.find(db, id);
  if (!proposal) return failed('NOT_FOUND', texts.changedMeanwhile(id));
  if (!mayDecide(kinds, proposal, person)) return failed('DENIED', texts.notYours());
  return proposal.title === title ? proposal : failed('CHANGED', texts.otherTitle(proposal), TAINTED);
}

function decideTool(deps: ProposalDeps): AnyTool {
  const reader = readerOf(deps.database);
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
      async binds({ id, title }, { person }) {
        const proposal = await titledProposal(reader, deps.kinds, { id, title, person });
        return 'ok' in proposal ? proposal : proposal.hash;
      },
    },
    timeoutMs: PREPARED_WITHIN_MS,
    display: { asks: ({ decision }) => [texts.asksToDecide[decision]] },
    input: z.object({ id, title: z.string().min(1).max(200), decision: z.enum(['approve', 'reject']) }),
    prepare: async ({ id, decision }, { person, approval: { bound } }) =>
      decision === 'reject' || bound === undefined
        ? undefined
        : prepareDecision(reader, deps.kinds, { id, hash: bound, person }, 'apply'),

    async run({ id, title, decision }, ctx) {
      const proposal = await titledProposal(ctx.tx, deps.kinds, { id, title, person: ctx.person });
      if ('ok' in proposal) return proposal;
      return settleDecision(
        deps,
        { id, hash: ctx.approval.bound ?? proposal.hash, approve: decision === 'approve' },
        ctx,
      );
    },
  });
}

function answerTool(deps: ProposalDeps): AnyTool {
  return dataTool({
    name: ANSWER,
    description: 'Decides on a proposal.',
    effect: 'write',
    callers: 'person',
    timeoutMs: PREPARED_WITHIN_MS,
    input: z.object({ id, hash, approve: z.boolean() }),
    prepare: async ({ approve, ...asked }, { person }) =>
      approve ? prepareDecision(readerOf(deps.database), deps.kinds, { ...asked, person }, 'apply') : undefined,
    run: (decision, ctx) => settleDecision(deps, decision, ctx),
  });
}

function showTool({ kinds }: ProposalDeps): AnyTool {
  return dataTool({
    name: SHOW,
    description: 'Shows all of a proposal.',
    effect: 'read',
    callers: 'buttons',
    input: z.object({ id, hash }),
    async run({ id, hash }, { tx, person }) {
      const proposal = await store.find(tx, id);
      const kind = kinds.get(proposal?.category ?? '');
      if (!proposal || !kind?.whole || proposal.hash !== hash || !mayDecide(kinds, proposal, person))
        return failed('GONE', texts.changedMeanwhile(id));
      const choices = choicesFor(kinds, proposal, false).filter(({ tool }) => tool !== SHOW);
      const whole = kind.whole(kind.payload.parse(proposal.payload));
      return done(texts.wholeProposal(proposal, whole), { ...TAINTED, choices });
    },
  });
}

function takeBackTool(deps: ProposalDeps): AnyTool {
  return dataTool({
    name: TAKE_BACK,
    description: 'Takes back a decision on a proposal, and what it has changed.',
    effect: 'write',
    callers: 'person',
    timeoutMs: PREPARED_WITHIN_MS,
    input: z.object({ id }),
    prepare: ({ id }, { person }) => prepareDecision(readerOf(deps.database), deps.kinds, { id, person }, 'revert'),
    async run({ id }, { tx, person, clock, prepared }) {
      const proposal = await takeBack(tx, deps.kinds, { id, person }, clock.now(), prepared);
      return 'ok' in proposal ? { ...proposal, ...TAINTED } : done(texts.takenBack(proposal), { ...TAINTED, id });
    },
  });
}
