/** Memories in the database. Every verb sees one person's memories only, but for those of upkeep. */
import { IS_LEFT_OUT } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { pruneRule } from '../../jobs/index.ts';
import { lockPerson, type MergeRule } from '../../people/index.ts';
import { type Database, type Queryable, render, type StoredRow, sql, type Transaction } from '../../storage/index.ts';
import type { MadeVector, Missing, Source, Space } from '../../vectors/index.ts';
import { inserted, type Memory, memories, type NewMemory } from './memory.ts';
import type { IndexedMemory } from './person-index.ts';

const [COLUMNS] = render(memories.names);

/** The number of the next change of the person's memories. Whoever has it holds off other writers until `tx` ends. */
async function nextVersion(tx: Transaction, personId: string): Promise<number> {
  const { rows } = await tx.query<{ version: number }>(
    `insert into memory_people (person_id, version) values ($1, 1)
     on conflict (person_id) do update set version = memory_people.version + 1 returning version`,
    [personId],
  );
  return (rows[0] as { version: number }).version;
}

/** Stores memories of one person as one change. Undefined, and nothing is stored, when there would be more than `most`. */
export async function insertMemories(
  tx: Transaction,
  personId: string,
  newMemories: readonly NewMemory[],
  most: number,
  now: Instant,
): Promise<Memory[] | undefined> {
  const version = await nextVersion(tx, personId);
  const { rows: counted } = await tx.query<{ count: number }>(
    `select count(*) as count from memories where person_id = $1 and state <> 'deleted'`,
    [personId],
  );
  if ((counted[0]?.count ?? 0) + newMemories.length > most) return undefined;
  const stored: Memory[] = [];
  for (const memory of newMemories) {
    const { state = 'current', from } = memory;
    const key = 'message' in from ? (from.message ?? null) : null;
    const inboxId = 'inboxId' in from ? (from.inboxId ?? null) : null;
    const { rows } = await tx.query(
      ...render(sql`
      insert into memories (${inserted.names}, state, touched, created_at, message_key)
      values (${inserted.values(memory)}, ${state}, ${version}, ${now},
              coalesce(${key}, (select key from inbox where id = ${inboxId})))
      returning ${memories.names}`),
    );
    stored.push(...memories.readAll(rows));
  }
  return stored;
}

export async function setState(
  tx: Transaction,
  personId: string,
  ids: readonly string[],
  state: Memory['state'],
  { by = null, now }: { by?: string | null; now: Instant },
): Promise<void> {
  if (ids.length === 0) return;
  const version = await nextVersion(tx, personId);
  await tx.query(
    `update memories set state = $3, touched = $5,
                         superseded_by = case $3 when 'past' then coalesce($4, superseded_by) when 'deleted' then superseded_by end,
                         deleted_at = case when $3 = 'deleted' then $6::timestamptz end
      where person_id = $1 and id = any($2)`,
    [personId, ids, state, by, version, now],
  );
}

export async function findByIds(db: Queryable, personId: string, ids: readonly string[]): Promise<Memory[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query(`select ${COLUMNS} from memories where person_id = $1 and id = any($2)`, [
    personId,
    ids,
  ]);
  const memoriesById = new Map(memories.readAll(rows).map((memory) => [memory.id, memory]));
  return ids.flatMap((id) => memoriesById.get(id) ?? []);
}

/** Memories that were forgotten at `since` or later. */
export async function findForgotten(db: Queryable, personId: string, since: Instant): Promise<Memory[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from memories where person_id = $1 and state = 'deleted' and deleted_at >= $2
      order by deleted_at desc limit 200`,
    [personId, since],
  );
  return memories.readAll(rows);
}

export async function findInSlot(db: Queryable, personId: string, slot: string): Promise<Memory[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from memories where person_id = $1 and slot = $2 and state = 'current'`,
    [personId, slot],
  );
  return memories.readAll(rows);
}

export async function readPage(db: Pick<Database, 'read'>, personId: string, after: string, limit: number) {
  const { rows } = await db.read(
    `select ${COLUMNS} from memories where person_id = $1 and state <> 'deleted' and id > $2 order by id limit $3`,
    [personId, after, limit],
  );
  return memories.readAll(rows);
}

export async function findTexts(tx: Transaction, personId: string, texts: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ text: string }>(
    `select text from memories where person_id = $1 and text = any($2) and state <> 'deleted'`,
    [personId, texts],
  );
  return new Set(rows.map(({ text }) => text));
}

