import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import {
  type Database,
  type Fragment,
  json,
  type Param,
  type Queryable,
  raw,
  render,
  sql,
  type Transaction,
} from '../../storage/index.ts';
import type { Place, Receipt } from '../adapter.ts';
import * as buttonStore from '../buttons/store.ts';
import type { Content } from '../content.ts';
import { toPlace } from '../conversations/store.ts';
import type { PartState } from './states.ts';

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
  state: Extract<PartState, 'sending' | 'pending' | 'draft'>;
  owner: string | null;
  next_at: Instant | null;
  tainted: boolean;
}

const PART_COLUMNS = `id uuid, key text, adapter text, conversation_id uuid, person_id uuid, turn_id uuid, inbox_id uuid,
  grp text, part smallint, reply_to text, content jsonb, state text, owner uuid, next_at timestamptz, tainted boolean`;

/**
 * `with` parts that write parts and buttons for which `when` holds (of a part `o`). A draft with the same key
 * becomes the part, and keeps what is known of its message. `out` has what was written; only that gets its buttons.
 */
export function insertions(
  parts: readonly NewPart[],
  buttons: readonly buttonStore.NewButton[],
  now: Instant,
  when: Fragment,
): Fragment {
  return sql`, out as (
      insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, part, reply_to, content,
                          state, owner, next_at, tainted, created_at)
      select o.*, ${now}::timestamptz from jsonb_to_recordset(${json(parts)}) as o (${raw(PART_COLUMNS)}) where ${when}
      on conflict (key) do update
         set content = excluded.content, drafted = true, state = excluded.state, owner = excluded.owner, tainted = excluded.tainted
       where outbox.state = 'draft'
      returning id, key, inbox_id, receipt, unknown_at, drafted
    )${buttonStore.insertions(buttons, now)}`;
}

/** What `out` says of a part: its row may have been a draft before. */
export interface Written {
  id: string;
  key: string;
  receipt: Receipt | null;
  unknown_at: string | null;
  drafted: boolean;
}

/** Whether an inbox row is one that the statement ends. */
export const FENCED = sql`inbox_id = any (array(select id from fence))`;

/** The scalar that brings back what of `out` belongs to a row of `fence`. */
export const WRITTEN = sql`select jsonb_agg(out) from out where out.inbox_id = fence.id`;

/** Writes parts and buttons; what is not returned was in the outbox already. */
export async function insert(
  tx: Transaction,
  parts: readonly NewPart[],
  buttons: readonly buttonStore.NewButton[],
  now: Instant,
): Promise<Written[]> {
  const statement = sql`with whatever as (select 1)${insertions(parts, buttons, now, sql`true`)} select (select jsonb_agg(out) from out) as written`;
  const { rows } = await tx.query<{ written: Written[] | null }>(...render(statement));
  return rows[0]?.written ?? [];
}

/** A part that could not be delivered for so long is a dead letter. */
export const GIVE_UP_MS = 24 * 3_600_000;

/** A part that was tried; one that is not to be said yet was not. */
const BACKING_OFF = `o.state in ('pending', 'unknown') and o.attempts > 0`;

/** The platforms of this process: those through which something can be said now, and all that are on; none: not known yet. */
export interface Platforms {
  here: readonly string[];
  on: readonly string[];
}

/**
 * When the next part is due to be sent or looked for; `null` when none is. What is held for one of the adapters in `here`
 * is due again after its back-off, what is held for one that is not `on` after a day.
 */
export function earliest({ here, on }: Platforms): string {
  const lost = `select min(created_at) + interval '${GIVE_UP_MS / 3_600_000} hours' from outbox
    where state = 'held' and adapter <> all (array[${quoted(on)}]::text[]) and ${on.length > 0}`;
  const held = `select min(coalesce(next_at, created_at)) from outbox
    where state = 'held' and adapter = any (array[${quoted(here)}]::text[])`;
  const due = `select min(next_at) from outbox where state in ('pending', 'unknown')`;
  return `select least((${due}), (${held}), (${lost}))`;
}

const quoted = (names: readonly string[]) => names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');

/** A `with` part that marks the drafts of answers that have no part in them any more, to be taken away. */
export function surplus(grps: readonly string[], keys: readonly string[]): Fragment {
  return sql`, surplus as (
      update outbox set state = 'pending', removed = true, owner = null, next_at = created_at
       where grp = any(${grps}::text[]) and state = 'draft' and key <> all (${keys}::text[])
         and ${FENCED}
    )`;
}

/**
 * Writes a draft, or takes over the one that an earlier process wrote, if `item` still holds its lane. `fresh` is false
 * for one that was there: its message may be there, too.
 */
export async function draft(
  database: Database,
  part: NewPart,
  item: { conversationId: string; owner: string; inboxId: string },
  now: Instant,
): Promise<(Written & { fresh: boolean }) | undefined> {
  const statement = sql`
    insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, part, reply_to, content,
                        state, owner, next_at, tainted, created_at)
    select o.*, ${now}::timestamptz from jsonb_to_recordset(${json([part])}) as o (${raw(PART_COLUMNS)})
     where exists (select from lanes where conversation_id = ${item.conversationId} and owner = ${item.owner}
                      and current = ${item.inboxId})
    on conflict (key) do update set owner = excluded.owner where outbox.state = 'draft'
    returning id, key, receipt, unknown_at, drafted, xmax = 0 as fresh`;
  const { rows } = await database.run<Written & { fresh: boolean }>('outbox.draft', ...render(statement));
  return rows[0];
}

