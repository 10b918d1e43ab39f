/** The commands by which programs and their keepers reach people and background work. */
import type { Command } from 'commander';
import type { Call } from './call.ts';
import type { BrowserImageFlags, HookFlags, JobFlags, NotifyFlags, WhenFlags } from './flags.ts';

/** `notify`, `jobs`, `schedules`, `hooks` and `webhook`. */
export function addPrograms(program: Command, call: Call): void {
  program
    .command('notify')
    .description('have coda tell somebody something, once for each key')
    .argument('<text>')
    .requiredOption('--to <person>', 'by id, by account such as discord:123, or by name')
    .option('--key <key>', 'what is said under the same key is said once')
    .option('--json', 'as JSON')
    .action(call<NotifyFlags>(async () => (await import('./notify.ts')).notifyPerson));
  addJobs(program.command('jobs').description('background jobs'), call);
  addSchedule(program.command('schedule').description('runs of skills at an instant'), call);
  addSchedules(program.command('schedules').description('what runs by itself'), call);
  addHooks(program.command('hooks').description('what programs may have coda do for a person'), call);
  addWebhook(program.command('webhook').description('what programs send'), call);
}

function addJobs(jobs: Command, call: Call): void {
  jobs
    .command('list', { isDefault: true })
    .description('show those that failed too often, newest first')
    .option('--all', 'those that wait or run, too')
    .option('--json', 'as JSON')
    .action(call<JobFlags>(async () => (await import('./jobs.ts')).jobsList));
  jobs
    .command('retry')
    .description('run one of them, or all, again')
    .argument('[id]')
    .action(call<WhenFlags>(async () => (await import('./jobs.ts')).jobsRetry));
  jobs
    .command('cancel')
    .description('take one off that waits or has failed too often')
    .argument('<id>')
    .action(call(async () => (await import('./jobs.ts')).jobsCancel));
  jobs
    .command('enqueue')
    .description('add one, to be run at once')
    .argument('<kind>', 'such as skill, with the id of one')
    .argument('[id]')
    .option('--payload <text>', 'what it is told: JSON, or plain text')
    .option('--max-retries <count>', 'how often it is tried again; default: 7')
    .option('--key <key>', 'at most one of its kind waits with this key')
    .action(call<JobFlags>(async () => (await import('./jobs.ts')).jobsEnqueue));
  jobs
    .command('work')
    .description('run those that are due, and end')
    .action(call(async () => (await import('./jobs.ts')).jobsWork));
}

function addSchedules(schedules: Command, call: Call): void {
  schedules
    .command('list', { isDefault: true })
    .description("show them: coda's own tasks, and what everybody has planned")
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./schedules.ts')).schedulesList));
  for (const verb of ['on', 'off', 'run'] as const) {
    schedules
      .command(verb)
      .description(verb === 'run' ? 'have one done now' : `switch one ${verb}`)
      .argument('<name>', "the name of a task, or a schedule's id")
      .action(call(async () => (await import('./schedules.ts')).schedulesAct(verb)));
  }
}

/** Runs of skills at an instant; what people plan in words are schedules. */
function addSchedule(schedule: Command, call: Call): void {
  schedule
    .command('list', { isDefault: true })
    .description('show those to come')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./jobs.ts')).scheduleList));
  schedule
    .command('add')
    .description('run a skill once, as the owner at the terminal')
    .argument('<id>')
    .requiredOption('--run-at <instant>', 'in ISO 8601; one that has passed is due at once')
    .option('--payload <text>', 'what the skill is given')
    .option('--max-retries <count>', 'how often it is tried again; default: 7')
    .action(call<JobFlags>(async () => (await import('./jobs.ts')).scheduleAdd));
  schedule
    .command('remove')
    .description('take one off')
    .argument('<run>', 'as list shows it')
    .action(call(async () => (await import('./jobs.ts')).jobsCancel));
  schedule
    .command('tick')
    .description('carry out those that are due, to their end or to what they ask')
    .action(call(async () => (await import('./jobs.ts')).jobsWork));
}

function addHooks(hooks: Command, call: Call): void {
  hooks
    .command('list', { isDefault: true })
    .description('show them, and when each was used last')
    .option('--json', 'as JSON')
    .action(call(async () => (await import('./hooks.ts')).hooksList));
  hooks
    .command('add')
    .description('make one, for one person; shows its secret once')
    .argument('<name>')
    .requiredOption('--to <person>', 'by id, by account such as discord:123, or by name')
    .requiredOption('--template <text>', 'what is made of a payload, such as "{{ repository.name }} is red"')
    .option('--kind <kind>', 'message, reminder, note or skill', 'message')
    .option('--when <time>', 'of a reminder: "tomorrow at 9", or a place such as "{{ due }}"')
    .option('--skill <name>', 'which skill is run')
    .option('--form <form>', 'how it is signed: coda, github or stripe', 'coda')
    .option('--secret-stdin', "the other side's own secret, on stdin")
    .option('--allow-unsigned', 'from this machine, without a signature')
    .option('--json', 'as JSON')
    .action(call<HookFlags>(async () => (await import('./hooks.ts')).hooksAdd));
  hooks
    .command('test')
    .description('show what one makes of a payload, and what the payload lacks; nothing is done')
    .argument('<name>')
    .requiredOption('--path <file>', 'the payload, as JSON')
    .option('--json', 'as JSON')
    .action(call<HookFlags>(async () => (await import('./hooks.ts')).hooksTest));
  hooks
    .command('remove')
    .description('remove one')
    .argument('<name>')
    .action(call(async () => (await import('./hooks.ts')).hooksRemove));
}

function addWebhook(webhook: Command, call: Call): void {
  webhook
    .command('handle')
    .description('have a hook take a file, as if it had been sent')
    .argument('[name]', 'the hook')
    .option('--id <name>', 'the same')
    .requiredOption('--path <file>', 'the payload, as JSON')
    .option('--signature <header>', 'what its signature header holds')
    .action(call<HookFlags>(async () => (await import('./hooks.ts')).webhookHandle));
}

export function addBrowser(program: Command, call: Call): void {
  program
    .command('browser')
    .description('the browser that models drive (docs/browser.md)')
    .command('image')
    .description('build the image of its container (browser.image), on the Docker of execution.docker_socket')
    .option('--base <image>', 'what it is built from', 'debian:bookworm-slim')
    .option('--packages <names>', 'further packages of Debian, such as fonts: "fonts-noto-cjk fonts-noto-core"', '')
    .action(call<BrowserImageFlags>(async () => (await import('./browser.ts')).browserImage));
}
