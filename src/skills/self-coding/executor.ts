/** Carries out approved proposals as branches with tests and pull requests; people merge. */
import { z } from 'zod';
import { type AnyTool, dataTool, done, failed, forOwners, outsideTool, type ToolResult } from '../../agent/index.ts';
import { backOff, sleep } from '../../base/async.ts';
import { CodaError } from '../../base/errors.ts';
import { shortId } from '../../base/ids.ts';
import type { Lock } from '../../bus/index.ts';
import type { HealthCheck, Skill, WorkDeps } from '../../chat/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import { nightly, proposalStore, RetryLater } from '../../proposals/index.ts';
import type { SandboxFailure } from '../../sandbox/index.ts';
import { type Queryable, readerOf, type Transaction } from '../../storage/index.ts';
import { type Deps, RUN_TASK, type Settings } from './config.ts';
import { contextOf } from './context.ts';
import { withRepository } from './folder.ts';
import { type BeginOutcome, RefusedRun, type StepResult } from './outcome.ts';
import { forgeFor } from './push.ts';
import { forgeOf } from './settings.ts';
import { CATEGORIES, perform, statesOf } from './steps.ts';
import * as store from './store.ts';
import * as texts from './texts.ts';

const MINUTE_MS = 60_000;

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
  .describe('Of the container: lower-case letters, digits and -.');
const tag = z
  .string()
  .regex(/^agent-sandbox-[a-z0-9][a-z0-9-]{0,60}(?::[a-z0-9][a-z0-9.-]{0,40})?$/)
  .describe('Of the image: agent-sandbox-NAME.');

const IN_SANDBOX = {
  group: 'code',
  effect: 'external',
  does: ['code'],
  callers: 'main-agent',
  flow: { impersonal: true },
} as const;

const refusedResult = ({ code, message, remedy }: SandboxFailure): ToolResult => failed(code, `${message} ${remedy}`);

export function codingTools(deps: Deps): AnyTool[] {
  return forOwners(texts.ownersOnly, [...runTools(deps), ...sandboxTools(deps)]);
}

/** The newest run that has made a commit. */
async function latestRunOf({ database }: Pick<Deps, 'database'>): Promise<store.Run | undefined> {
  const latest = await store.list(readerOf(database), 20);
  return latest.find((run) => run.commit !== undefined);
}

function sandboxTools(deps: Deps): AnyTool[] {
  return [buildTool(deps), startTool(deps), logsTool(deps), stopTool(deps), removeTool(deps), healthTool(deps)];
}

function buildTool(deps: Deps): AnyTool {
  const { executor_build_timeout: timeoutMs } = deps.config;
  return outsideTool({
    ...IN_SANDBOX,
    name: 'docker_sandbox_build',
    description:
      'Builds an image of the newest change that the executor has made. `context` is a folder of its worktree, `dockerfile` a path in that folder.',
    input: z.object({
      tag,
      context: z.string().min(1).max(300).default('.'),
      dockerfile: z.string().min(1).max(300).default('Dockerfile'),
    }),
    timeoutMs: timeoutMs + 5 * MINUTE_MS,
    policy: {
      binds: async () => ((await latestRunOf(deps)) ? undefined : failed('NOT_FOUND', texts.noWorktree())),
    },

    async run({ tag: wanted, context, dockerfile }, { signal }) {
      const latestRun = await latestRunOf(deps);
      if (latestRun?.commit === undefined) return failed('NOT_FOUND', texts.noWorktree());
      const { commit, branch } = latestRun;
      try {
        const forge = forgeFor(deps);
        return await withRepository(
          deps,
          { id: `tool-${latestRun.id}` },
          forge,
          signal,
          async ({ repository, tree }) => {
            if ((await repository.fetchBranch(branch, signal)) !== commit)
              return failed('CHANGED', texts.branchTaken(branch));
            await repository.checkout(commit, tree, signal);
            const read = await contextOf(tree, context);
            if ('problem' in read) return failed('REFUSED', read.problem);
            const asked = { tag: wanted, files: read.files, dockerfile };
            const outcome = await deps.sandbox.detached.build(asked, { timeoutMs, signal });
            return outcome.ok ? done(texts.builtNotice(wanted), { tainted: true }) : refusedResult(outcome);
          },
        );
      } catch (error) {
        if (error instanceof RefusedRun || error instanceof RetryLater) return failed('FAILED', error.message);
        throw error;
      }
    },
  });
}

