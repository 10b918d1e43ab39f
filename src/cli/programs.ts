/** The commands by which programs and their keepers reach people and background work. */
import type { Command } from 'commander';
import type { Call } from './call.ts';
import type { BrowserImageFlags, HookFlags, NotifyFlags } from './flags.ts';

/** `notify`, `jobs`, `schedules`, `hooks` and `webhook`. */
export async function addPrograms(
  program: Command,
  call: Call,
  add: (name: 'jobs' | 'schedule') => Promise<void>,
): Promise<void> {
  program
    .command('notify')
    .description('have coda tell somebody something, once for each key')
    .argument('<text>')
    .requiredOption('--to <person>', 'by id, by account such as discord:123, or by name')
    .option('--key <key>', 'what is said under the same key is said once')
    .option('--json', 'as JSON')
    .action(call<NotifyFlags>(async () => (await import('./notify.ts')).notifyPerson));
  await add('jobs');
  await add('schedule');
  addSchedules(program.command('schedules').description('what runs by itself'), call);
  addHooks(program.command('hooks').description('what programs may have coda do for a person'), call);
  addWebhook(program.command('webhook').description('what programs send'), call);
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
