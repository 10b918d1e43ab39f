import type { Instant } from '../../base/clock.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import {
  type Database,
  type Fragment,
  NO_SQL,
  type Queryable,
  raw,
  render,
  sql,
  type Transaction,
} from '../../storage/index.ts';
import { addStamped, keepNewest, type Missing, type Source } from '../../vectors/index.ts';
import { IS_FORGOTTEN } from '../forgotten/store.ts';
import { IS_LEFT_OUT, IS_SHELVED_FOR_ALL } from '../versions/store.ts';
import type { RememberedQuote } from './quoted.ts';
import type { ShownMessage } from './shown.ts';

export interface HistoryEntry {
  seq: number;
  role: 'user' | 'assistant';
  /** `led`: of an answer, that its only untrusted text was the person's own files. */
  content: {
    text: string;
    name?: string;
    /** Origin of a turn that no person began: a schedule, a hook, a program. */
    origin?: string;
    files?: { name: string; type: string }[];
    quoted?: RememberedQuote[];
    led?: true;
    /** A filter refused it, or what was answered to it: it is not sent again. */
    refused?: true;
  };
  /** The rest of what a model was shown with it. */
  shown?: ShownMessage | null;
  tainted: boolean;
}

/** Summary of a conversation up to the message `covers`. */
export interface Summary {
  text: string;
  covers: number;
  messages: number;
  tainted: boolean;
}

export interface RecalledContext {
  summary: Summary | null;
  history: HistoryEntry[];
}

const NEWEST_SUMMARY = sql`(
        select json_build_object('text', s.text, 'covers', s.covers_seq, 'messages', s.messages,
                                 'tainted', s.tainted or c.kind <> 'dm')
          from summaries s where s.conversation_id = c.id and s.epoch = c.epoch order by s.covers_seq desc limit 1)`;
const NO_SUMMARY = sql`null`;
const IS_LATER = sql`and seq > coalesce((select max(s.covers_seq) from summaries s
                                        where s.conversation_id = c.id and s.epoch = c.epoch), 0)`;

interface RecallOptions {
  summed?: boolean;
  knownSeqs?: Fragment;
  isShelved?: Fragment;
}

/**
 * The scalar subqueries behind `RecalledContext`, as an object; `c` is the conversation's row. Other people's words are untrusted
 * text for `reader` (an SQL expression: a person's id), and so is a summary of what several have said. `json` is written
 * as it is read, which takes less than half of the time of building `jsonb` first. Without `summed` summaries are not
 * looked at, and only the last messages come. Versions of answers that are not shown are left out: `isShelved` (an SQL
 * condition on a message). A message in `knownSeqs` (an SQL expression: an array of `seq`) is a number: `KnownMessages` has the
 * rest.
 */
export function recall(
  most: number,
  reader: Fragment,
  { summed = true, knownSeqs, isShelved = IS_SHELVED_FOR_ALL }: RecallOptions = {},
): Fragment {
  const tainted = sql`tainted or (c.kind <> 'dm' and role = 'user' and person_id is distinct from ${reader}) as tainted`;
  const entry = knownSeqs
    ? sql`case when h.seq = any (${knownSeqs}) then to_json(h.seq * 4 + h.tainted::int * 2 + (h.shown is not null)::int) else to_json(h) end`
    : sql`h`;
  return sql`json_build_object(
      'summary', ${summed ? NEWEST_SUMMARY : NO_SUMMARY},
      'history', coalesce((
        select json_agg(${entry} order by h.seq)
          from (select seq, role, content, shown,
                       ${tainted} from messages
                 where conversation_id = c.id and epoch = c.epoch and not ${isShelved}
                   ${summed ? IS_LATER : NO_SQL} order by seq desc limit ${raw(most)}) h), '[]'))`;
}

/** Bytes of what was said that a process keeps, and of what stands around each message. */
const MOST_BYTES = 8_000_000;
const BYTES_AROUND = 300;