function startTool({ sandbox: { detached } }: Deps): AnyTool {
  return outsideTool({
    ...IN_SANDBOX,
    name: 'docker_sandbox_run',
    description:
      'Starts a container of an image that docker_sandbox_build has made; it runs by itself, without a network, until it is stopped or its time is up. A container that had the name is removed.',
    input: z.object({
      name,
      image: tag,
      command: z.array(z.string().max(4_000)).min(1).max(100).optional(),
      minutes: z.int().min(1).max(240).default(30),
    }),
    timeoutMs: 2 * MINUTE_MS,

    async run({ name: called, image, command, minutes }, { signal }) {
      const spec = { name: called, image, ...(command && { command }), lifetimeMs: minutes * MINUTE_MS };
      const started = await detached.run(spec, signal);
      return started.ok ? done(texts.startedNotice(called)) : refusedResult(started);
    },
  });
}

function logsTool({ sandbox: { detached } }: Deps): AnyTool {
  return outsideTool({
    ...IN_SANDBOX,
    name: 'docker_sandbox_logs',
    // Reads containers that this tool's family has started, and no others.
    effectOf: () => 'read',
    description: 'Shows what a container of docker_sandbox_run has written last, and if it runs.',
    input: z.object({ name }),

    async run({ name: called }, { signal }) {
      const logs = await detached.logs(called, signal);
      if (!logs.ok) return refusedResult(logs);
      return done(texts.logs(logs.output.slice(-12_000), logs.isRunning, logs.exitCode), { tainted: true });
    },
  });
}

function stopTool({ sandbox: { detached } }: Deps): AnyTool {
  return outsideTool({
    ...IN_SANDBOX,
    name: 'docker_sandbox_stop',
    description: 'Stops a container of docker_sandbox_run; what it has written can still be read.',
    input: z.object({ name }),

    async run({ name: called }, { signal }) {
      const stopped = await detached.stop(called, signal);
      return stopped.ok ? done(texts.stoppedNotice(called)) : refusedResult(stopped);
    },
  });
}

function removeTool({ sandbox: { detached } }: Deps): AnyTool {
  return outsideTool({
    ...IN_SANDBOX,
    name: 'docker_sandbox_remove',
    description: 'Removes a container of docker_sandbox_run with all that it has written.',
    input: z.object({ name }),

    async run({ name: called }, { signal }) {
      const removed = await detached.remove(called, signal);
      return removed.ok ? done(texts.removedNotice(called, removed.wasThere)) : refusedResult(removed);
    },
  });
}

function healthTool({ sandbox: { detached }, config }: Deps): AnyTool {
  return outsideTool({
    ...IN_SANDBOX,
    name: 'docker_sandbox_healthcheck',
    description: 'Asks a container of docker_sandbox_run for a page on its own localhost; nothing else can be reached.',
    input: z.object({
      name,
      port: z.int().min(1).max(65_535).default(config.executor_shadow_port),
      path: z
        .string()
        .regex(/^\/[\w./~-]{0,200}$/)
        .default(config.executor_health_path),
    }),

    async run({ name: called, port, path }, { signal }) {
      const health = await detached.health(called, { port, path }, signal);
      if (!health.ok) return refusedResult(health);
      return done((health.isHealthy ? texts.healthy : texts.unhealthy)(called, health.status), { tainted: true });
    },
  });
}

// A run from its lock to its record: each step is a durable job, and its result is one commit with the next.

const STEP_JOB = 'improvement.run.step';

const MOST_ATTEMPTS = 12;
const MOST_NETWORK_TRIES = 6;
/** A network that is away at night may be back some minutes later. */
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 900_000;
const BETWEEN_LOOKS_MS = 500;
/** Longer than a step with all its attempts takes. */
const STALLED_MS = 24 * 3_600_000;

