import { z } from 'zod';
import { dataTool, failed, privately } from '../../agent/index.ts';
import { ownTime, timeBeside } from './change.ts';
import { askWhich, storeUnderstood } from './create.ts';
import { isOpen, type WakeAt } from './reminder.ts';
import { snoozeTo } from './snooze.ts';
import { texts } from './texts.ts';
import { findWhich } from './which.ts';

/** "And again on Sunday", "an hour before that": a further reminder, whose words leave out what the first one has. */
export function againTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_again',
    times: ['when'],
    topic: 'reminder',
    description: 'Sets a reminder beside another one, at a time that may be told from its time.',
    effect: 'write',
    hidden: true,
    redact: privately('which', 'text'),
    input: z.object({
      which: z.string().default(''),
      when: z.string(),
      text: z.string().optional(),
    }),

    async run(input, ctx) {
      const found = await findWhich(ctx, input.which, { tool: 'reminder_again', input, prefers: 'any' });
      if ('ok' in found) return found;
      const { text = found.text } = input;
      const waits = input.text === undefined && found.rule === undefined && isOpen(found);
      const { when } = timeBeside(ctx, ownTime(found, ctx.clock.now()), input.when);
      if (when === undefined) return failed('PAST', texts.pickedPast);
      if (when.kind === 'reject') return failed(when.code, when.say);
      // What has spoken and is not done needs no second one beside it.
      if (waits && when.kind === 'once') return snoozeTo(ctx, found, when.at, wakeAt);
      const tainted = input.text === undefined && found.tainted;
      const wanted = { text, urgent: found.urgent, catch_up: found.catchUp, tainted };
      if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, { act: 'create', ...wanted });
      return storeUnderstood(ctx, wanted, when, wakeAt);
    },
  });
}
