/** Vectors as they are stored and compared: a factor and one signed byte for each dimension. */
import { roomFor } from '../base/heap.ts';

const FACTOR_BYTES = 4;
/**
 * Above so many rows (80 ms for 100,000 of 512) the first `ROUGH_DIM` dimensions decide which are compared whole: about
 * `EXACT`.
 */
const LARGE = 20_000;
const ROUGH_DIM = 128;
const EXACT = 4_000;
const BLOCK = 128;
/**
 * Rows that stand in small blocks. More rows stand in blocks so large that they return to the system whole; of many
 * small ones most of the memory would stay.
 */
const SMALL_ROWS = 64 * BLOCK;
const LARGE_BLOCK_BYTES = roomFor(2 * 2 ** 20);
/** Weight of the origin in the centre, in rows: of a few vectors their mean says little. */
const PRIOR = 20;
/** Share of changed rows from which on the centre is worked out anew. */
const DRIFT = 0.1;

export function packVector(vector: Float32Array): Uint8Array {
  const { bytes, factor } = quantize(vector);
  const packed = new Uint8Array(FACTOR_BYTES + vector.length);
  new DataView(packed.buffer).setFloat32(0, factor, true);
  packed.set(new Uint8Array(bytes.buffer), FACTOR_BYTES);
  return packed;
}

function quantize(vector: Float32Array): { bytes: Int8Array; factor: number } {
  let most = 0;
  for (const value of vector) most = Math.max(most, Math.abs(value));
  const factor = most === 0 ? 1 : most / 127;
  return { bytes: Int8Array.from(vector, (value) => Math.round(value / factor)), factor };
}

/** An embedder's answer at length 1; undefined where it cannot be used: of another size, not finite, or all zero. */
export function unit(vector: ArrayLike<number>, dim: number): Float32Array | undefined {
  if (vector.length !== dim) return undefined;
  let sum = 0;
  for (let at = 0; at < dim; at++) sum += (vector[at] as number) ** 2;
  if (!Number.isFinite(sum) || sum === 0) return undefined;
  const length = Math.sqrt(sum);
  return Float32Array.from(vector, (value) => value / length);
}

/** Arrays that each search fills anew: those of large indexes would be garbage of some MB each time. */
export class Scratch {
  private readonly arrays = new Map<string, Float32Array>();

  zeros(name: string, size: number): Float32Array {
    let array = this.arrays.get(name);
    if (!array || array.length < size) {
      array = new Float32Array(Math.ceil(size * 1.2));
      this.arrays.set(name, array);
    }
    return array.subarray(0, size).fill(0);
  }
}

interface Block {
  first: number;
  bytes: Int8Array;
  /** Factors of the bytes; 0: the row is empty. */
  factors: Float32Array;
  nearness: Float32Array;
}

interface QueryVector {
  bytes: Int8Array;
  factor: number;
  vector: Float32Array;
  dim: number;
}

/**
 * A matrix of packed vectors that grows. Rows may be empty. Vectors are compared as seen from their common centre: what
 * all of a person's memories share does not tell which one is meant.
 */
export class Matrix {
  readonly dim: number;
  private readonly large: number;
  private readonly exact: number;
  private readonly roughDim: number;
  private blocks: Block[] = [];
  private blockRows = BLOCK;
  private readonly scratch = new Scratch();
  private readonly sum: Float64Array;
  private count = 0;
  private centre: Float32Array;
  private drifted = 0;
  /** The first `roughDim` bytes of each row, side by side: one in the cache for each row of bytes is slow where rows are many. */
  private heads: Int8Array | undefined;

  constructor(dim: number, { large = LARGE, exact = EXACT, roughDim = ROUGH_DIM } = {}) {
    this.dim = dim;
    this.large = large;
    this.exact = exact;
    this.roughDim = roughDim;
    this.sum = new Float64Array(dim);
    this.centre = new Float32Array(dim);
  }

  has(row: number): boolean {
    const [block, at] = this.blockOf(row);
    return block.factors[at] !== 0;
  }

  set(row: number, packed: Uint8Array | undefined): void {
    const [block, at] = this.blockOf(row);
    const fits = packed !== undefined && packed.length === FACTOR_BYTES + this.dim;
    this.heads = undefined;
    if (block.factors[at] !== 0) this.add(block, at, -1);
    block.factors[at] = fits ? new DataView(packed.buffer, packed.byteOffset).getFloat32(0, true) : 0;
    if (!fits) return;
    block.bytes.set(new Int8Array(packed.buffer, packed.byteOffset + FACTOR_BYTES, this.dim), at * this.dim);
    this.add(block, at, 1);
    // Otherwise the next search works it out with the new centre.
    if (!this.isDrifted) block.nearness[at] = this.nearnessOf(block, at);
  }

  /**
   * Similarity of each of `rows` rows to a vector, -1 to 1; NaN where a row is empty. It holds until the next call. In
   * a large matrix, rows that a part of their dimensions, plus `besides`, puts far from the best get that part's
   * estimate.
   */
  similarities(vector: Float32Array, rows: number, besides?: Float32Array): Float32Array {
    if (this.isDrifted) this.recentre();
    const query = unit(
      vector.map((value, at) => value - (this.centre[at] as number)),
      this.dim,
    );
    const out = this.scratch.zeros('near', rows).fill(Number.NaN);
    if (!query) return out;
    const { bytes, factor } = quantize(query);
    const compared = { bytes, factor, vector: query, dim: this.dim };
    const isLarge = rows > this.large && this.dim > this.roughDim;
    if (!isLarge) {
      this.rate(compared, out);
      return out;
    }
    this.rateRoughly({ ...compared, dim: this.roughDim }, out);
    const rough = this.scratch.zeros('rough', rows);
    for (let row = 0; row < rows; row++) rough[row] = (out[row] as number) + (besides?.[row] ?? 0);
    this.rate(compared, out, { rough, least: lowest(rough, this.exact) });
    return out;
  }

