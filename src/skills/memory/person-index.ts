import { coverage, fuse, share, top, wordsAdd } from './rank.ts';
import { Matrix } from './vector.ts';

/** What the index knows of a memory. */
export interface Indexed {
  id: string;
  type: string;
  tags: readonly string[];
  terms: readonly string[];
  /** The day that it speaks of, in milliseconds: when it happened, else when it was said. */
  at: number;
  /** Whether it is found at all, and whether a newer one says otherwise. */
  state: 'current' | 'past';
  vector: Uint8Array | undefined;
}

export interface Filter {
  type?: string | undefined;
  tag?: string | undefined;
  since?: number | undefined;
  until?: number | undefined;
  /** Also what a newer memory says otherwise. */
  past?: boolean | undefined;
}

export interface Sought {
  terms: readonly string[];
  /** Those of the terms that are names. */
  names?: readonly string[];
  vector?: Float32Array | undefined;
}

/** What is kept of a memory beside its words and its vector. */
interface Entry {
  id: string;
  type: string;
  tags: readonly string[];
  at: number;
  isPast: boolean;
  /** Of its terms: whether they have changed. */
  terms: number;
}

const NO_TAGS: readonly string[] = [];
/** Bytes of an entry with its postings, and of what an index takes in any case. */
const ENTRY_BYTES = 250;
const INDEX_BYTES = 80_000;

/** One person's memories in this process: words by postings, vectors in one matrix. It is told of every memory there is. */
export class PersonIndex {
  private readonly entries: (Entry | undefined)[] = [];
  private readonly places = new Map<string, number>();
  private readonly postings = new Map<string, Posting>();
  private readonly matrix: Matrix;
  /** Up to which change of the person's memories it is told. */
  version = 0;

  constructor(dim: number) {
    this.matrix = new Matrix(dim);
  }

  get size(): number {
    return this.places.size;
  }

  /** Half of it is what has been deleted or changed: a new one would be smaller. */
  get isWorn(): boolean {
    return this.entries.length > 1_000 && this.size < this.entries.length / 2;
  }

  /** About what it holds, in bytes. */
  get bytes(): number {
    return INDEX_BYTES + this.entries.length * (this.matrix.dim + ENTRY_BYTES);
  }

  /** Adds a memory or what has changed of it. */
  put({ terms, vector, tags, state, ...entry }: Indexed): void {
    const hash = hashOf(terms);
    let place = this.places.get(entry.id);
    // Postings are not taken back: what has other words now stands in a new place.
    if (place !== undefined && this.entries[place]?.terms !== hash) {
      this.delete(entry.id);
      place = undefined;
    }
    if (place === undefined) {
      place = this.entries.length;
      for (const term of new Set(terms)) this.post(term, place);
      this.places.set(entry.id, place);
    }
    const shared = tags.length === 0 ? NO_TAGS : tags;
    this.entries[place] = { ...entry, tags: shared, isPast: state === 'past', terms: hash };
    this.matrix.set(place, vector);
  }

  delete(id: string): void {
    const place = this.places.get(id);
    if (place === undefined) return;
    this.entries[place] = undefined;
    this.places.delete(id);
    this.matrix.set(place, undefined);
  }

  /** The ids of the nearest memories that the filter admits, best first, with their scores. */
  search({ terms, names = [], vector }: Sought, filter: Filter, limit: number): { id: string; score: number }[] {
    const places = this.entries.length;
    const postingOf = (term: string) => this.postings.get(term)?.places;
    const covered = coverage(terms, Math.max(this.size, 1), places, postingOf);
    if (this.size < places) for (const [place, entry] of this.entries.entries()) if (!entry) covered[place] = 0;
    const scores = vector ? this.fused(covered, share(names, places, postingOf), vector) : covered;
    const found = top(scores, limit, (place) => admits(this.entries[place], filter));
    return found.map((place) => ({ id: this.entries[place]?.id as string, score: scores[place] as number }));
  }

  private fused(covered: Float32Array, named: Float32Array | undefined, vector: Float32Array): Float32Array {
    const added = wordsAdd(covered, named);
    return fuse(covered, added, this.matrix.similarities(vector, covered.length, added));
  }

  private post(term: string, place: number): void {
    const posting = this.postings.get(term);
    if (posting) posting.add(place);
    else this.postings.set(term, new Posting(place));
  }
}

/** The places of the texts that have a term, in four bytes each. */
class Posting {
  private all: Uint32Array;
  private count = 1;

  constructor(first: number) {
    this.all = Uint32Array.of(first);
  }

  get places(): Uint32Array {
    return this.all.subarray(0, this.count);
  }

  add(place: number): void {
    if (this.count === this.all.length) {
      const larger = new Uint32Array(Math.ceil(this.count * 1.5) + 1);
      larger.set(this.all);
      this.all = larger;
    }
    this.all[this.count++] = place;
  }
}

/** Tells lists of terms apart (FNV-1a). */
function hashOf(terms: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const term of terms) {
    for (let at = 0; at < term.length; at++) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 0x20, 0x01000193);
  }
  return hash;
}

function admits(entry: Entry | undefined, { type, tag, since, until, past }: Filter): boolean {
  return (
    entry !== undefined &&
    (past === true || !entry.isPast) &&
    (type === undefined || entry.type === type) &&
    (tag === undefined || entry.tags.includes(tag)) &&
    (since === undefined || entry.at >= since) &&
    (until === undefined || entry.at <= until)
  );
}
