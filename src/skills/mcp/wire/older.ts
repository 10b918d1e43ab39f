/** Servers from before streamable HTTP: one stream of events is the connection, and says where messages go (HTTP+SSE). */
import type { SSEClientTransportOptions } from '@modelcontextprotocol/sdk/client/sse.js';
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { withTimeout } from '../../../base/async.ts';
import { type Fetch, Refusal } from './answers.ts';

/** Until its stream has said where messages go. */
const ENDPOINT_MS = 10_000;
/** Until an introduction is answered: some servers take it for the beginning of the older stream, and say nothing more. */
const WELCOME_MS = 3_000;
/** Refusals that are about this client, not about the way that it speaks. */
const OF_THE_CLIENT: readonly number[] = [401, 403, 407, 408, 429];

type OlderOptions = SSEClientTransportOptions & { fetch: Fetch };

/** `streamable`, or the older transport where a server does not answer an introduction over that. */
export function withOlder(streamable: Transport, url: URL, options: OlderOptions): Transport {
  return new EitherTransport(streamable, () => olderTransport(url, options));
}

class EitherTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  private inner: Transport;
  private isClosed = false;
  private welcome: (() => void) | undefined;
  private readonly open: () => Promise<Transport>;

  constructor(first: Transport, open: () => Promise<Transport>) {
    this.inner = this.follow(first);
    this.open = open;
  }

  start(): Promise<void> {
    return this.inner.start();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const isIntroduction = 'method' in message && message.method === 'initialize';
    return isIntroduction ? this.introduce(message, options) : this.inner.send(message, options);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return this.inner.close();
  }

  /** Throws the newer way's refusal where the older one fails as well. */
  private async introduce(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const newer = this.inner;
    let isWelcome = false;
    let refusal: { error: unknown } | undefined;
    const settled = new Promise<void>((resolve) => {
      this.welcome = () => {
        isWelcome = true;
        resolve();
      };
      newer.send(message, options).catch((error: unknown) => {
        refusal = { error };
        resolve();
      });
    });
    await withTimeout(WELCOME_MS, settled);
    const isOver = () => isWelcome || this.isClosed;
    if (isOver()) return;
    if (refusal && !isOtherWay(refusal.error)) throw refusal.error;
    const older = await this.older();
    if (isOver()) return older?.close();
    if (older) {
      this.inner = older;
      if (!refusal) await newer.close();
      await older.send(message, options);
      return;
    }
    // The newer way may still answer, or refuse.
    if (!refusal) await settled;
    if (refusal && !isOver()) throw refusal.error;
  }

  setProtocolVersion(version: string): void {
    this.inner.setProtocolVersion?.(version);
  }

  private follow(inner: Transport): Transport {
    inner.onclose = () => {
      if (this.inner === inner) this.onclose?.();
    };
    inner.onerror = (error) => this.onerror?.(error);
    inner.onmessage = (message, extra) => {
      if (this.inner !== inner) return;
      this.welcome?.();
      this.onmessage?.(message, extra);
    };
    return inner;
  }

  private async older(): Promise<Transport | undefined> {
    const older = this.follow(await this.open());
    const started = older.start().then(
      () => true,
      () => false,
    );
    if (await withTimeout(ENDPOINT_MS, started)) return older;
    await older.close();
    return undefined;
  }
}

function isOtherWay(error: unknown): boolean {
  if (!(error instanceof Refusal)) return false;
  return error.status >= 400 && error.status < 500 && !OF_THE_CLIENT.includes(error.status);
}

async function olderTransport(url: URL, options: OlderOptions): Promise<Transport> {
  const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js');
  const over = () => void transport.close();
  const transport: Transport = new SSEClientTransport(url, {
    ...options,
    fetch: fetchUntilEnd(options.fetch, url, over),
  });
  return transport;
}

/** Calls `over` at the end of the stream, which its reader would begin again as another session. */
function fetchUntilEnd(fetch: Fetch, url: URL, over: () => void): Fetch {
  return async (asked, init) => {
    const response = await fetch(asked, init);
    if (init?.method === 'POST' || new URL(asked).href !== url.href || !response.ok || !response.body) return response;
    const { body, status, headers } = response;
    return new Response(ReadableStream.from(followStream(body, over)) as ReadableStream<Uint8Array>, {
      status,
      headers,
    });
  };
}

async function* followStream(body: AsyncIterable<Uint8Array>, over: () => void) {
  try {
    yield* body;
  } catch {
    // Reset: as over as one that has ended.
  } finally {
    over();
  }
}
