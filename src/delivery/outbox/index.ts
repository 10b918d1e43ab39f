import { Batch, backOff, groupBy, retryUntil, Slots } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { DueSource, Instance, OwnedRows, Raise } from '../../jobs/index.ts';
import type { Database, Queryable, Transaction, WritesBesides } from '../../storage/index.ts';
import type { ChatAdapter, Place } from '../adapter.ts';
import type { Content, Outbox, Outgoing } from '../content.ts';
import { tellAtOnce } from '../dead-letters/reports.ts';
import * as letters from '../dead-letters/store.ts';
import { inert } from '../text/inert.ts';
import { Attempts } from './attempt.ts';
import { skippedResult } from './outcome.ts';
import { type AddressedPart, asWritten, isAnswer, type Parts, toParts } from './parts.ts';
import type { Seats } from './seats.ts';
import type { Row } from './store/due.ts';
import * as dueParts from './store/due.ts';
import type { SendResult } from './store/results.ts';
import * as results from './store/results.ts';
import type { WrittenPart } from './store/written.ts';
import * as writtenParts from './store/written.ts';

const LONGEST_WAIT_MS = 5_000;
const RECEIPTS_MS = 20;
const CLAIM = 100;
/** A part that waits in hand for longer is looked up before it is sent: the hint that its person was erased may be lost. */
const SURE_MS = 1_000;
/** Sends under way at once to one platform; its own rate limits are the adapter's to keep. */
const SENDS = 64;
/** With so many in hand, more is left to other processes, and to this one when it has sent these. */
const MAX_IN_FLIGHT = 1_000;

export interface OutboxDeps {
  database: Database;
  world: World;
  instance: () => Instance;
  hasJoined: () => boolean;
  adapters(): readonly ChatAdapter[];
  unreachable(adapter: string): void;
  onSaid(row: Row): void;
  /** Something that answers nothing was said, or is held, in a place of the person's own (`LocalPlaces.noteUnread`). */
  unread(personId: string): void;
  seats: Seats;
  placeOf(tx: Transaction, conversationIds: readonly string[]): Promise<Map<string, Place>>;
  events: Raise;
  wakeAt(at: Instant): void;
  signal: AbortSignal;
}

interface Outcome {
  owner: string;
  adapter: string;
  /** The person for whom the part may be unread in other places of theirs. */
  unreadBy: string | undefined;
  ended: SendResult;
}

/** Everything that is said goes through here: written before it is sent, sent by its owner, and looked for when unclear. */
export class OutboxSender implements Outbox, DueSource, OwnedRows {
  readonly name = 'outbox';
  readonly owners = results.OWNERS;
  private readonly deps: OutboxDeps;
  private readonly receipts: Batch<Outcome>;
  private readonly groups = new Set<Promise<void>>();
  /** Parts that are being sent, or whose receipts are not stored yet; since when. */
  private readonly inFlight = new Map<string, { row: Row; since: number }>();
  private readonly erased = new Set<string>();
  private isFull = false;
  private readonly held: HeldParts;
  readonly attempts: Attempts;
  /** Counts `reachable()` calls per adapter, to detect a race with `held`. */
  private readonly reached = new Map<string, number>();
  private readonly slots = new Map<string, Slots>();
  /** The last send under way of each queue of answers. */
  private readonly sending = new Map<string, Promise<void>>();

  constructor(deps: OutboxDeps) {
    this.deps = deps;
    this.held = new HeldParts(deps);
    this.attempts = new Attempts({ ...deps, outageEnded: (adapter) => void this.reachable(adapter) });
    this.receipts = new Batch({ ms: RECEIPTS_MS, max: 500, flush: (items) => this.record(items) });
  }

  /** Parts held by other processes are due here when somebody is reachable; the hint that says so may be lost. */
  get earliest(): string {
    return dueParts.earliest({
      here: this.held.reachableHere(),
      on: this.adapterNames,
      seating: this.deps.seats.seatCondition,
    });
  }

  prepare(message: AddressedPart): Parts {
    const adapter = this.adapter(message.place.adapter);
    const split = (content: Content) => adapter?.split?.(content) ?? [content];
    const folds = adapter?.guarantees.foldsDetails === true;
    // A command that has not joined the replicas sends nothing: what it says waits for one of them.
    const owner = this.deps.hasJoined() ? this.deps.instance().id : undefined;
    // A part that answers nothing is tried: where no terminal is open in any process, its person is called.
    const isElsewhere = owner !== undefined && message.replyTo !== undefined && !this.deps.seats.isHere(message.place);
    return toParts({ ...message, isElsewhere, folds }, owner, this.deps.world.clock.now(), split);
  }

