/** Passages of files by meaning. They get vectors once a file is searched: a file that nobody asks about costs none. */
import { BoundedMap } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { SkillDeps } from '../../chat/index.ts';
import type { JobHandler } from '../../jobs/index.ts';
import { type Embedder, embedJob, embedSoon, Nearest } from '../../vectors/index.ts';
import { passageSource } from './store.ts';

/** Milliseconds that a search waits for the vector of its words; the first use loads the embedder. */
const PATIENCE_MS = 800;
const MOST_NEAR = 20;
const MOST_QUERIES = 8;

export interface NearPassage {
  hash: string;
  number: number;
  similarity: number;
}

type MeaningDeps = Pick<SkillDeps, 'database' | 'world' | 'work' | 'models'>;

export class PassageIndex {
  private readonly deps: MeaningDeps;
  private readonly nearest: Nearest;

  constructor(deps: MeaningDeps) {
    const { database, world } = deps;
    const { embedders } = deps.models;
    this.deps = deps;
    this.nearest = new Nearest('passage', { database, world, embedders: embedders.embedders.map(rememberQueries) });
  }

  /** The nearest passages of these files, of those that have vectors by now. */
  async findNear(hashes: readonly string[], query: string): Promise<NearPassage[]> {
    const { database, world } = this.deps;
    const { jobs } = this.deps.work;
    const { embedders } = this.deps.models;
    if (!embedders.embedder) return [];
    try {
      await database.tx('files.embed', async (tx) => {
        for (const hash of hashes) await embedSoon(jobs, tx, 'passage', world.clock.now(), hash);
      });
    } catch (error) {
      world.log.debug({ error: messageOf(error) }, 'vectors of passages were not asked for');
    }
    const hits = await Promise.all(
      hashes.map(async (hash) => {
        const near = await this.nearest.search(hash, query, MOST_NEAR, PATIENCE_MS);
        return near.map(({ id, similarity }) => ({ hash, number: Number(id.split('/')[1]), similarity }));
      }),
    );
    return hits.flat();
  }

  job(): JobHandler {
    const { database, world, work, models } = this.deps;
    return embedJob({ database, world, jobs: work.jobs, ...models.embedders, source: passageSource });
  }

  close(): void {
    this.nearest.close();
  }
}

/** The words of one search are embedded once for all files. */
function rememberQueries(embedder: Embedder): Embedder {
  const embeddings = new BoundedMap<string, Promise<Float32Array[]>>(MOST_QUERIES);
  return {
    ...embedder,
    embed(texts, kind, signal) {
      if (kind !== 'query') return embedder.embed(texts, kind, signal);
      const key = texts.join('\n');
      const asked = embeddings.get(key) ?? embedder.embed(texts, kind, signal);
      embeddings.set(key, asked);
      asked.catch(() => embeddings.delete(key));
      return asked;
    },
  };
}
