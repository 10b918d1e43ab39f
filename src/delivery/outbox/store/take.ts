/** Parts that are due, and what became of them. */
import type { Instant } from '../../../base/clock.ts';
import type { Json } from '../../../base/json.ts';
import { type Database, json, type Queryable, type Transaction } from '../../../storage/index.ts';
import type { Place, Receipt } from '../../adapter.ts';
import type { Content } from '../../content.ts';
import { toPlace } from '../../conversations/store.ts';
import type { PartState } from '../states.ts';
import { GIVE_UP_MS } from './waiting.ts';

/** A part in this process's hands. */
export interface Row {
  id: string;
  key: string;
  place: Place;
  conversationId: string;
  personId: string | undefined;
  grp: string;
  part: number;
  replyTo: string | undefined;
  content: Content;
  attempts: number;
  unknownAt: Instant | undefined;
  createdAt: Instant;
  /** Since when attempts have failed, one after another. */
  failingSince: Instant | undefined;
  fallback: boolean;
  /** The existing message, where the part only has to be brought up to date. */
  receipt: Receipt | undefined;
  /** Its message is to be taken away. */
  removed: boolean;
  /** The message may show an older text than the part has. */
  isOutdated: boolean;
  /** Progress that the adapter stored at an earlier attempt. */
  progress?: Json | undefined;
  owner: string;
}

/** States of a part `e` that later parts of its message wait for; one that is to be taken away waits for none. */
const OPEN = `e.state in ('draft', 'pending', 'sending', 'unknown', 'held')`;

/**
 * Takes up to `limit` messages that are due, each with all of its parts that are due and follow one another, and what no
 * process with its platform (`on`) has taken up for a day; those first that were due first.
 */
export async function claimDue(
  database: Database,
  owner: string,
  now: Instant,
  { limit, on }: { limit: number; on: readonly string[] },
): Promise<Row[]> {
  const { rows } = await database.run<ClaimedRow>(
    'outbox.claim',
    `with first as (
       select o.id, o.grp, o.part from outbox o
        where o.state in ('pending', 'unknown') and o.next_at <= $2
          and not exists (select from outbox e where e.grp = o.grp and e.part < o.part and not o.removed and ${OPEN})
        order by o.next_at
        limit ${limit}
        for update of o skip locked
     ), due as (
       select o.id, o.grp, o.part, o.removed, o.next_at from first f join outbox o on o.grp = f.grp and o.part >= f.part
        where o.state in ('pending', 'unknown') and o.next_at <= $2
        for update of o skip locked
     ), lost as (
       select id from outbox where state = 'held' and adapter <> all ($3) and cardinality($3::text[]) > 0 and created_at <= $4
        limit ${limit}
        for update skip locked
     ), taken as (
       update outbox o set state = 'sending', owner = $1, next_at = null
        where o.id in (
            -- none that waits for a part which is not due, or in other hands
            select d.id from due d
             where not exists (select from outbox e where e.grp = d.grp and e.part < d.part and not d.removed and ${OPEN}
                                                      and e.id not in (select id from due))
            union all select id from lost)
       returning o.*
     )
     select t.*, c.channel, c.space_id, c.kind from taken t join conversations c on c.id = t.conversation_id
       left join due d on d.id = t.id
      order by d.next_at, t.grp, t.part`,
    [owner, now, on, new Date(now.getTime() - GIVE_UP_MS)],
  );
  return rows.map((row) => toRow(row, owner));
}

interface ClaimedRow {
  id: string;
  key: string;
  adapter: string;
  channel: string;
  space_id: string;
  kind: Place['kind'];
  conversation_id: string;
  person_id: string | null;
  grp: string;
  part: number;
  reply_to: string | null;
  content: Content;
  attempts: number;
  unknown_at: Instant | null;
  created_at: Instant;
  failing_since: Instant | null;
  fallback: boolean;
  receipt: Receipt | null;
  removed: boolean;
  /** The message may show another text than `content`: it was a draft, or its buttons are used up. */
  drafted: boolean;
  progress: Json | null;
}

function toRow(row: ClaimedRow, owner: string): Row {
  return {
    id: row.id,
    key: row.key,
    place: toPlace(row),
    conversationId: row.conversation_id,
    personId: row.person_id ?? undefined,
    grp: row.grp,
    part: row.part,
    replyTo: row.reply_to ?? undefined,
    content: row.content,
    attempts: row.attempts,
    unknownAt: row.unknown_at ?? undefined,
    createdAt: row.created_at,
    failingSince: row.failing_since ?? undefined,
    fallback: row.fallback,
    receipt: row.receipt ?? undefined,
    removed: row.removed,
    isOutdated: row.drafted,
    progress: row.progress ?? undefined,
    owner,
  };
}

