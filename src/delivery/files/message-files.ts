import { backOff, Slots, unlessAborted, withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Egress } from '../../egress/index.ts';
import type { Artifacts, Database } from '../../storage/index.ts';
import type { FileSource, FoundFile, IncomingMessage, PendingFile, Place } from '../adapter.ts';
import type { Outbox } from '../content.ts';
import type { Item, Payload } from '../item.ts';
import type { Lanes } from '../lanes/index.ts';
import * as laneStore from '../lanes/store.ts';
import * as store from './store.ts';
import { type TakenFiles, takeFiles } from './take-files.ts';
import * as texts from './texts.ts';

/** Files that come within this time keep their message's place; for others what is said later goes ahead. */
const PATIENCE_MS = 2_000;
const MOST_FETCHES = 32;
/** A file whose server is away or too busy is asked for again so often: for half a minute or less. */
const MOST_TRIES = 5;
/** Between two tries to ask a platform that is away. When it says that it is back, it is asked at once. */
const LONGEST_BACK_OFF_MS = 5 * 60_000;
const ANY_PLATFORM = 'The platform';

type Pending = NonNullable<Payload['pending']>;

type Message = Pick<IncomingMessage, 'id' | 'place'>;

/** The files' platform is not one of this process's, or cannot be asked now; or one of their servers is away or too busy. */
type NotTaken = 'not here' | 'not yet' | 'not fetched';

export interface MessageFilesDeps {
  database: Database;
  world: World;
  artifacts: Artifacts;
  egress: Egress;
  lanes: Lanes;
  outbox: Outbox;
  sourceOf(place: Place): FileSource | undefined;
  showTyping(place: Place): void;
  hint(): void;
}

/** Fetches files for the rows that this process runs. Whoever goes on with a row of a dead process fetches them again. */
export class MessageFiles {
  private readonly deps: MessageFilesDeps;
  private readonly slots = new Map<string, Slots>();
  /** Rows that have stepped aside, by their conversation: what follows there need not wait for a second time. */
  private readonly aside = new Map<string, number>();

  constructor(deps: MessageFilesDeps) {
    this.deps = deps;
  }

  /**
   * The row with its files, fetched and stored; what cannot be had is said in its words, and its person is told. Undefined
   * when the row has left this process's hands: back to its lane, which it had left to others meanwhile, to wait until its
   * platform can be asked, or to another process. Rejects when `signal` aborts, and where nothing can be stored.
   */
  async complete(item: Item, signal: AbortSignal): Promise<Item | undefined> {
    const { pending } = item.payload;
    if (!pending) return item;
    signal.throwIfAborted();
    const { place } = item.conversation;
    if (item.origin === 'person' && !pending.tries) this.deps.showTyping(place);
    const reached = this.deps.lanes.reachedCount(place.adapter);
    const taking = this.deps.lanes.waitOutside(item.id, () =>
      this.take({ id: item.messageId, place }, pending, signal),
    );
    // The fetch may fail while nobody waits for it.
    taking.catch(() => {});
    const currentItem = item.inLane ? await this.unlessLate(item, taking) : item;
    if (!currentItem) return undefined;
    return this.countAside(currentItem, async () => {
      const outcome = await unlessAborted(signal, taking);
      // A transfer that was aborted would count as lost, and is not.
      signal.throwIfAborted();
      return typeof outcome === 'object'
        ? this.keep(currentItem, outcome)
        : this.postpone(currentItem, pending, { outcome, reached });
    });
  }

  /**
   * A message with its files, fetched before it is stored, once: for as long as a process of a version is there that would
   * answer it without them. `notes` is for its person.
   */
  async ahead(message: IncomingMessage, signal: AbortSignal): Promise<{ message: IncomingMessage; notes: string }> {
    const { pending = [], ...rest } = message;
    const outcome = await unlessAborted(
      signal,
      this.take(message, { v: 1, files: [...pending], fetches: MOST_TRIES }, signal),
    );
    signal.throwIfAborted();
    const result =
      typeof outcome === 'object' ? outcome : { files: [], tooLarge: [], lost: pending.map(({ name }) => name) };
    const { missing, notes } = this.wordsForLost(result, message.place, pending);
    const text = [message.text, missing].filter(Boolean).join('\n');
    return { message: { ...rest, text, files: [...message.files, ...result.files] }, notes };
  }

  notGiven({ payload: { pending }, conversation: { place } }: Item): string | undefined {
    if (!pending?.tries) return undefined;
    const names = pending.files.map(({ name }) => name);
    return texts.notFetched(names, this.deps.sourceOf(place)?.title ?? ANY_PLATFORM);
  }

