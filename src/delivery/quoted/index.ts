/** Looks up the messages that a message points to when its turn begins, and judges if they may be trusted. */
import { deadline, unlessAborted } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import { type ChatAdapter, isSaid, type Place, type PointedContent } from '../adapter.ts';
import type { Item, Payload } from '../item.ts';
import type { Lanes } from '../lanes/index.ts';
import * as laneStore from '../lanes/store.ts';
import * as store from './store.ts';

const ASKED_WITHIN_MS = 6_000;

export const MOST_OBSERVED = 50;

/** The setting `observe` of a place. */
function observedLines({ observe }: Item['conversation']['settings']): number {
  return typeof observe === 'number' ? Math.min(MOST_OBSERVED, Math.max(0, Math.floor(observe))) : 0;
}

export interface QuotingDeps {
  database: Database;
  world: World;
  lanes: Lanes;
  adapterOf(place: Place): ChatAdapter | undefined;
}

export class Quoting {
  private readonly deps: QuotingDeps;

  constructor(deps: QuotingDeps) {
    this.deps = deps;
  }

  /**
   * The row with what its message points to, asked for once and stored; undefined when it is not this process's any more.
   * What cannot be told is said to be unread. Rejects when `signal` aborts, and where nothing can be stored.
   */
  async complete(item: Item, signal: AbortSignal): Promise<Item | undefined> {
    const pointedItem = item.payload.points ? await this.lookUpPoints(item, item.payload.points, signal) : item;
    return pointedItem && this.weighQuotes(pointedItem);
  }

  private async lookUpPoints(item: Item, points: NonNullable<Payload['points']>, signal: AbortSignal) {
    const { database } = this.deps;
    const isFirst = points.first !== undefined && (await store.isFirst(database, item.conversation.id));
    const wanted = [points.always, isFirst ? points.first : undefined].filter((each) => each !== undefined);
    if (wanted.length === 0) return item;
    const pointed = await this.ask(item, wanted, signal);
    signal.throwIfAborted();
    return database.tx('quoted.keep', async (tx) => {
      const { owned } = await laneStore.lockItem(tx, item);
      if (!owned) return undefined;
      const payload = await store.keepPointed(tx, item.id, pointed);
      return { ...item, payload: payload ?? { ...item.payload, withdrawn: true as const } };
    });
  }

  private async ask(item: Item, wanted: readonly NonNullable<Payload['points']>['always'][], signal: AbortSignal) {
    const { world, adapterOf, lanes } = this.deps;
    const { place } = item.conversation;
    const adapter = adapterOf(place);
    const message = { id: item.messageId, place };
    using limit = deadline(ASKED_WITHIN_MS, signal);
    const all: PointedContent = { quoted: [], files: [] };
    for (const points of wanted) {
      try {
        const asking = async () => adapter?.lookUpPointed?.(points as never, message, limit.signal);
        const content = await lanes.waitOutside(item.id, () => unlessAborted(limit.signal, asking()));
        all.quoted.push(...(content?.quoted ?? []));
        all.files.push(...(content?.files ?? []));
        if (content?.repliesTo) all.repliesTo = content.repliesTo;
      } catch (error) {
        signal.throwIfAborted();
        world.log.warn(
          { adapter: place.adapter, error: messageOf(error) },
          'what a message points to could not be read',
        );
        all.quoted.push({ as: 'unread', text: '' });
      }
    }
    return all;
  }

  /**
   * The row with the last lines that were said in its place, where an owner has allowed that: others' words, for this turn in
   * memory alone. They are asked for anew when it goes on in another process.
   */
  async observe(item: Item, signal: AbortSignal): Promise<Item> {
    const { place, settings } = item.conversation;
    const count = observedLines(settings);
    if (count === 0 || place.kind === 'dm' || item.kind !== 'message' || !isSaid(item)) return item;
    const { world, adapterOf, lanes } = this.deps;
    const adapter = adapterOf(place);
    using limit = deadline(ASKED_WITHIN_MS, signal);
    try {
      const asking = async () => adapter?.lastSaid?.(place, { before: item.messageId, count }, limit.signal);
      const lines = await lanes.waitOutside(item.id, () => unlessAborted(limit.signal, asking()));
      // Its own words are in the history.
      const observed = (lines ?? []).filter(({ isOwn }) => !isOwn).slice(-count);
      const quoted = observed.map(({ from, text }) => ({ as: 'observed' as const, ...(from && { from }), text }));
      return { ...item, payload: { ...item.payload, quoted: [...quoted, ...(item.payload.quoted ?? [])] } };
    } catch (error) {
      signal.throwIfAborted();
      world.log.warn({ adapter: place.adapter, error: messageOf(error) }, 'what was said before could not be read');
      return item;
    }
  }

  /** Coda's own words are nobody else's where nothing else went into them. */
  private async weighQuotes(item: Item): Promise<Item> {
    const { quoted } = item.payload;
    if (!quoted?.some(({ own }) => own)) return item;
    const { place } = item.conversation;
    const isOwn = ({ own }: (typeof quoted)[number]) =>
      own === undefined ? false : store.isTrusted(this.deps.database, place, { id: own.id, at: new Date(own.at) });
    const weighed = await Promise.all(
      quoted.map(async (each) => ((await isOwn(each)) ? { ...each, trusted: true as const } : each)),
    );
    return { ...item, payload: { ...item.payload, quoted: weighed } };
  }
}
