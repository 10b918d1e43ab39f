import type { OutboundProxy } from '../base/outbound.ts';
import { type AllowedNetwork, rangeOf } from './address.ts';
import { type EgressFailure, failure, failureIn } from './failure.ts';
import {
  ACCEPTED_ENCODINGS,
  bounded,
  decoded,
  type Hop,
  type HopRequest,
  hop,
  type Method,
  type Pace,
  type Tunnel,
  tooLarge,
} from './hop.ts';
import { hostOf, parseUrl, type Reach, type Resolve, systemResolve, type Target, targetOf } from './target.ts';
import { Watch } from './watch.ts';

export interface EgressOptions {
  /** Ports of public addresses. */
  ports: readonly number[];
  /** Networks that are not public and may be reached all the same, by the owner's choice. */
  allow: readonly AllowedNetwork[];
  /** Instead of the system's. */
  resolve?: Resolve | undefined;
  /** The owner's, for public addresses. */
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
  /** Redirects that are followed. */
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
  /** GET unless it is said. */
  method?: Method;
  /** In lower case. To another origin than the first only `accept` and `accept-language` are sent. */
  headers?: Readonly<Record<string, string>>;
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
  /** The address that answered, after redirects. */
  url: string;
  /** In lower case, repeated ones joined by a comma. */
  headers: Readonly<Record<string, string>>;
  /** The content type without parameters, in lower case; empty if there is none. */
  type: string;
  /** The decompressed body, once. Rejects with a `CodaError` that has an `EgressCode`. */
  body: AsyncIterable<Uint8Array>;
  /** The whole body at once. */
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
  trusting(): Egress {
    const allow = [{ network: '0.0.0.0/0' }, { network: '::/0' }];
    return new Egress({ ports: this.reach.ports, allow, resolve: this.reach.resolve, proxy: this.proxy });
  }

  /** The target of a request to `url`, without sending one. */
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
      watch.within(limits.connectMs, 'its name cannot be resolved');
      const target = await unlessEnded(watch, targetOf(url, this.reach));
      if (!target.ok) return target;
      const asked = hopRequest(request, limits, url.origin === first.origin);
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
        return failure('EGRESS_REDIRECTS', `${hostOf(first)} redirects more than ${limits.redirects} times.`);
      }
      const next = parseUrl(String(location), url);
      if (!(next instanceof URL)) return next;
      url = next;
    }
  }
}

function hopRequest({ method = 'GET', headers = {}, body }: Request, limits: Limits, isFirst: boolean): HopRequest {
  const { accept = '*/*', 'accept-language': language } = headers;
  const sent = {
    'user-agent': 'coda',
    ...(isFirst && headers),
    accept,
    ...(language && { 'accept-language': language }),
    'accept-encoding': ACCEPTED_ENCODINGS,
  };
  return { method, headers: sent, body, connectMs: limits.connectMs, headersMs: limits.headersMs };
}

/** The result of `promise`, or the failure that ended `watch` before. */
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
  if (hasContent && types && !types.some((taken) => matches(type, taken))) {
    return refuse(failure('EGRESS_TYPE', `${host} serves ${type || 'content without a type'}.`));
  }
  if (method !== 'HEAD' && Number(headers['content-length']) > maxBytes) return refuse(tooLarge(host, maxBytes));
  const stream = decoded(body, headers['content-encoding'] ?? '');
  if (!stream) return refuse(failure('EGRESS_MALFORMED', `${host} serves an encoding that was not asked for.`));
  const chunks = closing(bounded(stream, { host, maxBytes, pace, watch }), close);
  return { ok: true, status, url: url.href, headers, type, body: chunks, bytes: () => whole(chunks), close };
}

const matches = (type: string, taken: string) =>
  taken.endsWith('/*') ? type.startsWith(taken.slice(0, -1)) : type === taken;

async function* closing(chunks: AsyncIterable<Uint8Array>, close: () => void): AsyncGenerator<Uint8Array> {
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
    const known = failureIn(error);
    if (!known) throw error;
    return known;
  }
}
