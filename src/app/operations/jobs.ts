import { z } from 'zod';
import { type Json, omitUndefined, parseJson } from '../../base/json.ts';
import { oneLine, plural } from '../../base/text.ts';
import { idOf, operation, text, usage } from '../../chat/operation.ts';
import { type DeadJob, jobName, type OpenJob } from '../../jobs/index.ts';
import { addSchedule } from '../../skills/scheduler/index.ts';
import { type OperationParts, type ServedParts, SKILL_JOB } from './parts.ts';

const servedShape = z.object({
  id: z.string(),
  kind: z.string(),
  does: z.string().nullable().describe('Its work; null: of a part that is not there any more.'),
  state: z.enum(['waiting', 'running', 'dead']),
  attempts: z.int(),
  due_at: z.iso.datetime().nullable(),
  error: z.string().nullable(),
});

type NamedJob<ListedJob> = ListedJob & { does: string | undefined };

function servedJob({
  id,
  kind,
  does,
  state,
  attempts,
  due_at: at,
  error,
}: NamedJob<OpenJob>): z.output<typeof servedShape> {
  const served = state === 'pending' ? ('waiting' as const) : state;
  return { id, kind, does: does ?? null, state: served, attempts, due_at: at.toISOString(), error };
}

const list = operation({
  name: 'jobs list',
  summary: 'show those that failed too often, newest first, and how many wait',
  isDefault: true,
  example: 'coda jobs list --json',
  input: z.object({ all: z.boolean().optional().describe('those that wait or run, too') }),
  json: 'indented',
  async run(
    { app }: ServedParts,
    { all },
  ): Promise<{ jobs: NamedJob<DeadJob | OpenJob>[]; total: number; waiting?: number }> {
    const open = await app.jobs.open();
    const { jobs, total } = all ? open : await app.jobs.dead();
    // A command without a daemon takes no jobs, and can name them all the same.
    const words = app.jobWords();
    const named = jobs.map((job) => ({ ...job, does: words.get(job.kind) }));
    return { jobs: named, total, ...omitUndefined({ waiting: all ? undefined : Math.max(open.total - total, 0) }) };
  },
  route: {
    method: 'GET',
    paths: ['/v1/jobs'],
    scope: 'admin',
    tag: 'automations',
    summary: 'Background jobs that wait, run, or have failed too often.',
    answers: {
      200: { description: 'At most 50.', schema: z.object({ jobs: z.array(servedShape), total: z.int() }) },
    },
    examples: [{ summary: 'All', status: 200 }],
    input: () => ({ all: true }),
    answer: ({ jobs, total }) => ({ json: { jobs: (jobs as NamedJob<OpenJob>[]).map(servedJob), total } }),
  },
  show({ jobs, total, waiting = 0 }, { all }, { at }) {
    const lines = jobs.map((job) => {
      const { id, attempts, error } = job;
      const when = 'due_at' in job ? `${job.state}  ${at(job.due_at)}` : at(job.finished_at);
      return `${id}  ${when}  ${jobName(job)}  ${plural(attempts, 'attempt')}  ${error ?? ''}\n`;
    });
    const count = plural(total, 'background job');
    if (all)
      return total === 0
        ? 'No background job waits, runs or has given up.\n'
        : `${count}, by when they are due:\n${lines.join('')}`;
    const others = `${plural(waiting, 'other waits or runs', 'others wait or run')}: "coda jobs list --all" shows them.\n`;
    const rest = waiting > 0 ? others : '';
    if (total === 0) return `No background job has given up.\n${rest}`;
    return `${count} failed too often:\n${lines.join('')}"coda jobs retry [id]" runs them again.\n${rest}`;
  },
});

const retry = operation({
  name: 'jobs retry',
  summary: 'run one of them, or all, again',
  example: 'coda jobs retry',
  input: z.object({ id: idOf('a job', '"coda jobs" shows them.').optional() }),
  args: ['id'],
  audit: (input) => input,
  route: {
    paths: ['/v1/jobs/:id/retry'],
    scope: 'admin',
    tag: 'automations',
    summary: 'Runs a background job again that failed too often.',
    params: z.object({ id: z.uuid() }),
    conflict: (count: number) => (count === 0 ? 'It waits or runs already.' : undefined),
  },
  run: ({ app }: ServedParts, { id }, { besides }) => app.jobs.retry(id, besides),
  show: (count) => `${plural(count, 'background job')} will be run again.\n`,
});

