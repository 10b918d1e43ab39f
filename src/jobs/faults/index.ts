/** The table of what failed: counted in memory, stored once a minute while something fails, kept for seven days. */
import { withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { FaultBook } from '../../base/faults.ts';
import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import * as store from './store.ts';

const HOUR_MS = 3_600_000;
const KEPT_MS = 7 * 24 * HOUR_MS;
const FLUSH_MS = 60_000;
/** A stop does not wait longer for a database that is away. */
const CLOSE_MS = 1_000;

export type { FaultRow } from './store.ts';

/** Stores what the book has counted. Where nothing fails, nothing is asked of the database. */
export class FaultLog {
  private readonly database: Database;
  private readonly world: World;
  private readonly book: FaultBook;
  private cancel: (() => void) | undefined;
  private closed = false;

  constructor(deps: { database: Database; world: World }) {
    this.database = deps.database;
    this.world = deps.world;
    this.book = deps.world.faults ?? new FaultBook();
    this.book.follow(() => this.arm());
  }

  /** Faults since `instant`, also those that are not stored yet. */
  async since(instant: Date): Promise<store.FaultRow[]> {
    await this.flush();
    return store.since(this.database, hourOf(instant));
  }

  /** Stores what was counted so far. Never rejects: what cannot be stored is counted on. */
  async flush(): Promise<void> {
    this.cancel?.();
    this.cancel = undefined;
    const faults = this.book.take();
    if (faults.length === 0) return;
    const now = this.world.clock.now();
    try {
      await store.add(this.database, faults, hourOf(now), new Date(now.getTime() - KEPT_MS));
    } catch (error) {
      this.world.log.debug({ error: messageOf(error) }, 'what failed could not be stored');
      for (const fault of faults) this.book.note(fault, fault.lastAt, fault.count);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await withTimeout(CLOSE_MS, this.flush());
    this.cancel?.();
  }

  private arm(): void {
    if (this.closed || this.cancel) return;
    const at = new Date(this.world.clock.now().getTime() + FLUSH_MS);
    this.cancel = this.world.clock.at(at, () => void this.flush());
  }
}

function hourOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / HOUR_MS) * HOUR_MS);
}