/** Stores where a draft's message is. */
export async function drafted(database: Database, id: string, owner: string, receipt: Receipt): Promise<void> {
  await database.run(
    'outbox.drafted',
    'update outbox set receipt = $3, unknown_at = null where id = $1 and owner = $2',
    [id, owner, json(receipt)],
  );
}

/** Stores what a later attempt at a part needs to know. */
export async function keep(database: Database, id: string, owner: string, progress: Json): Promise<void> {
  const values = [id, owner, json(progress)];
  await database.run('outbox.keep', 'update outbox set progress = $3 where id = $1 and owner = $2', values);
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
  /** Where its message is, when it was sent before and only has to be brought up to date. */
  receipt: Receipt | undefined;
  /** Its message is to be taken away. */
  removed: boolean;
  /** What its message shows may be older than the part. */
  draft: boolean;
  /** What the adapter has kept of an earlier attempt. */
  progress?: Json | undefined;
  owner: string;
}

/**
 * Takes parts that are due and whose earlier parts of the same answer are there, and what no process with its platform
 * (`on`) has taken up for a day.
 */
export async function claimDue(
  database: Database,
  owner: string,
  now: Instant,
  { limit, on }: { limit: number; on: readonly string[] },
): Promise<Row[]> {
  const { rows } = await database.run<ClaimedRow>(
    'outbox.claim',
    `with due as (
       select o.id from outbox o
        where o.state in ('pending', 'unknown') and o.next_at <= $2
          and not exists (select from outbox e where e.grp = o.grp and e.part < o.part and not o.removed
                           and e.state in ('draft', 'pending', 'sending', 'unknown', 'held'))
        order by o.next_at
        limit ${limit}
        for update of o skip locked
     ), lost as (
       select id from outbox where state = 'held' and adapter <> all ($3) and cardinality($3::text[]) > 0 and created_at <= $4
        limit ${limit}
        for update skip locked
     ), taken as (
       update outbox o set state = 'sending', owner = $1, next_at = null
        where o.id in (select id from due union all select id from lost) returning o.*
     )
     select t.*, c.channel, c.space_id, c.kind from taken t join conversations c on c.id = t.conversation_id
      order by t.grp, t.part`,
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
  fallback: boolean;
  receipt: Receipt | null;
  removed: boolean;
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
    fallback: row.fallback,
    receipt: row.receipt ?? undefined,
    removed: row.removed,
    draft: row.drafted,
    progress: row.progress ?? undefined,
    owner,
  };
}

/** What became of a part. */
export interface Ended {
  id: string;
  state: Exclude<PartState, 'draft' | 'sending'>;
  receipt?: Receipt;
  nextAt?: Instant;
  unknownAt?: Instant;
  error?: string;
  /** Where it goes from now on, when its place is gone. */
  conversationId?: string;
  /** Of a part that was sent: its buttons were shown as used. */
  spent?: boolean;
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
  db: Pick<Queryable, 'query'>,
  owner: string,
  ended: readonly Ended[],
  now: Instant,
): Promise<{ dead: Died[]; areDue: boolean }> {
  const died = ended.some(({ state }) => state === 'dead');
  const outdated = `e.state = 'sent' and o.content ? 'spent' and not coalesce(e.spent, false)`;
  const { rows } = await db.query<Died & { state: string; meant: string }>(
    `with recorded as (update outbox o
        set state = case when ${outdated} then 'pending' else e.state end, owner = null, attempts = o.attempts + 1,
            receipt = case when e."conversationId" is null then coalesce(e.receipt, o.receipt) end,
            drafted = o.drafted and e."conversationId" is null,
            reply_to = case when e."conversationId" is null then o.reply_to end,
            next_at = case when ${outdated} then $3::timestamptz else e."nextAt" end, unknown_at = e."unknownAt",
            error = e.error, conversation_id = coalesce(e."conversationId", o.conversation_id),
            adapter = coalesce((select adapter from conversations where id = e."conversationId"), o.adapter),
            fallback = o.fallback or e."conversationId" is not null,
            sent_at = case when e.state in ('sent', 'dropped') then $3::timestamptz end
       from jsonb_to_recordset($2) as e (id uuid, state text, receipt jsonb, "nextAt" timestamptz,
                                         "unknownAt" timestamptz, error text, "conversationId" uuid, spent boolean)
      where o.id = e.id and o.owner = $1 and o.state = 'sending'
      returning o.id, o.key, o.adapter, o.person_id, o.error, o.state, e.state as meant)${died ? UNDELIVERED : ''}
     select id, key, adapter, person_id, error, state, meant from recorded where state = 'dead' or state <> meant`,
    [owner, json(ended), now],
  );
  const dead = rows.flatMap(({ state, meant: _, ...letter }) => (state === 'dead' ? [letter] : []));
  return { dead, areDue: rows.some(({ state, meant }) => state !== meant) };
}