const cancel = operation({
  name: 'jobs cancel',
  summary: 'take one off that waits or has failed too often',
  input: z.object({ id: idOf('a job', '"coda jobs list --all" shows them.') }),
  args: ['id'],
  audit: (input) => input,
  route: {
    method: 'DELETE',
    paths: ['/v1/jobs/:id'],
    scope: 'admin',
    tag: 'automations',
    summary: 'Takes a background job off that waits or has failed too often.',
    params: z.object({ id: z.uuid() }),
    conflict: (isCancelled: boolean) => (isCancelled ? undefined : 'It runs, or is over.'),
  },
  run: ({ app }: ServedParts, { id }, { besides }) => app.jobs.cancelOne(id, besides),
  show: (isCancelled, { id }) => cancelledText(isCancelled, id),
});

function cancelledText(isCancelled: boolean, id: string): string {
  if (isCancelled) return 'It will not be run.\n';
  throw usage(
    `No job ${id} waits or has given up.`,
    'One that runs cannot be cancelled; "coda jobs list --all" shows it.',
  );
}

const retries = text(
  (count) => /^(?:1?\d|20)$/.test(count),
  (count) => `${count} is no number of retries.`,
  'Give one from 0 to 20.',
);

const instant = text(
  (argument) => /^\d{4}-\d\d-\d\d/.test(argument) && !Number.isNaN(Date.parse(argument)),
  (argument) => `“${argument}” is no instant.`,
  'Give it in ISO 8601, such as 2026-12-01T09:00:00Z.',
);

const enqueue = operation({
  name: 'jobs enqueue',
  summary: 'add one, to be run at once',
  example: 'coda jobs enqueue skill weekly-review --payload "this week" --max-retries 2',
  input: z.object({
    kind: z.string().describe('such as skill, with the id of one'),
    id: z.string().optional(),
    payload: z.string().optional().meta({ description: 'what it is told: JSON, or plain text', value: 'text' }),
    maxRetries: retries.optional().meta({ description: 'how often it is tried again; default: 7', value: 'count' }),
    key: z.string().optional().describe('at most one of its kind waits with this key'),
    runAt: instant.optional().meta({ isHidden: true }),
  }),
  args: ['kind', 'id'],
  prepare(input) {
    const { kind, id } = input;
    if (kind === SKILL_JOB && id === undefined)
      throw usage('The skill is missing.', 'Try: coda jobs enqueue skill ID --payload "ok"');
    if (kind !== SKILL_JOB && id !== undefined)
      throw usage(`Jobs of the kind ${kind} take no ${id}.`, 'What they are told is --payload.');
    return input;
  },
  audit: ({ kind }, id: string) => ({ kind, id }),
  async run({ app }: OperationParts, { kind, id, payload, key, maxRetries, runAt }, { besides }) {
    const content = payloadOf(payload);
    if (id !== undefined) await (await app.findVerb('runs-steps'))?.({ steps: [id] });
    const job = { kind, key, payload: id === undefined ? content : { skill: id, payload: content } };
    const at = runAt === undefined ? undefined : new Date(runAt);
    const maxAttempts = maxRetries === undefined ? undefined : Number(maxRetries) + 1;
    return app.enqueue({ ...job, at, maxAttempts }, besides);
  },
  show: (id) => `${id}\n`,
});

function payloadOf(argument: string | undefined): Json {
  if (argument === undefined) return null;
  try {
    return parseJson(argument) as Json;
  } catch {
    return argument;
  }
}

/** Runs what is due, and skills to their end or to what they ask; a running daemon does so itself, and only looks now. */
const work = operation({
  name: 'jobs work',
  summary: 'run those that are due, and end',
  input: z.object({}),
  async run({ app, world, isRunning }: OperationParts): Promise<string[]> {
    if (isRunning) {
      app.worker.lookForWork();
      await app.worker.idle();
      await app.jobs.idle();
      return [];
    }
    const now = world.clock.now();
    const runs = (await app.jobs.waitingOf(SKILL_JOB)).filter(({ due_at: at }) => at <= now);
    await app.startJobs();
    await app.whenSettled();
    return Promise.all(runs.map((run) => endOf(app, run)));
  },
  show: workReport,
});

function workReport(ends: readonly string[]): string {
  return [...ends, 'No background job is due.\n'].join('\n');
}

