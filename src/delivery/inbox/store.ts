import type { Instant } from '../../base/clock.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import {
  type Database,
  type FileReferences,
  type Fragment,
  json,
  NO_SQL,
  render,
  rowSource,
  sql,
  type Transaction,
} from '../../storage/index.ts';
import { deletionRules as conversationErasing, mergeRules as conversationRules } from '../conversations/store.ts';
import type { ItemKind, Payload } from '../item.ts';
import { type ItemContexts, type ItemRow, itemColumns } from '../items/store.ts';

export interface NewRow {
  id: string;
  key: string;
  kind: ItemKind;
  adapter: string;
  conversationId: string;
  personId: string;
  messageId: string;
  payload: Payload;
  laned: boolean;
  counted: boolean;
  plannedBy?: string | undefined;
  sentAt: Instant;
  receivedAt: Instant;
}

export interface AcceptedRow extends ItemRow {
  /** True if the lane was free and is now this process's. Always true for what needs no lane. */
  taken: boolean;
}

export interface AcceptOptions {
  owner: string;
  /** Rows that this process can run at once; the others wait for their turn. */
  freeSlots: number;
  /** With as many rows in its lane a message is not queued: it comes back without a lane, to be refused. */
  queueLimit: number;
  /** Limit on one person's requests; more are refused likewise. Undefined: none. */
  rateLimit: RateLimit | undefined;
}

export interface RateLimit {
  requests: number;
  windowMs: number;
  /** Conversations in which they are being answered at once. */
  turns: number;
}

/** Keys that two rows of one statement may not share: each is counted in its lane's row. */
export function lanesOf({ conversationId }: NewRow): string[] {
  return [conversationId];
}

const NEW_ROWS = rowSource(
  'g',
  `id uuid, key text, kind text, adapter text, conversation_id uuid, person_id uuid, message_id text, payload jsonb,
  laned boolean, counted boolean, later integer, planned_by text, sent_at timestamptz, received_at timestamptz`,
);

function givenRow(rows: readonly NewRow[], index: number) {
  const row = rows[index] as NewRow;
  return {
    id: row.id,
    key: row.key,
    kind: row.kind,
    adapter: row.adapter,
    conversation_id: row.conversationId,
    person_id: row.personId,
    message_id: row.messageId,
    payload: row.payload,
    laned: row.laned,
    counted: row.counted,
    // Number of the statement's events that the person sent after this one.
    later: rows.slice(index + 1).filter((other) => other.counted && other.personId === row.personId).length,
    planned_by: row.plannedBy ?? null,
    sent_at: row.sentAt,
    received_at: row.receivedAt,
  };
}

/** Refers to nobody, so that the statement fails. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The person of a row `q`, unless they are erased, which they cannot be until the transaction ends. */
const SENDER = sql`coalesce((select id from persons
                      where id = coalesce((select person_id from identities
                                            where adapter = q.adapter and external_id = q.payload ->> 'from'), person_id)
                        and erased_at is null for share), ${NOBODY}::uuid)`;
const NOT_TOO_FAST = sql`null`;

/**
 * Stores rows whose keys are new and takes their lanes where these are free, in one statement; for a duplicate nothing
 * comes back. The lane is counted after the insert, and only if there was one: a second copy that is being committed
 * at this moment makes the insert wait, then insert nothing, then count nothing. The identity says whose it is, not
 * what the caller remembers: another process may have given it to another person, or have erased them. Lanes are locked
 * before anything of a person's, as a turn does that changes its person; rows in the order of their ids, so that two
 * statements never wait for each other.
 */
