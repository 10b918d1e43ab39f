/** The caller of a request: a program by its token, a person by the session of their browser. */

import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { CodaError } from '../../base/errors.ts';
import type { AnyRoute, Caller, Scope } from '../../chat/index.ts';
import type { RemoteUser } from '../../sign-in/index.ts';
import { isLoopback } from './config.ts';
import type { Ingress } from './ingress.ts';
import { cookieOf, guardSite, isOfThisMachine } from './origins.ts';

export interface CallerChecks {
  /** The token's holder; `approval`: what came as X-Approval-Token. */
  authenticate(token: string, approval: string | undefined): Promise<Caller | undefined>;
  /** The person whose browser has this cookie; left out where only programs are served. */
  signedIn?(cookie: string): Promise<Caller | undefined>;
  /** The person to whom this user of Home Assistant is linked. */
  vouchedFor?(user: RemoteUser): Promise<Caller | undefined>;
  /** Why the person of a caller may not use this scope of it; undefined: they may. */
  refuses(caller: Caller, scope: Scope): CodaError | undefined;
}

interface ScopedRoute {
  route: AnyRoute;
  /** The route's own. */
  scope: Scope;
  base: string;
  ingress: Ingress | undefined;
}

/** The caller, who has the scope. Rejects with `HTTP_UNAUTHORIZED`, with `HTTP_FORBIDDEN`, or with what the checks refuse. */
export async function requireCaller(
  incoming: IncomingMessage,
  asked: ScopedRoute,
  checks: CallerChecks,
): Promise<Caller> {
  const { scope } = asked;
  const caller = await (isBrowser(incoming, asked) ? visitor(incoming, asked, checks) : program(incoming, checks));
  if (!caller.scopes.includes(scope)) throw scopeMissing(incoming, caller, scope);
  const refusal = checks.refuses(caller, scope);
  if (refusal) throw refusal;
  if (asked.route.inPerson && !caller.inPerson) {
    throw new CodaError('HTTP_FORBIDDEN', {
      message: 'Only somebody who is signed in at a browser may do this.',
      remedy: 'Sign in to the page.',
    });
  }
  return caller;
}

/** True if a browser's session says who asks: for what is not a page a token goes first. */
function isBrowser({ headers }: IncomingMessage, { route: { page }, base, ingress }: ScopedRoute): boolean {
  if (page === true) return true;
  return (
    headers.authorization === undefined && (ingress?.user !== undefined || cookieOf({ headers }, base) !== undefined)
  );
}

async function program({ headers }: IncomingMessage, checks: CallerChecks): Promise<Caller> {
  const { authorization = '', 'x-approval-token': tokenHeader } = headers;
  const approval = Array.isArray(tokenHeader) ? undefined : tokenHeader;
  const [, token] = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(authorization) ?? [];
  const caller = token === undefined ? undefined : await checks.authenticate(token, approval);
  if (caller) return caller;
  throw new CodaError('HTTP_UNAUTHORIZED', {
    message: token === undefined ? 'The request does not say who makes it.' : 'The token is worth nothing.',
    remedy: 'Send Authorization: Bearer and a token of "coda tokens add".',
  });
}

async function visitor(
  incoming: IncomingMessage,
  { route, base, ingress }: ScopedRoute,
  checks: CallerChecks,
): Promise<Caller> {
  guardSite(incoming, route.page === true);
  // First: in the browser of a household another user of Home Assistant may have left a session.
  const linked = ingress?.user && (await checks.vouchedFor?.(ingress.user));
  if (linked) return linked;
  const cookie = cookieOf(incoming, base);
  const caller = cookie === undefined ? undefined : await checks.signedIn?.(cookie);
  if (caller) return caller;
  throw new CodaError('HTTP_UNAUTHORIZED', {
    message: 'Nobody is signed in here.',
    remedy: 'Run "coda open" where coda runs, and open the link that it shows.',
  });
}

function scopeMissing({ headers }: IncomingMessage, caller: Caller, scope: Scope): CodaError {
  if (caller.withheld?.includes(scope)) {
    return new CodaError('HTTP_FORBIDDEN', {
      message: headers['x-approval-token']
        ? 'The approval token of the request is another one than that of coda.'
        : `The scope ${scope} of this token counts only with the approval token.`,
      remedy: 'Send access.approval_token along as X-Approval-Token.',
    });
  }
  return new CodaError('HTTP_FORBIDDEN', {
    message: caller.inPerson ? 'Only an owner may do this.' : `The token ${caller.name} has no scope ${scope}.`,
    remedy: caller.inPerson ? 'Ask one.' : `Make one with it: coda tokens add NAME --scopes ${scope}.`,
  });
}

/**
 * The client's address. Behind a proxy (`http.url`) all come from that one: it is then the last one that was added to
 * `X-Forwarded-For`, which the proxy itself has seen. Good for limits alone: whoever goes around the proxy can say anything.
 */
export function addressOfClient({ socket, headers }: IncomingMessage, isProxied: boolean, isIngress: boolean): string {
  // Behind the supervisor the last one is Home Assistant itself.
  const place = isIngress ? -2 : -1;
  const last = [headers['x-forwarded-for']].flat().join(',').split(',').at(place)?.trim() ?? '';
  return ((isProxied || isIngress) && isIP(last) !== 0 ? last : socket.remoteAddress) ?? '';
}

/** True if it comes from this machine by itself: what a proxy or a page has sent comes from anywhere. */
export function isLocal(incoming: IncomingMessage): boolean {
  const { socket, headers } = incoming;
  if (!isOfThisMachine(incoming)) return false;
  const forwarded = headers.forwarded ?? headers['x-forwarded-for'] ?? headers['x-real-ip'] ?? headers.via;
  return isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, '')) && forwarded === undefined;
}
