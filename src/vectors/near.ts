import { withTimeout } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import { collectGarbage } from '../base/heap.ts';
import type { World } from '../base/world.ts';
import type { Database } from '../storage/index.ts';
import { type Embedder, EmbedderFault } from './embedder.ts';
import { Matrix } from './matrix.ts';
import { vectorOf } from './query.ts';
import type { Space, Stampable } from './store.ts';
import * as store from './store.ts';

/** A text that is near a question. Only where its vector still has this stamp is it that text. */
export interface Near {
  id: string;
  stamp: number;
  /** -1 to 1. */
  similarity: number;
}

export interface NearDeps {
  database: Database;
  world: World;
  /** Those whose spaces can be searched. */
  embedders: readonly Embedder[];
}

/** Vectors that are read at once. */
const PAGE = 1_000;
/** The matrices of all owners together hold so many bytes at most, but for the one that is in use. */
const MOST_BYTES = 32_000_000;
/** Bytes of one owner, so that two do not evict each other: of more vectors the newest are kept. */
const MOST_OF_ONE = MOST_BYTES / 2;
const VECTOR_BYTES = 120;
/** Milliseconds without use after which a matrix is given up. */
const IDLE_MS = 8 * 60_000;

/** Finds texts of one owner by meaning: keeps their vectors in this process while they are used. */
export class Nearest {
  private readonly deps: NearDeps;
  private readonly kind: Stampable;
  private readonly held = new Map<string, OwnVectors>();
  private sweeping: NodeJS.Timeout | undefined;

  constructor(kind: Stampable, deps: NearDeps) {
    this.kind = kind;
    this.deps = deps;
  }

  /**
   * The nearest texts of an owner, nearest first. None where nothing is embedded, where the vectors of the texts and that
   * of the question are not there within `patienceMs`, and where the embedder fails. What has been begun to be read is read
   * on for the next search.
   */
  async search(owner: string, text: string, limit: number, patienceMs: number): Promise<Near[]> {
    if (this.deps.embedders.length === 0 || text.trim() === '') return [];
    const patience = new AbortController();
    try {
      return (await withTimeout(patienceMs, this.look(owner, text, limit, patience.signal))) ?? [];
    } catch (error) {
      if (!(error instanceof EmbedderFault)) throw error;
      this.deps.world.log.debug({ error: messageOf(error) }, `${this.kind}s are searched by words alone`);
      return [];
    } finally {
      patience.abort();
    }
  }

  /** Gives all vectors up. */
  close(): void {
    clearTimeout(this.sweeping);
    this.held.clear();
  }

  private async look(owner: string, text: string, limit: number, signal: AbortSignal): Promise<Near[]> {
    const own = await this.fresh(owner);
    const embedder = this.deps.embedders.find(({ id }) => id === own?.space.space);
    if (signal.aborted || !own || !embedder || own.size === 0) return [];
    return own.nearest(await vectorOf(embedder, text, signal), limit);
  }

  /** The owner's vectors with all that have come since. */
  private async fresh(owner: string): Promise<OwnVectors | undefined> {
    const db = { query: this.deps.database.read.bind(this.deps.database) };
    const space = await store.currentSpace(db, this.kind);
    if (!space) return undefined;
    const known = this.held.get(owner);
    const own =
      known?.space.space === space.space && known.space.dim === space.dim && !known.isWorn
        ? known
        : new OwnVectors(space);
    this.held.set(owner, own);
    own.usedAt = performance.now();
    await own.readOn({
      first: (most) => store.stampBefore(db, this.kind, owner, space.space, most),
      page: (stamp) => store.cameAfter(db, this.kind, owner, space.space, stamp, PAGE),
    });
    this.limit(own);
    this.sweep();
    return own;
  }

  /** Drops what was used longest ago while all together are too large. */
  private limit(inUse: OwnVectors): void {
    let bytes = [...this.held.values()].reduce((sum, own) => sum + own.bytes, 0);
    for (const [owner, own] of [...this.held].sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
      if (bytes <= MOST_BYTES) return;
      if (own === inUse) continue;
      bytes -= own.bytes;
      this.held.delete(owner);
    }
  }

  /** Gives up what nobody uses; in real time, since it is memory of this machine that is given back. */
  private sweep(): void {
    this.sweeping ??= setTimeout(() => {
      this.sweeping = undefined;
      for (const [owner, { usedAt }] of this.held) {
        if (performance.now() - usedAt >= IDLE_MS) this.held.delete(owner);
      }
      if (this.held.size > 0) this.sweep();
      // Later: until this function has ended, it may still refer to what was given up.
      else setImmediate(collectGarbage);
    }, IDLE_MS / 8).unref();
  }
}

/** Reads an owner's vectors. */
interface Reader {
  /** The stamp behind which the last `most` came. */
  first(most: number): Promise<number>;
  /** Vectors that came after a stamp, at most `PAGE`. */
  page(stamp: number): Promise<store.Stamped[]>;
}

/** One owner's vectors in this process. What has been deleted may still be among them: the caller looks it up. */
class OwnVectors {
  readonly space: Space;
  private readonly matrix: Matrix;
  private readonly ids: string[] = [];
  private readonly stamps: number[] = [];
  private readonly places = new Map<string, number>();
  private stamp: number | undefined;
  private reading: Promise<void> = Promise.resolve();
  usedAt = 0;

  constructor(space: Space) {
    this.space = space;
    this.matrix = new Matrix(space.dim);
  }

  get size(): number {
    return this.places.size;
  }

  /** Half of it is what was changed since, or it has outgrown what it may hold: a new one would be smaller. */
  get isWorn(): boolean {
    const rows = this.ids.length;
    return (rows > 1_000 && this.size < rows / 2) || rows > this.most * 1.2;
  }

  get bytes(): number {
    return 80_000 + this.ids.length * (this.space.dim + VECTOR_BYTES);
  }

  /** The most vectors that are read. */
  get most(): number {
    return Math.floor(MOST_OF_ONE / (this.space.dim + VECTOR_BYTES));
  }

  /** Reads what has come, one reading after another. */
  async readOn({ first, page }: Reader): Promise<void> {
    const reading = this.reading
      .catch(() => {})
      .then(async () => {
        this.stamp ??= await first(this.most);
        for (;;) {
          const came = await page(this.stamp);
          for (const each of came) this.put(each);
          if (came.length < PAGE) return;
        }
      });
    this.reading = reading;
    await reading;
  }

  private put({ id, stamp, vector }: store.Stamped): void {
    const before = this.places.get(id);
    if (before !== undefined) this.matrix.set(before, undefined);
    const place = this.ids.push(id) - 1;
    this.stamps.push(stamp);
    this.places.set(id, place);
    this.matrix.set(place, vector);
    this.stamp = stamp;
  }

  nearest(vector: Float32Array, limit: number): Near[] {
    const near = this.matrix.similarities(vector, this.ids.length);
    const best: Near[] = [];
    for (let place = 0; place < near.length; place++) {
      const similarity = near[place] as number;
      if (Number.isNaN(similarity) || (best.length >= limit && similarity <= (best.at(-1) as Near).similarity))
        continue;
      const at = best.findIndex((one) => one.similarity < similarity);
      const one = { id: this.ids[place] as string, stamp: this.stamps[place] as number, similarity };
      if (at < 0) best.push(one);
      else best.splice(at, 0, one);
      if (best.length > limit) best.pop();
    }
    return best;
  }
}
