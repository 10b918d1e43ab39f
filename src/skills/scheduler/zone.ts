import { z } from 'zod';
import { dataTool, done, failed } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { type SkillDeps, withOffer, type ZoneOffer } from '../../chat/index.ts';
import type { ZoneChange } from '../../people/index.ts';
import type { Queryable } from '../../storage/index.ts';
import { isByClock, isZone, planInZone } from '../../time/index.ts';
import { isPaused } from './pause.ts';
import type { PersonSchedule } from './schedule.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const MOVE = 'schedule_move_zone';
/** Schedules that one card moves; the next card has the others. */
const MOST_AT_ONCE = 200;

/** Moves the person's schedules to another zone: they keep their time of day, on the clocks there. */
export function moveZoneTool(wakeAt: (at: Instant) => void, people: Pick<SkillDeps['people'], 'offerMove'>) {
  return dataTool({
    name: MOVE,
    group: 'unshown',
    description: "Moves the person's schedules to another time zone, keeping their time of day.",
    effect: 'write',
    callers: 'person',
    input: z.object({
      zone: z.string().max(100),
      from: z.string().max(100),
      guessed: z.boolean().default(false),
      items: z.array(z.string()).max(MOST_AT_ONCE).describe('Schedules that were shown.'),
      taken_back: z.boolean().default(false),
    }),

    async run({ zone, from, guessed, items, taken_back: isUndo }, { tx, person, clock, place }) {
      if (!isZone(zone)) return failed('UNKNOWN_ZONE', texts.noZone(zone));
      const withSingle = guessed || isUndo;
      const wish = { zone, from, withSingle, now: clock.now() };
      const moves = (await movesTo(tx, person.id, wish)).filter(({ after }) => items.includes(after.id));
      for (const { after } of moves) {
        await store.saveSchedule(tx, after.id, after);
        const { nextAt } = after;
        if (nextAt) tx.afterCommit(() => wakeAt(nextAt));
      }
      const input = { zone: from, from: zone, items: moves.map(({ after }) => after.id), taken_back: true };
      const undo = { tool: MOVE, input, label: texts.moveLabel(zone) };
      const sentence = texts.moved(moves.length, zone);
      const move = { personId: person.id, from: guessed ? undefined : from, to: zone };
      const rest = isUndo ? undefined : await people.offerMove(tx, move);
      return rest ? withOffer(sentence, rest, { place, undo }) : done(sentence, { undo });
    },
  });
}

/** The person's schedules that keep to the old clock, with their times before and after. */
export async function offerMove(
  tx: Queryable,
  { personId, from, to }: Omit<ZoneChange, 'version'>,
  { household, now }: { household: string; now: Instant },
): Promise<ZoneOffer | undefined> {
  const old = from ?? household;
  const wish = { zone: to, from: old, withSingle: from === undefined, now };
  const moves = (await movesTo(tx, personId, wish)).slice(0, MOST_AT_ONCE);
  if (moves.length === 0) return undefined;
  const choices = [
    {
      label: texts.move,
      tool: MOVE,
      input: { zone: to, from: old, guessed: from === undefined, items: moves.map(({ before }) => before.id) },
      style: 'primary' as const,
    },
  ];
  const tainted = moves.some(({ before }) => before.tainted);
  return { text: texts.offerMove(moves, { now, zone: to }, old), choices, tainted };
}

/** Series by the clock of `from`, and single ones where that was guessed. */
async function movesTo(
  tx: Queryable,
  personId: string,
  { zone, from, withSingle, now }: { zone: string; from: string; withSingle: boolean; now: Instant },
): Promise<{ before: PersonSchedule; after: PersonSchedule }[]> {
  const all = (await store.listSchedules(tx, personId)).filter((each) => each.zone === from && from !== zone);
  return all.flatMap((before) => {
    const { nextAt, rule } = before;
    if (!nextAt || !isByClock({ plannedAt: nextAt, rule }) || (rule === undefined && !withSingle)) return [];
    const plan = planInZone({ plannedAt: nextAt, rule, zone: from }, zone, now);
    if (!plan || plan.plannedAt <= now) return [];
    // A pause that is over is no change of what waits for Seen.
    const offUntil = isPaused(before, now) ? before.offUntil : undefined;
    return [{ before, after: { ...before, zone, rule: plan.rule, nextAt: plan.plannedAt, offUntil } }];
  });
}
