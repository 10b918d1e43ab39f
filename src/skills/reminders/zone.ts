import { z } from 'zod';
import { dataTool, done, failed } from '../../agent/index.ts';
import { type SkillDeps, withOffer, type ZoneOffer } from '../../chat/index.ts';
import type { ZoneChange } from '../../people/index.ts';
import type { Queryable } from '../../storage/index.ts';
import { findZone, isByClock, planInZone, type Reader } from '../../time/index.ts';
import type { Reminder, WakeAt } from './reminder.ts';
import { undoOfAll } from './restore.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

/** Moves the person's reminders to another zone: they keep their time of day, on the clocks there. */
export function moveZoneTool(wakeAt: WakeAt, people: Pick<SkillDeps['people'], 'offerMove'>) {
  return dataTool({
    name: 'reminder_move_zone',
    // The answer to a new zone has a button for it.
    group: 'unshown',
    description: "Moves the person's recurring reminders to another time zone, keeping their time of day.",
    effect: 'write',
    input: z.object({
      zone: z.string().describe('A city or IANA zone.'),
      from: z.string().optional().describe('The zone that they are in.'),
      guessed: z.boolean().default(false).describe('Times were read in `from` by a guess: single ones move, too.'),
    }),

    async run(input, { tx, person, clock, place }) {
      const zone = findZone(input.zone, person.zone)?.zone;
      if (!zone) {
        const { message, remedy } = texts.unknownZone(input.zone);
        return failed('UNKNOWN_ZONE', message, { remedy });
      }
      const now = clock.now();
      const { from, guessed } = input;
      const acts = await movesTo(tx, person.id, { zone, from, guessed, now });
      if (acts.length === 0) return done(texts.moved(0, zone));
      const fresh = acts.map(({ after }) => after);
      await store.saveReminders(tx, fresh, now);
      for (const { plannedAt } of fresh) if (plannedAt) tx.afterCommit(() => wakeAt(plannedAt));
      const changed = acts.map(({ before, after }) => ({ before, after: { ...after, version: before.version + 1 } }));
      const areSeries = fresh.every(({ rule }) => rule !== undefined);
      const sentence = texts.moved(acts.length, zone, areSeries);
      const undo = undoOfAll(changed, `moving your reminders to ${zone}`);
      const move = { personId: person.id, from: guessed ? undefined : from, to: zone };
      const rest = from === undefined ? undefined : await people.offerMove(tx, move);
      return rest ? withOffer(sentence, rest, { place, undo }) : done(sentence, { undo });
    },
  });
}

/** The person's reminders that keep to the old clock, with their times before and after. */
export async function offerMove(
  tx: Queryable,
  { personId, from, to }: Omit<ZoneChange, 'version'>,
  { household, now }: { household: Reader['zone']; now: Date },
): Promise<ZoneOffer | undefined> {
  const guessed = from === undefined;
  const moves = await movesTo(tx, personId, { zone: to, from: from ?? household, guessed, now });
  if (moves.length === 0) return undefined;
  const input = { zone: to, from: from ?? household, guessed };
  const choices = [{ label: texts.move, tool: 'reminder_move_zone', input, style: 'primary' as const }];
  const tainted = moves.some(({ before }) => before.tainted);
  return { text: texts.offerMove(moves, { now, zone: to }, from ?? household), choices, tainted };
}

interface Move {
  zone: string;
  /** Undefined: of any other zone. */
  from: string | undefined;
  guessed: boolean;
  now: Date;
}

/** Series by the clock of `from`, one in a zone of its own stays there; where that was guessed, single ones too. */
async function movesTo(tx: Queryable, personId: string, { zone, from, guessed, now }: Move) {
  const all = await store.listPlanned(tx, personId);
  return all
    .filter((each) => each.zone !== zone && (from === undefined || each.zone === from))
    .filter((each) => (each.rule !== undefined || (guessed && from !== undefined)) && isByClock(each))
    .map((before) => ({ before, after: inZone(before, zone, now) }))
    .filter(({ after: { rule, plannedAt } }) => rule !== undefined || (plannedAt !== undefined && plannedAt > now));
}

function inZone(reminder: Reminder, zone: string, now: Date): Reminder {
  const { rule, plannedAt } = reminder;
  // A series that has been said for the last time keeps its rule's form.
  const plan = planInZone({ plannedAt: plannedAt ?? now, rule, zone: reminder.zone }, zone, now);
  return { ...reminder, zone, rule: plan?.rule ?? rule, plannedAt: plannedAt && plan?.plannedAt };
}
