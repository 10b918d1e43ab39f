import type { LookupFunction, Socket } from 'node:net';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { buildConnector, Dispatcher } from 'undici';
import { messageOf, systemCode } from '../base/errors.ts';
import type { OutboundProxy } from '../base/outbound.ts';
import { plural } from '../base/text.ts';
import { type EgressFailure, errorOfFailure, failure, failureIn } from './failure.ts';
import {
  type AllowedNetwork,
  canonical,
  hostOf,
  parseUrl,
  type Reach,
  type Resolve,
  rangeOf,
  systemResolve,
  type Target,
  targetOf,
} from './target.ts';

export interface EgressOptions {
  ports: readonly number[];
  allow: readonly AllowedNetwork[];
  resolve?: Resolve | undefined;
  proxy?: OutboundProxy | undefined;
}

export interface Limits {
  /** Milliseconds for resolving a name, and again for connecting. */
  connectMs: number;
  /** Milliseconds from the connection to the end of the headers. */
  headersMs: number;
  /** Milliseconds for all of it, redirects and body included. */
  totalMs: number;
  pace: Pace;
  /** The most bytes of the body, after decompression. */
  maxBytes: number;
  redirects: number;
}

const LIMITS: Limits = {
  connectMs: 10_000,
  headersMs: 20_000,
  totalMs: 60_000,
  pace: { ms: 10_000, bytes: 1_024 },
  maxBytes: 10 * 1024 * 1024,
  redirects: 5,
};

export interface Request {
  method?: Method;
  /** In lower case. To another origin than the first only `accept` and `accept-language` are sent. */
  headers?: Readonly<Record<string, string>>;
  /** True if a redirect within that origin leads to where they belong, too; left out: it always does. */
  belongs?(url: URL): boolean;
  /** Body of a request that changes something. It is sent once: a redirect is never followed. */
  body?: string | Uint8Array;
  /** Content types that are taken of a 2xx answer (`text/*`, `application/json`); all when left out. */
  types?: readonly string[];
  limits?: Partial<Limits>;
  signal?: AbortSignal | undefined;
}

/** An answer, whatever its status. Read or `close` it; what is left alone ends with its time. */
export interface Answer {
  ok: true;
  status: number;
  url: string;
  /** In lower case, repeated ones joined by a comma. */
  headers: Readonly<Record<string, string>>;
  /** The content type without parameters, in lower case; empty if there is none. */
  type: string;
  /** The decompressed body, once. Rejects with a `CodaError` that has an `EgressCode`. */
  body: AsyncIterable<Uint8Array>;
  bytes(): Promise<{ ok: true; bytes: Uint8Array } | EgressFailure>;
  close(): void;
}

/**
 * The one HTTP client for addresses that others chose. A request reaches public addresses only: the name is resolved
 * once, every address of it is checked, and only these are connected to; so with each redirect.
 */
export class Egress {
  private readonly reach: Reach;
  private readonly proxy: OutboundProxy | undefined;

  constructor({ ports, allow, resolve = systemResolve, proxy }: EgressOptions) {
    this.reach = { ports, allow, resolve };
    this.proxy = proxy;
  }

  /** The same for addresses that the owner has configured: any network, any port. Never for one that others chose. */
  allowingAll(): Egress {
    const allow = [{ network: '0.0.0.0/0' }, { network: '::/0' }];
    return new Egress({ ports: this.reach.ports, allow, resolve: this.reach.resolve, proxy: this.proxy });
  }

  async check(url: string): Promise<Target | EgressFailure> {
    const parsed = parseUrl(url);
    return parsed instanceof URL ? targetOf(parsed, this.reach) : parsed;
  }

  /**
   * The owner's proxy for a checked target; undefined: directly. The proxy is asked for the checked address and not for
   * its name, so that there is no second resolution; it never hears of addresses that are not public.
   */
  tunnel({ url, addresses }: Target): Tunnel | undefined {
    const { proxy } = this;
    const by = proxy?.for(url);
    if (!proxy || !by || addresses.some((address) => rangeOf(address) !== 'public')) return undefined;
    const [host = ''] = addresses;
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    return (servername, signal) => proxy.tunnel(by, { host, port }, servername, signal);
  }

  /** Never rejects: what can go wrong outside is a value. Nothing is kept between requests: no cookie, no connection. */
  async fetch(url: string, request: Request = {}): Promise<Answer | EgressFailure> {
    const first = parseUrl(url);
    if (!(first instanceof URL)) return first;
    const limits = { ...LIMITS, ...request.limits };
    const watch = new Watch(hostOf(first), limits.totalMs, request.signal);
    const answer = await this.follow(first, request, limits, watch);
    if (!answer.ok) watch[Symbol.dispose]();
    return answer;
  }

