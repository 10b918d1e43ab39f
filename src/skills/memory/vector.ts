/** Vectors as they are stored and compared: a factor and one signed byte for each dimension. */

const FACTOR_BYTES = 4;
/** Above so many rows (80 ms for 100,000 of 512) a part of the dimensions decides which are compared whole, */
const LARGE = 20_000;
const ROUGH_DIM = 128;
/** about so many. */
const EXACT = 4_000;

/** Bytes of a stored vector. */
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

/** Whether an embedder's answer can be used: the right length, finite, not all zero. Gives it back at length 1. */
export function unit(vector: ArrayLike<number>, dim: number): Float32Array | undefined {
  if (vector.length !== dim) return undefined;
  let sum = 0;
  for (let at = 0; at < dim; at++) sum += (vector[at] as number) ** 2;
  if (!Number.isFinite(sum) || sum === 0) return undefined;
  const length = Math.sqrt(sum);
  return Float32Array.from(vector, (value) => value / length);
}

/** A matrix of packed vectors that grows. Rows may be empty. */
export class Matrix {
  readonly dim: number;
  private bytes: Int8Array;
  private factors: Float32Array;

  constructor(dim: number, rows: number) {
    this.dim = dim;
    this.bytes = new Int8Array(dim * rows);
    this.factors = new Float32Array(rows);
  }

  /** Sets or empties a row. */
  set(row: number, packed: Uint8Array | undefined): void {
    this.reserve(row + 1);
    const fits = packed !== undefined && packed.length === FACTOR_BYTES + this.dim;
    this.factors[row] = fits ? new DataView(packed.buffer, packed.byteOffset).getFloat32(0, true) : 0;
    if (fits) this.bytes.set(new Int8Array(packed.buffer, packed.byteOffset + FACTOR_BYTES, this.dim), row * this.dim);
  }

  /**
   * The products of each of `rows` rows with a vector; NaN where a row is empty. In a large matrix rows that a part of
   * their dimensions puts far from the best get that part's estimate.
   */
  similarities(vector: Float32Array, rows: number): Float32Array {
    const { bytes: query, factor } = quantize(vector);
    const used = Math.min(rows, this.factors.length);
    const out = new Float32Array(rows).fill(Number.NaN);
    const isLarge = used > LARGE && this.dim > ROUGH_DIM;
    const dim = isLarge ? ROUGH_DIM : this.dim;
    const scale = (factor * this.dim) / dim;
    for (let row = 0; row < used; row++) {
      const own = this.factors[row] as number;
      if (own !== 0) out[row] = this.product(row, query, dim) * own * scale;
    }
    if (!isLarge) return out;
    const least = lowest(out, EXACT);
    for (let row = 0; row < used; row++) {
      if ((out[row] as number) >= least) {
        out[row] = this.product(row, query, this.dim) * (this.factors[row] as number) * factor;
      }
    }
    return out;
  }

  private product(row: number, query: Int8Array, dim: number): number {
    const { bytes } = this;
    let [a, b] = [0, 0];
    for (let at = 0, from = row * this.dim; at < dim; at += 2, from += 2) {
      a = (a + Math.imul(bytes[from] as number, query[at] as number)) | 0;
      b = (b + Math.imul(bytes[from + 1] as number, query[at + 1] as number)) | 0;
    }
    return a + b;
  }

  private reserve(rows: number): void {
    if (rows <= this.factors.length) return;
    const size = Math.max(rows, Math.ceil(this.factors.length * 1.5), 64);
    const [bytes, factors] = [new Int8Array(size * this.dim), new Float32Array(size)];
    bytes.set(this.bytes);
    factors.set(this.factors);
    Object.assign(this, { bytes, factors });
  }
}

/** The score that about `count` of `scores` reach. */
function lowest(scores: Float32Array, count: number): number {
  const bins = new Uint32Array(512);
  const binOf = (score: number) => Math.min(511, Math.max(0, Math.floor((score + 1) * 256)));
  for (const score of scores) if (!Number.isNaN(score)) bins[binOf(score)] = (bins[binOf(score)] as number) + 1;
  let bin = 511;
  for (let seen = 0; bin > 0; bin--) {
    seen += bins[bin] as number;
    if (seen >= count) break;
  }
  return bin / 256 - 1;
}
