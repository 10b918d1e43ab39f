import { type Clock, SystemClock, TestClock } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import { FaultBook } from '../base/faults.ts';
import { createLog, type LogLevel, Secrets, Trace } from '../base/log.ts';
import { MetricsBook } from '../base/metrics.ts';
import { OutboundProxy } from '../base/outbound.ts';
import { Pace } from '../base/spans.ts';
import type { World } from '../base/world.ts';

export interface WorldOptions {
  env: Readonly<Record<string, string | undefined>>;
  secrets?: Secrets;
  level: LogLevel;
  /** ISO instant at which a clock stands that only moves when it is told to. */
  testClock?: string | undefined;
}

export function createWorld({ env, secrets = new Secrets(), level, testClock }: WorldOptions): World {
  const trace = new Trace();
  const proxy = OutboundProxy.of(env);
  for (const { href } of proxy?.proxies ?? []) secrets.addUrl(href);
  const clock = clockOf(testClock);
  const log = createLog(level, secrets, undefined, trace);
  const world: World = {
    clock,
    env,
    log,
    trace,
    secrets,
    metrics: new MetricsBook(),
    pace: new Pace(clock, ({ during, ms }) => log.warn({ during, ms }, 'the event loop stood still')),
    faults: new FaultBook(),
    proxy,
  };
  const killAt = env.CODA_TEST_KILL_AT;
  return killAt ? { ...world, probe: killer(killAt) } : world;
}

function clockOf(testClock: string | undefined): Clock {
  if (testClock === undefined) return new SystemClock();
  const start = new Date(testClock);
  if (!Number.isNaN(start.getTime())) return new TestClock(start);
  throw new CodaError('USAGE', {
    message: `--test-clock ${testClock} is no instant.`,
    remedy: 'Give it one in ISO 8601, such as 2026-11-20T09:00:00Z.',
  });
}

/**
 * For tests of what survives: `before:turn.finish:3` ends the process, as `kill -9` would, at the third time that the
 * point of that name is reached.
 */
function killer(killAt: string): NonNullable<World['probe']> {
  const [phase, name, times = '1'] = killAt.split(':');
  let remaining = Number(times);
  return (point) => {
    if (point.phase !== phase || point.name !== name || --remaining > 0) return;
    process.kill(process.pid, 'SIGKILL');
  };
}
