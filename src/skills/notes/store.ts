/** Notes in the database. Every verb runs in the transaction that it is given, and sees what its reader may see. */
import { numberedLists } from '../../agent/index.ts';
import { groupBy } from '../../base/async.ts';
import type { Instant } from '../../base/clock.ts';
import { pruneRule } from '../../jobs/index.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import { type Note, type NoteRow, type Scope, toNote } from './note.ts';

export type { Note, Scope } from './note.ts';

/** The reader and their place: their own notes, and those that are shared with the conversation. */
export interface Reader {
  personId: string;
  conversationId: string;
}

export const COLUMNS =
  'id, person_id, conversation_id, title, text, tags, scope, pinned_at, tainted, version, created_at, deleted_at';

const SEEN = `(person_id = $1 or scope = 'here' and conversation_id = $2)`;

export interface NewNote {
  id: string;
  personId: string;
  conversationId: string;
  title: string | undefined;
  text: string;
  tags: string[];
  scope: Scope;
  tainted: boolean;
  language: string;
  createdAt?: Instant;
}

/** Undefined, and nothing is stored, when the person has `most` notes already. */
export async function insert(tx: Transaction, note: NewNote, most: number, now: Instant): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(
    `with counted as (
       insert into note_counts as n (person_id, notes) values ($2, 1)
       on conflict (person_id) do update set notes = n.notes + 1 where n.notes < $11
       returning 1
     )
     insert into notes (id, person_id, conversation_id, space_id, title, text, tags, scope, tainted, language, created_at,
                        updated_at)
     select $1, $2, c.id, c.space_id, $4, $5, $6, $7, $8, $9::regconfig, $10, $10 from conversations c, counted
      where c.id = $3 and $11 > 0
     returning ${COLUMNS}`,
    [
      note.id,
      note.personId,
      note.conversationId,
      note.title ?? null,
      note.text,
      note.tags,
      note.scope,
      note.tainted,
      note.language,
      note.createdAt ?? now,
      most,
    ],
  );
  return rows.map(toNote)[0];
}

/** Updates the note; a trigger deletes its old vectors. `keep`: the previous text is stored as a version. */
export async function save(tx: Transaction, note: Note, now: Instant, keep = false): Promise<void> {
  if (keep) {
    await tx.query(
      `insert into note_versions (note_id, version, title, text, tags, tainted, at)
       select id, version, title, text, tags, tainted, $2 from notes where id = $1
       on conflict do nothing`,
      [note.id, now],
    );
  }
  await tx.query(
    `with was as (select person_id, deleted_at is not null as deleted from notes where id = $1),
     counted as (
       update note_counts n set notes = n.notes + case when $6 then -1 else 1 end
         from was where n.person_id = was.person_id and was.deleted <> $6
     )
     update notes set title = $2, text = $3, tags = $4, updated_at = $5::timestamptz, version = version + 1,
                      touched = nextval('notes_touched'),
                      pinned_at = case when $8 then coalesce(pinned_at, $5) end,
                      deleted_at = case when $6 then coalesce(deleted_at, $5::timestamptz) end, tainted = $7, scope = $9,
                      conversation_id = $10, space_id = (select space_id from conversations where id = $10)
      where id = $1`,
    [
      note.id,
      note.title ?? null,
      note.text,
      note.tags,
      now,
      note.deleted,
      note.tainted,
      note.pinned,
      note.scope,
      note.conversationId,
    ],
  );
}

export interface Version {
  version: number;
  text: string;
  at: Instant;
}

export async function versions(tx: Queryable, id: string, limit: number): Promise<Version[]> {
  const { rows } = await tx.query<Version>(
    'select version, text, at from note_versions where note_id = $1 order by version desc limit $2',
    [id, limit],
  );
  return rows;
}

export async function byId(tx: Queryable, personId: string, id: string): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(`select ${COLUMNS} from notes where person_id = $1 and id = $2`, [
    personId,
    id,
  ]);
  return rows.map(toNote)[0];
}

export async function madeBefore(
  db: Queryable,
  { personId, tag, seq, limit }: { personId: string; tag: string | undefined; seq: number; limit: number },
): Promise<{ note: Note; seq: number }[]> {
  const { rows } = await db.query<NoteRow & { seq: number }>(
    `select ${COLUMNS}, seq from notes
      where person_id = $1 and deleted_at is null and ($2::text is null or tags @> array[$2::text]) and seq < $3
      order by seq desc limit $4`,
    [personId, tag ?? null, seq, limit],
  );
  return rows.map((row) => ({ note: toNote(row), seq: row.seq }));
}

/** One that the reader may see, deleted ones of their own too. */
export async function seenById(tx: Queryable, reader: Reader, id: string): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(
    `select ${COLUMNS} from notes where ${SEEN} and id = $3 and (deleted_at is null or person_id = $1)`,
    [reader.personId, reader.conversationId, id],
  );
  return rows.map(toNote)[0];
}

export async function byTitle(
  tx: Queryable,
  { personId, conversationId }: Reader,
  title: string,
  scope: Scope,
): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(
    `select ${COLUMNS} from notes
      where person_id = $1 and lower(title) = lower($2) and title is not null and deleted_at is null
        and scope = $3 and (scope = 'own' or conversation_id = $4)
      order by seq desc limit 1`,
    [personId, title, scope, conversationId],
  );
  return rows.map(toNote)[0];
}

