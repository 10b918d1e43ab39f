import type { Instant } from '../../base/clock.ts';
import { type Database, type Fragment, json, NO_SQL, raw, render, sql, type Transaction } from '../../storage/index.ts';
import type { Item } from '../item.ts';
import { type ItemContexts, type ItemRow, itemColumns } from '../items/store.ts';

// Inbox rows that a process owns, in their lanes and beside them.

/**
 * Frees what dead processes ran, in lanes and beside them. What ran in one that `crashed` is suspect from then on: suspects
 * run one at a time in a process, and only what ran alone, or as the only suspect, is charged with an attempt.
 */
export async function release(tx: Transaction, owners: readonly string[], crashed: boolean): Promise<void> {
  await tx.query(
    `with freed as (
       select conversation_id, owner, current, cancel from lanes where owner = any($1::uuid[]) for update
     ), held as (
       select owner, current as id, cancel from freed
       union all
       select owner, id, false from inbox where owner = any($1::uuid[]) and state = 'received' and not laned
     ), ran as (
       select held.*, i.payload ? 'suspect' as suspect, count(*) over (partition by held.owner) as together,
              count(*) filter (where i.payload ? 'suspect') over (partition by held.owner) as suspects
         from held join inbox i using (id)
     ), tried as (
       update inbox i
          set owner = null,
              attempts = i.attempts
                + case when $2 and (ran.together = 1 or ran.suspect and ran.suspects = 1) then 1 else 0 end,
              payload = i.payload || case when ran.cancel then '{"stopped": true}'::jsonb else '{}' end
                                  || case when $2 then '{"suspect": true}'::jsonb else '{}' end
         from ran where i.id = ran.id and i.state = 'received' and (i.laned or i.owner = ran.owner)
     )
     update lanes l set owner = null, current = null, cancel = false
       from freed where l.conversation_id = freed.conversation_id`,
    [owners, crashed],
  );
}

export const OWNERS = `select owner from lanes where owner is not null
  union select owner from inbox where state = 'received' and not laned and owner is not null`;

export async function ownedBy(database: Database, owner: string): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(
    `select current as id from lanes where owner = $1 and current is not null
      union all select id from inbox where state = 'received' and not laned and owner = $1`,
    [owner],
  );
  return rows.map(({ id }) => id);
}

export async function requeueLost(tx: Transaction, owner: string, ids: readonly string[]): Promise<void> {
  await tx.query(
    `with laneless as (
       update inbox set owner = null where owner = $1 and id = any($2::uuid[]) and state = 'received' and not laned
     ), freed as (
       select conversation_id, current, cancel from lanes where owner = $1 and current = any($2::uuid[]) for update
     ), kept as (
       update inbox i set payload = ${STILL_STOPPED} from freed where i.id = freed.current
     )
     update lanes l set owner = null, current = null, cancel = false
       from freed where l.conversation_id = freed.conversation_id`,
    [owner, ids],
  );
}

// A row that a process runs: its hold on its lane, and the ways by which it leaves it.

