/** A person's conversations as a page lists and shows them: their own over HTTP, and those of other platforms, to be read. */
import { forgetTurns } from '../../../agent/index.ts';
import type { Instant } from '../../../base/clock.ts';
import { conversations, endUnread } from '../../../delivery/index.ts';
import type { Database, Queryable, Transaction } from '../../../storage/index.ts';

export interface ChatRow {
  id: string;
  adapter: string;
  channel: string;
  kind: 'dm' | 'channel' | 'thread';
  title: string | undefined;
  /** Name of the channel or thread, where it is known. */
  place: string | null;
  /** The first words that were said in it. */
  first: string | undefined;
  at: Instant;
  unread: number;
}

/** A person's conversations: those over HTTP whose channel begins so, and the person's elsewhere. */
export interface ChatsWhere {
  prefix: string;
  personId: string | undefined;
}

/**
 * Messages of the person, the newest, that are looked through for shared places in which they have spoken, and what they said
 * there first: what others have said is not walked through.
 */
const SPOKEN = 2_000;
const FIRST_WORDS = 120;

const OWN = `c.adapter = 'http' and starts_with(c.channel, $1)`;
// A direct conversation is its person's alone, whoever has spoken in it before.
const OF_PERSON = `(c.kind = 'dm' and c.person_id = $2 and c.adapter <> 'http')
          or (c.kind <> 'dm' and c.id in (select conversation_id from spoken))`;

/** The newest first; `words`: only those with all of them in their title or in what was said first. */
export async function chatsOf(
  db: Queryable,
  { prefix, personId }: ChatsWhere,
  { words, before, limit }: { words: string | undefined; before: Instant | undefined; limit: number },
): Promise<ChatRow[]> {
  const { rows } = await db.query<ChatRow & { title: string | null; first: string | null }>(
    `with spoken as (
       select distinct on (conversation_id) conversation_id, case when not is_command then text end as text from (
         select conversation_id, seq, left(payload ->> 'text', ${FIRST_WORDS}) as text, payload ->> 'text' like '/%' as is_command
           from inbox where person_id = $2 order by seq desc limit ${SPOKEN}) i
        order by conversation_id, is_command, seq),
     listed as (
       select c.id, c.adapter, c.channel, c.kind, c.title, c.parent, c.created_at, c.hidden_at from conversations c
        where (${OWN}) or ${OF_PERSON})
     select l.id, l.adapter, l.channel, l.kind, l.title, ${conversations.PLACE_NAME('l')} as place, f.text as first, coalesce(n.at, l.created_at) as at,
            (select count(*)::int from outbox o where o.adapter = l.adapter and o.conversation_id = l.id
               and o.state = 'held' and o.reply_to is null and l.adapter = 'http') as unread
       from listed l
       left join lateral (
         (select left(content ->> 'text', ${FIRST_WORDS}) as text from messages
           where l.kind = 'dm' and conversation_id = l.id and role = 'user' and content ->> 'text' not like '/%'
             and (l.adapter = 'http' or person_id = $2) and at > coalesce(l.hidden_at, '-infinity')
           order by epoch, seq limit 1)
         union all
         select text from spoken where l.kind <> 'dm' and conversation_id = l.id) f on true
       left join lateral (
         select max(at) as at from (
           (select at from messages where conversation_id = l.id order by epoch desc, seq desc limit 1)
           union all
           (select created_at from outbox where l.adapter = 'http' and adapter = 'http' and conversation_id = l.id
             order by created_at desc limit 1)) newest) n on true
      where (l.hidden_at is null or n.at > l.hidden_at)
        and ($3::text is null or strpos(lower(concat_ws(' ', l.title, f.text, ${conversations.PLACE_NAME('l')})), lower($3)) > 0)
        and ($4::timestamptz is null or coalesce(n.at, l.created_at) < $4)
      order by at desc, l.id limit $5`,
    [prefix, personId ?? null, words ?? null, before ?? null, limit],
  );
  return rows.map(({ title, first, ...row }) => ({ ...row, title: title ?? undefined, first: first ?? undefined }));
}

