import { groupBy } from '../../../base/async.ts';
import type { Instant } from '../../../base/clock.ts';
import type { Database, Queryable } from '../../../storage/index.ts';
import { type Note, notes } from '../note.ts';
import { COLUMNS, type CountedRow, type FoundNote, type Page, type Reader, toFound } from '../store.ts';

/** Matches that are ranked: a word that stands in a hundred thousand notes says little. */
const MOST_RANKED = 1_000;
/**
 * Number of matches beyond which the best are looked for among the newest alone: the index would be read for all of
 * them.
 */
const TOO_MANY = 10_000;
const NEWEST = 1_000;
/** Number of notes looked into inside words, which no index helps with. */
const MOST_LOOKED_INTO = 5_000;

export interface WantedNotes extends Reader {
  language: string;
  tags: readonly string[];
  from?: Instant | undefined;
  to?: Instant | undefined;
}

const ownTerms = ({ personId, conversationId }: Reader): string => `('/p${personId}' | '/c${conversationId}')`;
const sharedTerm = ({ conversationId }: Reader): string => `'/c${conversationId}'`;

/** `$4`, and the days from `$5` to `$6`. Without tags no index of tags must be asked: each note holds none of none. */
export const NARROWED = `($4::text[] = '{}' or tags @> $4)
       and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at < $6)`;

const MANY = `(select notes from note_counts where person_id = $7) > ${TOO_MANY}`;

/** About how many match, times `NEWEST`: of who has many notes, by the share of their newest that do. */
const EXPECTED = `(select count(*) from recent) * coalesce((select notes from note_counts where person_id = $7), 0)::bigint`;

const matchStatement = (columns: string): string => `
  with said as (select case when ${MANY} then $9 else $1 end as terms),
  parsed as (select to_tsquery('simple', terms) as exact, to_tsquery($2::regconfig, terms) as stemmed from said),
  query as (
    -- Of stop words alone nothing is left: then all notes of the reader would match.
    select exact, case when numnode(stemmed) = 0 then exact else stemmed end as stemmed,
           $3::tsquery as mine, $8::tsquery as shared from parsed
  ),
  newest as materialized (
    (select id, tags, created_at, search from notes where person_id = $7 and deleted_at is null and ${MANY}
      order by created_at desc limit ${NEWEST})
    union all
    (select id, tags, created_at, search from notes, query
      where search @@ shared and scope = 'here' and person_id <> $7 and deleted_at is null and ${MANY}
      order by created_at desc limit ${NEWEST})
  ), recent as materialized (
    select id from newest, query where (search @@ exact or search @@ stemmed) and ${NARROWED}
  ), matched as materialized (
    select ${columns}, search, seq from recent join notes using (id) where ${EXPECTED} > ${TOO_MANY * NEWEST}
    union all
    (select ${columns}, search, seq from notes, query
      where ${EXPECTED} <= ${TOO_MANY * NEWEST} and deleted_at is null and ${NARROWED}
        and (search @@ (exact && mine) or search @@ (stemmed && mine))
      limit ${MOST_RANKED})
  )`;

/** `often`: the words as they are looked for among more than `TOO_MANY` notes of a person. */
const wantedParams = (terms: string, often: string, wanted: WantedNotes) => [
  terms,
  wanted.language,
  [ownTerms(wanted), ...wanted.tags.map((tag) => `'${tag}'`)].join(' & '),
  wanted.tags,
  wanted.from ?? null,
  wanted.to ?? null,
  wanted.personId,
  sharedTerm(wanted),
  often,
];

/**
 * Notes with all of `words` (their last letters may be missing) and all tags, best first: titles and tags weigh more than
 * the text. Words are plain letters and digits.
 */
export async function search(
  tx: Queryable,
  wanted: WantedNotes,
  words: readonly string[],
  page: Page,
): Promise<FoundNote> {
  const terms = words.map((word) => `${word}:*`).join(' & ');
  // The index reads all that a beginning may be: of who has many notes, only where the whole words find nothing.
  const first = await searchFor(tx, wanted, { terms, often: words.join(' & ') }, page);
  return first.total > 0 || page.offset > 0 ? first : searchFor(tx, wanted, { terms, often: terms }, page);
}

