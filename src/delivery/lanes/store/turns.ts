/** A row that a process runs: its hold on its lane, and the ways by which it leaves it. */
import type { Instant } from '../../../base/clock.ts';
import { type Fragment, json, sql, type Transaction } from '../../../storage/index.ts';
import type { FinalState } from '../../inbox/store.ts';
import type { Item } from '../../item.ts';
import type { ItemRow } from '../../store.ts';

/** A row's end, as it is written. */
export interface RowEnd {
  item: Item;
  state: FinalState;
  error?: string | undefined;
}

/**
 * Ends rows in one statement with what belongs to their ends: `also` are further `with` parts that write only for ids
 * in `fence`, and `written` a scalar per row of `fence` that comes back with it. A row comes back with what is left in
 * its lane, or not at all when it is not this process's any more: then nothing has happened to it. Rows without a lane
 * end alone.
 */
export function ending(ends: readonly RowEnd[], now: Instant, also: Fragment, written: Fragment): Fragment {
  const rows = ends.map(({ item, state, error }) => ({
    id: item.id,
    conversation_id: item.conversation.id,
    person_id: item.person.id,
    owner: item.owner,
    state,
    error: error ?? null,
  }));
  const ids = rows.map(({ id }) => id);
  const fence = ends[0]?.item.laned
    ? leaveLanes(
        rows.map((row) => row.conversation_id),
        now,
      )
    : leaveLaneless(ids);
  return sql`
    with ends as (
      select * from jsonb_to_recordset(${json(rows)})
                 as e (id uuid, conversation_id uuid, person_id uuid, owner uuid, state text, error text)
    ), ${fence}, closed as (
      update inbox i
         set state = e.state, owner = null, error = e.error,
             finished_at = case when e.state = 'waiting' then null else ${now}::timestamptz end
        from ends e join fence using (id)
       where i.id = any(${ids}::uuid[]) and i.id = e.id
    )${also}
    select id, pending, (${written}) as written from fence`;
}

/** Several lanes are locked in one order, so that two statements never wait for each other. */
function leaveLanes(conversationIds: readonly string[], now: Instant): Fragment {
  const isOrdered = conversationIds.length > 1;
  const locked = sql`locked as (
      select conversation_id from lanes where conversation_id = any(${conversationIds}::uuid[])
       order by conversation_id for update
    ), `;
  return sql`${isOrdered ? locked : sql``}fence as (
      update lanes l
         set owner = null, current = null, pending = l.pending - 1, served_at = ${now}, cancel = false,
             last_person = e.person_id
        from ends e${isOrdered ? sql` join locked using (conversation_id)` : sql``}
       where l.conversation_id = any(${conversationIds}::uuid[]) and l.conversation_id = e.conversation_id
         and l.owner = e.owner and l.current = e.id
      returning e.id, l.pending
    )`;
}

function leaveLaneless(ids: readonly string[]): Fragment {
  return sql`fence as (
      select i.id, 0 as pending from inbox i join ends e on e.id = i.id
       where i.id = any(${ids}::uuid[]) and i.owner = e.owner and i.state = 'received' for update of i
    )`;
}

/** True if the row is still this process's, locked so until `tx` ends. Also tells whether somebody asked to stop it. */
export async function lockItem(tx: Transaction, item: Item): Promise<{ owned: boolean; cancel: boolean }> {
  const { rows } = item.laned
    ? await tx.query<{ cancel: boolean }>(
        'select cancel from lanes where conversation_id = $1 and owner = $2 and current = $3 for update',
        [item.conversation.id, item.owner, item.id],
      )
    : await tx.query<{ cancel: boolean }>(
        `select false as cancel from inbox where id = $1 and owner = $2 and state = 'received' for update`,
        [item.id, item.owner],
      );
  return { owned: rows.length > 0, cancel: rows[0]?.cancel ?? false };
}

/**
 * Takes a row out of its lane, so that others go ahead of it; it stays this process's. Undefined when it is not (any more).
 * Like a row that never had a lane, it is another's to go on with when the process dies. Where `most` rows of its person
 * stand aside in some process's hands, it stays in its lane ('laned'); two lanes that are left at once may both be counted
 * before the other.
 */
export async function stepAside(
  tx: Transaction,
  item: Item,
  most = Number.MAX_SAFE_INTEGER,
): Promise<'aside' | 'laned' | undefined> {
  const { rows } = await tx.query<{ moved: boolean }>(
    `with held as (
       select conversation_id, current, cancel,
              (select count(*) from inbox
                where person_id = $4 and state = 'received' and not laned and owner is not null and payload ? 'aside') < $5 as leaves
         from lanes where conversation_id = $1 and owner = $2 and current = $3 for update
     ), freed as (
       update lanes l set owner = null, current = null, pending = l.pending - 1, cancel = false
         from held where l.conversation_id = held.conversation_id and held.leaves
       returning held.current, held.cancel
     ), moved as (
       update inbox i set laned = false, owner = $2, payload = ${STILL_STOPPED} || '{"aside": true}'
         from held freed where i.id = freed.current and freed.leaves
       returning i.id
     )
     select exists (select from moved) as moved from held`,
    [item.conversation.id, item.owner, item.id, item.person.id, most],
  );
  const [row] = rows;
  return row && (row.moved ? 'aside' : 'laned');
}

/** When a row's files are asked for again, how often that was in vain, and how often of it a server of theirs was away. */
export interface Again {
  tries: number;
  fetches: number;
  retryAt: Instant;
}