  async addAll(tx: Transaction, messages: readonly Outgoing[]): Promise<void> {
    if (messages.length === 0) return;
    const places = await this.deps.placeOf(tx, [...new Set(messages.map((message) => message.conversationId))]);
    const prepared = messages.flatMap((message) => {
      const place = places.get(message.conversationId);
      const queued = this.inFlight.size >= MAX_IN_FLIGHT;
      return place ? [this.prepare({ ...message, cards: [message.card], place, queued })] : [];
    });
    const parts = prepared.flatMap((each) => each.parts);
    const buttons = prepared.flatMap((each) => each.buttons);
    const storedParts = await writtenParts.insert(tx, parts, buttons, this.deps.world.clock.now());
    if (storedParts.length < parts.length) this.deps.world.log.debug('some parts were in the outbox already');
    const rows = prepared.flatMap((each) => each.rows);
    tx.afterCommit(() => void this.sendWritten({ parts, rows }, storedParts));
  }

  /** After a commit: sends the parts that were written as being sent by this process, and wakes who sends the others. */
  async sendWritten(
    { parts, rows }: Pick<Parts, 'parts' | 'rows'>,
    storedParts: readonly WrittenPart[] | null,
  ): Promise<void> {
    const { wakeAt, unreachable } = this.deps;
    const later = parts.flatMap((part) => (part.next_at ? [part.next_at.getTime()] : []));
    if (later.length > 0) wakeAt(new Date(Math.min(...later)));
    const elsewhere = parts.filter(({ state }) => state === 'held').map(({ adapter }) => adapter);
    for (const adapter of new Set(elsewhere)) unreachable(adapter);
    await this.dispatch(asWritten(rows, storedParts));
  }

  /** Sends parts that this process owns: those of one queue in order, queues side by side. Never rejects. */
  async dispatch(rows: readonly Row[]): Promise<void> {
    const since = this.deps.world.clock.now().getTime();
    for (const row of rows) this.inFlight.set(row.id, { row, since });
    const messages = [...groupBy(rows, (row) => row.grp).values()] as unknown as Message[];
    const queues = groupBy(messages, queueOf);
    await Promise.all([...queues].map(([name, queue]) => this.track(this.sendBehind(name, queue))));
  }

  /**
   * The next turn of a conversation begins as soon as the one before is stored: its answer, however soon it is there, goes
   * out when the send of that one has ended.
   */
  private sendBehind(name: string, queue: readonly Message[]): Promise<void> {
    if (!queue.every(isInOrder)) return this.sendInOrder(queue);
    const before = this.sending.get(name) ?? Promise.resolve();
    const delivery: Promise<void> = before
      .then(() => this.sendInOrder(queue))
      .finally(() => {
        if (this.sending.get(name) === delivery) this.sending.delete(name);
      });
    this.sending.set(name, delivery);
    return delivery;
  }

  /** Resolves when no earlier answer of the conversation is being sent here; undefined: none is. */
  answersSent(conversationId: string): Promise<void> | undefined {
    return this.sending.get(answersOf(conversationId));
  }

  /** Drops the parts of an erased person, except for one that is being sent already. */
  drop(personId: string): void {
    for (const { row } of this.inFlight.values()) if (row.personId === personId) this.erased.add(row.id);
  }

  /** Shows under a card that its buttons are used or too old, where the platform can: `note` says who did what. */
  async close(tx: Transaction, card: string, note: string): Promise<void> {
    const adapter = await writtenParts.adapterOf(tx, card);
    if (!adapter || !this.adapter(adapter)?.guarantees.showsUse) return;
    const now = this.deps.world.clock.now();
    if (await writtenParts.closeCard(tx, card, inert(note), now)) tx.afterCommit(() => this.deps.wakeAt(now));
  }

  async fire(now: Instant): Promise<number> {
    const { database, instance, wakeAt } = this.deps;
    if (this.inFlight.size >= MAX_IN_FLIGHT) {
      this.isFull = true;
      return 0;
    }
    await this.held.takeUp();
    const rows = await dueParts.claimDue(database, await instance().owner(), now, {
      limit: CLAIM,
      on: this.adapterNames,
      seating: this.deps.seats.seatCondition,
    });
    if (rows.length === 0) return 0;
    // A later part of the same answer waits until the receipt of the earlier one is stored.
    const goOn = async () => {
      await this.dispatch(rows);
      await this.receipts.flush();
      wakeAt(now);
    };
    void this.track(goOn());
    return rows.length;
  }

