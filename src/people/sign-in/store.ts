/** Ways to sign in: passwords, by the name that one signs in with, and the codes of a first start. Only digests are kept. */
import type { Instant } from '../../base/clock.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import type { DeletionRule } from '../deletion.ts';
import type { MergeRule } from '../merge.ts';
import type { Role } from '../person.ts';

/** Characters that a password has at least and at most. */
export const PASSWORD_LENGTH = { least: 10, most: 200 };

export interface PasswordRow {
  personId: string;
  login: string;
  digest: string;
}

/** The password of a login, unless its person is a guest or erased. */
export async function passwordOf(database: Pick<Database, 'read'>, login: string): Promise<PasswordRow | undefined> {
  const { rows } = await database.read<PasswordRow>(
    `select w.person_id as "personId", w.login, w.digest from passwords w join persons p on p.id = w.person_id
      where w.login = $1 and p.role <> 'guest' and p.erased_at is null`,
    [login],
  );
  return rows[0];
}

export async function passwordOfPerson(
  database: Pick<Database, 'read'>,
  personId: string,
): Promise<PasswordRow | undefined> {
  const { rows } = await database.read<PasswordRow>(
    'select person_id as "personId", login, digest from passwords where person_id = $1',
    [personId],
  );
  return rows[0];
}

/** Sets the person's login and password; false: the login is somebody else's. */
export async function setPassword(
  tx: Transaction,
  { personId, login, digest, now }: PasswordRow & { now: Instant },
): Promise<boolean> {
  tx.send(`select pg_advisory_xact_lock(hashtextextended('login:' || $1, 0))`, [login]);
  const { count } = await tx.query(
    `insert into passwords (person_id, login, digest, changed_at)
     select $1, $2, $3, $4 where not exists (select from passwords where login = $2 and person_id <> $1)
     on conflict (person_id) do update set login = excluded.login, digest = excluded.digest, changed_at = excluded.changed_at`,
    [personId, login, digest, now],
  );
  return count > 0;
}

/** Takes the password of the person away, or those of everybody. */
export async function removePasswords(tx: Transaction, personId: string | undefined): Promise<void> {
  await tx.query('delete from passwords where $1::uuid is null or person_id = $1', [personId ?? null]);
}

/** Role of somebody who may sign in, held against an erasure until `tx` ends; undefined: they may not. */
export async function roleToSignIn(tx: Transaction, personId: string, digest: string): Promise<Role | undefined> {
  const { rows } = await tx.query<{ role: Role }>(
    `select p.role from persons p join passwords w on w.person_id = p.id
      where p.id = $1 and w.digest = $2 and p.role <> 'guest' and p.erased_at is null for share of p`,
    [personId, digest],
  );
  return rows[0]?.role;
}

// A first start: whether anybody is there, and the codes that make the first owner.

/** True if somebody is more than a guest: whoever has the shell has let them in. */
export async function hasResident(db: Queryable): Promise<boolean> {
  const { rows } = await db.query(`select from persons where role <> 'guest' and erased_at is null limit 1`);
  return rows.length > 0;
}

export async function hasOwner(db: Queryable): Promise<boolean> {
  const { rows } = await db.query(`select from persons where role = 'owner' and erased_at is null limit 1`);
  return rows.length > 0;
}

/** Lets one claim after the other in: of two at once the second finds an owner. */
export function lockClaims(tx: Transaction): void {
  tx.send(`select pg_advisory_xact_lock(hashtextextended('first owner', 0))`);
}

/** Replicas that start together show a code each; more than these are of no use to anybody. */
const MOST_CODES = 10;

export async function addFirstCode(
  tx: Transaction,
  { id, hash, now, expiresAt }: { id: string; hash: string; now: Instant; expiresAt: Instant },
): Promise<void> {
  await tx.query(
    `delete from first_codes
      where expires_at <= $1 or id not in (select id from first_codes order by created_at desc, id desc limit $2)`,
    [now, MOST_CODES - 1],
  );
  await tx.query('insert into first_codes (id, hash, created_at, expires_at) values ($1, $2, $3, $4)', [
    id,
    hash,
    now,
    expiresAt,
  ]);
}

/** Hashes of the codes that are good at `now`. */
export async function openFirstCodes(tx: Transaction, now: Instant): Promise<string[]> {
  const { rows } = await tx.query<{ hash: string }>('select hash from first_codes where expires_at > $1', [now]);
  return rows.map(({ hash }) => hash);
}

export async function spendFirstCodes(tx: Transaction): Promise<void> {
  await tx.query('delete from first_codes');
}

export async function namePerson(tx: Transaction, personId: string, name: string): Promise<void> {
  await tx.query('update persons set name = $2, version = version + 1 where id = $1', [personId, name]);
}

export const mergeRules: readonly MergeRule[] = [
  // The account that stays keeps its password; without one it gets the other's.
  { sql: 'delete from passwords w using passwords k where w.person_id = $1 and k.person_id = $2' },
  { sql: 'update passwords set person_id = $2 where person_id = $1' },
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from passwords where person_id = $1' }];
