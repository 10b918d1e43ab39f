import { z } from 'zod';
import { dataTool, done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { type Once, parseWhen } from '../../time/index.ts';
import { askWhich, catchUpInput, LONGEST_TEXT, readingChoice } from './create.ts';
import { refusedAsTooOften } from './limits.ts';
import { nextOf } from './plan.ts';
import { isOpen, type Reminder, type WakeAt } from './reminder.ts';
import { undoOf } from './restore.ts';
import { atOtherTime, onDayOf, parsePutOff, type Schedule, scheduleOf, storedSchedule } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';
import { findWhich } from './which.ts';

const which = z
  .string()
  .default('')
  .describe('Its id, words of its text, its number in the last list, or empty for the one that just spoke.');

/** Stores `after` and answers with what `say` makes of it, which speaks of `at`; it can be taken back. */
async function change(
  { tx, clock }: TxContext,
  before: Reminder,
  after: Reminder,
  say: (after: Reminder) => string,
  at?: Date,
): Promise<ToolResult> {
  await store.save(tx, [after], clock.now());
  const undo = undoOf({ ...after, version: before.version + 1 }, before);
  return done(say(after), { undo, ...(at && { times: [at.toISOString()] }) });
}

export const completeTool = dataTool({
  name: 'reminder_complete',
  description: 'Marks a reminder as done. Of a series only the occurrence that spoke last; the series goes on.',
  effect: 'write',
  input: z.object({
    which,
    ahead: z.boolean().optional().describe('Of a series: the next occurrence, before it speaks.'),
  }),

  async run(input, ctx) {
    const found = await findWhich(ctx, input.which, { tool: 'reminder_complete', input, prefers: 'spoken' });
    if ('ok' in found) return found;
    const now = ctx.clock.now();
    const { rule, plannedAt, snoozedUntil, snoozedOccurrence } = found;
    if (rule === undefined || (plannedAt === undefined && snoozedUntil === undefined)) {
      const after: Reminder = { ...found, state: 'completed', completedAt: now };
      return change(ctx, found, after, texts.completed);
    }
    if (isOpen(found) || snoozedUntil) {
      const doneOccurrence = snoozedOccurrence ?? found.lastOccurrence;
      const after = { ...found, doneOccurrence, snoozedUntil: undefined, snoozedOccurrence: undefined };
      return change(ctx, found, after, (reminder) => texts.completedOne(reminder, now), after.plannedAt);
    }
    if (plannedAt === undefined) return failed('NOT_FOUND', texts.over(found));
    if (!input.ahead) return notOpen(found, plannedAt, now);
    const after = { ...found, doneOccurrence: plannedAt, plannedAt: nextOf(rule, plannedAt) };
    return change(ctx, found, after, (reminder) => texts.skipped(reminder, plannedAt, now), after.plannedAt);
  },
});

/** "Done" before anything was said: the next occurrence, or the whole series? */
function notOpen(reminder: Reminder, next: Date, now: Date): ToolResult {
  return failed('AMBIGUOUS', texts.notOpen(reminder, next, now), {
    choices: [
      { label: 'Skip that one', tool: 'reminder_complete', input: { which: reminder.id, ahead: true } },
      { label: 'End the series', tool: 'reminder_delete', input: { which: reminder.id }, style: 'danger' },
    ],
  });
}

const SPOKE_LATELY_MS = 12 * 3_600_000;

/** The occurrence that a snooze moves: the one that spoke, unless the next one is nearer to mind. */
function putOff(reminder: Reminder, until: Date, now: Date): Reminder {
  const { plannedAt, rule, lastAt, lastOccurrence, snoozedOccurrence } = reminder;
  if (snoozedOccurrence) return { ...reminder, snoozedUntil: until };
  const lately = lastAt !== undefined && now.getTime() - lastAt.getTime() < SPOKE_LATELY_MS;
  if (lastOccurrence && (plannedAt === undefined || (lately && isOpen(reminder)))) {
    return { ...reminder, snoozedUntil: until, snoozedOccurrence: lastOccurrence };
  }
  const next = rule !== undefined && plannedAt ? nextOf(rule, plannedAt) : undefined;
  return { ...reminder, snoozedUntil: until, snoozedOccurrence: plannedAt ?? until, plannedAt: next };
}

export async function snoozeTo(ctx: TxContext, found: Reminder, until: Date, wakeAt: WakeAt): Promise<ToolResult> {
  const now = ctx.clock.now();
  const after = putOff(found, until, now);
  ctx.tx.afterCommit(() => wakeAt(until));
  return change(ctx, found, after, (reminder) => texts.snoozed(reminder, until, now), until);
}

export function snoozeTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_snooze',
    description: 'Puts one occurrence of a reminder off. A series keeps its own times beside it.',
    effect: 'write',
    input: z.object({
      which,
      when: z.string().default('10 minutes').describe("How long, or until when, in the person's own words."),
    }),

    async run(input, ctx) {
      const found = await findWhich(ctx, input.which, { tool: 'reminder_snooze', input, prefers: 'spoken' });
      if ('ok' in found) return found;
      const when = parsePutOff(input.when, ctx.when);
      if (when.kind === 'reject') return failed(when.code, when.say);
      const wanted = { act: 'snooze', which: found.id };
      if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, wanted);
      if (when.kind === 'recurring') {
        return failed('NOT_ONE_TIME', texts.snoozeOnce.message, { remedy: texts.snoozeOnce.remedy });
      }
      const result = await snoozeTo(ctx, found, when.at, wakeAt);
      const choices = when.others?.map((other) => readingChoice(other, wanted));
      return result.ok && choices ? { ...result, choices } : result;
    },
  });
}

