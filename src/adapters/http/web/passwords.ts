/** Sign-in with a password, and what a person sees of their own: their login and their browsers. */

import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { plural } from '../../../base/text.ts';
import { type AnyRoute, route } from '../../../chat/index.ts';
import { PASSWORD_LENGTH } from '../../../people/index.ts';
import type { Passkeys, Passwords } from '../../../sign-in/index.ts';
import { passkeyList, shownPasskey } from './passkeys.ts';
import {
  agentOf,
  cookieIn,
  guardOwnPage,
  openedAnswer,
  openedBody,
  personAtBrowser,
  personName,
  TAG,
} from './session.ts';

const password = z.string().max(PASSWORD_LENGTH.most);

export function passwordRoutes(
  passwords: Passwords,
  passkeys: Pick<Passkeys, 'list' | 'pages'>,
  command: string,
): readonly AnyRoute[] {
  return [signInRoute(passwords), ownRoute(passwords, passkeys, command), setRoute(passwords), endRoute(passwords)];
}

function signInRoute(passwords: Passwords): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/session/password',
    tag: TAG,
    summary: 'Signs a browser in with a name and a password.',
    maxBytes: 4_000,
    body: z.strictObject({ login: personName, password: password.min(1) }),
    answers: { 200: { description: 'The browser is signed in.', schema: openedBody } },
    async answerRequest({ body, header, address, base }) {
      const origin = guardOwnPage(header);
      const browser = { address, agent: agentOf(header), before: cookieIn({ header, base }) };
      return openedAnswer(await passwords.open({ ...body, ...browser }), { origin, base });
    },
  });
}

function ownRoute(passwords: Passwords, passkeys: Pick<Passkeys, 'list' | 'pages'>, command: string): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/me/sign-in',
    scope: 'data',
    tag: TAG,
    summary: "How the token's person signs in, their passkeys, and the browsers in which they are signed in.",
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
          passkeys: passkeyList,
          command: z.string().describe('The words before a command of coda, as whoever runs it types them.'),
          passkey_pages: z.array(z.string()).describe('Addresses of the page at which browsers hold passkeys.'),
        }),
      },
    },
    async answerRequest({ caller, header, base }) {
      const passkey_pages = passkeys.pages();
      // An issuer's people have none of it before they are met.
      if (caller?.personId === undefined)
        return { body: { json: { login: null, sessions: [], passkeys: [], command, passkey_pages } } };
      const [own, ownKeys] = await Promise.all([
        passwords.describe(caller.personId, cookieIn({ header, base })),
        passkeys.list(caller.personId),
      ]);
      const sessions = own.sessions.map(({ id, openedAt, expiresAt, agent, isThis }) => ({
        id,
        since: openedAt.toISOString(),
        until: expiresAt.toISOString(),
        agent: agent ?? null,
        current: isThis,
      }));
      return {
        body: {
          json: { login: own.login ?? null, sessions, passkeys: ownKeys.map(shownPasskey), command, passkey_pages },
        },
      };
    },
  });
}

function setRoute(passwords: Passwords): AnyRoute {
  return route({
    method: 'PUT',
    path: '/v1/me/password',
    scope: 'messages',
    inPerson: true,
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
    async answerRequest({ body, caller, header, address, base }) {
      const { id: personId } = personAtBrowser(caller);
      // Without a session of this browser all of them end.
      const cookie = (caller?.isVouched ? undefined : cookieIn({ header, base })) ?? '';
      await passwords.set({ ...body, current: body.current, personId, cookie, address });
      return { status: 204 };
    },
  });
}

function endRoute(passwords: Passwords): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/me/sessions/:id',
    scope: 'messages',
    inPerson: true,
    tag: TAG,
    summary: 'Signs one browser of the person out.',
    params: z.object({ id: z.uuid() }),
    answers: { 204: { description: 'Nobody is signed in there any more.' } },
    async answerRequest({ params, caller }) {
      if (await passwords.endSession(personAtBrowser(caller).id, params.id)) return { status: 204 };
      throw new CodaError('HTTP_NOT_FOUND', { message: 'There is no such session.', remedy: 'Look again.' });
    },
  });
}
