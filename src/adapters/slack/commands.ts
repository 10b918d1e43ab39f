/** Slash commands. Pure. */

/** Those that have a name of their own in Slack, and what they are to coda; all others are said after `/coda`. */
export const OWN_COMMANDS: readonly { command: string; runs: string; usage: string }[] = [
  // Slack's own /remind is taken.
  { command: '/remind-me', runs: 'remind', usage: 'tomorrow at 9 to water the plants' },
  { command: '/note', runs: 'note', usage: 'the wifi password is on the fridge' },
  { command: '/notes', runs: 'notes', usage: '[words to look for]' },
  { command: '/skills', runs: 'skills', usage: '' },
  { command: '/rescan-skills', runs: 'rescan-skills', usage: '' },
  { command: '/skill', runs: 'skill', usage: '<name> [what to do]' },
  { command: '/link', runs: 'link', usage: '[code]' },
];

export const ANY_COMMAND = '/coda';

/** The command as one would type it elsewhere; undefined for `/coda` alone. */
export function commandText({ command, text }: { command: string; text: string }): string | undefined {
  const words = text.trim();
  const own = OWN_COMMANDS.find((each) => each.command === command.toLowerCase());
  if (own) return `/${own.runs} ${words}`.trimEnd();
  const said =
    command.toLowerCase() === ANY_COMMAND ? words.replace(/^\/+/, '') : `${command.slice(1)} ${words}`.trim();
  return said === '' ? undefined : `/${said}`;
}