function acceptStatement(
  rows: readonly NewRow[],
  { owner, freeSlots, queueLimit, rateLimit }: AcceptOptions,
  context: Fragment,
): Fragment {
  const newRows = rows.map((_, index) => givenRow(rows, index));
  const lanes = rows.filter(({ laned }) => laned).map(({ conversationId }) => conversationId);
  const taking = rows.slice(0, freeSlots).map(({ id }) => id);
  const inOrder = rows.length > 1 ? sql` order by conversation_id` : NO_SQL;
  const limit = rows.some(({ counted: counts }) => counts) ? rateLimit : undefined;
  return sql`
    with meant as (
      select * from ${NEW_ROWS(newRows)}
    ), held as (
      select conversation_id, pending from lanes where conversation_id = any(${lanes}::uuid[])${inOrder} for update
    ), ${limit ? countingRates(rows, limit) : NO_SQL}queued as (
      select g.*, t.too_fast, l.has_room and g.laned and t.too_fast is null as lined
        from meant g
       -- the first row looks for its lane among all of them, so that all are locked before anything is done for it
       cross join lateral (select coalesce(
         (select pending from held where conversation_id = g.conversation_id) < ${queueLimit}, true) as has_room offset 0) l
       cross join lateral (select ${limit ? tooFast(limit) : NOT_TOO_FAST}::text as too_fast offset 0) t
    ), i as (
      insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, owner,
                         planned_by, sent_at, received_at)
      select id, key, kind, adapter, conversation_id,
             ${SENDER},
             message_id,
             payload || case when too_fast is null then '{}' else jsonb_build_object('tooFast', too_fast) end, 'received', lined,
             case when not lined then ${owner}::uuid end, planned_by, sent_at, received_at
        from queued q order by key
      on conflict (key) do nothing
      returning *
    ), lane as (
      insert into lanes as l (conversation_id, owner, current, pending, served_at)
      select conversation_id, t.owner, case when t.owner is not null then id end, 1, received_at
        from i cross join lateral (select case when i.id = any(${taking}::uuid[]) then ${owner}::uuid end as owner) t
       where laned${inOrder}
      on conflict (conversation_id) do update
         set pending = l.pending + 1,
             owner = case when l.pending = 0 then excluded.owner else l.owner end,
             current = case when l.pending = 0 then excluded.current else l.current end,
             served_at = case when l.pending = 0 then excluded.served_at else l.served_at end
      returning current
    )
    select i.id, i.key, i.kind, i.message_id, i.payload, i.sent_at, i.received_at, i.attempts, i.tainted, i.laned,
           t.taken, ${itemColumns(sql`case when t.taken then (${context}) end`)}
      from i
      cross join lateral (select not i.laned or i.id in (select current from lane) as taken offset 0) t
      -- looked up row by row, however many the planner expects
      cross join lateral (select * from conversations where id = i.conversation_id offset 0) c
      cross join lateral (select * from persons where id = i.person_id offset 0) p`;
}

export async function accept(
  database: Database,
  rows: readonly NewRow[],
  taking: AcceptOptions,
  contexts: ItemContexts,
): Promise<AcceptedRow[]> {
  const reading = contexts.beginReading(rows.map(({ conversationId }) => conversationId));
  const statement = acceptStatement(rows, taking, reading.expression);
  const accepted = await database.run<AcceptedRow>('inbox.accept', ...render(statement));
  reading.complete(accepted.rows);
  return accepted.rows;
}

export async function acceptIn(
  tx: Transaction,
  rows: readonly NewRow[],
  taking: AcceptOptions,
  contexts: ItemContexts,
): Promise<AcceptedRow[]> {
  const reading = contexts.beginReading(rows.map(({ conversationId }) => conversationId));
  const accepted = await tx.query<AcceptedRow>(...render(acceptStatement(rows, taking, reading.expression)));
  reading.complete(accepted.rows);
  return accepted.rows;
}

function countingRates(rows: readonly NewRow[], { windowMs }: RateLimit): Fragment {
  const newest = Math.max(...rows.map(({ receivedAt }) => receivedAt.getTime()));
  const windowStart = new Date(newest - windowMs);
  return sql`rate as (
      insert into rates as r (person_id, since, messages)
      select person_id, max(received_at), count(*) from meant, (select count(*) from held) as lanes_held
       where counted group by person_id order by person_id
      on conflict (person_id) do update
         set messages = case when r.since > ${windowStart} then r.messages else 0 end + excluded.messages,
             since = case when r.since > ${windowStart} then r.since else excluded.since end
      returning person_id, messages
    ), `;
}

/**
 * Why an event of `g` is too much; null: it is not. The first one above the number is told (`requests`), the others of the
 * window are not (`silent`).
 */