async function searchFor(
  tx: Queryable,
  wanted: WantedNotes,
  { terms, often }: { terms: string; often: string },
  page: Page,
): Promise<FoundNote> {
  const { rows } = await tx.query<CountedRow>(
    `${matchStatement(COLUMNS)}
     select ${COLUMNS}, count(*) over () as total from matched, query
      order by ts_rank('{0.1, 0.2, 0.6, 1}', search, exact || stemmed) desc, created_at desc, seq desc
      limit $10 offset $11`,
    [...wantedParams(terms, often, wanted), page.limit, page.offset],
  );
  return toFound(rows);
}

export const BEGINNING_LETTERS = 3;

export async function withAny(
  tx: Queryable,
  wanted: WantedNotes,
  words: readonly string[],
  limit: number,
): Promise<Note[]> {
  const terms = words.map((word) => `${word}:*`).join(' | ');
  const often = words.map((word) => (word.length <= BEGINNING_LETTERS ? `${word}:*` : word)).join(' | ');
  const { rows } = await tx.query(
    `${matchStatement(COLUMNS)}
     select ${COLUMNS} from matched, query
      order by ts_rank('{0.5, 0.5, 0.7, 1}', search, exact || stemmed) desc, created_at desc, seq desc limit $10`,
    [...wantedParams(terms, often, wanted), limit],
  );
  return notes.readAll(rows);
}

/**
 * Notes that `searchParts` and `withAnyPart` look into: the newest 5,000 of the reader's and of those shared with them.
 */
const LOOKED_INTO = `((select * from notes where person_id = $1 and deleted_at is null order by created_at desc limit ${MOST_LOOKED_INTO})
             union all
             (select * from notes where search @@ $2::tsquery and scope = 'here' and person_id <> $1 and deleted_at is null
               order by created_at desc limit ${MOST_LOOKED_INTO})) newest
      where ($4::timestamptz is null or created_at >= $4) and ($5::timestamptz is null or created_at < $5)
        and coalesce(title, '') || ' ' || text || ' ' || array_to_string(tags, ' ')`;

const lookedInto = (wanted: WantedNotes, parts: readonly string[]) => [
  wanted.personId,
  sharedTerm(wanted),
  parts.map((part) => `%${part.replace(/[\\%_]/g, '\\$&')}%`),
  wanted.from ?? null,
  wanted.to ?? null,
];

export async function searchParts(
  tx: Queryable,
  wanted: WantedNotes,
  parts: readonly string[],
  page: Page,
): Promise<FoundNote> {
  const { rows } = await tx.query<CountedRow>(
    `select ${COLUMNS}, count(*) over () as total from ${LOOKED_INTO} ilike all($3)
      order by created_at desc, seq desc limit $6 offset $7`,
    [...lookedInto(wanted, parts), page.limit, page.offset],
  );
  return toFound(rows);
}

export async function withAnyPart(
  tx: Queryable,
  wanted: WantedNotes,
  parts: readonly string[],
  limit: number,
): Promise<Note[]> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from ${LOOKED_INTO} ilike any($3) and tags @> $7 order by created_at desc, seq desc limit $6`,
    [...lookedInto(wanted, parts), limit, wanted.tags],
  );
  return notes.readAll(rows);
}

export async function wordsLike(
  tx: Queryable,
  personId: string,
  words: readonly string[],
  most: number,
): Promise<Map<string, string[]>> {
  const { rows } = await tx.query<{ word: string; term: string }>(
    'select word, term from note_terms_like($1, $2, $3)',
    [personId, words, most],
  );
  return new Map([...groupBy(rows, ({ word }) => word)].map(([word, like]) => [word, like.map(({ term }) => term)]));
}

/** True if words are found by trigrams. Throws where their index is there and the library that it needs is not. */
export async function hasTrigrams(database: Pick<Database, 'read'>): Promise<boolean> {
  const { rows } = await database.read<{ home: string }>(
    `select extnamespace::regnamespace::text as home from pg_extension
      where extname = 'pg_trgm' and to_regclass('note_terms_alike') is not null`,
  );
  if (!rows[0]) return false;
  await database.read(`select ${rows[0].home}.similarity('here', 'there')`);
  return true;
}

/** Has words found by trigrams, where the database has them or may create them; says why not where it cannot. */
export function enableTrigrams(database: Pick<Database, 'tx'>): Promise<string | undefined> {
  return database.tx('notes.trigrams', async (tx) => {
    // The first index of many words takes its time.
    await tx.script('set local statement_timeout = 0; set local lock_timeout = 0');
    const { rows } = await tx.query<{ refused: string | null }>('select note_trigrams() as refused');
    return rows[0]?.refused ?? undefined;
  });
}
