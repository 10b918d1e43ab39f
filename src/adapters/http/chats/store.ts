/** A person's conversations as a page lists and shows them: their own over HTTP, and those of other platforms, to be read. */
import { endTemporary, forgetConversation } from '../../../agent/index.ts';
import type { Instant } from '../../../base/clock.ts';
import { uuid } from '../../../base/ids.ts';
import { conversations, endUnread } from '../../../delivery/index.ts';
import type { Queryable, Transaction } from '../../../storage/index.ts';
import type { ImportedFile } from './file.ts';

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
  isPinned: boolean;
  isArchived: boolean;
  isTemporary: boolean;
  /** A temporary one was ended, and nothing said in it since. */
  isEnded: boolean;
  importedAt: Instant | undefined;
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

/** A question for conversations: with all of `words` in the title or in what was said first, archived or not; or the one of this id. */
export interface ChatsAsked {
  words?: string | undefined;
  before?: Instant | undefined;
  /** The most of those that are not pinned. */
  limit: number;
  isArchived?: boolean;
  only?: string;
}

type StoredChat = Omit<ChatRow, 'title' | 'first' | 'importedAt'> & {
  title: string | null;
  first: string | null;
  importedAt: Instant | null;
};

/** The words that were said first in conversation `l`: also a command, a file, and what is being answered. */
const FIRST_SAID = `select text from (
             (select left(content ->> 'text', ${FIRST_WORDS}) as text, at from messages
               where l.kind = 'dm' and conversation_id = l.id and role = 'user' and content ->> 'text' not like '/%'
                 and (l.adapter = 'http' or person_id = $2) and at > coalesce(l.hidden_at, '-infinity')
               order by epoch, seq limit 1)
             union all
             (select left(coalesce(nullif(payload ->> 'text', ''), payload #>> '{files,0,name}'), ${FIRST_WORDS}), received_at
                from inbox
               where l.adapter = 'http' and adapter = 'http' and conversation_id = l.id and kind <> 'press'
                 and coalesce(payload ->> 'origin', 'person') in ('person', 'http')
                 and received_at > coalesce(l.hidden_at, '-infinity')
               order by seq limit 1)
             union all
             select text, null from spoken where l.kind <> 'dm' and conversation_id = l.id) said
            where text <> '' order by at limit 1`;

/** First the pinned ones, all of them before the first page; then the newest. */
export async function chatsOf(
  db: Queryable,
  { prefix, personId }: ChatsWhere,
  { words, before, limit, isArchived = false, only }: ChatsAsked,
): Promise<ChatRow[]> {
  const { rows } = await db.query<StoredChat>(
    `with spoken as (
       select distinct on (conversation_id) conversation_id, case when not is_command then text end as text from (
         select conversation_id, seq, left(payload ->> 'text', ${FIRST_WORDS}) as text, payload ->> 'text' like '/%' as is_command
           from inbox where person_id = $2 order by seq desc limit ${SPOKEN}) i
        order by conversation_id, is_command, seq),
     listed as (
       select c.id, c.adapter, c.channel, c.kind, c.title, c.parent, c.created_at, c.hidden_at, c.pinned_at, c.archived_at,
              c.imported_at, c.temporary_at
         from conversations c
        where ((${OWN}) or ${OF_PERSON}) and ($7::uuid is null or c.id = $7)),
     shown as (
       select l.id, l.adapter, l.channel, l.kind, l.title, ${conversations.PLACE_NAME('l')} as place, f.text as first,
              coalesce(n.at, l.created_at) as at, l.pinned_at is not null as "isPinned",
              l.archived_at is not null and coalesce(n.at <= l.archived_at, true) as "isArchived",
              l.temporary_at is not null as "isTemporary",
              l.temporary_at is not null and l.hidden_at is not null and coalesce(n.at <= l.hidden_at, true) as "isEnded", l.imported_at as "importedAt",
              (select count(*)::int from outbox o where o.adapter = l.adapter and o.conversation_id = l.id
                 and o.state = 'held' and o.reply_to is null and l.adapter = 'http') as unread
         from listed l
         left join lateral (
           ${FIRST_SAID}) f on true
         left join lateral (
           -- what was brought in was said long ago, and is new in the list
           select greatest(max(at), l.imported_at) as at from (
             (select at from messages where conversation_id = l.id order by epoch desc, seq desc limit 1)
             union all
             (select created_at from outbox where l.adapter = 'http' and adapter = 'http' and conversation_id = l.id
               order by created_at desc limit 1)) newest) n on true
        -- a temporary one is there once something was said in it, and while it is asked for
        where (l.hidden_at is null or n.at > l.hidden_at or (l.temporary_at is not null and $7::uuid is not null))
          and (l.temporary_at is null or n.at is not null or $7::uuid is not null)
          -- a model was chosen for it, and nothing said yet
          and (l.adapter <> 'http' or n.at is not null or f.text is not null or l.title is not null or $7::uuid is not null)),
     asked as (
       select * from shown
        where ($3::text is null or (not "isTemporary" and strpos(lower(concat_ws(' ', title, first, place)), lower($3)) > 0))
          and ($3::text is not null or $7::uuid is not null or "isArchived" = $6))
     (select * from asked where "isPinned" and $4::timestamptz is null)
     union all
     (select * from asked where not "isPinned" and ($4::timestamptz is null or at < $4) order by at desc, id limit $5)
      order by "isPinned" desc, at desc, id`,
    [prefix, personId ?? null, words ?? null, before ?? null, limit, isArchived, only ?? null],
  );
  return rows.map(({ title, first, importedAt, ...row }) => ({
    ...row,
    title: title ?? undefined,
    first: first ?? undefined,
    importedAt: importedAt ?? undefined,
  }));
}