  distance(vector: Float32Array): number {
    if (this.isDrifted) this.recentre();
    let squares = 0;
    for (let dim = 0; dim < this.dim; dim++) squares += ((vector[dim] as number) - (this.centre[dim] as number)) ** 2;
    return Math.sqrt(squares);
  }

  private rate(
    { bytes, factor, vector, dim }: QueryVector,
    out: Float32Array,
    only?: { rough: Float32Array; least: number },
  ): void {
    const offset = dot(this.centre, vector, dim);
    const scale = this.dim / dim;
    for (const { first, bytes: own, factors, nearness } of this.blocks) {
      const size = Math.min(factors.length, out.length - first);
      for (let at = 0; at < size; at++) {
        if (factors[at] === 0 || (only && !((only.rough[first + at] as number) >= only.least))) continue;
        const product = productOf(own, at * this.dim, bytes, dim) * (factors[at] as number) * factor;
        out[first + at] = (product - offset) * (nearness[at] as number) * scale;
      }
    }
  }

  private rateRoughly({ bytes, factor, vector, dim }: QueryVector, out: Float32Array): void {
    this.heads ??= this.headsOf(dim);
    const offset = dot(this.centre, vector, dim);
    const scale = this.dim / dim;
    for (const { first, factors, nearness } of this.blocks) {
      const size = Math.min(factors.length, out.length - first);
      for (let at = 0; at < size; at++) {
        const own = factors[at] as number;
        if (own === 0) continue;
        const product = productOf(this.heads, (first + at) * dim, bytes, dim) * own * factor;
        out[first + at] = (product - offset) * (nearness[at] as number) * scale;
      }
    }
  }

  private headsOf(dim: number): Int8Array {
    const last = this.blocks.at(-1);
    const heads = new Int8Array(last ? (last.first + last.factors.length) * dim : 0);
    for (const { first, bytes, factors } of this.blocks) {
      for (let at = 0; at < factors.length; at++)
        heads.set(bytes.subarray(at * this.dim, at * this.dim + dim), (first + at) * dim);
    }
    return heads;
  }

  private blockOf(row: number): [Block, number] {
    if (row >= SMALL_ROWS && this.blockRows === BLOCK) this.enlarge();
    const wanted = Math.floor(row / this.blockRows);
    while (this.blocks.length <= wanted) this.blocks.push(this.block(this.blocks.length * this.blockRows));
    return [this.blocks[wanted] as Block, row % this.blockRows];
  }

  private get rowBytes(): number {
    return this.dim + 8;
  }

  private block(first: number): Block {
    const rows = this.blockRows;
    const room = new ArrayBuffer(rows * this.rowBytes);
    const [factors, nearness] = [new Float32Array(room, 0, rows), new Float32Array(room, rows * 4, rows)];
    return { first, factors, nearness, bytes: new Int8Array(room, rows * 8) };
  }

  private enlarge(): void {
    this.blockRows = Math.max(SMALL_ROWS, Math.ceil(LARGE_BLOCK_BYTES / this.rowBytes));
    const large = this.block(0);
    for (const { first, bytes, factors, nearness } of this.blocks) {
      large.bytes.set(bytes, first * this.dim);
      large.factors.set(factors, first);
      large.nearness.set(nearness, first);
    }
    this.blocks = [large];
  }

  private add({ bytes, factors }: Block, at: number, sign: 1 | -1): void {
    const factor = sign * (factors[at] as number);
    for (let dim = 0, from = at * this.dim; dim < this.dim; dim++, from++) {
      this.sum[dim] = (this.sum[dim] as number) + factor * (bytes[from] as number);
    }
    this.count += sign;
    this.drifted++;
  }

  private get isDrifted(): boolean {
    return this.drifted > this.count * DRIFT;
  }

  private recentre(): void {
    this.centre = Float32Array.from(this.sum, (value) => value / (this.count + PRIOR));
    this.drifted = 0;
    for (const block of this.blocks) {
      for (let at = 0; at < block.factors.length; at++) {
        if (block.factors[at] !== 0) block.nearness[at] = this.nearnessOf(block, at);
      }
    }
  }

  private nearnessOf({ bytes, factors }: Block, at: number): number {
    const factor = factors[at] as number;
    let squares = 0;
    for (let dim = 0, from = at * this.dim; dim < this.dim; dim++, from++) {
      squares += ((bytes[from] as number) * factor - (this.centre[dim] as number)) ** 2;
    }
    return squares === 0 ? 0 : 1 / Math.sqrt(squares);
  }
}

function dot(a: Float32Array, b: Float32Array, dim: number): number {
  let sum = 0;
  for (let at = 0; at < dim; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

function productOf(bytes: Int8Array, from: number, query: Int8Array, dim: number): number {
  let [a, b] = [0, 0];
  for (let at = 0, own = from; at < dim; at += 2, own += 2) {
    a = (a + Math.imul(bytes[own] as number, query[at] as number)) | 0;
    b = (b + Math.imul(bytes[own + 1] as number, query[at + 1] as number)) | 0;
  }
  return a + b;
}

function lowest(scores: Float32Array, count: number): number {
  const bins = new Uint32Array(512);
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] as number;
    if (Number.isNaN(score)) continue;
    const bin = Math.min(511, Math.max(0, Math.floor((score + 1) * 170)));
    bins[bin] = (bins[bin] as number) + 1;
  }
  let bin = 511;
  for (let total = 0; bin > 0; bin--) {
    total += bins[bin] as number;
    if (total >= count) break;
  }
  return bin / 170 - 1;
}
