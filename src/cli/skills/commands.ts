/** The commands of `coda skills`. Each one's own file is loaded when it is called. */

import type { Command } from 'commander';
import type { Call } from '../call.ts';
import type {
  ActivateFlags,
  AddSkillFlags,
  ApproveFlags,
  DeprecateFlags,
  FeedbackFlags,
  MetricsFlags,
  OptimizeFlags,
  PackFlags,
  SkillImagesFlags,
  TagFlags,
  ValidateFlags,
} from '../flags.ts';
import { addMarket } from './market-commands.ts';

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
    .command('approve')
    .description('let a skill be used as its files are now, after showing what it may do')
    .argument('<name>')
    .option('--yes', 'without asking, for programs')
    .action(call<ApproveFlags>(async () => (await import('./approve.ts')).skillsApprove));
  skills
    .command('images')
    .description('build an image with the packages of each skill that names some')
    .argument('[name]', 'default: every skill')
    .option('--force', 'build also those whose packages are the same')
    .option('--dry-run', 'show what would be built')
    .action(call<SkillImagesFlags>(async () => (await import('./images.ts')).skillsImages));
  skills
    .command('deprecate')
    .description('keep a skill, and no longer offer it to the model')
    .argument('<name>')
    .requiredOption('--reason <text>', 'why')
    .option('--replacement <name>', 'the skill to use instead')
    .action(call<DeprecateFlags>(async () => (await import('./deprecate.ts')).skillsDeprecate));
  skills
    .command('undeprecate')
    .description('offer it again')
    .argument('<name>')
    .action(call(async () => (await import('./deprecate.ts')).skillsUndeprecate));
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
  skills
    .command('feedback')
    .description('say that another skill was meant: requests like that one find it sooner')
    .argument('[id]', 'the skill that was chosen')
    .option('--expected <id>', 'the skill that was meant')
    .option('--query <text>', 'the request; default: the last one that the skill was used for')
    .option('--space <id>', 'where it counts; default: the terminal')
    .option('--reset', 'forget what was learned there')
    .action(call<FeedbackFlags>(async () => (await import('./feedback.ts')).skillsFeedback));
  skills
    .command('activate')
    .description('offer a draft, as its files are now, after showing what it may do')
    .argument('<id>')
    .option('--approval <word>', 'approved: an owner has read it')
    .option('--approval-token <token>', 'access.approval_token, where the running coda has one')
    .action(call<ActivateFlags>(async () => (await import('./activate.ts')).skillsActivate));
  skills
    .command('optimize')
    .description('compare variants of a skill by what came of their runs, and use the best one')
    .argument('<id>')
    .option(
      '--variant <name[=dir]>',
      "one of them; with a folder its files are kept; own: the skill's own files",
      several,
    )
    .option('--result <name:success>', 'one more outcome, for this comparison: success or failure', several)
    .option('--min-runs <n>', 'runs that each variant needs before one can win; default: 20')
    .option('--trial', 'share the runs among them from now on')
    .option('--stop', 'end that')
    .option('--undo', 'use what was used before the last one was')
    .option('--approval <word>', 'approved: an owner has read it')
    .option('--approval-token <token>', 'access.approval_token, where the running coda has one')
    .option('--json', 'as JSON')
    .action(call<OptimizeFlags>(async () => (await import('./optimize.ts')).skillsOptimize));
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
  addMarket(skills.command('market').description('skills that others publish in catalogs'), call);
}

export function addSpecialists(specialists: Command, call: Call): void {
  specialists
    .command('list', { isDefault: true })
    .description('show every specialist that was found, and what is wrong with those that cannot be used')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('../specialists.ts')).specialistsList));
  specialists
    .command('validate')
    .description('find everything that is wrong with specialists in some folders')
    .argument('<dir...>')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('../specialists.ts')).specialistsValidate));
  specialists
    .command('approve')
    .description('let one be used as its files are now, after showing what it may do')
    .argument('<name>')
    .option('--yes', 'without asking, for programs')
    .action(call<ApproveFlags>(async () => (await import('../specialists.ts')).specialistsApprove));
}
