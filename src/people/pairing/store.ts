import { append, rowOf } from '../../audit/index.ts';
import type { Instant } from '../../base/clock.ts';
import { oldest, type RetentionRule } from '../../jobs/index.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import type { AccessRules } from '../access.ts';
import type { DeletionRule } from '../deletion.ts';
import type { MergeRule } from '../merge.ts';
import type { Person, Role } from '../person.ts';
import { correctRole, EMPTIED, type PersonRow, toPerson } from '../store.ts';

/** Wrong codes after which every open one is worthless. */
const MOST_MISSES = 5;

export interface NewPairing {
  personId: string;
  adapter: string;
  externalId: string;
  hash: string;
  now: Instant;
  expiresAt: Instant;
  conversationId: string;
}

/** Keeps the code of a stranger who has none that is open; false: they have had their notice. */
export async function offer(tx: Transaction, pairing: NewPairing): Promise<boolean> {
  const { personId, adapter, externalId, hash, now, expiresAt, conversationId } = pairing;
  const { count } = await tx.query(
    `insert into pairings as g (person_id, adapter, external_id, code, expires_at, conversation_id, fresh, created_at)
     select p.id, $2, $3, $4, $5::timestamptz, $6::uuid, p.version = 1 and p.role = 'guest', $7::timestamptz
       from persons p where p.id = $1
     on conflict (person_id) do update
        set code = excluded.code, expires_at = excluded.expires_at, conversation_id = excluded.conversation_id,
            misses = 0, created_at = excluded.created_at
      where g.expires_at <= excluded.created_at`,
    [personId, adapter, externalId, hash, expiresAt, conversationId, now],
  );
  return count > 0;
}

/** Ends the notice of a guest whom a policy hears by now: from here on they are no stranger to retention. */
export async function endStrangeness(tx: Transaction, personId: string): Promise<void> {
  await tx.query('delete from pairings where person_id = $1', [personId]);
  await tx.query('update persons set version = version + 1 where id = $1', [personId]);
}

export async function offeredSince(tx: Transaction, since: Instant): Promise<number> {
  const { rows } = await tx.query<{ count: number }>('select count(*) as count from pairings where created_at > $1', [
    since,
  ]);
  return rows[0]?.count ?? 0;
}

export interface Waiting {
  person: Person;
  adapter: string;
  externalId: string;
  conversationId: string | undefined;
}