/** True if the row is still this process's, locked so until `tx` ends. Also tells whether somebody asked to stop it. */
export async function lockItem(tx: Transaction, item: Item): Promise<{ owned: boolean; cancel: boolean }> {
  const { rows } = item.inLane
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
export async function leaveLane(
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

export interface FileRetry {
  tries: number;
  fetches: number;
  retryAt: Instant;
}

/**
 * Lets go of a row until its files can be asked for: outside its lane, in nobody's hands, uncharged. False when it is not
 * this process's (any more).
 */
export async function waitForFiles(
  tx: Transaction,
  item: Item,
  { tries, fetches, retryAt }: FileRetry,
): Promise<boolean> {
  const owned = item.inLane ? await leaveLane(tx, item) : (await lockItem(tx, item)).owned;
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

export async function rejoinLane(tx: Transaction, item: Item): Promise<void> {
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

/** True if a turn runs in the conversation's lane, or waits beside it for its files. */
export async function isUnderWay(database: Pick<Database, 'read'>, conversationId: string): Promise<boolean> {
  const { rows } = await database.read(
    `select from lanes where conversation_id = $1 and current is not null
     union all
     select from inbox where conversation_id = $1 and state = 'received' and not laned and payload ? 'aside' limit 1`,
    [conversationId],
  );
  return rows.length > 0;
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
       update inbox i set state = 'done', steered_into = $3, finished_at = $4
         from (select payload from inbox where id = $5) asked
        where i.conversation_id = $1 and i.person_id = $2 and i.state = 'received' and i.laned and i.kind = 'message' and i.id <> $5
          -- what came with a file, or waits to go on with a turn of its own, is not a remark on another
          -- nor is what no person says at this moment, nor what was spoken: that is no consent in writing
          and not i.payload ?| array['withdrawn', 'resumedAt', 'suspect', 'origin', 'pending', 'heard'] and i.payload -> 'files' = '[]'
          -- nor what brings somebody else's words; a reply to coda's own does not, nor what only the first of a place is asked for
          and i.payload #> '{points,always}' is null
          and not exists (select from jsonb_array_elements(coalesce(i.payload -> 'quoted', '[]')) q where not q ? 'own')
          -- what calls something by name begins a turn of its own
          and ltrim(i.payload ->> 'text') not like '/%'
          -- nor is it said with the rights of another token
          and (i.payload -> 'rights') is not distinct from (asked.payload -> 'rights')
          and (i.payload -> 'guest') is not distinct from (asked.payload -> 'guest')
          and (i.payload -> 'roles') is not distinct from (asked.payload -> 'roles')
          -- nor is it taken past a command that changes something
          and not exists (select from inbox c where c.conversation_id = $1 and c.state = 'received' and c.laned
                                                and c.kind = 'command' and c.seq < i.seq)
       returning i.id, i.payload, i.seq
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

const STILL_STOPPED = `i.payload || case when freed.cancel then '{"stopped": true}'::jsonb else '{}' end`;

/** Puts a row that failed back into its queue, charged with `charge` attempts, if it is still this process's. */
export async function requeue(tx: Transaction, item: Item, charge: number): Promise<boolean> {
  const { owned, cancel } = await lockItem(tx, item);
  if (!owned) return false;
  await tx.query(
    `update inbox i set attempts = i.attempts + $2, owner = null, payload = ${STILL_STOPPED}
       from (select $3::boolean as cancel) freed where i.id = $1`,
    [item.id, charge, cancel],
  );
  if (!item.inLane) return true;
  await tx.query('update lanes set owner = null, current = null where conversation_id = $1', [item.conversation.id]);
  return true;
}

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

// Waiting lanes, and files to be fetched.

export interface ClaimOptions {
  limit: number;
  /** Conversations whose rows may come. */
  likely: readonly string[];
  suspects: number;
  served: readonly string[];
  window: number;
  on?: readonly string[] | undefined;
}

export interface ClaimedRows {
  rows: ItemRow[];
  seen: number;
  people: number;
}

/**
 * A lane that nobody has taken, as the index has it. Nearly all rows are done with whenever statistics are made, so that of a bare
 * condition on those that wait the planner expects next to none and reads them all; of an expression it expects half.
 */
const WAITS = sql`coalesce(pending > 0 and current is null, false)`;

const LOOK_AHEAD = 50;

/**
 * Takes up to `limit` lanes that wait, each with its next row. Of the `window` that have waited longest it is fair between
 * people: who has fewest turns running comes first, then who is not among `served` or stands there earliest; within a lane
 * somebody else than the one served last. So a hundred messages of one person delay another's one by one turn, and what
 * it costs does not grow with what waits. At most `suspects` of those that were running when a process ended are among
 * them, the least charged first: it must be known which of them ends a process.
 */
export async function claim(
  database: Database,
  owner: string,
  { limit, likely, suspects, served, window, on }: ClaimOptions,
  contexts: ItemContexts,
): Promise<ClaimedRows> {
  const reading = contexts.beginReading(likely);
  const only =
    on === undefined
      ? NO_SQL
      : sql`and conversation_id in (select id from conversations where adapter = any(${on}::text[]))`;
  const statement = sql`
    with running as (
      select i.person_id, count(*) as turns from lanes l
       -- here and below rows are looked up one by one, however many the planner expects
       cross join lateral (select person_id from inbox where id = l.current offset 0) i
       where l.owner = any(array(select id from instances where ended_at is null)) group by i.person_id
    ), suspected as materialized (
      select id, conversation_id from inbox where state = 'received' and laned and payload ? 'suspect'
    ), ready as materialized (
      (select conversation_id, last_person, pending from lanes
        where ${WAITS} and conversation_id not in (select conversation_id from suspected) ${only}
        order by served_at nulls first limit ${raw(window)})
      union all
      select conversation_id, last_person, pending from lanes
       where pending > 0 and current is null and conversation_id in (select conversation_id from suspected) ${only}
    ), next as materialized (
      select r.conversation_id, n.*, n.id in (select id from suspected) as suspect
        from ready r cross join lateral (${nextIn(sql`r`)}) n
    ), ranked as (
      select next.*, row_number() over (partition by person_id order by seq) + coalesce(turns, 0) as turn,
             row_number() over (partition by suspect order by attempts, seq) as nth
        from next left join running using (person_id)
    ), picked as (
      select l.conversation_id, i.id
        from (select * from ranked where not suspect or nth <= ${suspects}
               order by turn, coalesce(array_position(${served}::uuid[], person_id), 0), seq) r
       cross join lateral (select * from lanes where conversation_id = r.conversation_id and current is null
                              for update skip locked) l
       -- the row too: another process may have answered it since it was ranked
       cross join lateral (select * from inbox where id = r.id and coalesce(state = 'received', false)
                              for update skip locked) i
       limit ${limit}
    ), lane as (
      update lanes l set owner = ${owner}, current = picked.id, cancel = false
        from picked where l.conversation_id = picked.conversation_id and l.current is null
      returning l.current
    )
    select i.id, i.key, i.kind, i.message_id, i.payload, i.sent_at, i.received_at, i.attempts, i.tainted, i.laned,
           ${itemColumns(reading.expression)},
           (select count(*) from ready)::int as seen, (select count(distinct person_id) from next)::int as people
      from lane join inbox i on i.id = lane.current
      join conversations c on c.id = i.conversation_id
      join persons p on p.id = i.person_id`;
  const { rows } = await database.run<ItemRow & Omit<ClaimedRows, 'rows'>>('lanes.claim', ...render(statement));
  reading.complete(rows);
  const { seen = 0, people = 0 } = rows[0] ?? {};
  return { rows, seen, people };
}

function nextIn(lane: Fragment): Fragment {
  const waiting = sql`select id, person_id, seq, attempts from inbox
                       where conversation_id = ${lane}.conversation_id and state = 'received' and laned order by seq`;
  return sql`
    select n.* from (${waiting} limit 1) oldest
      left join lateral (
        select w.* from (${waiting} limit ${raw(LOOK_AHEAD)}) w
         where ${lane}.pending > 1 and oldest.person_id = ${lane}.last_person and w.person_id <> ${lane}.last_person
           and (select kind from conversations where id = ${lane}.conversation_id) <> 'dm'
         order by w.seq limit 1) other on true
     cross join lateral (select coalesce(other.id, oldest.id) as id, coalesce(other.person_id, oldest.person_id) as person_id,
                                coalesce(other.seq, oldest.seq) as seq, coalesce(other.attempts, oldest.attempts) as attempts) n`;
}

/**
 * Since when a lane waits that nobody has taken, or when files are to be asked for again, or null. Files of platforms that
 * are not among `on` wait for another process, or until their message is too old or is to be stopped.
 */
export function earliest(on: readonly string[], maxAgeMs: number): string {
  const names = on.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');
  return `select least(
    (select coalesce(served_at, 'epoch') from lanes
      where ${WAITS.strings.join('')} order by served_at nulls first limit 1),
    (select min(case when payload ? 'stopped' then 'epoch'
                when adapter = any (array[${names}]::text[])
                  then coalesce((payload #>> '{pending,retryAt}')::timestamptz, 'epoch')
                  else sent_at + interval '${maxAgeMs} milliseconds' end)
       from inbox where state = 'received' and not laned and owner is null and payload ? 'pending'))`;
}

/** True if files of this platform wait to be asked for; a read, so that connecting costs no commit. */
export async function filesWait(database: Database, adapter: string): Promise<boolean> {
  const { rows } = await database.read(
    `select 1 from inbox
      where state = 'received' and not laned and owner is null and adapter = $1 and payload ? 'pending' limit 1`,
    [adapter],
  );
  return rows.length > 0;
}