  /** Takes up what is due and resolves when it was tried. Never rejects. */
  async sendDue(): Promise<void> {
    const { world } = this.deps;
    try {
      await this.fire(world.clock.now());
    } catch (error) {
      world.log.warn({ error: messageOf(error) }, 'what is due could not be taken up; the next look tries again');
    }
    await this.idle();
  }

  async orphans(owner: string): Promise<string[]> {
    const ids = await results.ownedBy(this.deps.database, owner);
    return ids.filter((id) => !this.inFlight.has(id));
  }

  free(tx: Transaction, owner: string, ids: readonly string[], now: Instant): Promise<void> {
    return results.requeueLost(tx, owner, ids, now);
  }

  release(tx: Transaction, owners: readonly string[], now: Instant): Promise<void> {
    const settling = this.deps.adapters().filter(({ guarantees: promises }) => promises.settlesMs !== undefined);
    return results.release(
      tx,
      owners,
      now,
      settling.map(({ name }) => name),
    );
  }

  /**
   * A place (or a whole platform) that had nobody there can be written to again: what was held goes out, and after an
   * outage of a platform what has a back-off goes out, too. Goes on trying while the database is away; never rejects.
   */
  async reachable(adapter: string, channel?: string): Promise<void> {
    const { database, world, seats, wakeAt, signal } = this.deps;
    this.reached.set(adapter, (this.reached.get(adapter) ?? 0) + 1);
    await this.receipts.flush();
    const free = async () => {
      if (signal.aborted || !(await dueParts.anyWaiting(database, adapter))) return;
      const now = world.clock.now();
      if ((await dueParts.releaseReachable(database, adapter, channel, now, seats.seatCondition)) > 0) wakeAt(now);
    };
    const onError = (error: unknown) =>
      world.log.warn({ adapter, error: messageOf(error) }, 'what waits for a platform could not be freed');
    await retryUntil(free, { signal, longestMs: LONGEST_WAIT_MS, onError });
  }

  /** Another process holds something for who is here, if somebody is. */
  heldElsewhere(adapter: string): void {
    void this.held.takeUp([adapter]);
    // A part that was moved to a terminal is due without having been held.
    if (this.held.reachableHere().includes(adapter)) this.deps.wakeAt(this.deps.world.clock.now());
  }

  /** Adapters whose sessions another process may have: those of held parts, and terminals for parts of a page. */
  private adaptersElsewhere({ adapter, ended }: Outcome): string[] {
    if (ended.state === 'held') return [adapter];
    if (!ended.isUnread) return [];
    return this.deps.adapters().flatMap(({ name, local }) => (local?.seat === undefined ? [] : [name]));
  }

  private get adapterNames(): string[] {
    return this.deps.adapters().map(({ name }) => name);
  }

  private adapter(name: string): ChatAdapter | undefined {
    return this.deps.adapters().find((adapter) => adapter.name === name);
  }

  deadLetters(limit = 50): Promise<letters.DeadLetters> {
    return letters.deadLetters(this.deps.database, limit);
  }

  async revive(id?: string, besides?: WritesBesides<number>): Promise<number> {
    const now = this.deps.world.clock.now();
    const count = await this.deps.database.tx('outbox.revive', async (tx) => {
      const revived = await letters.revive(tx, id, now);
      besides?.(tx, revived);
      return revived;
    });
    if (count > 0) this.deps.wakeAt(now);
    return count;
  }

  /** Gives a dead letter up; returns how many it was. */
  discard(id: string, besides?: WritesBesides<number>): Promise<number> {
    return this.deps.database.tx('outbox.discard', async (tx) => {
      const count = await letters.discard(tx, id);
      besides?.(tx, count);
      return count;
    });
  }

  get resent(): number {
    return this.attempts.resent;
  }

  open(): Promise<Record<string, number>> {
    return letters.openCounts(this.deps.database);
  }

  async idle(): Promise<void> {
    while (this.groups.size > 0) await Promise.all(this.groups);
    await this.receipts.flush();
  }

