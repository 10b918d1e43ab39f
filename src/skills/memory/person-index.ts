import { add, coverage, shares, top } from '../../base/relevance.ts';
import { addMeaning, addSynonyms, addWords, Matrix, NAMES, Scratch, type Sought } from '../../vectors/index.ts';
import { hashOf, Postings } from './postings.ts';

/** Indexed fields of a memory. */
export interface Indexed {
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
export interface Bound {
  day: number;
  instant: number;
}

export interface Filter {
  type?: string | undefined;
  tag?: string | undefined;
  since?: Bound | undefined;
  /** Exclusive upper bound. */
  before?: Bound | undefined;
  /** Also what a newer memory says otherwise. */
  past?: boolean | undefined;
}

/** Bytes of an entry with its postings, and of what an index takes in any case. */
const ENTRY_BYTES = 200;
const INDEX_BYTES = 80_000;

/** One person's memories in this process: words by postings, vectors in one matrix. It is told of every memory there is. */
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
  /** Of its terms: whether they have changed. */
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

  /** About what it holds, in bytes. */
  get bytes(): number {
    return INDEX_BYTES + this.ids.length * (this.matrix.dim + ENTRY_BYTES);
  }

  /** Adds a memory or what has changed of it. */
  put({ id, terms, vector, tags, type, at, isDay, state }: Indexed): void {
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

  delete(id: string): void {
    const place = this.places.get(id);
    if (place === undefined) return;
    this.ids[place] = undefined;
    this.places.delete(id);
    this.tags.delete(place);
    this.matrix.set(place, undefined);
  }

  /** The ids of the nearest memories that the filter admits, best first, with their scores. */
  search(
    { terms, names = [], synonyms, vector }: Sought,
    filter: Filter,
    limit: number,
  ): { id: string; score: number }[] {
    const places = this.ids.length;
    const postingOf = (term: string) => this.postings.of(term);
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
    const type = filter.type === undefined ? undefined : this.types.indexOf(filter.type);
    const found = top(scores, limit, (place) => this.admits(place, filter, type));
    return found.map((place) => ({ id: this.ids[place] as string, score: scores[place] as number }));
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

  private numberOf(type: string): number {
    const known = this.types.indexOf(type);
    return known >= 0 ? known : this.types.push(type) - 1;
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

/** Tells lists of terms apart. */
const hashOfAll = (terms: readonly string[]): number =>
  terms.reduce((hash, term) => hashOf(' ', hashOf(term, hash)), hashOf('')) | 0;
