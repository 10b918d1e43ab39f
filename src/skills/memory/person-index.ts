import { roomFor } from '../../base/heap.ts';
import { add, coverage, shares, top } from '../../base/lexemes.ts';
import { addMeaning, addSynonyms, addWords, Matrix, NAMES, Scratch, type Sought } from '../../vectors/index.ts';

/** At most so many pairs are looked through one by one; what is searched is sorted first. */
const UNSORTED = 4_000;

/**
 * The places of the texts that have each term, in arrays of numbers: an object for each term, of some thousands a person,
 * is what the collector of garbage would be busy with. Terms are told apart by 32 bits of a hash: of 20,000 terms another
 * one is taken for a term of a question once in 200,000 times, and ranks a text a little too high then.
 */
export class Postings {
  /** Open addressing: the hash of a term, and its number, from 1. */
  private hashes = new Uint32Array(64);
  private numbers = new Uint32Array(64);
  private count = 0;
  /** The places of the term numbered `n` stand from `starts[n - 1]` to `starts[n]`. */
  private starts = new Uint32Array(1);
  private places = new Uint32Array(0);
  /** Pairs that have come since: a term's number, a place. */
  private pairs = new Uint32Array(0);
  private pending = 0;

  add(term: string, place: number): void {
    if (this.pending >= Math.max(UNSORTED, this.places.length)) this.sortPending();
    if (this.pending * 2 === this.pairs.length) {
      const larger = new Uint32Array(roomFor(Math.max(512, this.pending * 16)) / 4);
      larger.set(this.pairs);
      this.pairs = larger;
    }
    this.pairs[this.pending * 2] = this.numberFor(hashOf(term));
    this.pairs[this.pending * 2 + 1] = place;
    this.pending++;
  }

  /** The places of the texts that have `term`. It holds until the next call of `add`. */
  placesOf(term: string): Uint32Array {
    if (this.pending > UNSORTED) this.sortPending();
    const number = this.numbers[this.slotOf(hashOf(term))] as number;
    const sorted = number === 0 ? NOWHERE : this.sortedPlaces(number);
    const pendingPlaces: number[] = [];
    for (let at = 0; number > 0 && at < this.pending; at++) {
      if (this.pairs[at * 2] === number) pendingPlaces.push(this.pairs[at * 2 + 1] as number);
    }
    if (pendingPlaces.length === 0) return sorted;
    const all = new Uint32Array(sorted.length + pendingPlaces.length);
    all.set(sorted);
    all.set(pendingPlaces, sorted.length);
    return all;
  }

  private sortedPlaces(number: number): Uint32Array {
    return number < this.starts.length ? this.places.subarray(this.starts[number - 1], this.starts[number]) : NOWHERE;
  }

  private sortPending(): void {
    const { pairs, pending } = this;
    const counts = new Uint32Array(this.count + 1);
    for (let at = 0; at < pending; at++) increase(counts, pairs[at * 2] as number);
    const total = this.places.length + pending;
    const places = new Uint32Array(new ArrayBuffer(roomFor(total * 4)), 0, total);
    const starts = new Uint32Array(this.count + 1);
    const next = new Uint32Array(this.count + 1);
    for (let number = 1; number <= this.count; number++) {
      const sorted = this.sortedPlaces(number);
      const start = starts[number - 1] as number;
      places.set(sorted, start);
      next[number] = start + sorted.length;
      starts[number] = start + sorted.length + (counts[number] as number);
    }
    for (let at = 0; at < pending; at++) {
      places[increase(next, pairs[at * 2] as number)] = pairs[at * 2 + 1] as number;
    }
    Object.assign(this, { starts, places, pairs: NOWHERE, pending: 0 });
  }

  private numberFor(hash: number): number {
    let slot = this.slotOf(hash);
    const slotNumber = this.numbers[slot] as number;
    if (slotNumber > 0) return slotNumber;
    if (this.count * 2 >= this.numbers.length) {
      this.grow();
      slot = this.slotOf(hash);
    }
    this.hashes[slot] = hash;
    this.numbers[slot] = ++this.count;
    return this.count;
  }