/** A message, or a number for one that is known: `seq * 4`, and 2 where it is tainted, 1 where what was shown still stands. */
type ReadEntry = HistoryEntry | number;

/**
 * The messages that each conversation listed last, by `seq`, so that they need not come out of the database with the next
 * message again, and what is made of one is made once. The content of a stored message never changes; if what was shown with
 * it is still there, and whom it taints for, only the database knows. The conversation that was silent for longest is
 * dropped first.
 */
export class KnownMessages {
  private readonly most: number;
  private readonly conversations = new Map<string, ListedMessages>();
  private bytes = 0;

  constructor(most = MOST_BYTES) {
    this.most = most;
  }

  of(conversationIds: readonly string[]): Map<string, ReadonlyMap<number, HistoryEntry>> {
    const histories = new Map<string, ReadonlyMap<number, HistoryEntry>>();
    for (const id of conversationIds) {
      const entries = this.conversations.get(id)?.entries;
      if (entries) histories.set(id, entries);
    }
    return histories;
  }

  /** Keeps what a conversation lists now, and nothing else of it. */
  keep(conversationId: string, history: readonly HistoryEntry[]): void {
    const before = this.conversations.get(conversationId);
    this.drop(conversationId);
    if (history.length === 0) return;
    const list = listMessages(before, history);
    // All others would be dropped for it.
    if (list.bytes > this.most / 2) return;
    this.conversations.set(conversationId, list);
    this.bytes += list.bytes;
    for (const id of this.conversations.keys()) {
      if (this.bytes <= this.most) break;
      this.drop(id);
    }
  }

  private drop(conversationId: string): void {
    this.bytes -= this.conversations.get(conversationId)?.bytes ?? 0;
    this.conversations.delete(conversationId);
  }
}

interface ListedMessages {
  entries: Map<number, HistoryEntry>;
  bytes: number;
}

/**
 * The messages by `seq`. Who reads meanwhile holds the map of before: it may gain messages, and loses none. Bytes are counted of
 * what comes and goes alone: with each message anew they took 30 µs.
 */
function listMessages(
  before: ListedMessages = { entries: new Map(), bytes: 0 },
  history: readonly HistoryEntry[],
): ListedMessages {
  const fresh = history.filter((entry) => before.entries.get(entry.seq) !== entry);
  const bytes = before.bytes + bytesOf(fresh);
  if (before.entries.size + fresh.length === history.length) {
    for (const entry of fresh) before.entries.set(entry.seq, entry);
    return { entries: before.entries, bytes };
  }
  const entries = new Map(history.map((entry) => [entry.seq, entry]));
  const gone = [...before.entries.values()].filter((entry) => entries.get(entry.seq) !== entry);
  return { entries, bytes: bytes - bytesOf(gone) };
}

/**
 * The messages as the database lists them, those that are known as they were made before: also where it has sent them whole, so
 * that nothing is made of them anew.
 */
export function completeHistory(
  read: readonly ReadEntry[],
  cachedEntries: ReadonlyMap<number, HistoryEntry> | undefined,
): HistoryEntry[] {
  return read.map((entry) => {
    if (typeof entry !== 'number') {
      const earlier = cachedEntries?.get(entry.seq);
      const isSame = earlier?.tainted === entry.tainted && (earlier.shown != null) === (entry.shown != null);
      return isSame ? earlier : entry;
    }
    const before = cachedEntries?.get(Math.floor(entry / 4)) as HistoryEntry;
    const [tainted, isShown] = [(entry & 2) !== 0, (entry & 1) !== 0];
    if (before.tainted === tainted && (before.shown != null) === isShown) return before;
    return { ...before, tainted, shown: isShown ? (before.shown ?? null) : null };
  });
}

