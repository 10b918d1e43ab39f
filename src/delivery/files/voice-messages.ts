import type { Database, Transaction } from '../../storage/index.ts';
import { type IncomingFile, isSaid } from '../adapter.ts';
import type { Card, Outbox } from '../content.ts';
import type { Item } from '../item.ts';
import type { Lanes } from '../lanes/index.ts';
import * as laneStore from '../lanes/store.ts';
import * as store from './store.ts';

/** Words of a message's voice messages, none where they were not heard, and the card that tells their sender what was heard, or why not. */
export interface HeardVoice {
  words: string;
  card: Card;
}

/** Hears voice messages; undefined where nobody does, or nobody may ask for it. */
export type HearVoice = (
  item: Item,
  files: readonly IncomingFile[],
  signal: AbortSignal,
) => Promise<HeardVoice | undefined>;

export interface VoiceMessagesDeps {
  database: Database;
  lanes: Lanes;
  outbox: Outbox;
  hear: HearVoice;
  /** Ends the row with this card, as the last of `tx`: there was nothing else to it. */
  endUnheard(tx: Transaction, item: Item, card: Card): Promise<{ sent: Promise<void> } | undefined>;
}

/** Turns what a person has spoken into the words of their message, before anything is done about it. */
export class VoiceMessages {
  private readonly deps: VoiceMessagesDeps;
  /** Hearings of this process, by their rows. */
  private readonly hearings = new Map<string, AbortController>();

  constructor(deps: VoiceMessagesDeps) {
    this.deps = deps;
  }

  /** Stops the hearing of a row whose message was withdrawn. A hint: without it the words are heard for nothing. */
  withdraw(id: string): void {
    this.hearings.get(id)?.abort(new Error('the message was withdrawn'));
  }

  /**
   * The row with the words of its voice messages, which are stored and told at once; undefined when that was all there was to
   * it, or when it is not this process's any more. Rejects when `signal` aborts.
   */
  async complete(item: Item, signal: AbortSignal): Promise<Item | undefined> {
    const { payload } = item;
    const recordings = payload.files.filter(({ voice }) => voice);
    if (item.kind !== 'message' || recordings.length === 0 || payload.withdrawn || !isSaid(item)) return item;
    // Its turn has begun once: another process takes it up as it was.
    if (payload.unheard) return item;
    const transcript = await this.hear(item, recordings, signal);
    if (transcript === 'withdrawn') return withdrawn(item);
    const ended = await this.deps.database.tx('voice.keep', (tx) => this.keep(tx, item, transcript));
    if (ended && 'sent' in ended) await ended.sent;
    return ended && 'sent' in ended ? undefined : ended;
  }

  private async hear(
    item: Item,
    recordings: readonly IncomingFile[],
    signal: AbortSignal,
  ): Promise<HeardVoice | 'withdrawn' | undefined> {
    const { hear, lanes } = this.deps;
    const controller = new AbortController();
    const stop = () => controller.abort(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    this.hearings.set(item.id, controller);
    try {
      return await lanes.waitOutside(item.id, () => hear(item, recordings, controller.signal));
    } catch (error) {
      if (signal.aborted || !controller.signal.aborted) throw error;
      return 'withdrawn';
    } finally {
      signal.removeEventListener('abort', stop);
      this.hearings.delete(item.id);
    }
  }

  /** The row after it was heard; `sent` where it has ended, since there was nothing else to it. */
  private async keep(
    tx: Transaction,
    item: Item,
    transcript: HeardVoice | undefined,
  ): Promise<Item | { sent: Promise<void> } | undefined> {
    const { owned } = await laneStore.lockItem(tx, item);
    if (!owned) return undefined;
    // Edited meanwhile, or withdrawn where no hint came.
    const payload = await store.lockPayload(tx, item.id);
    if (!payload) return withdrawn(item);
    if (!transcript) return { ...item, payload: (await store.keepUnheard(tx, item.id)) ?? payload };
    const { words, card } = transcript;
    const isAll = words === '' && payload.text.trim() === '' && payload.files.every(({ voice }) => voice);
    if (isAll) return this.deps.endUnheard(tx, item, card);
    const storedPayload = await store.keepWords(tx, item.id, words);
    const message = { key: `heard:${item.key}`, conversationId: item.conversation.id, personId: item.person.id, card };
    await this.deps.outbox.addAll(tx, [message]);
    return { ...item, payload: storedPayload ?? payload };
  }
}

/** Nothing is said about what was taken back, or is of nobody any more. */
const withdrawn = (item: Item): Item => ({ ...item, payload: { ...item.payload, withdrawn: true } });
