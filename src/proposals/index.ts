/** Changes that coda proposes of itself: made, decided, applied and taken back, within a budget of their own. */

import {
  deletionRules,
  find,
  firstOwner,
  insert,
  list,
  listInOrder,
  listTitles,
  listTrials,
  lock,
  mark,
  mergeRules,
  noteOnce,
  retentionOf,
  spentFor,
  take,
} from './store.ts';

export { askForm, askOrRetry, critic, heavyOf, type Purpose, RetryLater } from './budget.ts';
export { tellOwners } from './channel.ts';
export { APPROVAL_CHANNEL, cron, type Improvement, improvementBlock, improvementConfig } from './config.ts';
export { shareWithin } from './measure.ts';
export { type Nightly, nightly, ownerTool } from './nightly.ts';
export {
  type AnyProposalKind,
  type Deciding,
  drawProposal,
  markApplied,
  type Proposal,
  type ProposalKind,
  type ProposalKinds,
  type Proposing,
  propose,
} from './proposals.ts';
export { type ProposalMaker, type ProposalSource, proposals } from './skill.ts';
export { proposalCards, takeBackChoice, wakeChoices } from './tools.ts';

/** The table of proposals, and what was spent on them, for the rooms that make some. */
export const proposalStore = {
  find,
  list,
  listInOrder,
  listTitles,
  listTrials,
  insert,
  take,
  lock,
  mark,
  noteOnce,
  spentFor,
  firstOwner,
  deletionRules,
  mergeRules,
  retentionOf,
};
