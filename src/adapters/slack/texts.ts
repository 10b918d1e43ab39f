import { plural } from '../../base/text.ts';

export const notMine = () => 'That is not one of mine, or its time is over.';

export const notDirectly = () => 'I do not answer in direct messages. Please ask me in a channel where we both are.';

export const notYourWorkspace = () => 'I am not at work for your workspace.';

export const restInFile = () => '_The rest is in the attached file._';

export const wholeInFile = () => '_It is all in the attached file._';

export const notAttached = (count: number, most: number) =>
  `_${plural(count, 'file')} could not be attached: I send ${most / 1024 / 1024} MB a file here._`;

export const unnamedFile = () => 'a file';

export const hiddenByLimit = () => 'Slack hides it, because your workspace has reached its limit.';

export const keptElsewhere = (keeper: string | undefined) =>
  `it is kept ${keeper === undefined ? 'outside of Slack' : `in ${keeper}`} and not in Slack, so I cannot read it. Please send the file itself.`;

export const workingStatus = () => 'is working on it…';

export const formTitle = 'coda';

export const send = 'Send';

export const offNotice = () =>
  'Slack is off: put its tokens into SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or slack: into the config.';

export const homeForNobody = () => 'I do not know you yet. Write me a direct message, and I say how you are let in.';

export const homeEmpty = () => 'Nothing here yet. Write me a direct message: “what can you do?”';

export const seeCard = () => 'There is more to it: decide where I asked you.';

export const whichCommand = (names: readonly string[]) =>
  `Say what: ${names.map((name) => `\`/coda ${name}\``).join(', ')}.`;

/** Suggested prompts of the assistant pane: four at most. */
export const prompts = () => [
  'What can you do?',
  'What is coming up?',
  'Show my notes',
  'Remind me tomorrow at 9 to …',
];

export const whenLabel = () => 'When?';

export const whenExample = () => 'in 2 hours, tomorrow at 9';

export const thatMessage = () => 'that message';

/** By errors of docs.slack.dev/reference/methods/chat.postMessage#errors that people can do something about. */
const REFUSALS: Readonly<Record<string, string>> = {
  channel_not_found: 'The channel is gone, or I may not see it.',
  is_archived: 'The channel is archived.',
  not_in_channel: 'I am not in that channel: say /invite @coda there.',
  restricted_action: 'I may not write there.',
  msg_too_long: 'The text is longer than Slack takes.',
  invalid_blocks: 'Slack refused the text.',
  user_not_found: 'They are not in the workspace any more.',
  user_disabled: 'They are not in the workspace any more.',
};

/** `chat.postMessage: channel_not_found` in words. */
export function refusalWords(reason: string): string | undefined {
  const [isCode, error = ''] = /^[a-zA-Z]+\.[\w.]+: ([a-z_]+)\b/.exec(reason) ?? [];
  return isCode === undefined ? undefined : (REFUSALS[error] ?? 'Slack refused it.');
}

export const setupTexts = {
  about: 'You talk with it in Slack, in direct messages and in channels.',
  steps: [
    'Open https://api.slack.com/apps and choose Create New App → From a manifest.',
    'Paste the manifest: assets/slack-manifest.yaml.',
    'Install the app to the workspace. OAuth & Permissions shows the Bot User OAuth Token.',
    'Basic Information → App-Level Tokens: make one with the scope connections:write.',
  ],
  manifest: 'The manifest',
  botToken: 'The Bot User OAuth Token (xoxb-…)',
  botTokenPlace: 'https://api.slack.com/apps → your app → OAuth & Permissions',
  appToken: 'The app-level token (xapp-…)',
  appTokenPlace: 'https://api.slack.com/apps → your app → Basic Information → App-Level Tokens',
  owner: 'Your Slack member id',
  ownerPlace: 'Your profile → ⋮ → Copy member ID. Left empty: whoever uses the terminal or this page is the owner.',
  notOwner: 'That is no such id: it begins with U or W.',
};

export const begins = (prefix: string) => `It begins with ${prefix}`;
