/** Home Assistant's ingress: its supervisor passes on what its people ask for, and says under which path and for whom. */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { HttpRequest } from '../../chat/index.ts';
import type { RemoteUser } from '../../sign-in/index.ts';
import { isPrefix } from './prefix.ts';
import { isHost, malformedRequest } from './request.ts';

export type Ingress = NonNullable<HttpRequest['ingress']>;

/**
 * The path and the user of a request that comes from the supervisor's address; undefined for any other, whatever it says.
 * Throws `HTTP_MALFORMED` for a path that is none.
 */
export function ingressOf(
  incoming: IncomingMessage,
  supervisor: string | undefined,
): (Ingress & { base: string }) | undefined {
  const { socket, headers } = incoming;
  const base = headers['x-ingress-path'];
  if (supervisor === undefined || base === undefined) return undefined;
  if (!isSameAddress(supervisor, socket.remoteAddress ?? '')) return undefined;
  if (typeof base !== 'string' || !isPrefix(base)) throw malformedRequest('X-Ingress-Path is no path.');
  // The name in the browser's address; pages of it alone may use coda.
  const forwardedHost = headers['x-forwarded-host'];
  if (typeof forwardedHost === 'string' && isHost(forwardedHost)) headers.host = forwardedHost;
  return { base, user: remoteUserOf(incoming) };
}

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

/** True for one address, however it is spelled; an IPv4 one may stand within IPv6. False where `other` is none. */
function isSameAddress(address: string, other: string): boolean {
  const list = new BlockList();
  list.addAddress(address, familyOf(address));
  return list.check(other, familyOf(other));
}

const ID = /^[\w-]{1,64}$/;
const MOST_NAME = 80;

function remoteUserOf({ rawHeaders }: IncomingMessage): RemoteUser | undefined {
  const id = onlyValue(rawHeaders, 'X-Remote-User-Id');
  if (id === undefined || !ID.test(id)) return undefined;
  const nameSent =
    onlyValue(rawHeaders, 'X-Remote-User-Display-Name') ?? onlyValue(rawHeaders, 'X-Remote-User-Name') ?? id;
  const name = Buffer.from(nameSent, 'latin1').toString('utf8').replace(/\p{C}/gu, '').trim().slice(0, MOST_NAME);
  return { id, name: name || id };
}

/**
 * The header's one value. The supervisor writes these names as they stand here and drops such as a browser sends; it compares
 * letter by letter, so that a browser's own `x-remote-user-id` comes through, and counts for nothing.
 */
function onlyValue(rawHeaders: readonly string[], name: string): string | undefined {
  const values = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1] === name);
  return values.length === 1 ? values[0] : undefined;
}
