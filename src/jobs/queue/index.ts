import { Batch, backOff, groupBy, retryUntil } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { Json } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { CommitHints, Database, Transaction, WritesBesides } from '../../storage/index.ts';
import type { DueSource } from '../due.ts';
import { KIND as eventKind, type Fact, type Raise } from '../events/store.ts';
import type { OwnedRows } from '../instances/index.ts';
import * as store from './store.ts';

export const commitHints: CommitHints = {
  'schedules.fire': ['owners', 'jobs'],
  'jobs.cancel': ['owners', 'jobs'],
  'jobs.retry': ['owners', 'jobs'],
};

export interface JobOptions {
  at: Instant;
  /** At most one job of its kind is pending with this key; adding another moves the pending one. */
  key?: string;
  /** With `key`: the pending one keeps its due time where that is earlier, so that adding again and again delays nothing. */
  keepsEarlier?: true;
  /** Number of attempts before it is a dead letter; default 8. */
  maxAttempts?: number;
}

export interface Job {
  id: string;
  key?: string;
  payload: Json;
  /** 1 the first time. */
  attempt: number;
  dueAt: Instant;
}

/**
 * Carries out jobs of one kind. It may be called again for the same job (its process died, or it threw), so what it
 * does is either in one transaction with a key or harmless twice.
 */
export interface JobHandler {
  kind: string;
  /** Its work, for the owner who reads of it: words without a full stop ("deletes …"). */
  does: string;
  run(job: Job, signal: AbortSignal): Promise<void>;
  /** Milliseconds to wait after the failed try `attempt`; default: 1 s doubling to 15 min, with jitter. */
  waitMs?(attempt: number): number;
  /** Jobs of this kind run singly, whichever process runs them. */
  alone?: true;
}

const JOBS_AT_ONCE = 16;
const ENDED_MS = 20;
const DEFAULT_ATTEMPTS = 8;
const LONGEST_BACK_OFF_MS = 15 * 60_000;
const LONGEST_WAIT_MS = 5_000;

/** A job for people: its work in words with its code behind it, or the code alone of a part that is not there any more. */
export const jobName = ({ kind, does }: { kind: string; does?: string | undefined }): string =>
  does === undefined ? kind : `${does} (${kind})`;

/** Durable work with a due time: carried out at least once, by whichever process is there. */
export class JobQueue implements DueSource, OwnedRows {
  readonly name = 'jobs';
  readonly owners = store.OWNERS;
  private readonly deps: JobQueueDeps;
  private handlers: ReadonlyMap<string, JobHandler> = new Map();
  private readonly running = new Set<Promise<void>>();
  private readonly inFlight = new Set<string>();
  private readonly ended: Batch<EndedJobOf>;

  constructor(deps: JobQueueDeps) {
    this.deps = deps;
    this.ended = new Batch({ ms: ENDED_MS, max: 500, flush: (items) => this.record(items) });
  }

  start(handlers: readonly JobHandler[]): void {
    this.handlers = new Map(handlers.map((handler) => [handler.kind, handler]));
  }

  /** The work of a job of this kind, in words; undefined: no part that is there carries it out. */
  doesOf(kind: string): string | undefined {
    return this.handlers.get(kind)?.does;
  }

  get kinds(): string[] {
    return [...this.handlers.keys()];
  }

  get alone(): string[] {
    return this.kinds.filter((kind) => this.handlers.get(kind)?.alone);
  }

  get earliest(): string {
    return store.earliest(this.kinds);
  }

  async enqueue(tx: Transaction, job: { kind: string; payload: Json }, options: JobOptions): Promise<string> {
    const { clock } = this.deps.world;
    const now = clock.now();
    const id = await store.add(
      tx,
      {
        id: uuid(now),
        ...job,
        key: options.key,
        dueAt: options.at,
        keepsEarlier: options.keepsEarlier ?? false,
        maxAttempts: options.maxAttempts ?? DEFAULT_ATTEMPTS,
      },
      now,
    );
    tx.afterCommit(() => this.deps.wakeAt(options.at));
    return id;
  }

