import type { Instant } from '../base/clock.ts';
import { uuid } from '../base/ids.ts';
import type { DeletionRule, MergeRule } from '../people/index.ts';
import type { Queryable, Transaction } from '../storage/index.ts';

export interface SecretOwner {
  personId?: string | undefined;
  spaceId?: string | undefined;
}

export interface SealedSecret {
  id: string;
  skill: string;
  name: string;
  personId: string | null;
  spaceId: string | null;
  sealed: string;
  keyId: string;
  updatedAt: Instant;
}

const COLUMNS = `id, skill, name, person_id as "personId", space_id as "spaceId", sealed, key_id as "keyId",
  updated_at as "updatedAt"`;

/** Secrets that a person in a space has for a skill; of each name the person's own goes before the space's, before all's. */
export async function secretsFor(
  db: Queryable,
  skill: string,
  { personId, spaceId }: { personId: string; spaceId: string },
): Promise<SealedSecret[]> {
  const { rows } = await db.query<SealedSecret>(
    `select distinct on (name) ${COLUMNS} from skill_secrets
      where skill = $1 and (person_id = $2 or space_id = $3 or (person_id is null and space_id is null))
      order by name, person_id is null, space_id is null`,
    [skill, personId, spaceId],
  );
  return rows;
}

export async function sharedSecret(db: Queryable, skill: string, name: string): Promise<SealedSecret | undefined> {
  const { rows } = await db.query<SealedSecret>(
    `select ${COLUMNS} from skill_secrets where skill = $1 and name = $2 and person_id is null and space_id is null`,
    [skill, name],
  );
  return rows[0];
}

export async function allSecrets(db: Queryable): Promise<SealedSecret[]> {
  const { rows } = await db.query<SealedSecret>(
    `select ${COLUMNS} from skill_secrets order by skill, name, updated_at`,
  );
  return rows;
}

/** Holds all values of this name until `tx` ends: what replaces one waits for another process that does. */
export async function lockSecret(tx: Transaction, skill: string, name: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`secret:${skill}:${name}`]);
}

export async function putSecret(
  tx: Transaction,
  { skill, name, personId = undefined, spaceId = undefined }: { skill: string; name: string } & SecretOwner,
  sealFor: (id: string) => { sealed: string; keyId: string },
  now: Instant,
): Promise<void> {
  await removeSecret(tx, { skill, name, personId, spaceId });
  const id = uuid(now);
  const { sealed, keyId } = sealFor(id);
  await tx.query(
    `insert into skill_secrets (id, skill, name, person_id, space_id, sealed, key_id, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, skill, name, personId ?? null, spaceId ?? null, sealed, keyId, now],
  );
}

export async function removeSecret(
  tx: Transaction,
  { skill, name, personId, spaceId }: { skill: string; name: string } & SecretOwner,
): Promise<boolean> {
  const { rows } = await tx.query(
    `delete from skill_secrets where skill = $1 and name = $2 and person_id is not distinct from $3::uuid
        and space_id is not distinct from $4::text returning id`,
    [skill, name, personId ?? null, spaceId ?? null],
  );
  return rows.length > 0;
}

export async function reseal(tx: Transaction, id: string, sealed: string, keyId: string): Promise<void> {
  await tx.query('update skill_secrets set sealed = $2, key_id = $3 where id = $1', [id, sealed, keyId]);
}

export async function isSpace(db: Queryable, id: string): Promise<boolean> {
  const { rows } = await db.query('select from spaces where id = $1', [id]);
  return rows.length > 0;
}

export const table = 'skill_secrets';

export const deletionRules: readonly DeletionRule[] = [{ sql: `delete from ${table} where person_id = $1` }];

/** Values that both have stay as the remaining person has them. */
export const mergeRules: readonly MergeRule[] = [
  {
    sql: `delete from skill_secrets mine where person_id = $1 and exists (
            select from skill_secrets other where other.person_id = $2 and other.skill = mine.skill and other.name = mine.name)`,
  },
  { sql: 'update skill_secrets set person_id = $2 where person_id = $1' },
];
