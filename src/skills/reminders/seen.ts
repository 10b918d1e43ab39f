/** Reminders that end when somebody presses Seen, and their escalation where nobody does. */
import { z } from 'zod';
import { type AnyTool, dataTool, done, failed, quoteRows, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { shortId } from '../../base/ids.ts';
import type { World } from '../../base/world.ts';
import type { Acknowledgements, FoundThing, SkillDeps } from '../../chat/index.ts';
import {
  type Choice,
  conversations,
  type Outbox,
  type Outgoing,
  type TargetAddress,
  targets,
} from '../../delivery/index.ts';
import type { DueSource } from '../../jobs/index.ts';
import { quietUntil } from '../../people/index.ts';
import type { Transaction } from '../../storage/index.ts';
import { notPutOff } from './change.ts';
import { MOST_PENDING, refusedAsTooOften } from './limits.ts';
import { isOpen, type Reminder, type WakeAt } from './reminder.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const SEEN = 'reminder_seen';

/** A button for every reader: in a shared place everybody to whom coda listens may press it. */
export const seenChoice = (id: string): Choice => ({
  label: texts.seen,
  tool: SEEN,
  input: { id },
  style: 'primary',
  anyone: true,
});

/** Those with a target with the place and the reader of it; one that may not be told (any more) stays with its person. */
export async function aimAtTargets(tx: Transaction, due: readonly store.Due[]): Promise<store.Due[]> {
  const known = await targets.addresses(
    tx,
    due.flatMap(({ targetId }) => targetId ?? []),
  );
  return due.map((reminder) => {
    const address = known.get(reminder.targetId ?? '');
    if (!address) return reminder;
    const { id: toldBy, conversationId: sayIn, personId: readerId } = address;
    const quiet = readerId === reminder.personId ? reminder.quiet : address.quiet;
    return { ...reminder, sayIn, readerId, toldBy, quiet, mention: undefined };
  });
}

/** Findings of other skills as reminders of their person. */
export function acknowledgements({ wakeAt, world }: { wakeAt: WakeAt; world: Pick<World, 'clock'> }): Acknowledgements {
  return {
    async askSeen(tx, found) {
      const now = world.clock.now();
      const earlier = await store.endOfSource(tx, found.source, now);
      return insertFinding(tx, found, earlier, now, wakeAt);
    },
    async endAsking(tx, source) {
      await store.endOfSource(tx, source, world.clock.now());
    },
  };
}

async function insertFinding(
  tx: Transaction,
  found: FoundThing,
  earlier: Instant | undefined,
  now: Instant,
  wakeAt: WakeAt,
): Promise<boolean> {
  const { source, person, conversationId, targetId, text, zone, nag, urgent, escalate } = found;
  const often = await refusedAsTooOften({ tx, person }, [{ conversationId, plannedAt: now, nag }]);
  const reminder = {
    id: shortId(),
    personId: person.id,
    conversationId,
    text,
    rule: undefined,
    zone,
    plannedAt: now,
    urgent,
    // Too many that repeat at once: it is told, and waits.
    nag: often ? undefined : nag,
    catchUp: 'late' as const,
    toDm: false,
    // A script's output, a page, a feed: anybody's words.
    tainted: true,
    source,
    seen: true,
    targetId,
    thenTarget: escalate?.target,
    thenMinutes: escalate?.minutes,
    // A newer finding does not begin the time anew.
    escalateAt: escalate && earlier,
  };
  const made = await store.insertReminder(tx, reminder, MOST_PENDING, now);
  if (made) tx.afterCommit(() => wakeAt(now));
  return made !== undefined;
}

export const seenTool = (outbox: Outbox): AnyTool =>
  dataTool({
    name: SEEN,
    dialogue: { thing: 'reminder' },
    description: 'Says that what was told has been seen.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({ id: z.string() }),

    async run({ id }, ctx) {
      const found = await store.lockAnybodys(ctx.tx, id);
      if (!found || found.state === 'deleted') return done(texts.nothingWaits);
      const told = await toldWhere(ctx.tx, found);
      if (!(await mayPress(ctx, found, told))) return failed('NOT_YOURS', texts.seenElsewhere);
      if (!isOpen(found)) return quoteRows(done(texts.seenBefore(found)), [found]);
      return quoteRows(await markSeen(ctx, found, told.conversationId, outbox), [found]);
    },
  });

interface ToldWhere {
  conversationId: string;
  readerId: string;
  /** Readers of what is told where nobody presses it. */
  later: TargetAddress | undefined;
}

async function toldWhere(tx: Transaction, { targetId, thenTarget, conversationId, personId }: Reminder) {
  const known = await targets.addresses(
    tx,
    [targetId, thenTarget].flatMap((each) => each ?? []),
  );
  const own = known.get(targetId ?? '');
  const later = known.get(thenTarget ?? '');
  return { conversationId: own?.conversationId ?? conversationId, readerId: own?.personId ?? personId, later };
}

/** Its person, who is told of it, and in the shared places in which it is told everybody to whom coda listens. */
async function mayPress({ person, place, tx }: TxContext, found: Reminder, told: ToldWhere): Promise<boolean> {
  if ([found.personId, told.readerId, told.later?.personId].includes(person.id)) return true;
  if (place.kind === 'dm') return false;
  const toldIn = [told.conversationId, told.later?.conversationId].flatMap((id) => id ?? []);
  // Not by the conversation: a platform may count a press under a message to the thread of it.
  const places = await conversations.placesOf(tx, toldIn);
  return places.some(([, each]) => each.kind !== 'dm' && each.adapter === place.adapter && each.space === place.space);
}

async function markSeen(ctx: TxContext, found: Reminder, toldIn: string, outbox: Outbox): Promise<ToolResult> {
  const { tx, clock, person, conversationId } = ctx;
  const now = clock.now();
  const { rule, snoozedOccurrence, lastOccurrence } = found;
  const after: Reminder =
    rule === undefined
      ? { ...found, state: 'completed', completedAt: now }
      : { ...found, doneOccurrence: snoozedOccurrence ?? lastOccurrence, ...notPutOff };
  await store.saveReminders(tx, [after], now);
  // Pressed elsewhere, it is said where it was told first.
  if (conversationId !== toldIn && found.personId !== person.id) {
    const key = `reminder-seen:${found.id}:${found.version}`;
    const card = { kind: 'notice' as const, text: texts.seenBy(found, person.name) };
    await outbox.addAll(tx, [{ key, conversationId: toldIn, personId: found.personId, card, tainted: true }]);
  }
  return done(texts.seenNow(found), { subject: found.text, id: found.id });
}

const BATCH = 100;

/** Has another target told of what nobody has answered. */
export function escalationSource({ database, outbox }: Pick<SkillDeps, 'database' | 'outbox'>): DueSource {
  return {
    name: 'reminders that nobody answers',
    earliest: store.EARLIEST_ESCALATION,
    fire: (now) => database.tx('reminders.escalate', (tx) => escalateDue(tx, outbox, now)),
  };
}

/** Each is told once, or put off to the end of its reader's quiet hours — or nothing happened. */
async function escalateDue(tx: Transaction, outbox: Outbox, now: Instant): Promise<number> {
  const due = await store.claimUnanswered(tx, now, BATCH);
  if (due.length === 0) return 0;
  const known = await targets.addresses(
    tx,
    due.flatMap(({ thenTarget }) => thenTarget ?? []),
  );
  const said: Outgoing[] = [];
  const next: { id: string; escalateAt: Instant | undefined }[] = [];
  for (const reminder of due) {
    const address = known.get(reminder.thenTarget ?? '');
    const quiet = address && address.personId !== reminder.personId ? address.quiet : reminder.quiet;
    const held = !reminder.urgent && quiet ? quietUntil(quiet, now) : undefined;
    const isWaiting = isOpen(reminder);
    next.push({ id: reminder.id, escalateAt: isWaiting ? held : undefined });
    if (isWaiting && !held) said.push(await escalation(tx, reminder, address));
  }
  if (said.length > 0) await outbox.addAll(tx, said);
  await store.planEscalations(tx, next);
  return due.length;
}

async function escalation(
  tx: Transaction,
  reminder: store.UnansweredReminder,
  address: TargetAddress | undefined,
): Promise<Outgoing> {
  const { id, personId, personName, conversationId: own, escalateAt, tainted } = reminder;
  const conversationId = address?.conversationId ?? (await conversations.direct(tx, personId)) ?? own;
  const reader = address?.personId ?? personId;
  const isOwn = reader === personId && !(address && (await isShared(tx, conversationId)));
  const text = texts.unanswered(reminder, { of: isOwn ? '' : personName, isLost: address === undefined });
  const key = `reminder:${id}:${escalateAt?.toISOString()}:unanswered`;
  return {
    key: address ? targets.targetKey(address.id, key) : key,
    conversationId,
    personId: reader,
    card: { kind: 'reminder', text, choices: [seenChoice(id)] },
    tainted: tainted || !isOwn,
  };
}

async function isShared(tx: Transaction, conversationId: string): Promise<boolean> {
  const [[, place] = []] = await conversations.placesOf(tx, [conversationId]);
  return place !== undefined && place.kind !== 'dm';
}
