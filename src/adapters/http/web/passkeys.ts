/** Passkeys: the two steps of a sign-in, and of adding one; and the names of one's own. */
import { z } from 'zod';
import { CodaError } from '../../../base/errors.ts';
import { type AnyRoute, route } from '../../../chat/index.ts';
import type { ListedPasskey } from '../../../people/index.ts';
import type { Passkeys } from '../../../sign-in/index.ts';
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

/** Bytes in base64url, of `most` characters. */
const bytes = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\w-]+$/);

const challenge = bytes(100);
const MOST_CLIENT_DATA = 4_000;
/** Ids have 1,023 bytes at most. */
const MOST_ID = 1_364;
/** A key of RSA with 4,096 bits and such an id take 2,600; statements about the device are not asked for. */
const MOST_ATTESTATION = 8_000;

export const passkeyList = z.array(
  z.object({
    id: z.string(),
    name: z.string(),
    host: z.string().describe('The host name that it is bound to.'),
    since: z.iso.datetime(),
    used: z.iso.datetime().nullable(),
    copied: z.iso.datetime().nullable().describe('Refused then because its counter went back: there may be a copy.'),
  }),
);

export const shownPasskey = ({ id, name, rpId, createdAt, usedAt, copiedAt }: ListedPasskey) => ({
  id,
  name,
  host: rpId,
  since: createdAt.toISOString(),
  used: usedAt?.toISOString() ?? null,
  copied: copiedAt?.toISOString() ?? null,
});

export function passkeyRoutes(passkeys: Passkeys): readonly AnyRoute[] {
  return [
    challengeRoute(passkeys),
    signInRoute(passkeys),
    beginRoute(passkeys),
    addRoute(passkeys),
    renameRoute(passkeys),
    removeRoute(passkeys),
  ];
}

function challengeRoute(passkeys: Passkeys): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/session/passkey/challenge',
    tag: TAG,
    summary: 'The challenge of a sign-in with a passkey: good once, for 5 minutes.',
    maxBytes: 100,
    answers: {
      200: {
        description: 'It is this.',
        schema: z.object({ challenge, host: z.string(), seconds: z.int() }),
      },
    },
    async answerRequest({ header, address }) {
      const { challenge, rpId: host, ms } = await passkeys.challenge({ origin: guardOwnPage(header), address });
      return { body: { json: { challenge, host, seconds: ms / 1_000 } } };
    },
  });
}

function signInRoute(passkeys: Passkeys): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/session/passkey',
    tag: TAG,
    summary: 'Signs a browser in with what a passkey answers to the challenge; bytes are base64url.',
    maxBytes: 10_000,
    body: z.strictObject({
      id: bytes(MOST_ID),
      client_data: bytes(MOST_CLIENT_DATA),
      authenticator_data: bytes(2_000),
      signature: bytes(1_000),
      user_handle: bytes(100),
    }),
    answers: { 200: { description: 'The browser is signed in.', schema: openedBody } },
    async answerRequest({ body, header, address, base }) {
      const origin = guardOwnPage(header);
      const assertion = {
        credentialId: body.id,
        clientData: body.client_data,
        authenticatorData: body.authenticator_data,
        signature: body.signature,
        userHandle: body.user_handle,
      };
      const browser = { origin, address, agent: agentOf(header), before: cookieIn({ header, base }) };
      return openedAnswer(await passkeys.open(assertion, browser), { origin, base });
    },
  });
}

function beginRoute(passkeys: Passkeys): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/me/passkeys/challenge',
    scope: 'messages',
    inPerson: true,
    tag: TAG,
    summary:
      'The options with which a browser makes a passkey for whoever is signed in there: good once, for 5 minutes.',
    maxBytes: 2_000,
    body: z.strictObject({
      current: z.string().max(200).optional().describe('The password, where there is one.'),
    }),
    answers: {
      200: {
        description: 'It is this.',
        schema: z.object({
          challenge,
          host: z.string(),
          seconds: z.int(),
          user: z.object({ handle: challenge, name: z.string() }),
          algorithms: z.array(z.int()),
          exclude: z.array(z.string()).describe('Ids of those that the person has.'),
        }),
      },
    },
    async answerRequest({ body: { current }, caller, header, address }) {
      const person = { ...personAtBrowser(caller), current };
      const options = await passkeys.beginAdding(person, { origin: guardOwnPage(header), address });
      const { challenge, rpId: host, ms, handle, name, algorithms, exclude } = options;
      const user = { handle, name };
      return { body: { json: { challenge, host, seconds: ms / 1_000, user, algorithms, exclude } } };
    },
  });
}

function addRoute(passkeys: Passkeys): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/me/passkeys',
    scope: 'messages',
    inPerson: true,
    tag: TAG,
    summary: 'Adds the passkey that a browser has made; bytes are base64url.',
    maxBytes: 15_000,
    body: z.strictObject({
      name: personName.describe('By which its person knows it again.'),
      client_data: bytes(MOST_CLIENT_DATA),
      attestation: bytes(MOST_ATTESTATION),
    }),
    answers: { 201: { description: 'It is added.', schema: z.object({ id: z.string() }) } },
    async answerRequest({ body, caller, header, address }) {
      const person = { id: personAtBrowser(caller).id, name: body.name };
      const registration = { clientData: body.client_data, attestation: body.attestation };
      const id = await passkeys.add(person, registration, { origin: guardOwnPage(header), address });
      return { status: 201, body: { json: { id } } };
    },
  });
}

const ofOne = z.object({ id: z.uuid() });

function renameRoute(passkeys: Passkeys): AnyRoute {
  return route({
    method: 'PATCH',
    path: '/v1/me/passkeys/:id',
    scope: 'messages',
    inPerson: true,
    tag: TAG,
    summary: 'Gives a passkey of the person another name.',
    maxBytes: 1_000,
    params: ofOne,
    body: z.strictObject({ name: personName }),
    answers: { 204: { description: 'It is called so.' } },
    async answerRequest({ params, body, caller }) {
      if (await passkeys.rename(personAtBrowser(caller).id, params.id, body.name)) return { status: 204 };
      throw noSuch();
    },
  });
}

function removeRoute(passkeys: Passkeys): AnyRoute {
  return route({
    method: 'DELETE',
    path: '/v1/me/passkeys/:id',
    scope: 'messages',
    inPerson: true,
    tag: TAG,
    summary: 'Removes a passkey of the person: it signs nobody in any more. Browsers stay signed in.',
    params: ofOne,
    answers: { 204: { description: 'It is removed.' } },
    async answerRequest({ params, caller }) {
      if (await passkeys.remove(personAtBrowser(caller).id, params.id)) return { status: 204 };
      throw noSuch();
    },
  });
}

function noSuch(): CodaError {
  return new CodaError('HTTP_NOT_FOUND', { message: 'There is no such passkey.', remedy: 'Look again.' });
}
