/** What the adapter itself says to people. */
import { listOf, plural } from '../../base/text.ts';

export const away = (count: number) =>
  `I was away; ${count === 1 ? 'an older message was' : `${count} older messages were`} not answered. Please send again what still matters.`;

export const awayLong = (limit: number) =>
  `I was away, and have looked at the last ${plural(limit, 'message')} here only. Please send again what I have not answered.`;

export const tooLarge = (names: readonly string[], mb: number) =>
  `I did not take ${listOf(names)}: the most I take is ${mb} MB a file. Please send something smaller.`;

export const notFetched = (names: readonly string[]) =>
  `Discord did not let me have ${listOf(names)}. Please send it again.`;

/** Stands in the message for whoever answers it. */
export const filesMissing = (names: readonly string[]) => `(attached, but not taken: ${listOf(names)})`;

export const notMine = () => 'That button is not one of mine, or its time is over.';

export const notDirectly = () => 'I do not answer in direct messages. Please ask me in a server where we both are.';

export const notInThisServer = () => 'I am not at work in this server.';

export const restInFile = () => '-# The rest is in the attached file.';

export const wholeInFile = () => '-# It is all in the attached file.';

export const notAttached = (count: number) =>
  `-# ${plural(count, 'file')} could not be attached: Discord takes 10 MB a file.`;

export const threadName = () => 'Question';

export const formTitle = 'coda';

export const off = () => "Discord is off: put the bot's token into DISCORD_TOKEN, or discord: into the config.";
