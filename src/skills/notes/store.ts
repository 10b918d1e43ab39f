/** Notes in the database. Every verb runs in the transaction that it is given, and sees what its reader may see. */
import { numberedLists } from '../../agent/index.ts';
import { groupBy } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { pruneRule } from '../../jobs/index.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import {
  type Database,
  type ItemOf,
  type Queryable,
  render,
  type StoredRow,
  sql,
  type Transaction,
  text,
} from '../../storage/index.ts';
import { noteFields } from './fields.ts';
import { type Note, notes, type Scope } from './note.ts';

export type { Note, Scope } from './note.ts';

/** The reader and their place: their own notes, and those that are shared with the conversation. */
export interface Reader {
  personId: string;
  conversationId: string;
}

/** Matches no conversation, so that notes of shared places are left out. */
export const NOWHERE = '00000000-0000-0000-0000-000000000000';

export const [COLUMNS] = render(notes.names);

const VISIBLE = `(person_id = $1 or scope = 'here' and conversation_id = $2)`;

const inserted = notes
  .pick('id', 'personId', 'conversationId', 'text', 'scope', 'tainted', ...noteFields.keys)
  .extend({ language: { ...text(), type: 'regconfig' } });

/** Undefined, and nothing is stored, when the person has `most` notes already. */
export async function insertNote(
  tx: Transaction,
  note: ItemOf<typeof inserted> & { createdAt?: Instant; pinned?: boolean },
  most: number,
  now: Instant,
): Promise<Note | undefined> {
  const at = note.createdAt ?? now;
  const { rows } = await tx.query(
    ...render(sql`
    with counted as (
      insert into note_counts as n (person_id, notes) values (${note.personId}, 1)
      on conflict (person_id) do update set notes = n.notes + 1 where n.notes < ${most}
      returning 1
    )
    insert into notes (${inserted.names}, pinned_at, space_id, created_at, updated_at)
    select ${inserted.values(note)}, ${note.pinned ? at : null}, c.space_id, ${at}, ${at} from conversations c, counted
     where c.id = ${note.conversationId} and ${most} > 0
    returning ${notes.names}`),
  );
  return notes.readAll(rows)[0];
}

const saved = notes.pick('text', 'tainted', 'scope', 'conversationId', ...noteFields.keys);

/** Updates the note; a trigger deletes its old vectors. `keep`: the previous text is stored as a version. */
export async function saveNote(tx: Transaction, note: Note, now: Instant, keep = false): Promise<void> {
  const { id, conversationId, deleted, pinned } = note;
  if (keep) {
    await tx.query(
      `insert into note_versions (note_id, version, title, text, tags, tainted, at)
       select id, version, title, text, tags, tainted, $2 from notes where id = $1
       on conflict do nothing`,
      [id, now],
    );
  }
  await tx.query(
    ...render(sql`
    with was as (select person_id, deleted_at is not null as deleted from notes where id = ${id}),
    counted as (
      update note_counts n set notes = n.notes + case when ${deleted} then -1 else 1 end
        from was where n.person_id = was.person_id and was.deleted <> ${deleted}
    )
    update notes set (${saved.names}) = row (${saved.values(note)}), updated_at = ${now}, version = version + 1,
                     touched = nextval('notes_touched'),
                     pinned_at = case when ${pinned} then coalesce(pinned_at, ${now}) end,
                     deleted_at = case when ${deleted} then coalesce(deleted_at, ${now}) end,
                     space_id = (select space_id from conversations where id = ${conversationId})
     where id = ${id}`),
  );
}

export interface Version {
  version: number;
  text: string;
  at: Instant;
}

export async function listVersions(tx: Queryable, id: string, limit: number): Promise<Version[]> {
  const { rows } = await tx.query<Version>(
    'select version, text, at from note_versions where note_id = $1 order by version desc limit $2',
    [id, limit],
  );
  return rows;
}

export async function findById(tx: Queryable, personId: string, id: string): Promise<Note | undefined> {
  const { rows } = await tx.query(`select ${COLUMNS} from notes where person_id = $1 and id = $2`, [personId, id]);
  return notes.readAll(rows)[0];
}

export async function listMadeBefore(
  db: Queryable,
  { personId, tag, seq, limit }: { personId: string; tag: string | undefined; seq: number; limit: number },
): Promise<{ note: Note; seq: number }[]> {
  const { rows } = await db.query<StoredRow & { seq: number }>(
    `select ${COLUMNS}, seq from notes
      where person_id = $1 and deleted_at is null and ($2::text is null or tags @> array[$2::text]) and seq < $3
      order by seq desc limit $4`,
    [personId, tag ?? null, seq, limit],
  );
  return rows.map((row) => ({ note: notes.read(row), seq: row.seq }));
}

