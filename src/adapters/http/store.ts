/** Messages over HTTP, read from inbox and outbox: an answer can be fetched however often, by whichever process. */
import type { Instant } from '../../base/clock.ts';
import type { Content, FileRef } from '../../delivery/index.ts';
import type { Database } from '../../storage/index.ts';

/** A conversation, and whose it is: nobody reads another person's. */
export interface ConversationKey {
  channel: string;
  /** The person who asks; undefined: whoever the channel's own account is. */
  personId: string | undefined;
}

/** Channels of a browser's person: also those of accounts that were joined with theirs. */
export async function channelsBehind(database: Database, { channel, personId }: ConversationKey): Promise<string[]> {
  const { rows } = await database.read<{ channel: string }>(
    `select channel from conversations
      where person_id = $2 and kind = 'dm' and adapter = 'http' and starts_with(channel, $1 || '.')
      order by created_at desc limit ${MOST_JOINED}`,
    [channel, personId ?? null],
  );
  return [channel, ...rows.map((row) => row.channel)];
}

const MOST_JOINED = 10;

export interface HeardMessage {
  messageId: string;
  state: 'received' | 'waiting' | 'done' | 'failed' | 'expired' | 'cancelled';
  text: string;
  /** The button of a press. */
  button: string | undefined;
  tooFast: boolean;
  error: string | undefined;
  parts: StoredPart[];
}

interface StoredPart {
  key: string;
  content: Content;
  draft: boolean;
}

export interface SaidRow {
  channel: string;
  /** Id of the message that a part answers. */
  replyTo: string | undefined;
  /** Id of the person's message; undefined for an answer of coda. */
  messageId: string | undefined;
  key: string;
  text: string | undefined;
  files: readonly FileRef[];
  state: string;
  content: Content | undefined;
  at: Instant;
  /** A part that answers nothing, and waits until it is read. */
  isUnread: boolean;
}

/** Channels of the caller to look through; `withTerminal`: beside them what coda began to say at the person's terminal. */
export interface SaidWhere {
  channels: readonly string[];
  personId: string | undefined;
  withTerminal?: boolean;
}

/** The adapter of terminals, which are one place with the chat in a browser to the person who has both. */
const TERMINAL = 'console';

const IS_UNREAD = `state = 'held' and reply_to is null`;

const SHOWN = `state in ('draft', 'sending', 'unknown', 'sent', 'held') and not removed`;

