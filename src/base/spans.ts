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
  in<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    const parent = this.inside.getStore();
    if (!parent) return work();
    return this.run({ traceId: parent.traceId, spanId: newId() }, parent.spanId, name, attributes, work);
  }

  /** The same; without an open span it begins the tree of `row`. */
  inOr<T>(row: string, name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
    return this.inside.getStore() ? this.in(name, attributes, work) : this.root(row, name, attributes, work);
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
    } catch (thrown) {
      // A message may hold what somebody said.
      error = thrown instanceof Error ? thrown.name : 'error';
      throw thrown;
    } finally {
      const endedAt = beganAt + (this.clock.monotonic() - since);
      this.report({ ...open, parentId, name, attributes, beganAt, endedAt, error });
    }
  }
}

const newId = () => randomBytes(8).toString('hex');

export function inSpan<T>(
  spans: Spans | undefined,
  name: string,
  attributes: SpanAttributes,
  work: () => Promise<T>,
): Promise<T> {
  return spans ? spans.in(name, attributes, work) : work();
}
