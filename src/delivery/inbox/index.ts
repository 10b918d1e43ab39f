import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Deferred, deferred, GroupCommit } from '../../base/async.ts';
import { systemCode } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { omitUndefined } from '../../base/json.ts';
import { packageRoot } from '../../base/root.ts';
import { stripEnd } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { Instance } from '../../jobs/index.ts';
import { type Database, hadNoEffect, type Transaction } from '../../storage/index.ts';
import type {
  AcceptedEvent,
  Inbox,
  Incoming,
  IncomingMessage,
  KnownPlace,
  NamedPlace,
  PendingFile,
  Place,
  PostponedPort,
} from '../adapter.ts';
import { formOf } from '../buttons/store.ts';
import type { Form, Outbox } from '../content.ts';
import { PlaceNames } from '../conversations/names.ts';
import * as conversations from '../conversations/store.ts';
import { type DeliveryCounters, deliveryCounters } from '../counters.ts';
import { fileName } from '../files/take-files.ts';
import type { Item, ItemKind, Payload } from '../item.ts';
import { type ItemContexts, toItem } from '../items/store.ts';
import type { Lanes } from '../lanes/index.ts';
import { isUnderWay } from '../lanes/store.ts';
import { dedupName } from '../outbox/parts.ts';
import type { Seats } from '../outbox/seats.ts';
import * as writtenParts from '../outbox/store/written.ts';
import { boundedQuotes, boundedReply } from '../quoted/store.ts';
import { bringUnread, callElsewhere } from '../unread/index.ts';
import { MOST_PLANNED, type PlannedTurn, plannedRows, type TypedTurn, typedRow } from './planned.ts';
import { SenderDirectory, type SenderDirectoryDeps, type Speaker } from './sender-directory.ts';
import * as store from './store.ts';

export interface InboxDeps extends SenderDirectoryDeps {
  database: Database;
  world: World;
  instance: () => Instance;
  lanes: Lanes;
  contexts: ItemContexts;
  queueLimit: number;
  rateLimit: store.RateLimit | undefined;
  kindOf(event: Incoming): ItemKind;
  takesTurn(kind: ItemKind, text: string): boolean;
  hint(): void;
  seats: Seats;
  announceSeats(): Promise<void>;
  wakeAt(at: Date): void;
  outbox: Outbox;
  /** Called when the row of this id was withdrawn: whoever hears its voice messages need not go on. */
  onWithdrawn(id: string): void;
  ahead(message: IncomingMessage): Promise<{ message: IncomingMessage; notes: string }>;
  postponedOf(adapter: string): PostponedPort;
}

const REMEMBERED = 10_000;
const MOST_AT_ONCE = 64;
/** Milliseconds: a statement that waits for another process's lock does not hold up the others for longer. */
const PATIENCE_MS = 100;
const FOREIGN_KEY_VIOLATION = '23503';

type Acknowledge = () => Promise<boolean>;

/** A row with the owner that it was stored under: while it waited to be, this process may have joined anew. */
type StoredRow = store.AcceptedRow & { owner: string };

/** Takes what adapters hear: commits it, and runs it or leaves it to its turn. */
export class InboxWriter implements Inbox {
  private readonly deps: InboxDeps;
  private readonly speakers: SenderDirectory;
  private readonly unsettled = new Map<string, Deferred<void>>();
  private readonly acknowledging = new Map<string, Acknowledge>();

  private readonly accepting: GroupCommit<store.NewRow, StoredRow | undefined>;

  private readonly counters: DeliveryCounters;
  private readonly names: PlaceNames;

  constructor(deps: InboxDeps) {
    this.deps = deps;
    this.counters = deliveryCounters(deps.world.metrics);
    this.speakers = new SenderDirectory(deps);
    this.names = new PlaceNames(deps.database, deps.world.log);
    this.accepting = new GroupCommit({
      max: MOST_AT_ONCE,
      patienceMs: PATIENCE_MS,
      keys: store.lanesOf,
      run: (rows) => this.storeRows(rows),
      mayRunAlone: hadNoEffect,
    });
  }

