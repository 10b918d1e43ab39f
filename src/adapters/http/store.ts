/** Messages over HTTP, read from what is stored: an answer can be fetched however often, by whichever process. */
import { IS_SHELVED } from '../../agent/index.ts';
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

/**
 * Channels of the caller to look through; `withTerminal`: beside them what coda began to say at the person's terminal;
 * `withRemembered`: also what was said so long ago that inbox and outbox do not have it.
 */
export interface SaidWhere {
  channels: readonly string[];
  personId: string | undefined;
  withTerminal?: boolean;
  withRemembered?: boolean;
}

/** The adapter of terminals, which are one place with the chat in a browser to the person who has both. */
const TERMINAL = 'console';

const IS_UNREAD = `state = 'held' and reply_to is null`;

/** True of a part that its person can see; `row`: the outbox's name in the statement. */
const isShownIn = (row: string) =>
  `${row}.state in ('draft', 'sending', 'unknown', 'sent', 'held') and not ${row}.removed`;

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
              where o.adapter = 'http' and ${isShownIn('o')}
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

/** Messages and answers, the newest first. */
export async function saidIn(
  database: Database,
  { channels, personId, withTerminal = false, withRemembered = false }: SaidWhere,
  before: Instant | undefined,
  limit: number,
): Promise<SaidRow[] | undefined> {
  const result = await database.read<{ id: string }>(
    `select id from conversations where adapter = 'http' and channel = any($1::text[]) and ($2::uuid is null or person_id = $2)`,
    [channels, personId ?? null],
  );
  if (result.rows.length === 0 && !withTerminal) return undefined;
  const ids = result.rows.map(({ id }) => id);
  const { rows } = await database.read<StoredSaid>(
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
          from outbox where adapter = 'http' and conversation_id = c.id and ${isShownIn('outbox')}
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
         where $5 and o.adapter = '${TERMINAL}' and o.reply_to is null and o.person_id = $4 and ${isShownIn('o')}
           and ($2::timestamptz is null or o.created_at < $2) order by o.created_at desc limit $3)) said
      order by at desc, seq desc nulls first, content is null, part desc limit $3`,
    [ids, before ?? null, limit, personId ?? null, withTerminal],
  );
  const live = rows.map(toSaidRow);
  if (!withRemembered) return live;
  // Whatever waits outlives what was said beside it, so that a full page may have gaps; the newest ones have few.
  const [since, most] = rows.length < limit ? [] : [rows.at(-1)?.at, before ? undefined : 2 * limit];
  const remembered = await rememberedIn(database, ids, { before, since, limit, most });
  return [...live, ...remembered].sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, limit);
}

interface RememberedPage {
  before: Instant | undefined;
  since: Instant | undefined;
  limit: number;
  /** Only so many messages of a conversation are looked through, the newest; undefined: all. */
  most: number | undefined;
}

/**
 * Messages between `since` and `before` that are in neither inbox nor outbox any more (`retention.days`), from what the model
 * remembers; the newest first.
 */
async function rememberedIn(
  database: Database,
  conversations: readonly string[],
  { before, since, limit, most }: RememberedPage,
): Promise<SaidRow[]> {
  const { rows } = await database.read<StoredSaid>(
    `select c.channel, case when m.role = 'user' then m.id::text end as message_id, m.id::text as key,
            case when m.role = 'user' then m.content ->> 'text' end as text, null as files,
            case when m.role = 'user' then 'done' else 'sent' end as state,
            case when m.role = 'assistant' then jsonb_build_object('kind', 'answer', 'text', m.content ->> 'text') end as content,
            m.at, false as is_unread, null as reply_to
       from conversations c cross join lateral (
              select m.* from (
                select id, role, content, at, turn_id, epoch, seq from messages where conversation_id = c.id
                 order by epoch desc, seq desc limit $5) m
               where m.role in ('user', 'assistant') and coalesce(m.content ->> 'text', '') <> ''
                 -- a prompt of a schedule, a task or a hook is nobody's message
                 and (m.role = 'assistant' or not m.content ? 'origin')
                 and ($2::timestamptz is null or m.at < $2) and ($3::timestamptz is null or m.at > $3)
                 and m.at > coalesce(c.hidden_at, '-infinity')
                 and not ${IS_SHELVED('m.turn_id')}
                 -- a turn ends with its message, and goes with it; an answer stays until it was read
                 and not exists (select from turns t where t.id = m.turn_id)
                 and not (m.role = 'assistant' and exists (
                       select from outbox o where o.adapter = 'http' and o.conversation_id = c.id and o.turn_id = m.turn_id
                          and (${isShownIn('o')} or o.removed)
                          and o.created_at between m.at - interval '1 day' and m.at + interval '1 minute'))
               order by m.epoch desc, m.seq desc limit $4) m
      where c.id = any($1::uuid[])
      order by m.at desc, m.epoch desc, m.seq desc limit $4`,
    [conversations, before ?? null, since ?? null, limit, most ?? null],
  );
  return rows.map(toSaidRow);
}

interface StoredSaid {
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
}

function toSaidRow({
  channel,
  message_id,
  key,
  text,
  files,
  state,
  content,
  at,
  is_unread,
  reply_to,
}: StoredSaid): SaidRow {
  return {
    channel,
    replyTo: reply_to ?? undefined,
    key,
    state,
    at,
    isUnread: is_unread,
    messageId: message_id ?? undefined,
    text: text ?? undefined,
    content: content ?? undefined,
    files: files ?? [],
  };
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
