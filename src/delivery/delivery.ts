import { setMaxListeners } from 'node:events';
import { withTimeout } from '../base/async.ts';
import { BoundedMap } from '../base/bounded.ts';
import { messageOf } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { Bus } from '../bus/index.ts';
import type { Egress } from '../egress/index.ts';
import { type DueSource, type Events, Instance, type OwnedRows } from '../jobs/index.ts';
import type { AccessRules, Gate } from '../people/index.ts';
import type { Artifacts, Database, Transaction } from '../storage/index.ts';
import { type ChatAdapter, type Inbox, type Incoming, isSaid, type Place, type SpokenLine } from './adapter.ts';
import { Admission } from './admission.ts';
import { placesOf } from './conversations/store.ts';
import { tellUndelivered } from './dead-letters/reports.ts';
import { addressOf, type End, Endings, type ExtraWrites } from './endings.ts';
import { MessageFiles } from './files/message-files.ts';
import { type HearVoice, VoiceMessages } from './files/voice-messages.ts';
import { InboxWriter } from './inbox/index.ts';
import type { PlannedTurn, TypedTurn } from './inbox/planned.ts';
import type { MovedPerson } from './inbox/sender-directory.ts';
import type { RateLimit } from './inbox/store.ts';
import type { Item, ItemKind } from './item.ts';
import type { ItemContexts } from './items/store.ts';
import { Lanes } from './lanes/index.ts';
import * as laneStore from './lanes/store.ts';
import { Draft } from './outbox/draft.ts';
import { OutboxSender } from './outbox/index.ts';
import { answerKey } from './outbox/parts.ts';
import { Seats } from './outbox/seats.ts';
import { saidPart } from './outbox/store/written.ts';
import { PostponedEvents } from './postponed/index.ts';
import { Quoting } from './quoted/index.ts';
import { Requests } from './requests/index.ts';
import * as texts from './texts.ts';

export interface DeliveryOptions {
  database: Database;
  bus: Bus;
  world: World;
  artifacts: Artifacts;
  egress: Egress;
  program: string;
  access: AccessRules;
  gate: Pick<Gate, 'hears'>;
  concurrency: number;
  queueLimit: number;
  /** Undefined: anybody may ask for anything. */
  rateLimit: RateLimit | undefined;
  /** Milliseconds for which the key of a program's request counts; default: as long as they are kept. */
  requestKeptMs?: number | undefined;
  /** Milliseconds after which a message that was not run is not answered any more. */
  maxAgeMs: number;
  contexts: ItemContexts;
  writesOfBegin(item: Item): ExtraWrites | undefined;
  events: Events;
  wakeAt(at: Date): void;
}

/** Decides about what was heard, before its lane and behind it: `Router` (`chat/router.ts`). */
export interface MessageRouter {
  kindOf(event: Incoming): ItemKind;
  /** True of what is done in its turn, in the lane of its conversation; false of what is done at once. */
  takesTurn(kind: ItemKind, text: string): boolean;
  hear: HearVoice;
  /** Does what a row asks for and ends it; what it throws counts as a failed attempt. */
  handleItem(item: Item, signal: AbortSignal): Promise<void>;
}

export interface Receiver {
  router: MessageRouter;
  adapters: readonly ChatAdapter[];
  /** False: messages are left to processes that have platforms, which cut what is said as these need it. */
  answers: boolean | readonly string[];
  onMove(tx: Transaction, moved: MovedPerson): Promise<void>;
  onFreed(): void;
  owned: readonly OwnedRows[];
}

/**
 * The way of a message between adapters and the agent: what is heard is stored before anything is done about it, what
 * is said is stored before it is sent, and both ends of a turn are single statements.
 */
