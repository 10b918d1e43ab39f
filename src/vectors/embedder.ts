/** Something that turns texts into vectors that are near where their meanings are. */
export interface Embedder {
  /** Names the vector space: vectors of embedders with another id are never compared. */
  readonly id: string;
  /** Dimensions, found out by the first use. */
  dim(signal: AbortSignal): Promise<number>;
  /** Texts that one call takes. */
  readonly maxBatch: number;
  /**
   * A unit vector for each text, in order. `kind` is for models that tell questions from what answers them. Throws
   * `EmbedderFault` and nothing else where it cannot; ends soon after `signal` has aborted.
   */
  embed(texts: readonly string[], kind: 'query' | 'document', signal: AbortSignal): Promise<Float32Array[]>;
  /** Frees what it holds. It can be used again afterwards. */
  close(): Promise<void>;
}

/** An embedder that did not answer, or not with vectors. */
export class EmbedderFault extends Error {
  /** `missing`: it is not installed or configured, so that trying again is no use. */
  readonly kind: 'missing' | 'failed';

  constructor(kind: 'missing' | 'failed', message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbedderFault';
    this.kind = kind;
  }
}

/** Characters of a text that are embedded: what is longer says nothing more. */
export const LONGEST_EMBEDDED = 2_000;