  /**
   * Has a job run again later whose work was begun by it and has failed since, for a reason that may pass; a job that has
   * failed as often as it may is a dead letter. `more` is merged into its payload. False where no such job is.
   */
  async takeUp(tx: Transaction, id: string, { error, more }: { error: string; more: Json }): Promise<boolean> {
    const now = this.deps.world.clock.now();
    const attempts = (await store.attemptsOf(tx, id)) ?? 0;
    const dueAt = new Date(now.getTime() + backOff(Math.max(1, attempts), LONGEST_BACK_OFF_MS));
    const state = await store.takeUp(
      tx,
      { id, error: this.deps.world.secrets.hide(error).slice(0, 500), dueAt, more },
      now,
    );
    if (state === 'pending') tx.afterCommit(() => this.deps.wakeAt(dueAt));
    return state !== undefined;
  }

  /** Cancels the pending job with this key; false when there is none (it may be running already). */
  async cancel(tx: Transaction, kind: string, key: string): Promise<boolean> {
    return store.cancel(tx, kind, key, this.deps.world.clock.now());
  }

  async fire(now: Instant): Promise<number> {
    const room = JOBS_AT_ONCE - this.running.size;
    if (room === 0 || this.handlers.size === 0) return 0;
    const owner = await this.deps.owner();
    const jobs = await store.claimDue(this.deps.database, owner, this, now, room);
    // Not awaited: a job may take minutes, and what else is due does not wait for it.
    for (const job of jobs) {
      this.inFlight.add(job.id);
      this.track(this.attempt(job, owner));
    }
    return jobs.length;
  }

  async release(tx: Transaction, owners: readonly string[], now: Instant): Promise<void> {
    const dead = await store.release(tx, owners, now);
    await this.deps.events?.raise(tx, deadFacts(dead));
  }

  async orphans(owner: string): Promise<string[]> {
    const heldIds = await store.heldBy(this.deps.database, owner);
    return heldIds.filter((id) => !this.inFlight.has(id));
  }

  free(tx: Transaction, owner: string, ids: readonly string[], now: Instant): Promise<void> {
    return store.free(tx, owner, ids, now);
  }

  dead(limit = 50): Promise<store.DeadJobs> {
    return store.deadJobs(this.deps.database, limit);
  }

  /** Jobs that wait, run or have given up. */
  open(limit = 50): Promise<{ jobs: store.OpenJob[]; total: number }> {
    return store.open(this.deps.database, limit);
  }

  waitingOf(kind: string, limit = 500): Promise<store.WaitingJob[]> {
    return store.waitingOf(this.deps.database, kind, limit);
  }

  /** Cancels one that waits or has given up; false when it runs, is over or is not there. */
  cancelOne(id: string, besides?: WritesBesides<boolean>): Promise<boolean> {
    return this.deps.database.tx('jobs.cancel', async (tx) => {
      const isCancelled = await store.cancelOne(tx, id, this.deps.world.clock.now());
      besides?.(tx, isCancelled);
      return isCancelled;
    });
  }