/** A note that the reader may see, deleted ones of their own too. */
export async function findSeenById(tx: Queryable, reader: Reader, id: string): Promise<Note | undefined> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from notes where ${VISIBLE} and id = $3 and (deleted_at is null or person_id = $1)`,
    [reader.personId, reader.conversationId, id],
  );
  return notes.readAll(rows)[0];
}

export interface NotePlace {
  adapter: string;
  kind: 'dm' | 'channel' | 'thread';
}

export async function placesOf(db: Queryable, conversationIds: readonly string[]): Promise<Map<string, NotePlace>> {
  if (conversationIds.length === 0) return new Map();
  const { rows } = await db.query<NotePlace & { id: string }>(
    'select id, adapter, kind from conversations where id = any($1::uuid[])',
    [conversationIds],
  );
  return new Map(rows.map(({ id, adapter, kind }) => [id, { adapter, kind }]));
}

export async function findByTitle(
  tx: Queryable,
  { personId, conversationId }: Reader,
  title: string,
  scope: Scope,
): Promise<Note | undefined> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from notes
      where person_id = $1 and lower(title) = lower($2) and title is not null and deleted_at is null
        and scope = $3 and (scope = 'own' or conversation_id = $4)
      order by seq desc limit 1`,
    [personId, title, scope, conversationId],
  );
  return notes.readAll(rows)[0];
}

export async function readPage(
  db: Pick<Database, 'read'>,
  personId: string,
  after: string,
  limit: number,
): Promise<Note[]> {
  const { rows } = await db.read(
    `select ${COLUMNS} from notes where person_id = $1 and deleted_at is null and id > $2 order by id limit $3`,
    [personId, after, limit],
  );
  return notes.readAll(rows);
}

export async function findWithTexts(tx: Queryable, personId: string, texts: readonly string[]): Promise<Note[]> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from notes where person_id = $1 and text = any($2) and deleted_at is null`,
    [personId, texts],
  );
  return notes.readAll(rows);
}

export async function isTaken(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.query('select from notes where id = $1', [id])).rows.length > 0;
}

export async function findLastMade(tx: Queryable, personId: string, conversationId: string): Promise<Note | undefined> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from notes where person_id = $1 and conversation_id = $2 order by touched desc limit 1`,
    [personId, conversationId],
  );
  return notes.readAll(rows)[0];
}

export interface Page {
  limit: number;
  offset: number;
}

export interface FoundNote {
  notes: Note[];
  total: number;
}

export type CountedRow = StoredRow & { total: number };

export function toFound(rows: readonly CountedRow[]): FoundNote {
  return { notes: notes.readAll(rows), total: rows[0]?.total ?? 0 };
}

/** Narrows a list: to notes with all of `tags`, made from `from` on and before `to`. */
export interface Narrowing {
  tags?: readonly string[];
  from?: Instant | undefined;
  to?: Instant | undefined;
}

export async function listNotes(tx: Queryable, reader: Reader, narrowing: Narrowing, page: Page): Promise<FoundNote> {
  const { tags = [], from, to } = narrowing;
  const { rows } = await tx.query<CountedRow>(
    `select ${COLUMNS}, count(*) over () as total from notes
      where ${VISIBLE} and deleted_at is null and ($3::text[] = '{}' or tags @> $3)
        and ($6::timestamptz is null or created_at >= $6) and ($7::timestamptz is null or created_at < $7)
      order by pinned_at is null, created_at desc, seq desc limit $4 offset $5`,
    [reader.personId, reader.conversationId, tags, page.limit, page.offset, from ?? null, to ?? null],
  );
  return toFound(rows);
}

export async function readNewestSeq(tx: Queryable, personId: string): Promise<number> {
  const { rows } = await tx.query<{ seq: number }>(
    'select seq from notes where person_id = $1 order by seq desc limit 1',
    [personId],
  );
  return rows[0]?.seq ?? 0;
}

export async function countOwnNotes(tx: Queryable, personId: string, newest: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    'select count(*) as count from notes where person_id = $1 and deleted_at is null and seq <= $2',
    [personId, newest],
  );
  return rows[0]?.count ?? 0;
}

/** The time and the `touched` range of a bulk deletion, which identify it. */
export interface Deletion {
  at: Instant;
  first: number;
  last: number;
}