/**
 * Lets go of a row until its files can be asked for: outside its lane, in nobody's hands, uncharged. False when it is not
 * this process's (any more).
 */
export async function later(tx: Transaction, item: Item, { tries, fetches, retryAt }: Again): Promise<boolean> {
  const owned = item.laned ? await stepAside(tx, item) : (await lockItem(tx, item)).owned;
  if (!owned) return false;
  await tx.query(
    `update inbox
        set owner = null,
            payload = case when payload ? 'pending'
                        then jsonb_set(payload, '{pending}', payload -> 'pending' || $2::jsonb) else payload end
      where id = $1`,
    [item.id, json({ tries, fetches, retryAt: retryAt.toISOString() })],
  );
  return true;
}

/** Locks a lane, held or not, until `tx` ends: who goes back into it does so before holding the row. */
export async function lock(tx: Transaction, conversationId: string): Promise<void> {
  await tx.query('select from lanes where conversation_id = $1 for update', [conversationId]);
}

/** Puts a row that `tx` holds, and that had stepped aside, back into its lane. */
export async function lineUp(tx: Transaction, item: Item): Promise<void> {
  await tx.query(
    `with lined as (update inbox set laned = true, owner = null where id = $1 returning conversation_id)
     insert into lanes as l (conversation_id, pending) select conversation_id, 1 from lined
     on conflict (conversation_id) do update set pending = l.pending + 1`,
    [item.id],
  );
}

/**
 * Marks the running turn of a conversation to be stopped, and messages that have left its lane until their files are there;
 * returns the processes that have them, null for what is in nobody's hands. The lane is locked first: nothing leaves or
 * enters it meanwhile.
 */
export async function cancel(tx: Transaction, conversationId: string): Promise<(string | null)[]> {
  const running = await tx.query<{ owner: string | null; running: boolean }>(
    `update lanes set cancel = current is not null where conversation_id = $1
     returning owner, current is not null as running`,
    [conversationId],
  );
  const aside = await tx.query<{ owner: string | null }>(
    `update inbox set payload = payload || '{"stopped": true}'
      where conversation_id = $1 and state = 'received' and not laned and payload ? 'aside' returning owner`,
    [conversationId],
  );
  return [...running.rows.filter((lane) => lane.running), ...aside.rows].map(({ owner }) => owner);
}

/**
 * Takes the asker's waiting follow-ups along into the running turn, and what they have made of its own message
 * (`payload.edited`). Returns them, oldest first.
 */
export async function steer(
  tx: Transaction,
  item: Item,
  turnId: string,
  now: Instant,
): Promise<{ id: string; payload: ItemRow['payload'] }[]> {
  const { rows } = await tx.query<{ id: string; payload: ItemRow['payload'] }>(
    `with taken as (
       update inbox set state = 'done', steered_into = $3, finished_at = $4
        where conversation_id = $1 and person_id = $2 and state = 'received' and laned and kind = 'message' and id <> $5
          -- what came with a file, or waits to go on with a turn of its own, is not a remark on another
          -- nor is what no person says at this moment
          and not payload ?| array['withdrawn', 'resumedAt', 'suspect', 'origin', 'pending'] and payload -> 'files' = '[]'
          -- nor what brings somebody else's words; a reply to coda's own does not, nor what only the first of a place is asked for
          and payload #> '{points,always}' is null
          and not exists (select from jsonb_array_elements(coalesce(payload -> 'quoted', '[]')) q where not q ? 'own')
          -- what calls something by name begins a turn of its own
          and ltrim(payload ->> 'text') not like '/%'
       returning id, payload, seq
     ), counted as (
       update lanes set pending = pending - (select count(*) from taken) where conversation_id = $1
     ), edited as (
       update inbox i set payload = i.payload - 'edited'
         from (select id, payload from inbox where id = $5 and payload ? 'edited' for update) was where i.id = was.id
       returning i.id, was.payload, i.seq
     )
     select id, payload from (select * from taken union all select * from edited) heard order by seq`,
    [item.conversation.id, item.person.id, turnId, now, item.id],
  );
  return rows;
}

/** The payload of a row `i`, which keeps that it is to be stopped (`freed.cancel`) beyond its hold on the lane. */
export const STILL_STOPPED = `i.payload || case when freed.cancel then '{"stopped": true}'::jsonb else '{}' end`;

/** Puts a row that failed back into its queue, charged with `charge` attempts, if it is still this process's. */
export async function giveBack(tx: Transaction, item: Item, charge: number): Promise<boolean> {
  const { owned, cancel } = await lockItem(tx, item);
  if (!owned) return false;
  await tx.query(
    `update inbox i set attempts = i.attempts + $2, owner = null, payload = ${STILL_STOPPED}
       from (select $3::boolean as cancel) freed where i.id = $1`,
    [item.id, charge, cancel],
  );
  if (!item.laned) return true;
  await tx.query('update lanes set owner = null, current = null where conversation_id = $1', [item.conversation.id]);
  return true;
}

/** Puts a parked row back into its lane: its turn goes on where it stood. False when it is not parked (any more). */
export async function resume(tx: Transaction, inboxId: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `with parked as (
       update inbox set state = 'received', payload = payload || jsonb_build_object('resumedAt', $2::text)
        where id = $1 and state = 'waiting' returning conversation_id
     )
     update lanes l set pending = l.pending + 1 from parked where l.conversation_id = parked.conversation_id`,
    [inboxId, now.toISOString()],
  );
  return count > 0;
}
