/** Web push: a person's devices, and what they are told while no page is open. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { type AnyRoute, type HttpRequest, route, type Skill } from '../../../chat/index.ts';
import { cookieOf } from '../origins.ts';
import { callerOf } from '../request.ts';
import type { Pushes } from './pushes.ts';
import { deletionRules, KIND, mergeRules } from './store.ts';
import { texts } from './texts.ts';

const TAG = 'push';

/** Devices are reached over HTTP alone: without it there is nothing to name one by. */
export const push = (pushes: Pushes): Skill => ({
  name: 'push',
  data: {
    deletionRules,
    mergeRules,
  },
  work: {
    jobs: () => [
      {
        kind: KIND,
        does: 'notifies a device',
        run: (job, signal) => pushes.send(job, signal),
        waitMs: pushes.waitMs,
      },
    ],
  },
  views: { routes: () => [state(pushes), register(pushes), remove(pushes)] },
});

function state(pushes: Pushes): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/push',
    scope: 'messages',
    tag: TAG,
    summary: 'Whether devices can be notified, and the key that a browser subscribes with.',
    answers: {
      200: {
        description: 'The state.',
        schema: z.object({
          possible: z.boolean(),
          key: z.string().optional().describe('The application server key, base64url; there where it is possible.'),
          reason: z.string().optional().describe('Why it is not possible, and what to do.'),
        }),
      },
    },
    examples: [
      {
        summary: 'Without an address on the Internet',
        status: 200,
        answer: { possible: false, reason: `${texts.needsUrl} ${texts.needsUrlRemedy}` },
      },
    ],
    async answerRequest(request) {
      personOf(request);
      const isPossible = pushes.subject !== undefined && !request.caller?.isVouched;
      if (isPossible) return { body: { json: { possible: true, key: await pushes.publicKey() } } };
      const [fault, remedy] =
        pushes.subject === undefined
          ? [texts.needsUrl, texts.needsUrlRemedy]
          : [texts.needsSession, texts.needsSessionRemedy];
      return { body: { json: { possible: false, reason: `${fault} ${remedy}` } } };
    },
  });
}

const endpoint = z.string().min(1).max(2_000).describe('The address of the device at its push service.');
const key = z.string().regex(/^[\w-]+={0,2}$/);

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

function register(pushes: Pushes): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/push',
    scope: 'messages',
    tag: TAG,
    summary: 'Notifies a device from now on of what comes while no page is open; at most ten of a person, the newest.',
    maxBytes: 5_000,
    body: z.object({
      endpoint,
      keys: z.object({ p256dh: key.max(100), auth: key.max(40) }).describe('The keys of its subscription.'),
    }),
    answers: { 204: { description: 'It is notified.' } },
    async answerRequest(request) {
      const personId = personOf(request);
      // A device is forgotten with the session or the token that named it. Here is none, and a cookie is somebody else's.
      if (request.caller?.isVouched) {
        throw new CodaError('HTTP_CONFLICT', { message: texts.needsSession, remedy: texts.needsSessionRemedy });
      }
      const cookie = cookieOf({ headers: { cookie: request.header('cookie') } }, request.base);
      const sessionHash = cookie === undefined ? undefined : hashOf(cookie);
      const [, token] = /^Bearer (\S+)$/i.exec(request.header('authorization') ?? '') ?? [];
      const tokenHash = token === undefined ? undefined : hashOf(token);
      const { keys, ...device } = request.body;
      await pushes.register({ ...device, ...keys, personId, sessionHash, tokenHash });
      return { status: 204 };
    },
  });
}

function remove(pushes: Pushes): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/push',
    scope: 'messages',
    tag: TAG,
    summary: 'Notifies a device no longer. One that is signed out is forgotten by itself.',
    body: z.strictObject({ endpoint }),
    answers: { 204: { description: 'It is not notified.' } },
    async answerRequest(request) {
      await pushes.remove(personOf(request), request.body.endpoint);
      return { status: 204 };
    },
  });
}

function personOf(request: Pick<HttpRequest, 'caller'>): string {
  const { personId } = callerOf(request);
  if (personId !== undefined) return personId;
  throw new CodaError('HTTP_CONFLICT', { message: texts.noPerson, remedy: texts.noPersonRemedy });
}
