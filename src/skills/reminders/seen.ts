/** Reminders that end when somebody presses Seen, and their escalation where nobody does. */
import { z } from 'zod';
import { type AnyTool, dataTool, done, failed, quoteRows, type ToolResult, type TxContext } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { shortId } from '../../base/ids.ts';
import { shorten } from '../../base/text.ts';
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
import { delivery } from './fields/fields.ts';
import { MOST_PENDING, refusedAsTooOften } from './limits.ts';
import { isPutOff, isUnanswered, isWaiting, type Reminder, type WakeAt } from './reminder.ts';
import * as store from './store.ts';
import { texts } from './texts.ts';

const SEEN = 'reminder_seen';

/** A button for every reader: in a shared place everybody to whom coda listens may press it. */
export const seenChoice = (id: string, occurrence?: Instant): Choice => ({
  label: texts.seen,
  tool: SEEN,
  input: { id, ...(occurrence && { occurrence: occurrence.toISOString() }) },
  style: 'primary',
  anyone: true,
});

/** Gives each reminder with a target its place and reader; one that may not be told there (any more) stays with its person. */
export async function aimAtTargets(tx: Transaction, due: readonly store.Due[]): Promise<store.Due[]> {
  const addresses = await targets.addresses(
    tx,
    due.flatMap(({ targetId }) => targetId ?? []),
  );
  return due.map((reminder) => {
    const address = addresses.get(reminder.targetId ?? '');
    if (!address) return reminder;
    const { id: toldBy, conversationId: sayIn, personId: readerId } = address;
    const aimedReminder = { ...reminder, sayIn, readerId, toldBy, mention: undefined };
    // Nobody's quiet hours are passed for another person.
    return readerId === reminder.personId ? aimedReminder : { ...aimedReminder, quiet: address.quiet, urgent: false };
  });
}

/** Findings of other skills as reminders of their person. */
export function acknowledgements({ wakeAt, world }: { wakeAt: WakeAt; world: Pick<World, 'clock'> }): Acknowledgements {
  return {
    async askSeen(tx, finding) {
      const now = world.clock.now();
      const earlier = await store.endOfSources(tx, [finding.source], now);
      return insertFinding(
        tx,
        { ...finding, text: withHeld(earlier.held, finding.text) },
        earlier.escalateAt,
        now,
        wakeAt,
      );
    },
    async endAsking(tx, sources) {
      return (await store.endOfSources(tx, sources, world.clock.now())).held;
    },
    async redirect(tx, sources, { targetId, urgent, nag, escalate }) {
      const { target: thenTarget, minutes: thenMinutes } = escalate ?? {};
      const now = world.clock.now();
      const earliest = await store.redirectSources(
        tx,
        sources,
        { targetId, urgent, nag, thenTarget, thenMinutes },
        now,
      );
      if (earliest) tx.afterCommit(() => wakeAt(earliest));
    },
  };
}

const LONGEST_HELD = 2_000;

/** Held by quiet hours, it was never told: the newer text does not take its place. */
const withHeld = (heldTexts: readonly string[], text: string): string =>
  [...heldTexts.map((each) => shorten(each, LONGEST_HELD)), text].join('\n\n');