/** The stranger of an open code, locked until `tx` ends. */
export async function lockWaiting(tx: Transaction, hash: string, now: Instant): Promise<Waiting | undefined> {
  const { rows } = await tx.query<PersonRow & { adapter: string; external_id: string; told_in: string | null }>(
    `select p.*, g.adapter, g.external_id, g.conversation_id as told_in
       from pairings g join persons p on p.id = g.person_id
      where g.code = $1 and g.expires_at > $2 for update of g`,
    [hash, now],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { adapter, external_id: externalId, told_in } = row;
  return { person: toPerson(row), adapter, externalId, conversationId: told_in ?? undefined };
}

/** Counts a wrong code; after `MOST_MISSES` of them every open code is void. */
export async function countWrongCode(tx: Transaction, now: Instant): Promise<void> {
  await tx.query(
    `update pairings set misses = misses + 1, code = case when misses + 1 >= $2 then null else code end
      where code is not null and expires_at > $1`,
    [now, MOST_MISSES],
  );
}

export interface Admission {
  role: string;
  /** Undefined: on the command line. */
  by: string | undefined;
  now: Instant;
}

export async function admit(
  tx: Transaction,
  { person, adapter, externalId }: Waiting,
  rules: AccessRules,
  { role, by, now }: Admission,
): Promise<void> {
  await tx.query(
    `insert into grants (adapter, external_id, person_id, role, granted_by, granted_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (adapter, external_id) do update
        set person_id = excluded.person_id, role = excluded.role, granted_by = excluded.granted_by,
            granted_at = excluded.granted_at`,
    [adapter, externalId, person.id, role, by ?? null, now],
  );
  await tx.query('delete from pairings where person_id = $1', [person.id]);
  await correctRole(tx, person.id, rules);
  const detail = { person: person.id, account: `${adapter}:${externalId}`, role };
  append(tx, [
    rowOf({
      at: now,
      personId: by,
      action: 'person.admit',
      subject: undefined,
      detail,
      origin: by ? 'command' : 'terminal',
    }),
  ]);
}

/** The account with which a person came first: the one that a role is given to. */
export async function accountOf(
  tx: Transaction,
  personId: string,
): Promise<Pick<Waiting, 'adapter' | 'externalId' | 'conversationId'> | undefined> {
  const { rows } = await tx.query<{ adapter: string; externalId: string }>(
    `select adapter, external_id as "externalId" from identities where person_id = $1 order by created_at limit 1`,
    [personId],
  );
  return rows[0] && { ...rows[0], conversationId: undefined };
}

/** Gives one role in the place of all that were granted. */
export async function replaceGrants(
  tx: Transaction,
  waiting: Waiting,
  rules: AccessRules,
  admission: Admission,
): Promise<void> {
  await tx.query('delete from grants where person_id = $1', [waiting.person.id]);
  await admit(tx, waiting, rules, admission);
}

export async function revoke(
  tx: Transaction,
  personId: string,
  rules: AccessRules,
  { by, now }: Omit<Admission, 'role'>,
): Promise<number> {
  const { count } = await tx.query('delete from grants where person_id = $1', [personId]);
  if (count === 0) return 0;
  await correctRole(tx, personId, rules);
  const detail = { person: personId };
  append(tx, [
    rowOf({
      at: now,
      personId: by,
      action: 'person.revoke',
      subject: undefined,
      detail,
      origin: by ? 'command' : 'terminal',
    }),
  ]);
  return count;
}

export interface ListedPerson {
  id: string;
  name: string;
  role: Role;
  roles: string[];
  accounts: string[];
  granted: string[];
  waits: string | null;
}

export async function list(
  db: Queryable | Pick<Database, 'read'>,
  now: Instant,
  limit: number,
): Promise<ListedPerson[]> {
  const sql = `select p.id, p.name, p.role, p.roles, g.expires_at as waits,
                      coalesce((select jsonb_agg(i.adapter || ':' || i.external_id order by i.created_at)
                                  from identities i where i.person_id = p.id), '[]') as accounts,
                      coalesce((select jsonb_agg(distinct r.role) from grants r where r.person_id = p.id), '[]') as granted
                 from persons p left join pairings g on g.person_id = p.id and g.code is not null and g.expires_at > $1
                where p.erased_at is null
                order by array_position(array['owner', 'member', 'guest'], p.role), p.created_at limit $2`;
  const params = [now, limit];
  const { rows } = await ('read' in db ? db.read<ListedPerson>(sql, params) : db.query<ListedPerson>(sql, params));
  return rows;
}

export async function find(tx: Transaction, named: string): Promise<Person | undefined> {
  const [adapter = '', ...rest] = named.split(':');
  const { rows } = await tx.query<PersonRow>(
    `select p.* from persons p where p.id::text = $1
      union all
     select p.* from persons p join identities i on i.person_id = p.id where i.adapter = $2 and i.external_id = $3
     limit 1`,
    [named, adapter, rest.join(':')],
  );
  return rows[0] && toPerson(rows[0]);
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update grants set person_id = $2 where person_id = $1' },
  { sql: 'update grants set granted_by = $2 where granted_by = $1' },
  { sql: 'delete from pairings where person_id = $1' },
];

/** Grants to the person; their grants to others stay. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from grants where person_id = $1' },
  { sql: 'update grants set granted_by = null where granted_by = $1' },
  { sql: 'delete from pairings where person_id = $1' },
];

/** Tables of what an account can be given without being let in. */
const OWN = ['grants', 'api_tokens', 'browser_sessions', 'passwords'];

/**
 * Codes that have long run out, and what is known of those who were never anything but strangers. Their row stays, emptied as that of
 * an erased person: to delete it, each table that refers to people would have to be searched for each of them. Whoever has a row
 * in one of these tables of other rooms, by its `person_id`, stays a person.
 */
export function strangerRule(tables: readonly string[]): RetentionRule {
  const ownsNothing = [...OWN, ...tables].map(
    (table) => `not exists (select from ${table} t where t.person_id = p.id)`,
  );
  return {
    name: 'strangers.prune',
    sql: `with old as (
            delete from pairings
             where ctid = any (${oldest({ table: 'pairings', ended: 'created_at', only: 'expires_at < $1' })})
            returning person_id, fresh
          ), strangers as (
            select p.id from old join persons p on p.id = old.person_id
             where old.fresh and p.role = 'guest' and p.version = 1 and ${ownsNothing.join(' and ')}
          ), counted as (
            delete from rates r using strangers where r.person_id = strangers.id
          ), linked as (
            delete from links l using strangers where l.person_id = strangers.id
          ), known as (
            delete from identities i using strangers where i.person_id = strangers.id
          ), emptied as (
            update persons p set ${EMPTIED}, erased_at = $1 from strangers where p.id = strangers.id
          )
          select count(*) as count from old`,
  };
}