  private async follow(first: URL, request: Request, limits: Limits, watch: Watch): Promise<Answer | EgressFailure> {
    const { method = 'GET' } = request;
    let url = first;
    for (let followed = 0; ; followed++) {
      watch.startPhase(limits.connectMs, 'its name cannot be resolved');
      const target = await unlessEnded(watch, targetOf(url, this.reach));
      if (!target.ok) return target;
      const isOwn = followed === 0 || (url.origin === first.origin && (request.belongs?.(url) ?? true));
      const asked = hopRequest(request, limits, isOwn);
      const answer = await hop(target, asked, watch, this.tunnel(target));
      if (!answer.ok) return answer;
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 399 || location === undefined) {
        return answerOf(answer, url, request, limits, watch);
      }
      answer.close();
      const host = hostOf(url);
      if (method !== 'GET' && method !== 'HEAD')
        return failure('EGRESS_REDIRECTS', `${host} redirects what was sent to it.`);
      if (followed >= limits.redirects) {
        return failure('EGRESS_REDIRECTS', `${hostOf(first)} redirects more than ${plural(limits.redirects, 'time')}.`);
      }
      const next = parseUrl(String(location), url);
      if (!(next instanceof URL)) return next;
      url = next;
    }
  }
}

function hopRequest({ method = 'GET', headers = {}, body }: Request, limits: Limits, isOwn: boolean): HopRequest {
  const { accept = '*/*', 'accept-language': language } = headers;
  const sentHeaders = {
    'user-agent': 'coda',
    ...(isOwn && headers),
    accept,
    ...(language && { 'accept-language': language }),
    'accept-encoding': ACCEPTED_ENCODINGS,
  };
  return { method, headers: sentHeaders, body, connectMs: limits.connectMs, headersMs: limits.headersMs };
}

function unlessEnded<T>(watch: Watch, promise: Promise<T>): Promise<T | EgressFailure> {
  const { signal } = watch;
  return new Promise((resolve, reject) => {
    const end = () => resolve(failureIn(signal.reason) as EgressFailure);
    if (signal.aborted) return end();
    signal.addEventListener('abort', end, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}

function answerOf(
  { status, headers: raw, body, close: hangUp }: Hop,
  url: URL,
  { types, method }: Request,
  { maxBytes, pace }: Limits,
  watch: Watch,
): Answer | EgressFailure {
  const host = hostOf(url);
  const headers = Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, String(value ?? '')]));
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const close = () => {
    hangUp();
    watch[Symbol.dispose]();
  };
  const refuse = (why: EgressFailure) => {
    close();
    return why;
  };
  const hasContent = status >= 200 && status < 300 && status !== 204;
  if (hasContent && types && !types.some((pattern) => matches(type, pattern))) {
    return refuse(failure('EGRESS_TYPE', `${host} serves ${type || 'content without a type'}.`));
  }
  if (method !== 'HEAD' && Number(headers['content-length']) > maxBytes) return refuse(tooLarge(host, maxBytes));
  const stream = decodeStream(body, headers['content-encoding'] ?? '');
  if (!stream) return refuse(failure('EGRESS_MALFORMED', `${host} serves an encoding that was not asked for.`));
  const chunks = closeAfter(boundStream(stream, { host, maxBytes, pace, watch }), close);
  return { ok: true, status, url: url.href, headers, type, body: chunks, bytes: () => whole(chunks), close };
}

const matches = (type: string, pattern: string) =>
  pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

async function* closeAfter(chunks: AsyncIterable<Uint8Array>, close: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } finally {
    close();
  }
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<{ ok: true; bytes: Uint8Array } | EgressFailure> {
  const all: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) all.push(chunk);
    return { ok: true, bytes: Buffer.concat(all) };
  } catch (error) {
    const egressFailure = failureIn(error);
    if (!egressFailure) throw error;
    return egressFailure;
  }
}

type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface HopRequest {
  method: Method;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | undefined;
  connectMs: number;
  headersMs: number;
}

interface Hop {
  ok: true;
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  body: Dispatcher.ResponseData['body'];
  close(): void;
}

type Tunnel = (servername: string | undefined, signal: AbortSignal) => Promise<Socket>;

const MAX_HEADER_BYTES = 16_384;
const MOST_TRIED = 8;

