import { roomFor } from '../../base/heap.ts';

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

  /** The text at `place` has `term`. Places come in ascending order. */
  add(term: string, place: number): void {
    if (this.pending >= Math.max(UNSORTED, this.places.length)) this.settle();
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
  of(term: string): Uint32Array {
    if (this.pending > UNSORTED) this.settle();
    const number = this.numbers[this.slotOf(hashOf(term))] as number;
    const sorted = number === 0 ? NOWHERE : this.sorted(number);
    const came: number[] = [];
    for (let at = 0; number > 0 && at < this.pending; at++) {
      if (this.pairs[at * 2] === number) came.push(this.pairs[at * 2 + 1] as number);
    }
    if (came.length === 0) return sorted;
    const all = new Uint32Array(sorted.length + came.length);
    all.set(sorted);
    all.set(came, sorted.length);
    return all;
  }

  private sorted(number: number): Uint32Array {
    return number < this.starts.length ? this.places.subarray(this.starts[number - 1], this.starts[number]) : NOWHERE;
  }

  /** Sorts what has come among the rest. */
  private settle(): void {
    const { pairs, pending } = this;
    const came = new Uint32Array(this.count + 1);
    for (let at = 0; at < pending; at++) increase(came, pairs[at * 2] as number);
    const total = this.places.length + pending;
    const places = new Uint32Array(new ArrayBuffer(roomFor(total * 4)), 0, total);
    const starts = new Uint32Array(this.count + 1);
    /** Next free position of each term. */
    const next = new Uint32Array(this.count + 1);
    for (let number = 1; number <= this.count; number++) {
      const sorted = this.sorted(number);
      const start = starts[number - 1] as number;
      places.set(sorted, start);
      next[number] = start + sorted.length;
      starts[number] = start + sorted.length + (came[number] as number);
    }
    for (let at = 0; at < pending; at++) {
      places[increase(next, pairs[at * 2] as number)] = pairs[at * 2 + 1] as number;
    }
    Object.assign(this, { starts, places, pairs: NOWHERE, pending: 0 });
  }

  private numberFor(hash: number): number {
    let slot = this.slotOf(hash);
    const known = this.numbers[slot] as number;
    if (known > 0) return known;
    if (this.count * 2 >= this.numbers.length) {
      this.grow();
      slot = this.slotOf(hash);
    }
    this.hashes[slot] = hash;
    this.numbers[slot] = ++this.count;
    return this.count;
  }

  /** Slot of a hash, or the free one for it. */
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

/** Counts one more; gives what was counted before. */
function increase(counts: Uint32Array, at: number): number {
  const before = counts[at] as number;
  counts[at] = before + 1;
  return before;
}

/** FNV-1a; it goes on from `seed`. */
export function hashOf(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