type ChangedNote = Pick<Note, 'scope' | 'tags'> & { touched: number };
type RemovedNote = ChangedNote & Pick<Note, 'text' | 'createdAt'>;

/** Deletes the person's notes up to the `newest`th: the newest of them, and at most `limit`. */
export async function removeAll(
  tx: Transaction,
  personId: string,
  { newest, limit, now }: { newest: number; limit: number; now: Instant },
): Promise<RemovedNote[]> {
  const { rows } = await tx.query<RemovedNote>(
    `with chosen as (
       select id from notes where person_id = $1 and deleted_at is null and seq <= $2 order by seq desc limit $3 for update
     ), changed as (
       update notes n set deleted_at = $4, updated_at = $4, version = version + 1, touched = nextval('notes_touched')
         from chosen where n.id = chosen.id returning n.scope, n.tags, n.touched, n.text, n.created_at as "createdAt"
     ), counted as (
       update note_counts set notes = notes - (select count(*) from changed) where person_id = $1
     ) select * from changed`,
    [personId, newest, limit, now],
  );
  return rows;
}

/** Brings back what that deletion deleted and nobody has changed since. */
export async function restoreAll(
  tx: Transaction,
  personId: string,
  { at, first, last }: Deletion,
  now: Instant,
): Promise<ChangedNote[]> {
  const { rows } = await tx.query<ChangedNote>(
    `with chosen as (
       select id from notes where person_id = $1 and deleted_at = $2 and touched between $3 and $4
        order by seq desc for update
     ), changed as (
       update notes n set deleted_at = null, updated_at = $5, version = version + 1, touched = nextval('notes_touched')
         from chosen where n.id = chosen.id returning n.scope, n.tags, n.touched
     ), counted as (
       update note_counts set notes = notes + (select count(*) from changed) where person_id = $1
     ) select * from changed`,
    [personId, at, first, last, now],
  );
  return rows;
}

export async function listTagged(tx: Queryable, personId: string, tag: string, limit: number): Promise<Note[]> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from notes
      where person_id = $1 and deleted_at is null and tags @> array[$2::text] order by created_at desc, seq desc limit $3`,
    [personId, tag, limit],
  );
  return notes.readAll(rows);
}

const CONTEXT = `'context:':*B`;

export async function readContext(
  db: Pick<Database, 'read'>,
  personId: string,
  most: { always: number; topics: number },
): Promise<Note[]> {
  const { rows } = await db.read(
    `(select ${COLUMNS} from notes
       where person_id = $1 and deleted_at is null and tags @> '{context:always}' order by created_at desc, seq desc limit $2)
     union all
     (select ${COLUMNS} from notes
       where search @@ $4::tsquery and person_id = $1 and deleted_at is null and not tags @> '{context:always}'
       order by created_at desc, seq desc limit $3)`,
    [personId, most.always, most.topics, `'/p${personId}' & ${CONTEXT}`],
  );
  return notes.readAll(rows);
}

export async function readContextOfPlaces(db: Pick<Database, 'read'>, limit: number): Promise<Map<string, Note[]>> {
  const { rows } = await db.read(
    `select ${COLUMNS} from notes where search @@ $1::tsquery and scope = 'here' and deleted_at is null
      order by created_at desc, seq desc limit $2`,
    [`'/c':* & ${CONTEXT}`, limit],
  );
  return groupBy(notes.readAll(rows), ({ conversationId }) => conversationId);
}

export const lists = numberedLists('note');

/** Notes in the trash since before `$1` are deleted for good, with their versions. */
export const purge = pruneRule('notes.purge', { table: 'notes', ended: 'deleted_at' });

export const mergeRules: readonly MergeRule[] = [
  { what: 'note', sql: 'update notes set person_id = $2 where person_id = $1 and deleted_at is null' },
  { sql: 'update notes set person_id = $2 where person_id = $1' },
  { sql: 'delete from note_terms where person_id = $1' },
  {
    sql: `with gone as (delete from note_counts where person_id = $1)
          insert into note_counts (person_id, notes)
          select $2, count(*) from notes where person_id = $2 and deleted_at is null
          on conflict (person_id) do update set notes = excluded.notes`,
  },
];

export const deletionRules: readonly DeletionRule[] = [
  // Before the notes, so that none of their words is counted down.
  { sql: 'delete from note_terms where person_id = $1' },
  { sql: 'delete from notes where person_id = $1' },
  { sql: 'delete from note_counts where person_id = $1' },
];