async function hop(
  { url, addresses }: Target,
  { method, headers, body, connectMs, headersMs }: HopRequest,
  watch: Watch,
  tunnel?: Tunnel,
): Promise<Hop | EgressFailure> {
  // 100 ms to load, and often nothing is fetched.
  const { Client, buildConnector } = await import('undici');
  // An abort while it was loading has no listener yet, and would end nothing below.
  if (watch.signal.aborted) return failureIn(watch.signal.reason) as EgressFailure;
  const pinned = buildConnector({
    lookup: pinnedTo(addresses),
    autoSelectFamily: true,
    maxCachedSessions: 0,
    timeout: 0,
  });
  const servername = url.protocol === 'https:' ? hostOf(url) : undefined;
  const connected = () => watch.startPhase(headersMs, 'it does not answer');
  const client = new Client(url.origin, {
    connect: tunnel
      ? connectThroughTunnel(tunnel, servername, connected, watch.signal)
      : connectToPinned(pinned, addresses, connected),
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
  watch.startPhase(connectMs, 'it cannot be connected to');
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

function connectThroughTunnel(
  tunnel: Tunnel,
  servername: string | undefined,
  connected: () => void,
  signal: AbortSignal,
): buildConnector.connector {
  return (_options, callback) => {
    tunnel(servername, signal).then(
      (socket) => {
        connected();
        callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
}

/** Connects with `pinned`, and to nothing but one of `addresses`. */
function connectToPinned(
  pinned: buildConnector.connector,
  addresses: readonly string[],
  connected: () => void,
): buildConnector.connector {
  return (options, callback) =>
    pinned(options, (error, socket) => {
      if (error) return callback(error, null);
      if (isOneOf(socket, addresses)) {
        connected();
        return callback(null, socket);
      }
      socket?.destroy();
      callback(new Error('connected to an address that was not checked'), null);
    });
}

/** Answers with the checked addresses whatever name is asked for: there is no second resolution. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const results = addresses.slice(0, MOST_TRIED).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_host, options, callback) => {
    if (options.all) return callback(null, results);
    const [first] = results;
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
  return failure('EGRESS_UNREACHABLE', `${host} cannot be reached (${messageOf(error)}).`);
}

/** At least `bytes` must come in each `ms` that the body is waited for. */
interface Pace {
  ms: number;
  bytes: number;
}

const DECODERS = {
  identity: undefined,
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
} as const;

const ACCEPTED_ENCODINGS = 'gzip, br';

/** The stream without its content encoding; undefined where it has one that was not asked for, or several. */
function decodeStream(raw: Readable, encoding: string): Readable | undefined {
  const name = encoding.trim().toLowerCase() || 'identity';
  if (!Object.hasOwn(DECODERS, name)) return undefined;
  const create = DECODERS[name as keyof typeof DECODERS];
  // The stream that is read tells of every error.
  return create ? pipeline(raw, create(), () => {}) : raw;
}

/**
 * The bytes of `stream`, at most `maxBytes`, no slower than `pace` and until `watch` ends it. Rejects with a `CodaError`
 * that has an `EgressCode`. The time in which nobody reads does not count for the pace.
 */
async function* boundStream(
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
      if (size > maxBytes) throw errorOfFailure(tooLarge(host, maxBytes));
      window.countBytes(next.value.byteLength);
      yield next.value;
    }
  } catch (error) {
    if (watch.signal.aborted) throw watch.signal.reason;
    throw failureIn(error)
      ? error
      : errorOfFailure(failure('EGRESS_MALFORMED', `The answer of ${host} is cut off or damaged.`));
  } finally {
    stream.destroy();
  }
}

const tooLarge = (host: string, maxBytes: number) =>
  failure('EGRESS_TOO_LARGE', `${host} sends more than ${plural(maxBytes, 'byte')}.`);

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
    const remainingMs = this.bytes < this.pace.bytes ? this.pace.ms - this.waited : 2 * this.pace.ms - this.waited;
    this.watch.startPhase(Math.max(1, remainingMs), 'the answer stalls');
    try {
      return await next();
    } finally {
      this.watch.release();
      this.waited += performance.now() - since;
    }
  }

  countBytes(bytes: number): void {
    this.bytes += bytes;
    if (this.waited < this.pace.ms) return;
    this.waited = 0;
    this.bytes = 0;
  }
}

/** Ends a request when a time is up or its caller stops it. Its timers hold the request: no garbage collection ends them. */
class Watch implements Disposable {
  private readonly controller = new AbortController();
  private readonly whole: NodeJS.Timeout;
  private readonly parent: AbortSignal | undefined;
  private readonly host: string;
  private phase: NodeJS.Timeout | undefined;

  constructor(host: string, totalMs: number, parent: AbortSignal | undefined) {
    this.host = host;
    this.parent = parent;
    this.whole = setTimeout(() => this.late('the answer is not complete'), totalMs);
    if (parent?.aborted) this.cancel();
    else parent?.addEventListener('abort', this.cancel, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Gives what follows `ms`; ends what was limited before. */
  startPhase(ms: number, what: string): void {
    this.release();
    this.phase = setTimeout(() => this.late(what), ms);
  }

  release(): void {
    clearTimeout(this.phase);
  }

  late(what: string): void {
    this.abort(failure('EGRESS_TIMEOUT', `${this.host} is too slow: ${what}.`));
  }

  [Symbol.dispose](): void {
    clearTimeout(this.whole);
    this.release();
    this.parent?.removeEventListener('abort', this.cancel);
  }

  private readonly cancel = () => this.abort(failure('CANCELLED', `The request to ${this.host} was stopped.`));

  private abort(why: EgressFailure): void {
    this.controller.abort(errorOfFailure(why));
  }
}
