/** One occurrence of a series that moves, and the others as they are. */
import { done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import { shortId } from '../../base/ids.ts';
import { addDays, nextOf } from '../../time/index.ts';
import { leavingOut } from './bounds.ts';
import { type DaySpan, dayIn, occurrenceFrom } from './days.ts';
import { MOST_PENDING } from './limits.ts';
import { isOpen, type Reminder, type WakeAt } from './reminder.ts';
import { undoOfAll } from './restore.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** The occurrence of a series on these days: one to come, the one that is put off, or the one that spoke. */
export function occurrenceWithin(found: Reminder, { first, last }: DaySpan, { when, clock }: TxContext) {
  const dayOf = dayIn(when.zone);
  const isIn = (at: Date | undefined): boolean => at !== undefined && dayOf(at) >= first && dayOf(at) <= last;
  const { snoozedUntil, snoozedOccurrence, lastOccurrence } = found;
  const next = occurrenceFrom(found, first, dayOf);
  if (isIn(next)) return next;
  if (isIn(snoozedUntil)) return snoozedOccurrence;
  const spoken = isOpen(found) ? lastOccurrence : undefined;
  return spoken && isIn(spoken) && dayOf(spoken) === dayOf(clock.now())
    ? spoken
    : begunToday(found, { first, last }, when);
}

/** True if another one follows `occurrence` on these days. */
export function isSeveralTimes({ rule }: Reminder, occurrence: Date, { last }: DaySpan, { when }: TxContext): boolean {
  const next = rule === undefined ? undefined : nextOf(rule, occurrence);
  return next !== undefined && dayIn(when.zone)(next) <= last;
}

/** A series that was set after its hour of today comes today, too. */
function begunToday(
  { rule = '', plannedAt, lastOccurrence }: Reminder,
  { first, last }: DaySpan,
  { now, zone }: TxContext['when'],
): Date | undefined {
  const dayOf = dayIn(zone);
  const today = dayOf(now);
  if (lastOccurrence || !plannedAt || /INTERVAL|COUNT/.test(rule) || first > today || last < today) return undefined;
  const [, start = ''] = /^DTSTART[^\n]*:(\d{8})T/.exec(rule) ?? [];
  if (start === '') return undefined;
  const earlier = addDays(start.replace(/(....)(..)/, '$1-$2-'), -7).replaceAll('-', '');
  const begun = rule.replace(`:${start}T`, `:${earlier}T`);
  // A day has at most 25 hours.
  let at = nextOf(begun, new Date(now.getTime() - 25 * 3_600_000));
  while (at && at <= now && dayOf(at) !== today) at = nextOf(begun, at);
  return at && at <= now ? at : undefined;
}

/** `found` with `occurrence` moved; undefined where the row of a series has no room for it. */
export function movedTo(found: Reminder, occurrence: Date, until: Date): Reminder | undefined {
  const { plannedAt, rule, snoozedOccurrence, snoozedUntil, nagged } = found;
  const is = (at: Date | undefined) => at?.getTime() === occurrence.getTime();
  const moved = { ...found, snoozedUntil: until, snoozedOccurrence: occurrence };
  if (is(snoozedOccurrence)) return moved;
  // A waiting repetition would be lost.
  if (snoozedUntil && nagged === 0) return undefined;
  if (is(plannedAt)) return { ...moved, plannedAt: rule === undefined ? undefined : nextOf(rule, occurrence) };
  return plannedAt && occurrence > plannedAt ? undefined : moved;
}

/** A later occurrence leaves the series and becomes a reminder of its own. */
export async function moveApart(
  ctx: TxContext,
  found: Reminder,
  occurrence: Date,
  until: Date,
  wakeAt: WakeAt,
): Promise<ToolResult> {
  const { tx, person, conversationId, clock } = ctx;
  const now = clock.now();
  const { rule = '', zone, plannedAt } = found;
  const left = leavingOut(rule, dayIn(zone)(occurrence));
  const after = { ...found, rule: left, plannedAt: plannedAt && nextOf(left, new Date(plannedAt.getTime() - 1)) };
  const { text, urgent, nag, catchUp, toDm, personId } = found;
  const single = { text, urgent, nag, catchUp, toDm, personId, zone, conversationId: found.conversationId };
  const tainted = found.tainted || ctx.tainted;
  const made = await store.insert(
    tx,
    { ...single, id: shortId(), rule: undefined, plannedAt: until, tainted },
    MOST_PENDING,
    now,
  );
  if (!made) return failed('TOO_MANY', texts.tooMany(MOST_PENDING));
  await store.save(tx, [after], now);
  store.lists.leave(tx, person.id, conversationId);
  tx.afterCommit(() => wakeAt(until));
  const acts = [
    { after: { ...after, version: found.version + 1 }, before: found },
    { after: made.reminder, before: undefined },
  ];
  return done(texts.movedApart(found, occurrence, until, ctx.when), {
    undo: undoOfAll(acts, texts.label(found)),
    subject: text,
    id: found.id,
    tainted,
    times: [until.toISOString()],
  });
}