  /** The row waits, in nobody's hands, for its platform to be asked again; where it is not here, for a process that has it. */
  private async postpone(
    item: Item,
    { tries = 0, fetches = 0 }: Pending,
    { outcome, reached }: { outcome: NotTaken; reached: number },
  ): Promise<undefined> {
    const { database, lanes, world } = this.deps;
    const now = world.clock.now();
    // An adapter that became reachable meanwhile has woken the rows that waited by then, and not this one.
    const isDue = outcome === 'not here' || reached !== lanes.reachedCount(item.conversation.place.adapter);
    // A server that is busy is asked again soon, however long its platform had been away.
    const isBusy = outcome === 'not fetched';
    const waited = backOff(1 + (isBusy ? fetches : tries), LONGEST_BACK_OFF_MS);
    const retryAt = isDue ? now : new Date(now.getTime() + waited);
    const again = { tries: tries + 1, fetches: isBusy ? fetches + 1 : fetches, retryAt };
    await database.tx('files.later', (tx) => lanes.waitForFiles(tx, item, again));
    if (outcome === 'not here') this.deps.hint();
    return undefined;
  }

  /**
   * The row as it is held after a while: in its lane when it is known by then what comes of its files, or when its person
   * has as many aside as they may, else aside.
   */
  private async unlessLate(item: Item, taking: Promise<TakenFiles | NotTaken>): Promise<Item | undefined> {
    const patience = this.aside.has(item.conversation.id) ? 0 : PATIENCE_MS;
    const outcome = await withTimeout(patience, taking);
    return outcome ? item : this.deps.lanes.leaveLane(item);
  }

  private async countAside<T>({ conversation: { id }, payload }: Item, work: () => Promise<T>): Promise<T> {
    if (!payload.aside) return work();
    this.aside.set(id, (this.aside.get(id) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const remaining = (this.aside.get(id) ?? 1) - 1;
      if (remaining > 0) this.aside.set(id, remaining);
      else this.aside.delete(id);
    }
  }

  private async take(
    message: Message,
    { files, fetches = 0 }: Pending,
    signal: AbortSignal,
  ): Promise<TakenFiles | NotTaken> {
    const { artifacts, egress, sourceOf, world } = this.deps;
    const { place } = message;
    const source = sourceOf(place);
    if (!source) return 'not here';
    const locations = await this.locate(source, message, files, signal);
    if (!locations) return 'not yet';
    // A file without a location gets an empty address.
    const attached = files.map((file, index) => locations[index] ?? { ...file, url: '' });
    const slots = this.slots.get(place.adapter) ?? new Slots(MOST_FETCHES);
    this.slots.set(place.adapter, slots);
    const maxBytes = source.maxMb * 1024 * 1024;
    const result = await takeFiles(attached, { maxBytes, artifacts, egress, log: world.log, slots, signal });
    return result.mayCome && fetches < MOST_TRIES ? 'not fetched' : result;
  }

  private async locate(
    source: FileSource,
    message: Message,
    files: readonly PendingFile[],
    signal: AbortSignal,
  ): Promise<(FoundFile | undefined)[] | undefined> {
    try {
      return await source.locate(files, message, signal);
    } catch (error) {
      const about = { adapter: message.place.adapter, error: messageOf(error) };
      this.deps.world.log.warn(about, 'where attachments are cannot be asked now; trying again');
      return undefined;
    }
  }

  private wordsForLost(
    { tooLarge, lost }: Pick<TakenFiles, 'tooLarge' | 'lost'>,
    place: Place,
    pending: readonly PendingFile[],
  ): { missing: string; notes: string } {
    const { title, maxMb } = this.deps.sourceOf(place) ?? { title: ANY_PLATFORM, maxMb: 0 };
    const missing = [...tooLarge, ...lost];
    const reasons = new Map(
      pending.flatMap(({ name, whyNot }) => (whyNot === undefined ? [] : [[name, whyNot] as const])),
    );
    const unfetched = lost.filter((name) => !reasons.has(name));
    const notes = [
      ...(tooLarge.length > 0 ? [texts.tooLarge(tooLarge, maxMb)] : []),
      ...(unfetched.length > 0 ? [texts.notFetched(unfetched, title)] : []),
      ...[...reasons].map(([name, why]) => texts.notHad(name, why)),
    ];
    return { missing: missing.length > 0 ? texts.filesMissing(missing) : '', notes: notes.join('\n') };
  }

  private async keep(item: Item, result: TakenFiles): Promise<Item | undefined> {
    const { database, outbox } = this.deps;
    const { missing, notes } = this.wordsForLost(result, item.conversation.place, item.payload.pending?.files ?? []);
    return database.tx('files.keep', async (tx) => {
      if (item.payload.aside) await laneStore.lock(tx, item.conversation.id);
      const { owned } = await laneStore.lockItem(tx, item);
      if (!owned) return undefined;
      const payload = await store.keepFiles(tx, item.id, result.files, missing);
      // Its author has taken it back, or is not known any more.
      if (!payload || payload.withdrawn) return { ...item, payload: { ...(payload ?? item.payload), withdrawn: true } };
      const card = { kind: 'notice' as const, text: notes };
      const message = { key: `note:${item.key}`, conversationId: item.conversation.id, personId: item.person.id, card };
      if (notes !== '') await outbox.addAll(tx, [message]);
      if (!item.payload.aside) return { ...item, payload };
      await this.deps.lanes.rejoinLane(tx, item);
      return undefined;
    });
  }
}
