import { z } from 'zod';
import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import type { Json } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import { block, zone } from '../../config/index.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import { cronProblem, occurrences, parseWhen, passedOccurrences } from '../../time/index.ts';
import type { DueSource } from '../due.ts';
import type { JobHandler, JobQueue } from '../queue/index.ts';
import type { FailingTask } from './store.ts';
import * as store from './store.ts';

/** A cron expression of five fields; what is wrong with it is told where it stands. */
const cron = z.string().superRefine((text, ctx) => {
  const problem = cronProblem(text);
  if (problem === undefined) return;
  ctx.addIssue({
    code: 'custom',
    message: `expected a cron expression of five fields such as "30 7 * * 1-5": ${problem}`,
  });
});

const task = z.strictObject({
  cron: cron.optional().meta({
    description: 'When it runs: minute, hour, day of the month, month, weekday.',
    example: '23 4 * * *',
  }),
  enabled: z.boolean().optional().meta({
    description: 'Whether it runs at all. It wins over what /schedules on and off say.',
    example: true,
  }),
  zone: zone().optional().meta({
    description: 'The time zone of its cron expression; default: that of the assistant.',
    example: 'Europe/Berlin',
  }),
});

/** Coda’s own tasks as the configuration has them: a field of `scheduler`, where people look for it. */
export const tasksField = z.record(z.string(), task).default({}).meta({
  description: "Coda's own tasks by name (/schedules shows them): other times, or none.",
  example: 'retention',
});

export const tasksConfig = block(
  'scheduler',
  'Work that coda does by itself: what people have planned, and its own tasks.',
  z.strictObject({ tasks: tasksField }).prefault({}),
);

export interface Schedule {
  /** Unique; putting it again changes it. */
  name: string;
  /** The kind of job that each occurrence enqueues; its payload gets `schedule` (the name) and `occurrence` (ISO) besides. */
  kind: string;
  payload: Record<string, Json>;
  /** RRULE text, or a cron expression of five fields. */
  rule: string;
  /** IANA zone whose wall clock the rule follows. */
  zone: string;
  /** Policy for occurrences missed while no process ran: dropped, only the latest carried out, or all (at most 100). */
  missed: store.MissedPolicy;
  personId?: string;
  /** True if it fires, whatever it was switched to. Left out: as it was switched last, else as `standard` says. */
  enabled?: boolean | undefined;
  standard?: boolean;
}

/** A schedule as people who may switch it see it. `nextAt`: undefined when it fires no more. */
export interface ListedSchedule {
  name: string;
  kind: string;
  payload: Json;
  rule: string;
  zone: string;
  enabled: boolean;
  /** Enabled, but off until then; in the past: over. */
  offUntil: Instant | undefined;
  nextAt: Instant | undefined;
  /** Its last run; undefined: it has not run. `lastError`: undefined when it went well. */
  lastStartedAt: Instant | undefined;
  lastEndedAt: Instant | undefined;
  lastError: string | undefined;
  failures: number;
}

const BATCH = 50;
const MOST_MISSED = 100;
/** An occurrence this late was missed; anything less is only a busy moment. */
const MISSED_MS = 60_000;

/** Recurring work: each occurrence becomes one job, however many processes come to it. */
export class Schedules implements DueSource {
  readonly name = 'schedules';
  private readonly deps: { database: Database; world: World; jobs: JobQueue; wakeAt(at: Instant): void };

  constructor(deps: { database: Database; world: World; jobs: JobQueue; wakeAt(at: Instant): void }) {
    this.deps = deps;
  }

  /** Earliest due time among the kinds of jobs that this process runs; schedules of a removed part wait for it. */
  get earliest(): string {
    return store.earliest(this.deps.jobs.kinds);
  }

  /** Adds or changes a schedule in `tx`; `offUntil`: that of the one of its name. A rule that cannot be read throws: who writes rules has parsed them before. */
  async put(tx: Transaction, schedule: Schedule, offUntil?: Instant): Promise<void> {
    const now = this.deps.world.clock.now();
    const rule = ruleOf(schedule, now);
    const nextAt = firstAfter(rule, schedule.zone, laterOf(now, offUntil));
    const { name, kind, payload, zone, missed, personId, enabled, standard = true } = schedule;
    const described = { id: uuid(now), name, kind, payload, source: schedule.rule, rule, zone };
    const row = { ...described, missed, personId, nextAt, enabled, standard };
    store.put(tx, row, now);
    if (nextAt) tx.afterCommit(() => this.deps.wakeAt(nextAt));
  }

  async putAll(tx: Transaction, all: readonly Schedule[]): Promise<void> {
    const storedSchedules = await store.knownSchedules(
      tx,
      all.map((schedule) => ({ standard: true, ...schedule, source: schedule.rule })),
    );
    for (const schedule of all) {
      const { isUnchanged = false, offUntil } = storedSchedules.get(schedule.name) ?? {};
      if (!isUnchanged) await this.put(tx, schedule, offUntil);
    }
  }

  /** Ends a schedule; jobs that it has enqueued are carried out. False when there is none of that name. */
  remove(tx: Transaction, name: string): Promise<boolean> {
    return store.remove(tx, name);
  }