  private slotOf(hash: number): number {
    const mask = this.numbers.length - 1;
    let slot = hash & mask;
    while (this.numbers[slot] !== 0 && this.hashes[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { hashes, numbers } = this;
    this.hashes = new Uint32Array(hashes.length * 2);
    this.numbers = new Uint32Array(hashes.length * 2);
    for (const [at, number] of numbers.entries()) {
      if (number === 0) continue;
      const slot = this.slotOf(hashes[at] as number);
      this.hashes[slot] = hashes[at] as number;
      this.numbers[slot] = number;
    }
  }
}

const NOWHERE = new Uint32Array(0);

function increase(counts: Uint32Array, at: number): number {
  const before = counts[at] as number;
  counts[at] = before + 1;
  return before;
}

/** FNV-1a; it goes on from `seed`. */
function hashOf(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

export interface IndexedMemory {
  id: string;
  type: string;
  tags: readonly string[];
  terms: readonly string[];
  /**
   * Its time: the day on which it happened (its beginning in UTC), else the instant at which it was said. Milliseconds.
   */
  at: number;
  isDay: boolean;
  /** True if it is found at all, and whether a newer one says otherwise. */
  state: 'current' | 'past';
  vector: Uint8Array | undefined;
}

/** A bound of what is searched, in milliseconds: for what has a day only, and for instants, whose day depends on a zone. */
export interface TimeBound {
  day: number;
  instant: number;
}

export interface Filter {
  type?: string | undefined;
  tag?: string | undefined;
  since?: TimeBound | undefined;
  before?: TimeBound | undefined;
  past?: boolean | undefined;
}

/** Places that are looked at for memories without a vector: what was saved just now stands in the last ones. */
const LATELY = 64;

/** Bytes of an entry with its postings, and of what an index takes in any case. */
const ENTRY_BYTES = 200;
const INDEX_BYTES = 80_000;

/** A person's memories in this process: words by postings, vectors in one matrix. It is told of every memory there is. */
export class PersonIndex {
  private readonly places = new Map<string, number>();
  private readonly postings = new Postings();
  private readonly matrix: Matrix;
  private readonly scratch = new Scratch();
  // Facts about each place stand in columns: an object for each would take more than its vector.
  private readonly ids: (string | undefined)[] = [];
  private readonly tags = new Map<number, readonly string[]>();
  private readonly types: string[] = [];
  private typeOf = new Uint8Array(0);
  private isPast = new Uint8Array(0);
  private at = new Float64Array(0);
  private isDay = new Uint8Array(0);
  private hashes = new Int32Array(0);
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
    return this.ids.length > 1_000 && this.size < this.ids.length / 2;
  }

  get bytes(): number {
    return INDEX_BYTES + this.ids.length * (this.matrix.dim + ENTRY_BYTES);
  }

  put({ id, terms, vector, tags, type, at, isDay, state }: IndexedMemory): void {
    const hash = hashOfAll(terms);
    let place = this.places.get(id);
    // Postings are not taken back: what has other words now stands in a new place.
    if (place !== undefined && this.hashes[place] !== hash) {
      this.delete(id);
      place = undefined;
    }
    if (place === undefined) {
      place = this.ids.push(id) - 1;
      this.reserve(place + 1);
      for (const term of new Set(terms)) this.postings.add(term, place);
      this.places.set(id, place);
      this.hashes[place] = hash;
    }
    this.typeOf[place] = this.numberOf(type);
    this.at[place] = at;
    this.isDay[place] = isDay ? 1 : 0;
    this.isPast[place] = state === 'past' ? 1 : 0;
    if (tags.length > 0) this.tags.set(place, tags);
    else this.tags.delete(place);
    this.matrix.set(place, vector);
  }

  /** Ids of memories without a vector among the last that came; undefined where more than `most` have none. */
  listUnembedded(most: number): string[] | undefined {
    const ids: string[] = [];
    for (let place = this.ids.length - 1; place >= Math.max(0, this.ids.length - LATELY); place--) {
      const id = this.ids[place];
      if (id === undefined || this.matrix.has(place)) continue;
      if (ids.length === most) return undefined;
      ids.push(id);
    }
    return ids;
  }

  setVector(id: string, vector: Uint8Array): void {
    const place = this.places.get(id);
    if (place !== undefined) this.matrix.set(place, vector);
  }

  delete(id: string): void {
    const place = this.places.get(id);
    if (place === undefined) return;
    this.ids[place] = undefined;
    this.places.delete(id);
    this.tags.delete(place);
    this.matrix.set(place, undefined);
  }

  /** The ids of all memories that the filter admits, the last changed last; undefined where they are more than `most`. */
  listAll(filter: Filter, most: number): string[] | undefined {
    const type = this.typeNumber(filter);
    const ids: string[] = [];
    for (const [place, id] of this.ids.entries()) {
      if (id === undefined || !this.admits(place, filter, type)) continue;
      if (ids.length === most) return undefined;
      ids.push(id);
    }
    return ids;
  }

  search(
    { terms, names = [], synonyms, vector }: Sought,
    filter: Filter,
    limit: number,
  ): { id: string; score: number }[] {
    const places = this.ids.length;
    const postingOf = (term: string) => this.postings.placesOf(term);
    const size = Math.max(this.size, 1);
    const covered = coverage(terms, size, this.scratch.zeros('covered', places), postingOf);
    if (this.size < places) for (const [place, id] of this.ids.entries()) if (id === undefined) covered[place] = 0;
    let scores = covered;
    if (vector) {
      scores = this.scratch.zeros('scores', places);
      for (const name of names) add(scores, postingOf(name), NAMES / names.length);
      addWords(covered, scores);
      if (synonyms)
        addSynonyms(synonyms, shares(terms, size, postingOf), postingOf, {
          added: scores,
          seen: this.scratch.zeros('seen', places),
        });
      addMeaning(covered, scores, this.matrix.similarities(vector, places, scores));
    }
    const type = this.typeNumber(filter);
    const bestPlaces = top(scores, limit, (place) => this.admits(place, filter, type));
    return bestPlaces.map((place) => ({ id: this.ids[place] as string, score: scores[place] as number }));
  }

  private admits(place: number, { tag, since, before, past }: Filter, type: number | undefined): boolean {
    const at = this.at[place] as number;
    const kind = this.isDay[place] === 1 ? 'day' : 'instant';
    return (
      this.ids[place] !== undefined &&
      (past === true || this.isPast[place] === 0) &&
      (type === undefined || this.typeOf[place] === type) &&
      (tag === undefined || (this.tags.get(place)?.includes(tag) ?? false)) &&
      (since === undefined || at >= since[kind]) &&
      (before === undefined || at < before[kind])
    );
  }

  private typeNumber({ type }: Filter): number | undefined {
    return type === undefined ? undefined : this.types.indexOf(type);
  }

  private numberOf(type: string): number {
    const position = this.types.indexOf(type);
    return position >= 0 ? position : this.types.push(type) - 1;
  }

  private reserve(places: number): void {
    if (places <= this.at.length) return;
    const size = Math.ceil(places * 1.2) + 16;
    const [typeOf, isPast, isDay] = [new Uint8Array(size), new Uint8Array(size), new Uint8Array(size)];
    const [at, hashes] = [new Float64Array(size), new Int32Array(size)];
    typeOf.set(this.typeOf);
    isPast.set(this.isPast);
    isDay.set(this.isDay);
    at.set(this.at);
    hashes.set(this.hashes);
    Object.assign(this, { typeOf, isPast, isDay, at, hashes });
  }
}

const hashOfAll = (terms: readonly string[]): number =>
  terms.reduce((hash, term) => hashOf(' ', hashOf(term, hash)), hashOf('')) | 0;