export async function moveTo(
  ctx: TxContext,
  found: Reminder,
  schedule: Schedule & Partial<Pick<Reminder, 'urgent' | 'catchUp'>>,
  wakeAt: WakeAt,
  text = found.text,
) {
  const refused = await refusedAsTooOften(ctx, schedule, found.conversationId, found.id);
  if (refused) return refused;
  const now = ctx.clock.now();
  const after = { ...found, ...schedule, text, snoozedUntil: undefined, snoozedOccurrence: undefined };
  ctx.tx.afterCommit(() => wakeAt(schedule.plannedAt));
  return change(ctx, found, after, (reminder) => texts.edited(reminder, now), schedule.plannedAt);
}

export function editTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_edit',
    description: "Changes a reminder's text, its time, or how it is delivered. Pass the person's own words for `when`.",
    effect: 'write',
    input: z.object({
      which,
      text: z.string().optional().describe('The new text.'),
      when: z.string().optional().describe("The new time, in the person's own words."),
      series: z.boolean().optional().describe('Of a series: a single time replaces the whole series.'),
      urgent: z.boolean().optional().describe('Also during quiet hours, or no longer.'),
      catch_up: catchUpInput.optional(),
    }),

    async run(input, ctx) {
      const before = await findWhich(ctx, input.which, { tool: 'reminder_edit', input, prefers: 'any' });
      if ('ok' in before) return before;
      const delivery = { urgent: input.urgent ?? before.urgent, catchUp: input.catch_up ?? before.catchUp };
      const found = { ...before, ...delivery };
      const text = input.text?.trim() || found.text;
      if (text.length > LONGEST_TEXT) return failed('TOO_LONG', texts.tooLong(LONGEST_TEXT));
      const now = ctx.clock.now();
      if (!input.when?.trim()) {
        if (text === before.text && input.urgent === undefined && input.catch_up === undefined) {
          return failed('NO_CHANGE', texts.nothingToEdit.message, { remedy: texts.nothingToEdit.remedy });
        }
        const say = text === before.text ? texts.delivered : texts.edited;
        return change(ctx, before, { ...found, text }, (reminder) => say(reminder, now));
      }
      const onItsDay = onDayOf(dayAt(found, now), input.when, { ...ctx.when, zone: found.zone });
      const when = onItsDay ?? parseWhen(input.when, ctx.when);
      if (when.kind === 'reject') return failed(when.code, when.say);
      const wanted = { act: 'edit', which: found.id, text };
      if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, wanted);
      if (found.rule !== undefined && when.kind === 'once' && !input.series) {
        return onItsDay ? timeOfOneOrAll(found, when, text, now) : oneOrAll(found, input.when, text);
      }
      const schedule = scheduleOf(when, now);
      if (!schedule) return failed('NEVER', 'That never comes.');
      const result = await moveTo(ctx, before, { ...schedule, ...delivery }, wakeAt, text);
      const choices = when.others?.map((other) => readingChoice(other, wanted));
      return result.ok && choices ? { ...result, choices } : result;
    },
  });
}

/** One time for a series may mean its next occurrence, or the end of the series: that is for the person to say. */
function oneOrAll(reminder: Reminder, when: string, text: string): ToolResult {
  return failed('AMBIGUOUS', texts.oneOrAll(reminder), {
    choices: [
      { label: 'Only the next one', tool: 'reminder_snooze', input: { which: reminder.id, when } },
      { label: 'The whole series', tool: 'reminder_edit', input: { which: reminder.id, when, text, series: true } },
    ],
  });
}

/** The day that a time of day alone is meant for: that of the occurrence that just spoke, else of the next one. */
function dayAt(reminder: Reminder, now: Date): Date {
  const { plannedAt, lastAt } = reminder;
  const lately = lastAt !== undefined && now.getTime() - lastAt.getTime() < SPOKE_LATELY_MS;
  return lately && isOpen(reminder) ? now : (plannedAt ?? now);
}

/** Another time of day: of the next occurrence, or of all of them, on their days. */
function timeOfOneOrAll(reminder: Reminder, when: Once, text: string, now: Date): ToolResult {
  const { id, rule = '', zone } = reminder;
  const moved = atOtherTime(rule, when.at, zone);
  const next = { act: 'snooze', which: id, ...storedSchedule(when) };
  const all = { act: 'edit', which: id, text, ...(moved ? { rule: moved, zone } : storedSchedule(when)) };
  return failed('AMBIGUOUS', texts.timeOfOneOrAll(reminder, when.at, now), {
    choices: [
      { label: 'Only the next one', tool: 'reminder_choose', input: next },
      { label: 'The whole series', tool: 'reminder_choose', input: all },
    ],
  });
}

export const deleteTool = dataTool({
  name: 'reminder_delete',
  description: 'Deletes a reminder; a series ends with it.',
  effect: 'write',
  input: z.object({ which }),

  async run(input, ctx) {
    const found = await findWhich(ctx, input.which, { tool: 'reminder_delete', input, prefers: 'any' });
    if ('ok' in found) return found;
    return change(ctx, found, { ...found, state: 'deleted' }, texts.deleted);
  },
});
