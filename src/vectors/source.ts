import type { Database, Transaction } from '../storage/index.ts';

/** Kinds of texts with vectors. Each kind has a table of vectors and one of spaces: `note_vectors`, `note_spaces`. */
export type Kind = 'memory' | 'note' | 'message' | 'passage';

/** A text that has no vector yet. */
export interface Missing {
  id: string;
  text: string;
}

export interface MadeVector extends Missing {
  vector: Uint8Array;
}

/** Texts that get vectors in the background. Their owner is a person, a conversation or a file. */
export interface Source {
  kind: Kind;
  /** Persons who may own texts, in the order of their ids behind `after`. */
  owners(database: Pick<Database, 'read'>, after: string, limit: number): Promise<string[]>;
  /** Texts of `owner` that are to have a vector in `space` and have none, in the order of their ids behind `after`. */
  listMissing(
    database: Pick<Database, 'read'>,
    owner: string,
    space: string,
    after: string,
    limit: number,
  ): Promise<Missing[]>;
  /**
   * Stores vectors of texts of `owner`, but for those that were deleted, changed or given to another owner meanwhile.
   * A text that has one in `space` keeps it.
   */
  add(tx: Transaction, owner: string, space: string, vectors: readonly MadeVector[]): Promise<void>;
}
