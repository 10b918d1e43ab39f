/** The page of an invitation: who invites, and the way in for the invited. */
import { z } from 'zod';
import { type AnyRoute, route } from '../../../chat/index.ts';
import type { Invitations } from '../../../sign-in/index.ts';
import { agentOf, cookieIn, guardOwnPage, openedAnswer, openedBody, personName } from './session.ts';

const code = z.string().min(1).max(100);

export function invitationRoutes(invitations: Invitations): readonly AnyRoute[] {
  return [lookRoute(invitations), acceptRoute(invitations)];
}

function lookRoute(invitations: Invitations): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/sign-in/invitation',
    tag: 'session',
    summary: 'Who invites whom, by the code of an invitation; it stays good.',
    maxBytes: 1_000,
    body: z.strictObject({ code }),
    answers: {
      200: {
        description: 'It is open.',
        schema: z.object({ from: z.string(), name: z.string().describe('Whom it is for, as its owner calls them.') }),
      },
    },
    async answerRequest({ body, header, address }) {
      guardOwnPage(header);
      return { body: { json: await invitations.describe(body.code, address) } };
    },
  });
}

function acceptRoute(invitations: Invitations): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/sign-in/invitation/accept',
    tag: 'session',
    summary:
      'Uses an invitation up: its visitor is a member by the name that they give, and signed in at this browser.',
    maxBytes: 2_000,
    body: z.strictObject({
      code,
      name: personName,
      instead: z.boolean().default(false).describe('Ends the session that this browser has.'),
    }),
    answers: { 200: { description: 'They are in.', schema: openedBody } },
    async answerRequest({ body: { instead, ...body }, header, address, base }) {
      const origin = guardOwnPage(header);
      const before = { cookie: cookieIn({ header, base }), instead };
      return openedAnswer(await invitations.accept({ ...body, address, agent: agentOf(header), before }), {
        origin,
        base,
      });
    },
  });
}