  private track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => this.groups.delete(tracked));
    this.groups.add(tracked);
    return tracked;
  }

  /** Answers that are due together, after a platform said to wait for one, keep the order in which they were written. */
  private async sendInOrder(messages: readonly Message[]): Promise<void> {
    const groups = [...messages].sort(([a], [b]) => a.createdAt.getTime() - b.createdAt.getTime());
    for (const [index, group] of groups.entries()) {
      const result = await this.sendGroup(group);
      if (!result) continue;
      const rest = groups.slice(index + 1);
      if (isLate(group)) await Promise.all(rest.map((each) => this.sendGroup(each)));
      else this.handBack(rest.flat(), this.forOthers(result));
      return;
    }
  }

  /**
   * The delay of a part's successors: an unclear one is looked up when that is possible; else no longer than after a
   * failed send.
   */
  private forOthers(result: SendResult): SendResult {
    if (result.state !== 'unknown') return result;
    return { ...result, nextAt: new Date(this.deps.world.clock.now().getTime() + backOff(1, LONGEST_WAIT_MS)) };
  }

  private async sendGroup(group: Message): Promise<SendResult | undefined> {
    const rows = [...group].sort((a, b) => a.part - b.part);
    const [{ id, place }] = group;
    const { adapter } = place;
    const since = this.inFlight.get(id)?.since ?? 0;
    const slots = this.slots.get(adapter) ?? new Slots(SENDS);
    this.slots.set(adapter, slots);
    for (const [index, row] of rows.entries()) {
      const reached = this.reached.get(adapter);
      const ended = await slots.run(() => this.attempt(row, since));
      if (!ended) {
        this.letGo(rows);
        return undefined;
      }
      // A reader came while none was found there: who came has taken up what was held by then, and not this.
      const missed = ended.state === 'held' && reached !== this.reached.get(adapter);
      if (missed) Object.assign(ended, { state: 'pending', nextAt: this.deps.world.clock.now() });
      this.receipts.add(this.outcomeOf(row, ended));
      if (unblocksNext(ended)) continue;
      this.handBack(rows.slice(index + 1), ended);
      // Its place is gone, and it goes elsewhere: the next message finds out for itself.
      return ended.conversationId === undefined ? ended : undefined;
    }
    return undefined;
  }

  private async attempt(row: Row, since: number): Promise<SendResult | undefined> {
    const { world } = this.deps;
    try {
      if (!(await this.isWithdrawn(row, since))) return await this.attempts.attempt(row);
      if (!row.receipt && !row.unknownAt) return { id: row.id, state: 'dropped' };
      // Something of it is there, or may be: whoever takes it up next takes that away.
      return skippedResult(row, { state: 'pending', nextAt: world.clock.now() });
    } catch (error) {
      // A send answers with an outcome; what throws is a look into the database, and nothing was sent.
      const reason = world.secrets.hide(messageOf(error)).slice(0, 500);
      world.log.warn({ key: row.key, error: reason }, 'a part could not be tried');
      const nextAt = new Date(world.clock.now().getTime() + backOff(1, LONGEST_WAIT_MS));
      return skippedResult(row, { state: 'pending', nextAt, error: reason });
    }
  }

  /**
   * True if its person was erased since it is in hand; the database is asked where the hint that says so may be lost.
   */
  private async isWithdrawn(row: Row, since: number): Promise<boolean> {
    if (this.erased.has(row.id)) return true;
    const elapsed = this.deps.world.clock.now().getTime() - since;
    // A clock that was set back says nothing.
    if (row.removed || (elapsed >= 0 && elapsed < SURE_MS)) return false;
    return results.isRemoved(this.deps.database, row.id);
  }

  /** Puts successors back, in the database, for as long as the part before them waits: their order is kept. */
  private handBack(rows: readonly Row[], before: SendResult): void {
    for (const row of rows) {
      this.receipts.add(this.outcomeOf(row, skippedResult(row, before)));
    }
  }

  private outcomeOf({ owner, place, personId, replyTo }: Row, ended: SendResult): Outcome {
    const isUnread = replyTo === undefined && place.kind === 'dm' && this.adapter(place.adapter)?.local !== undefined;
    const isThere = ended.state === 'sent' || ended.state === 'held';
    return { owner, adapter: place.adapter, unreadBy: isUnread && isThere ? personId : undefined, ended };
  }

  /** Goes on trying while the database is away: without its receipt a part would be taken for unknown. */
  private async record(items: Outcome[]): Promise<void> {
    const { world, wakeAt, signal } = this.deps;
    for (const [owner, group] of groupBy(items, (item) => item.owner)) {
      const ended = group.map((item) => item.ended);
      const onError = (error: unknown) =>
        world.log.warn({ error: messageOf(error), parts: ended.length }, 'receipts could not be stored');
      const isDue = await retryUntil(() => this.storeReceipts(owner, ended), {
        signal,
        longestMs: LONGEST_WAIT_MS,
        onError,
      });
      if (isDue) wakeAt(world.clock.now());
      this.letGo(ended.map(({ id }) => ({ id, owner })));
      for (const adapter of new Set(group.flatMap((item) => this.adaptersElsewhere(item))))
        this.deps.unreachable(adapter);
      for (const person of new Set(group.flatMap(({ unreadBy }) => unreadBy ?? []))) this.deps.unread(person);
      const next = ended.flatMap((each) => (each.nextAt ? [each.nextAt.getTime()] : []));
      if (next.length > 0) wakeAt(new Date(Math.min(...next)));
    }
  }

  private async storeReceipts(owner: string, ended: readonly SendResult[]): Promise<boolean> {
    const { database, world, events } = this.deps;
    const now = world.clock.now();
    const moved = ended.flatMap(({ id, conversationId, isUnread }) =>
      conversationId === undefined || isUnread ? [] : [id],
    );
    if (moved.length === 0 && ended.every(({ state }) => state !== 'dead')) {
      const statement: Queryable = {
        query: (sql, params) => database.run('outbox.receipts', sql, params),
      };
      return (await results.storeResults(statement, owner, ended, now)).areDue;
    }
    return database.tx('outbox.receipts', async (tx) => {
      const { dead, toldNow, areDue } = await results.storeResults(tx, owner, ended, now);
      if (moved.length > 0) await results.resendEarlierParts(tx, moved, now);
      const facts = dead.map(({ person_id: person, ...data }) => ({
        name: 'dead_letter' as const,
        data: { ...data, ...(person !== null && { person }) },
      }));
      await events.raise(tx, facts);
      await tellAtOnce(tx, this, toldNow, (ids) => this.deps.placeOf(tx, ids));
      return areDue;
    });
  }

  /** Lets go of parts by owner: a part that this process has claimed again under another id stays. */
  private letGo(parts: readonly { id: string; owner: string }[]): void {
    for (const { id, owner } of parts) {
      if (this.inFlight.get(id)?.row.owner !== owner) continue;
      this.inFlight.delete(id);
      this.erased.delete(id);
    }
    if (!this.isFull || this.inFlight.size > MAX_IN_FLIGHT / 2) return;
    this.isFull = false;
    this.deps.wakeAt(this.deps.world.clock.now());
  }
}

