/** What self-improvement says to people. */
import { plural, shorten } from '../../base/text.ts';
import { formatInstant, type Reader } from '../../time/index.ts';
import type { Proposal } from './store.ts';

const named = ({ id, title }: Pick<Proposal, 'id' | 'title'>): string => `“${title}” (\`${id}\`)`;

const STATES: Record<Proposal['state'], string> = {
  pending: 'waits for a decision',
  approved: 'approved',
  rejected: 'rejected',
  applied: 'in use',
};

const PRIORITIES = ['urgent', 'high', 'medium', 'low', 'very low'] as const;

const LONGEST_LISTED = 300;

export const noKind = (category: string) => `nothing here can apply a proposal of the category ${category}`;

export const wrongPayload = () => 'what it would change has not the form that its category needs';

export const ownersOnly = () => 'Only my owner decides what I change of myself.';

export const notYours = () => 'This proposal is for somebody else to decide.';

export const privateOnly = () => 'That is shown only where nobody else reads: ask me in a direct conversation.';

export const changedMeanwhile = (id: string) => `There is no proposal \`${id}\` as it was shown.`;

export const otherTitle = (proposal: Proposal) =>
  `The proposal \`${proposal.id}\` has another title: “${proposal.title}”.`;

export const decidedAlready = (proposal: Proposal) =>
  `The proposal ${named(proposal)} is ${STATES[proposal.state]} already.`;

export const stillPending = (proposal: Proposal) => `The proposal ${named(proposal)} has not been decided on.`;

export const cannotApply = (proposal: Proposal, problem: string) =>
  `The proposal ${named(proposal)} cannot be applied: ${problem}. It stays where it is; reject it, or wait for the next reflection.`;

export const cannotTakeBack = (proposal: Proposal) =>
  `What the proposal ${named(proposal)} has changed cannot be taken back: something newer stands on it.`;

export const none = (state: string) =>
  state === 'all' ? 'There are no proposals.' : `There are no proposals that are ${state}.`;

export function listed(proposals: readonly Proposal[], shown: (each: Proposal) => string, reader: Reader): string {
  return proposals.map((each) => `${line(each, reader)}${indented(shown(each))}`).join('\n');
}

function line(proposal: Proposal, reader: Reader): string {
  const { category, description, priority, state, at } = proposal;
  const facts = [category, PRIORITIES[priority - 1], STATES[state], formatInstant(at, reader)].join(', ');
  return `- ${named(proposal)}: ${facts}. ${shorten(description, LONGEST_LISTED)}`;
}

const indented = (text: string): string => (text === '' ? '' : `\n\n${fenced(text)}\n`);

/** As it stands, whatever is in it. */
const fenced = (text: string): string => `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\``;

export const approve = () => 'Approve';
export const reject = () => 'Reject';

export function decided(proposal: Proposal): string {
  if (proposal.state === 'rejected') return `Rejected: ${named(proposal)}. Nothing changes.`;
  if (proposal.state === 'applied') return `Approved and in use: ${named(proposal)}.`;
  return `Approved: ${named(proposal)}.`;
}

export const takenBack = (proposal: Proposal) => `Taken back: ${named(proposal)} waits for a decision again.`;

export const undoLabel = ({ title }: Proposal) => `the decision on “${title}”`;

export const heading = (count: number) => `${plural(count, 'proposal')}:`;
