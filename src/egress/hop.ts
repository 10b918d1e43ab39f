import type { LookupFunction, Socket } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { messageOf, systemCode } from '../base/errors.ts';
import { canonical } from './address.ts';
import { type EgressFailure, failure, failureIn, thrown } from './failure.ts';
import { hostOf, type Target } from './target.ts';
import type { Watch } from './watch.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HopRequest {
  method: Method;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | undefined;
  connectMs: number;
  headersMs: number;
}

/** One request and the head of its answer. */
export interface Hop {
  ok: true;
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  body: Dispatcher.ResponseData['body'];
  /** Lets go of the connection. */
  close(): void;
}

/** Opens a connection by a proxy, encrypted for `servername` where one is given. */
export type Tunnel = (servername: string | undefined, signal: AbortSignal) => Promise<Socket>;

const MAX_HEADER_BYTES = 16_384;
/** More addresses of one name are not tried. */
const MOST_TRIED = 8;

/** Sends one request to the checked addresses of `target`, on a connection of its own. Redirects are not followed. */
export async function hop(
  { url, addresses }: Target,
  { method, headers, body, connectMs, headersMs }: HopRequest,
  watch: Watch,
  tunnel?: Tunnel,
): Promise<Hop | EgressFailure> {
  // 100 ms to load, and often nothing is fetched.
  const { Client, buildConnector } = await import('undici');
  const pinned = buildConnector({
    lookup: pinnedTo(addresses),
    autoSelectFamily: true,
    maxCachedSessions: 0,
    timeout: 0,
  });
  const servername = url.protocol === 'https:' ? hostOf(url) : undefined;
  const client = new Client(url.origin, {
    connect: (options, callback) => {
      if (tunnel) {
        tunnel(servername, watch.signal).then(
          (socket) => {
            watch.within(headersMs, 'it does not answer');
            callback(null, socket);
          },
          (error: Error) => callback(error, null),
        );
        return;
      }
      pinned(options, (error, socket) => {
        if (error) return callback(error, null);
        if (isOneOf(socket, addresses)) {
          watch.within(headersMs, 'it does not answer');
          return callback(null, socket);
        }
        socket?.destroy();
        callback(new Error('connected to an address that was not checked'), null);
      });
    },
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const close = () => {
    watch.signal.removeEventListener('abort', close);
    void client.destroy().catch(() => {});
  };
  // Not undici's own signal: a request that waits for its connection does not listen to it.
  watch.signal.addEventListener('abort', close, { once: true });
  watch.within(connectMs, 'it cannot be connected to');
  try {
    const path = `${url.pathname}${url.search}`;
    const answer = await client.request({ method, path, headers, body: body ?? null, reset: true });
    watch.release();
    // A body that nobody reads may end in an error as well.
    answer.body.on('error', () => {});
    return { ok: true, status: answer.statusCode, headers: answer.headers, body: answer.body, close };
  } catch (error) {
    close();
    return failureIn(watch.signal.reason) ?? failureOf(error, hostOf(url));
  }
}

/** Answers with the checked addresses whatever name is asked for: there is no second resolution. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const known = addresses.slice(0, MOST_TRIED).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_host, options, callback) => {
    if (options.all) return callback(null, known);
    const [first] = known;
    callback(null, first?.address ?? '', first?.family);
  };
}

function isOneOf(socket: Socket | null, addresses: readonly string[]): boolean {
  return addresses.includes(canonical(socket?.remoteAddress ?? '') ?? '');
}

function failureOf(error: unknown, host: string): EgressFailure {
  const code = systemCode(error) ?? '';
  const isHttp = /^HPE_|^UND_ERR_(?!SOCKET|CONNECT)/.test(code);
  if (isHttp) return failure('EGRESS_MALFORMED', `${host} does not answer in proper HTTP (${code}).`);
  return failure('EGRESS_UNREACHABLE', `${host} cannot be reached (${code || messageOf(error)}).`);
}

/** At least `bytes` must come in each `ms` that the body is waited for. */
export interface Pace {
  ms: number;
  bytes: number;
}

const DECODERS = {
  identity: undefined,
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
} as const;

/** The encodings that `decoded` undoes. */
export const ACCEPTED_ENCODINGS = 'gzip, br';

/** The stream without its content encoding; undefined where it has one that was not asked for, or several. */
export function decoded(raw: Readable, encoding: string): Readable | undefined {
  const name = encoding.trim().toLowerCase() || 'identity';
  if (!(name in DECODERS)) return undefined;
  const create = DECODERS[name as keyof typeof DECODERS];
  // The stream that is read tells of every error.
  return create ? pipeline(raw, create(), () => {}) : raw;
}

/**
 * The bytes of `stream`, at most `maxBytes`, no slower than `pace` and until `watch` ends it. Rejects with a `CodaError`
 * that has an `EgressCode`. The time in which nobody reads does not count for the pace.
 */
export async function* bounded(
  stream: Readable,
  { host, maxBytes, pace, watch }: { host: string; maxBytes: number; pace: Pace; watch: Watch },
): AsyncGenerator<Uint8Array> {
  let size = 0;
  const window = new Window(pace, watch);
  try {
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    for (;;) {
      const next = await window.wait(() => chunks.next());
      if (next.done) return;
      size += next.value.byteLength;
      if (size > maxBytes) throw thrown(tooLarge(host, maxBytes));
      window.got(next.value.byteLength);
      yield next.value;
    }
  } catch (error) {
    if (watch.signal.aborted) throw watch.signal.reason;
    throw failureIn(error)
      ? error
      : thrown(failure('EGRESS_MALFORMED', `The answer of ${host} is cut off or damaged.`));
  } finally {
    stream.destroy();
  }
}

export const tooLarge = (host: string, maxBytes: number) =>
  failure('EGRESS_TOO_LARGE', `${host} sends more than ${maxBytes} bytes.`);

/** Measures how much comes in the time that is spent waiting. */
class Window {
  private readonly pace: Pace;
  private readonly watch: Watch;
  private waited = 0;
  private bytes = 0;

  constructor(pace: Pace, watch: Watch) {
    this.pace = pace;
    this.watch = watch;
  }

  async wait<T>(next: () => Promise<T>): Promise<T> {
    const since = performance.now();
    // A window that has had its bytes gives the next one its whole time.
    const left = this.bytes < this.pace.bytes ? this.pace.ms - this.waited : 2 * this.pace.ms - this.waited;
    this.watch.within(Math.max(1, left), 'the answer stalls');
    try {
      return await next();
    } finally {
      this.watch.release();
      this.waited += performance.now() - since;
    }
  }

  got(bytes: number): void {
    this.bytes += bytes;
    if (this.waited < this.pace.ms) return;
    this.waited = 0;
    this.bytes = 0;
  }
}
