/** The user of Home Assistant who stands for a person: linked by that person, while they are signed in otherwise. */
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { type AnyRoute, route } from '../../../chat/index.ts';
import type { HomeAssistantUsers } from '../../../sign-in/index.ts';
import { cookieText } from '../origins.ts';
import { cookieIn, personAtBrowser } from './session.ts';

const PATH = '/v1/me/home-assistant';
const TAG = 'session';

export function homeAssistantRoutes(users: HomeAssistantUsers): readonly AnyRoute[] {
  return [stateRoute(users), linkRoute(users), unlinkRoute(users)];
}

function stateRoute(users: HomeAssistantUsers): AnyRoute {
  return route({
    method: 'GET',
    path: PATH,
    scope: 'data',
    tag: TAG,
    summary: 'Whether Home Assistant signs this person in, and as whom it passes this request on.',
    answers: {
      200: {
        description: 'It is this.',
        schema: z.object({
          user: z.string().nullable().describe('The name there; null: the request did not come through it.'),
          linked: z.boolean().describe('True: it signs the person in.'),
        }),
      },
    },
    async answerRequest({ caller, ingress }) {
      const linked = caller?.personId !== undefined && (await users.isLinked(caller.personId));
      return { body: { json: { user: ingress?.user?.name ?? null, linked } } };
    },
  });
}

function linkRoute(users: HomeAssistantUsers): AnyRoute {
  return route({
    method: 'PUT',
    path: PATH,
    scope: 'messages',
    inPerson: true,
    tag: TAG,
    summary: 'Has the user of Home Assistant who asks be signed in as this person from now on.',
    answers: { 204: { description: 'They are.' } },
    async answerRequest({ caller, ingress, header, base }) {
      const personId = personAtBrowser(caller).id;
      if (!ingress?.user) {
        throw new CodaError('HTTP_CONFLICT', {
          message: 'Home Assistant does not say who this is.',
          remedy: 'Open coda inside Home Assistant, and link it there.',
        });
      }
      const cookie = cookieIn({ header, base });
      await users.link({ personId, user: ingress.user, cookie });
      const headers = { 'Set-Cookie': cookieText('', 0, header('origin'), base) };
      return { status: 204, ...(cookie === undefined ? {} : { headers }) };
    },
  });
}

function unlinkRoute(users: HomeAssistantUsers): AnyRoute {
  return route({
    method: 'DELETE',
    path: PATH,
    scope: 'messages',
    inPerson: true,
    tag: TAG,
    summary: 'Has Home Assistant sign this person in no longer.',
    answers: { 204: { description: 'It does not.' } },
    async answerRequest({ caller }) {
      await users.unlink(personAtBrowser(caller).id);
      return { status: 204 };
    },
  });
}
