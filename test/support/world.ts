import { TestClock } from '../../src/base/clock.ts';
import { FaultBook } from '../../src/base/faults.ts';
import { Secrets, silentLog } from '../../src/base/log.ts';
import { MetricsBook } from '../../src/base/metrics.ts';
import { OutboundProxy } from '../../src/base/outbound.ts';
import type { Point, World } from '../../src/base/world.ts';

export interface TestWorld extends World {
  clock: TestClock;
  /** Every named transaction and send so far, in order. */
  points: Point[];
}

/** A world that stands still at `at` (ISO), knows no environment and says nothing. */
export function testWorld({ at = '2026-11-20T08:00:00Z', env = {} as World['env'] } = {}): TestWorld {
  const points: Point[] = [];
  return {
    clock: new TestClock(new Date(at)),
    env,
    log: silentLog(),
    secrets: new Secrets(),
    metrics: new MetricsBook(),
    faults: new FaultBook(),
    proxy: OutboundProxy.of(env),
    points,
    strict: true,
    probe: (point) => points.push(point),
  };
}
