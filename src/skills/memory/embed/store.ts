/** Vectors of memories in the database. */
import { lockPerson } from '../../../people/index.ts';
import type { Database, Transaction } from '../../../storage/index.ts';
import type { Made, Missing, Source, Space } from '../../../vectors/index.ts';
import { nextVersion } from '../store.ts';

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

/** Memories as texts that get vectors. */
export const source: Source = { kind: 'memory', owners, missing, add };

async function owners(database: Pick<Database, 'read'>, after: string, limit: number): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(
    `select person_id as id from memory_people where $1 = '' or person_id > nullif($1, '')::uuid order by person_id limit $2`,
    [after, limit],
  );
  return rows.map(({ id }) => id);
}

async function missing(
  database: Pick<Database, 'read'>,
  personId: string,
  space: string,
  after: string,
  limit: number,
): Promise<Missing[]> {
  const { rows } = await database.read<Missing>(
    `select m.id, m.text from memories m
      where m.person_id = $1 and m.id > $3 and m.state <> 'deleted'
        and not exists (select from memory_vectors v where v.space = $2 and v.memory_id = m.id)
      order by m.id limit $4`,
    [personId, space, after, limit],
  );
  return rows;
}

/** In the space that is searched new vectors are a change of their memories. */
async function add(tx: Transaction, personId: string, space: string, made: readonly Made[]): Promise<void> {
  if (!(await lockPerson(tx, personId))) return;
  const ids = made.map(({ id }) => id);
  const version = await nextVersion(tx, personId);
  const { rows } = await tx.query<{ id: string }>(
    'select id from memories where person_id = $1 and id = any($2) for update',
    [personId, ids],
  );
  const there = new Set(rows.map(({ id }) => id));
  for (const { id, vector } of made) {
    if (!there.has(id)) continue;
    await tx.query(
      'insert into memory_vectors (space, memory_id, vector) values ($1, $2, $3) on conflict (space, memory_id) do nothing',
      [space, id, vector],
    );
  }
  await tx.query(
    `update memories set touched = $2 where person_id = $3 and id = any($1)
        and exists (select from memory_spaces where space = $4 and is_current)`,
    [ids, version, personId, space],
  );
}
