import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { Json } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { DueSource } from '../due.ts';
import type { Owned } from '../instances/index.ts';
import * as store from './store.ts';

export interface JobOptions {
  at: Instant;
  /** At most one job of its kind is pending with this key; adding another moves the pending one. */
  key?: string;
  /** How often it is tried before it is a dead letter; default 8. */
  maxAttempts?: number;
}

export interface Job {
  id: string;
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
  run(job: Job, signal: AbortSignal): Promise<void>;
}

const BATCH = 32;
const DEFAULT_ATTEMPTS = 8;
const LONGEST_BACK_OFF_MS = 15 * 60_000;

/**
 * Milliseconds before attempt `attempt + 1`: doubling from 1 s, at most 15 min, with jitter over the upper half so
 * that what failed together does not come back together.
 */
export function backOff(attempt: number, longest = LONGEST_BACK_OFF_MS): number {
  const full = Math.min(longest, 1_000 * 2 ** Math.min(attempt - 1, 30));
  return full / 2 + (Math.random() * full) / 2;
}

/** Durable work with a due time: carried out at least once, by whichever process is there. */
export class JobQueue implements DueSource, Owned {
  readonly name = 'jobs';
  readonly earliest = `select min(due_at) from jobs where state = 'pending'`;
  private readonly deps: JobQueueDeps;
  private readonly handlers: Map<string, JobHandler>;

  constructor(deps: JobQueueDeps) {
    this.deps = deps;
    this.handlers = new Map(deps.handlers.map((handler) => [handler.kind, handler]));
  }

  /** Adds a job in `tx`; the worker is woken after its commit. */
  async enqueue(tx: Transaction, job: { kind: string; payload: Json }, options: JobOptions): Promise<string> {
    const { clock } = this.deps.world;
    const now = clock.now();
    const id = uuid(now);
    await store.add(
      tx,
      {
        id,
        ...job,
        key: options.key,
        dueAt: options.at,
        maxAttempts: options.maxAttempts ?? DEFAULT_ATTEMPTS,
      },
      now,
    );
    tx.afterCommit(() => this.deps.wakeAt(options.at));
    return id;
  }

  /** Cancels the pending job with this key; false when there is none (it may be running already). */
  async cancel(tx: Transaction, kind: string, key: string): Promise<boolean> {
    return store.cancel(tx, kind, key, this.deps.world.clock.now());
  }

  async fire(now: Instant): Promise<number> {
    const owner = this.deps.owner();
    const jobs = await store.claimDue(this.deps.database, owner, [...this.handlers.keys()], now, BATCH);
    if (jobs.length === 0) return 0;
    const ended = await Promise.all(jobs.map((job) => this.attempt(job)));
    await store.finish(this.deps.database, owner, ended, this.deps.world.clock.now());
    return jobs.length;
  }

  release(tx: Transaction, owners: readonly string[], now: Instant): Promise<void> {
    return store.release(tx, owners, now);
  }

  private async attempt(job: store.JobRow) {
    try {
      const handler = this.handlers.get(job.kind) as JobHandler;
      await handler.run(
        { id: job.id, payload: job.payload, attempt: job.attempts, dueAt: job.dueAt },
        this.deps.signal,
      );
      return { id: job.id, state: 'done' as const };
    } catch (error) {
      const reason = this.deps.world.secrets.hide(messageOf(error));
      const dead = job.attempts >= job.maxAttempts;
      this.deps.world.log.warn(
        { job: job.id, kind: job.kind, attempt: job.attempts, dead, error: reason },
        'job failed',
      );
      if (dead) return { id: job.id, state: 'dead' as const, error: reason };
      const dueAt = new Date(this.deps.world.clock.now().getTime() + backOff(job.attempts));
      return { id: job.id, state: 'pending' as const, dueAt, error: reason };
    }
  }
}

export interface JobQueueDeps {
  database: Database;
  world: World;
  handlers: readonly JobHandler[];
  /** The owner that claims are marked with. */
  owner(): string;
  wakeAt(at: Instant): void;
  signal: AbortSignal;
}
