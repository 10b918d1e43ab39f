/** Spans for a collector of OpenTelemetry, as OTLP over HTTP in JSON. Loaded only where the environment names one. */
import { deadline } from '../../base/async.ts';
import type { Cancel, Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Span } from '../../base/spans.ts';

export interface CollectorOptions {
  /** With the path: `http://127.0.0.1:4318/v1/traces`. */
  url: string;
  headers: Readonly<Record<string, string>>;
  service: string;
  version: string;
  log: Log;
  clock: Clock;
}

const BATCH = 512;
/** Spans that wait for a collector that is slow or away; more are dropped. */
const MOST_WAITING = 4 * BATCH;
const EVERY_MS = 2_000;
const PATIENCE_MS = 10_000;
const CLOSE_MS = 1_500;

/** Gathers spans and sends them in batches. A collector that is away costs spans, and nothing else. */
export class Collector {
  private readonly options: CollectorOptions;
  private waiting: Span[] = [];
  private sending: Promise<void> | undefined;
  private cancel: Cancel | undefined;
  private isFailing = false;
  private readonly stop = new AbortController();

  constructor(options: CollectorOptions) {
    this.options = options;
  }

  readonly take = (span: Span): void => {
    if (this.waiting.length >= MOST_WAITING) return;
    this.waiting.push(span);
    if (this.waiting.length >= BATCH) void this.flush();
    else this.cancel ??= this.flushLater();
  };

  flush(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    this.sending ??= this.drain().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => this.stop.abort(new Error('coda ends')), CLOSE_MS);
    try {
      await this.flush();
    } finally {
      clearTimeout(timer);
    }
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0 && !this.stop.signal.aborted) await this.send(this.waiting.splice(0, BATCH));
  }

  private flushLater(): Cancel {
    const { clock } = this.options;
    return clock.at(new Date(clock.now().getTime() + EVERY_MS), () => void this.flush());
  }

  private async send(spans: readonly Span[]): Promise<void> {
    const { url, headers, log } = this.options;
    using patience = deadline(PATIENCE_MS, this.stop.signal);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(this.request(spans)),
        signal: patience.signal,
        redirect: 'error',
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) log.warn({ error: messageOf(error), spans: spans.length }, 'traces cannot be sent');
      this.isFailing = true;
    }
  }

  private request(spans: readonly Span[]): object {
    const { service, version } = this.options;
    const resource = { attributes: attributesOf({ 'service.name': service, 'service.version': version }) };
    return {
      resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'coda', version }, spans: spans.map(spanOf) }] }],
    };
  }
}

/** SPAN_KIND_INTERNAL, and the codes of a status, as the protocol numbers them. */
const INTERNAL = 1;
const STATUS = { unset: 0, error: 2 };

function spanOf({ traceId, spanId, parentId, name, attributes, beganAt, endedAt, error }: Span): object {
  return {
    traceId,
    spanId,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name,
    kind: INTERNAL,
    startTimeUnixNano: nanos(beganAt),
    endTimeUnixNano: nanos(endedAt),
    attributes: attributesOf(attributes),
    status: error === undefined ? { code: STATUS.unset } : { code: STATUS.error, message: error },
  };
}

/** Numbers of 64 bits stand in JSON as text. */
const nanos = (ms: number): string => (BigInt(Math.round(ms * 1_000)) * 1_000n).toString();

function attributesOf(attributes: Span['attributes']): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
