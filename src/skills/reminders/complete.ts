import { z } from 'zod';
import { dataTool, failed, privately, type ToolResult, type TxContext } from '../../agent/index.ts';
import { nextOf } from '../../time/index.ts';
import { leavingOut } from './bounds.ts';
import { change, notOpen, notPutOff, ofEach, which } from './change.ts';
import { type DaySpan, dayIn, daysInput, occurrenceFrom, readDays, spanOf } from './days.ts';
import { isOpen, type Reminder } from './reminder.ts';
import { texts } from './texts.ts';

export const completeTool = dataTool({
  name: 'reminder_complete',
  group: 'unshown',
  form: { times: ['day'], own: ['days', 'next'] },
  dialogue: { thing: 'reminder', asks: { NOT_A_DATE: 'day' } },
  policy: { deletes: () => 1 },
  description: 'Marks a reminder as done. Of a series only the occurrence that spoke last; the series goes on.',
  effect: 'write',
  record: { redact: privately('which') },
  input: z.object({
    which,
    ahead: z.boolean().optional().describe('Of a series: the next occurrence, before it speaks.'),
    day: z.string().max(100).optional().describe('Of a series: what comes then is skipped. "Friday", "next week".'),
    days: daysInput,
    next: z.boolean().optional().describe('Also after one spoke.'),
  }),

  run(input, ctx) {
    const named = input.day?.trim() ? spanOf(input.day.trim(), ctx) : undefined;
    if (input.day?.trim() && !named) {
      const { message, remedy } = texts.badDay(input.day);
      return Promise.resolve(failed('NOT_A_DATE', message, { remedy }));
    }
    const span = readDays(input.days) ?? named;
    const dayOf = dayIn(ctx.when.zone);
    /** True if it is still to come then: what has just spoken is skipped by being done. */
    const comes = (reminder: Reminder, { first, last }: DaySpan): boolean => {
      const next = occurrenceFrom(reminder, first, dayOf);
      return !isOpen(reminder) || (next !== undefined && dayOf(next) <= last);
    };
    return ofEach(ctx, { tool: 'reminder_complete', input, prefers: 'spoken' }, async (reminder) => {
      if (!span) return complete(ctx, reminder, input);
      if (reminder.rule === undefined) return failed('NO_CHANGE', texts.noSeries(reminder));
      return span.first !== '' || comes(reminder, span)
        ? skipDays(ctx, reminder, span)
        : complete(ctx, reminder, input);
    });
  },
});

interface Ahead {
  ahead?: boolean | undefined;
  next?: boolean | undefined;
}

async function complete(ctx: TxContext, before: Reminder, input: Ahead): Promise<ToolResult> {
  const now = ctx.clock.now();
  const { rule, plannedAt, snoozedUntil, snoozedOccurrence, nagged } = before;
  if (rule === undefined || (plannedAt === undefined && snoozedUntil === undefined)) {
    const after: Reminder = { ...before, state: 'completed', completedAt: now };
    return change(ctx, before, after, texts.completed);
  }
  const isNext = input.next && plannedAt && (snoozedUntil === undefined || nagged > 0);
  if (!isNext && (isOpen(before) || snoozedUntil)) {
    const doneOccurrence = snoozedOccurrence ?? before.lastOccurrence;
    const after = { ...before, doneOccurrence, ...notPutOff };
    return change(ctx, before, after, (reminder) => texts.completedOne(reminder, ctx.when), after.plannedAt);
  }
  if (plannedAt === undefined) return failed('NOT_FOUND', texts.over(before));
  if (!input.ahead) return notOpen(before, plannedAt, ctx.when);
  const after = { ...before, doneOccurrence: plannedAt, plannedAt: nextOf(rule, plannedAt) };
  return change(ctx, before, after, (reminder) => texts.skipped(reminder, plannedAt, ctx.when), after.plannedAt);
}

// Days that a series leaves out, and its other days as they are.

async function skipDays(ctx: TxContext, before: Reminder, span: DaySpan): Promise<ToolResult> {
  const now = ctx.clock.now();
  const outcome = withoutDays(before, span, dayIn(ctx.when.zone), now);
  if (!outcome) return failed('NO_CHANGE', texts.notThen(before, ctx.when));
  const { after, skipped } = outcome;
  const say = (reminder: Reminder) =>
    reminder.state === 'pending' ? texts.leftOut(reminder, skipped, ctx.when) : texts.deleted(reminder);
  return change(ctx, before, after, say, after.plannedAt);
}

/** `reminder` without those of its occurrences that are still to come then; undefined where it does not come. */
function withoutDays(
  reminder: Reminder,
  { first, last }: DaySpan,
  dayOf: (at: Date) => string,
  now: Date,
): { after: Reminder; skipped: Date[] } | undefined {
  const { zone, plannedAt, snoozedUntil, snoozedOccurrence, lastOccurrence } = reminder;
  const ownDay = dayIn(zone);
  const skipped: Date[] = [];
  let { rule } = reminder;
  for (let at = occurrenceFrom(reminder, first, dayOf); rule && at && dayOf(at) <= last; at = nextOf(rule, at)) {
    skipped.push(at);
    rule = leavingOut(rule, ownDay(at));
  }
  const isPutOff = snoozedUntil !== undefined && dayOf(snoozedUntil) >= first && dayOf(snoozedUntil) <= last;
  if (skipped.length === 0 && !isPutOff) return undefined;
  const isToday = isOpen(reminder) && first <= dayOf(now) && lastOccurrence && dayOf(lastOccurrence) === dayOf(now);
  const still = {
    ...(isToday && { doneOccurrence: lastOccurrence }),
    ...(isPutOff && { ...notPutOff, doneOccurrence: snoozedOccurrence }),
  };
  const next = rule === undefined || !plannedAt ? undefined : nextOf(rule, new Date(plannedAt.getTime() - 1));
  const isOver = next === undefined && (isPutOff || snoozedUntil === undefined);
  const after: Reminder = { ...reminder, ...still, rule, plannedAt: next, ...(isOver && { state: 'deleted' }) };
  return { after, skipped: skipped.length > 0 ? skipped : [snoozedUntil as Date] };
}
