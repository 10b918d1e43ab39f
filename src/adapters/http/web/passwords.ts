/** Sign-in with a password, and what a person sees of their own: their login and their browsers. */

import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { plural } from '../../../base/text.ts';
import { type AnyRoute, type HttpRequest, route } from '../../../chat/index.ts';
import { PASSWORD_LENGTH } from '../../../people/index.ts';
import { cookieOf, cookieText } from '../origins.ts';
import { agentOf, guardOwnPage, type OpenedCookie, personName, scopeList } from './session.ts';

export interface PasswordKeeper {
  open(attempt: {
    login: string;
    password: string;
    address: string;
    agent: string | undefined;
    before: string | undefined;
  }): Promise<OpenedCookie>;
  set(change: {
    personId: string;
    login: string;
    password: string;
    current: string | undefined;
    cookie: string;
    address: string;
  }): Promise<void>;
  describe(
    personId: string,
    cookie: string | undefined,
  ): Promise<{
    login: string | undefined;
    sessions: readonly { id: string; openedAt: Date; expiresAt: Date; agent: string | undefined; isThis: boolean }[];
  }>;
  endSession(personId: string, id: string): Promise<boolean>;
}

const TAG = 'session';
const password = z.string().max(PASSWORD_LENGTH.most);

export function passwordRoutes(keeper: PasswordKeeper): readonly AnyRoute[] {
  return [signInRoute(keeper), ownRoute(keeper), setRoute(keeper), endRoute(keeper)];
}

function signInRoute(keeper: PasswordKeeper): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/session/password',
    tag: TAG,
    summary: 'Signs a browser in with a name and a password.',
    maxBytes: 4_000,
    body: z.strictObject({ login: personName, password: password.min(1) }),
    answers: { 200: { description: 'The browser is signed in.', schema: z.object({ scopes: scopeList }) } },
    async answerRequest({ body, header, address }) {
      const origin = guardOwnPage(header);
      const before = cookieIn(header);
      const session = await keeper.open({ ...body, address, agent: agentOf(header), before });
      return {
        headers: { 'Set-Cookie': cookieText(session.cookie, session.seconds, origin) },
        body: { json: { scopes: session.scopes } },
      };
    },
  });
}

function ownRoute(keeper: PasswordKeeper): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/me/sign-in',
    scope: 'data',
    tag: TAG,
    summary: "How the token's person signs in, and the browsers in which they are signed in.",
    answers: {
      200: {
        description: 'It is this.',
        schema: z.object({
          login: z
            .string()
            .nullable()
            .describe('The name that is typed with the password; null: there is no password.'),
          sessions: z.array(
            z.object({
              id: z.string(),
              since: z.iso.datetime(),
              until: z.iso.datetime(),
              agent: z.string().nullable(),
              current: z.boolean().describe('The browser that asks.'),
            }),
          ),
        }),
      },
    },
    async answerRequest({ caller, header }) {
      // An issuer's people have neither before they are met.
      if (caller?.personId === undefined) return { body: { json: { login: null, sessions: [] } } };
      const own = await keeper.describe(caller.personId, cookieIn(header));
      const sessions = own.sessions.map(({ id, openedAt, expiresAt, agent, isThis }) => ({
        id,
        since: openedAt.toISOString(),
        until: expiresAt.toISOString(),
        agent: agent ?? null,
        current: isThis,
      }));
      return { body: { json: { login: own.login ?? null, sessions } } };
    },
  });
}

function setRoute(keeper: PasswordKeeper): AnyRoute {
  return route({
    method: 'PUT',
    path: '/v1/me/password',
    scope: 'messages',
    tag: TAG,
    summary: 'Sets the password of whoever is signed in at this browser, and signs their other browsers out.',
    maxBytes: 4_000,
    body: z.strictObject({
      login: personName,
      password: password.min(PASSWORD_LENGTH.least, {
        error: `expected at least ${plural(PASSWORD_LENGTH.least, 'character')}`,
      }),
      current: password.optional().describe('The password so far, where there is one.'),
    }),
    answers: { 204: { description: 'It is set.' } },
    async answerRequest({ body, caller, header, address }) {
      const cookie = cookieIn(header);
      if (!caller?.inPerson || caller.personId === undefined || cookie === undefined) throw needsBrowser();
      await keeper.set({ ...body, current: body.current, personId: caller.personId, cookie, address });
      return { status: 204 };
    },
  });
}

function endRoute(keeper: PasswordKeeper): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/me/sessions/:id',
    scope: 'messages',
    tag: TAG,
    summary: 'Signs one browser of the person out.',
    params: z.object({ id: z.uuid() }),
    answers: { 204: { description: 'Nobody is signed in there any more.' } },
    async answerRequest({ params, caller }) {
      if (!caller?.inPerson || caller.personId === undefined) throw needsBrowser();
      if (await keeper.endSession(caller.personId, params.id)) return { status: 204 };
      throw new CodaError('HTTP_NOT_FOUND', { message: 'There is no such session.', remedy: 'Look again.' });
    },
  });
}

const cookieIn = (header: HttpRequest['header']) => cookieOf({ headers: { cookie: header('cookie') } });

function needsBrowser(): CodaError {
  return new CodaError('HTTP_FORBIDDEN', {
    message: 'Only somebody who is signed in at a browser may do this.',
    remedy: 'Sign in to the page.',
  });
}
