/** Vectors and their spaces in the database. */
import type { Instant } from '../../../base/clock.ts';
import type { Database, Queryable, Transaction } from '../../../storage/index.ts';
import { nextVersion } from '../store.ts';

/** A vector space: an embedder's. */
export interface Space {
  space: string;
  dim: number;
}

/** The space that is searched, and the newest change of the person's memories. */
export async function spaceAndVersion(
  database: Pick<Database, 'read'>,
  personId: string,
): Promise<{ space: Space | undefined; version: number }> {
  const { rows } = await database.read<{ space: string | null; dim: number | null; version: number | null }>(
    `select s.space, s.dim, (select version from memory_people where person_id = $1) as version
       from (select 1) one left join memory_spaces s on s.is_current`,
    [personId],
  );
  const { space, dim, version } = rows[0] ?? { space: null, dim: null, version: null };
  return { space: space !== null && dim !== null ? { space, dim } : undefined, version: version ?? 0 };
}

/** The space that is searched. */
export async function currentSpace(db: Queryable): Promise<string | undefined> {
  const { rows } = await db.query<{ space: string }>('select space from memory_spaces where is_current');
  return rows[0]?.space;
}

/** Begins a space; the first one is searched at once. A space whose vectors had another length begins anew. */
export async function beginSpace(tx: Transaction, { space, dim }: Space, now: Instant): Promise<void> {
  const { rows } = await tx.query<{ dim: number }>('select dim from memory_spaces where space = $1 for update', [
    space,
  ]);
  if (rows[0]?.dim === dim) return;
  if (rows[0]) {
    await tx.query('delete from memory_vectors where space = $1', [space]);
    await tx.query('update memory_spaces set dim = $2 where space = $1', [space, dim]);
    return;
  }
  await tx.query(
    `insert into memory_spaces (space, dim, is_current, created_at)
     values ($1, $2, not exists (select from memory_spaces where is_current), $3) on conflict do nothing`,
    [space, dim, now],
  );
}

export interface Unembedded {
  id: string;
  personId: string;
  text: string;
}

/** Memories that have no vector in `space`, in the order of their ids behind `after`. */
export async function withoutVector(
  database: Pick<Database, 'read'>,
  space: string,
  after: string,
  limit: number,
): Promise<Unembedded[]> {
  const { rows } = await database.read<Unembedded>(
    `select m.id, m.person_id as "personId", m.text from memories m
      where m.id > $2 and m.state <> 'deleted'
        and not exists (select from memory_vectors v where v.space = $1 and v.memory_id = m.id)
      order by m.id limit $3`,
    [space, after, limit],
  );
  return rows;
}

/** Stores vectors of one person's memories; in the space that is searched it is a change of them. */
export async function addVectors(
  tx: Transaction,
  personId: string,
  space: string,
  vectors: readonly { id: string; vector: Uint8Array }[],
): Promise<void> {
  const ids = vectors.map(({ id }) => id);
  const version = await nextVersion(tx, personId);
  // Some may have been deleted, or given to another person, while they were embedded.
  const { rows } = await tx.query<{ id: string }>(
    'select id from memories where person_id = $1 and id = any($2) for update',
    [personId, ids],
  );
  const there = new Set(rows.map(({ id }) => id));
  for (const { id, vector } of vectors) {
    if (!there.has(id)) continue;
    await tx.query(
      'insert into memory_vectors (space, memory_id, vector) values ($1, $2, $3) on conflict (space, memory_id) do nothing',
      [space, id, vector],
    );
  }
  if ((await currentSpace(tx)) !== space) return;
  await tx.query('update memories set touched = $2 where person_id = $3 and id = any($1)', [ids, version, personId]);
}

/** From now on `space` is searched, if every memory has a vector in it. */
export async function flip(tx: Transaction, space: string): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from memories m where m.state <> 'deleted'
        and not exists (select from memory_vectors v where v.space = $1 and v.memory_id = m.id) limit 1`,
    [space],
  );
  if (rows.length > 0) return false;
  await tx.query('update memory_spaces set is_current = false where is_current and space <> $1', [space]);
  await tx.query('update memory_spaces set is_current = true where space = $1', [space]);
  return true;
}

/** Deletes up to `limit` vectors of other spaces than the one that is searched, then those spaces. */
export async function dropOld(database: Database, limit: number): Promise<number> {
  const { count } = await database.run(
    'memory.drop',
    `delete from memory_vectors where ctid = any (array(
       select v.ctid from memory_vectors v
        where v.space <> (select space from memory_spaces where is_current) limit $1))`,
    [limit],
  );
  if (count < limit) await database.run('memory.drop', 'delete from memory_spaces where not is_current');
  return count;
}