export class Delivery {
  readonly outbox: OutboxSender;
  readonly inbox: Inbox & Pick<InboxWriter, 'acceptWith'>;
  readonly requests: Requests;
  private readonly options: DeliveryOptions;
  private readonly lanes: Lanes;
  private readonly inboxWriter: InboxWriter;
  private readonly stopAll = new AbortController();
  private readonly steered = new Map<string, string[]>();
  private readonly places = new PlaceBook();
  private readonly seats: Seats;
  private readonly endings: Endings;
  private readonly voiceMessages: VoiceMessages;
  private readonly admission: Admission;
  private readonly hints: Hints;
  private readonly postponed: PostponedEvents;
  private instance: Instance | undefined;
  private receiver: Receiver | undefined;
  private adapters: readonly ChatAdapter[] = [];

  constructor(options: DeliveryOptions) {
    this.options = options;
    const { database, world, contexts } = options;
    this.hints = new Hints(options);
    const instance = () => this.self;
    this.seats = new Seats({ database, instance, adapters: () => this.adapters });
    const signal = this.stopAll.signal;
    // Every turn and every send listens to it; the number is bounded by `concurrency` and the outbox's slots.
    setMaxListeners(0, signal);
    const { seats } = this;
    this.outbox = this.openOutbox();
    this.lanes = new Lanes({
      database,
      world,
      instance,
      concurrency: options.concurrency,
      contexts,
      withFiles: () => this.adapters.flatMap(({ name, files }) => (files ? [name] : [])),
      maxAgeMs: options.maxAgeMs,
      handleItem: (item, signal) => this.admitAndHandle(item, signal),
      onSettled: (id) => this.resolveWaiters(id),
      signal,
    });
    this.endings = new Endings({
      database,
      world,
      outbox: this.outbox,
      events: options.events,
      waits: () => this.lanes.wake(),
      wakeAt: options.wakeAt,
    });
    const messageFiles = this.openMessageFiles();
    this.voiceMessages = this.openVoiceMessages();
    this.postponed = new PostponedEvents({ database, world, adapters: () => this.adapters, wakeAt: options.wakeAt });
    this.inboxWriter = new InboxWriter({
      ...options,
      instance,
      lanes: this.lanes,
      outbox: this.outbox,
      kindOf: (event) => this.receives.router.kindOf(event),
      takesTurn: (kind, text) => this.receives.router.takesTurn(kind, text),
      onMove: (tx, moved) => this.receives.onMove(tx, moved),
      hint: () => this.hints.publish('lanes'),
      seats,
      announceSeats: () => this.announceSeats(),
      onWithdrawn: (id) => {
        this.voiceMessages.withdraw(id);
        this.hints.publish('withdrawn', id);
      },
      ahead: (message) => messageFiles.ahead(message, signal),
      postponedOf: (adapter) => this.postponed.of(adapter),
    });
    this.inbox = this.inboxWriter;
    this.admission = this.openAdmission(messageFiles);
    this.requests = this.openRequests();
  }

  private openOutbox(): OutboxSender {
    const { database, world, events, wakeAt } = this.options;
    const { places, seats } = this;
    return new OutboxSender({
      database,
      world,
      instance: () => this.self,
      hasJoined: () => this.hasStarted,
      adapters: () => this.adapters,
      seats,
      unreachable: (adapter) => this.hints.publish('held', adapter),
      onSaid: ({ key }) => {
        if (!this.self.isAlone) this.hints.publish('said', `${this.self.id} ${key}`);
      },
      unread: (personId) => {
        void this.unreadBy(personId);
        this.hints.publish('unread', `${this.self.id} ${personId}`);
      },
      placeOf: (tx, ids) => places.find(tx, ids),
      events,
      wakeAt,
      signal: this.stopAll.signal,
    });
  }

  private openRequests(): Requests {
    const { database, world, gate, rateLimit } = this.options;
    const { requestKeptMs: keptMs = Number.MAX_SAFE_INTEGER } = this.options;
    return new Requests({
      database,
      world,
      gate,
      rateLimit,
      keptMs,
      speaker: (event) => this.inboxWriter.speaker(event),
    });
  }

