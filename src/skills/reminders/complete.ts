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
    const comes = (found: Reminder, { first, last }: DaySpan): boolean => {
      const next = occurrenceFrom(found, first, dayOf);
      return !isOpen(found) || (next !== undefined && dayOf(next) <= last);
    };
    return ofEach(ctx, { tool: 'reminder_complete', input, prefers: 'spoken' }, async (found) => {
      if (!span) return complete(ctx, found, input);
      if (found.rule === undefined) return failed('NO_CHANGE', texts.noSeries(found));
      return span.first !== '' || comes(found, span) ? skipDays(ctx, found, span) : complete(ctx, found, input);
    });
  },
});

interface Ahead {
  ahead?: boolean | undefined;
  next?: boolean | undefined;
}

async function complete(ctx: TxContext, found: Reminder, input: Ahead): Promise<ToolResult> {
  const now = ctx.clock.now();
  const { rule, plannedAt, snoozedUntil, snoozedOccurrence, nagged } = found;
  if (rule === undefined || (plannedAt === undefined && snoozedUntil === undefined)) {
    const after: Reminder = { ...found, state: 'completed', completedAt: now };
    return change(ctx, found, after, texts.completed);
  }
  const isNext = input.next && plannedAt && (snoozedUntil === undefined || nagged > 0);
  if (!isNext && (isOpen(found) || snoozedUntil)) {
    const doneOccurrence = snoozedOccurrence ?? found.lastOccurrence;
    const after = { ...found, doneOccurrence, ...notPutOff };
    return change(ctx, found, after, (reminder) => texts.completedOne(reminder, ctx.when), after.plannedAt);
  }
  if (plannedAt === undefined) return failed('NOT_FOUND', texts.over(found));
  if (!input.ahead) return notOpen(found, plannedAt, ctx.when);
  const after = { ...found, doneOccurrence: plannedAt, plannedAt: nextOf(rule, plannedAt) };
  return change(ctx, found, after, (reminder) => texts.skipped(reminder, plannedAt, ctx.when), after.plannedAt);
}

// Days that a series leaves out, and its other days as they are.

async function skipDays(ctx: TxContext, found: Reminder, span: DaySpan): Promise<ToolResult> {
  const now = ctx.clock.now();
  const left = withoutDays(found, span, dayIn(ctx.when.zone), now);
  if (!left) return failed('NO_CHANGE', texts.notThen(found, ctx.when));
  const { after, skipped } = left;
  const say = (reminder: Reminder) =>
    reminder.state === 'pending' ? texts.leftOut(reminder, skipped, ctx.when) : texts.deleted(reminder);
  return change(ctx, found, after, say, after.plannedAt);
}

/** `found` without those of its occurrences that are still to come then; undefined where it does not come. */
function withoutDays(
  found: Reminder,
  { first, last }: DaySpan,
  dayOf: (at: Date) => string,
  now: Date,
): { after: Reminder; skipped: Date[] } | undefined {
  const { zone, plannedAt, snoozedUntil, snoozedOccurrence, lastOccurrence } = found;
  const ownDay = dayIn(zone);
  const skipped: Date[] = [];
  let { rule } = found;
  for (let at = occurrenceFrom(found, first, dayOf); rule && at && dayOf(at) <= last; at = nextOf(rule, at)) {
    skipped.push(at);
    rule = leavingOut(rule, ownDay(at));
  }
  const isPutOff = snoozedUntil !== undefined && dayOf(snoozedUntil) >= first && dayOf(snoozedUntil) <= last;
  if (skipped.length === 0 && !isPutOff) return undefined;
  const isToday = isOpen(found) && first <= dayOf(now) && lastOccurrence && dayOf(lastOccurrence) === dayOf(now);
  const still = {
    ...(isToday && { doneOccurrence: lastOccurrence }),
    ...(isPutOff && { ...notPutOff, doneOccurrence: snoozedOccurrence }),
  };
  const next = rule === undefined || !plannedAt ? undefined : nextOf(rule, new Date(plannedAt.getTime() - 1));
  const isOver = next === undefined && (isPutOff || snoozedUntil === undefined);
  const after: Reminder = { ...found, ...still, rule, plannedAt: next, ...(isOver && { state: 'deleted' }) };
  return { after, skipped: skipped.length > 0 ? skipped : [snoozedUntil as Date] };
}
