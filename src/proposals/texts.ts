import { plural, shorten } from '../base/text.ts';
import { formatInstant, type Reader } from '../time/index.ts';
import type { Proposal } from './store.ts';

const nameProposal = ({ id, title }: Pick<Proposal, 'id' | 'title'>): string => `“${title}” (\`${id}\`)`;

const STATES: Record<Proposal['state'], string> = {
  pending: 'waits for a decision',
  asked: 'waits for an owner',
  approved: 'approved',
  rejected: 'rejected',
  trial: 'on trial',
  applied: 'in use',
  retired: 'replaced by a later one',
  resting: 'rests',
  dropped: 'dropped',
};

const PRIORITIES = ['urgent', 'high', 'medium', 'low', 'very low'] as const;

const LONGEST_LISTED = 300;

export const noKind = (category: string) => `nothing here can apply a proposal of the category ${category}`;

export const wrongPayload = () => 'what it would change has not the form that its category needs';

export const otherByNow = () => 'what it would change was changed by somebody meanwhile';

export const ownersOnly = () => 'Only my owner decides what I change of myself.';

export const notYours = () => 'This proposal is for somebody else to decide.';

export const changedMeanwhile = (id: string) => `There is no proposal \`${id}\` as it was shown.`;

export const decidedAlready = (proposal: Proposal) =>
  `The proposal ${nameProposal(proposal)} is decided already: ${STATES[proposal.state]}.`;

export const stillPending = (proposal: Proposal) => `The proposal ${nameProposal(proposal)} has not been decided on.`;

export const cannotApply = (proposal: Proposal, problem: string) =>
  `The proposal ${nameProposal(proposal)} cannot be applied: ${problem}. It stays where it is; reject it, or wait for the next reflection.`;

export const cannotTakeBack = (proposal: Proposal) =>
  `What the proposal ${nameProposal(proposal)} has changed cannot be taken back: something newer stands on it.`;

export const channelReady = (channel: string) => `Owners are asked about proposals in ${channel}.`;

export const channelUnheard = (channel: string) =>
  `Nobody has spoken to me in ${channel} yet, so that I ask owners about proposals in their direct conversations.`;

export const channelRemedy = () => 'Mention me there once, or see that the id is right and that I am in that channel.';

export const privateOnly = () => 'That is shown only where nobody else reads: ask me in a direct conversation.';

export const otherTitle = (proposal: Proposal) =>
  `The proposal \`${proposal.id}\` has another title: “${proposal.title}”.`;

export const noneNotice = (state: string) =>
  state === 'all' ? 'There are no proposals.' : `There are no proposals that are ${state}.`;

export const proposalsHeading = (count: number) => `${plural(count, 'proposal')}:`;

/** A line of the list, `fares` how it does in use, and `difference` what it changes; both may be empty. */
export function listedProposal(proposal: Proposal, { fares, difference }: ListedParts, reader: Reader): string {
  const { category, description, priority, state, at } = proposal;
  const facts = [category, PRIORITIES[priority - 1], STATES[state], formatInstant(at, reader)].join(', ');
  const says = [shorten(description, LONGEST_LISTED), fares].filter((each) => each !== '').join(' ');
  return `- ${nameProposal(proposal)}: ${facts}. ${says}${difference === '' ? '' : `\n\n${fenceText(difference)}\n`}`;
}

interface ListedParts {
  fares: string;
  difference: string;
}

const fenceText = (text: string): string => `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\``;

export const approve = () => 'Approve';
export const reject = () => 'Reject';
export const show = () => 'Show';
export const wake = () => 'Use it again';
export const undo = () => 'Undo';

export function decidedNotice(proposal: Proposal): string {
  if (proposal.state === 'rejected') return `Rejected: ${nameProposal(proposal)}. Nothing changes.`;
  if (proposal.state === 'asked') return `I have asked my owner: ${nameProposal(proposal)}.`;
  if (proposal.state === 'trial') return `Approved and on trial: ${nameProposal(proposal)}.`;
  if (proposal.state === 'applied') return `Approved and in use: ${nameProposal(proposal)}.`;
  return `Approved: ${nameProposal(proposal)}.`;
}

export const noOwner = () => 'Only my owner can say yes to this, and I cannot write to them.';

export const asksFor = (person: string) => `${person} wants this.`;

export const takenBack = (proposal: Proposal) => `Taken back: ${nameProposal(proposal)} waits for a decision again.`;

/** The call of a model, for whoever says yes to it. */
export const asksToDecide = {
  approve: 'Approve the proposal {title} and have it carried out',
  reject: 'Reject the proposal {title}',
};

export const undoLabel = ({ title }: Proposal) => `the decision on “${title}”`;

export function proposalText(proposal: Proposal, details: string): string {
  const { id, category, title, description, priority } = proposal;
  const head = `**${title}** (\`${id}\`; ${category}, ${PRIORITIES[priority - 1]})`;
  return [head, description, ...(details === '' ? [] : [fenceText(details)])].join('\n\n');
}

export const wholeProposal = (proposal: Proposal, whole: string) =>
  `All of ${nameProposal(proposal)}:\n\n${fenceText(whole)}`;
