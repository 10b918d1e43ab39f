import { coverage, fuse, top } from './rank.ts';
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
  vector?: Float32Array | undefined;
}

type Entry = Omit<Indexed, 'terms' | 'vector'>;

/** One person's memories in this process: words by postings, vectors in one matrix. Of every memory that is there it is told. */
export class PersonIndex {
  private entries: (Entry | undefined)[] = [];
  private readonly places = new Map<string, number>();
  private readonly postings = new Map<string, number[]>();
  private readonly terms: (readonly string[])[] = [];
  private readonly matrix: Matrix;
  /** Up to which change of the person's memories it is told. */
  version = 0;

  constructor(dim: number) {
    this.matrix = new Matrix(dim, 0);
  }

  get size(): number {
    return this.places.size;
  }

  /** About what it holds, in bytes. */
  get bytes(): number {
    return this.entries.length * (this.matrix.dim + 300);
  }

  /** Adds a memory or what has changed of it. */
  put({ terms, vector, ...entry }: Indexed): void {
    const known = this.places.get(entry.id);
    const place = known ?? this.entries.length;
    if (known !== undefined && String(this.terms[known]) !== String(terms)) this.unpost(known);
    if (known === undefined || String(this.terms[known]) !== String(terms)) this.post(place, terms);
    this.entries[place] = entry;
    this.places.set(entry.id, place);
    this.matrix.set(place, vector);
  }

  delete(id: string): void {
    const place = this.places.get(id);
    if (place === undefined) return;
    this.unpost(place);
    this.entries[place] = undefined;
    this.places.delete(id);
    this.matrix.set(place, undefined);
  }

  /** The ids of the nearest memories that the filter admits, best first, with their scores. */
  search({ terms, vector }: Sought, filter: Filter, limit: number): { id: string; score: number }[] {
    const places = this.entries.length;
    const covered = coverage(terms, Math.max(this.size, 1), places, (term) => this.postings.get(term));
    const near = vector && this.matrix.similarities(vector, places);
    const scores = fuse(covered, near);
    const found = top(scores, limit, (place) => admits(this.entries[place], filter));
    return found.map((place) => ({ id: this.entries[place]?.id as string, score: scores[place] as number }));
  }

  private post(place: number, terms: readonly string[]): void {
    this.terms[place] = terms;
    for (const term of new Set(terms)) {
      const places = this.postings.get(term);
      if (places) places.push(place);
      else this.postings.set(term, [place]);
    }
  }

  private unpost(place: number): void {
    for (const term of new Set(this.terms[place] ?? [])) {
      const left = (this.postings.get(term) ?? []).filter((each) => each !== place);
      if (left.length === 0) this.postings.delete(term);
      else this.postings.set(term, left);
    }
    this.terms[place] = [];
  }
}

function admits(entry: Entry | undefined, { type, tag, since, until, past }: Filter): boolean {
  return (
    entry !== undefined &&
    (past === true || entry.state === 'current') &&
    (type === undefined || entry.type === type) &&
    (tag === undefined || entry.tags.includes(tag)) &&
    (since === undefined || entry.at >= since) &&
    (until === undefined || entry.at <= until)
  );
}
