import type { FaultKind } from '../base/errors.ts';

/** What the agent itself says to people. */

export const stopped = () => 'Stopped.';

export const tooManyCalls = (limit: number) =>
  `I stopped after ${limit} steps without getting to an end. Tell me how to go on, or ask for a smaller piece of it.`;

export const tookTooLong = (minutes: number) =>
  `I stopped after ${minutes} minutes without getting to an end. Ask again for a smaller piece of it.`;

export const nothingToSay = () => 'I have no answer to that.';

export const outcomeUnknown = (tool: string) =>
  `${tool} had begun when I was interrupted; whether it happened is unknown. Look before doing it again.`;

export const outcomeUnknownToPerson = (tool: string) =>
  `I was interrupted while \`${tool}\` ran, so I do not know whether it happened.`;

export const denied = (reason: string) => `That is not allowed: ${reason}`;

export const declined = () => 'The person said no. Do not try it again.';

export const approvalAsked = (tool: string, reason: string, shown: string) =>
  `May I run \`${tool}\`? ${reason}\n\n\`\`\`json\n${shown}\n\`\`\``;

export const approvalGone = () => 'That question is not open any more.';

export const approved = () => 'Approved.';

export const disapproved = () => 'Not approved.';

export const nothingToUndo = () => 'There is nothing to take back here.';

export const undone = (label: string) => `Taken back: ${label}.`;

/** Why no answer came from the model, with what would help; never a key, a stack or a raw body. */
export function modelFault(fault: FaultKind): string {
  switch (fault) {
    case 'rate_limited':
      return 'The model is busy and asked me to wait. Please try again in a minute.';
    case 'auth_expired':
      return 'The model refuses my key. The owner can mend it in the `models` block of the configuration.';
    case 'not_found':
      return 'The configured model does not exist. The owner can choose another in the `models` block.';
    case 'context_overflow':
      return 'This conversation has become too long for the model. Say `/new` to begin afresh.';
    case 'refused':
      return 'The model declined to answer that.';
    case 'budget':
      return 'The budget for the model is used up.';
    case 'malformed_output':
      return 'The model answered with something I could not read. Please try again.';
    case 'cancelled':
      return stopped();
    case 'transient':
      return 'The model cannot be reached right now. Please try again in a moment.';
  }
}

/** Why a model did not answer, and what goes on without one. */
export const withoutModel = (fault: FaultKind) =>
  `${modelFault(fault)} Reminders, notes and commands go on meanwhile: \`/help\` shows how to ask for them.`;
