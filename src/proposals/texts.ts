import type { Proposal } from './store.ts';

export const nameProposal = ({ id, title }: Pick<Proposal, 'id' | 'title'>): string => `“${title}” (\`${id}\`)`;

export const STATES: Record<Proposal['state'], string> = {
  pending: 'waits for a decision',
  approved: 'approved',
  rejected: 'rejected',
  applied: 'in use',
};

export const noKind = (category: string) => `nothing here can apply a proposal of the category ${category}`;

export const wrongPayload = () => 'what it would change has not the form that its category needs';

export const ownersOnly = () => 'Only my owner decides what I change of myself.';

export const notYours = () => 'This proposal is for somebody else to decide.';

export const changedMeanwhile = (id: string) => `There is no proposal \`${id}\` as it was shown.`;

export const decidedAlready = (proposal: Proposal) =>
  `The proposal ${nameProposal(proposal)} is ${STATES[proposal.state]} already.`;

export const stillPending = (proposal: Proposal) => `The proposal ${nameProposal(proposal)} has not been decided on.`;

export const cannotApply = (proposal: Proposal, problem: string) =>
  `The proposal ${nameProposal(proposal)} cannot be applied: ${problem}. It stays where it is; reject it, or wait for the next reflection.`;

export const cannotTakeBack = (proposal: Proposal) =>
  `What the proposal ${nameProposal(proposal)} has changed cannot be taken back: something newer stands on it.`;

export const channelReady = (channel: string) => `Owners are asked about proposals in ${channel}.`;

export const channelUnheard = (channel: string) =>
  `Nobody has spoken to me in ${channel} yet, so that I ask owners about proposals in their direct conversations.`;

export const channelRemedy = () => 'Mention me there once, or see that the id is right and that I am in that channel.';
