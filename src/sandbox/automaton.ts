/** Finds all of many texts in one pass over bytes (Aho–Corasick). */

export const ROOT = 0;

/**
 * A trie of all texts; a state is a beginning that some of them share. From a state that does not go on with a byte its
 * fallback does: the longest beginning that is an end of it. Each byte makes the beginning longer by one at most, so the
 * fallbacks taken are never more than the bytes read.
 */
export class Automaton {
  /** Per state: number of bytes at its end with which a longer text begins. */
  readonly open: Uint32Array;
  /** Per state: length in bytes of the longest text that ends there; 0: none. */
  readonly longest: Uint32Array;
  readonly deepest: number;
  looked = 0;
  states = 1;
  private readonly first = new Uint32Array(256);
  private readonly byte: Uint8Array;
  private readonly depth: Uint32Array;
  private readonly child: Uint32Array;
  private readonly sibling: Uint32Array;
  private readonly fallback: Uint32Array;

  /** Bytes in latin1, none empty. */
  constructor(texts: Iterable<string>) {
    const all = [...new Set(texts)].map((text) => Buffer.from(text, 'latin1'));
    const most = all.reduce((sum, { length }) => sum + length, 1);
    this.byte = new Uint8Array(most);
    this.open = new Uint32Array(most);
    this.depth = new Uint32Array(most);
    this.longest = new Uint32Array(most);
    this.child = new Uint32Array(most);
    this.sibling = new Uint32Array(most);
    this.fallback = new Uint32Array(most);
    for (const text of all) this.add(text);
    this.deepest = Math.max(0, ...all.map(({ length }) => length));
    this.link();
  }

  next(state: number, byte: number): number {
    for (let from = state; from !== ROOT; from = this.fallback[from] as number) {
      const to = this.go(from, byte);
      if (to !== ROOT) return to;
    }
    this.looked++;
    return this.first[byte] as number;
  }

  private go(from: number, byte: number): number {
    let to = this.child[from] as number;
    this.looked++;
    while (to !== ROOT && this.byte[to] !== byte) {
      to = this.sibling[to] as number;
      this.looked++;
    }
    return to;
  }

  private add(text: Uint8Array): void {
    let state = ROOT;
    for (const byte of text) {
      const to = state === ROOT ? (this.first[byte] as number) : this.go(state, byte);
      state = to === ROOT ? this.append(state, byte) : to;
    }
    this.longest[state] = text.length;
  }

  private append(parent: number, byte: number): number {
    const state = this.states++;
    this.byte[state] = byte;
    this.depth[state] = (this.depth[parent] as number) + 1;
    if (parent === ROOT) this.first[byte] = state;
    else {
      this.sibling[state] = this.child[parent] as number;
      this.child[parent] = state;
    }
    return state;
  }

  /** A fallback is nearer to the root than its state: so states are gone through by their depth. */
  private link(): void {
    const queue = new Uint32Array(this.states);
    let end = 0;
    for (const state of this.first) if (state !== ROOT) queue[end++] = state;
    for (let at = 0; at < end; at++) {
      const state = queue[at] as number;
      const fallback = this.fallback[state] as number;
      this.longest[state] ||= this.longest[fallback] as number;
      this.open[state] = (this.child[state] === ROOT ? this.open[fallback] : this.depth[state]) as number;
      for (let to = this.child[state] as number; to !== ROOT; to = this.sibling[to] as number) {
        this.fallback[to] = this.next(fallback, this.byte[to] as number);
        queue[end++] = to;
      }
    }
  }
}
