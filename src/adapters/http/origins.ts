/** Pages of other sites: a browser sends requests on their behalf, also to this machine alone. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CodaError } from '../../base/errors.ts';
import { isUrl } from '../../base/text.ts';
import { isLoopback } from './config.ts';

export interface Origins {
  listed: readonly string[];
  /** Served on a loopback address, where no other name can be meant. */
  loopbackOnly: boolean;
  /** The host of the proxy in front of it, with its port where that is not the usual one. */
  proxy?: string | undefined;
}

/**
 * The headers that let a listed origin read the answer; undefined where none are needed. Throws `HTTP_FORBIDDEN` for a
 * page of any other site, and for a host name that somebody else has made point to this machine.
 */
export function guardOrigin({ headers }: IncomingMessage, origins: Origins): Record<string, string> | undefined {
  const { host = '', origin } = headers;
  if (origins.loopbackOnly && !isLoopback(nameOf(host)) && host.toLowerCase() !== origins.proxy) {
    throw forbidden('This host name is not one of this machine.', 'Use 127.0.0.1 or localhost.');
  }
  if (origin === undefined || isOwn(origin, host)) return undefined;
  const readable = readableBy(origin, origins);
  if (readable) return readable;
  throw forbidden('Pages of this origin may not use coda.', 'List it under http.cors.');
}

/** The headers that let the page of a listed origin read an answer, whatever it says; undefined for every other. */
export function readableBy(origin: string | undefined, { listed }: Origins): Record<string, string> | undefined {
  if (origin === undefined || !listed.includes(origin)) return undefined;
  return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
}

/** The headers that answer a browser's question before a request of a listed origin. */
export function preflight(
  { headers }: IncomingMessage,
  origins: Origins,
  methods: string,
): Record<string, string> | undefined {
  const readable = readableBy(headers.origin, origins);
  return (
    readable && {
      ...readable,
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key',
      'Access-Control-Max-Age': '600',
    }
  );
}

function isOwn(origin: string, host: string): boolean {
  return isUrl(origin) && new URL(origin).host === host.toLowerCase();
}

/** True if the request names this machine, and no page of another origin has made a browser send it. */
export function isOfThisMachine({
  headers: { host = '', 'sec-fetch-site': site },
}: Pick<IncomingMessage, 'headers'>): boolean {
  return isLoopback(nameOf(host)) && (site === undefined || site === 'none' || site === 'same-origin');
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function forbidden(message: string, remedy: string): CodaError {
  return new CodaError('HTTP_FORBIDDEN', { message, remedy });
}

/** The name differs for each path: a browser sends what is set at the root of a name to every path below, to another coda as well. */
function cookieName(base: string): string {
  return `coda_session${base && `_${createHash('sha256').update(base).digest('hex').slice(0, 12)}`}`;
}

/** The value of the session's cookie; undefined where there is none, or where there are several. `base`: as the client sees coda. */
export function cookieOf(
  { headers: { cookie = '' } }: Pick<IncomingMessage, 'headers'>,
  base: string,
): string | undefined {
  const own = cookieName(base);
  const values = cookie.split(';').flatMap((each) => {
    const [name, value = ''] = each.trim().split('=');
    return name === own ? [value] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** Sets the cookie, or with an empty value takes it back. `origin`: that of the page which asked for it. */
export function cookieText(value: string, seconds: number, origin: string | undefined, base: string): string {
  const secure = origin?.startsWith('https://') ? '; Secure' : '';
  const path = base || '/';
  return `${cookieName(base)}=${value}; Path=${path}; Max-Age=${Math.floor(seconds)}; HttpOnly; SameSite=Strict${secure}`;
}

/**
 * Throws `HTTP_FORBIDDEN` where a page that is not coda's own has the browser send its cookie. `SameSite` alone does not
 * tell apart what is served on other ports of the same host. Browsers leave `Sec-Fetch-Site` out on plain HTTP beyond this
 * machine; what changes something then carries `Origin`, which has been compared with the host already.
 */
export function guardSite({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>, isPage: boolean): void {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, origin, host = '' } = headers;
  if (site === 'same-origin') return;
  const isSafe = method === 'GET' || method === 'HEAD';
  if (isSafe && (site === undefined || site === 'none' || (isPage && mode === 'navigate'))) return;
  if (!isSafe && site === undefined && origin !== undefined && isOwn(origin, host)) return;
  throw new CodaError('HTTP_FORBIDDEN', {
    message: 'Only pages of coda itself may do this in your name.',
    remedy: 'Open it from the address bar.',
  });
}
