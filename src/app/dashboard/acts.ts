/** Actions of the dashboard's buttons, each with its entry in the audit log. */

import { z } from 'zod';
import type { Decided } from '../../agent/index.ts';
import { recordAct } from '../../audit/index.ts';
import { CodaError } from '../../base/errors.ts';
import { type AnyRoute, route } from '../../chat/index.ts';
import type { DashboardParts } from './parts.ts';
import { skillActs } from './skills.ts';
import { ORIGIN, personOf } from './who.ts';

const uuid = z.object({ id: z.uuid() });

export function dashboardActs(parts: DashboardParts): readonly AnyRoute[] {
  return [decide(parts), resend(parts), ...skillActs(parts)];
}

function decide({ approvals }: DashboardParts): AnyRoute {
  return route({
    method: 'POST',
    path: '/approvals/:id',
    page: true,
    scope: 'admin',
    summary: 'Decides about a call that waits.',
    params: z.object({ id: z.string().regex(/^[0-9a-f]{12,64}$/) }),
    body: z.strictObject({ approved: z.boolean() }),
    async handle(request) {
      const decided = await approvals.decideAs(personOf(request), ORIGIN, request.params.id, request.body.approved);
      if (decided !== 'done') throw undecided(decided);
      return { body: { json: { done: true } } };
    },
  });
}

function undecided(decided: Decided): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message:
      decided === 'gone' ? 'Somebody has decided already, or it was too late.' : 'It cannot be told which is meant.',
    remedy: 'Look at the page again.',
  });
}

function resend({ delivery, world }: DashboardParts): AnyRoute {
  return route({
    method: 'POST',
    path: '/undelivered/:id/resend',
    page: true,
    scope: 'admin',
    summary: 'Sends a dead letter again.',
    params: uuid,
    async handle(request) {
      const { id } = request.params;
      const by = { personId: personOf(request), origin: ORIGIN } as const;
      const act = recordAct<number>(world, 'outbox resend', (count) => (count > 0 ? { id } : undefined), by);
      if ((await delivery.outbox.revive(id, act)) === 0) {
        throw new CodaError('HTTP_CONFLICT', {
          message: 'It was sent again already.',
          remedy: 'Look at the page again.',
        });
      }
      return { body: { json: { done: true } } };
    },
  });
}
