import type { Instant } from '../../base/clock.ts';
import type { Pruning } from '../../jobs/index.ts';
import type { Erasure, Move } from '../../people/index.ts';
import { type Database, type Fragment, json, render, sql, type Transaction } from '../../storage/index.ts';
import type { KnownPlace, Place } from '../adapter.ts';
import type { Form } from '../content.ts';
import type { ItemKind, Payload } from '../item.ts';
import { type ConversationRow, type ItemRow, itemColumns, toPlace } from '../store.ts';

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
  sentAt: Instant;
  receivedAt: Instant;
}

export interface AcceptedRow extends ItemRow {
  /** Whether the lane was free and is now this process's. Always true for what needs no lane. */
  taken: boolean;
}

export interface Taking {
  owner: string;
  /** Whether this process has room for another turn. */
  take: boolean;
  /** With as many rows in its lane a message is not queued: it comes back without a lane, to be refused. */
  queueLimit: number;
  /** So many messages of one person are taken within a minute, the others are refused likewise; 0: any number. */
  rateLimit: number;
}

/**
 * Stores the row if its key is new and takes its lane if that is free, in one statement; nothing comes back for a
 * duplicate. The lane is counted after the insert, and only if there was one: a second copy that is being committed
 * at this moment makes the insert wait, then insert nothing, then count nothing. Whose it is says the identity, not
 * what the caller remembers: another process may have given it to another person.
 */
export async function accept(
  database: Database,
  row: NewRow,
  { owner, take, queueLimit, rateLimit }: Taking,
  context: Fragment,
): Promise<AcceptedRow | undefined> {
  const isLimited = rateLimit > 0 && row.laned;
  const tooFast = isLimited ? sql`(select messages > ${rateLimit} from rate)` : sql`false`;
  const given = json(row.payload);
  const payload = isLimited
    ? sql`${given}::jsonb || case when ${tooFast} then '{"tooFast": true}' else '{}' end::jsonb`
    : sql`${given}`;
  const statement = sql`
    with ${isLimited ? counted(row) : sql``}place as (
      select ${row.laned} and not ${tooFast} and coalesce(
               (select pending from lanes where conversation_id = ${row.conversationId}) < ${queueLimit}, true) as laned
    ), i as (
      insert into inbox (id, key, kind, adapter, conversation_id, person_id, message_id, payload, state, laned, owner,
                         sent_at, received_at)
      select ${row.id}, ${row.key}, ${row.kind}, ${row.adapter}, ${row.conversationId},
             coalesce((select person_id from identities
                        where adapter = ${row.adapter} and external_id = ${row.payload.from}), ${row.personId}),
             ${row.messageId}, ${payload}, 'received', laned, case when not laned then ${owner}::uuid end,
             ${row.sentAt}, ${row.receivedAt}
        from place
      on conflict (key) do nothing
      returning *
    ), lane as (
      insert into lanes as l (conversation_id, owner, current, pending)
      select conversation_id, case when ${take} then ${owner}::uuid end, case when ${take} then id end, 1
        from i where laned
      on conflict (conversation_id) do update
         set pending = l.pending + 1,
             owner = case when l.pending = 0 then excluded.owner else l.owner end,
             current = case when l.pending = 0 then excluded.current else l.current end
      returning current
    )
    select i.id, i.key, i.kind, i.message_id, i.payload, i.sent_at, i.received_at, i.attempts, i.tainted, i.laned,
           not i.laned or coalesce(lane.current = i.id, false) as taken, ${itemColumns(context)}
      from i left join lane on true
      join conversations c on c.id = i.conversation_id
      join persons p on p.id = i.person_id`;
  const { rows } = await database.run<AcceptedRow>('inbox.accept', ...render(statement));
  return rows[0];
}

const RATE_MS = 60_000;

/** A `with` part that counts the message among those of its person's running minute. */
function counted({ personId, receivedAt }: NewRow): Fragment {
  const begun = new Date(receivedAt.getTime() - RATE_MS);
  return sql`rate as (
      insert into rates as r (person_id, since, messages) values (${personId}, ${receivedAt}, 1)
      on conflict (person_id) do update
         set messages = case when r.since > ${begun} then r.messages + 1 else 1 end,
             since = case when r.since > ${begun} then r.since else excluded.since end
      returning messages
    ), `;
}

/** Takes rows that need no lane and whose process is gone. */
export async function claimLaneless(
  database: Database,
  owner: string,
  limit: number,
  context: Fragment,
): Promise<ItemRow[]> {
  const statement = sql`
    with i as (
      update inbox set owner = ${owner}
       where id in (select id from inbox where state = 'received' and not laned and owner is null
                     order by seq limit ${limit} for update skip locked)
      returning *)
    select i.id, i.key, i.kind, i.message_id, i.payload, i.sent_at, i.received_at, i.attempts, i.tainted, i.laned,
           ${itemColumns(context)}
      from i join conversations c on c.id = i.conversation_id join persons p on p.id = i.person_id`;
  return (await database.run<ItemRow>('inbox.claim', ...render(statement))).rows;
}

