/** What `coda doctor` asks of the work that is done: what failed, what waits, what is late. */
import { waitingApprovals } from '../../agent/index.ts';
import type { BreakerState, Breakers } from '../../base/breaker.ts';
import { type Clock, DAY_MS } from '../../base/clock.ts';
import { listOf, plural } from '../../base/text.ts';
import type { Bus } from '../../bus/index.ts';
import { type HealthCheck, together, type Verdict } from '../../chat/index.ts';
import type { DeadLetters } from '../../delivery/index.ts';
import {
  type Cause,
  causesOf,
  type DeadJobs,
  type FaultLog,
  runningInstances,
  type Schedules,
} from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';

const HOUR_MS = 3_600_000;
/** Anything less is a busy moment, or a start. */
const LATE_MS = 5 * 60_000;
/** A process that has sent no heartbeat for so long hangs, or is gone. */
const SILENT_MS = 60_000;

/** The counts of the outbox. */
interface Told {
  deadLetters(limit: number): Promise<DeadLetters>;
  open(): Promise<Record<string, number>>;
  readonly resent: number;
}

/** Whether something could not be delivered, or may have been delivered twice. */
export function deadLetterCheck(outbox: Told): HealthCheck {
  return {
    name: 'dead letters',
    async check() {
      const { letters, total } = await outbox.deadLetters(1);
      const again =
        outbox.resent === 0 ? '' : `; ${plural(outbox.resent, 'message')} looked for in vain and sent again`;
      if (total === 0) return { ok: true, says: `everything could be delivered${again}` };
      const says = `${plural(total, 'message')} could not be delivered; the newest: ${letters[0]?.error ?? 'no reason known'}${again}`;
      const remedy = 'See them with "coda outbox", send them again with "coda outbox resend".';
      return { ok: false, code: 'DEAD_LETTERS', severity: 'warning', says, remedy };
    },
  };
}

/** Whether messages wait for a platform or a place. */
export function heldCheck(outbox: Told): HealthCheck {
  return {
    name: 'waiting messages',
    async check() {
      const { held = 0 } = await outbox.open();
      if (held === 0) return { ok: true, says: 'none waits for a platform' };
      const says = `${plural(held, 'message')} waits for a platform that is off, or a place that nobody is at`;
      const remedy = 'Switch the platform on again; a terminal’s are shown when somebody opens it.';
      return { ok: true, code: 'OUTBOX_HELD', severity: 'notice', says, remedy };
    },
  };
}

/** Whether a background job has given up. */
export function deadJobCheck(jobs: { dead(limit: number): Promise<DeadJobs> }): HealthCheck {
  return {
    name: 'background jobs',
    async check() {
      const { jobs: dead, total } = await jobs.dead(1);
      if (total === 0) return { ok: true, says: 'none has given up' };
      const [newest] = dead;
      const says = `${plural(total, 'job')} failed too often; the newest: ${newest?.kind}, ${newest?.error ?? 'no reason known'}`;
      const remedy = 'See them with "coda jobs", run them again with "coda jobs retry".';
      return { ok: false, code: 'DEAD_JOBS', severity: 'warning', says, remedy };
    },
  };
}

/** Whether a schedule should have fired and has not. `running`: whether this process fires them at all; one only built does not. */
export function scheduleCheck(schedules: Pick<Schedules, 'late'>, clock: Clock, running: () => boolean): HealthCheck {
  return {
    name: 'schedules',
    async check() {
      if (!running()) return { ok: true, says: 'fire while coda runs' };
      const late = await schedules.late(new Date(clock.now().getTime() - LATE_MS));
      return judgeSchedules(late, clock.now());
    },
  };
}

/** Pure. */
export function judgeSchedules(
  late: readonly { name: string | null; kind: string; nextAt: Date }[],
  now: Date,
): Verdict {
  const [first] = late;
  if (!first) return { ok: true, says: 'all on time' };
  const minutes = Math.round((now.getTime() - first.nextAt.getTime()) / 60_000);
  return {
    ok: false,
    code: 'SCHEDULE_LATE',
    says: `${listOf(late.slice(0, 3).map(({ name, kind }) => name ?? kind))} late, by up to ${minutes} min`,
    remedy: 'Look whether the machine was asleep or its clock was set; restart coda if they stay late.',
  };
}