export interface Page {
  limit: number;
  offset: number;
}

/** Newest first, what waits for the person's word before all others. */
export async function listMemories(
  db: Queryable,
  personId: string,
  { type, tag }: { type?: string | undefined; tag?: string | undefined },
  page: Page,
): Promise<{ memories: Memory[]; total: number }> {
  const { rows } = await db.query<StoredRow & { total: number }>(
    `select ${COLUMNS}, count(*) over () as total from memories
      where person_id = $1 and state in ('current', 'proposed')
        and ($2::text is null or type = $2) and ($3::text is null or tags @> array[$3::text])
      order by state = 'proposed' desc, created_at desc, touched desc, id limit $4 offset $5`,
    [personId, type ?? null, tag ?? null, page.limit, page.offset],
  );
  return { memories: memories.readAll(rows), total: rows[0]?.total ?? 0 };
}

export async function listMadeBefore(
  db: Queryable,
  personId: string,
  { type, tag }: { type?: string | undefined; tag?: string | undefined },
  { at, id, limit }: { at: Instant | undefined; id: string; limit: number },
): Promise<Memory[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from memories
      where person_id = $1 and state in ('current', 'proposed')
        and ($2::text is null or type = $2) and ($3::text is null or tags @> array[$3::text])
        and ($4::timestamptz is null or (created_at, id) < ($4, $5))
      order by created_at desc, id desc limit $6`,
    [personId, type ?? null, tag ?? null, at ?? null, id, limit],
  );
  return memories.readAll(rows);
}

/** Most superseded memories that are told: of thousands of contradictions all would be walked through. */
const MOST_HISTORY = 20;

export async function readHistory(db: Queryable, personId: string, id: string): Promise<Memory[]> {
  const { rows } = await db.query(
    `with recursive older as (
       select m.*, 1 as depth from memories m where m.person_id = $1 and m.superseded_by = $2
       union select m.*, depth + 1 from memories m join older o on m.superseded_by = o.id
              where m.person_id = $1 and depth < $3
     ) select ${COLUMNS} from older where state <> 'deleted' order by said_at desc, depth limit $3`,
    [personId, id, MOST_HISTORY],
  );
  return memories.readAll(rows);
}

export type ChangedMemory = Omit<IndexedMemory, 'state'> & { state: Memory['state']; touched: number };

/** Memories as columns: a row with a thousand of them is read in a fraction of the time of a thousand rows. */
interface IndexPage {
  /** With spaces between, as what follows. Null where there are none. */
  ids: string | null;
  types: string;
  states: string;
  days: string;
  changes: string;
  terms: string;
  tags: Record<string, string[]> | null;
  /** The length of each one's vector, and all of them together. */
  lengths: string;
  vectors: Uint8Array | null;
}

export async function readChangedSince(
  database: Pick<Database, 'read'>,
  personId: string,
  space: string | undefined,
  after: { touched: number; id: string },
  limit: number,
): Promise<ChangedMemory[]> {
  const { rows } = await database.read<IndexPage>(
    `select string_agg(id, ' ') as ids, string_agg(type, ' ') as types, string_agg(state, ' ') as states,
            string_agg(day, ' ') as days, string_agg(touched::text, ' ') as changes,
            string_agg(array_to_string(terms, ' '), E'\n') as terms, json_object_agg(id, tags) filter (where tags <> '{}') as tags,
            string_agg(coalesce(length(vector), 0)::text, ' ') as lengths, string_agg(vector, '') as vectors
       from (select m.id, m.type, m.state, m.touched, m.terms, m.tags, v.vector,
                    coalesce(m.happened_on::text, ((extract(epoch from m.said_at) * 1000)::bigint)::text) as day
               from memories m left join memory_vectors v on v.memory_id = m.id and v.space = $2
              where m.person_id = $1 and (m.touched, m.id) > ($3, $4) order by m.touched, m.id limit $5) page`,
    [personId, space ?? '', after.touched, after.id, limit],
  );
  return rows.flatMap(unpackRow);
}

function unpackRow({ ids, tags, vectors, ...page }: IndexPage): ChangedMemory[] {
  if (ids === null) return [];
  const [types, states] = [page.types.split(' '), page.states.split(' ')];
  const [days, changes, lengths] = [page.days.split(' '), page.changes.split(' '), page.lengths.split(' ')];
  const terms = page.terms.split('\n');
  let end = 0;
  return ids.split(' ').map((id, at) => {
    const length = Number(lengths[at]);
    end += length;
    return {
      id,
      type: types[at] as string,
      state: states[at] as Memory['state'],
      tags: tags?.[id] ?? [],
      terms: (terms[at] as string).split(' '),
      ...speaksOf(days[at] as string),
      touched: Number(changes[at]),
      vector: length > 0 ? vectors?.subarray(end - length, end) : undefined,
    };
  });
}

/** Reads a day, or milliseconds since 1970. */
function speaksOf(day: string): { at: number; isDay: boolean } {
  const isDay = day.includes('-', 1);
  return { at: isDay ? Date.parse(day) : Number(day), isDay };
}

export const purge = pruneRule('memory.purge', { table: 'memories', ended: 'deleted_at' });

export async function readAuto(db: Queryable, personId: string): Promise<'on' | 'off' | 'ask' | null> {
  const { rows } = await db.query<{ auto: 'on' | 'off' | 'ask' | null }>(
    'select auto from memory_people where person_id = $1',
    [personId],
  );
  return rows[0]?.auto ?? null;
}

/** Keeps the people who have not switched automatic memory off; `standard` holds for whoever has not chosen. */
export async function keepWilling(
  db: Queryable,
  personIds: readonly string[],
  standard: 'on' | 'off' | 'ask',
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select p.id from unnest($1::uuid[]) as p (id) left join memory_people m on m.person_id = p.id
      where coalesce(m.auto, $2) <> 'off'`,
    [personIds, standard],
  );
  return new Set(rows.map(({ id }) => id));
}