  async retry(id?: string, besides?: WritesBesides<number>): Promise<number> {
    const now = this.deps.world.clock.now();
    const count = await this.deps.database.tx('jobs.retry', async (tx) => {
      const retried = await store.retry(tx, id, now);
      besides?.(tx, retried);
      return retried;
    });
    if (count > 0) this.deps.wakeAt(now);
    return count;
  }

  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
    await this.ended.flush();
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.running.delete(tracked);
      // A second job may have been waiting for this one's place.
      if (this.running.size === JOBS_AT_ONCE - 1) this.deps.wakeAt(this.deps.world.clock.now());
    });
    this.running.add(tracked);
  }

  private async attempt(job: store.JobRow, owner: string): Promise<void> {
    const { world, signal } = this.deps;
    try {
      const handler = this.handlers.get(job.kind) as JobHandler;
      const { id, key, payload, attempts: attempt, dueAt } = job;
      await handler.run({ id, ...(key !== null && { key }), payload, attempt, dueAt }, signal);
      this.ended.add({ owner, kind: job.kind, ended: { id: job.id, state: 'done' } });
    } catch (error) {
      // A job that may run once only is not run again: it may have done something.
      if (signal.aborted && job.maxAttempts > 1) return this.cutOff(job, owner);
      const reason = world.secrets.hide(messageOf(error)).slice(0, 500);
      const dead = job.attempts >= job.maxAttempts;
      const code = error instanceof CodaError ? error.code : (systemCode(error) ?? 'INTERNAL');
      world.faults?.note({ source: 'job', kind: job.kind, code }, world.clock.now());
      world.log.warn({ job: job.id, kind: job.kind, attempt: job.attempts, dead, error: reason }, 'job failed');
      const waitMs = this.handlers.get(job.kind)?.waitMs?.(job.attempts) ?? backOff(job.attempts, LONGEST_BACK_OFF_MS);
      const dueAt = new Date(world.clock.now().getTime() + waitMs);
      const ended = dead ? { state: 'dead' as const } : { state: 'pending' as const, dueAt };
      this.ended.add({ owner, kind: job.kind, ended: { id: job.id, error: reason, ...ended } });
    }
  }

  /** Gives back a job that failed because this process stops. */
  private cutOff(job: store.JobRow, owner: string): void {
    const { log, clock } = this.deps.world;
    log.info({ job: job.id, kind: job.kind }, 'a job was cut off by the stop; the next process runs it again');
    const ended = { id: job.id, state: 'pending' as const, dueAt: clock.now(), uncharged: true as const };
    this.ended.add({ owner, kind: job.kind, ended });
  }

  private async finish(owner: string, ended: readonly store.EndedJob[]): Promise<void> {
    const { database, world, events } = this.deps;
    const now = world.clock.now();
    if (!events || ended.every(({ state }) => state !== 'dead')) return store.finish(database, owner, ended, now);
    await database.tx('jobs.finish', async (tx) => {
      await events.raise(tx, deadFacts(await store.finishIn(tx, owner, ended, now)));
    });
  }

  /** Goes on trying while the database is away: nobody else runs a job again while this process lives. */
  private async record(items: EndedJobOf[]): Promise<void> {
    const { world, wakeAt, signal } = this.deps;
    for (const [owner, group] of groupBy(items, (item) => item.owner)) {
      const ended = group.map((item) => item.ended);
      const onError = (error: unknown) =>
        world.log.warn({ error: messageOf(error), jobs: ended.length }, 'the end of jobs could not be stored');
      await retryUntil(() => this.finish(owner, ended), { signal, longestMs: LONGEST_WAIT_MS, onError });
      for (const { id } of ended) this.inFlight.delete(id);
    }
    const next = items.flatMap(({ ended }) => (ended.dueAt ? [ended.dueAt.getTime()] : []));
    // An owner has to be told; another of its kind may have waited for its end.
    const { alone } = this;
    if (items.some(({ kind, ended }) => ended.state === 'dead' || alone.includes(kind)))
      next.push(world.clock.now().getTime());
    if (next.length > 0) wakeAt(new Date(Math.min(...next)));
  }
}

interface EndedJobOf {
  owner: string;
  kind: string;
  ended: store.EndedJob;
}

/** Events for jobs that have given up; none for jobs that deliver events. */
function deadFacts(jobs: readonly store.GivenUp[]): Fact[] {
  return jobs.flatMap(({ id, kind, error }) =>
    kind === eventKind ? [] : { name: 'job.dead' as const, data: { id, kind, error } },
  );
}

export interface JobQueueDeps {
  database: Database;
  events?: Raise;
  world: World;
  owner(): string | Promise<string>;
  wakeAt(at: Instant): void;
  signal: AbortSignal;
}
