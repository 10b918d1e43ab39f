import { z } from 'zod';
import { dataTool, done, failed } from '../../agent/index.ts';
import type { MovedPerson, Outbox } from '../../delivery/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { findZone, nextOf } from '../../time/index.ts';
import type { Reminder, WakeAt } from './reminder.ts';
import { undoOfAll } from './restore.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** Moves the person's series to another zone: they keep their time of day, on the clocks there. */
export function moveZoneTool(wakeAt: WakeAt) {
  return dataTool({
    name: 'reminder_move_zone',
    // The answer to a new zone has a button for it.
    group: 'unshown',
    description: "Moves the person's recurring reminders to another time zone, keeping their time of day.",
    effect: 'write',
    input: z.object({ zone: z.string().describe('A city or IANA zone.') }),

    async run(input, { tx, person, clock }) {
      const zone = findZone(input.zone, person.zone)?.zone;
      if (!zone) {
        const { message, remedy } = texts.unknownZone(input.zone);
        return failed('UNKNOWN_ZONE', message, { remedy });
      }
      const now = clock.now();
      const going = (await store.listSeries(tx, person.id)).filter((reminder) => reminder.zone !== zone);
      const acts = going.map((before) => ({ before, after: inZone(before, zone, now) }));
      if (acts.length === 0) return done(texts.moved(0, zone));
      await store.saveReminders(
        tx,
        acts.map(({ after }) => after),
        now,
      );
      for (const { after } of acts) if (after.plannedAt) wakeAfter(after.plannedAt);
      const left = acts.map(({ before, after }) => ({ before, after: { ...after, version: before.version + 1 } }));
      return done(texts.moved(acts.length, zone), { undo: undoOfAll(left, `moving your reminders to ${zone}`) });

      function wakeAfter(at: Date) {
        tx.afterCommit(() => wakeAt(at));
      }
    },
  });
}

/** Asks once whether the person's series shall move along with them; nothing where there are none. */
export async function offerMove(
  outbox: Outbox,
  tx: Transaction,
  { personId, conversationId, from, to, version }: MovedPerson,
): Promise<void> {
  const left = (await store.listSeries(tx, personId)).filter(({ zone }) => zone !== to);
  if (left.length === 0) return;
  const input = { zone: to };
  const choices = [{ label: texts.move, tool: 'reminder_move_zone', input, style: 'primary' as const }];
  const card = { kind: 'notice' as const, text: texts.offerMove(left.length, from, to), choices };
  await outbox.addAll(tx, [{ key: `zone:${personId}:${version}`, conversationId, personId, card }]);
}

function inZone(reminder: Reminder, zone: string, now: Date): Reminder {
  const { rule: before, plannedAt } = reminder;
  if (before === undefined) return { ...reminder, zone };
  const rule = before.replace(/TZID=[^:;]+/, `TZID=${zone}`);
  const next = nextOf(before, now);
  // An occurrence that was skipped or put off does not come again.
  const isAhead = plannedAt !== undefined && next !== undefined && plannedAt > next;
  const from = isAhead ? new Date(sameClock(plannedAt, reminder.zone, zone).getTime() - 1) : now;
  return { ...reminder, rule, zone, plannedAt: plannedAt && nextOf(rule, from) };
}

/** The instant at which the clocks of `to` show what those of `from` show at `at`. */
function sameClock(at: Date, from: string, to: string): Date {
  const shown = at.toLocaleString('sv-SE', { timeZone: from }).replace(' ', 'T').replace(/[-:]/g, '');
  return nextOf(`DTSTART;TZID=${to}:${shown}\nRRULE:FREQ=DAILY;COUNT=1`, new Date(0)) ?? at;
}