  async accept(event: Incoming, acknowledge?: Acknowledge): Promise<AcceptedEvent> {
    const accepted = await this.withSender(event, (sender) => this.acceptFrom(sender, event, acknowledge));
    this.counters.heard.add({ adapter: event.place.adapter, kind: event.kind, outcome: accepted.outcome });
    return accepted;
  }

  async amend(place: Place, id: string, change: { text: string } | { withdrawn: true }): Promise<boolean> {
    const amendment = 'text' in change ? { text: change.text.normalize('NFC') } : change;
    const changed = await store.amend(this.deps.database, messageKey(place.adapter, place.channel, id), amendment);
    if (changed !== undefined && 'withdrawn' in change) this.deps.onWithdrawn(changed);
    return changed !== undefined;
  }

  livesIn(adapter: string, externalId: string, zone: string): Promise<void> {
    return this.speakers.livesIn({ adapter, externalId, zone });
  }

  browsesIn(where: { personId: string; zone: string }): Promise<void> {
    return this.speakers.browsesIn(where);
  }

  form(button: string): Promise<Form | undefined> {
    return formOf(this.deps.database, button);
  }

  places(adapter: string, since: Date, limit: number): Promise<KnownPlace[]> {
    return conversations.knownPlaces(this.deps.database, adapter, since, limit);
  }

  namePlaces(adapter: string, places: readonly NamedPlace[]): void {
    this.names.note(adapter, places);
  }

  async heardAlready(messages: readonly Pick<IncomingMessage, 'place' | 'id'>[]): Promise<Set<string>> {
    const ids = new Map(messages.map(({ place, id }) => [messageKey(place.adapter, place.channel, id), id]));
    const keys = await store.knownKeys(this.deps.database, [...ids.keys()]);
    return new Set(keys.flatMap((key) => ids.get(key) ?? []));
  }

  async note(message: IncomingMessage, text: string, { calls = false } = {}): Promise<void> {
    const { database, outbox } = this.deps;
    const speaker = await this.speakers.find(message);
    // A person without access is told so, and nothing else.
    if (!speaker || !this.speakers.isHeard(speaker)) return;
    const { personId, conversationId } = speaker;
    const mention = calls && message.place.kind !== 'dm' ? message.sender.externalId : undefined;
    const card = { kind: 'notice' as const, text, ...(mention !== undefined && { mention }) };
    const notice = { key: `note:${keyOf(message)}`, conversationId, personId, card };
    await database.tx('inbox.note', (tx) => outbox.addAll(tx, [notice]));
  }

  receipts(place: Place, since: Date): Promise<Set<string>> {
    return writtenParts.receipts(this.deps.database, place, since);
  }

  async unsure(place: Place): Promise<string[]> {
    return (await writtenParts.unconfirmedParts(this.deps.database, place)).map(dedupName);
  }

  postponedOf(adapter: string): PostponedPort {
    return this.deps.postponedOf(adapter);
  }

  bringUnread(place: Place, externalId: string): Promise<void> {
    return bringUnread(this.deps, place, externalId);
  }

  onPageClosed(personId: string): Promise<void> {
    return callElsewhere(this.deps, personId);
  }

  onSeats(): Promise<void> {
    return this.deps.announceSeats();
  }

  /** Acknowledges the event of a row that was heard here; undefined for any other. */
  async acknowledge(item: Item): Promise<boolean | undefined> {
    const acknowledge = this.acknowledging.get(item.id);
    this.acknowledging.delete(item.id);
    return acknowledge?.();
  }

  isAwaited(id: string): boolean {
    return this.unsettled.has(id);
  }

  /** Resolves the waiter of a row that has ended; false if another process accepted it. */
  resolveWaiter(id: string): boolean {
    this.acknowledging.delete(id);
    this.unsettled.get(id)?.resolve();
    return this.unsettled.delete(id);
  }