/** Whether people are waited for. */
export function approvalCheck(database: Database, clock: Clock): HealthCheck {
  return {
    name: 'approvals',
    check: async () => judgeApprovals(await waitingApprovals(database), clock.now()),
  };
}

/** Pure. */
export function judgeApprovals({ count, since }: { count: number; since: Date | null }, now: Date): Verdict {
  if (count === 0 || since === null) return { ok: true, says: 'none waits' };
  const hours = Math.floor((now.getTime() - since.getTime()) / HOUR_MS);
  const says = `${plural(count, 'question')} waits for somebody, the oldest for ${plural(hours, 'hour')}`;
  return { ok: true, code: 'APPROVALS_WAITING', severity: 'notice', says, remedy: 'Answer it where it was asked.' };
}

/** Whether the processes of coda on this database are alive and of one version. */
export function replicaCheck(database: Database, clock: Clock): HealthCheck {
  return {
    name: 'processes',
    check: async () => judgeReplicas(await runningInstances(database), clock.now()),
  };
}

/** Pure. */
export function judgeReplicas(
  running: readonly { host: string; pid: number; program: string; heartbeatAt: Date }[],
  now: Date,
): Verdict {
  const silent = running.filter(({ heartbeatAt }) => now.getTime() - heartbeatAt.getTime() > SILENT_MS);
  const named = (them: typeof running) => listOf(them.slice(0, 3).map(({ host, pid }) => `${pid} on ${host}`));
  if (silent.length > 0 && silent.length < running.length) {
    const remedy = 'The others take over what it had. End it if it hangs.';
    return { ok: false, code: 'REPLICA_SILENT', severity: 'warning', says: `no heartbeat of ${named(silent)}`, remedy };
  }
  const versions = [...new Set(running.map(({ program }) => program))];
  if (versions.length > 1) {
    const says = `of different versions: ${listOf(versions)}`;
    return { ok: true, code: 'REPLICAS_MIXED', severity: 'notice', says, remedy: 'Finish the rolling restart.' };
  }
  return { ok: true, says: running.length < 2 ? 'one, or none' : `${running.length}, all alive` };
}

/** What tools, skills and models rest because they failed again and again. */
export function restingCheck(breakers: Breakers): HealthCheck {
  return { name: 'resting parts', check: async () => judgeResting(breakers.unwell()) };
}

/** Pure. */
export function judgeResting(unwell: readonly BreakerState[]): Verdict {
  const paused = unwell.filter(({ health }) => health === 'paused');
  const named = (them: readonly BreakerState[]) => listOf(them.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`));
  if (paused.length > 0) {
    const remedy =
      'The log says why. They are tried again by themselves; "reset skill NAME" in a chat tries one at once.';
    return {
      ok: false,
      code: 'PART_PAUSED',
      severity: 'warning',
      says: `${named(paused)} failed again and again`,
      remedy,
    };
  }
  if (unwell.length === 0) return { ok: true, says: 'none' };
  return { ok: true, code: 'PART_DEGRADED', severity: 'notice', says: `${named(unwell)} failed lately` };
}

/** What failed within a day, by its causes. */
export function patternCheck(faults: Pick<FaultLog, 'since'>, clock: Clock): HealthCheck {
  return {
    name: 'last 24 hours',
    async check() {
      const causes = causesOf(await faults.since(new Date(clock.now().getTime() - DAY_MS)));
      const verdicts = causes.map(({ count: _, ...cause }: Cause): Verdict => ({ ok: false, ...cause }));
      return together(verdicts, 'no pattern of failures');
    },
  };
}

/** Whether hints reach other processes. */
export function busCheck(bus: Bus, isRedis: boolean): HealthCheck {
  return { name: 'hints', check: async () => judgeBus(bus.healthy(), isRedis) };
}

/** Pure. */
export function judgeBus(healthy: boolean, isRedis: boolean): Verdict {
  if (healthy) return { ok: true, says: isRedis ? 'Redis answers' : 'no Redis is set, none is needed' };
  return {
    ok: false,
    code: 'REDIS_DOWN',
    severity: 'warning',
    says: 'Redis does not answer: replicas notice each other’s work up to 30 s late',
    remedy: 'Start Redis, or mend redis.url. Nothing is lost meanwhile.',
  };
}
