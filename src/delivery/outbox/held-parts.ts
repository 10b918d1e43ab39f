import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import type { ChatAdapter } from '../adapter.ts';
import * as store from './store/index.ts';

interface HeldDeps {
  database: Database;
  world: World;
  adapters(): readonly ChatAdapter[];
  wakeAt(at: Date): void;
}

/** Parts that other processes hold because nobody was reachable, and that this process can deliver. */
export class HeldParts {
  private readonly deps: HeldDeps;

  constructor(deps: HeldDeps) {
    this.deps = deps;
  }

  /** Adapters through which something can be said here now. The embedded engine has no other processes. */
  here(): string[] {
    const { database, adapters } = this.deps;
    if (database.engine === 'pglite') return [];
    return adapters().flatMap((adapter) => (adapter.isReachable?.() ? [adapter.name] : []));
  }

  /** Makes due what is held for `adapters`, as far as they can be reached here. Never rejects. */
  async takeUp(adapters = this.here()): Promise<void> {
    const { database, world, wakeAt } = this.deps;
    const here = this.here().filter((adapter) => adapters.includes(adapter));
    if (here.length === 0) return;
    try {
      if (!(await store.anyHeld(database, here))) return;
      const now = world.clock.now();
      if ((await store.takeUpHeld(database, here, now)) > 0) wakeAt(now);
    } catch (error) {
      world.log.warn(
        { adapters: here, error: messageOf(error) },
        'looking for what is held failed; the next look tries again',
      );
    }
  }
}
