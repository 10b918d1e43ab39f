import { z } from 'zod';
import { dataTool, failed, privately, type ToolResult, type TxContext } from '../../agent/index.ts';
import { nextOf, type Reader, storedPlan, type When } from '../../time/index.ts';
import { change, ofEach, SPOKE_LATELY_MS, which, whyNot } from './change.ts';
import { askWhich, readingChoice } from './create.ts';
import { spanOf } from './days.ts';
import { isSeveralTimes, moveApart, movedTo, occurrenceWithin } from './one-day.ts';
import { isOpen, type Reminder, type WakeAt } from './reminder.ts';
import { filledIn, onDayOf, parsePutOff } from './schedule.ts';
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

/** `occurrence`: the one that is meant, where a day was named; else the one that is nearest to mind. */
export async function snoozeTo(
  ctx: TxContext,
  found: Reminder,
  until: Date,
  wakeAt: WakeAt,
  occurrence?: Date,
): Promise<ToolResult> {
  const now = ctx.clock.now();
  const moved = occurrence === undefined ? putOff(found, until, now) : movedTo(found, occurrence, until);
  if (!moved) return moveApart(ctx, found, occurrence as Date, until, wakeAt);
  ctx.tx.afterCommit(() => wakeAt(until));
  return change(ctx, found, { ...moved, nagged: 0 }, (reminder) => texts.snoozed(reminder, until, ctx.when), until);
}

export function snoozeTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_snooze',
    times: ['when', 'day'],
    dialogue: { thing: 'reminder' },
    description: 'Puts one occurrence of a reminder off. A series keeps its own times beside it.',
    effect: 'write',
    redact: privately('which'),
    input: z.object({
      which,
      when: z
        .string()
        .default('10 minutes')
        .describe("How long, or until when, in the person's own words or in plain English."),
      day: z.string().max(100).optional().describe('Of a series: only that day moves.'),
    }),

    run: (input, ctx) =>
      ofEach(ctx, { tool: 'reminder_snooze', input, prefers: input.day === undefined ? 'spoken' : 'any' }, (found) =>
        snooze(ctx, found, { when: input.when, day: input.day }, wakeAt),
      ),
  });
}

async function snooze(
  ctx: TxContext,
  found: Reminder,
  { when: words, day }: { when: string; day: string | undefined },
  wakeAt: WakeAt,
): Promise<ToolResult> {
  const now = ctx.clock.now();
  const span = day === undefined || found.rule === undefined ? undefined : spanOf(day, ctx);
  const occurrence = span && occurrenceWithin(found, span, ctx);
  const own = occurrence ?? ownTime(found, now);
  const completed = own ? completedPutOff(words, own, found.zone) : words;
  // Three o'clock is on the day of the occurrence that moves.
  const itsDay = own ? onDayOf(own, completed.replace(UNTIL, ''), ctx.when) : undefined;
  const when = itsDay ?? parsePutOff(completed, own ?? now, ctx.when);
  if (when.kind === 'reject') return failed(when.code, whyNot(when, words));
  if (span && !occurrence) return notThen(found, when, ctx.when);
  const wanted = { act: 'snooze', which: found.id, ...(occurrence && { occurrence: occurrence.toISOString() }) };
  if (when.kind === 'ambiguous') return askWhich(when.question, when.readings, wanted);
  if (when.kind === 'recurring') return failed('NOT_ONE_TIME', texts.snoozeOnce);
  if (span && occurrence && isSeveralTimes(found, occurrence, span, ctx))
    return failed('NOT_ONE_TIME', texts.snoozeOnce);
  const result = await snoozeTo(ctx, found, when.at, wakeAt, occurrence);
  const choices = when.others?.map((other) => readingChoice(other, wanted));
  return result.ok && choices ? { ...result, choices: [...choices, ...(result.choices ?? [])] } : result;
}

/** A series that does not come on the day that was named: its next occurrence may be meant, or nothing. */
function notThen(found: Reminder, when: When, reader: Reader): ToolResult {
  const meant = when.kind === 'ambiguous' ? when.readings.map((reading) => reading.when) : [when];
  const choices = meant.flatMap((one) =>
    one.kind === 'once'
      ? {
          label: texts.moveNext(found, one.at, reader),
          tool: 'reminder_choose',
          input: { act: 'snooze', which: found.id, ...storedPlan(one) },
        }
      : [],
  );
  return failed('AMBIGUOUS', texts.notThen(found, reader), { choices });
}

/** When it will speak, if it has not spoken yet and is not being put off; lengths count from then. */
function ownTime(reminder: Reminder, now: Date): Date | undefined {
  const { plannedAt, snoozedUntil, snoozedOccurrence, lastOccurrence } = reminder;
  const hasSpoken = snoozedUntil && lastOccurrence && snoozedOccurrence && snoozedOccurrence <= lastOccurrence;
  const at = hasSpoken ? undefined : (snoozedUntil ?? plannedAt);
  return !isOpen(reminder) && at !== undefined && at > now ? at : undefined;
}

const UNTIL = /^(?:until|till|til|to)\s+/i;

const DAYS_LONG =
  /^(?:for |by )?(?:another |a further )?(?:an?|\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|a couple of) (?:days?|weeks?|fortnights?|months?)$/i;

/** "Until tomorrow" keeps the hour; a length of time stays as it is. */
function completedPutOff(words: string, at: Date, zone: string): string {
  const [, lead = '', rest = ''] = /^((?:until|till|til|to)\s+)?(.+)$/is.exec(words.trim()) ?? [];
  // "By two days" counts from its own time.
  return DAYS_LONG.test(rest) ? words.trim() : `${lead}${filledIn(rest, at, zone)}`;
}