  async list(tx: Queryable, personId?: string): Promise<ListedSchedule[]> {
    const rows = await store.list(tx, personId);
    return rows.map(({ next_at, off_until, source, last_started_at, last_ended_at, last_error, ...row }) => ({
      ...row,
      rule: source,
      nextAt: next_at ?? undefined,
      offUntil: off_until ?? undefined,
      lastStartedAt: last_started_at ?? undefined,
      lastEndedAt: last_ended_at ?? undefined,
      lastError: last_error ?? undefined,
    }));
  }

  watch(handler: JobHandler): JobHandler {
    const run: JobHandler['run'] = async (job, signal) => {
      const name = (job.payload as { schedule?: Json } | null)?.schedule;
      if (typeof name !== 'string') return handler.run(job, signal);
      const startedAt = this.deps.world.clock.now();
      try {
        await handler.run(job, signal);
        await this.note(name, startedAt, undefined);
      } catch (error) {
        // A run that a stop has cut off has not failed.
        if (!signal.aborted) await this.note(name, startedAt, messageOf(error));
        throw error;
      }
    };
    return { ...handler, run };
  }

  /** When one has failed three times in a row and no owner knows of it, or null: a scalar subquery, as of `DueSource`. */
  readonly failing = store.earliestFailing;

  takeFailing(tx: Transaction): Promise<FailingTask[]> {
    return store.takeFailing(tx);
  }

  private async note(name: string, startedAt: Instant, error: string | undefined): Promise<void> {
    const { database, world, wakeAt } = this.deps;
    const now = world.clock.now();
    const reason = error === undefined ? undefined : world.secrets.hide(error).slice(0, 500);
    const failures = await store.recordRun(database, name, { startedAt, endedAt: now, error: reason });
    if (failures >= store.MANY_FAILURES) wakeAt(now);
  }

  /**
   * Switches a schedule off, or on from now, or from the end of a pause: what fell due while it was off is dropped. False when
   * there is none.
   */
  async toggle(tx: Transaction, name: string, enabled: boolean, offUntil?: Instant): Promise<boolean> {
    const now = this.deps.world.clock.now();
    const schedule = await store.find(tx, name);
    if (!schedule) return false;
    const nextAt = enabled ? firstAfter(schedule.rule, schedule.zone, laterOf(now, offUntil)) : undefined;
    await store.toggle(tx, name, { enabled, nextAt, offUntil });
    if (nextAt) tx.afterCommit(() => this.deps.wakeAt(nextAt));
    return true;
  }

  late(instant: Instant) {
    return store.overdueSchedules(this.deps.database, this.deps.jobs.kinds, instant);
  }

  async fire(now: Instant): Promise<number> {
    const { database } = this.deps;
    return database.tx('schedules.fire', async (tx) => {
      const due = await store.claimDue(tx, this.deps.jobs.kinds, now, BATCH);
      for (const schedule of due) await this.carryOut(tx, schedule, now);
      return due.length;
    });
  }

  private async carryOut(tx: Transaction, schedule: store.ScheduleRow, now: Instant): Promise<void> {
    const { at, next } = dueOccurrences(schedule, now);
    const fresh = await store.addOccurrences(tx, schedule.id, at);
    // A schedule never overlaps itself; who wants all that was missed wants them one by one, however late.
    const isBusy = schedule.missed !== 'all' && fresh.length > 0 && (await store.isBusy(tx, schedule));
    for (const occurrence of isBusy ? [] : fresh) {
      const own = schedule.payload as Record<string, Json>;
      const payload = { ...own, schedule: schedule.name, occurrence: occurrence.toISOString() };
      await this.deps.jobs.enqueue(tx, { kind: schedule.kind, payload }, { at: now });
    }
    await store.planNext(tx, schedule.id, next);
  }
}

function dueOccurrences(
  schedule: Pick<store.ScheduleRow, 'rule' | 'zone' | 'missed' | 'next_at'>,
  now: Instant,
): { at: Instant[]; next: Instant | undefined } {
  const { rule, zone, next_at: first } = schedule;
  const { at: due, next } = passedOccurrences(rule, { first, now, most: MOST_MISSED, zone });
  const isMissed = (at: Instant) => now.getTime() - at.getTime() > MISSED_MS;
  if (schedule.missed === 'all') return { at: due, next };
  if (schedule.missed === 'skip') return { at: due.filter((at) => !isMissed(at)), next };
  return { at: due.slice(-1), next };
}

/** An occurrence at the very end of the pause is one after it. */
const laterOf = (now: Instant, offUntil: Instant | undefined): Instant =>
  offUntil !== undefined && offUntil > now ? new Date(offUntil.getTime() - 1) : now;

function firstAfter(rule: string, zone: string, now: Instant): Instant | undefined {
  for (const at of occurrences(rule, { after: now, zone })) return at;
  return undefined;
}

function ruleOf({ rule, zone, name }: Schedule, now: Instant): string {
  if (rule.startsWith('DTSTART')) return rule;
  const read = parseWhen(rule, { now, zone });
  if (read.kind !== 'recurring') throw new Error(`the rule of schedule ${name} is none: ${rule}`);
  return read.rule;
}