/** The end of a run, which has the id of its job. */
async function endOf(
  { findVerb }: OperationParts['app'],
  { id, payload }: { id: string; payload: unknown },
): Promise<string> {
  const skill = (payload as { skill?: string } | null)?.skill ?? '?';
  const show = await findVerb('runs-show');
  const run = (await Promise.resolve(show?.({ run: id })).catch(() => undefined)) as RunEnd | undefined;
  if (!run) return `${id}  ${skill}  has not begun: "coda jobs list --all" tells why`;
  if (run.state === 'running') return `${id}  ${skill}  waits: "coda approvals list" shows for what`;
  return `${id}  ${skill}  ${run.state}${run.message === null ? '' : `: ${oneLine(run.message, 500)}`}`;
}

interface RunEnd {
  state: string;
  message: string | null;
}

export const jobs = [list, retry, cancel, enqueue, work];

const scheduled = operation({
  name: 'schedule list',
  summary: 'show those to come',
  isDefault: true,
  input: z.object({}),
  json: 'indented',
  run: ({ app }: OperationParts) => app.jobs.waitingOf(SKILL_JOB),
  show(waiting, _, { at }) {
    const lines = waiting.map(({ id, due_at: due, payload }) => {
      const { skill = '?' } = payload as { skill?: string };
      return `${id}  ${at(due)}  ${skill}`;
    });
    return `${lines.join('\n') || 'No skill is to be run.'}\n`;
  },
});

const schedule = operation({
  name: 'schedule add',
  summary: 'run a skill once as the owner at the terminal, or a script again and again',
  example: 'coda schedule add weekly-review --run-at 2026-12-01T09:00:00Z --payload "this week"',
  input: z.object({
    id: z.string().optional(),
    runAt: instant.optional().meta({
      description: 'in ISO 8601; one that has passed is due at once',
      value: 'instant',
    }),
    payload: z.string().optional().meta({ description: 'what the skill is given', value: 'text' }),
    maxRetries: retries.optional().meta({ description: 'how often it is tried again; default: 7', value: 'count' }),
    script: z.string().optional().meta({ description: 'instead: a script of an approved skill', value: 'id' }),
    when: z.string().optional().meta({ description: 'how often the script runs: "every hour"', value: 'words' }),
    rule: z.string().optional().meta({ description: 'when it is told: "above 90 --times 2"', value: 'rule' }),
    person: z.string().optional().meta({ description: 'who is told; default: the first owner', value: 'name' }),
    digest: z.string().optional().meta({ description: 'gathered, and told once a day at this time', value: 'time' }),
    urgent: z.boolean().optional().meta({ description: 'told in quiet hours too' }),
    seen: z.string().optional().meta({ description: 'told so often until somebody presses Seen', value: 'span' }),
    escalate: z.string().optional().meta({ description: 'told then too: "bo after 30 minutes"', value: 'target' }),
  }),
  args: ['id'],
  async conduct(ask, { id, runAt, script, when, rule, person, digest, urgent, seen, escalate, ...more }) {
    if (script !== undefined) {
      if (when === undefined) throw usage('--when is missing.', 'Say how often: --when "every hour".');
      const deliveryFlags = Object.entries({ digest, seen, escalate }).flatMap(([flag, value]) =>
        value === undefined ? [] : `--${flag} ${value}`,
      );
      const flags = [...(rule === undefined ? [] : [`--${rule.trim().replace(/^--/, '')}`]), ...deliveryFlags];
      const line = [`${when} run ${script}`, ...flags, ...(urgent ? ['--urgent'] : [])].join(' ');
      const input = { line, ...(person && { person }) };
      return `${(await ask(addSchedule, input)).says}\n`;
    }
    if (id === undefined) throw usage('The skill is missing.', 'See "coda schedule add --help".');
    if (runAt === undefined) throw usage('--run-at is missing.', 'See "coda schedule add --help".');
    return `${await ask(enqueue, { kind: SKILL_JOB, id, runAt, ...more })}\n`;
  },
});

const unschedule = operation({
  name: 'schedule remove',
  summary: 'take one off',
  example: 'coda schedule remove 018f2c1e-8a52-7cc4-9d2e-3f6a1b2c4d5e',
  input: z.object({ run: cancel.input.shape.id.describe('as list shows it') }),
  args: ['run'],
  conduct: async (ask, { run: id }) => cancelledText(await ask(cancel, { id }), id),
});

const tick = operation({
  name: 'schedule tick',
  summary: 'carry out those that are due, to their end or to what they ask',
  input: z.object({}),
  conduct: async (ask) => workReport(await ask(work, {})),
});

export const scheduledRuns = [scheduled, schedule, unschedule, tick];
