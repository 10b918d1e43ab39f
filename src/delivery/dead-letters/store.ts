import type { Instant } from '../../base/clock.ts';
import { oldest, type RetentionRule } from '../../jobs/index.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import type { Database, FileReferences, Transaction } from '../../storage/index.ts';
import * as buttons from '../buttons/store.ts';
import { ANY_OWNER_DIRECT, IS_BROWSERS, IS_HOME } from '../conversations/store.ts';
import { SEND_DEADLINE_MS } from '../outbox/attempt.ts';
import { WAITS_FOR_READER } from '../unread/store.ts';

/** Days after which a part that no program has read is a dead letter, and the most that wait in one conversation. */
const UNREAD_DAYS = 30;
const MOST_UNREAD = 1_000;

/** A part `o` that waits for a program; what waits for a page stays, since its person reads it there. */
const WAITS_FOR_PROGRAM = `${WAITS_FOR_READER}
  and not exists (select from conversations c where c.id = o.conversation_id and ${IS_BROWSERS('c')})`;

/** Parts that were delivered long ago, with their buttons. Dead letters stay. */
export const retentionRules: readonly RetentionRule[] = [
  {
    name: 'outbox.prune',
    sql: `with old as (delete from outbox where ctid = any (${oldest({ table: 'outbox', ended: 'sent_at' })}) returning key),
               ${buttons.PRUNED}
          select count(*) as count from old`,
  },
  {
    name: 'outbox.unread',
    days: UNREAD_DAYS,
    sql: endUnread(`select o.ctid from outbox o where ${WAITS_FOR_PROGRAM} and o.created_at < $1
      order by o.created_at limit $2 for update of o skip locked`),
  },
  {
    name: 'outbox.unread_most',
    sql: endUnread(`select at from (
        select o.ctid as at, row_number() over (partition by o.conversation_id order by o.created_at desc) as newest
          from outbox o where ${WAITS_FOR_PROGRAM} and $1::timestamptz is not null) waiting
      where newest > ${MOST_UNREAD} limit $2`),
  },
];

/** Ends parts that no program has read; their persons are told at their next contact. */
function endUnread(rows: string): string {
  return `with ended as (
      update outbox set state = 'dead', error = 'no program has read it', next_at = null, call_at = null
       where state = 'held' and ctid = any (array(${rows})) returning person_id
    ), flagged as (update persons set undelivered = true where id in (select person_id from ended))
    select count(*) as count from ended`;
}

export const fileReferences: readonly FileReferences[] = [{ table: 'outbox', column: 'content' }];

interface DeadLetter {
  id: string;
  key: string;
  adapter: string;
  channel: string;
  text: string;
  error: string | null;
  created_at: Instant;
}

export interface DeadLetters {
  letters: DeadLetter[];
  total: number;
}

export async function deadLetters(database: Database, limit: number): Promise<DeadLetters> {
  const { rows } = await database.read<DeadLetter & { total: number }>(
    `select o.id, o.key, o.adapter, c.channel, o.content ->> 'text' as text, o.error, o.created_at,
            count(*) over () as total
       from outbox o join conversations c on c.id = o.conversation_id
      where o.state = 'dead' order by o.created_at desc limit $1`,
    [limit],
  );
  return { letters: rows.map(({ total: _, ...letter }) => letter), total: rows[0]?.total ?? 0 };
}

/** End of the key of a notice at a person's next contact. */
export const AT_CONTACT = ':contact';

/** Takes the undeliverable parts that the person has not been told of, newest first; from now on `notice` with that end has told of them. */
export async function takeUndelivered(
  tx: Transaction,
  personId: string,
  notice: string,
): Promise<{ text: string; kind: string; tainted: boolean; createdAt: Instant }[]> {
  await tx.query('update persons set undelivered = false where id = $1', [personId]);
  const { rows } = await tx.query<{ text: string | null; kind: string; tainted: boolean; created_at: Instant }>(
    `with untold as (
       select id, told_in from outbox where person_id = $1 and state = 'dead' and not told for update
     ), told as (
       update outbox o set told = true, told_in = $2 from untold u where o.id = u.id
       -- such a notice quoted it before, and could not be delivered either: perhaps for these words
       returning case when u.told_in is null or u.told_in not like '%' || $3 then o.content ->> 'text' end as text, o.content ->> 'kind' as kind,
                 o.tainted, o.created_at
     )
     select text, kind, tainted, created_at from told order by created_at desc`,
    [personId, notice + AT_CONTACT, AT_CONTACT],
  );
  return rows.map(({ text, kind, tainted, created_at: createdAt }) => ({ text: text ?? '', kind, tainted, createdAt }));
}

