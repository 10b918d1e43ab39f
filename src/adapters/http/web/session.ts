/** Sessions of browsers: begun with the code of a link, ended by their person. */
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import {
  type AnyRoute,
  type Caller,
  type HttpAnswer,
  type HttpRequest,
  route,
  SCOPES,
  type Scope,
} from '../../../chat/index.ts';
import type { OpenedSession, Sessions } from '../../../sign-in/index.ts';
import { isZone } from '../../../time/index.ts';
import { cookieOf, cookieText, guardSite } from '../origins.ts';

/** Path of a link of `coda open`. The code stands behind `#`, which browsers send to nobody, so that no log has it. */
export const signInPath = (code: string): string => `/open#${code}`;

export const TAG = 'session';
const scopeList = z.array(z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]]));

/** Scopes of a session that begins. */
export const openedBody = z.object({ scopes: scopeList });

/** Hands the cookie of a session over, to a page of `origin` that has coda at `base`. */
export const openedAnswer = (
  { cookie, seconds, scopes }: OpenedSession,
  { origin, base }: { origin: string | undefined; base: string },
): HttpAnswer => ({
  headers: { 'Set-Cookie': cookieText(cookie, seconds, origin, base) },
  body: { json: { scopes } },
});

/** The person who is signed in at the browser that asks. Throws `HTTP_FORBIDDEN` for a program. */
export function personAtBrowser(caller: Caller | undefined): { id: string; name: string } {
  if (caller?.inPerson && caller.personId !== undefined) return { id: caller.personId, name: caller.name };
  throw new CodaError('HTTP_FORBIDDEN', {
    message: 'Only somebody who is signed in at a browser may do this.',
    remedy: 'Sign in to the page.',
  });
}

/** A name that a visitor gives themselves. */
export const personName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^\P{C}+$/u, { error: 'expected a name on one line' });

/** The time zone of a browser, by its IANA name. */
export const browserZone = z.string().max(64).refine(isZone, { error: 'expected a time zone, such as Europe/Berlin' });

const MOST_AGENT = 200;

/** The browser's name for itself. */
export const agentOf = (header: HttpRequest['header']): string | undefined =>
  header('user-agent')
    ?.replace(/\P{ASCII}/gu, '')
    .slice(0, MOST_AGENT);

/** The value of the session's cookie, if the browser has one. */
export const cookieIn = ({ header, base }: Pick<HttpRequest, 'header' | 'base'>): string | undefined =>
  cookieOf({ headers: { cookie: header('cookie') } }, base);

/** Throws `HTTP_FORBIDDEN` for what a page of another site sends; returns the page's origin. */
export function guardOwnPage(header: HttpRequest['header']): string | undefined {
  const [site, mode, origin] = [header('sec-fetch-site'), header('sec-fetch-mode'), header('origin')];
  const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, origin, host: header('host') };
  guardSite({ method: 'POST', headers }, true);
  return origin;
}

export function sessionRoutes(sessions: Sessions): readonly AnyRoute[] {
  return [signIn(sessions), signOut(sessions)];
}

function signIn(sessions: Sessions): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/session',
    tag: TAG,
    summary: 'Exchanges the code of a link of "coda open" for the cookie of a session.',
    maxBytes: 1_000,
    body: z.strictObject({
      code: z.string().max(100),
      instead: z.boolean().default(false).describe('Ends the session of another person in this browser.'),
    }),
    answers: { 200: { description: 'The browser is signed in.', schema: openedBody } },
    async answerRequest({ body, header, base }) {
      const origin = guardOwnPage(header);
      const browser = { cookie: cookieIn({ header, base }), instead: body.instead, agent: agentOf(header) };
      return openedAnswer(await sessions.open(body.code, browser), { origin, base });
    },
  });
}

function signOut(sessions: Sessions): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/session',
    tag: TAG,
    scope: 'messages',
    summary: 'Signs this browser out.',
    answers: { 204: { description: 'Nobody is signed in here any more.' } },
    async answerRequest({ header, base, caller }) {
      if (caller?.isVouched) throw isVouched();
      const cookie = cookieIn({ header, base });
      if (cookie === undefined) {
        throw new CodaError('HTTP_CONFLICT', {
          message: 'The request comes with a token, which is no session.',
          remedy: 'A token ends with "coda tokens remove".',
        });
      }
      await sessions.close(cookie);
      return { status: 204, headers: { 'Set-Cookie': cookieText('', 0, header('origin'), base) } };
    },
  });
}

function isVouched(): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: 'Home Assistant signs you in here.',
    remedy: 'End that on the page "You", or sign out of Home Assistant.',
  });
}