export type FoundChat = Pick<ChatRow, 'id' | 'adapter' | 'channel' | 'kind' | 'isTemporary'>;

/** The conversation that a page names: the last part of a channel of its own, else the id of one that its person has part in. */
export async function findChat(
  db: Queryable,
  { prefix, personId }: ChatsWhere,
  named: string,
): Promise<FoundChat | undefined> {
  const { rows } = await db.query<FoundChat>(
    `select c.id, c.adapter, c.channel, c.kind, c.temporary_at is not null as "isTemporary" from conversations c
      where (c.adapter = 'http' and c.channel = $1 || $3)
         or (c.id::text = $3 and ((${OWN}) or (c.kind = 'dm' and c.person_id = $2 and c.adapter <> 'http')
              or (c.kind <> 'dm' and exists (select from inbox i where i.conversation_id = c.id and i.person_id = $2))))
      order by c.channel = $1 || $3 desc limit 1`,
    [prefix, personId ?? null, named],
  );
  return rows[0];
}

/** Holds the count of a person's conversations until `tx` ends: two requests at once do not both take the last place. */
export async function holdCount(tx: Transaction, personId: string): Promise<void> {
  await tx.query('select 1 from persons where id = $1 for no key update', [personId]);
}

/** A person's conversations over HTTP in which nothing was said yet, temporary or not, counted up to `most`; none that was deleted. */
export async function countEmpty(
  db: Queryable,
  { prefix, isTemporary, most }: { prefix: string; isTemporary: boolean; most: number },
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from (
       select from conversations c
        where ${OWN} and c.title is null and c.temporary_at is not null = $3 and c.hidden_at is null
          and not exists (select from inbox where adapter = 'http' and conversation_id = c.id)
          and not exists (select from messages where conversation_id = c.id)
        limit $2) empty`,
    [prefix, most, isTemporary],
  );
  return rows[0]?.count ?? 0;
}

export interface TurnOfMessage {
  messageId: string;
  inboxId: string;
  turn: string | null;
  model: string | null;
  calls: number;
  elapsedMs: number;
}

/** The turns that messages of a conversation over HTTP were answered by. */
export async function turnsOf(db: Queryable, conversationId: string, since: Instant): Promise<TurnOfMessage[]> {
  const { rows } = await db.query<TurnOfMessage>(
    `select i.message_id as "messageId", i.id as "inboxId", t.id as turn, t.model, coalesce(t.tool_calls, 0)::int as calls,
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

export interface ChatChange {
  title?: string | undefined;
  pinned?: boolean | undefined;
  archived?: boolean | undefined;
}

/** Conversations that one may pin; all of them come with each list. */
export const MOST_PINNED = 50;

/** Changes a conversation; false, and nothing is changed, where it were one pinned too many. One that is put aside is pinned no more. */
export async function changeChat(
  tx: Transaction,
  { id, prefix }: { id: string; prefix: string },
  { title, pinned, archived }: ChatChange,
  now: Instant,
): Promise<boolean> {
  const { count } = await tx.query(
    `update conversations c
        set title = coalesce($3, title),
            pinned_at = case when $4 and not coalesce($5, false) then coalesce(pinned_at, $6)
                             when not $4 or $5 then null else pinned_at end,
            archived_at = case when $5 then $6 when not $5 or $4 then null else archived_at end
      where c.id = $1
        and (not coalesce($4, false) or c.pinned_at is not null
             or (select count(*) from conversations o
                  where o.adapter = 'http' and starts_with(o.channel, $2) and o.pinned_at is not null) < ${MOST_PINNED})`,
    [id, prefix, title ?? null, pinned ?? null, archived ?? null, now],
  );
  return count > 0;
}

/** Marks a conversation that was opened just now as temporary, for good. */
export async function markTemporary(tx: Transaction, id: string, now: Instant): Promise<void> {
  await tx.query('update conversations set temporary_at = $2 where id = $1', [id, now]);
}

/**
 * Stores the words of a file in a conversation that was opened just now: for its page, and as history for the model. They count
 * as untrusted, whoever is said to have spoken.
 */
export async function addImported(
  tx: Transaction,
  { id, personId }: { id: string; personId: string },
  { title, words }: ImportedFile,
  now: Instant,
): Promise<void> {
  await tx.query('update conversations set title = $2, imported_at = $3 where id = $1', [id, title ?? null, now]);
  await tx.query(
    `insert into messages (id, conversation_id, epoch, person_id, role, content, tainted, at)
     select w.id, c.id, c.epoch, $2, w.role, jsonb_build_object('text', w.text), true, w.at
       from conversations c
      cross join unnest($3::uuid[], $4::text[], $5::text[], $6::timestamptz[]) with ordinality w (id, role, text, at, nth)
      where c.id = $1 order by w.nth`,
    [
      id,
      personId,
      words.map(() => uuid(now)),
      words.map(({ role }) => role),
      words.map(({ text }) => text),
      words.map(({ at }) => at),
    ],
  );
}

/** Empties a conversation that its person deletes, or a temporary one that is ended. */
export async function hide(
  tx: Transaction,
  { id, isTemporary }: Pick<ChatRow, 'id' | 'isTemporary'>,
  now: Instant,
): Promise<void> {
  if (isTemporary) return endTemporary(tx, id, uuid(now), now);
  await endUnread(tx, id, now);
  await forgetConversation(tx, id, now);
}
