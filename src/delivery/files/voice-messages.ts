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

  constructor(deps: VoiceMessagesDeps) {
    this.deps = deps;
  }

  /**
   * The row with the words of its voice messages, which are stored and told at once; undefined when that was all there was to
   * it, or when it is not this process's any more. Rejects when `signal` aborts.
   */
  async complete(item: Item, signal: AbortSignal): Promise<Item | undefined> {
    const { payload } = item;
    const spoken = payload.files.filter(({ voice }) => voice);
    if (item.kind !== 'message' || spoken.length === 0 || payload.withdrawn || !isSaid(item)) return item;
    const { database, hear, lanes, outbox } = this.deps;
    const heard = await lanes.waitOutside(item.id, () => hear(item, spoken, signal));
    if (!heard) return item;
    const { words, card } = heard;
    const isAll = words === '' && payload.text.trim() === '' && spoken.length === payload.files.length;
    if (isAll) return this.endUnheard(item, card);
    return database.tx('voice.keep', async (tx) => {
      const { owned } = await laneStore.lockItem(tx, item);
      if (!owned) return undefined;
      const kept = await store.keepWords(tx, item.id, words);
      if (!kept) return { ...item, payload: { ...payload, withdrawn: true as const } };
      const said = { key: `heard:${item.key}`, conversationId: item.conversation.id, personId: item.person.id, card };
      if (!kept.withdrawn) await outbox.addAll(tx, [said]);
      return { ...item, payload: kept };
    });
  }

  /** Gives the row back where its message was withdrawn meanwhile: nothing is said about that. */
  private async endUnheard(item: Item, card: Card): Promise<Item | undefined> {
    const ended = await this.deps.database.tx('voice.unheard', async (tx) => {
      const { owned } = await laneStore.lockItem(tx, item);
      if (!owned) return undefined;
      if (await store.lockWithdrawn(tx, item.id)) return { isWithdrawn: true as const };
      return this.deps.endUnheard(tx, item, card);
    });
    if (ended && 'isWithdrawn' in ended) return { ...item, payload: { ...item.payload, withdrawn: true } };
    await ended?.sent;
    return undefined;
  }
}
