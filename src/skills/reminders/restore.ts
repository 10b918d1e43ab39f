import { z } from 'zod';
import { buryTellings, type Call, dataTool, done, failed, privately, quoteRows } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { nextOf } from '../../time/index.ts';
import { escalatedAt, isToldAlike } from './escalation.ts';
import { refusedAsTooOften } from './limits.ts';
import { CATCH_UPS, isWaiting, type Reminder, type WakeAt } from './reminder.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const instant = z.iso.datetime().optional();

/**
 * A reminder before an act. A column that a tool changes later stands in three places: here, in `snapshotOf`, in `stoodBefore`. Any
 * other in none.
 */
const snapshot = z.object({
  text: z.string(),
  rule: z.string().optional(),
  zone: z.string(),
  state: z.enum(['pending', 'completed', 'deleted']),
  plannedAt: instant,
  snoozedUntil: instant,
  snoozedOccurrence: instant,
  doneOccurrence: instant,
  completedAt: instant,
  urgent: z.boolean().optional(),
  nag: z.int().nullish(),
  nagged: z.int().optional(),
  catchUp: z.enum(CATCH_UPS).nullish(),
  thenTarget: z.string().nullish(),
  thenMinutes: z.int().nullish(),
  tainted: z.boolean().optional(),
});

const restoreInput = z.object({
  /** `version` after the act: the undo is refused if it has changed since. */
  items: z.array(z.object({ id: z.string(), version: z.int(), before: snapshot.optional() })),
});

/** Call that undoes an act. `after` is the reminder as the act left it; without `before` the act had made it. */
export function undoOf(after: Reminder, before: Reminder | undefined): Call & { label: string } {
  return undoOfAll([{ after, before }], texts.label(after));
}

export function undoOfAll(
  acts: readonly { after: Reminder; before: Reminder | undefined }[],
  label: string,
): Call & { label: string } {
  const items = acts.map(({ after, before }) => ({
    id: after.id,
    version: after.version,
    ...(before && { before: { ...snapshotOf(before), ...(isToldAlike(after, before) ? {} : toldOn(before)) } }),
  }));
  return { tool: 'reminder_restore', input: { items }, label };
}

/** Only where the act has changed it: what somebody else was told meanwhile is not told again. */
const toldOn = ({ thenTarget, thenMinutes }: Reminder) => ({
  thenTarget: thenTarget ?? null,
  thenMinutes: thenMinutes ?? null,
});

function snapshotOf(reminder: Reminder): z.output<typeof snapshot> {
  const { text, rule, zone, state, plannedAt, snoozedUntil, snoozedOccurrence, doneOccurrence, completedAt } = reminder;
  return {
    text,
    rule,
    zone,
    state,
    plannedAt: plannedAt?.toISOString(),
    snoozedUntil: snoozedUntil?.toISOString(),
    snoozedOccurrence: snoozedOccurrence?.toISOString(),
    doneOccurrence: doneOccurrence?.toISOString(),
    completedAt: completedAt?.toISOString(),
    urgent: reminder.urgent,
    nag: reminder.nag ?? null,
    nagged: reminder.nagged,
    catchUp: reminder.catchUp ?? null,
    tainted: reminder.tainted,
  };
}

