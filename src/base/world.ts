import type { Clock } from './clock.ts';
import type { FaultBook } from './faults.ts';
import type { Log, Secrets, Trace } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { OutboundProxy } from './outbound.ts';
import type { Pace, Spans } from './spans.ts';

export interface Point {
  /** `inbox.accept`, `turn.finish`, `send.discord` … */
  name: string;
  phase: 'before' | 'after';
}

/** The environment of the process: time, variables, log, counters. A test gives another world. */
export interface World {
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  log: Log;
  secrets: Secrets;
  metrics: Metrics;
  trace?: Trace;
  spans?: Spans;
  pace?: Pace;
  faults?: FaultBook;
  proxy?: OutboundProxy | undefined;
  /** The addresses of a name, instead of the system's resolver, for names that others chose. Rejects where there are none. */
  resolve?(host: string): Promise<readonly string[]>;
  /** True in tests: misuse of the database is found that would cost every promise of the process to look for. */
  strict?: boolean;
  /** Called around every named transaction and send: kill points for tests, counters and traces. */
  probe?(point: Point): void;
}
