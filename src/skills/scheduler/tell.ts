/** Tells what a schedule has found, in its place. */
import type { Instant } from '../../base/clock.ts';
import type { SkillPorts, SpeechDeps } from '../../chat/index.ts';
import { conversations, type PlannedTurn, type TargetAddress, targets } from '../../delivery/index.ts';
import { type Person, type QuietHours, quietUntil } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import type { PersonSchedule } from './schedule.ts';
import type { Telling } from './watch/fields.ts';

/** Words about one run. `key`: with the same one it is told once. */
export interface Tidings {
  key: string;
  schedule: PersonSchedule;
  person: Person;
  text: string;
  now: Instant;
  /** Passes the quiet hours of its person, not those of another reader. */
  urgent?: boolean;
}

/** The conversation and reader of a schedule with a target, at this moment. */
export interface ToldAddress {
  conversationId: string;
  /** The reader. */
  personId: string;
  /** Quiet hours of another reader. */
  quiet: QuietHours | undefined;
  /** The conversation of its turns: the person's own, so that errors, questions and private words stay there. */
  turnsIn: string;
  /** Undefined: it may not be told there (any more), and is its person's alone. */
  target: Pick<TargetAddress, 'id' | 'allows'> | undefined;
}

/** Addresses of those schedules that have a target, by their ids. Held until `tx` ends: none is revoked before. */
export async function addressesOf(
  tx: Transaction,
  schedules: readonly Pick<PersonSchedule, 'id' | 'personId' | 'targetId' | 'conversationId'>[],
): Promise<Map<string, ToldAddress>> {
  const aimed = schedules.filter(({ targetId }) => targetId !== undefined);
  const targetsById = await targets.addresses(
    tx,
    aimed.map(({ targetId }) => targetId as string),
  );
  const addresses = new Map<string, ToldAddress>();
  for (const { id, personId, targetId, conversationId } of aimed) {
    const target = targetsById.get(targetId as string);
    const turnsIn = (await conversations.direct(tx, personId)) ?? conversationId;
    const own = { conversationId: turnsIn, personId, quiet: undefined, turnsIn };
    addresses.set(id, { ...own, ...target, target });
  }
  return addresses;
}

/** The turn of a schedule with a target is in its person's direct chat; its answer is told by the target. */
export const turnTold = (address: ToldAddress | undefined): Partial<Pick<PlannedTurn, 'tells' | 'conversationId'>> =>
  address
    ? {
        conversationId: address.turnsIn,
        ...(address.target && { tells: { target: address.target.id, allows: address.target.allows } }),
      }
    : {};

/** Tells it, and returns the conversation in which it is said. */
export async function tell(
  { outbox }: Pick<SpeechDeps, 'outbox'>,
  tx: Transaction,
  { key: own, schedule, person, text, now, urgent = false }: Tidings,
): Promise<string> {
  const address = (await addressesOf(tx, [schedule])).get(schedule.id);
  const { conversationId, personId } = address ?? schedule;
  const notBefore = quietEnd(address, { person, zone: schedule.zone, urgent }, now);
  const key = address?.target ? targets.targetKey(address.target.id, own) : own;
  const card = { kind: 'notice' as const, text };
  // A script's output, a page, a feed: anybody's words.
  await outbox.addAll(tx, [{ key, conversationId, personId, card, tainted: true, ...(notBefore && { notBefore }) }]);
  return conversationId;
}

/** Source of what one schedule has found, and tells until it is seen. */
export const findingsOf = (id: string): string => `schedule:${id}`;
/** That its source fails: it takes no finding's place, and that it works again ends none. */
export const failureOf = (id: string): string => `${findingsOf(id)}:failing`;
export const sourcesOf = (id: string): string[] => [findingsOf(id), failureOf(id)];

/**
 * Tells it, and again until somebody presses Seen; returns the conversation in which it is said. Undefined: its person has no
 * room for more.
 */
export async function tellUntilSeen(
  { acknowledgements }: Pick<SkillPorts, 'acknowledgements'>,
  tx: Transaction,
  { schedule, person, text, urgent = false }: Tidings,
  { seen: nag, escalate, isFailure }: Pick<Telling, 'escalate'> & { seen: number; isFailure: boolean },
): Promise<string | undefined> {
  const { id, conversationId, targetId, zone } = schedule;
  const address = (await addressesOf(tx, [schedule])).get(id);
  const source = isFailure ? failureOf(id) : findingsOf(id);
  const finding = { source, person, text, zone, urgent, nag, escalate, targetId };
  // A target that may not be told (any more) leaves it to its person alone.
  const isAsked = await acknowledgements.askSeen(tx, {
    ...finding,
    conversationId: address?.turnsIn ?? conversationId,
  });
  return isAsked ? (address?.conversationId ?? conversationId) : undefined;
}

/** The end of the quiet hours of whoever reads it, where `now` lies in them. What is urgent passes its own person's alone. */
export function quietEnd(
  address: ToldAddress | undefined,
  { person, zone, urgent = false }: { person: Person; zone: string; urgent?: boolean | undefined },
  now: Instant,
): Instant | undefined {
  if (address && address.personId !== person.id) return otherQuietEnd(address, now);
  return urgent ? undefined : heldUntil(person, zone, now);
}

/** After a change of a schedule: what waits for Seen is told as it says now, or not at all any more. */
export async function settleAsking(
  acknowledgements: SkillPorts['acknowledgements'],
  tx: Transaction,
  id: string,
  { state, offUntil, telling, targetId }: Pick<PersonSchedule, 'state' | 'offUntil' | 'telling' | 'targetId'>,
): Promise<void> {
  const { seen: nag, urgent = false, escalate } = telling ?? {};
  if (state === 'on' && offUntil === undefined && nag !== undefined)
    await acknowledgements.redirect(tx, sourcesOf(id), { targetId, urgent, nag, escalate });
  else await acknowledgements.endAsking(tx, sourcesOf(id));
}

/** The end of another reader's quiet hours, where `now` lies in them. */
export const otherQuietEnd = (address: ToldAddress | undefined, now: Instant): Instant | undefined =>
  address?.quiet && quietUntil(address.quiet, now);

/** The end of the person's quiet hours, where `now` lies in them. */
function heldUntil({ quiet, zone }: Person, standard: string, now: Instant): Instant | undefined {
  return quiet && quietUntil({ ...quiet, zone: zone ?? standard }, now);
}