function tooFast({ requests, turns }: RateLimit): Fragment {
  return sql`case when g.counted then (
      select case when messages - g.later > ${requests} + 1 then 'silent'
                  when messages - g.later > ${requests} then 'requests'
                  when g.laned and (select count(*) from lanes l join inbox r on r.id = l.current
                                     where l.owner is not null and r.person_id = g.person_id
                                       and l.conversation_id <> g.conversation_id) >= ${turns} then 'turns' end
        from rate where rate.person_id = g.person_id) end`;
}

export interface LanelessClaim {
  limit: number;
  suspects: number;
  now: Instant;
  on: readonly string[];
  /** Platforms of `on` that have just become reachable: messages that wait for them need not wait any longer. */
  reached: readonly string[];
  /** Messages sent before then are too old to be answered: their files are not waited for. */
  oldAt: Instant;
}

/**
 * Takes rows that need no lane and that nobody holds: their process is gone, or their files are due to be asked for again,
 * or they are to be stopped. At most `suspects` of those that may have ended a process are among them.
 */
export async function claimLaneless(
  database: Database,
  owner: string,
  { limit, suspects, now, on, reached, oldAt }: LanelessClaim,
  contexts: ItemContexts,
): Promise<ItemRow[]> {
  const reading = contexts.beginReading([]);
  const statement = sql`
    with due as (
      select id, seq, attempts, payload ? 'suspect' as suspect from inbox
       where state = 'received' and not laned and owner is null
         and (not payload ? 'pending' or payload ? 'stopped' or sent_at < ${oldAt}
              or adapter = any(${on}::text[])
                 and (adapter = any(${reached}::text[])
                      or coalesce((payload #>> '{pending,retryAt}')::timestamptz <= ${now}, true)))
    ), suspect as (
      select id from due where suspect order by attempts, seq limit ${suspects}
    ), i as (
      update inbox set owner = ${owner}
       where id in (select id from inbox where state = 'received' and not laned and owner is null
                       and id in (select id from due where not suspect or id in (select id from suspect))
                     order by seq limit ${limit} for update skip locked)
      returning *)
    select i.id, i.key, i.kind, i.message_id, i.payload, i.sent_at, i.received_at, i.attempts, i.tainted, i.laned,
           ${itemColumns(reading.expression)}
      from i join conversations c on c.id = i.conversation_id join persons p on p.id = i.person_id`;
  const { rows } = await database.run<ItemRow>('inbox.claim', ...render(statement));
  reading.complete(rows);
  return rows;
}

export type FinalState = 'done' | 'waiting' | 'failed' | 'expired' | 'cancelled';

/** True of a row `i` whose voice messages are still to be heard, or are heard at this moment: its turn has not begun. */
const STILL_HEARD = `state = 'received' and not payload ? 'heard' and not payload ? 'unheard' and not payload ? 'resumedAt'
   and payload -> 'files' @> '[{"voice": true}]' and coalesce(payload ->> 'origin', 'person') in ('person', 'http', 'program')`;

/**
 * Changes what is stored of a message that still waits, in its lane, for its files or to be heard; for one whose turn has
 * begun another text is left for the turn to take in. The id of the row that has changed.
 */
export async function amend(database: Database, key: string, change: Partial<Payload>): Promise<string | undefined> {
  const { text = null } = change;
  return database.tx('inbox.amend', async (tx) => {
    // A process that begins the turn or stores its files at this moment is waited for: only then it is known whether it
    // has begun.
    const { rows } = await tx.query<{ id: string }>(
      `select id from inbox
        where key = $1 and state in ('received', 'waiting') and (laned or payload ? 'aside')
          -- a command is done as it was sent, or not at all
          and (kind <> 'command' or $2) for update`,
      [key, change.withdrawn === true],
    );
    const [row] = rows;
    if (!row) return undefined;
    const { count } = await tx.query(
      `update inbox i
          set payload = i.payload || case when begun then jsonb_build_object('edited', $3::text) else $2::jsonb end
         from (select id, not payload ? 'pending' and not (${STILL_HEARD})
                          and (state = 'waiting' or payload ? 'resumedAt'
                               or exists (select from lanes l where l.current = w.id)) as begun
                 from inbox w where id = $1) w
        where i.id = w.id and (not begun or i.payload ->> 'text' <> $3::text)`,
      [row.id, json(change), text],
    );
    return count > 0 ? row.id : undefined;
  });
}

