import { z } from 'zod';
import { dataTool, failed, privately } from '../../agent/index.ts';
import { readPlan } from '../../time/index.ts';
import { moveTo } from './change.ts';
import { createInput, storePlanned } from './create.ts';
import type { WakeAt } from './reminder.ts';
import { findWhich } from './resolve.ts';
import { snoozeTo } from './snooze.ts';
import { texts } from './texts.ts';

/** Tool of a button for one reading of ambiguous words: the time is settled, nothing is parsed again. */
export function chooseTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_choose',
    dialogue: { thing: 'reminder' },
    description: 'Sets, moves or puts off a reminder to a time that the person picked.',
    effect: 'write',
    hidden: true,
    redact: privately('text'),
    input: z.object({
      act: z.enum(['create', 'edit', 'snooze']),
      which: z.string().default(''),
      text: z.string().optional(),
      at: z.iso.datetime().optional(),
      rule: z.string().optional(),
      zone: z.string(),
      occurrence: z.iso.datetime().optional().describe('The one put off.'),
      lead: createInput.shape.lead,
      dm: z.boolean().optional(),
      urgent: z.boolean().optional(),
      catch_up: createInput.shape.catch_up,
      nag: createInput.shape.nag,
      tainted: z.boolean().optional(),
    }),

    async run(input, ctx) {
      const now = ctx.clock.now();
      const schedule = readPlan(input, now);
      if (!schedule || schedule.plannedAt <= now) return failed('PAST', texts.pickedPast);
      const { act, text = '' } = input;
      if (act === 'create') return storePlanned(ctx, { ...input, text }, schedule, wakeAt);
      const found = await findWhich(ctx, input.which, { tool: 'reminder_choose', input, prefers: 'any' });
      if ('ok' in found) return found;
      const occurrence = input.occurrence === undefined ? undefined : new Date(input.occurrence);
      if (act === 'snooze') return snoozeTo(ctx, found, schedule.plannedAt, wakeAt, occurrence);
      return moveTo(ctx, found, schedule, wakeAt, input.text);
    },
  });
}
