/** The way in for the first visitor, and which ways there are for the others. */
import { z } from 'zod';
import { type AnyRoute, route } from '../../../chat/index.ts';
import type { FirstStart, Passkeys } from '../../../sign-in/index.ts';
import { isZone } from '../../../time/index.ts';
import { guardOwnPage, openedAnswer, openedBody, personName } from './session.ts';

export function firstStartRoute(first: FirstStart): AnyRoute {
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
      zone: z
        .string()
        .max(64)
        .optional()
        .describe('Of the browser; what the person says later goes before it. One that is not known here is left out.'),
    }),
    answers: { 200: { description: 'They are.', schema: openedBody } },
    async answerRequest({ body: { code, name, zone }, header, address, base }) {
      const origin = guardOwnPage(header);
      // Browsers know zones that are newer than this runtime: no reason to let nobody in.
      const zoneHere = zone !== undefined && isZone(zone) ? zone : undefined;
      return openedAnswer(await first.claim({ code, name, zone: zoneHere, address }), { origin, base });
    },
  });
}

export function signInWaysRoute(
  first: Pick<FirstStart, 'isPending'>,
  passkeys: Pick<Passkeys, 'isOffered'>,
  command: string,
): AnyRoute {
  return route({
    method: 'GET',
    path: '/v1/sign-in',
    tag: 'session',
    beforeOwner: true,
    summary: 'How one signs in: whether this coda waits for its first owner, and whether a passkey may be used.',
    answers: {
      200: {
        description: 'How one signs in.',
        schema: z.object({
          first: z.boolean().describe('True: nobody owns it yet; POST /v1/first-start makes one.'),
          command: z.string().describe('The words before a command of coda, as whoever runs it types them.'),
          passkey: z.boolean().describe('True: somebody has a passkey of this address.'),
        }),
      },
    },
    async answerRequest({ header }) {
      const [isFirst, passkey] = await Promise.all([first.isPending(), passkeys.isOffered(header('host'))]);
      return { body: { json: { first: isFirst, passkey, command } } };
    },
  });
}
