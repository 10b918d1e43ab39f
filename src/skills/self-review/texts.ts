import { plural, shorten } from '../../base/text.ts';
import { type Proposal, proposalTexts } from '../../proposals/index.ts';
import { formatInstant, type Reader } from '../../time/index.ts';

const { nameProposal: named, STATES } = proposalTexts;

const PRIORITIES = ['urgent', 'high', 'medium', 'low', 'very low'] as const;

const LONGEST_LISTED = 300;

export const privateOnly = () => 'That is shown only where nobody else reads: ask me in a direct conversation.';

export const otherTitle = (proposal: Proposal) =>
  `The proposal \`${proposal.id}\` has another title: “${proposal.title}”.`;

export const noneNotice = (state: string) =>
  state === 'all' ? 'There are no proposals.' : `There are no proposals that are ${state}.`;

export function listProposals(
  proposals: readonly Proposal[],
  shown: (each: Proposal) => string,
  reader: Reader,
): string {
  return proposals.map((each) => `${line(each, reader)}${indentShown(shown(each))}`).join('\n');
}

function line(proposal: Proposal, reader: Reader): string {
  const { category, description, priority, state, at } = proposal;
  const facts = [category, PRIORITIES[priority - 1], STATES[state], formatInstant(at, reader)].join(', ');
  return `- ${named(proposal)}: ${facts}. ${shorten(description, LONGEST_LISTED)}`;
}

const indentShown = (text: string): string => (text === '' ? '' : `\n\n${fenceText(text)}\n`);

const fenceText = (text: string): string => `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\``;

export const approve = () => 'Approve';
export const reject = () => 'Reject';

export function decidedNotice(proposal: Proposal): string {
  if (proposal.state === 'rejected') return `Rejected: ${named(proposal)}. Nothing changes.`;
  if (proposal.state === 'applied') return `Approved and in use: ${named(proposal)}.`;
  return `Approved: ${named(proposal)}.`;
}

export const takenBack = (proposal: Proposal) => `Taken back: ${named(proposal)} waits for a decision again.`;

export const undoLabel = ({ title }: Proposal) => `the decision on “${title}”`;

export const proposalsHeading = (count: number) => `${plural(count, 'proposal')}:`;

export function whole(
  proposal: Pick<Proposal, 'id' | 'category' | 'title' | 'description' | 'priority'>,
  shown: string,
): string {
  const { id, category, title, description, priority } = proposal;
  const head = `**${title}** (\`${id}\`; ${category}, ${PRIORITIES[priority - 1]})`;
  return [head, description, ...(shown === '' ? [] : [fenceText(shown)])].join('\n\n');
}
