import type { Instant } from '../base/clock.ts';
import { type Database, json, type Transaction } from '../storage/index.ts';
import { type AccessRules, type Claim, highest, roleOf } from './access.ts';
import type { DeletionRule } from './deletion.ts';
import type { Person, Role } from './person.ts';

/** A row of `persons`, also as JSON (`to_jsonb`), where instants are text. */
export interface PersonRow {
  id: string;
  name: string;
  role: Role;
  zone: string | null;
  locale: string | null;
  week_start: number | null;
  quiet_from: string | null;
  quiet_to: string | null;
  undelivered: boolean;
  created_at: Date | string;
}

export function toPerson(row: PersonRow): Person {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    zone: row.zone ?? undefined,
    locale: row.locale ?? undefined,
    weekStart: row.week_start ?? undefined,
    quiet: row.quiet_from && row.quiet_to ? { from: row.quiet_from, to: row.quiet_to } : undefined,
    undelivered: row.undelivered,
    createdAt: new Date(row.created_at),
  };
}

export interface NewIdentity extends Claim {
  name: string;
  zone: string | undefined;
  locale: string | undefined;
}

/**
 * The person behind an identity, made at first contact. Two processes that meet the same person at once get the same
 * row: the second waits at the identity's key. A role that configuration now gives otherwise is corrected: the highest
 * of all that the person is known as, so that it is the same whichever of them speaks.
 */
export async function meet(
  tx: Transaction,
  identity: NewIdentity,
  rules: AccessRules,
  id: string,
  now: Instant,
): Promise<string> {
  const { adapter, externalId, name, zone, locale } = identity;
  const claim = json({ role: identity.role, groups: identity.groups });
  // The lock on the identity's key comes first, so that no person is made whose identity then turns out to exist.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`person:${adapter}:${externalId}`]);
  const known = await tx.query<{ person_id: string }>(
    'update identities set claim = $3 where adapter = $1 and external_id = $2 returning person_id',
    [adapter, externalId, claim],
  );
  const existing = known.rows[0]?.person_id;
  if (existing) {
    await correctRole(tx, existing, rules);
    return existing;
  }
  await tx.query(
    `with made as (
       insert into persons (id, name, role, zone, locale, created_at) values ($1, $2, $3, $4, $5, $6)
     )
     insert into identities (adapter, external_id, person_id, name, claim, created_at) values ($7, $8, $1, $2, $9, $6)`,
    [id, name, roleOf(identity, rules), zone ?? null, locale ?? null, now, adapter, externalId, claim],
  );
  return id;
}

async function correctRole(tx: Transaction, personId: string, rules: AccessRules): Promise<void> {
  const { rows } = await tx.query<{ adapter: string; external_id: string; claim: Pick<Claim, 'role' | 'groups'> }>(
    'select adapter, external_id, claim from identities where person_id = $1',
    [personId],
  );
  const roles = rows.map(({ adapter, external_id: externalId, claim }) =>
    roleOf({ ...claim, adapter, externalId }, rules),
  );
  await tx.query('update persons set role = $2, version = version + 1 where id = $1 and role <> $2', [
    personId,
    highest(roles),
  ]);
}

/** The person behind an identity, if they have been met. */
export async function findPerson(database: Database, adapter: string, externalId: string): Promise<Person | undefined> {
  const { rows } = await database.read<PersonRow>(
    `select p.* from identities i join persons p on p.id = i.person_id where i.adapter = $1 and i.external_id = $2`,
    [adapter, externalId],
  );
  return rows[0] && toPerson(rows[0]);
}

/** Sets the zone that the person lives in from now on. */
export async function setZone(tx: Transaction, personId: string, zone: string): Promise<void> {
  await tx.query('update persons set zone = $2, version = version + 1 where id = $1', [personId, zone]);
}

/** Sets the local wall times between which only what is urgent is delivered, or that there are none. */
export async function setQuiet(tx: Transaction, personId: string, quiet: Person['quiet']): Promise<void> {
  await tx.query('update persons set quiet_from = $2, quiet_to = $3, version = version + 1 where id = $1', [
    personId,
    quiet?.from ?? null,
    quiet?.to ?? null,
  ]);
}

/** The person's names and settings. The row stays: others' conversations refer to it. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from identities where person_id = $1' },
  {
    sql: `update persons set name = '', role = 'guest', zone = null, locale = null, quiet_from = null, quiet_to = null,
                 settings = '{}', version = version + 1, erased_at = $2
           where id = $1`,
  },
];

/** As whom an adapter knows a person; of several the newest. */
export async function knownAs(database: Database, personId: string, adapter: string): Promise<string | undefined> {
  const { rows } = await database.read<{ external_id: string }>(
    'select external_id from identities where person_id = $1 and adapter = $2 order by created_at desc limit 1',
    [personId, adapter],
  );
  return rows[0]?.external_id;
}
