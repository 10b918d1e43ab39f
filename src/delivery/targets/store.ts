/** Targets: where a person has things told that they plan, while both they and the other side allow it. */
import type { Instant } from '../../base/clock.ts';
import {
  type DeletionRule,
  type MergeRule,
  QUIET_COLUMNS,
  type QuietColumns,
  type QuietHours,
  quietOf,
} from '../../people/index.ts';
import {
  Columns,
  type Database,
  type ItemOf,
  optional,
  type Queryable,
  render,
  type StoredRow,
  sql,
  type Transaction,
  text,
  textArray,
  uuid,
} from '../../storage/index.ts';
import type { Place } from '../adapter.ts';
import { type ConversationRow, direct, toPlace } from '../conversations/store.ts';

/** `place`: a shared one; `person`: their direct chat; `hook`: a template of the configuration; `push`: the person's own devices. */
export type TargetKind = 'place' | 'person' | 'hook' | 'push';

/** `asked`: the other side has not answered yet; `gone`: its place cannot be written to any more; `removed`: by its person. */
export type TargetState = 'asked' | 'allowed' | 'refused' | 'gone' | 'removed';

export const targets = new Columns({
  id: text(),
  personId: uuid(),
  kind: text<TargetKind>(),
  name: text(),
  conversationId: optional(uuid()),
  toPerson: optional(uuid()),
  state: text<TargetState>(),
  /** Skills and routines whose private words may be told there. */
  allows: textArray(),
});

export type Target = ItemOf<typeof targets>;

/** Conversation and reader of what is planned, and its person's words that may be told there. */
export interface TargetAddress {
  id: string;
  conversationId: string;
  /** The reader: the other person, or the one who planned it. */
  personId: string;
  /** Quiet hours of another person who reads it. */
  quiet: QuietHours | undefined;
  allows: string[];
}

/** Stores a target, or asks anew with one of this name that was refused, or whose place was gone. */
export async function put(tx: Transaction, target: Target, now: Instant): Promise<Target> {
  const { rows } = await tx.query(
    ...render(sql`
    insert into targets (${targets.names}, created_at) values (${targets.values(target)}, ${now})
    on conflict (person_id, lower(name)) where state <> 'removed' do update
       set kind = excluded.kind, conversation_id = excluded.conversation_id, to_person = excluded.to_person,
           state = excluded.state, told = false,
           -- what was allowed was for the other place
           allows = case when targets.conversation_id is not distinct from excluded.conversation_id
                          and targets.to_person is not distinct from excluded.to_person then targets.allows else '{}' end
    returning *`),
  );
  return targets.read(rows[0] as StoredRow);
}

const IS_THERE = `state <> 'removed'`;

export async function listOf(db: Queryable, personId: string): Promise<Target[]> {
  const { rows } = await db.query(`select * from targets where person_id = $1 and ${IS_THERE} order by lower(name)`, [
    personId,
  ]);
  return targets.readAll(rows);
}

export interface TargetOfOther extends Target {
  /** Name of the person whose things are told. */
  by: string;
}

/** Targets of everybody that tell in a conversation, or to a person who is not their own. */
export async function listTelling(
  db: Queryable,
  { conversationId, personId }: { conversationId?: string; personId?: string },
): Promise<TargetOfOther[]> {
  const { rows } = await db.query<StoredRow & { by: string }>(
    `select t.*, p.name as by from targets t join persons p on p.id = t.person_id
      where (t.conversation_id = $1::uuid or t.to_person = $2::uuid) and t.${IS_THERE} order by p.name, lower(t.name)`,
    [conversationId ?? null, personId ?? null],
  );
  return rows.map((row) => ({ ...targets.read(row), by: row.by }));
}

/** Targets in places and hooks that wait for an owner. */
export async function listAsked(db: Queryable): Promise<TargetOfOther[]> {
  const { rows } = await db.query<StoredRow & { by: string }>(
    `select t.*, p.name as by from targets t join persons p on p.id = t.person_id
      where t.state = 'asked' and t.to_person is null order by t.created_at limit 20`,
  );
  return rows.map((row) => ({ ...targets.read(row), by: row.by }));
}

export async function findById(db: Queryable, id: string): Promise<Target | undefined> {
  return targets.readAll((await db.query('select * from targets where id = $1', [id])).rows)[0];
}

