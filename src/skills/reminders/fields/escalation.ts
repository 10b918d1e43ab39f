/** Reminders that somebody else is told where their person does not answer. */
import type { z } from 'zod';
import { type Failed, failed, type TxContext } from '../../../agent/index.ts';
import { escalateInput, isOff, readEscalation } from '../../../chat/index.ts';
import { texts } from './texts.ts';

export const escalation = escalateInput.describe(
  'Who is told where the person has not answered it by then: `to`, a name of target_list ("off": nobody), `after` how long.',
);

type Escalate = z.output<typeof escalation>;

/** True if others are to be told: its person agrees first, also where a model has understood them so. */
export const tellsOthers = ({ escalate }: { escalate?: Escalate | null | undefined }): boolean =>
  escalate ? !isOff(escalate.to) : false;

/**
 * Columns of a reminder that is told somebody else where nobody answers it; without a target of one that is not.
 *
 * @returns a failure `DENIED` for a program that may not decide in its person's place.
 */
export async function escalationOf(
  ctx: Pick<TxContext, 'tx' | 'person' | 'tainted' | 'request' | 'approval'>,
  escalate: Escalate,
): Promise<{ thenTarget: string | undefined; thenMinutes: number | undefined } | Failed> {
  const { tainted, request, approval } = ctx;
  if (tellsOthers({ escalate }) && tainted && request.byProgram && !approval.confirmed)
    return failed('DENIED', texts.escalatedByPerson);
  const then = await readEscalation(ctx, escalate);
  return then && 'ok' in then ? then : { thenTarget: then?.target, thenMinutes: then?.minutes };
}