/** A `with` part: the persons of dead letters are to be told of them. */
const UNDELIVERED = `, told as (update persons set undelivered = true
        where id in (select person_id from recorded where state = 'dead'))`;

/** Stores that nobody knows whether a draft's message is there. */
export async function draftUnknown(database: Database, id: string, owner: string, at: Instant): Promise<void> {
  await database.run('outbox.draft_unknown', 'update outbox set unknown_at = $3 where id = $1 and owner = $2', [
    id,
    owner,
    at,
  ]);
}

/**
 * Parts whose place had nobody there can go now; where it is the whole platform, those with a back-off as well. Returns
 * how many.
 */
export async function reachable(
  database: Database,
  adapter: string,
  channel: string | undefined,
  now: Instant,
): Promise<number> {
  const { count } = await database.run(
    'outbox.reachable',
    `update outbox o set state = case o.state when 'held' then 'pending' else o.state end, next_at = $3
       from conversations c
      where c.id = o.conversation_id and o.adapter = $1
        and (o.state = 'held' and ($2::text is null or c.channel = $2) or $2::text is null and ${BACKING_OFF})`,
    [adapter, channel ?? null, now] satisfies Param[],
  );
  return count;
}

/** Whether anything is held for want of somebody to hear it through one of these adapters. */
export async function anyHeld(database: Database, adapters: readonly string[]): Promise<boolean> {
  const { rows } = await database.read(`select 1 from outbox where state = 'held' and adapter = any($1) limit 1`, [
    adapters,
  ]);
  return rows.length > 0;
}

/** What is held for these adapters can go now. Returns how many. */
export async function takeUpHeld(database: Database, adapters: readonly string[], now: Instant): Promise<number> {
  const { count } = await database.run(
    'outbox.takeup',
    `update outbox set state = 'pending', next_at = $2 where state = 'held' and adapter = any($1)`,
    [adapters, now],
  );
  return count;
}

/** The adapter of a part. */
export async function adapterOf(tx: Transaction, key: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ adapter: string }>('select adapter from outbox where key = $1', [key]);
  return rows[0]?.adapter;
}

/**
 * Has a part shown with its buttons spent and a note below: one that was sent is shown again; one whose receipt is not
 * stored yet (who presses early) once it is. False when there are none.
 */
export async function closeCard(tx: Transaction, key: string, note: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update outbox
        set content = (content - 'buttons') || jsonb_build_object('spent', content->'buttons',
                        'text', (content->>'text') || $2::text),
            drafted = true,
            state = case state when 'sent' then 'pending' else state end,
            next_at = case state when 'sent' then $3 else next_at end
      where key = $1 and content ? 'buttons'
        and (state = 'sent' and receipt is not null or state in ('sending', 'unknown', 'pending', 'held'))`,
    [key, `\n\n_${note}_`, now],
  );
  return count > 0;
}

/** Whether something waits for this adapter to be reachable; a read, so that attaching costs no commit. */
export async function anyWaiting(database: Database, adapter: string): Promise<boolean> {
  const { rows } = await database.read(
    `select 1 from outbox o where adapter = $1 and (state = 'held' or ${BACKING_OFF}) limit 1`,
    [adapter],
  );
  return rows.length > 0;
}

/**
 * What dead processes were sending may or may not be there, and nobody knows since when: the platform may have
 * forgotten it by now, or (those of `settling`) not show it yet. Drafts wait for their turn to go on.
 */
export async function release(
  tx: Transaction,
  owners: readonly string[],
  now: Instant,
  settling: readonly string[],
): Promise<void> {
  await tx.query(
    `update outbox
        set owner = null,
            unknown_at = case when receipt is null then
                           case when adapter = any($3) then $2::timestamptz else coalesce(unknown_at, created_at) end end,
            state = case when state = 'draft' then 'draft' when receipt is null then 'unknown' else 'pending' end,
            next_at = case when state = 'draft' then null else $2::timestamptz end,
            attempts = attempts + case when state = 'draft' then 0 else 1 end
      where owner = any($1::uuid[]) and state in ('sending', 'draft')`,
    [owners, now, settling],
  );
}

/** Who sends, or sent when their process ended. */
export const OWNERS = `select owner from outbox where owner is not null and state in ('sending', 'draft')`;

/** Parts that this owner is sending, as the database has it. */
export async function heldBy(database: Database, owner: string): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(`select id from outbox where owner = $1 and state = 'sending'`, [
    owner,
  ]);
  return rows.map(({ id }) => id);
}

/** Puts parts back that their owner does not know of, and so has not sent. */
export async function free(tx: Transaction, owner: string, ids: readonly string[], now: Instant): Promise<void> {
  await tx.query(
    `update outbox set owner = null, state = case when unknown_at is null then 'pending' else 'unknown' end, next_at = $3
      where owner = $1 and id = any($2::uuid[]) and state = 'sending'`,
    [owner, ids, now],
  );
}
