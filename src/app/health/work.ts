import { waitingApprovals } from '../../agent/index.ts';
import type { BreakerState, Breakers } from '../../base/breaker.ts';
import { type Clock, DAY_MS } from '../../base/clock.ts';
import { reachTrouble } from '../../base/reach.ts';
import { listOf, oneLine, plural, roughDuration } from '../../base/text.ts';
import type { Bus } from '../../bus/index.ts';
import { combineVerdicts, type HealthCheck, type Verdict } from '../../chat/index.ts';
import type { DeadLetters } from '../../delivery/index.ts';
import {
  type Cause,
  causesOf,
  type FaultLog,
  type JobQueue,
  jobName,
  runningInstances,
  type Schedules,
} from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import { platforms, refusalWords, titles } from '../platforms.ts';

const HOUR_MS = 3_600_000;
/** Anything less is a busy moment, or a start. */
const LATE_MS = 5 * 60_000;
/** A process that has sent no heartbeat for so long hangs, or is gone. */
const SILENT_MS = 60_000;
/** A second process would have taken over what it had, long ago. */
const DEAD_MS = HOUR_MS;

interface OutboxState {
  deadLetters(limit: number): Promise<DeadLetters>;
  open(): Promise<Record<string, number>>;
  readonly resent: number;
}

export function deadLetterCheck(outbox: OutboxState): HealthCheck {
  return {
    name: 'dead letters',
    async check() {
      const { letters, total } = await outbox.deadLetters(1);
      const again =
        outbox.resent === 0 ? '' : `; ${plural(outbox.resent, 'message')} looked for in vain and sent again`;
      if (total === 0) return { ok: true, says: `everything could be delivered${again}` };
      const [newest] = letters;
      const where = newest ? `, to ${placeOf(newest)}` : '';
      const why = newest?.error ? refusalWords(newest.adapter, newest.error) : 'no reason known';
      const says = `${plural(total, 'message')} could not be delivered; the newest${where}: ${why}${again}`;
      const remedy = 'See them with "coda outbox", send them again with "coda outbox resend".';
      return { ok: false, code: 'DEAD_LETTERS', severity: 'warning', says, remedy };
    },
  };
}

/** The platform, and its own name of the channel, by which an owner finds it; names of pages and programs say nothing. */
function placeOf({ adapter, channel }: { adapter: string; channel: string }): string {
  const title = titles.get(adapter) ?? adapter;
  return platforms.some(({ name }) => name === adapter) ? `${title} ${channel}` : title;
}

export function heldCheck(outbox: OutboxState): HealthCheck {
  return {
    name: 'waiting messages',
    async check() {
      const { held = 0 } = await outbox.open();
      if (held === 0) return { ok: true, says: 'none waits for a platform' };
      const says = `${plural(held, 'message waits', 'messages wait')} for a platform that is off, or a place that nobody is at`;
      const remedy = 'Switch the platform on again; a terminal’s are shown when somebody opens it.';
      return { ok: true, code: 'OUTBOX_HELD', severity: 'notice', says, remedy };
    },
  };
}

export function deadJobCheck(jobs: Pick<JobQueue, 'dead' | 'doesOf'>): HealthCheck {
  return {
    name: 'background jobs',
    async check() {
      const { jobs: dead, total } = await jobs.dead(1);
      if (total === 0) return { ok: true, says: 'none has given up' };
      const [newest] = dead;
      const name = newest && jobName({ kind: newest.kind, does: jobs.doesOf(newest.kind) });
      const says = `${plural(total, 'job')} failed too often; the newest: ${name}, ${newest?.error ?? 'no reason known'}`;
      const remedy = 'See them with "coda jobs", run them again with "coda jobs retry".';
      return { ok: false, code: 'DEAD_JOBS', severity: 'warning', says, remedy };
    },
  };
}

/**
 * Finds schedules that should have fired and have not. `running`: true if this process fires them at all; one only built
 * does not.
 */
export function scheduleCheck(schedules: Pick<Schedules, 'late'>, clock: Clock, running: () => boolean): HealthCheck {
  return {
    name: 'schedules',
    async check() {
      if (!running()) return { ok: true, severity: 'off', says: 'fire while coda runs' };
      const late = await schedules.late(new Date(clock.now().getTime() - LATE_MS));
      return judgeSchedules(late, clock.now());
    },
  };
}

export function judgeSchedules(
  late: readonly { name: string | null; kind: string; nextAt: Date }[],
  now: Date,
): Verdict {
  const [first] = late;
  if (!first) return { ok: true, says: 'all on time' };
  const length = roughDuration(now.getTime() - first.nextAt.getTime());
  return {
    ok: false,
    code: 'SCHEDULE_LATE',
    says: `${listOf(late.slice(0, 3).map(({ name, kind }) => name ?? kind))} late, by up to ${length}`,
    remedy: 'Look whether the machine was asleep or its clock was set; restart coda if they stay late.',
  };
}

