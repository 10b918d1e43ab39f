/** Programs have a person told something, over HTTP as with `coda notify`. */

import { z } from 'zod';
import { recordAct } from '../audit/index.ts';
import { type AnyRoute, route } from '../chat/index.ts';
import { type Notified, type NotifyDeps, notify } from '../delivery/index.ts';
import type { Core } from './core.ts';

/** Once for each key; `Idempotency-Key` counts as one. A program's words are not the person's own: they taint. */
export function notifyRoute({ database, world, jobs }: Pick<Core, 'world'> & NotifyDeps): AnyRoute {
  return route({
    method: 'POST',
    path: '/v1/notify',
    scope: 'notify',
    tag: 'notify',
    summary: 'Has a person told something in their direct conversation, once for each key.',
    body: z.strictObject({
      to: z.string().trim().min(1).max(200).describe('An account such as discord:123, a name, or an id.'),
      text: z.string().trim().min(1).max(8_000),
      key: z.string().min(1).max(200).optional(),
    }),
    answers: {
      202: {
        description: 'It is written down and will be said; or was asked for before under this key.',
        schema: z.object({ outcome: z.enum(['accepted', 'duplicate']), key: z.string() }),
      },
    },
    async handle({ body: { to, text, key }, header, caller }) {
      const given = key ?? header('idempotency-key');
      const notice = { to, text, tainted: true, ...(given && { key: given }) };
      const act = recordAct<Notified>(world, 'notify', (notified) => ({ to, ...notified, token: caller?.name }));
      const notified = await notify({ database, world, jobs }, notice, act);
      return { status: 202, body: { json: notified } };
    },
  });
}
