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
import { type ConversationRow, direct, PLACE_NAME, toPlace } from '../conversations/store.ts';

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

/** Milliseconds: so long another side that was asked, or has refused, is not asked again by the same person. */
const ASK_AGAIN_MS = 7 * 86_400_000;

/** True while the other side must not be asked (again): it has not answered, or has refused lately. */
export async function wasAskedLately(
  tx: Transaction,
  { personId, conversationId, toPerson }: Pick<Target, 'personId' | 'conversationId' | 'toPerson'>,
  now: Instant,
): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from targets
      where person_id = $1 and conversation_id is not distinct from $2::uuid and to_person is not distinct from $3::uuid
        and (state = 'asked' or asked_at > $4) limit 1`,
    [personId, conversationId ?? null, toPerson ?? null, new Date(now.getTime() - ASK_AGAIN_MS)],
  );
  return rows.length > 0;
}

/**
 * Stores a target, or asks anew with one of this name that was refused, or whose place was gone. Another place is another target with
 * an id of its own: a yes, and a schedule that tells there, were for the place that they named.
 */
export async function put(tx: Transaction, target: Target, now: Instant): Promise<Target> {
  const here = sql`conversation_id is not distinct from ${target.conversationId ?? null}::uuid
                   and to_person is not distinct from ${target.toPerson ?? null}::uuid`;
  // Kept as removed: a refusal outlives the name that is given to another place.
  const { rows: replaced } = await tx.query<{ id: string }>(
    ...render(sql`
    update targets set state = 'removed', allows = '{}'
     where person_id = ${target.personId} and lower(name) = lower(${target.name}) and state <> 'removed' and not (${here})
    returning id`),
  );
  for (const { id } of replaced) await dropWaiting(tx, id);
  const askedAt = target.state === 'asked' ? now : null;
  const { rows } = await tx.query(
    ...render(sql`
    insert into targets (${targets.names}, created_at, asked_at) values (${targets.values(target)}, ${now}, ${askedAt}::timestamptz)
    on conflict (person_id, lower(name)) where state <> 'removed' do update
       set kind = excluded.kind, state = excluded.state, told = false, asked_at = excluded.asked_at
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

/** Names of targets by their ids, also of those that are taken back. */
export async function namesOf(db: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; name: string }>('select id, name from targets where id = any($1)', [
    [...new Set(ids)],
  ]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Targets that a name can mean: the one with exactly this name or id, else all with this name without # and @. */
export async function listNamed(db: Queryable, personId: string, name: string): Promise<Target[]> {
  const typed = name.trim().toLowerCase();
  const { rows } = await db.query(
    `select * from targets where person_id = $1 and (ltrim(lower(name), '#@') = $2 or id = $3) and ${IS_THERE}
      order by lower(name) <> $3, created_at`,
    [personId, typed.replace(/^[#@]/, ''), typed],
  );
  const matches = targets.readAll(rows);
  const exact = matches.filter((each) => each.name.toLowerCase() === typed || each.id === typed);
  return exact.length > 0 ? exact.slice(0, 1) : matches;
}

export async function setState(tx: Transaction, id: string, state: TargetState): Promise<void> {
  await tx.query('update targets set state = $2 where id = $1', [id, state]);
}

/** Notes what the other side has answered; `removed`: it agrees, but to no more than this once. */
export async function noteAnswer(
  tx: Transaction,
  id: string,
  state: 'allowed' | 'refused' | 'removed',
  now: Instant,
): Promise<void> {
  const refusedAt = state === 'refused' ? now : null;
  await tx.query('update targets set state = $2, asked_at = $3 where id = $1', [id, state, refusedAt]);
}

export async function setAllows(tx: Transaction, id: string, allows: readonly string[]): Promise<void> {
  await tx.query('update targets set allows = $2 where id = $1', [id, [...allows]]);
}

/** Drops the words of a target that wait to be sent, also for the end of quiet hours, or for an owner's resend. */
export async function dropWaiting(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    `update outbox set state = 'dropped', told = told or state = 'dead', next_at = null
      where starts_with(grp, $1) and state in ('pending', 'held', 'dead') and receipt is null and unknown_at is null`,
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
  return read(tx, ids, 'locked');
}

async function read(db: Queryable, ids: readonly string[], locked?: 'locked'): Promise<Map<string, TargetAddress>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<AddressRow>(
    `select t.id, t.person_id, t.conversation_id, t.to_person, t.allows, ${QUIET_COLUMNS}
       from targets t left join persons p on p.id = t.to_person
      where t.id = any($1) and t.state = 'allowed' order by t.id ${locked ? 'for share of t' : ''}`,
    [[...new Set(ids)]],
  );
  const addressesById = new Map<string, TargetAddress>();
  for (const row of rows) {
    const personId = row.to_person ?? row.person_id;
    const conversationId = row.conversation_id ?? (await direct(db, personId));
    if (conversationId === undefined) continue;
    const quiet = row.to_person === null ? undefined : quietOf(row, 'UTC');
    addressesById.set(row.id, { id: row.id, conversationId, personId, quiet, allows: row.allows });
  }
  return addressesById;
}

/**
 * The place of an address, and whether it is told still: read again when what was planned has come to its end. `locked`: it is
 * not revoked before the transaction ends.
 */
export async function placeOf(
  db: Queryable,
  id: string,
  locked?: 'locked',
): Promise<(TargetAddress & { place: Place }) | undefined> {
  const address = (await read(db, [id], locked)).get(id);
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
  { sql: 'delete from targets where person_id = $1' },
  // Kept as removed: what others tell them comes to those others alone, and not to the place where it was planned.
  { sql: `update targets set state = 'removed', to_person = null where to_person = $1` },
];

export const mergeRules: readonly MergeRule[] = [
  // The other person's target of the same name stays. Words for the other account would be told to oneself.
  {
    sql: `update targets t set state = 'removed', to_person = null
           where t.person_id = $1 and exists (
             select from targets o
              where o.person_id = $2 and lower(o.name) = lower(t.name) and o.state <> 'removed')
              or t.person_id in ($1, $2) and t.to_person in ($1, $2)`,
  },
  { sql: 'update targets set person_id = $2 where person_id = $1' },
  { sql: 'update targets set to_person = $2 where to_person = $1' },
];

/** The name and place of a conversation, for a question about it. */
export async function placeNamed(
  db: Queryable,
  conversationId: string,
): Promise<{ place: Place; name: string | null } | undefined> {
  const { rows } = await db.query<ConversationRow & { name: string | null }>(
    `select c.*, ${PLACE_NAME('c')} as name from conversations c where c.id = $1`,
    [conversationId],
  );
  return rows[0] && { place: toPlace(rows[0]), name: rows[0].name };
}
