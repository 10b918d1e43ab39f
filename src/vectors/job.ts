import { groupBy } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { JobHandler, JobQueue } from '../jobs/index.ts';
import type { Database, Transaction } from '../storage/index.ts';
import { type Embedder, EmbedderFault } from './embedder.ts';
import { packVector } from './matrix.ts';
import type { Kind, Made, Missing, Source } from './source.ts';
import * as store from './store.ts';

/** An embedder that failed is asked again after this long. */
const AGAIN_MS = 5 * 60_000;
/** So many failures in a row are the service's, not a text's. */
const FRUITLESS = 2;
const MOST_DROPPED = 5_000;
const OWNERS_AT_ONCE = 200;

export interface EmbedDeps {
  database: Database;
  world: World;
  jobs: Pick<JobQueue, 'enqueue'>;
  embedder: Embedder | undefined;
  source: Source;
  /** Vectors of an owner's were stored. */
  changed?(owner: string): void;
}

const kindOf = (kind: Kind) => `${kind}.embed`;

/** Has vectors made for what `owner` has, or for everybody, after the commit. */
export async function embedSoon(
  jobs: Pick<JobQueue, 'enqueue'>,
  tx: Transaction,
  kind: Kind,
  at: Date,
  owner?: string,
): Promise<void> {
  const payload = owner === undefined ? {} : { owner };
  await jobs.enqueue(tx, { kind: kindOf(kind), payload }, { at, key: owner ?? 'all' });
}

/**
 * Gives each text that has none a vector in the embedder's space, and has that space searched once all have one. It can
 * be cut off anywhere: what is stored is not done again. A fault is no failure of the job: words find texts meanwhile.
 */
export function embedJob(deps: EmbedDeps): JobHandler {
  const { database, world, jobs, embedder, source } = deps;
  const { kind } = source;
  return {
    kind: kindOf(kind),
    async run({ payload }, signal) {
      if (!embedder) return;
      const given = (payload as { owner?: string }).owner;
      try {
        const dim = await embedder.dim(signal);
        const before = await database.tx('vectors.space', async (tx) => {
          await store.beginSpace(tx, kind, { space: embedder.id, dim }, world.clock.now());
          return store.currentSpace(tx, kind);
        });
        // A space that is not searched yet is built for everybody.
        const isCurrent = before?.space === embedder.id;
        await fill(deps, embedder, isCurrent ? given : undefined, signal);
        if (isCurrent && given !== undefined) return;
        if (!isCurrent) {
          await database.tx('vectors.flip', (tx) => store.flip(tx, kind, embedder.id));
          world.log.info({ kind, space: embedder.id }, 'texts are found in another vector space');
        }
        while ((await store.dropOld(database, kind, MOST_DROPPED)) === MOST_DROPPED);
      } catch (error) {
        if (signal.aborted || !(error instanceof EmbedderFault)) throw error;
        world.log.warn({ kind, error: messageOf(error) }, 'texts could not be embedded');
        if (error.kind === 'missing') return;
        const at = new Date(world.clock.now().getTime() + AGAIN_MS);
        await database.tx('vectors.again', (tx) => embedSoon(jobs, tx, kind, at, given));
      }
    },
  };
}

interface OfOwner extends Missing {
  owner: string;
}

/** Embeds what is missing, of one owner or of all. Throws the first fault after all that can be embedded has been. */
async function fill(deps: EmbedDeps, embedder: Embedder, owner: string | undefined, signal: AbortSignal) {
  const { database, source } = deps;
  let failed: EmbedderFault | undefined;
  let barren = 0;
  for await (const batch of batches(deps, embedder, owner)) {
    const done = await embedEach(embedder, batch, signal);
    failed ??= done.failed;
    for (const [one, made] of groupBy(done.made, (each) => each.owner)) {
      await database.tx('vectors.add', (tx) => source.add(tx, one, embedder.id, made));
      deps.changed?.(one);
    }
    barren = done.made.length === 0 ? barren + 1 : 0;
    // Nothing at all came of whole batches: the service is away.
    if (barren === FRUITLESS) break;
  }
  if (failed) throw failed;
}

/** What is missing in batches of the embedder's size: many owners with one text each fill one together. */
async function* batches({ database, source }: EmbedDeps, embedder: Embedder, owner: string | undefined) {
  const size = embedder.maxBatch;
  let batch: OfOwner[] = [];
  for await (const one of owner === undefined ? allOwners(database, source) : [owner]) {
    let after = '';
    for (;;) {
      const missing = await source.missing(database, one, embedder.id, after, size);
      batch.push(...missing.map((each) => ({ ...each, owner: one })));
      while (batch.length >= size) {
        yield batch.slice(0, size);
        batch = batch.slice(size);
      }
      if (missing.length < size) break;
      after = missing.at(-1)?.id as string;
    }
  }
  if (batch.length > 0) yield batch;
}

async function* allOwners(database: Database, source: Source) {
  let after = '';
  for (;;) {
    const owners = await source.owners(database, after, OWNERS_AT_ONCE);
    yield* owners;
    if (owners.length < OWNERS_AT_ONCE) return;
    after = owners.at(-1) as string;
  }
}

/** The vectors of a batch; where it fails as a whole, of each text alone, so that one bad text does not stop the rest. */
async function embedEach(embedder: Embedder, batch: readonly OfOwner[], signal: AbortSignal) {
  const pack = (text: OfOwner, vector: Float32Array): OfOwner & Made => ({ ...text, vector: packVector(vector) });
  const texts = batch.map(({ text }) => text);
  try {
    const vectors = await embedder.embed(texts, 'document', signal);
    return { made: batch.map((text, at) => pack(text, vectors[at] as Float32Array)) };
  } catch (error) {
    if (!(error instanceof EmbedderFault) || error.kind === 'missing' || signal.aborted) throw error;
    const made: (OfOwner & Made)[] = [];
    let fruitless = 0;
    for (const text of batch.length > 1 ? batch : []) {
      const alone = await embedder.embed([text.text], 'document', signal).catch(() => undefined);
      if (alone?.[0]) made.push(pack(text, alone[0]));
      else fruitless++;
      // One text may be at fault, two that follow each other mean the service.
      if (made.length === 0 && fruitless === FRUITLESS) break;
    }
    return { made, failed: error };
  }
}