export async function findNamed(db: Queryable, personId: string, name: string): Promise<Target | undefined> {
  const wanted = name.trim().replace(/^[#@]/, '').toLowerCase();
  const { rows } = await db.query(
    `select * from targets where person_id = $1 and (ltrim(lower(name), '#@') = $2 or id = $2) and ${IS_THERE} limit 1`,
    [personId, wanted],
  );
  return targets.readAll(rows)[0];
}

export async function setState(tx: Transaction, id: string, state: TargetState): Promise<void> {
  await tx.query('update targets set state = $2 where id = $1', [id, state]);
}

export async function setAllows(tx: Transaction, id: string, allows: readonly string[]): Promise<void> {
  await tx.query('update targets set allows = $2 where id = $1', [id, [...allows]]);
}

/** Drops the words of a target that wait to be sent, also for the end of quiet hours. */
export async function dropWaiting(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    `update outbox set state = 'dropped', next_at = null
      where starts_with(grp, $1) and state in ('pending', 'held') and receipt is null and unknown_at is null`,
    [targetKey(id, '')],
  );
}

const KEY = 'target:';

/** The key of what is told by a target: with it what waits is found when it is not allowed any more. */
export const targetKey = (id: string, key: string): string => `${KEY}${id}:${key}`;

interface AddressRow extends QuietColumns {
  id: string;
  person_id: string;
  conversation_id: string | null;
  to_person: string | null;
  allows: string[];
}

/** Addresses of those of these targets that are allowed by both; locked, so that none is revoked before `tx` ends. */
export function addresses(tx: Transaction, ids: readonly string[]): Promise<Map<string, TargetAddress>> {
  return read(tx, ids, 'for share of t');
}

async function read(db: Queryable, ids: readonly string[], lock = ''): Promise<Map<string, TargetAddress>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<AddressRow>(
    `select t.id, t.person_id, t.conversation_id, t.to_person, t.allows, ${QUIET_COLUMNS}
       from targets t left join persons p on p.id = t.to_person
      where t.id = any($1) and t.state = 'allowed' order by t.id ${lock}`,
    [[...new Set(ids)]],
  );
  const found = new Map<string, TargetAddress>();
  for (const row of rows) {
    const personId = row.to_person ?? row.person_id;
    const conversationId = row.conversation_id ?? (await direct(db, personId));
    if (conversationId === undefined) continue;
    const quiet = row.to_person === null ? undefined : quietOf(row, 'UTC');
    found.set(row.id, { id: row.id, conversationId, personId, quiet, allows: row.allows });
  }
  return found;
}

/** The place of an address, and whether it is told still: read again when what was planned has come to its end. */
export async function placeOf(db: Queryable, id: string): Promise<(TargetAddress & { place: Place }) | undefined> {
  const address = (await read(db, [id])).get(id);
  if (!address) return undefined;
  const { rows } = await db.query<ConversationRow>(
    'select id, adapter, channel, space_id, kind from conversations where id = $1',
    [address.conversationId],
  );
  return rows[0] && { ...address, place: toPlace(rows[0]) };
}

/** Notes that a conversation cannot be written to any more: its targets are allowed anew by both, or are no more. */
export async function noteGone(database: Database, conversationId: string): Promise<void> {
  await database.run(
    'targets.gone',
    `update targets set state = 'gone' where conversation_id = $1 and state = 'allowed'`,
    [conversationId],
  );
}

export const EARLIEST_GONE = `select created_at from targets where state = 'gone' and not told order by created_at limit 1`;

export async function takeGone(tx: Transaction, limit: number): Promise<Target[]> {
  const { rows } = await tx.query(
    `update targets set told = true
      where id in (select id from targets where state = 'gone' and not told order by created_at limit ${limit}
                      for update skip locked)
      returning *`,
  );
  return targets.readAll(rows);
}

export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from targets where person_id = $1 or to_person = $1' },
];

export const mergeRules: readonly MergeRule[] = [
  // The other person's target of the same name stays. Words for the other account would be told to oneself.
  {
    sql: `delete from targets t where t.person_id = $1 and exists (
            select from targets o where o.person_id = $2 and lower(o.name) = lower(t.name))
              or t.person_id in ($1, $2) and t.to_person in ($1, $2)`,
  },
  { sql: 'update targets set person_id = $2 where person_id = $1' },
  { sql: 'update targets set to_person = $2 where to_person = $1' },
];
