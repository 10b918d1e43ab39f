/** Waiting lanes, and files to be fetched. */
import { type Database, type Fragment, raw, render, sql } from '../../../storage/index.ts';
import { type ItemRow, itemColumns } from '../../store.ts';

/** Bounds of `claim`. */
export interface Claiming {
  limit: number;
  suspects: number;
  /** People, in the order in which this process served them last. */
  served: readonly string[];
  /** Of the lanes that wait, so many are looked at: those that have waited longest. */
  window: number;
  /** Left out: lanes of every platform. */
  on?: readonly string[] | undefined;
}

export interface Claimed {
  rows: ItemRow[];
  /** Number of waiting lanes seen, and of people whose rows are next in them; 0 where nothing was taken. */
  seen: number;
  people: number;
}

/**
 * A lane that nobody has taken, as the index has it. Nearly all rows are done with whenever statistics are made, so that of a bare
 * condition on those that wait the planner expects next to none and reads them all; of an expression it expects half.
 */
const WAITS = sql`coalesce(pending > 0 and current is null, false)`;

/** Rows of a lane among which somebody else than the one served last is looked for. */
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
  { limit, suspects, served, window, on }: Claiming,
  context: Fragment,
): Promise<Claimed> {
  const only =
    on === undefined
      ? sql``
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
           ${itemColumns(context)},
           (select count(*) from ready)::int as seen, (select count(distinct person_id) from next)::int as people
      from lane join inbox i on i.id = lane.current
      join conversations c on c.id = i.conversation_id
      join persons p on p.id = i.person_id`;
  const { rows } = await database.run<ItemRow & Omit<Claimed, 'rows'>>('lanes.claim', ...render(statement));
  const { seen = 0, people = 0 } = rows[0] ?? {};
  return { rows, seen, people };
}

/** The row that is next in a lane: the oldest, but where several people write that of somebody not served just now. */
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
