/** Days that a series leaves out, and its other days as they are. */
import { failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { nextOf } from '../../time/index.ts';
import { leavingOut } from './bounds.ts';
import { change, notPutOff } from './change.ts';
import { type DaySpan, dayIn, occurrenceFrom } from './days.ts';
import { isOpen, type Reminder } from './reminder.ts';
import { texts } from './texts.ts';

/** Leaves these days out of a series. */
export async function skipDays(ctx: TxContext, found: Reminder, span: DaySpan): Promise<ToolResult> {
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
