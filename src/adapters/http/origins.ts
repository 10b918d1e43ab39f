/** Pages of other sites: a browser sends requests on their behalf, also to this machine alone. */
import type { IncomingMessage } from 'node:http';
import { CodaError } from '../../base/errors.ts';
import { isUrl } from '../../base/text.ts';
import { isLoopback } from './config.ts';

export interface Origins {
  /** Those whose pages may use it. */
  listed: readonly string[];
  /** It is served on a loopback address, where no other name can be meant. */
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
  if (origins.listed.includes(origin)) return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' };
  throw forbidden('Pages of this origin may not use coda.', 'List it under http.cors.');
}

/** The headers that answer a browser's question before a request of a listed origin. */
export function preflight(
  { headers }: IncomingMessage,
  { listed }: Origins,
  methods: string,
): Record<string, string> | undefined {
  const { origin } = headers;
  if (origin === undefined || !listed.includes(origin)) return undefined;
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key',
    'Access-Control-Max-Age': '600',
    Vary: 'Origin',
  };
}

/** True if an origin is where the request goes. */
export function isOwn(origin: string, host: string): boolean {
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
