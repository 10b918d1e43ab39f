import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/root.ts';
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

test('the help of every command has an example of it, with options that it has', async () => {
  const program = await createProgram(process, { exit: () => {}, help: () => {} });
  const all = commandsOf(program, 'coda');
  expect(all.length).toBeGreaterThan(25);
  for (const [name, command] of all) {
    const example = /\nExample:\n {2}(.*)/.exec(helpOf(command))?.[1] ?? '';
    expect(example, name).toMatch(new RegExp(`^${name}\\b`));
    const own = [command, ...command.commands, program].flatMap(({ options }) => options.map(({ long }) => long));
    for (const [option] of example.matchAll(/--[a-z-]+/g)) expect(own, name).toContain(option);
  }
});

/** The words of a documented line that name its command. */
function pathIn(line: string, names: ReadonlySet<string>): string {
  const words = line.split(/\s+/);
  const longest = words.findLastIndex((_, at) => names.has(words.slice(0, at + 1).join(' ')));
  return words.slice(0, longest + 1).join(' ');
}

/** Those of sysexits.h. */
const EXITS = [0, ...Array.from({ length: 15 }, (_, at) => 64 + at)];

test('each command of docs/skills-platform.md answers --help with an example and its exit statuses', async () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'skills-platform.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(coda [^`]+)` \|.*\| (\d+) \|$/gm)];
  const make = () => createProgram(process, { exit: () => {}, help: () => {} });
  const names = new Set(commandsOf(await make(), 'coda').map(([name]) => name));
  const paths = new Set(rows.map(([, line = '']) => pathIn(line, names)));
  expect(paths).not.toContain('');
  expect(paths.size).toBeGreaterThan(20);
  for (const path of paths) {
    const program = await make();
    const shown: string[] = [];
    for (const [, each] of [['', program] as const, ...commandsOf(program, 'coda')])
      each.exitOverride().configureOutput({ writeOut: (text) => void shown.push(text) });
    const asked = program.parseAsync(['node', ...path.split(' '), '--help']);
    const ended = await asked.catch((error: unknown) => (error instanceof CommanderError ? error.exitCode : error));
    expect(ended, path).toBe(0);
    const help = shown.join('');
    expect(help, path).toMatch(new RegExp(`\\nExample:\\n {2}${path}\\b`));
    expect(help, path).toContain('Exit status: 0, or one of sysexits.h');
  }
  for (const [, line, exit] of rows) expect(EXITS, line).toContain(Number(exit));
});

test('a command whose arguments are missing points to its own help', async () => {
  const program = await createProgram(process, { exit: () => {}, help: () => {} });
  const typed = ['node', 'coda', 'approvals', 'approve'];
  await expect(program.parseAsync(typed)).rejects.toMatchObject({
    message: expect.stringContaining("Missing required argument 'id'"),
    remedy: 'See "coda approvals approve --help".',
  });
});