export async function pageOf(
  db: Pick<Database, 'read'>,
  personId: string,
  after: string,
  limit: number,
): Promise<Note[]> {
  const { rows } = await db.read<NoteRow>(
    `select ${COLUMNS} from notes where person_id = $1 and deleted_at is null and id > $2 order by id limit $3`,
    [personId, after, limit],
  );
  return rows.map(toNote);
}

export async function withTexts(tx: Queryable, personId: string, texts: readonly string[]): Promise<Note[]> {
  const { rows } = await tx.query<NoteRow>(
    `select ${COLUMNS} from notes where person_id = $1 and text = any($2) and deleted_at is null`,
    [personId, texts],
  );
  return rows.map(toNote);
}

export async function isTaken(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.query('select from notes where id = $1', [id])).rows.length > 0;
}

export async function lastMade(tx: Queryable, personId: string, conversationId: string): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(
    `select ${COLUMNS} from notes where person_id = $1 and conversation_id = $2 order by touched desc limit 1`,
    [personId, conversationId],
  );
  return rows.map(toNote)[0];
}

export interface Page {
  limit: number;
  offset: number;
}

export interface Found {
  notes: Note[];
  total: number;
}

export type CountedRow = NoteRow & { total: number };

export const found = (rows: readonly CountedRow[]): Found => ({ notes: rows.map(toNote), total: rows[0]?.total ?? 0 });

/** Narrows a list: to notes with all of `tags`, made from `from` on and before `to`. */
export interface Narrowing {
  tags?: readonly string[];
  from?: Instant | undefined;
  to?: Instant | undefined;
}

export async function list(tx: Queryable, reader: Reader, narrowing: Narrowing, page: Page): Promise<Found> {
  const { tags = [], from, to } = narrowing;
  const { rows } = await tx.query<CountedRow>(
    `select ${COLUMNS}, count(*) over () as total from notes
      where ${SEEN} and deleted_at is null and ($3::text[] = '{}' or tags @> $3)
        and ($6::timestamptz is null or created_at >= $6) and ($7::timestamptz is null or created_at < $7)
      order by pinned_at is null, created_at desc, seq desc limit $4 offset $5`,
    [reader.personId, reader.conversationId, tags, page.limit, page.offset, from ?? null, to ?? null],
  );
  return found(rows);
}

export async function newestSeq(tx: Queryable, personId: string): Promise<number> {
  const { rows } = await tx.query<{ seq: number }>(
    'select seq from notes where person_id = $1 order by seq desc limit 1',
    [personId],
  );
  return rows[0]?.seq ?? 0;
}

export async function countOwn(tx: Queryable, personId: string, newest: number): Promise<number> {
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

type Changed = Pick<Note, 'scope' | 'tags'> & { touched: number };

/** Deletes the person's notes up to the `newest`th: the newest of them, and at most `limit`. */
export async function removeAll(
  tx: Transaction,
  personId: string,
  { newest, limit, now }: { newest: number; limit: number; now: Instant },
): Promise<Changed[]> {
  const { rows } = await tx.query<Changed>(
    `with chosen as (
       select id from notes where person_id = $1 and deleted_at is null and seq <= $2 order by seq desc limit $3 for update
     ), changed as (
       update notes n set deleted_at = $4, updated_at = $4, version = version + 1, touched = nextval('notes_touched')
         from chosen where n.id = chosen.id returning n.scope, n.tags, n.touched
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
): Promise<Changed[]> {
  const { rows } = await tx.query<Changed>(
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

export async function tagged(tx: Queryable, personId: string, tag: string, limit: number): Promise<Note[]> {
  const { rows } = await tx.query<NoteRow>(
    `select ${COLUMNS} from notes
      where person_id = $1 and deleted_at is null and tags @> array[$2::text] order by created_at desc, seq desc limit $3`,
    [personId, tag, limit],
  );
  return rows.map(toNote);
}

const CONTEXT = `'context:':*B`;

export async function contextOf(
  db: Pick<Database, 'read'>,
  personId: string,
  most: { always: number; topics: number },
): Promise<Note[]> {
  const { rows } = await db.read<NoteRow>(
    `(select ${COLUMNS} from notes
       where person_id = $1 and deleted_at is null and tags @> '{context:always}' order by created_at desc, seq desc limit $2)
     union all
     (select ${COLUMNS} from notes
       where search @@ $4::tsquery and person_id = $1 and deleted_at is null and not tags @> '{context:always}'
       order by created_at desc, seq desc limit $3)`,
    [personId, most.always, most.topics, `'/p${personId}' & ${CONTEXT}`],
  );
  return rows.map(toNote);
}

export async function contextOfPlaces(db: Pick<Database, 'read'>, limit: number): Promise<Map<string, Note[]>> {
  const { rows } = await db.read<NoteRow>(
    `select ${COLUMNS} from notes where search @@ $1::tsquery and scope = 'here' and deleted_at is null
      order by created_at desc, seq desc limit $2`,
    [`'/c':* & ${CONTEXT}`, limit],
  );
  return groupBy(rows.map(toNote), ({ conversationId }) => conversationId);
}

export const lists = numberedLists('note_lists');

/** Notes in the trash since before `$1` are deleted for good, with their versions. */
export const purge = pruneRule('notes.purge', { table: 'notes', ended: 'deleted_at' });

export const mergeRules: readonly MergeRule[] = [
  { what: 'note', sql: 'update notes set person_id = $2 where person_id = $1 and deleted_at is null' },
  { sql: 'update notes set person_id = $2 where person_id = $1' },
  lists.cleared,
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
  lists.cleared,
];