interface HeldDeps {
  database: Database;
  seats: Seats;
  world: World;
  adapters(): readonly ChatAdapter[];
  wakeAt(at: Date): void;
}

class HeldParts {
  private readonly deps: HeldDeps;

  constructor(deps: HeldDeps) {
    this.deps = deps;
  }

  /** Adapters through which something can be said here now. The embedded engine has no other processes. */
  reachableHere(): string[] {
    const { database, adapters } = this.deps;
    if (database.engine === 'pglite') return [];
    return adapters().flatMap((adapter) => (adapter.isReachable?.() ? [adapter.name] : []));
  }

  /** Makes due what is held for `adapters`, as far as they can be reached here. Never rejects. */
  async takeUp(adapters = this.reachableHere()): Promise<void> {
    const { database, world, seats, wakeAt } = this.deps;
    const here = this.reachableHere().filter((adapter) => adapters.includes(adapter));
    if (here.length === 0) return;
    try {
      const now = world.clock.now();
      if (!(await dueParts.hasHeldParts(database, here, now, seats.seatCondition))) return;
      if ((await dueParts.releaseHeldParts(database, here, now, seats.seatCondition)) > 0) wakeAt(now);
    } catch (error) {
      world.log.warn(
        { adapters: here, error: messageOf(error) },
        'looking for what is held failed; the next look tries again',
      );
    }
  }
}

// The order in which a process sends the parts that it owns. Pure.

const LATE_AFTER = 3;

type Message = readonly [Row, ...Row[]];

/**
 * The queue of a message, whose parts are sent one after another: answers of a conversation; messages that coda begins,
 * so that an answer never delays a reminder; late ones, of which none waits for another.
 */
function queueOf(message: Message): string {
  const [{ conversationId }] = message;
  if (isInOrder(message)) return answersOf(conversationId);
  return `${conversationId} ${isLate(message) ? 'late' : 'others'}`;
}

const answersOf = (conversationId: string): string => `${conversationId} answers`;

function isLate(message: Message): boolean {
  return message.some(({ unknownAt, attempts }) => unknownAt !== undefined || attempts >= LATE_AFTER);
}

/** True for answers, of which a later one is not sent beside an earlier one of the same conversation. */
const isInOrder = (message: Message): boolean => !isLate(message) && isAnswer(message[0].grp);

function unblocksNext({ state }: SendResult): boolean {
  return state === 'sent' || state === 'dead' || state === 'dropped';
}