/** Two bytes for each character, though most text takes one. */
function bytesOf(entries: readonly HistoryEntry[]): number {
  let bytes = 0;
  for (const { content, shown } of entries) {
    const { text, quoted = [] } = content;
    const characters = quoted.reduce((sum, quote) => sum + quote.text.length, text.length);
    bytes += BYTES_AROUND * (1 + quoted.length) + 2 * (characters + (shown ? JSON.stringify(shown).length : 0));
  }
  return bytes;
}

/** The same without messages that told of what was forgotten: no summary is made of them. */
export async function withoutForgotten(
  database: Pick<Database, 'read'>,
  conversationId: string,
  recalled: RecalledContext,
): Promise<RecalledContext> {
  const { rows } = await database.read<{ seq: number }>(
    `select seq from messages where conversation_id = $1 and seq = any($2::bigint[]) and ${IS_FORGOTTEN('turn_id')}`,
    [conversationId, recalled.history.map(({ seq }) => seq)],
  );
  const forgottenSeqs = new Set(rows.map(({ seq }) => seq));
  return forgottenSeqs.size === 0
    ? recalled
    : { ...recalled, history: recalled.history.filter(({ seq }) => !forgottenSeqs.has(seq)) };
}

/** Messages of a conversation between two others, both left out: the newest `most`, oldest first. */
export async function readBetween(
  database: Pick<Database, 'read'>,
  { id, epoch }: { id: string; epoch: number },
  { after, before }: { after: number; before: number },
  most: number,
): Promise<HistoryEntry[]> {
  const { rows } = await database.read<HistoryEntry>(
    `select seq, role, content, tainted from messages m
      where conversation_id = $1 and epoch = $2 and seq > $3 and seq < $4 and not ${IS_LEFT_OUT('m.turn_id')}
      order by seq desc limit $5`,
    [id, epoch, after, before, most],
  );
  return rows.reverse();
}

export async function readRecalled(db: Queryable, conversationId: string, most: number) {
  const statement = sql`select c.settings, c.epoch, ${recall(most, sql`c.person_id`)} as recalled from conversations c where c.id = ${conversationId}`;
  const { rows } = await db.query<{ recalled: RecalledContext; settings: Record<string, unknown>; epoch: number }>(
    ...render(statement),
  );
  return rows[0];
}

export async function taintingTools(
  db: Queryable,
  { id, epoch }: { id: string; epoch: number },
  after: number,
): Promise<string[]> {
  const { rows } = await db.query<{ tool: string }>(
    `select distinct c ->> 'name' as tool
       from messages m
       join steps r on r.turn_id = m.turn_id and r.kind = 'result' and r.payload -> 'tainted' = 'true'
       join steps q on q.turn_id = m.turn_id and q.path = r.path and q.kind = 'model'
      cross join lateral jsonb_array_elements(q.payload -> 'calls') c
      where m.conversation_id = $1 and m.epoch = $2 and m.seq > $3 and m.role = 'assistant' and m.tainted
        and c ->> 'id' = r.call_id
      order by 1 limit 10`,
    [id, epoch, after],
  );
  return rows.map(({ tool }) => tool);
}

export interface NewSummary extends Summary {
  conversationId: string;
  epoch: number;
  model: string;
  of: readonly number[];
  after: number | undefined;
}

/**
 * Keeps a summary; the messages that went into it stay where they are. False, and nothing is kept, where something that went
 * into it is there no more: whoever said it was erased meanwhile.
 */
export async function addSummary(tx: Transaction, summary: NewSummary, now: Instant): Promise<boolean> {
  const { conversationId, epoch, covers, messages, text, tainted, model, of, after = null } = summary;
  // An erasure holds the conversation as well, from before the person's words go until all are gone.
  await tx.query('select 1 from conversations where id = $1 for no key update', [conversationId]);
  const { count } = await tx.query(
    `insert into summaries (conversation_id, epoch, covers_seq, messages, text, tainted, model, created_at)
     select $1, $2, $3, $4, $5, $6, $7, $8
      where (select count(*) from messages where conversation_id = $1 and seq = any($9::bigint[]) and not ${IS_FORGOTTEN('turn_id')}) = cardinality($9::bigint[])
        and ($10::bigint is null
             or exists (select from summaries where conversation_id = $1 and epoch = $2 and covers_seq = $10))
     on conflict do nothing`,
    [conversationId, epoch, covers, messages, text, tainted, model, now, of, after],
  );
  return count > 0;
}

