import { messageOf } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { Item } from '../delivery/index.ts';
import type { Database } from '../storage/index.ts';
import type { Took } from './asking.ts';
import { addSummary, compact, type HistoryEntry, type Limits, type Recalled, readBetween } from './context/index.ts';
import type { Ledger } from './ledger.ts';
import { ModelError } from './model.ts';
import type { Models } from './models/index.ts';

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

/** Replaces the older part of a conversation by a summary of it. */
export class Compaction {
  private readonly options: CompactionOptions;

  constructor(options: CompactionOptions) {
    this.options = options;
  }

  /**
   * Sums up what was said, so that what is recalled of it fits into `room` tokens. Without a summary the turn goes on
   * with what fits. Throws when it is stopped.
   */
  async run(
    { item, turnId, recalled }: { item: Item; turnId: string; recalled: Recalled },
    { limits, room }: { limits: Limits; room: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { database, world, models, ledger } = this.options;
    const took: Took = { used: [], repairs: [] };
    try {
      const light = models.light();
      const lightLimits = this.options.limits(light.name, limits);
      const older = await this.older(item, recalled);
      const compacted = await compact({ recalled, older, limits, room, light, lightLimits }, took, signal);
      if (!compacted) return;
      const { id: conversationId, epoch } = item.conversation;
      const { summary } = compacted.recalled;
      await addSummary(database, { ...summary, conversationId, epoch, model: compacted.model }, world.clock.now());
      Object.assign(recalled, compacted.recalled);
    } catch (error) {
      if (!(error instanceof ModelError) || signal.aborted) throw error;
      world.log.warn({ fault: error.fault, error: messageOf(error) }, 'a conversation could not be summed up');
    } finally {
      await ledger.add(item, turnId, ledger.rows(took, false, 'summary'));
    }
  }

  /** What was said after the summary and is more than is recalled: it was too long without one. */
  private async older({ conversation }: Item, { summary, history }: Recalled): Promise<HistoryEntry[]> {
    const [first] = history;
    if (!first) return [];
    const between = { after: summary?.covers ?? 0, before: first.seq };
    return readBetween(this.options.database, conversation, between, MOST_OLDER);
  }
}
