/** The commands of `coda skills` that bring skills in, send them out, and look into them before they are trusted. */

import type { Command } from 'commander';
import type { Call } from './call.ts';
import type { AddSkillFlags, PackFlags } from './flags.ts';

export function bundleCommands(skills: Command, call: Call): void {
  skills
    .command('audit')
    .description('look into skills for what a careful person would want to know before using them')
    .argument('[name or dir...]', 'default: every skill that was found')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./skills-audit.ts')).skillsAudit));
  skills
    .command('pin')
    .description('show the hash of all files of skills, and what they may do')
    .argument('[name or dir...]', 'default: every skill that was found')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./skills-audit.ts')).skillsPin));
  skills
    .command('add')
    .description('begin a new skill')
    .argument('<name>')
    .option('--dir <dir>', 'the folder to make it in; default: ~/.coda/skills')
    .option('--description <text>', 'what it does and when to use it')
    .action(call<AddSkillFlags>(async () => (await import('./skills-install.ts')).skillsAdd));
  skills
    .command('install')
    .description('install a skill from a bundle or a folder, in place of one of the same name')
    .argument('<file.skill|folder>')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./skills-install.ts')).skillsInstall));
  skills
    .command('pack')
    .description('make a bundle of a skill')
    .argument('<folder>')
    .option('--out <file>', 'default: <name>.skill, here')
    .action(call<PackFlags>(async () => (await import('./skills-install.ts')).skillsPack));
  skills
    .command('remove')
    .description('remove an installed skill')
    .argument('<name>')
    .action(call(async () => (await import('./skills-install.ts')).skillsRemove));
}