export async function knownKeys(database: Database, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const { rows } = await database.read<{ key: string }>('select key from inbox where key = any($1)', [keys]);
  return rows.map(({ key }) => key);
}

/**
 * Finished rows. The days kept must outlast what a platform delivers again or a backfill reads again: the key is what
 * keeps a second copy out.
 */
export const retentionRules: readonly RetentionRule[] = [
  pruneRule('inbox.prune', { table: 'inbox', ended: 'finished_at' }),
];

export const fileReferences: readonly FileReferences[] = [{ table: 'inbox', column: 'payload' }];

export const mergeRules: readonly MergeRule[] = [
  { first: true, sql: 'select conversation_id from lanes where last_person = $1 order by conversation_id for update' },
  ...conversationRules,
  { sql: 'update inbox set person_id = $2 where person_id = $1' },
  { sql: 'update lanes set last_person = $2 where last_person = $1' },
  { sql: 'delete from rates where person_id = $1' },
];

/** The lanes that an erasure touches, before it holds anything of the person's; in order. */
const lockedLanes: DeletionRule = {
  sql: `select conversation_id from lanes
         where last_person = $1
            or conversation_id in (select conversation_id from inbox
                                    where person_id = $1 and (laned or payload ? 'aside') and state in ('received', 'waiting'))
         order by conversation_id for update`,
};

export const laneRules: readonly DeletionRule[] = [lockedLanes, { sql: 'delete from rates where person_id = $1' }];

/**
 * The person's rows in work, except for the one that asks (`$3`), end before anything is erased: they could commit,
 * between two later rules, data for which the earlier ones have looked already. A commit that comes first is waited
 * for, and erased.
 */
export const haltRules: readonly DeletionRule[] = [
  // Nothing in these lanes begins, goes on or ends meanwhile; those of what came before the person was held, too.
  lockedLanes,
  // A turn that runs loses its lane: nothing of it can be committed any more.
  {
    sql: `with held as (
             select l.conversation_id, l.current from lanes l join inbox i on i.id = l.current
              where i.person_id = $1 and i.laned and i.state = 'received' and i.id is distinct from $3::uuid order by l.conversation_id for update of l
           ), ended as (
             update inbox i set state = 'cancelled', owner = null, finished_at = $2 from held where i.id = held.current
           )
           update lanes l set owner = null, current = null, cancel = false, pending = l.pending - 1
             from held where l.conversation_id = held.conversation_id and l.current = held.current`,
  },
  // Commands, presses, and what waits for its files: whatever they do begins by holding their row.
  {
    sql: `update inbox set state = 'cancelled', owner = null, finished_at = $2
           where person_id = $1 and state = 'received' and not laned and id is distinct from $3::uuid`,
  },
  // A turn that waits for a decision cannot go on without its row; rows that wait in a lane are ended there.
  { sql: `update inbox set state = 'cancelled', finished_at = $2 where person_id = $1 and state = 'waiting'` },
  {
    sql: `update inbox i set payload = '{"from": "", "text": "", "files": [], "withdrawn": true}', message_id = ''
           where person_id = $1 and state = 'received' and laned
             and not exists (select from lanes l where l.current = i.id)`,
  },
];

/** The person's words, and rows to be answered; the hash of a message's identity stays. */
export const deletionRules: readonly DeletionRule[] = [
  ...conversationErasing,
  {
    sql: `update inbox set payload = '{"from": "", "text": "", "files": []}', message_id = ''
           where person_id = $1 and (state <> 'received' or id = $3::uuid)`,
  },
  { sql: 'update lanes set last_person = null where last_person = $1' },
  { sql: 'delete from rates where person_id = $1' },
];

export async function depth(database: Database): Promise<Record<string, number>> {
  const { rows } = await database.read<{ state: string; count: number }>(
    `select state, count(*) as count from inbox where finished_at is null group by state`,
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}
