import { append, rowOf } from '../../audit/index.ts';
import type { Instant } from '../../base/clock.ts';
import type { RetentionRule } from '../../jobs/index.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import type { AccessRules } from '../access.ts';
import type { DeletionRule } from '../deletion.ts';
import type { MergeRule } from '../merge.ts';
import type { Person, Role } from '../person.ts';
import { correctRole, type PersonRow, toPerson } from '../store.ts';

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
export async function waiting(tx: Transaction, hash: string, now: Instant): Promise<Waiting | undefined> {
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

export interface Listed {
  id: string;
  name: string;
  role: Role;
  roles: string[];
  accounts: string[];
  granted: string[];
  waits: string | null;
}

export async function list(db: Queryable | Pick<Database, 'read'>, now: Instant, limit: number): Promise<Listed[]> {
  const sql = `select p.id, p.name, p.role, p.roles, g.expires_at as waits,
                      coalesce((select jsonb_agg(i.adapter || ':' || i.external_id order by i.created_at)
                                  from identities i where i.person_id = p.id), '[]') as accounts,
                      coalesce((select jsonb_agg(distinct r.role) from grants r where r.person_id = p.id), '[]') as granted
                 from persons p left join pairings g on g.person_id = p.id and g.code is not null and g.expires_at > $1
                where p.erased_at is null
                order by array_position(array['owner', 'member', 'guest'], p.role), p.created_at limit $2`;
  const params = [now, limit];
  const { rows } = await ('read' in db ? db.read<Listed>(sql, params) : db.query<Listed>(sql, params));
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

/** Tables whose rows keep their person: deleting one who has any of them would fail, and with it the whole statement. */
const KEEPING = [
  'inbox',
  'outbox',
  'turns',
  'usage',
  'audit_log',
  'buttons',
  'undos',
  'dialogues',
  'artifacts',
  'requests',
  'grants',
  'api_tokens',
  'browser_sessions',
  'hooks',
  'skill_secrets',
  'mcp_pins',
  'skill_runs',
  'schedules',
  'person_schedules',
  'reminders',
  'reminder_lists',
  'tasks',
  'notes',
  'note_lists',
  'note_counts',
  'note_terms',
  'memories',
  'memory_people',
  'learned_signals',
  'learned_proposals',
  'learned_uses',
];

const HAS_NOTHING = KEEPING.map((table) => `not exists (select from ${table} t where t.person_id = p.id)`).join(
  ' and ',
);

/** People who were never anything but strangers, when nothing of what they said is kept any more. */
export const retentionRules: readonly RetentionRule[] = [
  {
    name: 'strangers.prune',
    sql: `with old as (
            select g.person_id as id from pairings g join persons p on p.id = g.person_id
             where g.fresh and g.created_at < $1 and p.role = 'guest' and p.version = 1
               and ${HAS_NOTHING}
             limit $2
          ), waited as (
            delete from pairings g using old where g.person_id = old.id
          ), counted as (
            delete from rates r using old where r.person_id = old.id
          ), linked as (
            delete from links l using old where l.person_id = old.id
          ), known as (
            delete from identities i using old where i.person_id = old.id
          ), over as (
            select c.id from conversations c join old on c.person_id = old.id
             where c.kind = 'dm' and not exists (select from inbox i where i.conversation_id = c.id)
               and not exists (select from outbox o where o.conversation_id = c.id)
               and not exists (select from messages m where m.conversation_id = c.id)
          ), lane as (
            delete from lanes l using over where l.conversation_id = over.id
          ), places as (
            delete from conversations c using over where c.id = over.id
          ), kept as (
            update conversations c set person_id = null from old
             where c.person_id = old.id and c.id not in (select id from over)
          ), gone as (
            delete from persons p using old where p.id = old.id returning p.id
          )
          select count(*) as count from gone`,
  },
];