export async function findPerson(database: Pick<Database, 'read'>, personId: string) {
  const { rows } = await database.read<{
    id: string;
    name: string;
    zone: string;
    auto: 'on' | 'off' | 'ask' | null;
  }>(
    `select p.id, p.name, coalesce(p.zone, 'UTC') as zone, m.auto
       from persons p left join memory_people m on m.person_id = p.id where p.id = $1 and p.erased_at is null`,
    [personId],
  );
  return rows[0];
}

export async function listMadeAt(tx: Transaction, personId: string, at: Instant): Promise<Memory[]> {
  const { rows } = await tx.query(
    `select ${COLUMNS} from memories where person_id = $1 and created_at = $2 and state <> 'deleted'`,
    [personId, at],
  );
  return memories.readAll(rows);
}

export async function setAuto(tx: Transaction, personId: string, auto: 'on' | 'off' | 'ask'): Promise<void> {
  await tx.query(
    `insert into memory_people (person_id, auto) values ($1, $2) on conflict (person_id) do update set auto = $2`,
    [personId, auto],
  );
}

/**
 * The newest memories of a conversation: of those that nobody told coda to keep what was said at `since` or later, of the
 * others what was kept with the message before this one.
 */
export async function listLastNoted(tx: Transaction, personId: string, conversationId: string, since: Instant) {
  const { rows } = await tx.query<{ id: string }>(
    `select id from memories where person_id = $1 and conversation_id = $2 and state in ('current', 'proposed')
        and case source when 'extracted' then said_at >= $3
                        when 'told' then said_at >= (select max(at) from messages where conversation_id = $2 and role = 'user')
            end`,
    [personId, conversationId, since],
  );
  return rows.map(({ id }) => id);
}