  /** Joins the replicas, frees what a predecessor held, and begins with what waits. Adapters come after. */
  async start(receiver: Receiver): Promise<void> {
    const { database, world, program, contexts } = this.options;
    this.receiver = receiver;
    this.adapters = receiver.adapters;
    this.lanes.answers = receiver.answers;
    this.instance = await Instance.join({
      database,
      world,
      program,
      owned: [this.lanes, this.outbox, ...receiver.owned],
      seat: () => this.seats.takenSeat,
      onFreed: () => this.takeUpFreed(),
      onLost: () => {
        contexts.forget();
        this.lanes.abandon();
      },
    });
    this.hints.hear({
      lanes: () => this.lanes.wake(),
      freed: () => this.takeUpFreed(),
      held: (adapter) => this.outbox.heldElsewhere(adapter),
      said: (payload) => void this.saidElsewhere(payload),
      unread: (payload) => {
        const [by, personId = ''] = payload.split(' ');
        if (by !== this.self.id) void this.unreadBy(personId);
      },
      joined: () => void this.self.beat(),
      stop: (conversationId) => this.lanes.stop(conversationId),
      withdrawn: (id) => this.voiceMessages.withdraw(id),
      forget: (personId) => this.forgetHere(personId),
      erased: (personId) => this.letGo(personId),
      settled: (id) => void this.settledElsewhere(id),
    });
    await this.self.start();
    this.hints.publish('joined');
    this.lanes.wake();
  }

  get self(): Instance {
    if (!this.instance) throw new Error('delivery has not been started');
    return this.instance;
  }

  get hasStarted(): boolean {
    return this.instance !== undefined;
  }

  /** True if this process can tell its replicas that it lives; true before it has joined them. */
  get isWell(): boolean {
    return this.instance?.isWell ?? true;
  }

  /** The browser of a person says where it is; what they or a platform said goes before it. */
  browsesIn(where: { personId: string; zone: string }): Promise<void> {
    return this.inboxWriter.browsesIn(where);
  }

  due(): DueSource[] {
    return [this.lanes, this.outbox, this.postponed];
  }

  async endItem(name: string, item: Item, end: End): Promise<boolean> {
    const isEnded = await this.endings.endRow(name, item, end);
    if (isEnded && end.state === 'done' && end.cards.length === 0) this.showHeard(item);
    return isEnded;
  }

  /** Marks a message that was answered with nothing, where its place wants that. A hint. */
  private showHeard({ conversation: { place, settings }, messageId, origin }: Item): void {
    const adapter = this.adapterOf(place);
    if (settings.receipt !== true || messageId === '' || !isSaid({ origin })) return;
    adapter?.react?.(place, messageId).catch((error: unknown) => {
      this.options.world.log.debug({ error: messageOf(error) }, 'a message could not be marked as heard');
    });
  }

  /** The last lines of a place (`ChatAdapter.lastSaid`). */
  async lastSaid(
    place: Place,
    asked: { before?: string; count: number },
    signal: AbortSignal,
  ): Promise<SpokenLine[] | undefined> {
    return this.adapterOf(place)?.lastSaid?.(place, asked, signal);
  }

  endIn(tx: Transaction, item: Item, end: End): Promise<{ sent: Promise<void> } | undefined> {
    return this.endings.endIn(tx, item, end);
  }

  /** Locks the row until `tx` ends: whether it is still this process's, and whether somebody asked to stop it. */
  lockItem(tx: Transaction, item: Item): Promise<{ owned: boolean; cancel: boolean }> {
    return laneStore.lockItem(tx, item);
  }

  async steer(tx: Transaction, item: Item, turnId: string) {
    const rows = await laneStore.steer(tx, item, turnId, this.options.world.clock.now());
    const ids = rows.flatMap(({ id }) => (id === item.id ? [] : id));
    // Steered messages have their answer when the turn that took them in has its own.
    if (ids.length > 0) {
      tx.afterCommit(() => this.steered.set(item.id, [...(this.steered.get(item.id) ?? []), ...ids]));
    }
    return rows.map(({ payload }) =>
      payload.edited === undefined ? payload : { ...payload, text: texts.editedNotice(payload.edited) },
    );
  }

