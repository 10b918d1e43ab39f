import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** No texts of people: names, kinds, counts. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** Something that took time. Ids are those of OpenTelemetry: 32 and 16 hex digits. */
export interface Span {
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  name: string;
  attributes: SpanAttributes;
  /** Milliseconds since 1970, with fractions. */
  beganAt: number;
  endedAt: number;
  error: string | undefined;
}

interface Open {
  traceId: string;
  spanId: string;
}

/** Durations of the work for each message, as one tree. Made only where somebody collects it. */
export class Spans {
  private readonly clock: Clock;
  private readonly report: (span: Span) => void;
  private readonly inside = new AsyncLocalStorage<Open>();

  constructor(clock: Clock, report: (span: Span) => void) {
    this.clock = clock;
    this.report = report;
  }

  /** Begins the tree of a row (a UUID, whose digits are the id of the trace). One that is begun again goes on below it. */
  root<T>(row: string, name: string, attributes: SpanAttributes, work: () => Promise<T>, isAgain = false): Promise<T> {
    const traceId = row.replaceAll('-', '');
    const first = createHash('sha256').update(traceId).digest('hex').slice(0, 16);
    const open = { traceId, spanId: isAgain ? newId() : first };
    return this.run(open, isAgain ? first : undefined, name, attributes, work);
  }

  /** Runs `work` in a span below the one that is open; without one, in none. */
  runBelow<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    const parent = this.inside.getStore();
    if (!parent) return work();
    return this.run({ traceId: parent.traceId, spanId: newId() }, parent.spanId, name, attributes, work);
  }

  /** The same; without an open span it begins the tree of `row`. */
  inOr<T>(row: string, name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    return this.inside.getStore() ? this.runBelow(name, attributes, work) : this.root(row, name, attributes, work);
  }

  /** Follows nothing any more. On Node 20 each promise of the process would go on carrying a field for it. */
  close(): void {
    this.inside.disable();
  }

  private async run<T>(
    open: Open,
    parentId: string | undefined,
    name: string,
    attributes: SpanAttributes,
    work: () => Promise<T>,
  ): Promise<T> {
    const beganAt = this.clock.now().getTime();
    const since = this.clock.monotonic();
    let error: string | undefined;
    try {
      return await this.inside.run(open, work);
    } catch (fault) {
      // A message may hold what somebody said.
      error = fault instanceof Error ? fault.name : 'error';
      throw fault;
    } finally {
      const endedAt = beganAt + (this.clock.monotonic() - since);
      this.report({ ...open, parentId, name, attributes, beganAt, endedAt, error });
    }
  }
}

const newId = () => randomBytes(8).toString('hex');

export function inSpan<T>(
  { spans, pace }: Tracing,
  name: string,
  attributes: SpanAttributes,
  work: () => Promise<T>,
): Promise<T> {
  pace?.begins([name, ...Object.values(attributes)].join(' '));
  return spans ? spans.runBelow(name, attributes, work) : work();
}

export interface Tracing {
  spans?: Spans | undefined;
  pace?: Pace | undefined;
}

const TICK_MS = 1_000;
/** Longer than any work of the process's own may hold up everybody else. */
const STALL_MS = 1_000;

export interface Stall {
  /** The work that began last before the event loop stood still; undefined: none had since it last went on. */
  during: string | undefined;
  ms: number;
  at: Date;
}

/**
 * Finds where the event loop stood still. Nothing else begins meanwhile: so the longest time between two beginnings, where
 * a timer came late by as much, belongs to the work that began before it.
 */
export class Pace {
  /** The last stall; undefined: there was none. */
  last: Stall | undefined;
  private readonly clock: Pick<Clock, 'now'>;
  private readonly monotonic: () => number;
  private readonly stalled: (stall: Stall) => void;
  private during: string | undefined;
  private since: number;
  private longest: { during: string | undefined; ms: number } = { during: undefined, ms: 0 };
  private due: number;

  /** `monotonic`: milliseconds of the process itself, which no test clock moves. */
  constructor(
    clock: Pick<Clock, 'now'>,
    stalled: (stall: Stall) => void = () => {},
    monotonic = () => performance.now(),
  ) {
    this.clock = clock;
    this.stalled = stalled;
    this.monotonic = monotonic;
    this.since = monotonic();
    this.due = this.since + TICK_MS;
  }

  /** Looks once a second whether it is late; the process may end meanwhile. Returns how it is stopped. */
  watch(): () => void {
    this.due = this.monotonic() + TICK_MS;
    const timer = setInterval(() => this.tick(), TICK_MS).unref();
    return () => clearInterval(timer);
  }

  tick(): void {
    this.begins(undefined);
    const ms = Math.round(this.monotonic() - this.due);
    if (ms >= STALL_MS && this.longest.ms >= STALL_MS) {
      this.last = { during: this.longest.during, ms, at: this.clock.now() };
      this.stalled(this.last);
    }
    this.longest = { during: undefined, ms: 0 };
    this.due = this.monotonic() + TICK_MS;
  }

  begins(name: string | undefined): void {
    const now = this.monotonic();
    const ms = now - this.since;
    if (ms > this.longest.ms) this.longest = { during: this.during, ms };
    this.during = name;
    this.since = now;
  }
}
