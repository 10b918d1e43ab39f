/** Sessions of browsers: begun with the code of a link, ended by their person. */
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { type AnyRoute, type HttpRequest, route, SCOPES, type Scope } from '../../../chat/index.ts';
import { cookieOf, cookieText, guardSite } from '../origins.ts';

/** A session that begins. */
export interface OpenedCookie {
  cookie: string;
  seconds: number;
  scopes: readonly Scope[];
}

export interface SessionKeeper {
  /** Uses up the code of a link. Throws `HTTP_UNAUTHORIZED`, and `HTTP_CONFLICT` in a browser that is somebody else's. */
  open(code: string, before?: { cookie: string | undefined; instead: boolean }): Promise<OpenedCookie>;
  close(cookie: string): Promise<void>;
}

/** Path of a link of `coda open`. The code stands behind `#`, which browsers send to nobody, so that no log has it. */
export const signInPath = (code: string): string => `/open#${code}`;

const TAG = 'session';
export const scopeList = z.array(z.enum(Object.keys(SCOPES) as [Scope, ...Scope[]]));

/** A name that a visitor gives themselves. */
export const personName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^\P{C}+$/u, { error: 'expected a name on one line' });

const MOST_AGENT = 200;

/** The browser's name for itself. */
export const agentOf = (header: HttpRequest['header']): string | undefined =>
  header('user-agent')
    ?.replace(/\P{ASCII}/gu, '')
    .slice(0, MOST_AGENT);

/** Throws `HTTP_FORBIDDEN` for what a page of another site sends; returns the page's origin. */
export function guardOwnPage(header: HttpRequest['header']): string | undefined {
  const [site, mode, origin] = [header('sec-fetch-site'), header('sec-fetch-mode'), header('origin')];
  const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, origin, host: header('host') };
  guardSite({ method: 'POST', headers }, true);
  return origin;
}

export function sessionRoutes(sessions: SessionKeeper): readonly AnyRoute[] {
  return [signIn(sessions), signOut(sessions)];
}

function signIn(sessions: SessionKeeper): AnyRoute {
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
    answers: { 200: { description: 'The browser is signed in.', schema: z.object({ scopes: scopeList }) } },
    async answerRequest({ body, header }) {
      const origin = guardOwnPage(header);
      const before = { cookie: cookieOf({ headers: { cookie: header('cookie') } }), instead: body.instead };
      const opened = await sessions.open(body.code, before);
      return {
        headers: { 'Set-Cookie': cookieText(opened.cookie, opened.seconds, origin) },
        body: { json: { scopes: opened.scopes } },
      };
    },
  });
}

function signOut(sessions: SessionKeeper): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/session',
    tag: TAG,
    scope: 'messages',
    summary: 'Signs this browser out.',
    answers: { 204: { description: 'Nobody is signed in here any more.' } },
    async answerRequest({ header }) {
      const cookie = cookieOf({ headers: { cookie: header('cookie') } });
      if (cookie === undefined) {
        throw new CodaError('HTTP_CONFLICT', {
          message: 'The request comes with a token, which is no session.',
          remedy: 'A token ends with "coda tokens remove".',
        });
      }
      await sessions.close(cookie);
      return { status: 204, headers: { 'Set-Cookie': cookieText('', 0, header('origin')) } };
    },
  });
}