/** Stores what a later attempt at a part needs to know. False: the part is not this process's any more. */
export async function keep(database: Database, id: string, owner: string, progress: Json): Promise<boolean> {
  const values = [id, owner, json(progress)];
  const sql = 'update outbox set progress = $3 where id = $1 and owner = $2 returning id';
  const { rows } = await database.run('outbox.keep', sql, values);
  return rows.length > 0;
}

/** True if the part is to be taken away, or is gone. */
export async function isRemoved(database: Pick<Database, 'read'>, id: string): Promise<boolean> {
  const { rows } = await database.read<{ removed: boolean }>('select removed from outbox where id = $1', [id]);
  return rows[0]?.removed ?? true;
}

/** The outcome of sending a part. */
export interface SendResult {
  id: string;
  state: Exclude<PartState, 'draft' | 'sending'>;
  receipt?: Receipt;
  nextAt?: Instant;
  unknownAt?: Instant;
  error?: string;
  /** Its new conversation, when its place is gone. */
  conversationId?: string;
  /** Of a part that was sent: so many of its buttons were shown as used. */
  spent?: number;
  /** It was not this part's turn: no attempt. */
  untried?: true;
}

/** A part that has just become a dead letter. */
interface Died {
  id: string;
  key: string;
  adapter: string;
  person_id: string | null;
  error: string | null;
}

/**
 * Stores outcomes as a set; a part that was taken over meanwhile stays as it is. Returns dead letters, whose persons hear so at
 * their next contact, and whether some are due at once: cards whose buttons were used before this was known, which still
 * show them.
 */
export async function record(
  db: Queryable,
  owner: string,
  ended: readonly SendResult[],
  now: Instant,
): Promise<{ dead: Died[]; areDue: boolean }> {
  const died = ended.some(({ state }) => state === 'dead');
  const outdated = `e.state = 'sent' and coalesce(jsonb_array_length(o.content->'spent'), 0) > coalesce(e.spent, 0)`;
  const { rows } = await db.query<Died & { state: string; meant: string }>(
    `with recorded as (update outbox o
        set state = case when ${outdated} then 'pending' else e.state end, owner = null,
            attempts = o.attempts + case when e.untried then 0 else 1 end,
            receipt = case when e."conversationId" is null then coalesce(e.receipt, o.receipt) end,
            drafted = o.drafted and e."conversationId" is null,
            reply_to = case when e."conversationId" is null then o.reply_to end,
            next_at = case when ${outdated} then $3::timestamptz else e."nextAt" end, unknown_at = e."unknownAt",
            error = e.error, conversation_id = coalesce(e."conversationId", o.conversation_id),
            adapter = coalesce((select adapter from conversations where id = e."conversationId"), o.adapter),
            fallback = o.fallback or e."conversationId" is not null,
            failing_since = case when e.state in ('pending', 'unknown') and e."conversationId" is null then
                              case when e.untried then o.failing_since else coalesce(o.failing_since, $3) end end,
            sent_at = case when e.state in ('sent', 'dropped') then $3::timestamptz end
       from jsonb_to_recordset($2) as e (id uuid, state text, receipt jsonb, "nextAt" timestamptz,
                                         "unknownAt" timestamptz, error text, "conversationId" uuid, spent int,
                                         untried boolean)
      where o.id = e.id and o.owner = $1 and o.state = 'sending'
      returning o.id, o.key, o.adapter, o.person_id, o.error, o.state, e.state as meant)${died ? UNDELIVERED : ''}
     select id, key, adapter, person_id, error, state, meant from recorded where state = 'dead' or state <> meant`,
    [owner, json(ended), now],
  );
  const dead = rows.flatMap(({ state, meant: _, ...letter }) => (state === 'dead' ? [letter] : []));
  return { dead, areDue: rows.some(({ state, meant }) => state !== meant) };
}

/**
 * Has the earlier parts of messages whose place is gone said again where these parts go: who reads the rest there has the
 * whole. Of their own statement: a receipt that is stored in the same one would not be seen.
 */
export async function follow(tx: Transaction, ids: readonly string[], now: Instant): Promise<void> {
  await tx.query(
    `update outbox e
        set state = 'pending', next_at = $2, conversation_id = o.conversation_id, adapter = o.adapter, fallback = true,
            receipt = null, unknown_at = null, reply_to = null, drafted = false, progress = null, sent_at = null
       from outbox o
      where o.id = any($1::uuid[]) and e.grp = o.grp and e.part < o.part and e.state = 'sent'
        and e.conversation_id <> o.conversation_id`,
    [ids, now],
  );
}

/** A `with` part: the persons of dead letters are to be told of them. */
const UNDELIVERED = `, told as (update persons set undelivered = true
        where id in (select person_id from recorded where state = 'dead'))`;
