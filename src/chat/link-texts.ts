/** Texts about linked accounts. */
import { listOf, plural } from '../base/text.ts';
import type { Role } from '../people/index.ts';

export interface Known {
  /** As people call it: `the terminal`. */
  platform: string;
  name: string;
}

/** "Ana on Discord and owner on the terminal". */
function everywhere(identities: readonly Known[]): string {
  return listOf(identities.map(({ platform, name }) => `${name.replace(/[\\*_`~|<>@#[\]]/g, '')} on ${platform}`));
}

export const offered = (code: string, minutes: number, role: Role, known: readonly Known[]) =>
  [
    `Within ${minutes} minutes, tell me \`/link ${code}\` where I do not know you yet, privately. It works once.`,
    `Who enters it becomes you${role === 'owner' ? ', with your rights as my owner' : ''}: give it to nobody.`,
    ...(known.length > 1
      ? [`So far I know you as ${everywhere(known)}; \`/link off\` ends that for where you say it.`]
      : []),
  ].join('\n');

export const offeredElsewhere = () => 'I have sent you a code in our direct messages, where nobody else reads.';

export const personLinks = () =>
  'Only a person gets a code, no program in their name: say `/link` where you write to me yourself.';

export const notHere = () =>
  'Others read here, so I show no code. Say `/link` to me in a direct message, or choose it from the list of my commands.';

export const seenByOthers = () =>
  'Others read here, so I have made that code worthless. Get a new one with `/link` and enter it in a direct message.';

export const tooManyCodes = () => 'That were too many wrong codes. Try it again in ten minutes.';

export const noSuchCode = () =>
  'I know no such code, or it is older than ten minutes. `/link` on the other platform gives a new one.';

export const alreadyJoined = () => 'That is your own code: enter it where I do not know you yet.';

export const otherWayRound = () =>
  'You may do more here than there. Do it the other way round: `/link` here, and enter that code there.';

export const reallyJoin = (there: readonly Known[], here: readonly Known[], role: Role, keeps: readonly string[]) =>
  [
    `That code is of **${everywhere(there)}**. If that is you, I join it with ${everywhere(here)}, and you are one person to me${role === 'owner' ? ', my owner' : ''}.`,
    `${keeps.length > 0 ? `Your ${listOf(keeps)}, what` : 'What'} we said to each other and what it cost come along; of your settings those over there stay. What waits for your approval has to be asked for again.`,
    'If it is somebody else, say no: they would have all of it.',
  ].join('\n');

export function joined(name: string, moved: readonly { what: string; count: number }[]): string {
  const along = listOf(moved.map(({ what, count }) => plural(count, what)));
  return `Done: you are ${name} to me, here and there.${along ? ` ${along} came along.` : ''} \`/link off\` ends it.`;
}

export const wasJoined = (who: readonly Known[]) =>
  `Your code was used: ${everywhere(who)} is you from now on. If that was not you, tell my owner, and say \`/link off\` there.`;

export const notJoined = () => 'I know you here only. `/link` gives a code for another platform.';

export const parted = (others: readonly Known[]) =>
  `From now on you stand by yourself here. What you had stays with ${everywhere(others)}.`;
