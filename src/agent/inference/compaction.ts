import { unlessAborted, withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Item } from '../../delivery/index.ts';
import type { Database } from '../../storage/index.ts';
import {
  addSummary,
  type Compacting,
  compact,
  type HistoryEntry,
  type Limits,
  type Recalled,
  readBetween,
} from '../context/index.ts';
import type { Models } from '../models/index.ts';
import type { Ledger } from './ledger.ts';
import { ModelError } from './model.ts';
import type { Took } from './request-model.ts';

export interface CompactionOptions {
  database: Database;
  world: World;
  models: Models;
  ledger: Ledger;
  /** Of a model by its name, within those of the one that answers. */
  limits(name: string, most: Limits): Limits;
}

/** Messages that are summed up besides those that are recalled. What is older was said before there was a model. */
const MOST_OLDER = 1_000;

/** Number of times the summarised pieces are made half as long when they are too long after all. */
const HALVED = 2;

/** Milliseconds that an answer waits for a summary; what is recalled without one has to do then. */
const WAITED_MS = 10_000;

interface Said {
  item: Item;
  turnId: string;
  recalled: Recalled;
}

/** Replaces the older part of a conversation by a summary of it. */
export class Compaction {
  private readonly options: CompactionOptions;
  /** By conversation. */
  private readonly running = new Map<string, Promise<Recalled | undefined>>();
  private readonly stopping = new AbortController();

  constructor(options: CompactionOptions) {
    this.options = options;
  }

  /**
   * Sums up what was said, so that what is recalled of it fits into `room` tokens. An answer waits a little for it; a
   * summary that takes longer is stored when it is there, and the turn goes on with what fits, as without any. Throws
   * when the turn is stopped.
   */
  async run(said: Said, fitting: { limits: Limits; room: number }, signal: AbortSignal): Promise<void> {
    const { id } = said.item.conversation;
    if (this.running.has(id) || this.stopping.signal.aborted) return;
    const work = this.sum(said, fitting).finally(() => this.running.delete(id));
    this.running.set(id, work);
    // Heard below as well, while somebody waits.
    work.catch((error) => this.options.world.log.error({ error: messageOf(error) }, 'a summary failed'));
    const recalled = await withTimeout(WAITED_MS, unlessAborted(signal, work));
    if (recalled) Object.assign(said.recalled, recalled);
  }

  /** Ends summaries that nobody waits for any more; resolves when none runs. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running.values());
  }

  /** Memory of the conversation after it was summarised and stored; undefined where that failed. */
  private async sum({ item, turnId, recalled }: Said, { limits, room }: { limits: Limits; room: number }) {
    const { database, world, models, ledger } = this.options;
    const { signal } = this.stopping;
    const took: Took = { used: [], repairs: [] };
    try {
      const light = models.light();
      const lightLimits = this.options.limits(light.name, limits);
      const older = await this.older(item, recalled);
      const shared = item.conversation.place.kind !== 'dm';
      const compacting = { recalled, shared, older, limits, room, light, lightLimits };
      const compacted = await this.inSmallerPieces(compacting, took, signal);
      if (!compacted) return undefined;
      const { id: conversationId, epoch } = item.conversation;
      const { model, of } = compacted;
      const { summary } = compacted.recalled;
      const kept = { ...summary, conversationId, epoch, model, of, after: recalled.summary?.covers };
      const isKept = await database.tx('summary.add', (tx) => addSummary(tx, kept, world.clock.now()));
      return isKept ? compacted.recalled : undefined;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      world.log.warn({ fault: error.fault, error: messageOf(error) }, 'a conversation could not be summed up');
      return undefined;
    } finally {
      await ledger.add(item, turnId, ledger.rows(took, { purpose: 'summary' }));
    }
  }

  /** The window may be smaller than it was taken for: then smaller pieces are summed up. */
  private async inSmallerPieces(compacting: Compacting, took: Took, signal: AbortSignal) {
    let { lightLimits } = compacting;
    for (let tries = 0; ; tries++) {
      try {
        return await compact({ ...compacting, lightLimits }, took, signal);
      } catch (error) {
        const tooLong = error instanceof ModelError && error.fault === 'context_overflow';
        if (!tooLong || tries === HALVED) throw error;
        lightLimits = { ...lightLimits, context: Math.floor(lightLimits.context / 2) };
      }
    }
  }

  /** Messages behind the summary beyond those that are recalled: it was too long without one. */
  private async older({ conversation }: Item, { summary, history }: Recalled): Promise<HistoryEntry[]> {
    const [first] = history;
    if (!first) return [];
    const between = { after: summary?.covers ?? 0, before: first.seq };
    return readBetween(this.options.database, conversation, between, MOST_OLDER);
  }
}
