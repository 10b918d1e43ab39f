/** Outcomes of parts, also of those that dead processes were sending. */
import type { Instant } from '../../../base/clock.ts';
import { token } from '../../../base/ids.ts';
import type { Json } from '../../../base/json.ts';
import { type Database, json, type Queryable, type Transaction } from '../../../storage/index.ts';
import type { Receipt } from '../../adapter.ts';
import { SHOWS } from '../frozen.ts';
import type { PartState } from '../states.ts';

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