/**
 * Since when a job that has given up waits to be told, once there is an owner who can be told. In a `where`, PostgreSQL would
 * look for the owner first, though there is such a job only now and then.
 */
export const UNTOLD_JOBS = `select case when count(*) > 0 and ${ANY_OWNER_DIRECT} then min(finished_at) end
  from jobs where state = 'dead' and not told`;

/** Puts dead letters back to be sent: one, or all. The time that it may take begins anew. Returns how many. */
export async function revive(tx: Transaction, id: string | undefined, now: Instant): Promise<number> {
  const { count } = await tx.query(
    `update outbox set state = 'pending', told = false, told_in = null, next_at = $2, created_at = $2, attempts = 0, failing_since = null, unknown_at = null, error = null
      where state = 'dead' and ($1::uuid is null or id = $1::uuid)`,
    [id ?? null, now],
  );
  return count;
}

/** Gives one dead letter up, which is no news to anybody any more. */
export async function discard(tx: Transaction, id: string): Promise<number> {
  const { count } = await tx.query(
    `update outbox set state = 'dropped', told = true, next_at = null where id = $1 and state = 'dead'`,
    [id],
  );
  return count;
}

export async function openCounts(database: Database): Promise<Record<string, number>> {
  const { rows } = await database.read<{ state: string; count: number }>(
    // Two conditions that an index has each: what was sent long ago is not looked through.
    `select state, count(*) as count from outbox where state in ('draft', 'pending', 'sending', 'unknown', 'held')
      group by state
     union all
     select state, count(*) from outbox where state = 'dead' group by state`,
  );
  return Object.fromEntries(rows.map((row) => [row.state, row.count]));
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update outbox set person_id = $2 where person_id = $1' },
  // Unread parts go to the chat platform that they may have now, which calls them.
  {
    sql: `update outbox o set state = 'pending', next_at = $3, conversation_id = c.id, adapter = c.adapter, receipt = null
            from (select id, adapter from conversations where person_id in ($1::uuid, $2::uuid) and kind = 'dm' and not ${IS_HOME('conversations')}
                   order by created_at desc limit 1) c, conversations h
           where o.person_id = $2 and o.state = 'held' and o.reply_to is null and h.id = o.conversation_id and ${IS_HOME('h')}`,
  },
  ...buttons.mergeRules,
];

/** Parts said to the person, and the actions of their buttons; not parts that are still to be said. */
export const deletionRules: readonly DeletionRule[] = [
  // A process that is sending one has it in hand, and drops it (`OutboxSender.drop`); its receipt is then used to
  // delete the message. So is the message of a draft, whose turn has lost its lane; a first send that is under way may
  // arrive yet. One statement: a row that changes its state meanwhile is waited for and judged by its new one.
  {
    sql: `update outbox set content = '{"kind": "notice", "text": ""}', error = null,
                 removed = removed or state in ('sending', 'draft'),
                 owner = case when state <> 'draft' then owner end,
                 unknown_at = case when state <> 'draft' then unknown_at
                                   when receipt is null then coalesce(unknown_at, $2) end,
                 next_at = case when state <> 'draft' then next_at
                                when receipt is not null then created_at
                                else $2::timestamptz + interval '${SEND_DEADLINE_MS} milliseconds' end,
                 sent_at = case when state in ('sending', 'draft') then sent_at else coalesce(sent_at, $2) end,
                 state = case when state = 'draft' then 'pending'
                              when state in ('pending', 'unknown', 'held', 'dead') then 'dropped' else state end
           where person_id = $1`,
  },
  ...buttons.deletionRules,
];
