import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import { type Database, json, type Queryable, type Transaction } from '../../storage/index.ts';
import type { KnownPlace, Place } from '../adapter.ts';

export interface ConversationRow {
  id: string;
  adapter: string;
  channel: string;
  space_id: string;
  kind: Place['kind'];
  epoch: number;
  settings: Record<string, Json>;
  /** Manners of the channel that a thread belongs to. */
  inherited?: Record<string, Json>;
}

/** The settings that hold in a place: its own before those of its channel. */
export const settingsOf = ({ settings, inherited }: Pick<ConversationRow, 'settings' | 'inherited'>) => ({
  ...inherited,
  ...settings,
});

export function toPlace(row: Pick<ConversationRow, 'adapter' | 'channel' | 'space_id' | 'kind'>): Place {
  const space = row.space_id.slice(row.adapter.length + 1);
  return { adapter: row.adapter, channel: row.channel, space, kind: row.kind };
}

/** Settings of a channel that its threads have, too, as `/place` sets them. */
const INHERITED = ['observe', 'silent', 'receipt', 'language'];
const MANNERS = `coalesce((select jsonb_object_agg(key, value) from jsonb_each(c.settings)
                            where key in (${INHERITED.map((name) => `'${name}'`).join(', ')})), '{}')`;

/**
 * Makes the conversation of a place at first contact; concurrent makers get the same one. A direct one belongs to whoever
 * speaks there: the person before them was erased, or has become another one.
 */
export async function open(tx: Transaction, place: Place, personId: string, id: string, now: Instant): Promise<string> {
  const space = `${place.adapter}:${place.space}`;
  tx.send(
    `insert into spaces (id, adapter, name, created_at) values ($1, $2, $3, $4)
     on conflict (id) do nothing`,
    [space, place.adapter, place.space, now],
  );
  const { rows } = await tx.query<{ id: string }>(
    `insert into conversations (id, adapter, channel, space_id, kind, person_id, created_at, parent, inherited)
     values ($1, $2, $3, $4, $5, $6, $7, $8,
             coalesce((select ${MANNERS} from conversations c where c.adapter = $2 and c.channel = $8), '{}'))
     on conflict (adapter, channel) do update
        set kind = excluded.kind, person_id = excluded.person_id,
            -- a thread from before its channel was noted
            parent = coalesce(conversations.parent, excluded.parent),
            inherited = case when conversations.parent is null then excluded.inherited else conversations.inherited end
     returning id`,
    [
      id,
      place.adapter,
      place.channel,
      space,
      place.kind,
      place.kind === 'dm' ? personId : null,
      now,
      (place.kind === 'thread' && place.parent) || null,
    ],
  );
  return (rows[0] as { id: string }).id;
}

export async function placesOf(tx: Transaction, ids: readonly string[]): Promise<[string, Place][]> {
  const { rows } = await tx.query<ConversationRow>(
    'select id, adapter, channel, space_id, kind from conversations where id = any($1::uuid[])',
    [ids],
  );
  return rows.map((row) => [row.id, toPlace(row)]);
}

/** Stores names of places in which somebody has spoken, or in a thread of which; returns the channels of those. */
export async function storeNames(
  database: Database,
  adapter: string,
  names: ReadonlyMap<string, string>,
): Promise<string[]> {
  const { rows } = await database.run<{ channel: string }>(
    'places.names',
    `with spoken as (
       select n.channel, n.name from unnest($2::text[], $3::text[]) n(channel, name)
        where exists (select from conversations c where c.adapter = $1 and (c.channel = n.channel or c.parent = n.channel))),
          stored as (
       insert into place_names (adapter, channel, name) select $1, channel, name from spoken
       on conflict (adapter, channel) do update set name = excluded.name where place_names.name <> excluded.name)
     select channel from spoken`,
    [adapter, [...names.keys()], [...names.values()]],
  );
  return rows.map(({ channel }) => channel);
}

/** `#general`, of a thread its own name before that of its channel; null of a direct conversation, and where none is known. */
export const PLACE_NAME = (c: string) => `(
  select case when ${c}.kind = 'channel' then '#' || max(n.name) filter (where n.channel = ${c}.channel)
              else concat_ws(' · ', max(n.name) filter (where n.channel = ${c}.channel),
                                    '#' || max(n.name) filter (where n.channel = ${c}.parent)) end
    from place_names n where n.adapter = ${c}.adapter and n.channel in (${c}.channel, ${c}.parent) having count(*) > 0)`;

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