export type FinalState = 'done' | 'waiting' | 'failed' | 'expired' | 'cancelled';

/**
 * Changes what is stored of a message that still waits in its lane; for one whose turn has begun another text is left for
 * the turn to take in.
 */
export async function amend(database: Database, key: string, change: Partial<Payload>): Promise<boolean> {
  const { text = null } = change;
  const { count } = await database.run(
    'inbox.amend',
    `update inbox i
        set payload = i.payload || case when begun then jsonb_build_object('edited', $3::text) else $2::jsonb end
       from (select id, state = 'waiting' or payload ? 'resumedAt'
                        or exists (select from lanes l where l.current = w.id) as begun
               from inbox w where key = $1 and state in ('received', 'waiting') and laned) w
      where i.id = w.id and i.state in ('received', 'waiting') and (not begun or i.payload ->> 'text' <> $3::text)`,
    [key, json(change), text],
  );
  return count > 0;
}

/** What an open button asks for. */
export async function formOf(database: Database, button: string): Promise<Form | undefined> {
  const { rows } = await database.read<{ form: Form | null }>(
    `select action->'form' as form from buttons where id = $1 and used_at is null`,
    [button],
  );
  return rows[0]?.form ?? undefined;
}

/** Conversations by when they were heard from last. */
export async function knownPlaces(
  database: Database,
  adapter: string,
  since: Instant,
  limit: number,
): Promise<KnownPlace[]> {
  const { rows } = await database.read<ConversationRow & { heard_at: Instant | null }>(
    `with heard as (
       select conversation_id, max(sent_at) as heard_at from inbox where adapter = $1 and sent_at >= $2
        group by conversation_id
     )
     select c.*, h.heard_at from conversations c left join heard h on h.conversation_id = c.id
      where c.adapter = $1 and (c.created_at >= $2 or h.conversation_id is not null)
      order by h.heard_at desc nulls last
      limit $3`,
    [adapter, since, limit],
  );
  return rows.map((row) => ({ place: toPlace(row), heardAt: row.heard_at ?? undefined }));
}

/** Which of these keys are there. */
export async function knownKeys(database: Database, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const { rows } = await database.read<{ key: string }>('select key from inbox where key = any($1)', [keys]);
  return rows.map(({ key }) => key);
}

/** The platform's ids of what is known to be said in a place. */
export async function receipts(database: Database, place: Place, since: Instant): Promise<Set<string>> {
  const { rows } = await database.read<{ id: string }>(
    `select o.receipt->>'id' as id from outbox o join conversations c on c.id = o.conversation_id
      where c.adapter = $1 and c.channel = $2 and o.receipt is not null and o.created_at >= $3`,
    [place.adapter, place.channel, since],
  );
  return new Set(rows.map((row) => row.id));
}

/** Frees what dead processes held outside lanes, charging each row with `attempts`. */
export async function release(tx: Transaction, owners: readonly string[], attempts: number): Promise<void> {
  await tx.query(
    `update inbox set owner = null, attempts = attempts + $2
      where owner = any($1::uuid[]) and state = 'received' and not laned`,
    [owners, attempts],
  );
}

/** Makes the conversation of a place at first contact; concurrent makers get the same one. */
export async function openConversation(
  tx: Transaction,
  place: Place,
  personId: string,
  id: string,
  now: Instant,
): Promise<string> {
  await tx.query(
    `insert into spaces (id, adapter, name, created_at) values ($1, $2, $3, $4) on conflict (id) do nothing`,
    [`${place.adapter}:${place.space}`, place.adapter, place.space, now],
  );
  const { rows } = await tx.query<{ id: string }>(
    `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (adapter, channel) do update set kind = excluded.kind
     returning id`,
    [
      id,
      place.adapter,
      place.channel,
      `${place.adapter}:${place.space}`,
      place.kind,
      place.kind === 'dm' ? personId : null,
      now,
    ],
  );
  return (rows[0] as { id: string }).id;
}

/**
 * What was heard and dealt with long ago. The days kept must outlast what a platform delivers again or a backfill reads
 * again: the key is what keeps a second copy out.
 */
export const prunings: readonly Pruning[] = [
  {
    name: 'inbox.prune',
    sql: `with old as (delete from inbox where id in (select id from inbox where finished_at < $1 limit $2) returning id)
          select count(*) as count from old`,
  },
];

/** What the person said, where they talk alone, and when they were served. */
export const moves: readonly Move[] = [
  { sql: 'update inbox set person_id = $2 where person_id = $1' },
  { sql: 'update conversations set person_id = $2 where person_id = $1' },
  { sql: 'update lanes set last_person = $2 where last_person = $1' },
  { sql: 'delete from rates where person_id = $1' },
];

/** What the person said; that it was said stays, by the hash of its identity. */
export const erasures: readonly Erasure[] = [
  {
    sql: `update inbox set payload = '{"from": "", "text": "", "files": []}', message_id = ''
           where person_id = $1 and (state <> 'received' or not laned)`,
  },
  { sql: 'delete from rates where person_id = $1' },
];
