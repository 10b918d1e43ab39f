import { GroupCommit } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import type { World } from '../../base/world.ts';
import type { DueSource } from '../../jobs/index.ts';
import { type Database, hadNoEffect } from '../../storage/index.ts';
import type { ChatAdapter, PostponedPort } from '../adapter.ts';
import * as store from './store.ts';

export interface PostponedDeps {
  database: Database;
  world: World;
  adapters(): readonly ChatAdapter[];
  wakeAt(at: Instant): void;
}

/** An event that was not heard by then is handed to whichever process is there, and again after as long. */
const AGAIN_MS = 60_000;
const BATCH = 100;
const MOST_AT_ONCE = 64;
const PATIENCE_MS = 100;

/** Keeps the events that adapters have to acknowledge before they can hand them over. */
export class PostponedEvents implements DueSource {
  readonly name = 'postponed';
  readonly batch = BATCH;
  private readonly deps: PostponedDeps;
  private readonly keeping: GroupCommit<store.NewPostponed, boolean>;

  constructor(deps: PostponedDeps) {
    this.deps = deps;
    this.keeping = new GroupCommit({
      max: MOST_AT_ONCE,
      patienceMs: PATIENCE_MS,
      keys: ({ adapter, key }) => [`${adapter} ${key}`],
      run: (events) => store.keep(deps.database, events),
      mayRunAlone: hadNoEffect,
    });
  }

  get earliest(): string {
    return store.earliest(this.hearingAdapters.map(({ name }) => name));
  }

  async fire(now: Instant): Promise<number> {
    const { hearingAdapters: hearing } = this;
    const names = hearing.map(({ name }) => name);
    const taking = { now, nextAt: new Date(now.getTime() + AGAIN_MS), limit: BATCH };
    const claimed = await store.claim(this.deps.database, names, taking);
    let count = 0;
    for (const [name, events] of claimed) {
      hearing.find((adapter) => adapter.name === name)?.hearPostponed?.(events);
      count += events.length;
    }
    return count;
  }

  of(adapter: string): PostponedPort {
    const { database, world, wakeAt } = this.deps;
    return {
      keep: async (event) => {
        const dueAt = new Date(world.clock.now().getTime() + AGAIN_MS);
        const isKept = await this.keeping.add({ ...event, adapter, dueAt });
        if (isKept) wakeAt(dueAt);
        return isKept;
      },
      isKept: (key) => store.isKept(database, adapter, key),
      markHeard: (key) => store.dropHeard(database, adapter, key),
      markFailed: (key) => store.countFailure(database, adapter, key),
      listAll: () => store.listPostponed(database, adapter),
    };
  }

  private get hearingAdapters(): ChatAdapter[] {
    return this.deps.adapters().filter(({ hearPostponed }) => hearPostponed !== undefined);
  }
}
