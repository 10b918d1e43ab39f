import type { DeadJobs } from '../app/index.ts';
import { plural } from '../base/text.ts';
import type { Flags } from './flags.ts';
import { ask, UUID } from './outbox.ts';
import { usage } from './texts.ts';

/** `coda jobs`: background jobs that have given up, newest first. */
export async function jobsList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const answer = await ask(flags, io, 'jobs', {});
  const { jobs, total } = answer as DeadJobs;
  if (flags.json) io.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (total === 0) io.stdout.write('No background job has given up.\n');
  else {
    io.stdout.write(`${plural(total, 'background job')} failed too often:\n`);
    for (const { id, kind, attempts, error, finished_at } of jobs) {
      const at = new Date(finished_at).toISOString();
      io.stdout.write(`${id}  ${at}  ${kind}  ${plural(attempts, 'attempt')}  ${error ?? ''}\n`);
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