  /** Begins turns that people have planned, after the commit of `tx`; gives the ids of those that were not begun before. */
  begin(tx: Transaction, turns: readonly PlannedTurn[]): Promise<Map<string, string>> {
    return this.inboxWriter.begin(tx, turns);
  }

  beginTyped(tx: Transaction, typed: TypedTurn): Promise<void> {
    return this.inboxWriter.beginTyped(tx, typed);
  }

  /** Puts a parked row back into its lane, to go on after the commit of `tx`. */
  async resume(tx: Transaction, inboxId: string): Promise<boolean> {
    const resumed = await laneStore.resume(tx, inboxId, this.options.world.clock.now());
    if (resumed) tx.afterCommit(() => this.lanes.wake());
    return resumed;
  }

  /** Stops the running turn of a conversation and what waits for its files, wherever that is. False when there is nothing. */
  async stopTurn(tx: Transaction, conversationId: string): Promise<boolean> {
    const owners = await laneStore.cancel(tx, conversationId);
    if (owners.length === 0) return false;
    tx.afterCommit(() => {
      this.lanes.stop(conversationId);
      // Elsewhere, also where one whose answer is being sent was found here.
      if (owners.some((owner) => owner !== this.self.id)) this.hints.publish('stop', conversationId);
    });
    return true;
  }

  /** A way to show the answer while it grows; undefined where the platform cannot. `tainted`: whether it is by now. */
  draft(item: Item, turnId: string, tainted: () => boolean): Draft | undefined {
    const { database, world } = this.options;
    const adapter = this.adapterOf(item.conversation.place);
    // A schedule's turn is watched by no one, and quiet hours may hold its answer.
    if (!adapter?.guarantees.canEdit || item.origin === 'schedule') return undefined;
    const { place } = item.conversation;
    if (adapter.local?.readers?.isWatched(place) === false || !this.seats.isHere(place)) return undefined;
    const address = { ...addressOf(item), key: answerKey(item.id), turnId };
    const { outbox } = this;
    const answersSent = (conversationId: string) => outbox.answersSent(conversationId);
    return new Draft({ database, world, attempts: outbox.attempts, adapter, answersSent }, item, address, tainted);
  }

  /** The person has become another one, has new rights, or is gone: what processes remember of them is read anew. */
  forget(personId: string): void {
    this.forgetHere(personId);
    this.hints.publish('forget', personId);
  }

  /** A person was erased: their name means somebody new from now on, and their turns end, here and in other processes. */
  forgetErased(personId: string): void {
    this.forget(personId);
    this.letGo(personId);
    this.options.wakeAt(this.options.world.clock.now());
    this.hints.publish('erased', personId);
  }

  /** Waits for what is outside (a model): meanwhile the turn keeps nobody else from theirs. */
  waitOutside<T>(item: Item, work: () => Promise<T>): Promise<T> {
    return this.lanes.waitOutside(item.id, work);
  }

  reachable(adapter: string, channel?: string): void {
    void this.outbox.reachable(adapter, channel);
    if (channel === undefined) void this.lanes.reachable(adapter);
  }

  showTyping(place: Place): void {
    if (this.seats.isHere(place)) this.adapterOf(place)?.showTyping?.(place);
  }

  get runningCount(): number {
    return this.lanes.size;
  }

  async idle(): Promise<void> {
    await this.lanes.idle();
    await this.endings.idle();
    await this.outbox.idle();
  }

  /** Begins nothing more and lets turns finish for `graceMs`, and what is being said go out. */
  async quiet(graceMs: number): Promise<void> {
    await this.lanes.close(graceMs);
    await withTimeout(graceMs, this.outbox.idle());
  }

