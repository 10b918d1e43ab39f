/** The way in for the first visitor, and which ways there are for the others. */
import { z } from 'zod';
import { type AnyRoute, route } from '../../../chat/index.ts';
import { cookieText } from '../origins.ts';
import { guardOwnPage, type OpenedCookie, personName, scopeList } from './session.ts';

/** Makes the first owner. */
export interface FirstOwner {
  /** True while nobody owns this coda: then nothing else is answered. */
  isPending(): Promise<boolean>;
  /** Throws `HTTP_UNAUTHORIZED`, `HTTP_CONFLICT` or `HTTP_TOO_FAST`. */
  claim(claim: { code: string; name: string; address: string }): Promise<OpenedCookie>;
}

export function firstStartRoute(first: FirstOwner): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/first-start',
    tag: 'session',
    beforeOwner: true,
    summary: 'Makes whoever brings the code of the log the owner of a coda that has none, and signs their browser in.',
    maxBytes: 2_000,
    body: z.strictObject({
      code: z.string().min(1).max(40),
      name: personName,
    }),
    answers: { 200: { description: 'They are.', schema: z.object({ scopes: scopeList }) } },
    async answerRequest({ body, header, address }) {
      const origin = guardOwnPage(header);
      const session = await first.claim({ ...body, address });
      return {
        headers: { 'Set-Cookie': cookieText(session.cookie, session.seconds, origin) },
        body: { json: { scopes: session.scopes } },
      };
    },
  });
}

export function signInWaysRoute(first: Pick<FirstOwner, 'isPending'>): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/sign-in',
    tag: 'session',
    beforeOwner: true,
    summary: 'Whether this coda waits for its first owner.',
    answers: {
      200: {
        description: 'How one signs in.',
        schema: z.object({ first: z.boolean().describe('True: nobody owns it yet; POST /v1/first-start makes one.') }),
      },
    },
    async answerRequest() {
      return { body: { json: { first: await first.isPending() } } };
    },
  });
}