export async function listSuperseded(tx: Transaction, personId: string, by: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from memories where person_id = $1 and superseded_by = any($2) and state = 'past'`,
    [personId, by],
  );
  return rows.map(({ id }) => id);
}

export const mergeRules: readonly MergeRule[] = [
  {
    what: 'remembered fact',
    sql: `with next as (
            insert into memory_people (person_id, version) values ($2, 1)
            on conflict (person_id) do update set version = memory_people.version + 1 returning version)
          update memories set person_id = $2, touched = next.version from next where person_id = $1`,
  },
  {
    sql: `update memory_people p set auto = coalesce(p.auto, o.auto) from memory_people o
           where p.person_id = $2 and o.person_id = $1`,
  },
  { sql: 'delete from memory_people where person_id = $1' },
];

// Vectors of memories in the database.

export async function readSpaceAndVersion(
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

export const source: Source = { kind: 'memory', owners, listMissing: missingRows, add };

async function owners(database: Pick<Database, 'read'>, after: string, limit: number): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(
    `select person_id as id from memory_people where $1 = '' or person_id > nullif($1, '')::uuid order by person_id limit $2`,
    [after, limit],
  );
  return rows.map(({ id }) => id);
}

async function missingRows(
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

export async function readTexts(
  database: Pick<Database, 'read'>,
  personId: string,
  ids: readonly string[],
): Promise<Missing[]> {
  const { rows } = await database.read<Missing>(
    `select id, text from memories where person_id = $1 and id = any($2) and state <> 'deleted'`,
    [personId, ids],
  );
  return rows;
}

/** In the space that is searched new vectors are a change of their memories. */
async function add(tx: Transaction, personId: string, space: string, vectors: readonly MadeVector[]): Promise<void> {
  if (!(await lockPerson(tx, personId))) return;
  const ids = vectors.map(({ id }) => id);
  const version = await nextVersion(tx, personId);
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
  await tx.query(
    `update memories set touched = $2 where person_id = $3 and id = any($1)
        and exists (select from memory_spaces where space = $4 and is_current)`,
    [ids, version, personId, space],
  );
}

// Up to where conversations have been looked through for memories.

export interface SaidMessage {
  seq: number;
  role: 'user' | 'assistant';
  text: string;
  tainted: boolean;
  at: Instant;
  /** The identity of the message that its turn answered. */
  key: string | null;
  turn: string | null;
  /** Its turn told of something that was forgotten since, or another version of its answer is shown. */
  isLeftOut: boolean;
}

export async function readNewMessages(
  db: Pick<Database, 'read'>,
  { conversationId, personId }: { conversationId: string; personId: string },
  limit: number,
): Promise<{ seen: number; messages: SaidMessage[] }> {
  const { rows } = await db.read<SaidMessage & { seen: number }>(
    `select m.seq, m.role, coalesce(m.content ->> 'text', '') as text, m.tainted, m.at, i.key, coalesce(s.seq, 0) as seen,
            m.turn_id as turn, ${IS_LEFT_OUT('m.turn_id')} as "isLeftOut"
       from conversations c left join memory_seen s on s.conversation_id = c.id
       join messages m on m.conversation_id = c.id and m.seq > coalesce(s.seq, 0)
       left join turns t on t.id = m.turn_id left join inbox i on i.id = t.inbox_id
      where c.id = $1 and c.kind = 'dm' and c.person_id = $2 and c.temporary_at is null and m.role in ('user', 'assistant')
      order by m.seq limit $3`,
    [conversationId, personId, limit],
  );
  return { seen: rows[0]?.seen ?? 0, messages: rows };
}

export async function isTemporary(tx: Transaction, conversationId: string): Promise<boolean> {
  const { rows } = await tx.query('select from conversations where id = $1 and temporary_at is not null', [
    conversationId,
  ]);
  return rows.length > 0;
}

/** Moves the mark from `from` to `to`; false where it stands elsewhere by now: somebody else has looked. */
export async function moveSeen(tx: Transaction, conversationId: string, from: number, to: number): Promise<boolean> {
  const { count } = await tx.query(
    `insert into memory_seen (conversation_id, seq) values ($1, $3)
     on conflict (conversation_id) do update set seq = $3 where memory_seen.seq = $2`,
    [conversationId, from, to],
  );
  return count > 0;
}

export async function skipAll(tx: Transaction, conversationId: string): Promise<void> {
  await tx.query(
    `insert into memory_seen (conversation_id, seq)
     select $1, coalesce(max(seq), 0) from messages where conversation_id = $1
     on conflict (conversation_id) do update set seq = greatest(memory_seen.seq, excluded.seq)`,
    [conversationId],
  );
}

export async function skipAllOf(tx: Transaction, personId: string): Promise<void> {
  await tx.query(
    `insert into memory_seen (conversation_id, seq)
     select m.conversation_id, max(m.seq) from messages m join conversations c on c.id = m.conversation_id
      where c.kind = 'dm' and c.person_id = $1 group by m.conversation_id
     on conflict (conversation_id) do update set seq = greatest(memory_seen.seq, excluded.seq)`,
    [personId],
  );
}

export async function listUnseen(
  database: Pick<Database, 'read'>,
  before: Instant,
): Promise<{ conversationId: string; personId: string }[]> {
  const { rows } = await database.read<{ conversationId: string; personId: string }>(
    `select c.id as "conversationId", c.person_id as "personId"
       from conversations c left join memory_seen s on s.conversation_id = c.id
      where c.kind = 'dm' and c.person_id is not null and c.temporary_at is null
        and exists (select from messages m where m.conversation_id = c.id and m.epoch = c.epoch
                       and m.seq > coalesce(s.seq, 0) and m.at < $1)
      limit 1000`,
    [before],
  );
  return rows;
}