  /** The sender and their conversation, created on first contact; undefined where nothing of theirs may be stored. */
  speaker(event: Incoming): Promise<Speaker | undefined> {
    return this.speakers.find(event);
  }

  forget(personId: string): void {
    this.speakers.forget(personId);
  }

  close(): void {
    for (const id of [...this.unsettled.keys()]) this.resolveWaiter(id);
  }

  /** Runs `work` again where the cached sender was merged or erased, and this process missed the hint. */
  private async withSender<T>(event: Incoming, work: (sender: Speaker | undefined) => Promise<T>): Promise<T> {
    try {
      return await work(await this.speakers.find(event));
    } catch (error) {
      if (systemCode(error) !== FOREIGN_KEY_VIOLATION) throw error;
      this.speakers.forgetSpeaker(event);
      return work(await this.speakers.find(event));
    }
  }

  private async acceptFrom(
    sender: Speaker | undefined,
    event: Incoming,
    acknowledge?: Acknowledge,
  ): Promise<AcceptedEvent> {
    if (!sender) return { outcome: 'refused', settled: Promise.resolve() };
    await this.deps.seats.claim(event.place, sender.conversationId);
    // A version that does not know of files which are still to be fetched would answer without them.
    const hasPending = event.kind === 'message' && (event.pending?.length ?? 0) > 0 && this.speakers.isHeard(sender);
    if (!hasPending || !this.deps.instance().isMixed) return this.storeAndRun(sender, event, acknowledge);
    const { message, notes } = await this.deps.ahead(event);
    const accepted = await this.storeAndRun(sender, message, acknowledge);
    if (notes !== '' && accepted.outcome !== 'duplicate') await this.note(message, notes);
    return accepted;
  }

  private async storeAndRun(sender: Speaker, incoming: Incoming, acknowledge?: Acknowledge): Promise<AcceptedEvent> {
    // Said while an answer is under way it means that answer; at any other time it is a word like others.
    const stops = isStopWord(incoming) && (await isUnderWay(this.deps.database, sender.conversationId));
    // A process that was taken over joins anew before it stores anything.
    await this.deps.instance().owner();
    const row = this.newRow(sender, stops ? { ...incoming, text: '/stop' } : incoming);
    const ended = deferred();
    this.unsettled.set(row.id, ended);
    // Whoever takes it may not be able to tell when it is done: a hint can be lost, or not be sent at all.
    if (this.unsettled.size > REMEMBERED) this.resolveWaiter(this.unsettled.keys().next().value as string);
    const stored = await this.accepting.add(row).catch((error: unknown) => {
      this.unsettled.delete(row.id);
      throw error;
    });
    if (!stored) {
      this.unsettled.delete(row.id);
      return { outcome: 'duplicate', settled: Promise.resolve() };
    }
    const item = toItem(stored, stored.owner);
    // The lane's queue was full.
    const isFull = row.laned && !item.inLane;
    if (isFull) item.isFull = true;
    if (acknowledge) this.acknowledging.set(row.id, stored.taken ? acknowledge : acknowledgeNow(acknowledge));
    if (stored.taken) this.deps.lanes.run(item);
    else this.wakeTakers(sender.conversationId);
    return { outcome: isFull ? 'refused' : 'accepted', settled: ended.promise };
  }

  /**
   * Takes in a message in one transaction with `besides`, which is given its row's id. What `besides` throws, and a refusal, leaves
   * nothing behind.
   */
  acceptWith(event: IncomingMessage, besides: WritesWithRow): Promise<AcceptedWith> {
    return this.withSender(event, (sender) => this.acceptFromWith(sender, event, besides));
  }