export function approvalCheck(database: Database, clock: Clock): HealthCheck {
  return {
    name: 'approvals',
    check: async () => judgeApprovals(await waitingApprovals(database), clock.now()),
  };
}

export function judgeApprovals({ count, since }: { count: number; since: Date | null }, now: Date): Verdict {
  if (count === 0 || since === null) return { ok: true, says: 'none waits' };
  const length = roughDuration(now.getTime() - since.getTime());
  const says = `${plural(count, 'question waits', 'questions wait')} for somebody, the oldest for ${length}`;
  return { ok: true, code: 'APPROVALS_WAITING', severity: 'notice', says, remedy: 'Answer it where it was asked.' };
}

export function replicaCheck(database: Database, clock: Clock, self: () => string | undefined): HealthCheck {
  return {
    name: 'processes',
    check: async () => judgeReplicas(await runningInstances(database), clock.now(), self()),
  };
}

interface RunningProcess {
  id: string;
  host: string;
  pid: number;
  program: string;
  heartbeatAt: Date;
}

/** `self`: the process that asks, which lives. Pure. */
export function judgeReplicas(running: readonly RunningProcess[], now: Date, self: string | undefined): Verdict {
  const silence = ({ heartbeatAt }: RunningProcess) => now.getTime() - heartbeatAt.getTime();
  const named = (them: typeof running) => listOf(them.slice(0, 3).map(({ host, pid }) => `${pid} on ${host}`));
  const dead = running.filter((each) => each.id !== self && silence(each) > DEAD_MS);
  if (dead.length > 0) {
    const length = roughDuration(Math.max(...dead.map(silence)));
    return {
      ok: false,
      code: 'PROCESS_DEAD',
      severity: 'warning',
      says: `${named(dead)} ended ${length} ago without a word; what it had in hand waits`,
      remedy:
        'Start coda ("coda run"): it takes over what that process had. Where one runs, look at its log for why it does not.',
    };
  }
  const silent = running.filter((each) => each.id !== self && silence(each) > SILENT_MS);
  if (silent.length > 0 && silent.length < running.length) {
    const remedy = 'The others take over what it had. End it if it hangs.';
    return { ok: false, code: 'REPLICA_SILENT', severity: 'warning', says: `no heartbeat of ${named(silent)}`, remedy };
  }
  const versions = [...new Set(running.map(({ program }) => program))];
  if (versions.length > 1) {
    const says = `of different versions: ${listOf(versions)}`;
    return { ok: true, code: 'REPLICAS_MIXED', severity: 'notice', says, remedy: 'Finish the rolling restart.' };
  }
  if (running.length === 0) return { ok: true, severity: 'off', says: 'none runs' };
  return { ok: true, says: running.length === 1 ? 'one' : `${running.length}, all alive` };
}

type SpentMoney = Readonly<Record<'day' | 'month', readonly { name: string; price: number }[]>>;
type Budgets = Readonly<Record<'person' | 'all', Readonly<Record<'day' | 'month', number>>>>;

/** Verdict on what models have cost everybody and each person today and this month. Pure. */
export function judgeBudgets(spending: SpentMoney, budgets: Budgets, currency: string): Verdict {
  const verdicts = (['month', 'day'] as const).flatMap((period): Verdict[] => {
    const [when, next] = period === 'day' ? ['today', 'tomorrow'] : ['this month', 'next month'];
    const amounts = (sum: number, limit: number) => `${sum.toFixed(2)} of ${limit} ${currency} ${when}`;
    const warn = (says: string, key: string): Verdict => ({
      ok: false,
      code: 'BUDGET_SPENT',
      severity: 'warning',
      says: `${says}: models answer no more until ${next}`,
      remedy: `Wait until ${next}, or raise models.budgets.${key}.${period}; "coda cost" shows who spent it.`,
    });
    const sum = spending[period].reduce((all, { price }) => all + price, 0);
    if (sum >= budgets.all[period]) return [warn(`everybody has spent ${amounts(sum, budgets.all[period])}`, 'all')];
    const limit = budgets.person[period];
    const over = spending[period].filter(({ price }) => price >= limit);
    if (over.length === 0) return [];
    const named = listOf(
      over.slice(0, 3).map(({ name, price }) => `${oneLine(name, 50)} has spent ${amounts(price, limit)}`),
    );
    return [warn(over.length > 3 ? `${named} and ${over.length - 3} more` : named, 'person')];
  });
  return combineVerdicts(verdicts, 'none is spent');
}

export function restingCheck(breakers: Breakers): HealthCheck {
  return { name: 'resting parts', check: async () => judgeResting(breakers.unwell()) };
}