  /** Stops what still runs, stored as it stands, and leaves the replicas. */
  async close(): Promise<void> {
    await this.lanes.close(0);
    this.stopAll.abort(new Error('coda is stopping'));
    await this.lanes.idle();
    await this.outbox.idle();
    this.hints.close();
    this.inboxWriter.close();
    await this.instance?.close();
    this.hints.publish('freed');
  }

  /** Sessions have come or gone: the others learn where their places are said, and take up what is held for nobody. */
  private async announceSeats(): Promise<void> {
    if (this.options.database.engine === 'pglite' || !this.instance) return;
    const { takenSeat: seat } = this.seats;
    // A heartbeat that is under way may carry what was true before.
    await this.instance.beat();
    await this.instance.beat();
    const isOpen = seat?.onlyAnswers === false;
    for (const { name, local } of this.adapters) if (local?.seat && !isOpen) this.hints.publish('held', name);
  }

  /** Another process has ended a message that was heard here: what it has said is sent before its sender is told so. */
  private async settledElsewhere(id: string): Promise<void> {
    if (!this.inboxWriter.isAwaited(id)) return;
    // A slow send on another platform holds up no terminal.
    if (this.seats.takenSeat !== undefined) await withTimeout(SENT_WITHIN_MS, this.outbox.sendDue());
    this.inboxWriter.resolveWaiter(id);
  }

  /** Shows a part that another process has sent to who reads along here. */
  private async saidElsewhere(payload: string): Promise<void> {
    const [by, key = ''] = payload.split(/ (.*)/s);
    if (by === this.self.id) return;
    const hearing = this.adapters.filter(({ local }) => local?.readers);
    if (hearing.length === 0) return;
    const part = await saidPart(this.options.database, key).catch(() => undefined);
    if (!part) return;
    const readers = hearing.find(({ name }) => name === part.place.adapter)?.local?.readers;
    if (readers?.isWatched(part.place)) readers.showPart(part);
  }

  /** Terminals first: what a page reads is not brought to them any more. */
  private async unreadBy(personId: string): Promise<void> {
    const isTerminal = ({ local }: ChatAdapter) => local?.seat !== undefined;
    const inOrder = [...this.adapters].sort((a, b) => Number(isTerminal(b)) - Number(isTerminal(a)));
    for (const adapter of inOrder) await adapter.local?.noteUnread(personId);
  }

  private takeUpFreed(): void {
    // While joining there is nobody yet to take rows; the start looks for them itself.
    if (!this.instance) return;
    this.lanes.wake();
    this.receiver?.onFreed();
  }

  private forgetHere(personId: string): void {
    this.inboxWriter.forget(personId);
    this.places.forget();
  }

  private letGo(personId: string): void {
    this.options.contexts.forget();
    this.lanes.drop(personId);
    this.outbox.drop(personId);
  }

  private get receives(): Receiver {
    if (!this.receiver) throw new Error('delivery has not been started');
    return this.receiver;
  }

  /** The address of a message, or without one of its place; undefined where its platform has none. */
  linkTo(place: Place, messageId?: string): string | undefined {
    return this.adapterOf(place)?.link?.(place, messageId);
  }

  private adapterOf({ adapter }: Place): ChatAdapter | undefined {
    return this.adapters.find(({ name }) => name === adapter);
  }

  private async admitAndHandle(arrival: Item, signal: AbortSignal): Promise<void> {
    const item = await this.admission.admit(arrival, signal);
    if (!item) return;
    // Into the quiet hours, or the place that is gone, it is told to nobody.
    if (item.person.undelivered && isSaid(item)) await tellUndelivered(this.options.database, this.outbox, item);
    // A command, a press, or a turn of the agent.
    await this.receives.router.handleItem(item, signal);
  }

  private openMessageFiles(): MessageFiles {
    const { lanes, outbox } = this;
    const { database, world, artifacts, egress } = this.options;
    const sourceOf = (place: Place) => this.adapterOf(place)?.files;
    const typing = (place: Place) => this.showTyping(place);
    const hint = () => this.hints.publish('lanes');
    return new MessageFiles({ database, world, artifacts, egress, lanes, outbox, sourceOf, showTyping: typing, hint });
  }

