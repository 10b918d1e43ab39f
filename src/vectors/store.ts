import type { Instant } from '../base/clock.ts';
import type { Database, Queryable, Transaction } from '../storage/index.ts';
import type { Kind } from './source.ts';

/** A vector space: an embedder's. Vectors of different spaces are never compared. */
export interface Space {
  space: string;
  dim: number;
}

export async function currentSpace(db: Queryable, kind: Kind): Promise<Space | undefined> {
  const { rows } = await db.query<Space>(`select space, dim from ${kind}_spaces where is_current`);
  return rows[0];
}

/** Begins a space; the first one is searched at once. A space whose vectors had another length begins anew. */
export async function beginSpace(tx: Transaction, kind: Kind, { space, dim }: Space, now: Instant): Promise<void> {
  const { rows } = await tx.query<{ dim: number }>(`select dim from ${kind}_spaces where space = $1 for update`, [
    space,
  ]);
  if (rows[0]?.dim === dim) return;
  if (rows[0]) {
    await tx.query(`delete from ${kind}_vectors where space = $1`, [space]);
    await tx.query(`update ${kind}_spaces set dim = $2 where space = $1`, [space, dim]);
    return;
  }
  await tx.query(
    `insert into ${kind}_spaces (space, dim, is_current, created_at)
     values ($1, $2, not exists (select from ${kind}_spaces where is_current), $3) on conflict do nothing`,
    [space, dim, now],
  );
}

/** True if a space is as it was begun; its row is locked. Nobody begins it anew or takes it away until `tx` ends. */
export async function lockSpace(tx: Transaction, kind: Kind, { space, dim }: Space): Promise<boolean> {
  const { rows } = await tx.query(`select from ${kind}_spaces where space = $1 and dim = $2 for update`, [space, dim]);
  return rows.length > 0;
}

export async function hasVectors(tx: Transaction, kind: Kind, space: string, count: number): Promise<boolean> {
  const { rows } = await tx.query(`select from ${kind}_vectors where space = $1 limit $2`, [space, count]);
  return rows.length === count;
}

/** From now on `space`, which `tx` holds, is searched; the one that was is old. */
export async function flip(tx: Transaction, kind: Kind, space: string): Promise<void> {
  await tx.query(`delete from ${kind}_spaces where is_current and space <> $1`, [space]);
  await tx.query(`update ${kind}_spaces set is_current = true where space = $1`, [space]);
}

/**
 * Deletes up to `limit` vectors of other spaces than the one that is searched and those begun since `before`, then those
 * spaces.
 */
export async function dropOld(database: Database, kind: Kind, before: Instant, limit: number): Promise<number> {
  const { count } = await database.run(
    'vectors.drop',
    `delete from ${kind}_vectors where ctid = any (array(
       select v.ctid from ${kind}_vectors v
        where exists (select from ${kind}_spaces where is_current)
          and v.space not in (select space from ${kind}_spaces where is_current or created_at >= $1) limit $2))`,
    [before, limit],
  );
  if (count < limit) {
    await database.run('vectors.drop', `delete from ${kind}_spaces where not is_current and created_at < $1`, [before]);
  }
  return count;
}

/** A vector with the number of its coming: of one owner they come in the order of their stamps. */
export interface StampedVector {
  id: string;
  stamp: number;
  vector: Uint8Array;
}

export async function cameAfter(
  db: Queryable,
  kind: Stampable,
  owner: string,
  space: string,
  stamp: number,
  limit: number,
): Promise<StampedVector[]> {
  const { rows } = await db.query<StampedVector>(
    `select ${kind}_id as id, stamp, vector from ${kind}_vectors
      where owner = $1 and space = $2 and stamp > $3 order by stamp limit $4`,
    [owner, space, stamp, limit],
  );
  return rows;
}

export async function stampBefore(
  db: Queryable,
  kind: Stampable,
  owner: string,
  space: string,
  most: number,
): Promise<number> {
  const { rows } = await db.query<{ stamp: number }>(
    `select stamp from ${kind}_vectors where owner = $1 and space = $2 order by stamp desc limit 1 offset $3`,
    [owner, space, most],
  );
  return rows[0]?.stamp ?? 0;
}

export type Stampable = Exclude<Kind, 'memory'>;

/** Stores vectors of an owner's texts. The caller holds off other writers of the same owner until `tx` ends. */
export async function addStamped(
  tx: Transaction,
  kind: Stampable,
  owner: string,
  space: string,
  vectors: readonly { id: string; vector: Uint8Array }[],
): Promise<void> {
  for (const { id, vector } of vectors) {
    await tx.query(
      `insert into ${kind}_vectors (space, ${kind}_id, owner, stamp, vector)
       values ($1, $2, $3, nextval('vector_stamps'), $4) on conflict do nothing`,
      [space, id, owner, vector],
    );
  }
}

/**
 * Makes room for an owner who has a tenth more vectors than `most`: those of the texts that `newest` does not give go. It
 * is a query of ids, whose `$1` is the owner.
 */
export async function keepNewest(
  tx: Transaction,
  kind: Stampable,
  { owner, space }: { owner: string; space: string },
  { newest, most }: { newest: string; most: number },
): Promise<void> {
  await tx.query(
    `delete from ${kind}_vectors where owner = $1 and space = $2
        and (select count(*) from ${kind}_vectors where owner = $1 and space = $2) > ${most * 1.1}
        and ${kind}_id not in (select id from (${newest}) newest)`,
    [owner, space],
  );
}
