import { type App, build, type DeadJobs, SKILL_JOB, skillPayload } from '../app/index.ts';
import type { Json } from '../base/json.ts';
import { oneLine, plural } from '../base/text.ts';
import type { OpenJob } from '../jobs/index.ts';
import { ask, instantsFor, withVerbs } from './ask.ts';
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

/** `coda jobs enqueue KIND`, or `skill ID`: adds one, due at once. */
export async function jobsEnqueue(flags: JobFlags, io: NodeJS.Process): Promise<number> {
  const [kind = '', skill] = flags.args;
  if (kind === SKILL_JOB) return enqueueSkill(flags, io, skill);
  if (skill !== undefined)
    throw usage(`Jobs of the kind ${kind} take no ${skill}.`, 'What they are told is --payload.');
  const id = await ask(flags, io, 'jobs-enqueue', { kind, payload: payloadOf(flags.payload), ...optionsOf(flags) });
  io.stdout.write(`${id}\n`);
  return 0;
}

async function enqueueSkill(flags: JobFlags, io: NodeJS.Process, skill: string | undefined): Promise<number> {
  if (skill === undefined) throw usage('The skill is missing.', 'Try: coda jobs enqueue skill ID --payload "ok"');
  const id = await withVerbs(flags, io, async (own) => {
    await own('runs-steps', { steps: [skill] });
    const payload = skillPayload(skill, payloadOf(flags.payload));
    return own('jobs-enqueue', { kind: SKILL_JOB, payload, ...optionsOf(flags) });
  });
  io.stdout.write(`${id}\n`);
  return 0;
}

/** `coda schedule add ID --run-at ISO` */
export function scheduleAdd(flags: JobFlags, io: NodeJS.Process): Promise<number> {
  return enqueueSkill(flags, io, flags.args[0]);
}

interface Waiting {
  id: string;
  payload: { skill?: string };
  due_at: string;
}

/** `coda schedule list`: runs of skills that are to come. */
export async function scheduleList(flags: Flags, io: NodeJS.Process): Promise<number> {
  const waiting = JSON.parse(JSON.stringify(await ask(flags, io, 'schedule-list', {}))) as Waiting[];
  if (flags.json) io.stdout.write(`${JSON.stringify(waiting, null, 2)}\n`);
  else {
    const at = instantsFor(flags, io);
    const lines = waiting.map(({ id, due_at: due, payload: { skill } }) => `${id}  ${at(due)}  ${skill ?? '?'}`);
    io.stdout.write(`${lines.join('\n') || 'No skill is to be run.'}\n`);
  }
  return 0;
}

function optionsOf({ key, runAt, maxRetries }: JobFlags): Record<string, Json> {
  const at = runAt === undefined ? undefined : new Date(runAt);
  if (at && (Number.isNaN(at.getTime()) || !/^\d{4}-\d\d-\d\d/.test(runAt ?? ''))) {
    throw usage(`“${runAt}” is no instant.`, 'Give it in ISO 8601, such as 2026-12-01T09:00:00Z.');
  }
  const retries = maxRetries === undefined ? undefined : Number(maxRetries);
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0 && retries <= 20)) {
    throw usage(`${maxRetries} is no number of retries.`, 'Give one from 0 to 20.');
  }
  return {
    ...(key !== undefined && { key }),
    ...(at && { at: at.toISOString() }),
    ...(retries !== undefined && { attempts: retries + 1 }),
  };
}

/**
 * `coda jobs work`: runs what is due, and skills to their end or to what they ask, and ends; a running daemon does so itself,
 * and is only asked to look now.
 */
export async function jobsWork(flags: Flags, io: NodeJS.Process): Promise<number> {
  const { config, world } = prepare(flags, io);
  if ((await callDaemon(config.dataDir, 'jobs-work')) === undefined) {
    const app = await build(config, world, { ...aboutItself(config), onFatal: () => {} });
    try {
      const now = world.clock.now();
      const runs = (await app.jobs.waitingOf(SKILL_JOB)).filter(({ due_at: at }) => at <= now);
      await app.startJobs();
      await app.settled();
      for (const run of runs) io.stdout.write(`${await endOf(app, run)}\n`);
    } finally {
      await app.stop();
    }
  }
  io.stdout.write('No background job is due.\n');
  return 0;
}

/** The end of a run, which has the id of its job. */
async function endOf({ verbs }: App, { id, payload }: { id: string; payload: unknown }): Promise<string> {
  const skill = (payload as { skill?: string } | null)?.skill ?? '?';
  const run = (await Promise.resolve(verbs['runs-show']?.({ run: id })).catch(() => undefined)) as Ended | undefined;
  if (!run) return `${id}  ${skill}  has not begun: "coda jobs list --all" tells why`;
  if (run.state === 'running') return `${id}  ${skill}  waits: "coda approvals list" shows for what`;
  return `${id}  ${skill}  ${run.state}${run.message === null ? '' : `: ${oneLine(run.message, 500)}`}`;
}

interface Ended {
  state: string;
  message: string | null;
}

/** JSON, or plain text. */
function payloadOf(text: string | undefined): Json {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
