import type { Instant } from '../../base/clock.ts';
import { token } from '../../base/ids.ts';
import type { Json } from '../../base/json.ts';
import {
  type Database,
  type Fragment,
  json,
  type Param,
  type Queryable,
  render,
  rowSource,
  sql,
  type Transaction,
} from '../../storage/index.ts';
import type { Part, Place, Receipt } from '../adapter.ts';
import * as buttonStore from '../buttons/store.ts';
import type { Content } from '../content.ts';
import { toPlace } from '../conversations/store.ts';
import { WAITS_FOR_READER } from '../unread/store.ts';
import { SHOWS } from './frozen.ts';
import type { PartState } from './states.ts';

// Cards that were said.

export async function adapterOf(tx: Transaction, key: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ adapter: string }>('select adapter from outbox where key = $1', [key]);
  return rows[0]?.adapter;
}

/** The content of a part `o` whose used buttons are spent; those that stand there unused stay. Another press may have been first. */
const SPENT = `(
  select (o.content - 'buttons')
      || case when bool_or(is_open)
           then jsonb_build_object('buttons', jsonb_agg(button order by place) filter (where is_open)) else '{}' end
      || jsonb_build_object('spent', coalesce(o.content->'spent', '[]')
           || coalesce(jsonb_agg(button order by place) filter (where not is_open), '[]'))
    from (select button, place, exists (select from buttons b where b.id = button->>'id' and b.used_at is null) as is_open
            from jsonb_array_elements(o.content->'buttons') with ordinality as shown (button, place)) each)`;

/**
 * Has a part shown with its used buttons spent and a note below: one that was sent is shown again; one whose receipt is
 * not stored yet (who presses early) once it is. False when there are none.
 */
export async function closeCard(tx: Transaction, key: string, note: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update outbox o
        set content = ${SPENT} || jsonb_build_object('text', (content->>'text') || $2::text),
            drafted = true,
            state = case state when 'sent' then 'pending' else state end,
            next_at = case state when 'sent' then $3 else next_at end
      where key = $1 and content ? 'buttons'
        and (state = 'sent' and receipt is not null or state in ('sending', 'unknown', 'pending', 'held'))`,
    [key, `\n\n_${note}_`, now],
  );
  return count > 0;
}

// Parts in the hands of processes.

const IS_SENT_ANEW = `(receipt is null or receipt ? '${SHOWS}' and state = 'sending')`;

/**
 * Releases parts that dead processes were sending: they may have arrived at any time, so that the platform may have
 * forgotten them by now, or (those of `settling`) not show them yet. Drafts wait for their turn to go on.
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
            unknown_at = case when ${IS_SENT_ANEW} then
                           case when adapter = any($3) then $2::timestamptz else coalesce(unknown_at, created_at) end end,
            state = case when state = 'draft' then 'draft' when ${IS_SENT_ANEW} then 'unknown' else 'pending' end,
            next_at = case when state = 'draft' then null else $2::timestamptz end,
            attempts = attempts + case when state = 'draft' then 0 else 1 end
      where owner = any($1::uuid[]) and state in ('sending', 'draft')`,
    [owners, now, settling],
  );
}

export const OWNERS = `select owner from outbox where owner is not null and state in ('sending', 'draft')`;

export async function ownedBy(database: Database, owner: string): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(`select id from outbox where owner = $1 and state = 'sending'`, [
    owner,
  ]);
  return rows.map(({ id }) => id);
}

/** Requeues parts claimed by a statement whose answer was lost: their owner does not know of them. */
export async function requeueLost(tx: Transaction, owner: string, ids: readonly string[], now: Instant): Promise<void> {
  await tx.query(
    `update outbox set owner = null, state = case when unknown_at is null then 'pending' else 'unknown' end, next_at = $3
      where owner = $1 and id = any($2::uuid[]) and state = 'sending'`,
    [owner, ids, now],
  );
}

// The parts of an answer that grows.