const payload = z.object({ run: z.string(), step: z.enum(store.STEPS) });

type BeginDeps = Pick<Deps, 'config' | 'world'> & { work: { jobs: Pick<WorkDeps['jobs'], 'enqueue'> } };

export async function begin(
  deps: BeginDeps,
  tx: Transaction,
  { proposal, askedBy }: { proposal?: string | undefined; askedBy?: string | undefined },
): Promise<BeginOutcome> {
  const now = deps.world.clock.now();
  await store.endStalled(tx, new Date(now.getTime() - STALLED_MS), texts.stalledReason(), now);
  const choice = await chooseProposal(deps, tx, proposal);
  if (!choice.ok) return choice;
  const { proposalId } = choice;
  const id = shortId(8);
  // The key in the name: whoever carries on finds the branch of this run, and none of another.
  const branch = `coda/improvement-${proposalId}-${id}`;
  if (!(await store.begin(tx, { id, proposalId, askedBy, branch }, now))) return { ok: false, why: 'busy' };
  await enqueue(deps, tx, id, 'lock');
  return { ok: true, run: id, proposalId };
}

/** The proposal that a run would carry out: the named one if it may be, else the most important. */
async function chooseProposal(
  { config }: Pick<Deps, 'config'>,
  db: Queryable,
  wanted: string | undefined,
): Promise<{ ok: true; proposalId: string } | Extract<BeginOutcome, { ok: false }>> {
  const states = statesOf(config);
  const named = wanted === undefined ? undefined : await proposalStore.find(db, wanted);
  const isFit = named !== undefined && CATEGORIES.includes(named.category) && states.includes(named.state);
  if (wanted !== undefined && !isFit) return { ok: false, why: 'unknown' };
  const proposalId =
    named?.id ??
    (await store.firstWithoutRun(db, await proposalStore.listInOrder(db, { categories: CATEGORIES, states })));
  return proposalId === undefined ? { ok: false, why: 'nothing' } : { ok: true, proposalId };
}

async function enqueue({ work, world }: Omit<BeginDeps, 'config'>, tx: Transaction, run: string, step: store.Step) {
  const options = { at: world.clock.now(), key: `${run}:${step}`, maxAttempts: MOST_ATTEMPTS };
  await work.jobs.enqueue(tx, { kind: STEP_JOB, payload: { run, step } }, options);
}

const weekly = nightly<Deps>({
  task: RUN_TASK,
  does: 'works on an approved proposal, in a branch of its own',
  cron: ({ executor_cron }) => executor_cron,
  missed: 'skip',
  alone: true,
  run: async (deps) => {
    await deps.database.tx('executor.begin', (tx) => begin(deps, tx, {}));
  },
});

function stepJob(deps: Deps): JobHandler {
  return {
    kind: STEP_JOB,
    does: 'does a step of the work on an approved proposal',
    alone: true,
    waitMs: (attempt) => backOff(attempt, LONGEST_WAIT_MS, FIRST_WAIT_MS),
    async run(job, signal) {
      const { run: id, step } = payload.parse(job.payload);
      const run = await store.find(readerOf(deps.database), id);
      // A step that a dead process has committed is not repeated.
      if (!run || run.endedAt !== undefined || run.step !== step) return;
      await using lock = await lockOf(deps, id, job.attempt, signal);
      const stop = lock === undefined ? signal : AbortSignal.any([signal, lock.lost]);
      const result = await attemptStep(deps, run, job.attempt, stop);
      await deps.database.tx('executor.step', (tx) => storeResult(deps, tx, run, result));
    },
  };
}

/**
 * The run's lock, waited for as long as a process that has died may hold it. The row and the job decide who works on a run:
 * the lock keeps a process that was taken for dead from working on beside its successor, and is done without after `MOST_NETWORK_TRIES`.
 */
async function lockOf(
  { storage: { locks } }: Deps,
  id: string,
  attempt: number,
  signal: AbortSignal,
): Promise<Lock | undefined> {
  for (let waitedMs = 0; waitedMs <= 2 * locks.ttlMs; waitedMs += BETWEEN_LOOKS_MS) {
    const lock = await locks.take(`executor:${id}`);
    if (lock !== undefined) return lock;
    await sleep(BETWEEN_LOOKS_MS, signal);
  }
  if (attempt < MOST_NETWORK_TRIES) throw new RetryLater(texts.isHeld());
  return undefined;
}

