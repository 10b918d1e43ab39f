import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** A way to a server that can tell why it is over; '' where coda ended it, or nobody knows. */
export interface ServerTransport extends Transport {
  readonly why: string;
}

/** Messages in `WINDOW_MS` that answer nothing: more are a flood. */
const MOST_UNASKED = 1_000;
const WINDOW_MS = 10_000;

export const FLOODS = 'it floods coda with what nobody asked for';

export class FloodGauge {
  private readonly pending = new Set<unknown>();
  private unasked = 0;
  private since = 0;

  noteSent(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if ('id' in message) this.pending.add(message.id);
    else if (message.method === 'notifications/cancelled') this.pending.delete(message.params?.requestId);
  }

  readonly isAsked = (id: unknown): boolean => this.pending.has(id);

  /** True if what came makes too much; undefined: it was no message. */
  isFlood(message: JSONRPCMessage | undefined): boolean {
    if (message && !('method' in message) && this.pending.delete(message.id)) return false;
    const now = performance.now();
    if (now - this.since > WINDOW_MS) {
      this.since = now;
      this.unasked = 0;
    }
    return ++this.unasked > MOST_UNASKED;
  }
}

export class GaugedTransport implements ServerTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  why = '';
  private readonly inner: Transport;
  private readonly gauge: FloodGauge;

  constructor(inner: Transport, gauge: FloodGauge) {
    this.inner = inner;
    this.gauge = gauge;
    inner.onclose = () => this.onclose?.();
    inner.onerror = (error) => this.onerror?.(error);
    inner.onmessage = (message, extra) => {
      if (this.why !== '') return;
      if (!this.gauge.isFlood(message)) return this.onmessage?.(message, extra);
      this.why = FLOODS;
      void inner.close().catch((error: Error) => this.onerror?.(error));
    };
  }

  start(): Promise<void> {
    return this.inner.start();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    this.gauge.noteSent(message);
    return this.inner.send(message, options);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  setProtocolVersion(version: string): void {
    this.inner.setProtocolVersion?.(version);
  }
}