async function insertFinding(
  tx: Transaction,
  finding: FoundThing,
  earlier: Instant | undefined,
  now: Instant,
  wakeAt: WakeAt,
): Promise<boolean> {
  const { source, person, conversationId, targetId, text, zone, nag, urgent, escalate } = finding;
  const often = await refusedAsTooOften({ tx, person }, [{ conversationId, plannedAt: now, nag }]);
  const reminder = {
    id: shortId(),
    personId: person.id,
    conversationId,
    text,
    rule: undefined,
    zone,
    plannedAt: now,
    ...delivery.standard,
    urgent,
    // Too many that repeat at once: it is told, and waits.
    nag: often ? undefined : nag,
    catchUp: 'late' as const,
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
  const insertion = await store.insertReminder(tx, reminder, MOST_PENDING, now);
  if (insertion) tx.afterCommit(() => wakeAt(now));
  return insertion !== undefined;
}

export const seenTool = (outbox: Outbox): AnyTool =>
  dataTool({
    name: SEEN,
    dialogue: { thing: 'reminder' },
    description: 'Says that what was told has been seen.',
    effect: 'write',
    callers: 'buttons',
    input: z.object({ id: z.string(), occurrence: z.iso.datetime().optional() }),

    async run({ id, occurrence }, ctx) {
      const reminder = await store.lockAnybodys(ctx.tx, id);
      if (!reminder || reminder.state === 'deleted') return done(texts.nothingWaits);
      const destination = await toldWhere(ctx.tx, reminder);
      if (!(await mayPress(ctx, reminder, destination))) return failed('NOT_YOURS', texts.seenElsewhere);
      const isEarlier =
        occurrence !== undefined && reminder.lastOccurrence && new Date(occurrence) < reminder.lastOccurrence;
      if (!isWaiting(reminder) || isEarlier) {
        const isDone = !isEarlier && (reminder.state === 'completed' || !isPutOff(reminder));
        return quoteRows(done(isDone ? texts.seenBefore(reminder) : texts.seenLate(reminder)), [reminder]);
      }
      return quoteRows(await markSeen(ctx, reminder, destination, outbox), [reminder]);
    },
  });

interface ToldWhere {
  conversationId: string;
  readerId: string;
  target: string | undefined;
  /** Readers of what is told where nobody presses it. */
  later: TargetAddress | undefined;
}

async function toldWhere(
  tx: Transaction,
  { targetId, thenTarget, conversationId, personId }: Reminder,
): Promise<ToldWhere> {
  const addresses = await targets.addresses(
    tx,
    [targetId, thenTarget].flatMap((each) => each ?? []),
  );
  const own = addresses.get(targetId ?? '');
  const later = addresses.get(thenTarget ?? '');
  return {
    conversationId: own?.conversationId ?? conversationId,
    readerId: own?.personId ?? personId,
    target: own?.id,
    later,
  };
}

/** Its person, who is told of it, and in the shared places in which it is told everybody to whom coda listens. */
async function mayPress(
  { person, place, tx }: TxContext,
  reminder: Reminder,
  destination: ToldWhere,
): Promise<boolean> {
  if ([reminder.personId, destination.readerId, destination.later?.personId].includes(person.id)) return true;
  if (place.kind === 'dm') return false;
  const toldIn = [destination.conversationId, destination.later?.conversationId].flatMap((id) => id ?? []);
  // Not by the conversation: a platform may count a press under a message to the thread of it.
  const places = await conversations.placesOf(tx, toldIn);
  return places.some(([, each]) => each.kind !== 'dm' && each.adapter === place.adapter && each.space === place.space);
}

/** The conversation in which its person is told: a reminder of a direct one stays there. */
async function ownPlace(tx: Transaction, { toDm, personId, conversationId }: Reminder): Promise<string> {
  if (!toDm) return conversationId;
  const [[, place] = []] = await conversations.placesOf(tx, [conversationId]);
  return place?.kind === 'dm' ? conversationId : ((await conversations.direct(tx, personId)) ?? conversationId);
}

async function markSeen(
  ctx: TxContext,
  reminder: Reminder,
  destination: ToldWhere,
  outbox: Outbox,
): Promise<ToolResult> {
  const { tx, clock, person, conversationId } = ctx;
  const now = clock.now();
  const { rule, snoozedOccurrence, lastOccurrence } = reminder;
  const after: Reminder =
    rule === undefined
      ? { ...reminder, state: 'completed', completedAt: now }
      : { ...reminder, doneOccurrence: snoozedOccurrence ?? lastOccurrence, ...notPutOff };
  await store.saveReminders(tx, [after], now);
  // Pressed where its person does not read, it is said in their own conversation, or in the shared place where it was told.
  const isReadByThem = destination.readerId === reminder.personId;
  const own = await ownPlace(tx, reminder);
  const sayIn = isReadByThem && destination.target !== undefined ? destination.conversationId : own;
  if (conversationId !== sayIn && reminder.personId !== person.id) {
    const plain = `reminder-seen:${reminder.id}:${reminder.version}`;
    const key = isReadByThem && destination.target !== undefined ? targets.targetKey(destination.target, plain) : plain;
    const card = { kind: 'notice' as const, text: texts.seenBy(reminder, person.name) };
    await outbox.addAll(tx, [{ key, conversationId: sayIn, personId: reminder.personId, card, tainted: true }]);
  }
  return done(texts.seenNow(reminder), { subject: reminder.text, id: reminder.id });
}

const BATCH = 100;

/** Has another target told of what nobody has answered. */
export function escalationSource({ database, speech: { outbox } }: Pick<SkillDeps, 'database' | 'speech'>): DueSource {
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
  const addresses = await targets.addresses(
    tx,
    due.flatMap(({ thenTarget }) => thenTarget ?? []),
  );
  const messages: Outgoing[] = [];
  const next: Parameters<typeof store.planEscalations>[1][number][] = [];
  for (const reminder of due) {
    const address = addresses.get(reminder.thenTarget ?? '');
    const isOther = address !== undefined && address.personId !== reminder.personId;
    const quiet = isOther ? address.quiet : reminder.urgent ? undefined : reminder.quiet;
    const quietEnd = quiet && quietUntil(quiet, now);
    // A reminder that quiet hours hold has taken the place of what was told, and waits with it.
    const isWaiting = isUnanswered(reminder);
    const isTold = isWaiting && !quietEnd;
    // A finding is told on once; a reminder of a person anew when it is put off or moved, and speaks again.
    const isOver = isTold && reminder.source !== undefined;
    const thenMinutes = isOver ? undefined : reminder.thenMinutes;
    const escalateAt = !isWaiting ? undefined : (quietEnd ?? (isOver ? undefined : ofNewest(reminder, now)));
    next.push({ id: reminder.id, escalateAt, thenMinutes });
    if (isTold) messages.push(await escalation(tx, reminder, address));
  }
  if (messages.length > 0) await outbox.addAll(tx, messages);
  await store.planEscalations(tx, next);
  return due.length;
}

/** When an occurrence that spoke after the one that is told on is told on itself. */
function ofNewest({ lastOccurrence, thenMinutes = 0, rule }: Reminder, now: Instant): Instant | undefined {
  if (rule === undefined || !lastOccurrence) return undefined;
  const at = new Date(lastOccurrence.getTime() + thenMinutes * 60_000);
  return at > now ? at : undefined;
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
    card: { kind: 'reminder', text, choices: [seenChoice(id, reminder.lastOccurrence)] },
    tainted: tainted || !isOwn,
  };
}

async function isShared(tx: Transaction, conversationId: string): Promise<boolean> {
  const [[, place] = []] = await conversations.placesOf(tx, [conversationId]);
  return place !== undefined && place.kind !== 'dm';
}
