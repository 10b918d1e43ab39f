import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import { type Database, type Fragment, json, type Param, sql, type Transaction } from '../../storage/index.ts';
import type { Place, Receipt } from '../adapter.ts';
import type { Content } from '../content.ts';
import { toPlace } from '../store.ts';

/** A part as it is written; JSON names are the columns'. */
export interface NewPart {
  id: string;
  key: string;
  adapter: string;
  conversation_id: string;
  person_id: string | null;
  turn_id: string | null;
  inbox_id: string | null;
  grp: string;
  part: number;
  reply_to: string | null;
  content: Content;
  state: 'sending' | 'pending';
  owner: string | null;
  next_at: Instant | null;
  tainted: boolean;
}

/** A button's row. */
export interface NewButton {
  id: string;
  card: string;
  label: string;
  position: number;
  action: Json;
  conversation_id: string;
  person_id: string | null;
}

const PART_COLUMNS = `id uuid, key text, adapter text, conversation_id uuid, person_id uuid, turn_id uuid, inbox_id uuid,
  grp text, part smallint, reply_to text, content jsonb, state text, owner uuid, next_at timestamptz, tainted boolean`;

const BUTTON_COLUMNS =
  'id text, card text, label text, position smallint, action jsonb, conversation_id uuid, person_id uuid';

/** Two `with` parts that write parts and buttons, if `when` (`exists (select from fence)`) holds. */
export function insertions(
  parts: readonly NewPart[],
  buttons: readonly NewButton[],
  now: Instant,
  when: Fragment,
): Fragment {
  return sql`, out as (
      insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, part, reply_to, content,
                          state, owner, next_at, tainted, created_at)
      select o.*, ${now}::timestamptz from jsonb_to_recordset(${json(parts)}) as o (${raw(PART_COLUMNS)}) where ${when}
      on conflict (key) do nothing
      returning id
    ), presses as (
      insert into buttons (id, card, label, position, action, conversation_id, person_id, created_at)
      select b.*, ${now}::timestamptz from jsonb_to_recordset(${json(buttons)}) as b (${raw(BUTTON_COLUMNS)})
       where ${when} and exists (select from jsonb_to_recordset(${json(parts)}) as o (key text) where o.key = b.card)
    )`;
}

function raw(text: string): Fragment {
  return { strings: [text], values: [] };
}

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
  fallback: boolean;
  owner: string;
}

/** Takes parts that are due and whose earlier parts of the same answer are there. */
export async function claimDue(database: Database, owner: string, now: Instant, limit: number): Promise<Row[]> {
  const { rows } = await database.run<ClaimedRow>(
    'outbox.claim',
    `with due as (
       select o.id from outbox o
        where o.state in ('pending', 'unknown') and o.next_at <= $2
          and not exists (select from outbox e where e.grp = o.grp and e.part < o.part
                           and e.state in ('draft', 'pending', 'sending', 'unknown', 'held'))
        order by o.next_at
        limit $3
        for update of o skip locked
     ), taken as (
       update outbox o set state = 'sending', owner = $1, next_at = null from due where o.id = due.id returning o.*
     )
     select t.*, c.channel, c.space_id, c.kind from taken t join conversations c on c.id = t.conversation_id
      order by t.grp, t.part`,
    [owner, now, limit],
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
  fallback: boolean;
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
    fallback: row.fallback,
    owner,
  };
}

/** What became of a part. */
export interface Ended {
  id: string;
  state: 'sent' | 'pending' | 'unknown' | 'held' | 'dead';
  receipt?: Receipt;
  nextAt?: Instant;
  unknownAt?: Instant;
  error?: string;
  /** Where it goes from now on, when its place is gone. */
  conversationId?: string;
}

/** Stores outcomes as a set; a part that was taken over meanwhile stays as it is. */
export async function record(database: Database, owner: string, ended: readonly Ended[], now: Instant): Promise<void> {
  await database.run(
    'outbox.receipts',
    `update outbox o
        set state = e.state, owner = null, attempts = o.attempts + 1, receipt = coalesce(e.receipt, o.receipt),
            next_at = e."nextAt", unknown_at = e."unknownAt", error = e.error,
            conversation_id = coalesce(e."conversationId", o.conversation_id),
            adapter = coalesce((select adapter from conversations where id = e."conversationId"), o.adapter),
            fallback = o.fallback or e."conversationId" is not null,
            sent_at = case when e.state = 'sent' then $3::timestamptz end
       from jsonb_to_recordset($2) as e (id uuid, state text, receipt jsonb, "nextAt" timestamptz,
                                         "unknownAt" timestamptz, error text, "conversationId" uuid)
      where o.id = e.id and o.owner = $1 and o.state = 'sending'`,
    [owner, json(ended), now],
  );
}

/** Parts whose place had nobody there can go now. Returns how many. */
export async function reachable(
  database: Database,
  adapter: string,
  channel: string | undefined,
  now: Instant,
): Promise<number> {
  const { count } = await database.run(
    'outbox.reachable',
    `update outbox o set state = 'pending', next_at = $3
       from conversations c
      where c.id = o.conversation_id and o.adapter = $1 and o.state = 'held' and ($2::text is null or c.channel = $2)`,
    [adapter, channel ?? null, now] satisfies Param[],
  );
  return count;
}

/** Whether something waits for a place of this adapter to be reachable; a read, so that attaching costs no commit. */
export async function anyHeld(database: Database, adapter: string): Promise<boolean> {
  const { rows } = await database.read(`select 1 from outbox where adapter = $1 and state = 'held' limit 1`, [adapter]);
  return rows.length > 0;
}

/** The person's DM on this adapter or another, to fall back to. */
export async function directConversation(
  database: Database,
  personId: string,
  notIn: string,
): Promise<string | undefined> {
  const { rows } = await database.read<{ id: string }>(
    `select id from conversations where person_id = $1 and kind = 'dm' and id <> $2 order by created_at desc limit 1`,
    [personId, notIn],
  );
  return rows[0]?.id;
}

/** What dead processes were sending may or may not be there. */
export async function release(tx: Transaction, owners: readonly string[], now: Instant): Promise<void> {
  await tx.query(
    `update outbox set state = 'unknown', owner = null, next_at = $2, unknown_at = coalesce(unknown_at, $2),
            attempts = attempts + 1
      where owner = any($1::uuid[]) and state = 'sending'`,
    [owners, now],
  );
}
