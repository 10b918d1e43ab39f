/** The commands of `coda skills`. Each one's own file is loaded when it is called. */

import type { Command } from 'commander';
import type { Call } from './call.ts';
import type { ApproveFlags, DeprecateFlags, ValidateFlags } from './flags.ts';
import { bundleCommands } from './skills-bundles.ts';

export function addSkills(skills: Command, call: Call): void {
  skills
    .command('list', { isDefault: true })
    .description('show every skill that was found, also those that cannot be used')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./skills.ts')).skillsList));
  skills
    .command('show')
    .description('show one skill with all it says of itself')
    .argument('<name>')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./skills.ts')).skillsShow));
  skills
    .command('validate')
    .description('find everything that is wrong with the skills below some folders')
    .argument('<dir...>')
    .option('--strict', "fail where one is not in the Agent Skills standard's form")
    .option('--profile <name>', 'the rules of another house, too: upsonic')
    .option('--check-entrypoints', 'fail where the scripts that the instructions name are missing')
    .option('--json', 'as JSON')
    .action(call<ValidateFlags>(async () => (await import('./skills-validate.ts')).skillsValidate));
  skills
    .command('rescan')
    .description('have the running coda read what changed')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./skills-rescan.ts')).skillsRescan));
  skills
    .command('test')
    .description("play the cases in a skill's tests/")
    .argument('<name>')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./skills-test.ts')).skillsTest));
  skills
    .command('approve')
    .description('let a skill be used as its files are now, after showing what it may do')
    .argument('<name>')
    .option('--yes', 'without asking, for programs')
    .action(call<ApproveFlags>(async () => (await import('./skills-approve.ts')).skillsApprove));
  skills
    .command('deprecate')
    .description('keep a skill, and no longer offer it to the model')
    .argument('<name>')
    .requiredOption('--reason <text>', 'why')
    .option('--replacement <name>', 'the skill to use instead')
    .action(call<DeprecateFlags>(async () => (await import('./skills-deprecate.ts')).skillsDeprecate));
  skills
    .command('undeprecate')
    .description('offer it again')
    .argument('<name>')
    .action(call(async () => (await import('./skills-deprecate.ts')).skillsUndeprecate));
  bundleCommands(skills, call);
}