/** The message of this id with all that was said in answer; the press of this id where `isPress`. */
export async function findHeard(
  database: Database,
  { channel, personId }: ConversationKey,
  messageId: string,
  isPress = false,
): Promise<HeardMessage | undefined> {
  const { rows } = await database.read<{
    state: HeardMessage['state'];
    text: string | null;
    button: string | null;
    too_fast: string | null;
    error: string | null;
    parts: StoredPart[] | null;
  }>(
    `select i.state, coalesce(i.payload #>> '{heard,typed}', i.payload ->> 'text') as text, i.payload ->> 'button' as button,
            i.payload ->> 'tooFast' as too_fast, i.error,
            (select json_agg(json_build_object('key', o.key, 'content', o.content, 'draft', o.state = 'draft')
                             order by o.created_at, o.part)
               from outbox o
              where o.adapter = 'http' and ${SHOWN.replaceAll('state', 'o.state').replace('removed', 'o.removed')}
                -- what joined another message's turn is answered there
                and o.inbox_id = coalesce((select t.inbox_id from turns t where t.id = i.steered_into), i.id)) as parts
       from conversations c join inbox i on i.conversation_id = c.id and i.adapter = 'http'
      where c.adapter = 'http' and c.channel = $1 and i.message_id = $2 and (i.kind = 'press') = $3
        and ($4::uuid is null or i.person_id = $4)`,
    [channel, messageId, isPress, personId ?? null],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { state, text, button, too_fast: tooFast, error, parts } = row;
  return {
    messageId,
    state,
    text: text ?? '',
    parts: parts ?? [],
    button: button ?? undefined,
    tooFast: tooFast !== null,
    error: error ?? undefined,
  };
}

export async function saidIn(
  database: Database,
  { channels, personId, withTerminal = false }: SaidWhere,
  before: Instant | undefined,
  limit: number,
): Promise<SaidRow[] | undefined> {
  const found = await database.read<{ id: string }>(
    `select id from conversations where adapter = 'http' and channel = any($1::text[]) and ($2::uuid is null or person_id = $2)`,
    [channels, personId ?? null],
  );
  if (found.rows.length === 0 && !withTerminal) return undefined;
  const { rows } = await database.read<{
    channel: string;
    message_id: string | null;
    key: string;
    text: string | null;
    files: FileRef[] | null;
    state: string;
    content: Content | null;
    at: Instant;
    is_unread: boolean;
    reply_to: string | null;
  }>(
    // At one instant what was said comes before its answer.
    `select * from ((select c.channel, u.* from conversations c cross join lateral (
       (select message_id, key, payload ->> 'text' as text, payload -> 'files' as files, state, null::jsonb as content,
               received_at as at, seq, 0 as part, false as is_unread, null as reply_to
          from inbox where adapter = 'http' and conversation_id = c.id and kind <> 'press'
           and coalesce(payload ->> 'origin', 'person') in ('person', 'http')
           and ($2::timestamptz is null or received_at < $2) and received_at > coalesce(c.hidden_at, '-infinity')
         order by seq desc limit $3)
     union all
       (select null, key, null, null, state, content, created_at as at,
               (select i.seq from inbox i where i.id = outbox.inbox_id), part, ${IS_UNREAD}, reply_to
          from outbox where adapter = 'http' and conversation_id = c.id and ${SHOWN}
           and ($2::timestamptz is null or created_at < $2) and created_at > coalesce(c.hidden_at, '-infinity')
         order by created_at desc limit $3)) u
      where c.id = any($1::uuid[]))
     union all
       -- by person: a program may begin a conversation of the terminal with each run, and several people may speak in one
       (select c.channel, null, o.key, null, null, o.state,
               -- a terminal's card does not change when its buttons are used: here it would go on offering them
               case when exists (select from buttons b where b.card = o.key and b.used_at is not null) then o.content - 'buttons' else o.content end,
               o.created_at, null, o.part, ${IS_UNREAD}, null
          from outbox o join conversations c on c.id = o.conversation_id and c.kind = 'dm' and c.person_id = $4
         where $5 and o.adapter = '${TERMINAL}' and o.reply_to is null and o.person_id = $4 and ${SHOWN}
           and ($2::timestamptz is null or o.created_at < $2) order by o.created_at desc limit $3)) said
      order by at desc, seq desc nulls first, content is null, part desc limit $3`,
    [found.rows.map(({ id }) => id), before ?? null, limit, personId ?? null, withTerminal],
  );
  return rows.map(({ channel, message_id, key, text, files, state, content, at, is_unread: isUnread, reply_to }) => ({
    channel,
    replyTo: reply_to ?? undefined,
    key,
    state,
    at,
    isUnread,
    messageId: message_id ?? undefined,
    text: text ?? undefined,
    content: content ?? undefined,
    files: files ?? [],
  }));
}

export async function channelsOf(database: Database, prefix: string, limit: number): Promise<string[]> {
  const { rows } = await database.read<{ channel: string }>(
    `select channel from conversations where adapter = 'http' and starts_with(channel, $1) order by created_at desc limit $2`,
    [prefix, limit],
  );
  return rows.map(({ channel }) => channel);
}

/** True of a button that coda showed the person at their terminal, by itself. */
export async function isTerminalButton(database: Database, button: string, personId: string): Promise<boolean> {
  const { rows } = await database.read(
    `select 1 from buttons b join conversations c on c.id = b.conversation_id
      where b.id = $1 and b.person_id = $2 and c.adapter = '${TERMINAL}' and c.kind = 'dm' and c.person_id = $2`,
    [button, personId],
  );
  return rows.length > 0;
}

export async function channelOfButton(database: Database, button: string): Promise<string | undefined> {
  const { rows } = await database.read<{ channel: string }>(
    `select c.channel from buttons b join conversations c on c.id = b.conversation_id
      where b.id = $1 and c.adapter = 'http'`,
    [button],
  );
  return rows[0]?.channel;
}

/** The name and type under which a file was handed to somebody in their conversations; undefined when it was not. */
export async function fileIn(
  database: Database,
  prefix: string,
  hash: string,
): Promise<{ name: string; type: string; size: number } | undefined> {
  const { rows } = await database.read<{ file: { name: string; type: string; size: number } }>(
    `select f as file
       from conversations c
       join outbox o on o.conversation_id = c.id and o.adapter = 'http' and o.content ? 'files'
      cross join lateral jsonb_array_elements(o.content -> 'files') f
      where c.adapter = 'http' and starts_with(c.channel, $1) and f ->> 'hash' = $2
     union all
     select f from conversations c
       join inbox i on i.conversation_id = c.id and i.adapter = 'http' and i.payload -> 'files' <> '[]'
      cross join lateral jsonb_array_elements(i.payload -> 'files') f
      where c.adapter = 'http' and starts_with(c.channel, $1) and f ->> 'hash' = $2
      limit 1`,
    [prefix, hash],
  );
  return rows[0]?.file;
}
