/** One line that does something, for the help of every command. */
import type { Command } from 'commander';

const EXAMPLES: Readonly<Record<string, string>> = {
  init: 'coda init --yes --platform discord --zone Europe/Berlin',
  run: 'coda run --data /var/lib/coda',
  chat: 'coda chat',
  version: 'coda version --check',
  logs: 'coda logs --follow',
  import: 'coda import openclaw ~/.openclaw',
  doctor: 'coda doctor --json',
  when: 'coda when every weekday at 9 --zone Europe/Berlin',
};

/** In the help of every command. */
const EXIT = 'Exit status: 0, or one of sysexits.h; docs/errors.md has each.';

/** Adds an example and the exit statuses to the help of each command; an example that nobody has written is the command with its arguments. */
export function addExamples(program: Command, ofOperations: ReadonlyMap<string, string>): void {
  for (const command of program.commands) addBelow(command, command.name(), ofOperations);
}

function addBelow(command: Command, path: string, ofOperations: ReadonlyMap<string, string>): void {
  const args = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const example = ofOperations.get(path) ?? EXAMPLES[path] ?? ['coda', path, ...args].join(' ');
  command.addHelpText('after', `\nExample:\n  ${example}\n\n${EXIT}`);
  for (const below of command.commands) addBelow(below, `${path} ${below.name()}`, ofOperations);
}
