import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';

/** Every command with the words that call it. */
function commandsOf(command: Command, path: string): [string, Command][] {
  return command.commands.flatMap((below) => {
    const name = `${path} ${below.name()}`;
    return [[name, below] as [string, Command], ...commandsOf(below, name)];
  });
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

test('the help of every command has an example of it, with options that it has', () => {
  const program = createProgram(process, { exit: () => {}, help: () => {} });
  const all = commandsOf(program, 'coda');
  expect(all.length).toBeGreaterThan(25);
  for (const [name, command] of all) {
    const example = /\nExample:\n {2}(.*)/.exec(helpOf(command))?.[1] ?? '';
    expect(example, name).toMatch(new RegExp(`^${name}\\b`));
    const own = [command, ...command.commands, program].flatMap(({ options }) => options.map(({ long }) => long));
    for (const [option] of example.matchAll(/--[a-z-]+/g)) expect(own, name).toContain(option);
  }
});
