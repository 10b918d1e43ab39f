import { withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { collectGarbage, youngCollector } from '../../base/heap.ts';
import type { World } from '../../base/world.ts';
import type { Database } from '../../storage/index.ts';
import {
  type Embedder,
  EmbedderFault,
  packVector,
  type Sought,
  type Space,
  vectorOf,
  wordsOf,
} from '../../vectors/index.ts';
import { type Filter, PersonIndex } from './person-index.ts';
import { readChangedSince, readSpaceAndVersion, readTexts } from './store.ts';

export interface RecallDeps {
  database: Database;
  world: World;
  /** Embedders whose spaces can be searched. */
  embedders: readonly Embedder[];
}

export interface Hit {
  id: string;
  score: number;
}

/** Rows that are read at once: more than fit into a message of the worker thread hold it up. */
const PAGE = 512;
/** Age after which another process's writes are read; this one's are seen at once. */
const FRESH_MS = 30_000;
/** All indexes together hold so many bytes at most, but for the one that is in use. */
const MOST_BYTES = 64_000_000;
const IDLE_MS = 8 * 60_000;

interface HeldIndex {
  index: PersonIndex;
  space: string | undefined;
  checkedAt: number;
  usedAt: number;
  reading: Promise<void>;
  /** Memories that were given a vector at a search, or could not be: a service that is paid is not asked again. */
  tried: Set<string>;
}

/** Memories that a search waits for; of more the words are searched. */
const MOST_EMBEDDED = 8;

export class Recall {
  private readonly deps: RecallDeps;
  private readonly held = new Map<string, HeldIndex>();
  private sweeping: NodeJS.Timeout | undefined;
  private collect: (() => void) | undefined;

  constructor(deps: RecallDeps) {
    this.deps = deps;
  }

  /**
   * The nearest memories, best first. Where the vectors of the query are not there within `patienceMs`, words alone
   * decide; with none, the embedder is not asked. Memories that are not read yet are waited for without it, for as long as the database lets a statement take:
   * without them the answer would be that nothing is remembered. Who can do without waits no longer than they like.
   */
  async search(personId: string, text: string, filter: Filter, limit: number, patienceMs: number): Promise<Hit[]> {
    const entry = await this.fresh(personId);
    if (entry.index.size === 0) return [];
    const sought = await this.sought(text, entry.space, patienceMs);
    return entry.index.search(sought, filter, limit);
  }

  /**
   * The same for somebody who asks for what they may have saved just now: a few memories that have no vector yet are given one
   * first, within the same patience, which is stored by the job alone.
   */
  async searchAll(personId: string, text: string, filter: Filter, limit: number, patienceMs: number): Promise<Hit[]> {
    await this.embedNew(personId, await this.fresh(personId), patienceMs);
    return this.search(personId, text, filter, limit, patienceMs);
  }

  private async embedNew(personId: string, entry: HeldIndex, patienceMs: number): Promise<void> {
    const embedder = this.deps.embedders.find(({ id }) => id === entry.space);
    const ids = embedder && entry.index.listUnembedded(MOST_EMBEDDED)?.filter((id) => !entry.tried.has(id));
    if (!embedder || !ids || ids.length === 0 || patienceMs === 0) return;
    const limit = new AbortController();
    try {
      const { version } = entry.index;
      const rows = await readTexts(this.deps.database, personId, ids);
      for (const { id } of rows) entry.tried.add(id);
      const texts = rows.map(({ text }) => text);
      const vectors = await withTimeout(patienceMs, embedder.embed(texts, 'document', limit.signal));
      // A text that was changed meanwhile has other words than these.
      if (!vectors || entry.index.version !== version) return;
      for (const [at, { id }] of rows.entries()) entry.index.setVector(id, packVector(vectors[at] as Float32Array));
    } catch (error) {
      if (!(error instanceof EmbedderFault)) throw error;
      this.deps.world.log.debug({ error: messageOf(error) }, 'new memories are searched by words alone');
    } finally {
      limit.abort();
    }
  }

  /** The ids of all memories that the filter admits, the last changed last; undefined where they are more than `most`. */
  async listAll(personId: string, filter: Filter, most: number): Promise<string[] | undefined> {
    return (await this.fresh(personId)).index.listAll(filter, most);
  }

  checkAgain(personId: string): void {
    const entry = this.held.get(personId);
    if (entry) entry.checkedAt = Number.NEGATIVE_INFINITY;
  }

  close(): void {
    clearTimeout(this.sweeping);
    this.held.clear();
  }

  private async sought(text: string, space: string | undefined, patienceMs: number): Promise<Sought> {
    const words = wordsOf(text);
    const embedder = this.deps.embedders.find(({ id }) => id === space);
    if (!embedder || patienceMs === 0) return words;
    const limit = new AbortController();
    try {
      const vector = await withTimeout(patienceMs, vectorOf(embedder, text, limit.signal));
      return vector ? { ...words, vector } : words;
    } catch (error) {
      if (!(error instanceof EmbedderFault)) throw error;
      this.deps.world.log.debug({ error: messageOf(error) }, 'memories are searched by words alone');
      return words;
    } finally {
      limit.abort();
    }
  }

  private async fresh(personId: string): Promise<HeldIndex> {
    const now = performance.now();
    const knownEntry = this.held.get(personId);
    if (knownEntry) {
      knownEntry.usedAt = now;
      if (now - knownEntry.checkedAt < FRESH_MS) {
        await knownEntry.reading;
        return knownEntry;
      }
    }
    const { space, version } = await readSpaceAndVersion(this.deps.database, personId);
    const isCurrent = knownEntry && knownEntry.space === space?.space && !knownEntry.index.isWorn;
    const entry = isCurrent ? knownEntry : this.begin(personId, space, now);
    entry.checkedAt = now;
    entry.reading = entry.reading.catch(() => {}).then(() => this.read(personId, entry, version));
    await entry.reading.catch((error: unknown) => {
      // The next one reads again: what failed was the database, and what was read of it stays.
      entry.checkedAt = Number.NEGATIVE_INFINITY;
      throw error;
    });
    this.limit(entry);
    return entry;
  }

  private begin(personId: string, space: Space | undefined, now: number): HeldIndex {
    const index = new PersonIndex(space?.dim ?? 1);
    const entry = {
      index,
      space: space?.space,
      checkedAt: now,
      usedAt: now,
      reading: Promise.resolve(),
      tried: new Set<string>(),
    };
    this.held.set(personId, entry);
    this.sweep();
    return entry;
  }

  private async read(personId: string, entry: HeldIndex, version: number): Promise<void> {
    const { index, space } = entry;
    if (index.version >= version) return;
    let after = { touched: index.version, id: '\uffff' };
    for (;;) {
      const rows = await readChangedSince(this.deps.database, personId, space, after, PAGE);
      for (const { state, ...row } of rows) {
        if (state === 'current' || state === 'past') index.put({ ...row, state });
        else index.delete(row.id);
      }
      const last = rows.at(-1);
      if (last) after = { touched: last.touched, id: last.id };
      if (rows.length < PAGE) break;
      // Reading on makes tens of MB of garbage, which V8 and the C library would keep room for.
      this.collect ??= youngCollector();
      this.collect();
    }
    index.version = Math.max(after.touched, version);
  }

  private limit(inUse: HeldIndex): void {
    const byUse = [...this.held].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    let bytes = byUse.reduce((sum, [, { index }]) => sum + index.bytes, 0);
    for (const [personId, entry] of byUse) {
      if (bytes <= MOST_BYTES) return;
      if (entry === inUse) continue;
      bytes -= entry.index.bytes;
      this.held.delete(personId);
    }
  }

  /** Looks for indexes that nobody uses; in real time, since it is memory of this machine that is given back. */
  private sweep(): void {
    if (this.sweeping) return;
    this.sweeping = setTimeout(() => {
      this.sweeping = undefined;
      for (const [personId, { usedAt }] of this.held) {
        if (performance.now() - usedAt >= IDLE_MS) this.held.delete(personId);
      }
      if (this.held.size > 0) this.sweep();
      // Later: until this function has ended, it may still refer to what was given up.
      else setImmediate(collectGarbage);
    }, IDLE_MS / 8);
    this.sweeping.unref();
  }
}
