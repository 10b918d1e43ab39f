import type { LookupFunction, Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { messageOf, systemCode } from '../base/errors.ts';
import { canonical } from './address.ts';
import { type EgressFailure, failure, failureIn } from './failure.ts';
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
