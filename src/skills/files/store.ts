/** Texts of files, by their content, and the files that a person may see: those of their messages, and those that tools made for them. */
import type { Instant } from '../../base/clock.ts';
import type { RetentionRule } from '../../jobs/index.ts';
import type { FileFacts, Passage } from '../../media/index.ts';
import type { DeletionRule } from '../../people/index.ts';
import { json, type Queryable, type Transaction } from '../../storage/index.ts';
import { addStamped, type Missing, type Source } from '../../vectors/index.ts';

export interface SeenFile {
  name: string;
  type: string;
  size: number;
  hash: string;
}

/** The asker, and their place: in private they see all of their own files, elsewhere those of that conversation. */
export interface FileReader {
  personId: string;
  conversationId: string;
  private: boolean;
}

/** Their own files, newest first, each content once by its newest name. */
export async function filesOf(db: Queryable, reader: FileReader): Promise<SeenFile[]> {
  const { rows } = await db.query<SeenFile & { size: string | number }>(
    `with sent as (
       select f.name, f.type, f.size, f.hash, i.received_at as at
         from inbox i, jsonb_to_recordset(i.payload -> 'files') as f (name text, type text, size bigint, hash text)
        where i.person_id = $1 and i.payload -> 'files' <> '[]'::jsonb and ($3 or i.conversation_id = $2)
     ), made as (
       select name, type, size, hash, used_at as at from artifacts
        where person_id = $1 and ($3 or conversation_id = $2)
     ), newest as (
       select distinct on (hash) * from (select * from sent union all select * from made) every order by hash, at desc
     )
     select name, type, size, hash from newest order by at desc`,
    [reader.personId, reader.conversationId, reader.private],
  );
  return rows.map(({ name, type, size, hash }) => ({ name, type, size: Number(size), hash }));
}

/** The hashes of these whose text is stored. */
export async function readHashes(db: Queryable, hashes: readonly string[]): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  const { rows } = await db.query<{ hash: string }>('select hash from file_texts where hash = any($1)', [hashes]);
  return new Set(rows.map(({ hash }) => hash));
}

export interface StoredText {
  facts: FileFacts;
  passages: number;
}

/** Undefined where the file has not been read, or by other readers than these. */
export async function readText(db: Queryable, hash: string, readers: number): Promise<StoredText | undefined> {
  const { rows } = await db.query<StoredText>(
    'select facts, passages from file_texts where hash = $1 and readers = $2',
    [hash, readers],
  );
  return rows[0];
}

const BATCH = 200;

/** Stores a text whole, in the place of an earlier one. */
export async function saveText(
  tx: Transaction,
  { hash, readers, facts }: { hash: string; readers: number; facts: FileFacts },
  passages: readonly Passage[],
  now: Instant,
): Promise<void> {
  await tx.query('delete from file_texts where hash = $1', [hash]);
  const { count } = await tx.query(
    `insert into file_texts (hash, readers, facts, passages, read_at) values ($1, $2, $3, $4, $5)
     on conflict (hash) do nothing`,
    [hash, readers, json(facts), passages.length, now],
  );
  // A replica has read the same bytes meanwhile.
  if (count === 0) return;
  for (let from = 0; from < passages.length; from += BATCH) {
    const rows = passages
      .slice(from, from + BATCH)
      .map(({ place, aside, text }, at) => ({ number: from + at, place, aside: aside ?? null, text }));
    await tx.query(
      `insert into file_passages (hash, number, place, aside, text)
       select $1, p.number, p.place, p.aside, p.text
         from jsonb_to_recordset($2) as p (number integer, place text, aside text, text text)`,
      [hash, json(rows)],
    );
  }
}

export interface NumberedPassage extends Passage {
  number: number;
}

interface PassageRow {
  hash: string;
  number: number;
  place: string;
  aside: Passage['aside'] | null;
  text: string;
}

function toPassage({ number, place, aside, text }: PassageRow): NumberedPassage {
  return { number, place, text, ...(aside !== null && { aside }) };
}

export async function readPassages(
  db: Queryable,
  hash: string,
  { from, limit, asides = true }: { from: number; limit: number; asides?: boolean },
): Promise<NumberedPassage[]> {
  const { rows } = await db.query<PassageRow>(
    `select number, place, aside, text from file_passages
      where hash = $1 and number >= $2 and ($4 or aside is null) order by number limit $3`,
    [hash, from, limit, asides],
  );
  return rows.map(toPassage);
}

export async function findPlace(db: Queryable, hash: string, place: string): Promise<number | undefined> {
  const { rows } = await db.query<{ number: number }>(
    `select number from file_passages
      where hash = $1 and (lower(place) = lower($2) or starts_with(lower(place), lower($2) || ',') or strpos(lower(place), lower($2)) > 0)
      order by lower(place) <> lower($2), not starts_with(lower(place), lower($2)), number limit 1`,
    [hash, place],
  );
  return rows[0]?.number;
}

