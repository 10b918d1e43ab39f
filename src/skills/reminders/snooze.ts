import { z } from 'zod';
import { dataTool, failed, privately, type ToolResult, type TxContext } from '../../agent/index.ts';
import { nextOf } from '../../time/index.ts';
import { change, ofEach, SPOKE_LATELY_MS, which } from './change.ts';
import { askWhich, readingChoice } from './create.ts';
import { isOpen, type Reminder, type WakeAt } from './reminder.ts';
import { filledIn, parsePutOff } from './schedule.ts';
import { texts } from './texts.ts';

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
  const after = { ...putOff(found, until, now), nagged: 0 };
  ctx.tx.afterCommit(() => wakeAt(until));
  return change(ctx, found, after, (reminder) => texts.snoozed(reminder, until, now), until);
}

export function snoozeTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_snooze',
    topic: 'reminder',
    description: 'Puts one occurrence of a reminder off. A series keeps its own times beside it.',
    effect: 'write',
    redact: privately('which'),
    input: z.object({
      which,
      when: z.string().default('10 minutes').describe("How long, or until when, in the person's own words."),
    }),

    run: (input, ctx) =>
      ofEach(ctx, { tool: 'reminder_snooze', input, prefers: 'spoken' }, (found) =>
        snooze(ctx, found, input.when, wakeAt),
      ),
  });
}

async function snooze(ctx: TxContext, found: Reminder, words: string, wakeAt: WakeAt): Promise<ToolResult> {
  const now = ctx.clock.now();
  const own = ownTime(found, now);
  const when = parsePutOff(own ? completedPutOff(words, own, found.zone) : words, own ?? now, ctx.when);
  if (when.kind === 'reject') return failed(when.code, when.say);
  const wanted = { act: 'snooze', which: found.id };
  if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, wanted);
  if (when.kind === 'recurring') {
    return failed('NOT_ONE_TIME', texts.snoozeOnce.message, { remedy: texts.snoozeOnce.remedy });
  }
  const result = await snoozeTo(ctx, found, when.at, wakeAt);
  const choices = when.others?.map((other) => readingChoice(other, wanted));
  return result.ok && choices ? { ...result, choices } : result;
}

/** When it will speak, if it has not spoken yet and is not being put off; lengths count from then. */
function ownTime(reminder: Reminder, now: Date): Date | undefined {
  const { plannedAt, snoozedUntil, snoozedOccurrence, lastOccurrence } = reminder;
  const hasSpoken = snoozedUntil && lastOccurrence && snoozedOccurrence && snoozedOccurrence <= lastOccurrence;
  const at = hasSpoken ? undefined : (snoozedUntil ?? plannedAt);
  return !isOpen(reminder) && at !== undefined && at > now ? at : undefined;
}

/** "Until tomorrow" keeps the hour; a length of time stays as it is. */
function completedPutOff(words: string, at: Date, zone: string): string {
  const [, lead = '', rest = ''] = /^((?:until|till|til|to)\s+)?(.+)$/is.exec(words.trim()) ?? [];
  return `${lead}${filledIn(rest, at, zone)}`;
}