  private openVoiceMessages(): VoiceMessages {
    return new VoiceMessages({
      database: this.options.database,
      lanes: this.lanes,
      outbox: this.outbox,
      hear: (item, files, signal) => this.receives.router.hear(item, files, signal),
      endUnheard: (tx, item, card) => this.endIn(tx, item, { state: 'failed', error: card.text, cards: [card] }),
    });
  }

  private openAdmission(messageFiles: MessageFiles): Admission {
    return new Admission({
      ...this.options,
      lanes: this.lanes,
      messageFiles,
      voiceMessages: this.voiceMessages,
      quoting: new Quoting({ ...this.options, lanes: this.lanes, adapterOf: (place) => this.adapterOf(place) }),
      endItem: (name, item, end) => this.endItem(name, item, end),
      acknowledge: (item) => this.acknowledgeFirst(item),
    });
  }

  /** Commit, acknowledge, run: what its person has seen fail is not done behind their back. */
  private async acknowledgeFirst(item: Item): Promise<boolean> {
    const here = await this.inboxWriter.acknowledge(item);
    if (here !== undefined) return here;
    const { replyTo } = item.payload;
    const adapter = this.adapterOf(item.conversation.place);
    if (replyTo === undefined || !adapter?.wasAcknowledged) return true;
    return adapter.wasAcknowledged(replyTo);
  }

  private resolveWaiters(id: string): void {
    for (const steeredId of this.steered.get(id) ?? []) this.resolveWaiters(steeredId);
    this.steered.delete(id);
    const heardHere = this.inboxWriter.resolveWaiter(id);
    if (!heardHere) this.hints.publish('settled', id);
  }
}

/** Milliseconds that a sender is not told of the end of a message for the sake of the answer that is to come before it. */
const SENT_WITHIN_MS = 2_000;

/** Hints about messages between the processes of one database; each may be lost. */
const CHANNELS = {
  lanes: 'coda_lanes',
  settled: 'coda_settled',
  stop: 'coda_stop',
  withdrawn: 'coda_withdrawn',
  forget: 'coda_forget',
  erased: 'coda_erased',
  freed: 'coda_freed',
  joined: 'coda_joined',
  held: 'coda_held',
  said: 'coda_said',
  unread: 'coda_unread',
} as const;

type Channel = keyof typeof CHANNELS;

/** Hints to the replicas, and to this process. The embedded engine has one process and no hints. */
class Hints {
  private readonly bus: Bus | undefined;
  private stops: (() => void)[] = [];

  constructor({ bus, database }: { bus: Bus; database: Database }) {
    this.bus = database.engine === 'postgres' ? bus : undefined;
  }

  publish(channel: Channel, payload = ''): void {
    this.bus?.publish(CHANNELS[channel], payload);
  }

  hear(handlers: Record<Channel, (payload: string) => void>): void {
    const { bus } = this;
    if (!bus) return;
    const channels = Object.keys(CHANNELS) as Channel[];
    this.stops = channels.map((channel) => bus.subscribe(CHANNELS[channel], handlers[channel]));
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
  }
}

const REMEMBERED = 10_000;

/** Cache of the places of conversations: only when two people become one, a browser's gets another name. */
export class PlaceBook {
  private readonly known = new BoundedMap<string, Place>(REMEMBERED);

  forget(): void {
    this.known.clear();
  }

  async find(tx: Transaction, conversationIds: readonly string[]): Promise<Map<string, Place>> {
    const places = new Map<string, Place>();
    for (const id of conversationIds) {
      const place = this.known.get(id);
      if (place) places.set(id, place);
    }
    const unknown = conversationIds.filter((id) => !places.has(id));
    if (unknown.length === 0) return places;
    for (const [id, place] of await placesOf(tx, unknown)) {
      this.known.set(id, place);
      places.set(id, place);
    }
    return places;
  }
}
