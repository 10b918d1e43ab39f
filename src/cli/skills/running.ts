/** The commands that run skills, and what they are run with. Each one's own file is loaded when it is called. */

import { type Command, Option } from 'commander';
import type { Call } from '../call.ts';
import type { AskFlags, RunFlags } from '../flags.ts';

const several = (value: string, before: readonly string[] = []) => [...before, value];

function runOptions(command: Command): Command {
  return command
    .addOption(new Option('--approval <answer>', 'say yes to whatever the run asks').choices(['approved']))
    .option('--step-through', 'show the result of each step, and ask before the next')
    .option('--json', 'as JSON');
}

/** Adds the subcommands of `coda skills` that run skills. */
export function addRuns(skills: Command, call: Call): void {
  runOptions(
    skills
      .command('run')
      .description('run one skill, or a composed one, and show its result')
      .argument('<id>')
      .argument('[words...]', 'what it is about')
      .option('--payload <text|file>', 'the same as a text, or a file that holds it'),
  ).action(call<RunFlags>(async () => (await import('./runs.ts')).skillsRun));
  runOptions(
    skills
      .command('pipeline')
      .description('run several skills, each with the result of the one before')
      .option('--step <id>', 'a skill; "a|b" run side by side', several)
      .option('--payload <text|file>', 'what the first one is given')
      .option('--resume <run>', 'do what is left of a run that failed, or rests'),
  ).action(call<RunFlags>(async () => (await import('./runs.ts')).skillsPipeline));
}

export function addAsk(program: Command, call: Call): void {
  runOptions(
    program
      .command('ask')
      .description('find the skills that a request is for, and with --execute run them')
      .argument('[query...]')
      .option('--mode <mode>', 'single, pipeline or parallel', 'single')
      .option('--tag <tag>', 'only skills with this tag, or of this group')
      .option('--execute', 'run what is found; without it nothing runs')
      .option('--dry-run', 'write the plan, with the hash of each skill')
      .option('--plan-path <file>', 'where the plan is written to, or the plan that is carried out')
      .option('--role <role>', 'with no more than this role holds')
      .option('--jwt <token>', 'as the subject of a token, over HTTP')
      .option('--debug', 'show also what does not fit well enough')
      .option('--profile', 'say how long it takes')
      .option('--trace', 'show what each step gave'),
  ).action(call<AskFlags>(async () => (await import('./runs.ts')).askSkills));
}