export function judgeResting(unwell: readonly BreakerState[]): Verdict {
  const paused = unwell.filter(({ health }) => health === 'paused');
  const named = (them: readonly BreakerState[]) => listOf(them.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`));
  if (paused.length > 0) {
    const remedy =
      'The log says why. They are tried again by themselves; "/doctor reset NAME" in a chat tries one at once.';
    return {
      ok: false,
      code: 'PART_PAUSED',
      severity: 'warning',
      says: `${named(paused)} failed again and again`,
      remedy,
      // A model rests because its service is away: that is told already.
      ...(paused.every(({ kind }) => kind === 'model') && {
        symptomOf: paused.map(({ name }) => `models ${name.split('/')[0]}`),
      }),
    };
  }
  if (unwell.length === 0) return { ok: true, says: 'none' };
  return { ok: true, code: 'PART_DEGRADED', severity: 'notice', says: `${named(unwell)} failed lately` };
}

export function patternCheck(faults: Pick<FaultLog, 'listSince'>, clock: Clock): HealthCheck {
  return {
    name: 'last 24 hours',
    async check() {
      const now = clock.now();
      const causes = causesOf(await faults.listSince(new Date(now.getTime() - DAY_MS)));
      return combineVerdicts(
        causes.map((cause) => judgeCause(cause, now)),
        'no pattern of failures',
      );
    },
  };
}

/** A cause of what failed: nobody has to do anything about what is over. Pure. */
export function judgeCause({ code, severity, says, remedy, parts, lastAt, shows }: Cause, now: Date): Verdict {
  const symptomOf = [...new Set(parts.map((part) => checkOf(code, part)))];
  const since = now.getTime() - lastAt.getTime();
  if (since > HOUR_MS) return { ok: true, code, severity: 'notice', says: `${says}; not within the last hour` };
  return { ok: false, code, severity, says, remedy, symptomOf, past: shows };
}

function checkOf(code: string, { source, kind }: Cause['parts'][number]): string {
  if (code === 'DISK_FULL') return 'disk';
  if (code === 'STORAGE_AWAY') return 'storage';
  if (source === 'model') return `models ${kind.split('/')[0]}`;
  if (source === 'job') return 'background jobs';
  return source === 'delivery' ? kind : 'resting parts';
}

/** Checks that hints reach other processes. `replicas`: the channel that each of them listens on, and how many are alive. */
export function busCheck(
  bus: Bus,
  isRedis: boolean,
  replicas: { channel: string | undefined; alive(): Promise<number> },
): HealthCheck {
  return {
    name: 'hints',
    async check() {
      const verdict = judgeBus(bus.healthy(), isRedis, bus.reasonUnhealthy?.());
      if (!isRedis || !verdict.ok || replicas.channel === undefined) return verdict;
      const [alive, listening] = [await replicas.alive(), await bus.listeners?.(replicas.channel)];
      return judgeListeners(alive, listening ?? alive) ?? verdict;
    },
  };
}

export function judgeListeners(alive: number, listening: number): Verdict | undefined {
  if (listening >= alive) return undefined;
  return {
    ok: false,
    code: 'REDIS_SPLIT',
    severity: 'warning',
    says: `${plural(alive, 'process', 'processes')} of coda on this database, and ${listening} at this Redis: the others do not hear its hints`,
    remedy:
      'Give all of them the same redis.url (REDIS_URL), or none; until then they notice each other’s work up to 30 s late.',
  };
}

/** `why`: what Redis said last. Pure. */
export function judgeBus(healthy: boolean, isRedis: boolean, why?: string): Verdict {
  if (healthy && !isRedis) return { ok: true, severity: 'off', says: 'no Redis is set, none is needed' };
  if (healthy) return { ok: true, says: 'Redis answers' };
  const late = 'replicas notice each other’s work up to 30 s late';
  if (why !== undefined && /NOAUTH|WRONGPASS|AUTH/.test(why)) {
    return {
      ok: false,
      code: 'REDIS_AUTH',
      severity: 'warning',
      says: `Redis wants ${/WRONGPASS|invalid/.test(why) ? 'another password or user' : 'a password'}: ${late}`,
      remedy: 'Put it into redis.url (REDIS_URL): redis://:PASSWORD@host:6379, or redis://USER:PASSWORD@host:6379.',
    };
  }
  const tls = why === undefined ? undefined : reachTrouble(new Error(why));
  if (tls) return { ok: false, ...tls, severity: 'warning', says: `Redis ${tls.says}: ${late}` };
  return {
    ok: false,
    code: 'REDIS_DOWN',
    severity: 'warning',
    says: `Redis does not answer: ${late}`,
    remedy: 'Start Redis, or mend redis.url. Nothing is lost meanwhile.',
  };
}
