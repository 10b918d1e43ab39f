import { z } from 'zod';
import { dataTool, failed, privately, type TxContext } from '../../agent/index.ts';
import { describe, type Planned, readPlan } from '../../time/index.ts';
import { moveTo, timeBeside } from './change.ts';
import { askWhich, createInput, storePlanned, storeUnderstood, type ToCreate } from './create.ts';
import { conditionOf, narrowed } from './narrow.ts';
import type { WakeAt } from './reminder.ts';
import { atOtherTime } from './schedule.ts';
import { snoozeTo } from './snooze.ts';
import { texts } from './texts.ts';
import { findWhich } from './which.ts';

/** What a button does that stands for one reading of ambiguous words: the time is settled, nothing is parsed again. */
export function chooseTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_choose',
    times: ['when'],
    dialogue: { thing: 'reminder' },
    description: 'Sets, moves or puts off a reminder to a time that the person picked.',
    effect: 'write',
    hidden: true,
    redact: privately('text'),
    input: z.object({
      act: z.enum(['create', 'edit', 'snooze']),
      which: z.string().default(''),
      text: z.string().optional(),
      when: z
        .string()
        .max(200)
        .optional()
        .describe('Other words for the time of what is made; what they leave out stays.'),
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
      const { act, text = '', when } = input;
      if (act === 'create' && when !== undefined) return makeAt(ctx, { ...input, text, when }, schedule, wakeAt);
      if (act === 'create') return storePlanned(ctx, { ...input, text }, schedule, wakeAt);
      const found = await findWhich(ctx, input.which, { tool: 'reminder_choose', input, prefers: 'any' });
      if ('ok' in found) return found;
      const occurrence = input.occurrence === undefined ? undefined : new Date(input.occurrence);
      if (act === 'snooze') return snoozeTo(ctx, found, schedule.plannedAt, wakeAt, occurrence);
      return moveTo(ctx, found, schedule, wakeAt, input.text);
    },
  });
}

/**
 * "Make it 4" said of what was offered for tomorrow at 3: it is made at once, then. A day for what was offered as a series may
 * end the series, so that is asked.
 */
async function makeAt(ctx: TxContext, input: ToCreate & { when: string }, offered: Planned, wakeAt: WakeAt) {
  const { rule, zone, plannedAt } = offered;
  const condition = rule === undefined ? undefined : conditionOf(input.when);
  const under = condition === undefined ? undefined : narrowed({ rule, zone }, condition, ctx.when);
  const { when, itsDay } = under ? { when: under } : timeBeside(ctx, { at: plannedAt, zone }, input.when);
  if (when === undefined) return failed('PAST', texts.pickedPast);
  if (when.kind === 'reject') return failed(when.code, when.say);
  const { text, lead, dm, urgent, catch_up, nag, tainted } = input;
  const wanted = { act: 'create', text, lead, dm, urgent, catch_up, nag, tainted };
  if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, wanted);
  const moved = rule && itsDay && when.kind === 'once' ? atOtherTime(rule, when.at, zone) : undefined;
  const series = moved === undefined ? undefined : readPlan({ rule: moved, zone }, ctx.clock.now());
  if (rule && !series && when.kind === 'once')
    return askWhich(texts.offer(text), [{ words: describe(when, ctx.when), when }], wanted);
  return series ? storePlanned(ctx, input, series, wakeAt) : storeUnderstood(ctx, input, when, wakeAt);
}
