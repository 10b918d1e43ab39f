import { z } from 'zod';
import { dataTool, done, failed, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { type Command, type SkillDeps, withOffer, type ZoneOffer } from '../../chat/index.ts';
import { namePerson, openZoneChanges, settleZoneChange, setZone } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { findZone, formatLongDay, parseWhen, weekOfYear } from '../../time/index.ts';
import { texts } from './texts.ts';

export const timeTool = dataTool({
  name: 'time_in',
  group: 'unshown',
  description: 'Tells the time and date now, in a city or zone, or where the person is.',
  effect: 'read',
  flow: { impersonal: true },
  input: z.object({ place: z.string().max(100).optional() }),

  async run({ place }, { when, clock }) {
    if (!place?.trim()) return done(texts.time({ ...when, now: clock.now() }, undefined));
    const match = findZone(place, when.zone);
    return match ? done(texts.time({ ...when, now: clock.now(), zone: match.zone }, match.name)) : unknownPlace(place);
  },
});

function unknownPlace(place: string): ToolResult {
  const { message, remedy } = texts.unknownPlace(place);
  return failed('UNKNOWN_ZONE', message, { remedy });
}

const placeIn = ({ place }: { place?: string }) => (place ? { place } : {});

export const dateTool = dataTool({
  name: 'date_of',
  group: 'always',
  form: {
    times: ['date'],
    short: {
      input: z.object({
        date: z.string().max(100).optional().describe("The person's words."),
        ask: z.enum(['until', 'weekday', 'week']).optional().describe('Default: weekday.'),
        place: z.string().max(100).optional().describe('Instead: the time now there.'),
      }),
      takes: (input) => !input.date,
      call: (input) => ({ tool: 'time_in', input: placeIn(input as { place?: string }) }),
    },
  },
  description: 'Tells a date’s day, or a city’s time.',
  effect: 'read',
  flow: { impersonal: true },
  input: z.object({ date: z.string().min(1).max(100), ask: z.enum(['until', 'weekday', 'week']).default('weekday') }),

  async run({ date, ask }, { when, clock }) {
    const time = parseWhen(date, when);
    if (time.kind !== 'once') {
      const { message, remedy } = texts.unknownDate(date);
      return failed('NOT_A_DATE', message, { remedy });
    }
    const day = formatLongDay(time.at, when.zone);
    if (ask === 'week') return done(texts.week(weekOfYear(time.at, when.zone), day));
    if (ask === 'weekday') return done(texts.weekday(date, day));
    const days = daysBetween(clock.now(), time.at, when.zone);
    const remainingMs = time.at.getTime() - clock.now().getTime();
    // An hour today or tomorrow gets its hours and minutes.
    if (days < 2 && HAS_HOUR.test(date) && remainingMs > 0) return done(texts.left(date, remainingMs));
    return done(texts.until(date, day, days));
  },
});

const HAS_HOUR = /\d[:.]\d\d|\d\s*(?:[ap]m|o['’]?clock)\b|\bat \d|\b(?:noon|midday|midnight)\b/i;

/** Midnights between two instants on the calendar of `zone`. */
function daysBetween(from: Instant, to: Instant, zone: string): number {
  const day = (at: Instant) =>
    Date.parse(`${new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at)}T00:00:00Z`) / 86_400_000;
  return Math.round(day(to) - day(from));
}

const SET_ZONE = 'timezone_set';
/** As if nobody knew it: what the undo of the first zone goes back to. */
const UNKNOWN = 'unknown';

export const setZoneTool = ({ offerMove }: Pick<SkillDeps['people'], 'offerMove'>) =>
  dataTool({
    name: SET_ZONE,
    group: 'settings',
    description: 'Sets the time zone that the person lives in, by a city or an IANA zone.',
    effect: 'write',
    input: z.object({ zone: z.string().min(1).max(100) }),

    async run({ zone }, { tx, person, clock, when, place }) {
      const undo = { tool: SET_ZONE, input: { zone: person.zone ?? UNKNOWN }, label: texts.zoneLabel };
      if (zone === UNKNOWN) {
        await setZone(tx, person.id, undefined);
        return done(texts.zoneUnknown, { undo, asker: { ...person, zone: undefined } });
      }
      const match = findZone(zone, person.zone);
      if (!match) return unknownPlace(zone);
      if (match.zone === person.zone) {
        // The question of before may be far up by now.
        const again = await offerMove(tx, { personId: person.id, from: undefined, to: match.zone });
        const same = texts.zoneSame(match.zone);
        return again ? withOffer(same, again, { place }) : done(same);
      }
      await setZone(tx, person.id, match.zone);
      const text = texts.zoneSet({ ...when, now: clock.now(), zone: match.zone });
      // Later words, in the same message too, are meant by the new clock.
      const asker = { ...person, zone: match.zone };
      // Things made in the old zone keep to its clocks until the person says otherwise.
      const offer = await offerMove(tx, { personId: person.id, from: person.zone, to: match.zone });
      return offer ? withOffer(text, offer, { place, asker, undo }) : done(text, { asker, undo });
    },
  });

const LEAVE = 'timezone_leave';

/** Ends the offer after a change of zone: what keeps to the old clock is meant so. Its undo offers it again. */
export const leaveZoneTool = dataTool({
  name: LEAVE,
  description: 'Leaves what keeps to the clock of another zone as it is.',
  effect: 'write',
  callers: 'buttons',
  input: z.object({ again: z.string().max(20_000).optional() }),

  async run({ again }, { tx, person }) {
    const open = await openZoneChanges(tx, person.id);
    await settleZoneChange(tx, person.id, again);
    const undo = open && { tool: LEAVE, input: { again: open.before }, label: texts.leftLabel };
    return done(again === undefined ? texts.leftInZone : texts.offeredAgain, undo && { undo });
  },
});

/** Things that keep to the clock of a zone before, as they are now, with the button that leaves them so. */
export async function offerOfZone(
  { offerMove }: Pick<SkillDeps['people'], 'offerMove'>,
  tx: Transaction,
  personId: string,
): Promise<ZoneOffer | undefined> {
  const [last] = (await openZoneChanges(tx, personId))?.changes ?? [];
  const offer = last && (await offerMove(tx, last));
  return offer && { ...offer, choices: [...offer.choices, { label: texts.leave, tool: LEAVE, input: {} }] };
}

export const showZoneTool = dataTool({
  name: 'timezone_show',
  group: 'unshown',
  description: 'Tells which time zone is set for the person.',
  effect: 'read',
  input: z.object({}),
  run: async (_input, ctx) => showZone(ctx),
});

export async function showZone({ person, when }: TxContext): Promise<ToolResult> {
  return done(texts.zoneIs(person.zone ?? when.zone, person));
}

export const smalltalkTool = (does: readonly string[]) =>
  dataTool({
    name: 'smalltalk',
    group: 'unshown',
    description: 'Answers a greeting or thanks in stock words, for when no model can word it.',
    effect: 'read',
    flow: { impersonal: true },
    input: z.object({ kind: z.enum(['hello', 'thanks', 'bye', 'fine', 'who', 'ok']) }),
    async run({ kind }, { person }) {
      if (kind === 'hello') return done(texts.hello(person.name, does));
      return done(kind === 'who' ? texts.who(does) : texts[kind]);
    },
  });

const NAME_TOOL = 'name_set';
const LONGEST_NAME = 80;
/** Controls, halves of surrogate pairs, and marks that turn the direction of what stands behind a name. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

export const setNameTool = dataTool({
  name: NAME_TOOL,
  group: 'unshown',
  description: 'Sets the name by which the person is called.',
  effect: 'write',
  input: z.object({ name: z.string().trim().min(1).max(LONGEST_NAME) }),

  async run({ name }, { tx, person }) {
    if (UNPRINTABLE.test(name)) return failed('INVALID_INPUT', texts.noName, { field: 'name' });
    const undo = { tool: NAME_TOOL, input: { name: person.name }, label: texts.nameLabel };
    await namePerson(tx, person.id, name);
    return done(texts.nameSet(name), { undo, asker: { ...person, name } });
  },
});

export const nameCommand: Command = {
  name: 'name',
  topic: 'Here',
  summary: 'Show or set the name by which I call you.',
  overtakes: 'bare',
  usage: '[name]',
  options: [{ name: 'name', description: 'By which I call you' }],
  private: true,
  run: async (rest, ctx) =>
    rest === ''
      ? done(texts.nameIs(ctx.person.name))
      : { tool: NAME_TOOL, input: { name: rest.slice(0, LONGEST_NAME) } },
};