/** Writes a draft, or takes over the one that an earlier process wrote, if `item` still holds its lane. */
export async function draft(
  database: Database,
  part: NewPart,
  item: { conversationId: string; owner: string; inboxId: string },
  now: Instant,
): Promise<WrittenPart | undefined> {
  const statement = sql`
    -- waits for who takes the lane away: what is written after that nobody would take away again
    with holder as (
      select from lanes where conversation_id = ${item.conversationId} and owner = ${item.owner}
                          and current = ${item.inboxId} for key share
    )
    insert into outbox (id, key, adapter, conversation_id, person_id, turn_id, inbox_id, grp, part, reply_to, content,
                        state, owner, next_at, tainted, created_at)
    select o.*, ${now}::timestamptz from ${PARTS([part])}
     where exists (select from holder)
    on conflict (key) do update set owner = excluded.owner where outbox.state = 'draft'
    returning id, key, receipt, unknown_at, drafted`;
  const { rows } = await database.run<WrittenPart>('outbox.draft', ...render(statement));
  return rows[0];
}

export async function isDraft(database: Database, id: string, owner: string): Promise<boolean> {
  const { rows } = await database.read(`select 1 from outbox where id = $1 and owner = $2 and state = 'draft'`, [
    id,
    owner,
  ]);
  return rows.length > 0;
}

export async function storeDraftReceipt(
  database: Database,
  id: string,
  owner: string,
  receipt: Receipt,
): Promise<void> {
  await database.run(
    'outbox.drafted',
    'update outbox set receipt = $3, unknown_at = null where id = $1 and owner = $2',
    [id, owner, json(receipt)],
  );
}

export async function markDraftUnknown(database: Database, id: string, owner: string, at: Instant): Promise<void> {
  await database.run('outbox.draft_unknown', 'update outbox set unknown_at = $3 where id = $1 and owner = $2', [
    id,
    owner,
    at,
  ]);
}

// Parts as they are written, with their buttons.

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
  state: Extract<PartState, 'sending' | 'pending' | 'held' | 'draft'>;
  owner: string | null;
  next_at: Instant | null;
  tainted: boolean;
}

