import type { Instant } from '../../base/clock.ts';
import { type Database, json, type Queryable, type Transaction } from '../../storage/index.ts';
import type { Receipt } from '../adapter.ts';
import type { ContentKind } from '../content.ts';
import { IS_BROWSERS, isBrowsers, open, openBrowsers } from '../conversations/store.ts';

/** A part `o` that answers nothing and waits until its person reads it. */
const IS_UNREAD = `o.state = 'held' and o.reply_to is null and not o.removed`;

/** A part `o` over HTTP that waits to be read: making it due shows it to nobody. */
export const WAITS_FOR_READER = `o.adapter = 'http' and ${IS_UNREAD}`;

const IS_UNREAD_IN_BROWSER = `o.adapter = 'http' and ${IS_UNREAD}
  and o.conversation_id = c.id and c.kind = 'dm' and ${IS_BROWSERS('c')}`;

/** The person with this account, if something is unread in their chat in a browser. */
export async function readerOf(database: Database, adapter: string, externalId: string): Promise<string | undefined> {
  const { rows } = await database.read<{ id: string }>(
    `select i.person_id as id from identities i, conversations c, outbox o
      where i.adapter = $1 and i.external_id = $2 and c.person_id = i.person_id and ${IS_UNREAD_IN_BROWSER} limit 1`,
    [adapter, externalId],
  );
  return rows[0]?.id;
}

/** Number of parts that wait in a person's chat in a browser until they read it; at most `MOST_COUNTED`. */
export async function countUnread(db: Queryable, personId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from (
       select from conversations c join outbox o on o.conversation_id = c.id
        where c.person_id = $1 and ${IS_UNREAD_IN_BROWSER} limit ${MOST_COUNTED}) u`,
    [personId],
  );
  return rows[0]?.count ?? 0;
}

const MOST_COUNTED = 100;

/** The conversation of a terminal whose reader, of this account, the person is. */
export async function terminalOf(
  database: Database,
  personId: string,
  { adapter, account }: { adapter: string; account: string },
): Promise<string | undefined> {
  const { rows } = await database.read<{ id: string }>(
    `select c.id from conversations c join identities i on i.adapter = c.adapter and i.external_id = $3
      where c.person_id = $1 and c.adapter = $2 and c.kind = 'dm' and i.person_id = $1 order by c.created_at limit 1`,
    [personId, adapter, account],
  );
  return rows[0]?.id;
}

/** Parts of the person that wait for an open page go their other way now: it is open no more. */
export async function callNow(database: Database, personId: string, now: Instant): Promise<number> {
  const { count } = await database.run(
    'outbox.call',
    `update outbox set call_at = $2 where person_id = $1 and state = 'held' and call_at > $2`,
    [personId, now],
  );
  return count;
}

/** Moves what is unread in the person's chat in a browser to another conversation of theirs. */
export async function moveUnread(
  tx: Transaction,
  to: { personId: string; conversationId: string; adapter: string },
  now: Instant,
): Promise<void> {
  await tx.query(
    `update outbox o set state = 'pending', next_at = $4, conversation_id = $2, adapter = $3, receipt = null
       from conversations c where c.person_id = $1 and ${IS_UNREAD_IN_BROWSER}`,
    [to.personId, to.conversationId, to.adapter, now],
  );
}

/**
 * Marks the messages that wait to be read by their person alone and were said since as told to their devices; each is taken
 * once.
 */
export async function takeUnpushed(
  tx: Transaction,
  personId: string,
  since: Instant,
  now: Instant,
): Promise<{ group: string; kind: ContentKind }[]> {
  const { rows } = await tx.query<{ grp: string; part: number; kind: ContentKind }>(
    `update outbox o set pushed_at = $3 from conversations c
      where o.person_id = $1 and o.created_at >= $2 and o.pushed_at is null and ${IS_UNREAD}
        and c.id = o.conversation_id and c.kind = 'dm' and (o.adapter = 'console' or ${IS_BROWSERS('c')})
     returning o.grp, o.part, o.content ->> 'kind' as kind`,
    [personId, since, now],
  );
  const first = new Map(rows.sort((a, b) => b.part - a.part).map(({ grp, kind }) => [grp, kind]));
  return [...first].map(([group, kind]) => ({ group, kind }));
}

export async function isMessageUnread(db: Queryable, group: string): Promise<boolean> {
  const { rows } = await db.query(`select 1 from outbox o where o.grp = $1 and ${IS_UNREAD} limit 1`, [group]);
  return rows.length > 0;
}

export interface ReadPart {
  key: string;
  receipt: Receipt;
}

/** Parts that waited until their person reads them, and were shown to them: as good as sent. */
export async function markRead(database: Database, parts: readonly ReadPart[], now: Instant): Promise<void> {
  if (parts.length === 0) return;
  await database.run(
    'outbox.read',
    `update outbox o set state = 'sent', sent_at = $2, next_at = null, error = null, receipt = coalesce(o.receipt, r.receipt)
       from jsonb_to_recordset($1) as r (key text, receipt jsonb) where o.key = r.key and ${IS_UNREAD}`,
    [json(parts.map(({ key, receipt }) => ({ key, receipt }))), now],
  );
}

/** Unread parts of a conversation count as read: its person has deleted it. */
export async function endUnread(tx: Transaction, conversationId: string, now: Instant): Promise<void> {
  await tx.query(
    `update outbox o set state = 'sent', sent_at = $2, next_at = null, error = null
      where o.conversation_id = $1 and ${IS_UNREAD}`,
    [conversationId, now],
  );
}

/** Moves what is unread in a temporary conversation over HTTP, with its buttons, to the one that its browser or program begins with. */
export async function moveUnreadHome(
  tx: Transaction,
  conversationId: string,
  newId: string,
  now: Instant,
): Promise<void> {
  const { rows } = await tx.query<{ personId: string; channel: string }>(
    `select c.person_id as "personId", c.channel from conversations c
      where c.id = $1 and c.adapter = 'http' and exists (select from outbox o where o.conversation_id = c.id and ${IS_UNREAD})`,
    [conversationId],
  );
  const [chat] = rows;
  if (!chat?.personId) return;
  const home = await openBeginning(tx, chat, { id: newId, now });
  await tx.query(
    `with moved as (
       update outbox o set conversation_id = $2 where o.conversation_id = $1 and ${IS_UNREAD} returning o.key)
     update buttons set conversation_id = $2 where card in (select key from moved)`,
    [conversationId, home],
  );
}

/** The conversation that the browser or program of this channel begins with, opened. */
function openBeginning(
  tx: Transaction,
  { personId, channel }: { personId: string; channel: string },
  { id, now }: { id: string; now: Instant },
): Promise<string> {
  if (isBrowsers({ adapter: 'http', channel })) return openBrowsers(tx, personId, { id, now });
  const main = `${channel.slice(0, channel.indexOf('/'))}/main`;
  return open(tx, { adapter: 'http', channel: main, space: 'programs', kind: 'dm' }, personId, id, now);
}