/** Puts reminders back to how they stood; what they have said meanwhile they do not say again. */
export function restoreTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_restore',
    dialogue: { thing: 'reminder' },
    description: 'Takes back what was done to reminders.',
    effect: 'write',
    callers: 'buttons',
    record: { redact: privately('items') },
    input: restoreInput,

    async run({ items }, ctx) {
      const { tx, person, conversationId, clock, when } = ctx;
      const now = clock.now();
      const current = await store.findByIds(
        tx,
        person.id,
        items.map((item) => item.id),
      );
      const restored: Reminder[] = [];
      for (const reminder of current) {
        const item = items.find(({ id }) => id === reminder.id);
        if (!item || item.version !== reminder.version) {
          return quoteRows(failed('CHANGED', texts.changedSince(reminder)), [reminder]);
        }
        if (item.before?.state === 'pending' && (await store.isReplaced(tx, reminder)))
          return quoteRows(failed('CHANGED', texts.replaced(reminder)), [reminder]);
        restored.push(item.before ? stoodBefore(reminder, item.before, now) : { ...reminder, state: 'deleted' });
      }
      const [first] = restored;
      if (!first) return failed('NOT_FOUND', texts.notFound('').message);
      const refused = await refusedAsTooOften({ tx, person }, begunAnew(restored, current));
      if (refused) return refused;
      store.lists.leave(tx, person.id, conversationId);
      const gone = current.filter(({ state }, at) => state !== 'deleted' && restored[at]?.state === 'deleted');
      await buryTellings(
        ctx,
        gone.map(({ text, createdAt: at }) => ({ text, at, isAct: true })),
      );
      await store.saveReminders(tx, restored, now);
      for (const [index, reminder] of restored.entries()) {
        const stood = current[index] ?? reminder;
        if (isToldAlike(reminder, stood) && (isWaiting(stood) || !isWaiting(reminder))) continue;
        const escalateAt = escalatedAt(reminder, reminder.thenMinutes, now);
        await store.saveEscalation(tx, { ...reminder, escalateAt });
        if (escalateAt) tx.afterCommit(() => wakeAt(escalateAt));
      }
      for (const { plannedAt, snoozedUntil, state } of restored) {
        if (state !== 'pending') continue;
        for (const at of [plannedAt, snoozedUntil]) if (at) tx.afterCommit(() => wakeAt(at));
      }
      if (!items[0]?.before) return quoteRows(done(texts.uncreated(first)), [first]);
      const at = restored.length === 1 && first.state === 'pending' ? first.plannedAt : undefined;
      const said = done(texts.restored(restored, when), at && { times: [at.toISOString()] });
      return quoteRows(said, restored);
    },
  });
}

function begunAnew(restored: readonly Reminder[], current: readonly Reminder[]): Reminder[] {
  const speaks = ({ state, rule, plannedAt }: Reminder) => state === 'pending' && plannedAt !== undefined && rule;
  return restored.filter((after, index) => speaks(after) && speaks(after) !== speaks(current[index] as Reminder));
}

function stoodBefore(reminder: Reminder, before: z.output<typeof snapshot>, now: Instant): Reminder {
  const date = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
  const said = reminder.lastOccurrence;
  const spoken = (at: Date | undefined) => at !== undefined && said !== undefined && said >= at;
  const planned = date(before.plannedAt);
  const gone = planned !== undefined && planned <= now && (before.rule !== undefined || spoken(planned));
  const snoozedUntil = date(before.snoozedUntil);
  // A snooze that would be over by now has been heard unless the act kept it from speaking.
  const heard = snoozedUntil !== undefined && reminder.lastAt !== undefined && reminder.lastAt >= snoozedUntil;
  return {
    ...reminder,
    text: before.text,
    rule: before.rule,
    zone: before.zone,
    state: before.state,
    plannedAt: gone ? (before.rule === undefined ? undefined : nextOf(before.rule, now)) : planned,
    snoozedUntil: heard ? undefined : snoozedUntil,
    nag: before.nag === undefined ? reminder.nag : (before.nag ?? undefined),
    nagged: before.nagged ?? 0,
    snoozedOccurrence: heard ? undefined : date(before.snoozedOccurrence),
    doneOccurrence: date(before.doneOccurrence),
    completedAt: date(before.completedAt),
    urgent: before.urgent ?? reminder.urgent,
    tainted: before.tainted ?? reminder.tainted,
    thenTarget: before.thenTarget === undefined ? reminder.thenTarget : (before.thenTarget ?? undefined),
    thenMinutes: before.thenMinutes === undefined ? reminder.thenMinutes : (before.thenMinutes ?? undefined),
    catchUp: before.catchUp === undefined ? reminder.catchUp : (before.catchUp ?? undefined),
  };
}