/** Kinds of what is kept apart in a file, with how many passages each has. */
export async function countAsides(db: Queryable, hash: string): Promise<{ aside: string; count: number }[]> {
  const { rows } = await db.query<{ aside: string; count: number }>(
    `select aside, count(*)::int as count from file_passages
      where hash = $1 and aside is not null group by aside order by aside`,
    [hash],
  );
  return rows;
}

export interface FoundPassage extends NumberedPassage {
  hash: string;
}

/** Passages with any of the words, those first that have more of them. `query`: as `to_tsquery` takes it. */
export async function findByWords(
  db: Queryable,
  hashes: readonly string[],
  query: string,
  limit: number,
): Promise<FoundPassage[]> {
  const { rows } = await db.query<PassageRow>(
    `select hash, number, place, aside, text
       from file_passages, to_tsquery('english', $2) as wanted
      where hash = any($1) and search @@ wanted
      order by ts_rank(search, wanted) desc, number limit $3`,
    [hashes, query, limit],
  );
  return rows.map((row) => ({ ...toPassage(row), hash: row.hash }));
}

/** Passages with these very characters, for what has no words between blanks. */
export async function findByCharacters(
  db: Queryable,
  hashes: readonly string[],
  characters: string,
  limit: number,
): Promise<FoundPassage[]> {
  const { rows } = await db.query<PassageRow>(
    `select hash, number, place, aside, text from file_passages
      where hash = any($1) and strpos(lower(text), lower($2)) > 0 order by number limit $3`,
    [hashes, characters, limit],
  );
  return rows.map((row) => ({ ...toPassage(row), hash: row.hash }));
}

export async function countPassages(db: Queryable, hashes: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select coalesce(sum(passages), 0)::int as count from file_texts where hash = any($1)',
    [hashes],
  );
  return rows[0]?.count ?? 0;
}

/** Texts that no message and no artifact refers to, read before `$1`. */
export const unusedTexts: RetentionRule = {
  name: 'files.prune',
  sql: `with used as (
          select f.hash from inbox i, jsonb_to_recordset(i.payload -> 'files') as f (hash text)
           where i.payload -> 'files' <> '[]'::jsonb
          union select hash from artifacts
        ), gone as (
          delete from file_texts where hash = any (array(
            select hash from file_texts t where read_at < $1 and not exists (select from used u where u.hash = t.hash)
             order by read_at limit $2)) returning 1
        ) select count(*) as count from gone`,
};

/** Texts that only this person's messages and artifacts refer to; their rows are still there. */
export const deletionRules: readonly DeletionRule[] = [
  {
    sql: `delete from file_texts where hash in (
            select f.hash from inbox i, jsonb_to_recordset(i.payload -> 'files') as f (hash text)
             where i.person_id = $1 and i.payload -> 'files' <> '[]'::jsonb
            union select hash from artifacts where person_id = $1
            except (
              select f.hash from inbox i, jsonb_to_recordset(i.payload -> 'files') as f (hash text)
               where i.person_id <> $1 and i.payload -> 'files' <> '[]'::jsonb
              union select hash from artifacts where person_id <> $1))`,
  },
];

/** Passages of one file that get vectors: more of them take minutes, and words find the rest. */
const MOST_VECTORS = 3_000;

export const passageSource: Source = {
  kind: 'passage',

  async owners(database, after, limit) {
    const { rows } = await database.read<{ hash: string }>(
      `select distinct owner as hash from passage_vectors where owner > $1 order by owner limit $2`,
      [after, limit],
    );
    return rows.map(({ hash }) => hash);
  },

  async listMissing(database, hash, space, after, limit) {
    const { rows } = await database.read<Missing>(
      `select p.hash || '/' || lpad(p.number::text, 6, '0') as id, p.place || ': ' || p.text as text
         from file_passages p
        where p.hash = $1 and p.number < ${MOST_VECTORS} and p.hash || '/' || lpad(p.number::text, 6, '0') > $3
          and not exists (select from passage_vectors v
                           where v.passage_id = p.hash || '/' || lpad(p.number::text, 6, '0') and v.space = $2)
        order by p.number limit $4`,
      [hash, space, after, limit],
    );
    return rows;
  },

  async add(tx, hash, space, vectors) {
    // The row of the text is held: nobody deletes it meanwhile, and stamps are committed in their order.
    const { rows } = await tx.query('select 1 from file_texts where hash = $1 for no key update', [hash]);
    if (rows.length > 0) await addStamped(tx, 'passage', hash, space, vectors);
  },
};

export async function readNumbered(
  db: Queryable,
  wanted: readonly { hash: string; number: number }[],
): Promise<FoundPassage[]> {
  const { rows } = await db.query<PassageRow>(
    `select p.hash, p.number, p.place, p.aside, p.text
       from file_passages p join jsonb_to_recordset($1) as w (hash text, number integer) using (hash, number)`,
    [json(wanted)],
  );
  return rows.map((row) => ({ ...toPassage(row), hash: row.hash }));
}
