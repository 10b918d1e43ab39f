import { z } from 'zod';
import { dataTool, failed, privately, quoting, type ToolResult } from '../../agent/index.ts';
import { change, ofEach, which } from './change.ts';
import type { Reminder } from './reminder.ts';
import { findSome, isAll } from './resolve.ts';
import { texts } from './texts.ts';

/** More than so many are not deleted without asking. */
const MOST_UNASKED = 2;

/** A deletion; all at once, or many, are asked about. */
export const deleteTool = dataTool({
  name: 'reminder_delete',
  dialogue: { thing: 'reminder' },
  // Several at once count as many.
  deletes: ({ which, sure }) => (sure || isAll(which) || which.includes(',') ? 2 : 1),
  description: 'Deletes a reminder; a series ends with it.',
  effect: 'write',
  redact: privately('which'),
  own: ['sure'],
  // Strict: a button of an earlier version that took days off a series must not end it.
  input: z.strictObject({
    which,
    sure: z.boolean().optional().describe('Many at once, which the person has confirmed.'),
  }),

  async run(input, ctx) {
    const wanted = { tool: 'reminder_delete', input, prefers: 'any' } as const;
    const found = await findSome(ctx, input.which, wanted);
    if (!Array.isArray(found)) return found;
    const isMany = found.length > (isAll(input.which) ? 1 : MOST_UNASKED);
    if (isMany && !input.sure) return quoting(askAll(found), found);
    return ofEach(ctx, wanted, (one) => change(ctx, one, { ...one, state: 'deleted' }, texts.deleted));
  },
});

function askAll(found: readonly Reminder[]): ToolResult {
  const which = found.map(({ id }) => id).join(', ');
  return failed('AMBIGUOUS', texts.reallyAll(found), {
    choices: [
      {
        label: `Delete all ${found.length}`,
        tool: 'reminder_delete',
        input: { which, sure: true },
        style: 'danger',
      },
    ],
  });
}