/** The whole text of a stored result, if the call was made for this person; `call` begins with its nested turn's path. */
export async function readResult(db: Queryable, personId: string, turnId: string, call: string) {
  const { rows } = await db.query<{ text: string; tainted: boolean }>(
    `select concat_ws(E'\\n\\n', coalesce(s.payload ->> 'text', s.payload ->> 'message', ''), s.payload ->> 'material') as text, s.tainted
       from steps s join turns t on t.id = s.turn_id
      where s.turn_id::text = $1 and concat_ws('/', nullif(s.path, ''), s.call_id) = $2 and s.kind = 'result' and t.person_id = $3
      order by s.seq desc limit 1`,
    [turnId, call, personId],
  );
  return rows[0];
}

export const deletionRules: readonly DeletionRule[] = [
  // No summary that is being made of it is kept meanwhile.
  {
    sql: `select from conversations
           where id in (select conversation_id from messages where person_id = $1) or person_id = $1
           order by id for no key update`,
  },
  { sql: 'delete from summaries where conversation_id in (select conversation_id from messages where person_id = $1)' },
  {
    sql: `delete from messages
           where person_id = $1 or turn_id in (select id from turns where person_id = $1)
              -- turns are removed before what was said in them
              or turn_id in (select turn_id from messages where person_id = $1)
              or conversation_id in (select id from conversations where kind = 'dm' and person_id = $1)`,
  },
];

export const mergeRules: readonly MergeRule[] = [{ sql: 'update messages set person_id = $2 where person_id = $1' }];

// Messages as texts that have vectors.

const MOST_VECTORS = 2_000;
const LONGEST_VECTOR_TEXT = 1_000;

const NEWEST = `select id, left(content ->> 'text', ${LONGEST_VECTOR_TEXT}) as text from messages
                 where conversation_id = $1 and role in ('user', 'assistant') and content ->> 'text' <> ''
                 order by epoch desc, seq desc limit ${MOST_VECTORS}`;

export const source: Source = {
  kind: 'message',

  // Only what has been searched once has vectors.
  async owners(database, after, limit) {
    const { rows } = await database.read<{ id: string }>(
      `select distinct owner as id from message_vectors where $1 = '' or owner > nullif($1, '')::uuid
        order by owner limit $2`,
      [after, limit],
    );
    return rows.map(({ id }) => id);
  },

  async listMissing(database, conversationId, space, after, limit) {
    const { rows } = await database.read<Missing>(
      `select m.id::text as id, m.text from (${NEWEST}) m
        where ($3 = '' or m.id > nullif($3, '')::uuid)
          and not exists (select from message_vectors v where v.message_id = m.id and v.space = $2)
        order by m.id limit $4`,
      [conversationId, space, after, limit],
    );
    return rows;
  },

  async add(tx, conversationId, space, vectors) {
    // Whoever holds the conversation's row is the only one who adds vectors of it: stamps are committed in their order.
    await tx.query('select 1 from conversations where id = $1 for no key update', [conversationId]);
    const { rows } = await tx.query<{ id: string }>(
      'select id::text as id from messages where conversation_id = $1 and id = any($2::uuid[]) for key share',
      [conversationId, vectors.map(({ id }) => id)],
    );
    const there = new Set(rows.map(({ id }) => id));
    const stored = vectors.filter(({ id }) => there.has(id));
    await addStamped(tx, 'message', conversationId, space, stored);
    await keepNewest(tx, 'message', { owner: conversationId, space }, { newest: NEWEST, most: MOST_VECTORS });
  },
};
