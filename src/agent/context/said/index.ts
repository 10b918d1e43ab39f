import { messageOf } from '../../../base/errors.ts';
import type { World } from '../../../base/world.ts';
import type { JobHandler, JobQueue } from '../../../jobs/index.ts';
import type { Database } from '../../../storage/index.ts';
import { type Embedders, embedJob, embedSoon, type Near, Nearest } from '../../../vectors/index.ts';
import { source } from './store.ts';

/** Milliseconds that a search waits for the vector of its words; the first use loads the embedder. */
const PATIENCE_MS = 800;
const MOST_NEAR = 50;

export interface SaidDeps {
  database: Database;
  world: World;
  jobs: Pick<JobQueue, 'enqueue'>;
  embedders: Embedders;
}

/**
 * Index of a conversation's messages, by meaning. They get vectors once it is searched, and new ones with each later
 * search: nobody who never searches pays for them.
 */
export class Said {
  private readonly deps: SaidDeps;
  private readonly nearest: Nearest;

  constructor(deps: SaidDeps) {
    const { database, world, embedders } = deps;
    this.deps = deps;
    this.nearest = new Nearest('message', { database, world, embedders: embedders.embedders });
  }

  /** The messages of a conversation that are nearest to some words, nearest first, of those that have vectors yet. */
  async near(conversationId: string, words: string): Promise<Near[]> {
    const { database, world, jobs, embedders } = this.deps;
    if (!embedders.embedder) return [];
    try {
      await database.tx('said.embed', (tx) => embedSoon(jobs, tx, 'message', world.clock.now(), conversationId));
    } catch (error) {
      world.log.debug({ error: messageOf(error) }, 'vectors of messages were not asked for');
    }
    return this.nearest.search(conversationId, words, MOST_NEAR, PATIENCE_MS);
  }

  job(): JobHandler {
    return embedJob({ ...this.deps, ...this.deps.embedders, source });
  }

  close(): void {
    this.nearest.close();
  }
}