/** Places of a person's own that show nothing unless opened: a terminal, the chat in a browser. */
const HOME = ['console', 'http'];

export const IS_HOME = (conversation: string) =>
  `${conversation}.adapter in (${HOME.map((name) => `'${name}'`).join(', ')})`;

/** True of a direct conversation in the browser; false of one of a token's program. */
export const IS_BROWSERS = (conversation: string) =>
  `(${conversation}.adapter = 'http' and starts_with(${conversation}.channel, 'web-'))`;

export const isBrowsers = ({ adapter, channel }: Pick<Place, 'adapter' | 'channel'>): boolean =>
  adapter === 'http' && channel.startsWith('web-');

/**
 * First a chat platform, which calls its person; then the terminal and the browser, then what a program reads. Of several over HTTP
 * the one that each begins with, then the newest; a temporary one before none.
 */
const DIRECT_ORDER = (c: string) =>
  `${c}.temporary_at is not null, ${IS_HOME(c)}, ${c}.adapter = 'http', not ${IS_BROWSERS(c)}, ${c}.adapter = 'http' and ${c}.channel not like '%/main', ${c}.created_at desc`;

/** The person's direct conversation that calls them best: on `adapters` only, and not `except`. */
export async function direct(
  db: Queryable,
  personId: string,
  { adapters, except }: { adapters?: readonly string[]; except?: string } = {},
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select c.id from conversations c
      where c.person_id = $1 and c.kind = 'dm' and ($2::text[] is null or c.adapter = any($2)) and c.id is distinct from $3::uuid
      order by ${DIRECT_ORDER('c')} limit 1`,
    [personId, adapters ?? null, except ?? null],
  );
  return rows[0]?.id;
}

/**
 * The conversation in which a program's words reach the person: `direct`, but for somebody who reads the chat in a browser and
 * otherwise only by a program, that chat, whose place is given where it is still to be opened. Undefined for somebody who has
 * done neither.
 */
export async function readingOf(db: Queryable, personId: string, now: Instant): Promise<string | Place | undefined> {
  const { rows } = await db.query<{ known: string | null; is_signed_in: boolean }>(
    `select (select c.id from conversations c
              where c.person_id = $1 and c.kind = 'dm' and (c.temporary_at is null or not s.is_signed_in)
                and (c.adapter <> 'http' or ${IS_BROWSERS('c')} or not s.is_signed_in)
              order by ${DIRECT_ORDER('c')} limit 1) as known, s.is_signed_in
       from (select exists (select from browser_sessions
                             where person_id = $1 and opened_at is not null and expires_at > $2) as is_signed_in) s`,
    [personId, now],
  );
  const [row] = rows;
  return row?.known ?? (row?.is_signed_in ? browserPlace(personId) : undefined);
}

/** `readingOf`, opened. */
export async function openReading(
  tx: Transaction,
  personId: string,
  { id, now }: { id: string; now: Instant },
): Promise<string | undefined> {
  const reading = await readingOf(tx, personId, now);
  return typeof reading === 'object' ? open(tx, reading, personId, id, now) : reading;
}

/** The person's chat in a browser, opened: their devices are told of what waits there. */
export function openBrowsers(
  tx: Transaction,
  personId: string,
  { id, now }: { id: string; now: Instant },
): Promise<string> {
  return open(tx, browserPlace(personId), personId, id, now);
}

function browserPlace(personId: string): Place {
  return { adapter: 'http', channel: `web-${personId}/main`, space: 'programs', kind: 'dm' };
}

const OWNERS = `persons p join conversations c on c.person_id = p.id and c.kind = 'dm' where p.role = 'owner'`;

const OWNERS_DIRECT = `select distinct on (p.id) p.id as "personId", c.id as "conversationId"
  from ${OWNERS} order by p.id, c.adapter = $1 desc, ${DIRECT_ORDER('c')}`;

/** True if any owner has a direct conversation: the first one found is enough. */
export const ANY_OWNER_DIRECT = `exists (select from ${OWNERS})`;

/** A direct conversation of each owner who has one: on `adapter` where they have one there, else the newest. */
export async function ownersDirect(
  tx: Transaction,
  adapter = '',
): Promise<{ personId: string; conversationId: string }[]> {
  return (await tx.query<{ personId: string; conversationId: string }>(OWNERS_DIRECT, [adapter])).rows;
}

/** Makes a direct conversation somebody else's: who speaks there is a person of their own from now on. */
export async function giveTo(tx: Transaction, id: string, personId: string): Promise<void> {
  await tx.query(`update conversations set person_id = $2 where id = $1 and kind = 'dm'`, [id, personId]);
}

export async function giveAll(
  tx: Transaction,
  { adapter, from, to }: { adapter: string; from: string; to: string },
): Promise<void> {
  await tx.query(`update conversations set person_id = $3 where adapter = $1 and person_id = $2 and kind = 'dm'`, [
    adapter,
    from,
    to,
  ]);
}

export async function nextEpoch(tx: Transaction, id: string): Promise<void> {
  await tx.query('update conversations set epoch = epoch + 1 where id = $1', [id]);
}

/**
 * Empties what was said in a conversation; the rows stay, so that nothing is taken in or said a second time. A message that waits is
 * not answered, and a turn that runs is not remembered. Parts of its answer that are not sent yet keep their words until retention.
 */
export async function empty(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    `update inbox set payload = '{"from": "", "text": "", "files": []}'::jsonb
                                || case when finished_at is null then '{"withdrawn": true, "forgotten": true}' else '{}' end::jsonb
      where conversation_id = $1`,
    [id],
  );
  await tx.query(
    `update outbox set content = '{"kind": "notice", "text": ""}', error = null
      where conversation_id = $1 and state in ('sent', 'dropped')`,
    [id],
  );
}

export interface ConversationState {
  settings: Record<string, Json>;
  epoch: number;
}

export async function stateOf(db: Queryable, id: string): Promise<ConversationState> {
  const { rows } = await db.query<ConversationState>(
    'select inherited || settings as settings, epoch from conversations where id = $1',
    [id],
  );
  return rows[0] ?? { settings: {}, epoch: 0 };
}

/** The state, locked until `tx` ends; undefined when there is no such conversation. */
export async function lock(tx: Transaction, id: string): Promise<ConversationState | undefined> {
  const { rows } = await tx.query<ConversationState>(
    'select settings, epoch from conversations where id = $1 for update',
    [id],
  );
  return rows[0];
}

export async function setSetting(db: Queryable, id: string, key: string, value: Json): Promise<void> {
  await db.query(
    value === null
      ? 'update conversations set settings = settings - $2::text where id = $1'
      : 'update conversations set settings = settings || jsonb_build_object($2::text, $3::jsonb) where id = $1',
    value === null ? [id, key] : [id, key, json(value)],
  );
}

/** Sets a manner of a place and, of a channel, of its threads. */
export async function setManner(tx: Transaction, id: string, key: string, value: Json): Promise<void> {
  await setSetting(tx, id, key, value);
  await tx.query(
    `update conversations t set inherited = ${MANNERS} from conversations c
      where c.id = $1 and c.kind <> 'thread' and t.adapter = c.adapter and t.parent = c.channel`,
    [id],
  );
}

/** Notes the data folder of the process where the conversation was last spoken in. */
export async function setSeat(database: Database, id: string, seat: string): Promise<void> {
  const sql = 'update conversations set seat = $2 where id = $1 and seat is distinct from $2::uuid';
  await database.run('conversations.seat', sql, [id, seat]);
}

export const deletionRules: readonly DeletionRule[] = [
  {
    sql: `update conversations set settings = '{}', title = null
           where person_id = $1 and kind = 'dm' and (settings <> '{}' or title is not null)`,
  },
];

/**
 * Direct conversations. A browser's channels are named after their person (`web-<person>/<name>`) and follow them; of
 * two with one name, the one that comes along gets its id as a suffix.
 */
export const mergeRules: readonly MergeRule[] = [
  {
    sql: `update conversations c
             set person_id = $2::uuid,
                 channel = case
                   when not starts_with(c.channel, 'web-' || $1::uuid || '/') then c.channel
                   when exists (select from conversations o
                                 where o.adapter = c.adapter and o.channel = 'web-' || $2::uuid || substr(c.channel, 41))
                     -- no longer than a conversation's name may be
                     then 'web-' || $2::uuid || '/' || left(substr(c.channel, 42), 27) || '.' || c.id
                   else 'web-' || $2::uuid || substr(c.channel, 41) end
           where c.person_id = $1::uuid`,
  },
];