  private async acceptFromWith(
    sender: Speaker | undefined,
    event: IncomingMessage,
    besides: WritesWithRow,
  ): Promise<AcceptedWith> {
    if (!sender) return 'refused';
    await this.deps.seats.claim(event.place, sender.conversationId);
    const { database, lanes, contexts, queueLimit, rateLimit, instance } = this.deps;
    const owner = await instance().owner();
    const row = this.newRow(sender, event);
    const taking = { owner, freeSlots: lanes.freeSlots, queueLimit, rateLimit };
    try {
      await database.tx('inbox.accept_with', async (tx) => {
        await besides(tx, row.id);
        const [result] = await store.acceptIn(tx, [row], taking, contexts);
        if (!result) throw new NotTaken('duplicate');
        if (!result.laned) throw new NotTaken('too_fast');
        tx.afterCommit(() => (result.taken ? lanes.run(toItem(result, owner)) : this.wakeTakers()));
      });
      return 'accepted';
    } catch (error) {
      if (error instanceof NotTaken) return error.outcome;
      throw error;
    }
  }

  private newRow(sender: Speaker, event: Incoming): store.NewRow {
    const kind = this.deps.kindOf(event);
    const now = this.deps.world.clock.now();
    return {
      id: uuid(now),
      key: keyOf(event),
      kind,
      adapter: event.place.adapter,
      conversationId: sender.conversationId,
      personId: sender.personId,
      messageId: event.id,
      payload: payloadOf(event, sender, this.speakers.isHeard(sender)),
      laned: this.deps.takesTurn(kind, event.kind === 'message' ? event.text : ''),
      // Whoever sits at the terminal owns the machine; and what stops something must be heard.
      counted: event.sender.role === undefined && !isStop(event),
      sentAt: event.sentAt,
      receivedAt: now,
    };
  }

  /** Has whoever has a free slot, here or elsewhere, take what waits in its lane. */
  private wakeTakers(conversationId?: string): void {
    const { lanes, hint } = this.deps;
    if (!lanes.hasFreeSlots) hint();
    if (conversationId === undefined) lanes.wake();
    else lanes.wakeFor(conversationId);
  }

  /** `Delivery.begin`. Those of one conversation are stored one after another: each is counted in its lane. */
  async begin(tx: Transaction, turns: readonly PlannedTurn[]): Promise<Map<string, string>> {
    return this.beginRows(tx, await plannedRows(tx, turns, this.deps.world.clock.now()));
  }

  async beginTyped(tx: Transaction, typed: TypedTurn): Promise<void> {
    const row = await typedRow(tx, typed, this.deps.world.clock.now());
    if (row) await this.beginRows(tx, [[row]]);
  }

  private async beginRows(tx: Transaction, sets: readonly store.NewRow[][]): Promise<Map<string, string>> {
    const { lanes, contexts, instance } = this.deps;
    const owner = instance().id;
    const idsByKey = new Map<string, string>();
    let { freeSlots } = lanes;
    for (const rows of sets) {
      const taking = { owner, freeSlots, queueLimit: MOST_PLANNED, rateLimit: undefined };
      for (const row of await store.acceptIn(tx, rows, taking, contexts)) {
        idsByKey.set(row.key, row.id);
        if (!row.taken) continue;
        freeSlots = Math.max(0, freeSlots - 1);
        tx.afterCommit(() => lanes.run(toItem(row, owner)));
      }
    }
    tx.afterCommit(() => this.wakeTakers());
    return idsByKey;
  }

  private async storeRows(rows: readonly store.NewRow[]): Promise<(StoredRow | undefined)[]> {
    const { database, lanes, queueLimit, rateLimit, contexts } = this.deps;
    const owner = this.deps.instance().id;
    const taking = { owner, freeSlots: lanes.freeSlots, queueLimit, rateLimit };
    const accepted = await store.accept(database, rows, taking, contexts);
    const byId = new Map(accepted.map((row) => [row.id, { ...row, owner }]));
    return rows.map(({ id }) => byId.get(id));
  }
}

type WritesWithRow = (tx: Transaction, id: string) => Promise<void>;

