import { backOff, retryUntil, withTimeout } from '../../base/async.ts';
import { BoundedSet } from '../../base/bounded.ts';
import type { Instant } from '../../base/clock.ts';
import { CodaError, isStorageAway, messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { DueSource, Instance, OwnedRows } from '../../jobs/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import * as inbox from '../inbox/store.ts';
import type { Item } from '../item.ts';
import { type ItemContexts, toItem } from '../items/store.ts';
import * as store from './store.ts';

/** People whose turn is remembered; who is forgotten counts as not served lately. */
const REMEMBERED = 100;
/** Turns that have begun, as a multiple of those that may work at once: most of them wait for models. */
const MOST_BEGUN = 16;
/** Waiting lanes that are looked at where so many people are waiting, and how many at least for each that can be taken. */
const WINDOW = 64;
const CROWD = 16;
const WINDOW_FOR_EACH = 4;
/**
 * Factor by which more rows are looked at where they belong to fewer people: somebody else may be waiting behind them.
 */
const WIDER = 8;
/** Rows of one person that wait for files outside their lanes: each is one of those that may be begun. */
const MOST_ASIDE = 4;

const LONGEST_BACK_OFF_MS = 15 * 60_000;
const LONGEST_WAIT_MS = 10_000;

export interface LanesDeps {
  database: Database;
  world: World;
  instance: () => Instance;
  /** Turns at once in this process, those not counted that wait for a model. */
  concurrency: number;
  contexts: ItemContexts;
  withFiles(): readonly string[];
  /** Milliseconds after which a message that was not run is not answered any more. */
  maxAgeMs: number;
  /** Does what the row asks for and ends it; what it throws counts as a failed attempt. */
  handleItem(item: Item, signal: AbortSignal): Promise<void>;
  onSettled(id: string): void;
  signal: AbortSignal;
}

interface Running {
  item: Item;
  controller: AbortController;
  ended: Promise<void>;
}

/**
 * Runs stored rows: of a conversation one turn at a time, commands and presses beside it. `concurrency` counts those that
 * are not waiting for a model.
 */
export class Lanes implements OwnedRows, DueSource {
  readonly name = 'lanes';
  readonly owners = store.OWNERS;
  /**
   * True if this process answers messages, or the platforms on which it runs turns; one that runs jobs leaves the rest
   * to others.
   */
  answers: boolean | readonly string[] = false;
  private readonly deps: LanesDeps;
  private readonly served = new BoundedSet<string>(REMEMBERED);
  private readonly running = new Map<string, Running>();
  /** Also of an attempt beside which another one of the same row began. */
  private readonly begun = new Set<AbortController>();
  /** Running turns that only wait for an answer from outside: they take no slot. */
  private readonly waiting = new Set<string>();
  private readonly requeued = new Set<string>();
  /** Conversations of rows that this process stored and could not take: a hint at whose come next. */
  private readonly waitingHere = new BoundedSet<string>(REMEMBERED);
  /** Counts `reachable()` calls per adapter, to detect a race with `later`. */
  private readonly reached = new Map<string, number>();
  private readonly reachedNow = new Set<string>();
  private window = WIDER * WINDOW;
  /** Something may be waiting that no running turn of this process will come to by itself. */
  private backlog = true;
  private pumping: Promise<void> | undefined;
  private stopping = false;

  constructor(deps: LanesDeps) {
    this.deps = deps;
    // All rows share a listener: a message adds none to a signal that lives as long as the process.
    const stop = () => {
      for (const controller of this.begun) controller.abort(deps.signal.reason);
    };
    deps.signal.addEventListener('abort', stop, { once: true });
  }

  get earliest(): string {
    return store.earliest(this.deps.withFiles(), this.deps.maxAgeMs);
  }

  get hasFreeSlots(): boolean {
    return this.freeSlots > 0;
  }

  get freeSlots(): number {
    if (this.stopping || !this.answers) return 0;
    const { concurrency } = this.deps;
    const working = this.running.size - this.waiting.size;
    return Math.min(concurrency - working, concurrency * MOST_BEGUN - this.running.size);
  }

  async waitOutside<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.waiting.add(id);
    if (this.backlog) this.pump();
    try {
      return await work();
    } finally {
      this.waiting.delete(id);
    }
  }

  /**
   * Leaves the lane to others while a row waits for something outside, unless its person has as many rows outside as they
   * may; the row as it is from then on, or undefined when it is not this process's any more.
   */
  async leaveLane(item: Item): Promise<Item | undefined> {
    const { database } = this.deps;
    const state = await database.tx('lanes.aside', (tx) => store.leaveLane(tx, item, MOST_ASIDE));
    if (state !== 'aside') return state && item;
    const aside = { ...item, inLane: false, payload: { ...item.payload, aside: true as const } };
    const running = this.running.get(item.id);
    if (running) running.item = aside;
    this.wake();
    return aside;
  }

  /** The row as this process holds it at this moment: it may have stepped aside since `item` was read. */
  asHeld(item: Item): Item {
    const { item: ownItem = item } = this.running.get(item.id) ?? {};
    return ownItem.owner === item.owner ? ownItem : item;
  }

  async rejoinLane(tx: Transaction, item: Item): Promise<void> {
    await store.rejoinLane(tx, item);
    tx.afterCommit(() => {
      this.requeued.add(item.id);
      this.wake();
    });
  }

  /** Lets go of a row that waits for its files to be asked for again, within `tx`. */
  async waitForFiles(tx: Transaction, item: Item, again: store.FileRetry): Promise<void> {
    if (!(await store.waitForFiles(tx, item, again))) return;
    tx.afterCommit(() => {
      this.requeued.add(item.id);
      this.deps.world.clock.at(again.retryAt, () => this.wake());
      // Its lane is free: somebody may have spoken behind it.
      if (item.inLane) this.wake();
    });
  }

  reachedCount(adapter: string): number {
    return this.reached.get(adapter) ?? 0;
  }

  async reachable(adapter: string): Promise<void> {
    const { database, world, signal } = this.deps;
    this.reached.set(adapter, this.reachedCount(adapter) + 1);
    const look = async () => {
      if (signal.aborted || !(await store.filesWait(database, adapter))) return;
      this.reachedNow.add(adapter);
      this.wake();
    };
    const onError = (error: unknown) =>
      world.log.warn({ adapter, error: messageOf(error) }, 'looking for what waits for a platform failed');
    await retryUntil(look, { signal, longestMs: LONGEST_WAIT_MS, onError });
  }

  get size(): number {
    return this.running.size;
  }

  run(item: Item): void {
    this.served.delete(item.person.id);
    this.served.add(item.person.id);
    const controller = new AbortController();
    this.begun.add(controller);
    if (this.deps.signal.aborted) controller.abort(this.deps.signal.reason);
    const ended = this.attempt(item, controller.signal).finally(() => {
      this.begun.delete(controller);
      // Another attempt may have begun beside it, after this process was taken over.
      if (this.running.get(item.id)?.controller === controller) this.running.delete(item.id);
      // A row that was put back is run again: nothing has come of it yet.
      if (!this.requeued.delete(item.id)) this.deps.onSettled(item.id);
      // The next one may be waiting for this one to end.
      if (item.payload.suspect) this.backlog = true;
      if (this.backlog) this.pump();
    });
    this.running.set(item.id, { item, controller, ended });
    if (item.payload.stopped) controller.abort(stoppedByPerson());
  }

  wake(): void {
    this.backlog = true;
    this.pump();
  }

  /** The same for a row of this conversation that was stored here. */
  wakeFor(conversationId: string): void {
    this.waitingHere.add(conversationId);
    this.wake();
  }

  /**
   * Aborts this process's turns of the conversation, including one that waits for files or whose answer is being sent.
   * A row that no process has is taken up to be stopped.
   */
  stop(conversationId: string): void {
    for (const { item, controller } of this.running.values()) {
      if ((item.inLane || item.payload.aside) && item.conversation.id === conversationId)
        controller.abort(stoppedByPerson());
    }
    this.wake();
  }

  /** Lets go of a person's turns without a word: the person was erased, and their lanes with them are free. */
  drop(personId: string): void {
    for (const { item, controller } of this.running.values()) {
      if ((item.inLane || item.payload.aside) && item.person.id === personId)
        controller.abort(new Error('the person was erased'));
    }
    this.wake();
  }

  /** Lets go of everything without a word: another process has taken over. Nobody asked to stop anything. */
  abandon(): void {
    for (const { controller } of this.running.values()) controller.abort(new Error('another process has taken over'));
  }

  async idle(): Promise<void> {
    while (this.running.size > 0 || this.pumping) {
      await this.pumping;
      await Promise.all([...this.running.values()].map((each) => each.ended));
    }
  }

  /** Begins nothing more and lets what runs finish for `graceMs`; what is left is stored as it stands. */
  async close(graceMs: number): Promise<void> {
    this.stopping = true;
    await withTimeout(graceMs, this.idle());
  }

  async release(tx: Transaction, owners: readonly string[], _now: Instant, crashed: boolean): Promise<void> {
    await store.release(tx, owners, crashed);
  }

  async orphans(owner: string): Promise<string[]> {
    const ids = await store.ownedBy(this.deps.database, owner);
    return ids.filter((id) => !this.running.has(id));
  }

  free(tx: Transaction, owner: string, ids: readonly string[]): Promise<void> {
    return store.requeueLost(tx, owner, ids);
  }

  async fire(): Promise<number> {
    this.wake();
    await this.pumping;
    return 0;
  }

  private get suspects(): number {
    return [...this.running.values()].some(({ item }) => item.payload.suspect) ? 0 : 1;
  }

  private pump(): void {
    if (this.pumping || !this.hasFreeSlots) return;
    this.pumping = this.takeWaiting().finally(() => {
      this.pumping = undefined;
      // A wake-up that came while it looked would otherwise be lost.
      if (this.backlog && this.hasFreeSlots) this.pump();
    });
  }

  private async takeWaiting(): Promise<void> {
    const { database, instance, contexts, world, maxAgeMs } = this.deps;
    const { freeSlots } = this;
    this.backlog = false;
    const reached = [...this.reachedNow];
    this.reachedNow.clear();
    try {
      const owner = await instance().owner();
      const now = world.clock.now();
      const oldAt = new Date(now.getTime() - maxAgeMs);
      const files = { now, on: this.deps.withFiles(), reached, oldAt };
      const laneless =
        this.answers === true
          ? await inbox.claimLaneless(
              database,
              owner,
              { limit: freeSlots, suspects: this.suspects, ...files },
              contexts,
            )
          : [];
      for (const row of laneless) this.run(toItem(row, owner));
      const areLeft = await this.takeLanes(owner, freeSlots);
      if (areLeft || laneless.length === freeSlots) this.backlog = true;
      if (laneless.length === freeSlots) for (const adapter of reached) this.reachedNow.add(adapter);
    } catch (error) {
      for (const adapter of reached) this.reachedNow.add(adapter);
      world.log.warn({ error: messageOf(error) }, 'taking waiting messages failed; trying again');
      world.clock.at(new Date(world.clock.now().getTime() + 1_000), () => this.wake());
    }
  }

  private async takeLanes(owner: string, limit: number): Promise<boolean> {
    const { database, contexts } = this.deps;
    const { suspects, answers } = this;
    const window = Math.max(this.window, WINDOW_FOR_EACH * this.deps.concurrency);
    // The history that is known of them is not read again: 9 kB for each of the four messages in ten that wait under load.
    const likely = [...this.waitingHere].slice(0, limit);
    const claiming = {
      limit,
      likely,
      suspects,
      served: [...this.served],
      window,
      on: answers === true ? undefined : answers || [],
    };
    const { rows, seen, people } = await store.claim(database, owner, claiming, contexts);
    for (const row of rows) this.waitingHere.delete(row.conversation.id);
    if (rows.length < limit) for (const id of likely) this.waitingHere.delete(id);
    for (const row of rows) this.run(toItem(row, owner));
    if (rows.length === 0) return false;
    if (people >= CROWD) this.window = WINDOW;
    else if (seen >= window) this.window = WIDER * window;
    return rows.length === limit || seen >= window;
  }

  private attempt(item: Item, signal: AbortSignal): Promise<void> {
    const { trace, spans } = this.deps.world;
    const { id, kind, origin, attempts, payload, conversation } = item;
    const isAgain = attempts > 0 || payload.resumedAt !== undefined;
    const about = { kind, origin, adapter: conversation.place.adapter, attempts };
    const work = () =>
      spans ? spans.root(id, 'message', about, () => this.tryOnce(item, signal), isAgain) : this.tryOnce(item, signal);
    return trace ? trace.run(id, work) : work();
  }

  private async tryOnce(item: Item, signal: AbortSignal): Promise<void> {
    try {
      await this.deps.handleItem(item, signal);
    } catch (error) {
      this.deps.world.log.error({ item: item.key, error: messageOf(error), stack: stackOf(error) }, 'a message failed');
      await this.requeue(this.asHeld(item), isStorageAway(error) ? 0 : 1);
    }
  }

  /** Puts a row back to be tried again; goes on trying while the database is away. */
  private async requeue(item: Item, charge: number): Promise<void> {
    const { database, world, instance, signal } = this.deps;
    const requeue = async () => {
      if (signal.aborted || item.owner !== instance().id) return;
      if (await database.tx('lanes.giveback', (tx) => store.requeue(tx, item, charge))) this.requeued.add(item.id);
      const waitMs = backOff(item.attempts + 1, LONGEST_BACK_OFF_MS);
      world.clock.at(new Date(world.clock.now().getTime() + waitMs), () => this.wake());
    };
    const onError = (error: unknown) =>
      world.log.warn({ error: messageOf(error) }, 'giving a message back failed; trying again');
    await retryUntil(requeue, { signal, longestMs: LONGEST_WAIT_MS, onError });
  }
}

function stoppedByPerson(): CodaError {
  return new CodaError('CANCELLED', { message: 'Stopped.', remedy: 'Say it again to start over.' });
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
