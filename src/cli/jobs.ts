import { build, type DeadJobs } from '../app/index.ts';
import type { Json } from '../base/json.ts';
import { plural } from '../base/text.ts';
import type { OpenJob } from '../jobs/index.ts';
import { ask, instantsFor } from './ask.ts';
import { callDaemon } from './daemon.ts';
import type { Flags, JobFlags } from './flags.ts';
import { UUID } from './outbox.ts';
import { aboutItself, prepare } from './serve.ts';
import { usage } from './texts.ts';

/** `coda jobs`: background jobs that have given up, newest first; with `--all` what waits or runs, too. */
export async function jobsList(flags: JobFlags, io: NodeJS.Process): Promise<number> {
  if (flags.all) return listOpen(flags, io);
  const answer = await ask(flags, io, 'jobs', {});
  const { jobs, total } = answer as DeadJobs;
  if (flags.json) io.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (total === 0) io.stdout.write('No background job has given up.\n');
  else {
    const at = instantsFor(flags, io);
    io.stdout.write(`${plural(total, 'background job')} failed too often:\n`);
    for (const { id, kind, attempts, error, finished_at } of jobs) {
      io.stdout.write(`${id}  ${at(finished_at)}  ${kind}  ${plural(attempts, 'attempt')}  ${error ?? ''}\n`);
    }
    io.stdout.write('"coda jobs retry [id]" runs them again.\n');
  }
  return 0;
}

/** `coda jobs retry [id]`: runs one job that has given up, or all, again. */
export async function jobsRetry(flags: Flags & { args: string[] }, io: NodeJS.Process): Promise<number> {
  const [id] = flags.args;
  if (id !== undefined && !UUID.test(id)) throw usage(`${id} is no id of a job.`, '"coda jobs" shows them.');
  const count = await ask(flags, io, 'retry-jobs', id === undefined ? {} : { id });
  io.stdout.write(`${plural(count as number, 'background job')} will be run again.\n`);
  return 0;
}

async function listOpen(flags: JobFlags, io: NodeJS.Process): Promise<number> {
  const answer = await ask(flags, io, 'jobs', { all: true });
  const { jobs, total } = answer as { jobs: OpenJob[]; total: number };
  if (flags.json) io.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (total === 0) io.stdout.write('No background job waits, runs or has given up.\n');
  else {
    const at = instantsFor(flags, io);
    io.stdout.write(`${plural(total, 'background job')}, by when they are due:\n`);
    for (const { id, kind, state, due_at, attempts, error } of jobs) {
      io.stdout.write(`${id}  ${state}  ${at(due_at)}  ${kind}  ${plural(attempts, 'attempt')}  ${error ?? ''}\n`);
    }
  }
  return 0;
}

/** `coda jobs cancel ID`: takes off one that waits or has given up. */
export async function jobsCancel(flags: Flags, io: NodeJS.Process): Promise<number> {
  const [id = ''] = flags.args;
  if (!UUID.test(id)) throw usage(`${id} is no id of a job.`, '"coda jobs list --all" shows them.');
  if ((await ask(flags, io, 'jobs-cancel', { id })) !== true) {
    throw usage(
      `No job ${id} waits or has given up.`,
      'One that runs cannot be cancelled; "coda jobs list --all" shows it.',
    );
  }
  io.stdout.write('It will not be run.\n');
  return 0;
}

/** `coda jobs enqueue KIND`: adds one, due at once. */
export async function jobsEnqueue(flags: JobFlags, io: NodeJS.Process): Promise<number> {
  const [kind = ''] = flags.args;
  const { key } = flags;
  const payload = payloadOf(flags.payload ?? 'null');
  const id = await ask(flags, io, 'jobs-enqueue', { kind, payload, ...(key !== undefined && { key }) });
  io.stdout.write(`${id}\n`);
  return 0;
}

/** `coda jobs work`: runs what is due and ends; a running daemon does so itself, and is only asked to look now. */
export async function jobsWork(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  if ((await callDaemon(config.dataDir, 'jobs-work')) === undefined) {
    const app = await build(config, world, { ...aboutItself(config), onFatal: () => {} });
    try {
      await app.startJobs();
      await app.settled();
    } finally {
      await app.stop();
    }
  }
  io.stdout.write('No background job is due.\n');
  return 0;
}

function payloadOf(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw usage('The payload is no JSON.', 'Quote it for the shell: --payload \'{"name": "value"}\'.');
  }
}
