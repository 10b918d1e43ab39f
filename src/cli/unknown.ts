/** Words that are no subcommand, where a default one would take them for its arguments. */
import type { Command } from 'commander';
import { didYouMean } from '../base/text.ts';
import { usage } from './texts.ts';

/** Has each command that takes no arguments tell what it was given instead: the name of no command, or one word too many. */
export function nameUnknown(command: Command): void {
  for (const below of command.commands) {
    nameUnknown(below);
    if (below.commands.length > 0 || below.registeredArguments.length > 0) continue;
    below.allowExcessArguments().hook('preAction', (_, { args: [word] }) => {
      if (word !== undefined) throw unknownWord(command, below, word);
    });
  }
}

function unknownWord(parent: Command, command: Command, word: string) {
  if (parent.args[0] === command.name()) {
    return usage(`Too many arguments for '${command.name()}': ${word}.`, `See "coda ${pathOf(command)} --help".`);
  }
  const near = didYouMean(
    word,
    parent.commands.map((each) => each.name()),
  );
  return usage(
    `Unknown command '${word}' of coda ${pathOf(parent)}.`,
    near === undefined ? `See what there is with "coda ${pathOf(parent)} --help".` : `Did you mean ${near}?`,
  );
}

/** The words that call it, without the program. */
function pathOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}