const PARTS = rowSource(
  'o',
  `id uuid, key text, adapter text, conversation_id uuid, person_id uuid, turn_id uuid, inbox_id uuid, grp text,
  part smallint, reply_to text, content jsonb, state text, owner uuid, next_at timestamptz, tainted boolean`,
);

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
      select o.*, ${now}::timestamptz from ${PARTS(parts)} where ${when}
      on conflict (key) do update
         set content = excluded.content, drafted = true, state = excluded.state, owner = excluded.owner,
             next_at = excluded.next_at, tainted = excluded.tainted
       where outbox.state = 'draft'
      returning id, key, inbox_id, receipt, unknown_at, drafted
    )${buttonStore.insertions(buttons, now)}`;
}

export interface WrittenPart {
  id: string;
  key: string;
  receipt: Receipt | null;
  unknown_at: string | null;
  drafted: boolean;
}

/**
 * True if an `inbox_id` is that of a row which the statement has found to be this process's still (`fence`). A
 * condition, and not a join: rows keep their order, which is that of a conversation.
 */
export const FENCED = sql`inbox_id = any (array(select id from fence))`;

export const WRITTEN = sql`select jsonb_agg(out) from out where out.inbox_id = fence.id`;

export async function insert(
  tx: Transaction,
  parts: readonly NewPart[],
  buttons: readonly buttonStore.NewButton[],
  now: Instant,
): Promise<WrittenPart[]> {
  // `insertions` begins with a comma: it follows other `with` parts.
  const statement = sql`with start as (select 1)${insertions(parts, buttons, now, sql`true`)} select (select jsonb_agg(out) from out) as written`;
  const { rows } = await tx.query<{ written: WrittenPart[] | null }>(...render(statement));
  return rows[0]?.written ?? [];
}

export function surplusDrafts(grps: readonly string[], keys: readonly string[]): Fragment {
  return sql`, surplus as (
      update outbox set state = 'pending', removed = true, owner = null, next_at = created_at
       where grp = any(${grps}::text[]) and state = 'draft' and key <> all (${keys}::text[])
         and ${FENCED}
    )`;
}

// Known facts about the messages of a place.

/** The part with this key, as an adapter shows it; undefined for a draft, and for one that was taken away or erased. */
export async function saidPart(database: Database, key: string): Promise<Part | undefined> {
  const { rows } = await database.read<Parameters<typeof toPlace>[0] & { content: Content; reply_to: string | null }>(
    `select o.content, o.reply_to, c.adapter, c.channel, c.space_id, c.kind
       from outbox o join conversations c on c.id = o.conversation_id where o.key = $1 and not o.removed and o.state <> 'draft'`,
    [key],
  );
  const [row] = rows;
  return row && { key, place: toPlace(row), content: row.content, ...(row.reply_to && { replyTo: row.reply_to }) };
}

export async function receipts(database: Database, place: Place, since: Instant): Promise<Set<string>> {
  const { rows } = await database.read<{ id: string }>(
    `select o.receipt->>'id' as id from outbox o join conversations c on c.id = o.conversation_id
      where c.adapter = $1 and c.channel = $2 and o.receipt is not null and o.created_at >= $3`,
    [place.adapter, place.channel, since],
  );
  return new Set(rows.map((row) => row.id));
}

/** Parts of a place that may be there though nobody has said so; at most 500. */
export async function unconfirmedParts(
  database: Database,
  place: Place,
): Promise<{ key: string; grp: string; part: number; replyTo: string | undefined }[]> {
  const { rows } = await database.read<{ key: string; grp: string; part: number; reply_to: string | null }>(
    `select o.key, o.grp, o.part, o.reply_to from outbox o join conversations c on c.id = o.conversation_id
      where c.adapter = $1 and c.channel = $2 and (o.receipt is null or o.receipt ? '${SHOWS}')
        and o.state in ('draft', 'pending', 'sending', 'unknown', 'dead') limit 500`,
    [place.adapter, place.channel],
  );
  return rows.map(({ reply_to: replyTo, ...row }) => ({ ...row, replyTo: replyTo ?? undefined }));
}

// Parts that are due, and what became of them.

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
  /** Until then it waits for an open page to read it. */
  callAt: Instant | undefined;
  failingSince: Instant | undefined;
  fallback: boolean;
  receipt: Receipt | undefined;
  removed: boolean;
  /** The message may show an older text than the part has. */
  isOutdated: boolean;
  progress?: Json | undefined;
  owner: string;
}

/** Adapters whose places live in a process, and the seat of this one while it has sessions there. */
export interface Seating {
  adapters: readonly string[];
  seat: string | null;
  /** The sessions there show nothing that answers nothing. */
  onlyAnswers: boolean;
}

/** True of a part `o` unless its place has a seat that another live process has sessions of, which show it. */
const MAY_BE_SAID = (adapters: string, seat: string) => `(o.adapter <> all (${adapters}::text[]) or not exists (
  select from conversations s join instances i on i.seat = s.seat and i.ended_at is null
   where s.id = o.conversation_id and s.seat is distinct from ${seat}::uuid and (o.reply_to is not null or not i.only_answers)))`;

/**
 * True of a part `o` if who is here takes it. Of sessions that take answers only each takes its own: one that none of
 * them took is tried again after its back-off.
 */
const IS_TAKEN = (adapters: string, onlyAnswers: string, now: string) =>
  `(not ${onlyAnswers}::boolean or o.adapter <> all (${adapters}::text[])
    or o.reply_to is not null and (o.next_at is null or o.next_at <= ${now}))`;

/** Part `id` is to be said by another process, as far as that one lives at this moment. */
export async function isSeatedElsewhere(database: Database, id: string, { adapters, seat }: Seating): Promise<boolean> {
  const { rows } = await database.read(`select 1 from outbox o where o.id = $1 and not ${MAY_BE_SAID('$2', '$3')}`, [
    id,
    adapters,
    seat,
  ]);
  return rows.length > 0;
}

/** True if another process than `own` has a session that shows what answers nothing. */
export async function isOpenElsewhere(database: Database, own: string): Promise<boolean> {
  const { rows } = await database.read(
    'select 1 from instances where seat is not null and not only_answers and id <> $1 and ended_at is null limit 1',
    [own],
  );
  return rows.length > 0;
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
  { limit, on, seating }: { limit: number; on: readonly string[]; seating: Seating },
): Promise<Row[]> {
  const { rows } = await database.run<ClaimedRow>(
    'outbox.claim',
    `with first as (
       select o.id, o.grp, o.part from outbox o
        where o.state in ('pending', 'unknown') and o.next_at <= $2 and ${MAY_BE_SAID('$5', '$6')}
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
     ), called as (
       select o.id from outbox o where o.state = 'held' and o.call_at <= $2 and ${MAY_BE_SAID('$5', '$6')}
        limit ${limit}
        for update of o skip locked
     ), taken as (
       update outbox o set state = 'sending', owner = $1, next_at = null
        where o.id in (
            -- none that waits for a part which is not due, or in other hands
            select d.id from due d
             where not exists (select from outbox e where e.grp = d.grp and e.part < d.part and not d.removed and ${OPEN}
                                                      and e.id not in (select id from due))
            union all select id from lost union all select id from called)
       returning o.*
     )
     select t.*, c.channel, c.space_id, c.kind from taken t join conversations c on c.id = t.conversation_id
       left join due d on d.id = t.id
      order by d.next_at, t.grp, t.part`,
    [owner, now, on, new Date(now.getTime() - GIVE_UP_MS), seating.adapters, seating.seat],
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
  call_at: Instant | null;
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
    callAt: row.call_at ?? undefined,
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
export async function storeProgress(database: Database, id: string, owner: string, progress: Json): Promise<boolean> {
  const values = [id, owner, json(progress)];
  const sql = 'update outbox set progress = $3 where id = $1 and owner = $2 returning id';
  const { rows } = await database.run('outbox.keep', sql, values);
  return rows.length > 0;
}

export async function isRemoved(database: Pick<Database, 'read'>, id: string): Promise<boolean> {
  const { rows } = await database.read<{ removed: boolean }>('select removed from outbox where id = $1', [id]);
  return rows[0]?.removed ?? true;
}

export interface SendResult {
  id: string;
  state: Exclude<PartState, 'draft' | 'sending'>;
  receipt?: Receipt;
  nextAt?: Instant;
  unknownAt?: Instant;
  callAt?: Instant;
  error?: string;
  conversationId?: string;
  /** The other conversation is one of the same reader's: no fallback, it may still go elsewhere. */
  isUnread?: true;
  spent?: number;
  /** A dead letter: its person is told `now`, in the same place; a notice of others is itself told of `never`. */
  told?: 'now' | 'never';
  /** Not this part's turn: no attempt. */
  untried?: true;
}

interface DeadPart {
  id: string;
  key: string;
  adapter: string;
  person_id: string | null;
  error: string | null;
}

/** A dead letter whose person is told of it at once. */
export interface ToldNow {
  /** Key of the notice: one for the letters of a message that are stored together. */
  notice: string;
  conversation_id: string;
  person_id: string;
  kind: string;
  text: string;
  tainted: boolean;
}

/**
 * Stores outcomes as a set; a part that was taken over meanwhile stays as it is. Returns dead letters, whose persons hear so
 * at their next contact if not now (`toldNow`), and whether some are due at once: cards whose buttons were used before this
 * was known, which still show them.
 */
export async function storeResults(
  db: Queryable,
  owner: string,
  ended: readonly SendResult[],
  now: Instant,
): Promise<{ dead: DeadPart[]; toldNow: ToldNow[]; areDue: boolean }> {
  const died = ended.some(({ state }) => state === 'dead');
  const outdated = `e.state = 'sent' and coalesce(jsonb_array_length(o.content->'spent'), 0) > coalesce(e.spent, 0)`;
  const { rows } = await db.query<
    DeadPart & Omit<ToldNow, 'person_id'> & { state: string; meant: string; told: string | null }
  >(
    `with recorded as (update outbox o
        set state = case when ${outdated} then 'pending' else e.state end, owner = null,
            attempts = o.attempts + case when e.untried then 0 else 1 end,
            receipt = case when e."conversationId" is null then coalesce(e.receipt, o.receipt) end,
            drafted = o.drafted and e."conversationId" is null,
            reply_to = case when e."conversationId" is null then o.reply_to end,
            next_at = case when ${outdated} then $3::timestamptz else e."nextAt" end, unknown_at = e."unknownAt", call_at = e."callAt",
            error = e.error, conversation_id = coalesce(e."conversationId", o.conversation_id),
            adapter = coalesce((select adapter from conversations where id = e."conversationId"), o.adapter),
            fallback = o.fallback or e."conversationId" is not null and e."isUnread" is null,
            failing_since = case when e.state in ('pending', 'unknown') and e."conversationId" is null then
                              case when e.untried then o.failing_since else coalesce(o.failing_since, $3) end end,
            sent_at = case when e.state in ('sent', 'dropped') then $3::timestamptz end,
            told = o.told or e.told is not null, told_in = case when e.told = 'now' then '${NOTICE}' || o.grp || ':' || $4 else o.told_in end
       from jsonb_to_recordset($2) as e (id uuid, state text, receipt jsonb, "nextAt" timestamptz,
                                         "unknownAt" timestamptz, "callAt" timestamptz, error text, "conversationId" uuid, spent int,
                                         untried boolean, told text, "isUnread" boolean)
      where o.id = e.id and o.owner = $1 and o.state = 'sending'
      returning o.id, o.key, o.adapter, o.person_id, o.error, o.state, e.state as meant, e.told, o.grp, o.told_in as notice,
                o.conversation_id, o.content ->> 'kind' as kind, o.content ->> 'text' as text, o.tainted)${died ? UNDELIVERED : ''}
     select * from recorded where state = 'dead' or state <> meant`,
    [owner, json(ended), now, token()],
  );
  const letters = rows.filter(({ state }) => state === 'dead');
  const dead = letters.map(({ id, key, adapter, person_id, error }) => ({ id, key, adapter, person_id, error }));
  const toldNow = letters.flatMap(({ told, notice, conversation_id, person_id, kind, text, tainted }) =>
    told === 'now' && person_id !== null ? [{ notice, conversation_id, person_id, kind, text, tainted }] : [],
  );
  return { dead, toldNow, areDue: rows.some(({ state, meant }) => state !== meant) };
}

/**
 * Re-sends earlier parts of a message to its fallback place, so that the reader gets all of it. A statement of its own: a
 * receipt that is stored in the same one would not be seen.
 */
export async function resendEarlierParts(tx: Transaction, ids: readonly string[], now: Instant): Promise<void> {
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

/** A notice that dies has its letters told of again, and is not told of itself: none quotes another. */
const UNDELIVERED = `, flagged as (update persons set undelivered = true
        where id in (select person_id from recorded where state = 'dead' and told is distinct from 'now')),
      reopened as (update outbox set told = false
        where state = 'dead' and told_in in (select grp from recorded where state = 'dead' and told = 'never'))`;

/** Key of a notice of dead letters; of one that is told at once the rest is the letter's `grp`. */
const NOTICE = 'undelivered:';

export const noticeKey = (rest: string): string => NOTICE + rest;

export const isNoticeOfLetters = (grp: string): boolean => grp.startsWith(NOTICE);

// When the next part is due, and what waits for somebody to be there.

/** A part that could not be delivered for so long is a dead letter. */
export const GIVE_UP_MS = 24 * 3_600_000;

const BACKING_OFF = `o.state in ('pending', 'unknown') and (o.attempts > 0 or o.error is not null)`;

/** The platforms of this process: those through which something can be said now, and all that are on; none: not known yet. */
export interface Platforms {
  here: readonly string[];
  on: readonly string[];
  seating?: Seating;
}

/**
 * When the next part is due to be sent or looked for; `null` when none is. What is held for one of the adapters in `here`
 * is due again after its back-off, what is held for one that is not `on` after a day, what no page has read at its `call_at`.
 */
export function earliest({ here, on, seating }: Platforms): string {
  const isMine = seating?.adapters.length
    ? MAY_BE_SAID(`array[${quoteNames(seating.adapters)}]`, seating.seat === null ? 'null' : quoteNames([seating.seat]))
    : 'true';
  const isTaken = seating?.onlyAnswers
    ? IS_TAKEN(`array[${quoteNames(seating.adapters)}]`, 'true', `'infinity'`)
    : 'true';
  const lost = `select min(created_at) + interval '${GIVE_UP_MS / 3_600_000} hours' from outbox
    where state = 'held' and adapter <> all (array[${quoteNames(on)}]::text[]) and ${on.length > 0}`;
  const held = `select min(coalesce(next_at, created_at)) from outbox o
    where state = 'held' and adapter = any (array[${quoteNames(here)}]::text[]) and ${isMine} and ${isTaken}`;
  const due = `select next_at from outbox o where state in ('pending', 'unknown') and ${isMine} order by next_at limit 1`;
  const called = `select min(call_at) from outbox o where state = 'held' and call_at is not null and ${isMine}`;
  return `select least((${due}), (${held}), (${lost}), (${called}))`;
}

const quoteNames = (names: readonly string[]) => names.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');

/**
 * Parts whose place had nobody there can go now; where it is the whole platform, those with a back-off as well. Returns
 * how many.
 */
export async function releaseReachable(
  database: Database,
  adapter: string,
  channel: string | undefined,
  now: Instant,
  seating: Seating,
): Promise<number> {
  const { count } = await database.run(
    'outbox.reachable',
    `update outbox o set state = case o.state when 'held' then 'pending' else o.state end, next_at = $3
       from conversations c
      where c.id = o.conversation_id and o.adapter = $1
        and (o.state = 'held' and ($2::text is null or c.channel = $2) and not (${WAITS_FOR_READER}) or $2::text is null and ${BACKING_OFF})
        and ${MAY_BE_SAID('$4', '$5')}`,
    [adapter, channel ?? null, now, seating.adapters, seating.seat] satisfies Param[],
  );
  return count;
}

export async function hasHeldParts(
  database: Database,
  adapters: readonly string[],
  now: Instant,
  seating: Seating,
): Promise<boolean> {
  const { rows } = await database.read(
    `select 1 from outbox o where state = 'held' and adapter = any($1) and ${MAY_BE_SAID('$3', '$4')}
        and ${IS_TAKEN('$3', '$5', '$2')} limit 1`,
    [adapters, now, seating.adapters, seating.seat, seating.onlyAnswers],
  );
  return rows.length > 0;
}

export async function releaseHeldParts(
  database: Database,
  adapters: readonly string[],
  now: Instant,
  seating: Seating,
): Promise<number> {
  const { count } = await database.run(
    'outbox.takeup',
    `update outbox o set state = 'pending', next_at = $2
      where state = 'held' and adapter = any($1) and ${MAY_BE_SAID('$3', '$4')}
        and ${IS_TAKEN('$3', '$5', '$2')}`,
    [adapters, now, seating.adapters, seating.seat, seating.onlyAnswers],
  );
  return count;
}

/** True if something waits for this adapter to be reachable; a read, so that attaching costs no commit. */
export async function anyWaiting(database: Database, adapter: string): Promise<boolean> {
  const { rows } = await database.read(
    `select 1 from outbox o where adapter = $1 and (state = 'held' or ${BACKING_OFF}) limit 1`,
    [adapter],
  );
  return rows.length > 0;
}
