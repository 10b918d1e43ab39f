import { plural } from '../../base/text.ts';

export const notMine = () => 'That button is not one of mine, or its time is over.';

export const notDirectly = () => 'I do not answer in direct messages. Please ask me in a server where we both are.';

export const notInThisServer = () => 'I am not at work in this server.';

export const restInFile = () => '-# The rest is in the attached file.';

export const wholeInFile = () => '-# It is all in the attached file.';

export const notAttached = (count: number) =>
  `-# ${plural(count, 'file')} could not be attached: Discord takes 10 MB a file.`;

export const threadName = () => 'Question';

export const formTitle = 'coda';

export const offNotice = () => "Discord is off: put the bot's token into DISCORD_TOKEN, or discord: into the config.";

/** By codes of docs.discord.com/developers/topics/opcodes-and-status-codes that people can do something about. */
const REFUSALS: Readonly<Record<string, string>> = {
  10003: 'The channel is gone.',
  40005: 'A file is larger than Discord takes.',
  50001: 'I may not see the channel.',
  50007: 'They take no direct messages.',
  50013: 'I may not write there.',
  50035: 'Discord refused the text.',
  50083: 'The thread is archived.',
  160005: 'The thread is locked.',
};

/** `DiscordAPIError[50035] 400 50035 Invalid Form Body` in words. */
export function refusalWords(reason: string): string | undefined {
  if (!/^\w*Error\b/.test(reason)) return undefined;
  const [code = ''] = /\b\d{5,6}\b/.exec(reason) ?? [];
  return REFUSALS[code] ?? 'Discord refused it.';
}

export const setupTexts = {
  about: 'You talk with it in Discord, in direct messages and in servers.',
  steps: [
    'Open https://discord.com/developers/applications and choose New Application.',
    'On the page Bot: switch on Message Content Intent, then choose Reset Token and copy it.',
  ],
  token: "The bot's token",
  tokenPlace: 'https://discord.com/developers/applications → your application → Bot → Reset Token',
  owner: 'Your Discord user id',
  ownerPlace:
    'Left empty: whoever the application belongs to becomes an owner. Settings → Advanced → Developer Mode, then right click on your name.',
  notOwner: 'That is no such id: it has digits alone.',
  becameOwner: ({ id, name }: { id: string; name: string | undefined }) =>
    `discord:${id}${name === undefined ? '' : ` (${name})`} is an owner of this coda now.`,
};
