import type { Instant } from '../base/clock.ts';
import type { World } from '../base/world.ts';
import type { Database } from '../storage/index.ts';
import * as store from './store.ts';

const BATCHES = 20;
const ENTRIES = 500;

/** The sealing and reading of the log of what was done. */
export class Audit {
  private readonly database: Database;
  private readonly world: World;

  constructor(deps: { database: Database; world: World }) {
    this.database = deps.database;
    this.world = deps.world;
  }

  /** Seals everything that is not sealed; returns how many entries. */
  async seal(signal?: AbortSignal): Promise<number> {
    let sealed = 0;
    for (let count = 1; count > 0 && !signal?.aborted; sealed += count) {
      count = await store.seal(this.database, this.world.clock.now());
    }
    return sealed;
  }

  /** For the worker: seals as soon as a whole batch waits. The rest is sealed at night. */
  dueSource(): { name: string; earliest: string; fire(now: Instant): Promise<number> } {
    return { name: 'audit', earliest: store.FULL, fire: (now) => store.sealFull(this.database, now) };
  }

  /** Some sealed batches behind `after`, each looked at. */
  batches(after: number): Promise<store.SealedBatch[]> {
    return store.sealedBatches(this.database, after, BATCHES);
  }

  /** Some entries behind the one with the number `after`, the oldest first. */
  entries(after: number): Promise<store.ExportedEntry[]> {
    return store.exportPage(this.database, after, ENTRIES);
  }
}
