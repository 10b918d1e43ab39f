import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazy, withTimeout } from '../base/async.ts';
import { BoundedMap } from '../base/bounded.ts';
import { messageOf } from '../base/errors.ts';
import { collectGarbage } from '../base/heap.ts';
import { lexemesOf, stemOf, wordsIn } from '../base/lexemes.ts';
import { packageRoot } from '../base/root.ts';
import type { World } from '../base/world.ts';
import type { Database } from '../storage/index.ts';
import { type Embedder, EmbedderFault } from './embedder.ts';
import { Matrix } from './matrix.ts';
import type { Space, Stampable } from './store.ts';
import * as store from './store.ts';

/** A text that is near a question; it is still the text that was compared only while its vector has this stamp. */
export interface NearText {
  id: string;
  stamp: number;
  /** -1 to 1. */
  similarity: number;
}

export interface NearDeps {
  database: Database;
  world: World;
  embedders: readonly Embedder[];
}

const PAGE = 1_000;
/** The matrices of all owners together hold so many bytes at most, but for the one that is in use. */
const MOST_BYTES = 32_000_000;
/** Bytes of one owner, so that two do not evict each other: of more vectors the newest are kept. */
const MOST_OF_ONE = MOST_BYTES / 2;
const VECTOR_BYTES = 120;
const IDLE_MS = 8 * 60_000;

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
  async search(owner: string, text: string, limit: number, patienceMs: number): Promise<NearText[]> {
    if (this.deps.embedders.length === 0 || text.trim() === '') return [];
    const patience = new AbortController();
    try {
      return (await withTimeout(patienceMs, this.findNear(owner, text, limit, patience.signal))) ?? [];
    } catch (error) {
      if (!(error instanceof EmbedderFault)) throw error;
      this.deps.world.log.debug({ error: messageOf(error) }, `${this.kind}s are searched by words alone`);
      return [];
    } finally {
      patience.abort();
    }
  }

  close(): void {
    clearTimeout(this.sweeping);
    this.held.clear();
  }

  private async findNear(owner: string, text: string, limit: number, signal: AbortSignal): Promise<NearText[]> {
    const own = await this.fresh(owner);
    const embedder = this.deps.embedders.find(({ id }) => id === own?.space.space);
    if (signal.aborted || !own || !embedder || own.size === 0) return [];
    return own.nearest(await vectorOf(embedder, text, signal), limit);
  }

  private async fresh(owner: string): Promise<OwnVectors | undefined> {
    const db = { query: this.deps.database.read.bind(this.deps.database) };
    const space = await store.currentSpace(db, this.kind);
    if (!space) return undefined;
    const heldVectors = this.held.get(owner);
    const own =
      heldVectors?.space.space === space.space && heldVectors.space.dim === space.dim && !heldVectors.isWorn
        ? heldVectors
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

interface Reader {
  /** The stamp behind which the last `most` came. */
  first(most: number): Promise<number>;
  page(stamp: number): Promise<store.StampedVector[]>;
}

/** An owner's vectors in this process. What has been deleted may still be among them: the caller looks it up. */
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
    return (rows > 1_000 && this.size < rows / 2) || rows > this.mostRows * 1.2;
  }

  get bytes(): number {
    return 80_000 + this.ids.length * (this.space.dim + VECTOR_BYTES);
  }

  get mostRows(): number {
    return Math.floor(MOST_OF_ONE / (this.space.dim + VECTOR_BYTES));
  }

  async readOn({ first, page }: Reader): Promise<void> {
    const reading = this.reading
      .catch(() => {})
      .then(async () => {
        this.stamp ??= await first(this.mostRows);
        for (;;) {
          const rows = await page(this.stamp);
          for (const each of rows) this.put(each);
          if (rows.length < PAGE) return;
        }
      });
    this.reading = reading;
    await reading;
  }

  private put({ id, stamp, vector }: store.StampedVector): void {
    const before = this.places.get(id);
    if (before !== undefined) this.matrix.set(before, undefined);
    const place = this.ids.push(id) - 1;
    this.stamps.push(stamp);
    this.places.set(id, place);
    this.matrix.set(place, vector);
    this.stamp = stamp;
  }

  nearest(vector: Float32Array, limit: number): NearText[] {
    const near = this.matrix.similarities(vector, this.ids.length);
    const best: NearText[] = [];
    for (let place = 0; place < near.length; place++) {
      const similarity = near[place] as number;
      if (Number.isNaN(similarity) || (best.length >= limit && similarity <= (best.at(-1) as NearText).similarity))
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

export interface Sought {
  terms: readonly string[];
  names?: readonly string[];
  synonyms?: ReadonlyMap<string, readonly string[]>;
  vector?: Float32Array | undefined;
}

const LONGEST_QUESTION = 1_000;
const LONGEST_SEARCHED = 4_000;

export function wordsOf(text: string): Sought {
  const words = text.slice(0, LONGEST_SEARCHED);
  const [terms, names] = [lexemesOf(words), namesIn(words)];
  const synonyms = new Map<string, string[]>();
  for (const word of wordsIn(words)) {
    const [term] = lexemesOf(word);
    if (term === undefined || names.includes(term) || synonyms.has(term)) continue;
    const others = new Set(synonymsOf(word).flatMap(lexemesOf));
    others.delete(term);
    if (others.size > 0) synonyms.set(term, [...others]);
  }
  return { terms, names, synonyms };
}

/** The vector of a question. Throws `EmbedderFault` as the embedder does. */
export async function vectorOf(embedder: Embedder, text: string, signal: AbortSignal): Promise<Float32Array> {
  const whole = text.slice(0, LONGEST_QUESTION);
  const bare = bareQuestion(whole);
  const [first, second] = await embedder.embed(bare === whole ? [whole] : [whole, bare], 'query', signal);
  return blendVectors(first as Float32Array, second);
}

// Ranking by words and by meaning: pure, so that a bench and a person's index use the same.

const BARE_WEIGHT = 0.3;
/**
 * Weight of words beside meaning, for a query that the best memory covers whole: 0.4 to 0.7 differ by less than one
 * question in a hundred. More of them helps questions in the words of the memory and harms those in others.
 */
const WORDS = 0.5;
/** Weight of a memory that has all names of the query: a name has no other word. */
export const NAMES = 0.1;
/**
 * Weight of a synonym of a word of the query, for a query of synonyms alone: 0.2 to 0.5 differ by less than one
 * question in a hundred.
 */
const SYNONYMS = 0.3;
/** A memory that has no vector yet is taken to be as near as its words say, times this. */
const NO_VECTOR = 0.35;

/**
 * Adds words to meaning, onto `added`. Their weight follows the share of the query that the best text covers, and more
 * than in proportion the share that each covers: a question in other words is left to its meaning.
 */
export function addWords(covered: Float32Array, added: Float32Array): void {
  let best = 0;
  for (const share of covered) if (share > best) best = share;
  for (let place = 0; place < covered.length; place++) {
    const share = covered[place] as number;
    if (share > 0) added[place] = (added[place] as number) + WORDS * best * share * Math.sqrt(share);
  }
}

/**
 * Adds synonyms to meaning, onto `added`: as much as words of the query would cover, of which a text has a synonym and
 * not the word itself. `weights`: of the words; `seen`: an array of zeros for each place.
 */
export function addSynonyms(
  synonyms: ReadonlyMap<string, readonly string[]>,
  weights: ReadonlyMap<string, number>,
  postings: (term: string) => ArrayLike<number>,
  { added, seen }: { added: Float32Array; seen: Float32Array },
): void {
  let turn = 0;
  for (const [term, others] of synonyms) {
    turn++;
    const weight = SYNONYMS * (weights.get(term) ?? 0);
    for (const [index, other] of [term, ...others].entries()) {
      const places = postings(other);
      for (let at = 0; at < places.length; at++) {
        const place = places[at] as number;
        if (seen[place] === turn) continue;
        seen[place] = turn;
        if (index > 0) added[place] = (added[place] as number) + weight;
      }
    }
  }
}

/** Adds meaning to what words and names add. `near`: the similarities, NaN where a text has no vector. */
export function addMeaning(covered: Float32Array, added: Float32Array, near: Float32Array): void {
  for (let place = 0; place < near.length; place++) {
    const similarity = near[place] as number;
    const meaning = Number.isNaN(similarity) ? NO_VECTOR * (covered[place] as number) : similarity;
    added[place] = (added[place] as number) + meaning;
  }
}

function blendVectors(whole: Float32Array, bare: Float32Array | undefined): Float32Array {
  return bare ? whole.map((value, at) => (value + BARE_WEIGHT * (bare[at] as number)) / (1 + BARE_WEIGHT)) : whole;
}

const ASKED =
  /^(?:(?:what|which|who|whom|whose|when|where|why|how)(?: (?:often|much|many|long|old|fast|far|large))?|is|are|was|were|does|do|did|has|have|will|can|should)\b ?/i;
const AUXILIARY = /^(?:did|does|do|is|are|was|were|has|have|will|can)\b ?/i;

/** A question without the words that only ask: "Where did Maya move?" → "Maya move". */
export function bareQuestion(text: string): string {
  const bare = text
    .trim()
    .replace(/(?<!\?)\?+$/, '')
    .replace(ASKED, '')
    .replace(AUXILIARY, '')
    .trim();
  return bare === '' ? text : bare;
}

/** The terms of the names in a query: words with a capital that do not begin it. */
function namesIn(text: string): string[] {
  return [...new Set(lexemesOf((text.match(/(?<=\s)\p{Lu}[\p{L}\p{M}\p{N}'’]*/gu) ?? []).join(' ')))];
}

// Synonyms: the groups of `assets/synonyms.txt`.

const groups = lazy(() => {
  const lines = readFileSync(join(packageRoot(), 'assets', 'synonyms.txt'), 'utf8').split('\n');
  const byForm = new Map<string, Set<readonly string[]>>();
  for (const line of lines) {
    if (line === '' || line.startsWith('#')) continue;
    const group = line.split(' ');
    for (const form of group.flatMap((word) => [word, stemOf(word)]))
      byForm.set(form, (byForm.get(form) ?? new Set()).add(group));
  }
  return byForm;
});

export function synonymsOf(word: string): string[] {
  const synonyms = [word, stemOf(word)].flatMap((form) => [...(groups().get(form) ?? [])]);
  return [...new Set(synonyms.flat())].filter((other) => other !== word);
}

const LONGEST_MS = 300;
const GIVEN_UP_MS = 30_000;
const MOST_KNOWN = 500;

/** Similarity in meaning of `text` to each of others; undefined where no embedder answers at once. Never throws. */
export type Likeness = (text: string, others: readonly string[]) => Promise<readonly number[] | undefined>;

/** The vectors of the others are kept: one that comes too late for a message is there for the next one. */
export function likenessBy(embedder: Embedder, longestMs = LONGEST_MS): Likeness {
  const vectorsByText = new BoundedMap<string, Float32Array>(MOST_KNOWN);
  let underway: Promise<void> | undefined;
  const learn = async (texts: readonly string[]): Promise<void> => {
    for (let at = 0; at < texts.length; at += embedder.maxBatch) {
      const some = texts.slice(at, at + embedder.maxBatch);
      const vectors = await embedder.embed(some, 'document', AbortSignal.timeout(GIVEN_UP_MS));
      for (const [index, one] of some.entries()) vectorsByText.set(one, vectors[index] as Float32Array);
    }
  };
  const compared = async (text: string, others: readonly string[]): Promise<readonly number[] | undefined> => {
    // The first time it may be the others of another message that are learnt.
    for (let times = 0; times < 2; times++) {
      const missing = others.filter((one) => !vectorsByText.has(one));
      if (missing.length === 0) break;
      underway ??= learn(missing).finally(() => {
        underway = undefined;
      });
      await underway;
    }
    const [own] = await embedder.embed([text], 'query', AbortSignal.timeout(GIVEN_UP_MS));
    const vectors = others.flatMap((one) => vectorsByText.get(one) ?? []);
    return own && vectors.length === others.length ? vectors.map((vector) => product(own, vector)) : undefined;
  };
  return (text, others) =>
    withTimeout(
      longestMs,
      compared(text, others).catch(() => undefined),
    );
}

function product(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
