/** The vectors of what skills say that they are for, by the hash of the text. */

import type { Instant } from '../../../base/clock.ts';
import type { Queryable, Transaction } from '../../../storage/index.ts';

export interface StoredVector {
  hash: string;
  vector: Uint8Array;
}

/** Those of these texts that have one in `space`. */
export async function vectorsOf(db: Queryable, space: string, hashes: readonly string[]): Promise<StoredVector[]> {
  const { rows } = await db.query<StoredVector>(
    'select hash, vector from skill_vectors where space = $1 and hash = any($2::text[])',
    [space, hashes],
  );
  return rows;
}

/** Keeps vectors; a text that has one keeps it. */
export async function addVectors(
  tx: Transaction,
  space: string,
  made: readonly StoredVector[],
  now: Instant,
): Promise<void> {
  for (const { hash, vector } of made) {
    await tx.query(
      `insert into skill_vectors (space, hash, vector, made_at) values ($1, $2, $3, $4) on conflict do nothing`,
      [space, hash, vector, now],
    );
  }
}

/** Deletes what was made before `before` and belongs to none of these texts, or to another space. */
export async function dropVectors(
  tx: Transaction,
  { space, hashes, before }: { space: string; hashes: readonly string[]; before: Instant },
): Promise<void> {
  await tx.query('delete from skill_vectors where made_at < $3 and (space <> $1 or not (hash = any($2::text[])))', [
    space,
    hashes,
    before,
  ]);
}
