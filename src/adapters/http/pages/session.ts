import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { type AnyRoute, route, type Scope } from '../../../chat/index.ts';
import { cookieOf, cookieText, guardSite } from '../origins.ts';
import type { Layout } from './layout.ts';
import { h } from './markup.ts';

export interface SessionKeeper {
  /** Uses up the code of a link. Throws `HTTP_UNAUTHORIZED`, and `HTTP_CONFLICT` in a browser that is somebody else's. */
  open(
    code: string,
    before?: { cookie: string | undefined; instead: boolean },
  ): Promise<{ cookie: string; seconds: number; scopes: readonly Scope[] }>;
  close(cookie: string): Promise<void>;
}

/** Path of a link of `coda open`. The code stands behind `#`, which browsers send to nobody, so that no log has it. */
export const signInPath = (code: string): string => `/open#${code}`;

const firstPage = (scopes: readonly Scope[]): string => (scopes.includes('admin') ? '/' : '/chat');

export function sessionRoutes(sessions: SessionKeeper, layout: Layout): readonly AnyRoute[] {
  return [signInPage(layout), signIn(sessions), signOut(sessions)];
}

function signInPage(layout: Layout): AnyRoute {
  return route({
    method: 'GET',
    path: '/open',
    page: true,
    summary: 'Signs this browser in with the code behind #.',
    answerRequest: () =>
      layout.page({
        title: 'Sign in',
        script: 'open.js',
        body: [
          h('h1', {}, 'Sign in'),
          h('p', { id: 'state', role: 'status' }, 'Run “coda open” where coda runs, and open the link that it shows.'),
          h('button', { id: 'instead', type: 'button', hidden: true }, 'Sign in anew'),
        ],
      }),
  });
}

function signIn(sessions: SessionKeeper): AnyRoute {
  return route({
    method: 'POST',
    path: '/open',
    page: true,
    summary: 'Exchanges the code of a link for the cookie of a session.',
    maxBytes: 1_000,
    body: z.strictObject({ code: z.string().max(100), instead: z.boolean().default(false) }),
    async answerRequest({ body, header }) {
      const [site, mode, origin] = [header('sec-fetch-site'), header('sec-fetch-mode'), header('origin')];
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, origin, host: header('host') };
      guardSite({ method: 'POST', headers }, true);
      const before = { cookie: cookieOf({ headers: { cookie: header('cookie') } }), instead: body.instead };
      const { cookie, seconds, scopes } = await sessions.open(body.code, before);
      return {
        headers: { 'Set-Cookie': cookieText(cookie, seconds, origin) },
        body: { json: { to: firstPage(scopes) } },
      };
    },
  });
}

function signOut(sessions: SessionKeeper): AnyRoute {
  return route({
    method: 'POST',
    path: '/close',
    page: true,
    scope: 'messages',
    summary: 'Signs this browser out.',
    async answerRequest({ header }) {
      const cookie = cookieOf({ headers: { cookie: header('cookie') } });
      if (cookie === undefined)
        throw new CodaError('HTTP_UNAUTHORIZED', { message: 'Nobody is signed in.', remedy: '' });
      await sessions.close(cookie);
      return { status: 303, headers: { Location: '/open', 'Set-Cookie': cookieText('', 0, header('origin')) } };
    },
  });
}
