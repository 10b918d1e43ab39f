import type { Queryable, StoredRow } from '../../../storage/index.ts';
import { addStamped, keepNewest, type Missing, type NearText, type Source } from '../../../vectors/index.ts';
import { NARROWED, type WantedNotes } from '../finding/store.ts';
import { type Note, notes } from '../note.ts';
import { COLUMNS } from '../store.ts';

const MOST_VECTORS = 20_000;
const LONGEST_TOLD = 2_000;

const TOLD = `left(concat_ws(': ', n.title, n.text), ${LONGEST_TOLD})`;

const NEWEST = `select id, title, text from notes where person_id = $1 and deleted_at is null
                 order by created_at desc, seq desc limit ${MOST_VECTORS}`;

export const source: Source = {
  kind: 'note',

  async owners(database, after, limit) {
    const { rows } = await database.read<{ id: string }>(
      `select person_id as id from note_counts where $1 = '' or person_id > nullif($1, '')::uuid
        order by person_id limit $2`,
      [after, limit],
    );
    return rows.map(({ id }) => id);
  },

  async listMissing(database, personId, space, after, limit) {
    const { rows } = await database.read<Missing>(
      `select n.id, ${TOLD} as text from (${NEWEST}) n
        where n.id > $3 and not exists (select from note_vectors v where v.note_id = n.id and v.space = $2)
        order by n.id limit $4`,
      [personId, space, after, limit],
    );
    return rows;
  },

  async add(tx, personId, space, vectors) {
    // Whoever holds the person's row is the only one who adds vectors of theirs: stamps are committed in their order.
    await tx.query('select 1 from persons where id = $1 for no key update', [personId]);
    const { rows } = await tx.query<{ id: string }>(
      `select n.id from notes n join unnest($2::text[], $3::text[]) as embedded (id, told) on embedded.id = n.id
        where n.person_id = $1 and n.deleted_at is null and ${TOLD} = told for update of n`,
      [personId, vectors.map(({ id }) => id), vectors.map(({ text }) => text)],
    );
    const there = new Set(rows.map(({ id }) => id));
    await addStamped(
      tx,
      'note',
      personId,
      space,
      vectors.filter(({ id }) => there.has(id)),
    );
    await keepNewest(tx, 'note', { owner: personId, space }, { newest: NEWEST, most: MOST_VECTORS });
  },
};

export interface NearNote {
  note: Note;
  similarity: number;
}

/** The notes that `near` speaks of and `wanted` admits, if they are still what was embedded. */
export async function nearOnes(tx: Queryable, wanted: WantedNotes, near: readonly NearText[]): Promise<NearNote[]> {
  if (near.length === 0) return [];
  const { rows } = await tx.query<StoredRow & { stamp: number }>(
    `select ${COLUMNS}, v.stamp from notes
       join (select note_id, stamp from note_vectors where note_id = any($2)) v on v.note_id = id
      where person_id = $1 and deleted_at is null and v.stamp = any($3) and ${NARROWED}`,
    [
      wanted.personId,
      near.map(({ id }) => id),
      near.map(({ stamp }) => stamp),
      wanted.tags,
      wanted.from ?? null,
      wanted.to ?? null,
    ],
  );
  const notesByStamp = new Map(rows.map((row) => [row.stamp, notes.read(row)]));
  return near.flatMap(({ stamp, similarity }) => {
    const note = notesByStamp.get(stamp);
    return note ? [{ note, similarity }] : [];
  });
}