/** `refused`: nothing of its sender is stored; `too_fast`: they ask for too much, or too much waits. */
export type AcceptedWith = 'accepted' | 'duplicate' | 'refused' | 'too_fast';

/** Rolls back the transaction of a message that is not taken in. */
class NotTaken extends Error {
  readonly outcome: AcceptedWith;

  constructor(outcome: AcceptedWith) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** The message's identity, so that every copy of it meets in one row; a press has the interaction's. */
function keyOf(event: Incoming): string {
  const { adapter, channel } = event.place;
  return event.kind === 'press' ? messageKey(adapter, 'press', event.id) : messageKey(adapter, channel, event.id);
}

/** A hash, so that it can stay when a person is erased: a copy that comes later still meets it. */
function messageKey(...names: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(names)).digest('base64url');
}

/** The words of all languages, once one of them may be said. */
let stopWords: ReadonlySet<string> | undefined;
const LONGEST_STOP = 30;

/** True if a person says "stop", or the like in another language, and nothing else, where nobody else is spoken to. */
function isStopWord(event: Incoming): event is IncomingMessage {
  if (event.kind !== 'message' || event.place.kind !== 'dm' || event.text.length > LONGEST_STOP) return false;
  // A program's text is no person's word.
  if ((event.origin ?? 'person') !== 'person') return false;
  if (event.files.length + (event.pending?.length ?? 0) > 0) return false;
  const words = () => JSON.parse(readFileSync(join(packageRoot(), 'assets', 'stop-words.json'), 'utf8'));
  stopWords ??= new Set(Object.values<string[]>(words()).flat());
  const word = event.text
    .normalize('NFC')
    .toLowerCase()
    .replace(/^[\s¡]+/, '');
  return stopWords.has(stripEnd(word, ' \t\n.!…。！'));
}

function isStop(event: Incoming): boolean {
  return event.kind === 'message' && /^\s*\/stop\s*$/i.test(event.text);
}

/**
 * Payload to store. The gate decides by `isHeard`: for a person who is not heard no file is fetched and no quotation
 * kept.
 */
function payloadOf(event: Incoming, { role, roles, rights }: Speaker, isHeard: boolean): Payload {
  const { replyTo, origin } = event;
  const common = {
    from: event.sender.externalId,
    ...(role === 'guest' && { guest: true as const, ...(roles.length > 0 && { roles: [...roles] }) }),
    ...omitUndefined({
      rights: rights ? { role: rights.role, roles: [...(rights.roles ?? [])] } : undefined,
      replyTo,
      private: event.private ? (true as const) : undefined,
      origin: origin && origin !== 'person' ? origin : undefined,
      tainted: event.kind === 'message' && event.tainted ? (true as const) : undefined,
    }),
  };
  if (event.kind === 'message') {
    const { text, files, pending = [], quoted = [], points, repliesTo, again } = event;
    return {
      ...common,
      // The same form of a letter in all that is stored, compared and searched.
      text: text.normalize('NFC'),
      files,
      ...omitUndefined({
        repliesTo: repliesTo ? boundedReply(repliesTo) : undefined,
        pending: isHeard && pending.length > 0 ? { v: 1 as const, files: pending.map(withFileName) } : undefined,
        quoted: isHeard && quoted.length > 0 ? boundedQuotes(quoted) : undefined,
        points: isHeard && points ? points : undefined,
        again,
      }),
    };
  }
  const { button, values } = event;
  const entries = values && Object.entries(values).map(([field, words]) => [field, words.normalize('NFC')]);
  return { ...common, text: '', files: [], button, ...(entries && { values: Object.fromEntries(entries) }) };
}

/** Acknowledges now what waits for its lane, and tells whoever asks later: a platform waits some seconds only. */
function acknowledgeNow(acknowledge: Acknowledge): Acknowledge {
  const acknowledged = acknowledge();
  acknowledged.catch(() => {});
  return () => acknowledged;
}

const withFileName = (file: PendingFile): PendingFile => ({ ...file, name: fileName(file.name) });
