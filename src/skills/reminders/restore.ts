import { z } from 'zod';
import { buryTellings, type Call, dataTool, done, failed, privately, quoteRows } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import type { StoredJson } from '../../storage/index.ts';
import { nextOf } from '../../time/index.ts';
import { delivery } from './fields/fields.ts';
import { refusedAsTooOften } from './limits.ts';
import { escalatedAt, isToldAlike, isWaiting, type Reminder, reminders, standing, type WakeAt } from './reminder.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const settings = reminders.pick(...delivery.keys);

/** A reminder before an act; of `delivery` what the act has changed. One that an earlier version stored lacks what was undefined. */
const snapshot = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

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
    ...(before && { before: snapshotOf(before, after) }),
  }));
  return { tool: 'reminder_restore', input: { items }, label };
}

/** Columns of `delivery` stand in it only where the act has changed them: somebody who was told meanwhile is not told again. */
const snapshotOf = (before: Reminder, after: Reminder): StoredJson =>
  Object.assign(withoutNulls(standing.toJson(before)), settings.changedJson(before, after));

/** Processes of an earlier version that share the database read no null, and a missing value as undefined. */
const withoutNulls = (stored: StoredJson): StoredJson =>
  Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== null));

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
      const deletions = current.filter(({ state }, at) => state !== 'deleted' && restored[at]?.state === 'deleted');
      await buryTellings(
        ctx,
        deletions.map(({ text, createdAt: at }) => ({ text, at, isAct: true })),
      );
      await store.saveReminders(tx, restored, now);
      for (const [index, reminder] of restored.entries()) {
        const currentRow = current[index] ?? reminder;
        if (isToldAlike(reminder, currentRow) && (isWaiting(currentRow) || !isWaiting(reminder))) continue;
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
      const result = done(texts.restored(restored, when), at && { times: [at.toISOString()] });
      return quoteRows(result, restored);
    },
  });
}

function begunAnew(restored: readonly Reminder[], current: readonly Reminder[]): Reminder[] {
  const speaks = ({ state, rule, plannedAt }: Reminder) => state === 'pending' && plannedAt !== undefined && rule;
  return restored.filter((after, index) => speaks(after) && speaks(after) !== speaks(current[index] as Reminder));
}

function stoodBefore(reminder: Reminder, before: StoredJson, now: Instant): Reminder {
  const { tainted } = reminder;
  const earlierState = {
    ...reminder,
    ...standing.fromJson({ nagged: 0, tainted, ...before }),
    ...settings.pickJson(before),
  };
  const lastOccurrence = reminder.lastOccurrence;
  const { plannedAt: planned, rule, snoozedUntil } = earlierState;
  const isSpoken = planned !== undefined && lastOccurrence !== undefined && lastOccurrence >= planned;
  const isGone = planned !== undefined && planned <= now && (rule !== undefined || isSpoken);
  // A snooze that would be over by now has been heard unless the act kept it from speaking.
  const isHeard = snoozedUntil !== undefined && reminder.lastAt !== undefined && reminder.lastAt >= snoozedUntil;
  return {
    ...earlierState,
    plannedAt: isGone ? (rule === undefined ? undefined : nextOf(rule, now)) : planned,
    snoozedUntil: isHeard ? undefined : snoozedUntil,
    snoozedOccurrence: isHeard ? undefined : earlierState.snoozedOccurrence,
  };
}
