/** What the chat itself says to people. */

export const unknownCommand = (name: string, near: string | undefined) =>
  `I do not know \`/${name}\`.${near ? ` Did you mean \`/${near}\`?` : ''} \`/help\` lists what I know.`;

export const buttonGone = () => 'That button has already been used, or is too old.';

export const buttonNotYours = () => 'That button is for somebody else.';

export const buttonUsed = (label: string, name: string) => `${label} — ${name.replace(/[\\*_`~|<>@#[\]]/g, '')}`;

export const ownerOnly = (command: string) => `\`/${command}\` is for my owner alone.`;

export const notLetIn = (name: string, id: string) =>
  `Hello ${name}. I only talk to people whom my owner has let in. Ask them to let you in: you are \`${id}\`, to be listed under \`access\` in my configuration.`;

export const begunAfresh = () =>
  'A fresh start: I will not look back at what was said here before. Reminders and notes stay.';

export const stopping = () => 'Stopping.';

export const nothingRuns = () => 'Nothing is running here.';

export function help(
  name: string,
  commands: readonly { name: string; summary: string }[],
  examples: readonly string[],
): string {
  return [
    `I am ${name}. Say it in your own words, for example:`,
    ...examples.map((example) => `- ${example}`),
    '',
    'Commands:',
    ...commands.map((command) => `- \`/${command.name}\` ${command.summary}`),
  ].join('\n');
}
