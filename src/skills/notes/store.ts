/** Notes in the database. Every verb runs in the transaction that it is given, and sees one person's notes only. */
import type { Instant } from '../../base/clock.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';

export interface Note {
  /** Short: people type it. */
  id: string;
  text: string;
  tags: string[];
  tainted: boolean;
  /** Grows with each change. */
  version: number;
  createdAt: Instant;
  deleted: boolean;
}

interface NoteRow {
  id: string;
  text: string;
  tags: string[];
  tainted: boolean;
  version: number;
  created_at: Date;
  deleted_at: Date | null;
}

const COLUMNS = 'id, text, tags, tainted, version, created_at, deleted_at';

function toNote(row: NoteRow): Note {
  return {
    id: row.id,
    text: row.text,
    tags: row.tags,
    tainted: row.tainted,
    version: row.version,
    createdAt: row.created_at,
    deleted: row.deleted_at !== null,
  };
}

export interface NewNote {
  id: string;
  personId: string;
  conversationId: string;
  text: string;
  tags: string[];
  tainted: boolean;
}

/** Undefined, and nothing is stored, when the person has `most` notes already. */
export async function insert(tx: Transaction, note: NewNote, most: number, now: Instant): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(
    `insert into notes (id, person_id, conversation_id, space_id, text, tags, tainted, created_at, updated_at)
     select $1, $2, c.id, c.space_id, $4, $5, $6, $7, $7 from conversations c
      where c.id = $3 and (select count(*) from notes where person_id = $2 and deleted_at is null) < $8
     returning ${COLUMNS}`,
    [note.id, note.personId, note.conversationId, note.text, note.tags, note.tainted, now, most],
  );
  return rows.map(toNote)[0];
}

/** Stores what was changed: text, tags, and whether it is deleted. */
export async function save(tx: Transaction, note: Note, now: Instant): Promise<void> {
  await tx.query(
    `update notes set text = $2, tags = $3, updated_at = $4::timestamptz, version = version + 1,
                      touched = nextval('notes_touched'),
                      deleted_at = case when $5 then $4::timestamptz end, tainted = $6
      where id = $1`,
    [note.id, note.text, note.tags, now, note.deleted, note.tainted],
  );
}

export async function byId(tx: Queryable, personId: string, id: string): Promise<Note | undefined> {
  const { rows } = await tx.query<NoteRow>(`select ${COLUMNS} from notes where person_id = $1 and id = $2`, [
    personId,
    id,
  ]);
  return rows.map(toNote)[0];
}

/** The one that the person wrote or changed last in this conversation, deleted ones too. */
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

type CountedRow = NoteRow & { total: number };

const found = (rows: readonly CountedRow[]): Found => ({ notes: rows.map(toNote), total: rows[0]?.total ?? 0 });

/** Newest first; with `tag`, only those that carry it. */
export async function list(tx: Queryable, personId: string, tag: string | undefined, page: Page): Promise<Found> {
  const { rows } = await tx.query<CountedRow>(
    `select ${COLUMNS}, count(*) over () as total from notes
      where person_id = $1 and deleted_at is null and ($2::text is null or tags @> array[$2::text])
      order by created_at desc, seq desc limit $3 offset $4`,
    [personId, tag ?? null, page.limit, page.offset],
  );
  return found(rows);
}

/**
 * Notes with all of `words` (their last letters may be missing) and all of `tags`, best first. Words are plain letters
 * and digits.
 */
export async function search(
  tx: Queryable,
  personId: string,
  { words, tags }: { words: readonly string[]; tags: readonly string[] },
  page: Page,
): Promise<Found> {
  // Each word as it was said in the note's own spelling, by its beginning, and by its English stem.
  const { rows } = await tx.query<CountedRow>(
    `with query as (select to_tsquery('simple', $2) as exact, to_tsquery('english', $2) as stemmed)
     select ${COLUMNS}, count(*) over () as total from notes, query
      where person_id = $1 and deleted_at is null and tags @> $3
        and (search @@ exact or search @@ stemmed)
      order by ts_rank(search, exact) desc, created_at desc, seq desc limit $4 offset $5`,
    [personId, words.map((word) => `${word}:*`).join(' & '), tags, page.limit, page.offset],
  );
  return found(rows);
}

/** Notes with any of `words` (plain letters and digits), those that hold most of them first. */
export async function withAny(
  tx: Queryable,
  personId: string,
  words: readonly string[],
  limit: number,
): Promise<Note[]> {
  const { rows } = await tx.query<NoteRow>(
    `with query as (select to_tsquery('simple', $2) as exact, to_tsquery('english', $2) as stemmed)
     select ${COLUMNS} from notes, query
      where person_id = $1 and deleted_at is null and (search @@ exact or search @@ stemmed)
      order by (select count(*) from unnest($3::text[]) word
                 where search @@ to_tsquery('simple', word) or search @@ to_tsquery('english', word)) desc,
               created_at desc, seq desc limit $4`,
    [personId, words.map((word) => `${word}:*`).join(' | '), words.map((word) => `${word}:*`), limit],
  );
  return rows.map(toNote);
}

/** Notes that hold each of `parts` somewhere in text or tags, also inside words. */
export async function searchParts(
  tx: Queryable,
  personId: string,
  parts: readonly string[],
  page: Page,
): Promise<Found> {
  const { rows } = await tx.query<CountedRow>(
    `select ${COLUMNS}, count(*) over () as total from notes
      where person_id = $1 and deleted_at is null
        and text || ' ' || array_to_string(tags, ' ') ilike all($2)
      order by created_at desc, seq desc limit $3 offset $4`,
    [personId, parts.map((part) => `%${part.replace(/[\\%_]/g, '\\$&')}%`), page.limit, page.offset],
  );
  return found(rows);
}

/** Remembers what the person sees as a numbered list. */
export function rememberList(
  tx: Transaction,
  { personId, conversationId, ids, now }: { personId: string; conversationId: string; ids: string[]; now: Instant },
): void {
  tx.send(
    `insert into note_lists (person_id, conversation_id, ids, shown_at) values ($1, $2, $3, $4)
     on conflict (person_id, conversation_id)
     do update set ids = excluded.ids, shown_at = excluded.shown_at, at_hand = true`,
    [personId, conversationId, ids, now],
  );
}

/** What was made or changed is at hand now, not the list that was shown before it. */
export function leaveList(tx: Transaction, personId: string, conversationId: string): void {
  tx.send('update note_lists set at_hand = false where person_id = $1 and conversation_id = $2', [
    personId,
    conversationId,
  ]);
}

/** The ids of the last numbered list, as they were numbered, and whether it is at hand still. */
export async function shownList(
  tx: Queryable,
  personId: string,
  conversationId: string,
): Promise<{ ids: string[]; atHand: boolean }> {
  const { rows } = await tx.query<{ ids: string[]; at_hand: boolean }>(
    'select ids, at_hand from note_lists where person_id = $1 and conversation_id = $2',
    [personId, conversationId],
  );
  return { ids: rows[0]?.ids ?? [], atHand: rows[0]?.at_hand ?? false };
}

export const mergeRules: readonly MergeRule[] = [
  { what: 'note', sql: 'update notes set person_id = $2 where person_id = $1 and deleted_at is null' },
  { sql: 'update notes set person_id = $2 where person_id = $1' },
  { sql: 'delete from note_lists where person_id = $1' },
];

/** All notes of the person, and which of them were shown. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from notes where person_id = $1' },
  { sql: 'delete from note_lists where person_id = $1' },
];