async function attemptStep(deps: Deps, run: store.Run, attempt: number, signal: AbortSignal): Promise<StepResult> {
  try {
    return await perform(deps, run, signal);
  } catch (error) {
    if (!(error instanceof RetryLater) || attempt < MOST_NETWORK_TRIES) throw error;
    const remedy = texts.unreachableRemedy(run.proposalId);
    const reason = texts.faultOf(new CodaError('EXECUTOR_UNREACHABLE', { message: error.message, remedy }));
    return { next: run.step === 'report' ? 'record' : 'report', found: {}, state: 'failed', reason };
  }
}

async function storeResult(deps: Deps, tx: Transaction, run: store.Run, result: StepResult): Promise<void> {
  const now = deps.world.clock.now();
  if (!(await store.advance(tx, run, result, now))) return;
  await result.alsoWrite?.(tx);
  if (run.step === 'record') await store.endRun(tx, run.id, now);
  else await enqueue(deps, tx, run.id, result.next);
}

export const executorParts: Partial<Skill<Settings, 'servers'>> = {
  tools: codingTools,
  work: { jobs: (deps) => [...weekly.jobs(deps), stepJob(deps)], ownSchedules: weekly.schedules },
  views: { checks: (deps) => [check(deps)] },
};

function check({ sandbox, config, ports: { servers } }: Deps): HealthCheck {
  return {
    name: 'self-improvement executor',
    async check() {
      if (!sandbox.settings.enabled)
        return { ok: false, severity: 'warning', says: texts.needsCode(), remedy: texts.needsCodeRemedy() };
      const { server } = forgeOf(config) ?? {};
      if (server !== undefined && !servers.has(server))
        return { ok: false, severity: 'warning', says: texts.noServer(server), remedy: texts.noServerRemedy(server) };
      return { ok: true, says: texts.ready(config.executor_forge?.repository ?? '') };
    },
  };
}

const COMMON = { callers: 'main-agent', group: 'code' } as const;

function runTools(deps: Deps): AnyTool[] {
  return [runTool(deps), statusTool(), historyTool()];
}

function runTool(deps: Deps): AnyTool {
  return dataTool({
    ...COMMON,
    name: 'self_improvement_run',
    description:
      'Begins to carry out an approved proposal for a change of your code: a branch with tests and a pull request, which your owner reviews. Without `proposal` the most important one.',
    effect: 'write',
    policy: {
      confirm: true,
      async binds({ proposal }) {
        const choice = await chooseProposal(deps, readerOf(deps.database), proposal);
        return choice.ok ? undefined : failed('NOT_FOUND', texts.begunNotice(choice));
      },
    },
    input: z.object({ proposal: z.string().min(1).max(20).optional() }),

    async run({ proposal }, { tx, person }) {
      const outcome = await begin(deps, tx, { proposal, askedBy: person.id });
      if (outcome.ok) return done(texts.begunNotice(outcome), { id: outcome.run });
      return failed(outcome.why === 'busy' ? 'BUSY' : 'NOT_FOUND', texts.begunNotice(outcome));
    },
  });
}

function statusTool(): AnyTool {
  return dataTool({
    ...COMMON,
    name: 'self_improvement_status',
    description: 'Shows if you are working on a change of your own code, and how far it is.',
    effect: 'read',
    input: z.object({}),

    async run(_, { tx, when }) {
      return done(texts.status((await store.list(tx, 1))[0], when), { tainted: true });
    },
  });
}

function historyTool(): AnyTool {
  return dataTool({
    ...COMMON,
    name: 'self_improvement_history',
    description: 'Lists the changes of your own code that you have worked on, with their pull requests.',
    effect: 'read',
    input: z.object({ limit: z.int().min(1).max(50).default(10) }),

    async run({ limit }, { tx, when }) {
      return done(texts.history(await store.list(tx, limit), when), { tainted: true });
    },
  });
}
