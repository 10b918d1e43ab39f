/** The commands of `coda skills`. Each one's own file is loaded when it is called. */

import type { Command } from 'commander';
import type { Call } from '../call.ts';
import type { AddSkillFlags, MetricsFlags, PackFlags, SkillImagesFlags, TagFlags, ValidateFlags } from '../flags.ts';

/** May be said several times. */
const several = (value: string, before: string[] | undefined) => [...(before ?? []), value];
const TAG = ['--tag <tag>', 'only skills with this tag; a group is one', several] as const;

export function addSkills(skills: Command, call: Call): void {
  skills
    .command('list', { isDefault: true })
    .description('show every skill that was found, also those that cannot be used')
    .option(...TAG)
    .option('--json', 'as JSON')
    .action(call<TagFlags>(async () => (await import('./list.ts')).skillsList));
  skills
    .command('show')
    .description('show one skill with all it says of itself')
    .argument('<name>')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./list.ts')).skillsShow));
  skills
    .command('validate')
    .description('find everything that is wrong with the skills below some folders')
    .argument('<dir...>')
    .option('--strict', "fail where one is not in the Agent Skills standard's form")
    .option('--profile <name>', 'the rules of another house, too: upsonic')
    .option('--check-entrypoints', 'fail where the scripts that the instructions name are missing')
    .option('--json', 'as JSON')
    .action(call<ValidateFlags>(async () => (await import('./validate.ts')).skillsValidate));
  skills
    .command('rescan')
    .description('have the running coda read what changed')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./rescan.ts')).skillsRescan));
  skills
    .command('test')
    .description("play the cases in a skill's tests/")
    .argument('<name>')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./test.ts')).skillsTest));
  routingCommands(skills, call);
  skills
    .command('images')
    .description('build an image with the packages of each skill that names some')
    .argument('[name]', 'default: every skill')
    .option('--force', 'build also those whose packages are the same')
    .option('--dry-run', 'show what would be built')
    .action(call<SkillImagesFlags>(async () => (await import('./images.ts')).skillsImages));
  bundleCommands(skills, call);
}

function routingCommands(skills: Command, call: Call): void {
  skills
    .command('why')
    .description('show which skills a request finds, with their scores')
    .argument('<query...>')
    .option(...TAG)
    .option('--space <id>', 'with what was learned there; default: the terminal')
    .option('--json', 'as JSON')
    .action(call<TagFlags>(async () => (await import('./routing.ts')).skillsWhy));
  skills
    .command('metrics')
    .description('measure whether requests find the skill that they are for')
    .requiredOption('--golden <file>', 'JSON: [{ "query": …, "expected": name, names or null }]')
    .option('--json', 'as JSON')
    .action(call<MetricsFlags>(async () => (await import('./routing.ts')).skillsMetrics));
}

function bundleCommands(skills: Command, call: Call): void {
  skills
    .command('audit')
    .description('look into skills for what a careful person would want to know before using them')
    .argument('[name or dir...]', 'default: every skill that was found')
    .option(...TAG)
    .option('--json', 'as JSON')
    .action(call<TagFlags>(async () => (await import('./audit.ts')).skillsAudit));
  skills
    .command('pin')
    .description('show the hash of all files of skills, and what they may do')
    .argument('[name or dir...]', 'default: every skill that was found')
    .option(...TAG)
    .option('--json', 'as JSON')
    .action(call<TagFlags>(async () => (await import('./audit.ts')).skillsPin));
  skills
    .command('add')
    .description('begin a new skill')
    .argument('<id>', 'its name, or group/name')
    .option('--root <dir>', 'the folder to make it in; default: ~/.coda/skills')
    .option('--dir <dir>', 'the same')
    .option('--description <text>', 'what it does and when to use it')
    .action(call<AddSkillFlags>(async () => (await import('./install.ts')).skillsAdd));
  skills
    .command('install')
    .description('install a skill from a bundle or a folder, in place of one of the same name')
    .argument('<file.skill|folder>')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./install.ts')).skillsInstall));
  skills
    .command('pack')
    .description('make a bundle of a skill')
    .argument('<folder>')
    .option('--out <file>', 'default: <name>.skill, here')
    .action(call<PackFlags>(async () => (await import('./install.ts')).skillsPack));
  skills
    .command('remove')
    .description('remove an installed skill')
    .argument('<name>')
    .action(call(async () => (await import('./install.ts')).skillsRemove));
}
