import { groupBy } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import type { JobHandler, JobQueue } from '../jobs/index.ts';
import type { Database, Transaction } from '../storage/index.ts';
import { type Embedder, EmbedderFault } from './embedder.ts';
import { packVector } from './matrix.ts';
import type { Kind, MadeVector, Missing, Source } from './source.ts';
import * as store from './store.ts';

const AGAIN_MS = 5 * 60_000;
const GATHERED_MS = 1_000;
const MOST_DROPPED = 5_000;
const OWNERS_AT_ONCE = 200;
/** A space that was begun within this time may be one that another process builds. */
const BUILDING_MS = 24 * 3_600_000;
/**
 * Rounds in which a new space is filled until no text is missing; then one batch may be missing, for people who write
 * all the time.
 */
const ROUNDS = 3;
const PROBE = 'dimensions';

export interface EmbedDeps {
  database: Database;
  world: World;
  jobs: Pick<JobQueue, 'enqueue'>;
  embedder: Embedder | undefined;
  source: Source;
  onChange?(owner: string): void;
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
 * The same for an `owner` who is writing: what they write within a second is embedded as one batch. A vector is made on the
 * cores that the next message wants, and is stored in a transaction of its own; until then words find the text.
 */
export async function embedGathered(
  jobs: Pick<JobQueue, 'enqueue'>,
  tx: Transaction,
  kind: Kind,
  now: Date,
  owner: string,
): Promise<void> {
  const at = new Date(now.getTime() + GATHERED_MS);
  await jobs.enqueue(tx, { kind: kindOf(kind), payload: { owner } }, { at, key: owner, keepsEarlier: true });
}

/**
 * Gives each text that has none a vector in the embedder's space, and has that space searched once all have one. It can
 * be cut off anywhere: what is stored is not done again. A fault is no failure of the job: words find texts meanwhile.
 */
export function embedJob(deps: EmbedDeps): JobHandler {
  const { database, world, jobs, embedder, source } = deps;
  const { kind } = source;
  /** While the service is away nobody asks it: each who asks waits for as long as it hangs. */
  let notBefore = 0;
  return {
    kind: kindOf(kind),
    does: `makes each new ${kind} findable by its meaning`,
    // A service that is paid is not asked twice for the same, and one that hangs holds up nothing else.
    alone: true,
    async run({ payload }, signal) {
      if (!embedder) return;
      const owner = (payload as { owner?: string }).owner;
      const again = (ms: number) =>
        database.tx('vectors.again', (tx) => embedSoon(jobs, tx, kind, new Date(ms), owner));
      if (world.clock.now().getTime() < notBefore) return again(notBefore);
      try {
        const space = { space: embedder.id, dim: await embedder.dim(signal) };
        const isCurrent = await begin(deps, space, owner);
        if (owner !== undefined && !isCurrent) return;
        const { isSearched, failed } = isCurrent
          ? { isSearched: true, failed: await fill(deps, embedder, owner, signal) }
          : await build(deps, embedder, space, signal);
        if (!isSearched) {
          world.log.warn(
            { kind, space: embedder.id },
            'a vector space could not be completed; it is tried again later',
          );
          return await again(world.clock.now().getTime() + AGAIN_MS);
        }
        if (!isCurrent) world.log.info({ kind, space: embedder.id }, 'texts are found in another vector space');
        if (owner === undefined) await dropOld(deps);
        if (failed) throw failed;
      } catch (error) {
        if (signal.aborted || !(error instanceof EmbedderFault)) throw error;
        world.log.warn({ kind, error: messageOf(error) }, 'texts could not be embedded');
        if (error.kind === 'missing') return;
        const isAway = !(await answers(embedder, signal));
        signal.throwIfAborted();
        const at = world.clock.now().getTime() + AGAIN_MS;
        if (isAway) notBefore = at;
        await again(at);
      }
    },
  };
}

function begin({ database, world, jobs, source: { kind } }: EmbedDeps, space: store.Space, owner: string | undefined) {
  return database.tx('vectors.space', async (tx) => {
    await store.beginSpace(tx, kind, space, world.clock.now());
    const isCurrent = (await store.currentSpace(tx, kind))?.space === space.space;
    if (!isCurrent && owner !== undefined) await embedSoon(jobs, tx, kind, world.clock.now());
    return isCurrent;
  });
}

function answers(embedder: Embedder, signal: AbortSignal): Promise<boolean> {
  return embedder.embed([PROBE], 'document', signal).then(
    () => true,
    () => false,
  );
}

/**
 * Fills a space and has it searched, also where a service that answers refuses a few texts: `failed` is why. Where the space
 * was taken away meanwhile, or is not full, what was searched still is.
 */
async function build(
  deps: EmbedDeps,
  embedder: Embedder,
  space: store.Space,
  signal: AbortSignal,
): Promise<{ isSearched: boolean; failed?: EmbedderFault | undefined }> {
  const { database, world, jobs, source } = deps;
  for (let round = 1; ; round++) {
    const failed = await fill(deps, embedder, undefined, signal);
    if (failed && !(await answers(embedder, signal))) throw failed;
    const most = failed || round >= ROUNDS ? embedder.maxBatch : 0;
    const remaining = await database.tx('vectors.flip', async (tx) => {
      if (!(await store.lockSpace(tx, source.kind, space))) return undefined;
      const missing = await countMissing(tx, source, space.space, most + 1);
      if (missing > most) return missing;
      // A service may refuse all of a few texts; then nothing would be found by meaning any more.
      if (failed && !(await store.hasVectors(tx, source.kind, space.space, missing + 1))) return missing;
      await store.flip(tx, source.kind, space.space);
      if (missing > 0) await embedSoon(jobs, tx, source.kind, world.clock.now());
      return 0;
    });
    if (remaining === undefined) return { isSearched: false };
    if (remaining === 0) return { isSearched: true, failed };
    if (failed) throw failed;
    if (round >= ROUNDS) return { isSearched: false };
  }
}

async function countMissing(tx: Transaction, source: Source, space: string, most: number): Promise<number> {
  const db: Pick<Database, 'read'> = { read: (text, params) => tx.query(text, params) };
  let count = 0;
  for await (const owner of allOwners(db, source)) {
    count += (await source.listMissing(db, owner, space, '', most - count)).length;
    if (count >= most) break;
  }
  return count;
}

async function dropOld({ database, world, source: { kind } }: EmbedDeps): Promise<void> {
  const before = new Date(world.clock.now().getTime() - BUILDING_MS);
  while ((await store.dropOld(database, kind, before, MOST_DROPPED)) === MOST_DROPPED);
}

interface OfOwner extends Missing {
  owner: string;
}

async function fill(deps: EmbedDeps, embedder: Embedder, owner: string | undefined, signal: AbortSignal) {
  const { database, source } = deps;
  let failed: EmbedderFault | undefined;
  for await (const batch of batches(deps, embedder, owner)) {
    const done = await embedEach(embedder, batch, signal);
    failed ??= done.failed;
    for (const [one, vectors] of groupBy(done.made, (each) => each.owner)) {
      await database.tx('vectors.add', (tx) => source.add(tx, one, embedder.id, vectors));
      deps.onChange?.(one);
    }
    if (done.isAway) break;
  }
  return failed;
}

/** Missing texts in batches of the embedder's size: many owners with one text each fill one together. */
async function* batches({ database, source }: EmbedDeps, embedder: Embedder, owner: string | undefined) {
  const size = embedder.maxBatch;
  let batch: OfOwner[] = [];
  for await (const one of owner === undefined ? allOwners(database, source) : [owner]) {
    let after = '';
    for (;;) {
      const missing = await source.listMissing(database, one, embedder.id, after, size);
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

async function* allOwners(database: Pick<Database, 'read'>, source: Source) {
  let after = '';
  for (;;) {
    const owners = await source.owners(database, after, OWNERS_AT_ONCE);
    yield* owners;
    if (owners.length < OWNERS_AT_ONCE) return;
    after = owners.at(-1) as string;
  }
}

interface EmbeddedBatch {
  made: (OfOwner & MadeVector)[];
  failed?: EmbedderFault;
  isAway?: boolean;
}

/** The vectors of a batch; where it fails as a whole, of each text alone, so that bad texts do not stop the rest. */
async function embedEach(embedder: Embedder, batch: readonly OfOwner[], signal: AbortSignal): Promise<EmbeddedBatch> {
  const pack = (text: OfOwner, vector: Float32Array): OfOwner & MadeVector => ({ ...text, vector: packVector(vector) });
  const texts = batch.map(({ text }) => text);
  try {
    const vectors = await embedder.embed(texts, 'document', signal);
    return { made: batch.map((text, at) => pack(text, vectors[at] as Float32Array)) };
  } catch (error) {
    if (!(error instanceof EmbedderFault) || error.kind === 'missing' || signal.aborted) throw error;
    const packedVectors: (OfOwner & MadeVector)[] = [];
    for (const text of batch) {
      const [vector] = batch.length > 1 ? await embedder.embed([text.text], 'document', signal).catch(() => []) : [];
      if (vector) packedVectors.push(pack(text, vector));
      else if (!(await answers(embedder, signal))) return { made: packedVectors, failed: error, isAway: true };
    }
    return { made: packedVectors, failed: error };
  }
}