/** The conversation that a page names: the last part of a channel of its own, else the id of one that its person has part in. */
export async function findChat(
  db: Queryable,
  { prefix, personId }: ChatsWhere,
  named: string,
): Promise<Pick<ChatRow, 'id' | 'adapter' | 'channel' | 'kind'> | undefined> {
  const { rows } = await db.query<Pick<ChatRow, 'id' | 'adapter' | 'channel' | 'kind'>>(
    `select c.id, c.adapter, c.channel, c.kind from conversations c
      where (c.adapter = 'http' and c.channel = $1 || $3)
         or (c.id::text = $3 and ((${OWN}) or (c.kind = 'dm' and c.person_id = $2 and c.adapter <> 'http')
              or (c.kind <> 'dm' and exists (select from inbox i where i.conversation_id = c.id and i.person_id = $2))))
      order by c.channel = $1 || $3 desc limit 1`,
    [prefix, personId ?? null, named],
  );
  return rows[0];
}

export interface TurnOfMessage {
  messageId: string;
  inboxId: string;
  turn: string | null;
  calls: number;
  elapsedMs: number;
}

/** The turns that messages of a conversation over HTTP were answered by. */
export async function turnsOf(db: Queryable, conversationId: string, since: Instant): Promise<TurnOfMessage[]> {
  const { rows } = await db.query<TurnOfMessage>(
    `select i.message_id as "messageId", i.id as "inboxId", t.id as turn, coalesce(t.tool_calls, 0)::int as calls,
            coalesce(t.elapsed_ms, 0)::int as "elapsedMs"
       from inbox i left join turns t on t.inbox_id = i.id
      where i.adapter = 'http' and i.conversation_id = $1 and i.received_at >= $2 and i.message_id is not null
      order by i.seq desc limit 200`,
    [conversationId, since],
  );
  return rows;
}

export interface RecordedMessage {
  id: string;
  role: 'user' | 'assistant';
  text: string;
  at: Instant;
}

/** The person's messages in a conversation elsewhere with what answered them, the newest first. */
export async function recordedMessages(
  db: Queryable,
  { id }: Pick<ChatRow, 'id'>,
  personId: string | undefined,
  before: Instant | undefined,
  limit: number,
): Promise<RecordedMessage[]> {
  const { rows } = await db.query<RecordedMessage>(
    `select m.id::text as id, m.role, m.content ->> 'text' as text, m.at from messages m
      where m.conversation_id = $1 and m.role in ('user', 'assistant') and coalesce(m.content ->> 'text', '') <> ''
        and (m.person_id = $2 or (m.role = 'assistant' and exists (
             select from turns t where t.id = m.turn_id and t.person_id = $2)))
        and ($3::timestamptz is null or m.at < $3)
      order by m.epoch desc, m.seq desc limit $4`,
    [id, personId ?? null, before ?? null, limit],
  );
  return rows;
}

export async function setTitle(database: Database, id: string, title: string): Promise<void> {
  await database.tx('chats.title', (tx) => tx.query('update conversations set title = $2 where id = $1', [id, title]));
}

/**
 * Takes a conversation out of the list and empties what was said in it, for the model too. It comes back when something is said
 * there again.
 */
export async function hide(tx: Transaction, id: string, now: Instant): Promise<void> {
  await tx.query('update conversations set hidden_at = $2, epoch = epoch + 1, title = null where id = $1', [id, now]);
  await endUnread(tx, id, now);
  // Before messages: what a turn that ends meanwhile has remembered is there to be deleted, or it remembers nothing.
  await conversations.empty(tx, id);
  await forgetTurns(tx, id);
  await tx.query('delete from summaries where conversation_id = $1', [id]);
  await tx.query('delete from messages where conversation_id = $1', [id]);
}
