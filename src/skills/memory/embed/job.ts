import { groupBy } from '../../../base/async.ts';
import { messageOf } from '../../../base/errors.ts';
import type { SkillDeps } from '../../../chat/index.ts';
import type { JobHandler } from '../../../jobs/index.ts';
import type { Transaction } from '../../../storage/index.ts';
import { packVector } from '../vector.ts';
import { type Embedder, EmbedderFault } from './port.ts';
import * as store from './store.ts';

/** Kind and key of the job that gives memories their vectors. */
export const EMBED_JOB = 'memory.embed';
/** An embedder that failed is asked again after this long. */
const AGAIN_MS = 5 * 60_000;
/** So many failures in a row are the service's, not a text's. */
const FRUITLESS = 2;
const MOST_DROPPED = 5_000;

interface Deps extends Pick<SkillDeps, 'database' | 'world' | 'jobs'> {
  embedder: Embedder | undefined;
  /** Something of a person's was written. */
  changed(personId: string): void;
}

/** Has vectors made, soon and after the commit. */
export async function embedSoon(jobs: SkillDeps['jobs'], tx: Transaction, at: Date): Promise<void> {
  await jobs.enqueue(tx, { kind: EMBED_JOB, payload: {} }, { at, key: EMBED_JOB });
}

/**
 * Gives each memory that has none a vector in the embedder's space, and has that space searched once all have one. It can
 * be cut off anywhere: what is stored is not done again. A fault is no failure of the job: words find memories meanwhile.
 */
export function embedJob(deps: Deps): JobHandler {
  const { database, world, jobs, embedder } = deps;
  return {
    kind: EMBED_JOB,
    async run(_, signal) {
      if (!embedder) return;
      try {
        const dim = await embedder.dim(signal);
        const space = { space: embedder.id, dim };
        await database.tx('memory.space', (tx) => store.beginSpace(tx, space, world.clock.now()));
        await fill(deps, embedder, signal);
        await flip(deps, embedder.id);
      } catch (error) {
        if (signal.aborted || !(error instanceof EmbedderFault)) throw error;
        world.log.warn({ error: messageOf(error) }, 'memories could not be embedded');
        if (error.kind === 'missing') return;
        const at = new Date(world.clock.now().getTime() + AGAIN_MS);
        await database.tx('memory.again', (tx) => embedSoon(jobs, tx, at));
      }
    },
  };
}

async function fill(deps: Deps, embedder: Embedder, signal: AbortSignal): Promise<void> {
  const { database } = deps;
  let after = '';
  let failed: EmbedderFault | undefined;
  let barren = 0;
  for (;;) {
    const batch = await store.withoutVector(database, embedder.id, after, embedder.maxBatch);
    if (batch.length === 0) break;
    after = batch.at(-1)?.id as string;
    const done = await embedEach(embedder, batch, signal);
    failed ??= done.failed;
    for (const [personId, vectors] of groupBy(done.vectors, (each) => each.personId)) {
      await database.tx('memory.vectors', (tx) => store.addVectors(tx, personId, embedder.id, vectors));
      deps.changed(personId);
    }
    barren = done.vectors.length === 0 ? barren + 1 : 0;
    // Nothing at all came of whole batches: the service is away.
    if (barren === FRUITLESS) break;
  }
  if (failed) throw failed;
}

/** The vectors of a batch; where it fails as a whole, of each text alone, so that one bad text does not stop the rest. */
async function embedEach(embedder: Embedder, batch: readonly store.Unembedded[], signal: AbortSignal) {
  const pack = (memory: store.Unembedded, vector: Float32Array) => ({ ...memory, vector: packVector(vector) });
  const texts = batch.map(({ text }) => text);
  try {
    const vectors = await embedder.embed(texts, 'document', signal);
    return { vectors: batch.map((memory, at) => pack(memory, vectors[at] as Float32Array)) };
  } catch (error) {
    if (!(error instanceof EmbedderFault) || error.kind === 'missing' || signal.aborted) throw error;
    const vectors: ReturnType<typeof pack>[] = [];
    let fruitless = 0;
    for (const memory of batch.length > 1 ? batch : []) {
      const alone = await embedder.embed([memory.text], 'document', signal).catch(() => undefined);
      if (alone?.[0]) vectors.push(pack(memory, alone[0]));
      else fruitless++;
      // One text may be at fault, two that follow each other mean the service.
      if (vectors.length === 0 && fruitless === FRUITLESS) break;
    }
    return { vectors, failed: error };
  }
}

async function flip({ database, world }: Deps, space: string): Promise<void> {
  const before = await database.tx('memory.current', (tx) => store.currentSpace(tx));
  if (before !== space && !(await database.tx('memory.flip', (tx) => store.flip(tx, space)))) return;
  if (before !== space) world.log.info({ space }, 'memories are found in another vector space');
  while ((await store.dropOld(database, MOST_DROPPED)) === MOST_DROPPED);
}
