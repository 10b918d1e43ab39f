/** Passkeys: public keys with which people sign in, and the challenges that wait for an answer. */
import type { Instant } from '../../base/clock.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { DeletionRule } from '../deletion.ts';
import type { MergeRule } from '../merge.ts';
import type { Role } from '../person.ts';

/** Passkeys that a person has at most. */
export const MOST_PASSKEYS = 20;

export interface Challenge {
  /** SHA-256, hex. */
  hash: string;
  /** The person who adds a passkey with it, and the handle that it will have; undefined: for a sign-in. */
  adding: { personId: string; handle: string } | undefined;
  expiresAt: Instant;
}

export async function addChallenge(
  tx: Transaction,
  { hash, adding, expiresAt }: Challenge,
  now: Instant,
): Promise<void> {
  await tx.query('delete from passkey_challenges where expires_at <= $1', [now]);
  await tx.query('insert into passkey_challenges (hash, person_id, handle, expires_at) values ($1, $2, $3, $4)', [
    hash,
    adding?.personId ?? null,
    adding?.handle ?? null,
    expiresAt,
  ]);
}

/**
 * Uses a challenge up: one that was made for this person, or with undefined one for a sign-in. Returns its handle, which is empty
 * for a sign-in; undefined: there is none, it was used, or it is over.
 */
export async function spendChallenge(
  tx: Transaction,
  { hash, personId, now }: { hash: string; personId: string | undefined; now: Instant },
): Promise<string | undefined> {
  const { rows } = await tx.query<{ handle: string | null }>(
    `delete from passkey_challenges where hash = $1 and person_id is not distinct from $2::uuid and expires_at > $3
     returning handle`,
    [hash, personId ?? null, now],
  );
  return rows[0] && (rows[0].handle ?? '');
}

export interface ListedPasskey {
  id: string;
  credentialId: string;
  name: string;
  /** The host name that it is bound to. */
  rpId: string;
  handle: string;
  createdAt: Instant;
  usedAt: Instant | undefined;
  /** Refused last because its counter had gone back: there may be a copy. */
  copiedAt: Instant | undefined;
}

export async function listPasskeys(database: Pick<Database, 'read'>, personId: string): Promise<ListedPasskey[]> {
  type Row = Omit<ListedPasskey, 'usedAt' | 'copiedAt'> & { usedAt: Instant | null; copiedAt: Instant | null };
  const { rows } = await database.read<Row>(
    `select id, credential_id as "credentialId", name, rp_id as "rpId", handle, created_at as "createdAt",
        used_at as "usedAt", copied_at as "copiedAt"
       from passkeys where person_id = $1 order by created_at, id limit ${MOST_PASSKEYS}`,
    [personId],
  );
  return rows.map((row) => ({ ...row, usedAt: row.usedAt ?? undefined, copiedAt: row.copiedAt ?? undefined }));
}

/** True if somebody who may sign in has a passkey of this host name. */
export async function hasPasskeys(database: Pick<Database, 'read'>, rpId: string): Promise<boolean> {
  const { rows } = await database.read(
    `select from passkeys k join persons p on p.id = k.person_id
      where k.rp_id = $1 and p.role <> 'guest' and p.erased_at is null limit 1`,
    [rpId],
  );
  return rows.length > 0;
}

export interface NewPasskey {
  id: string;
  personId: string;
  credentialId: string;
  rpId: string;
  handle: string;
  publicKey: string;
  algorithm: number;
  counter: number;
  name: string;
  createdAt: Instant;
}

/** Adds one, held against an erasure until `tx` ends. `taken`: it is there already; `full`: the person has as many as they may; `gone`. */
export async function addPasskey(
  tx: Transaction,
  { id, personId, credentialId, rpId, handle, publicKey, algorithm, counter, name, createdAt }: NewPasskey,
): Promise<'added' | 'taken' | 'full' | 'gone'> {
  // Two at once are counted one after the other.
  tx.send(`select pg_advisory_xact_lock(hashtextextended('passkeys:' || $1, 0))`, [personId]);
  const { rows } = await tx.query(
    `select from persons where id = $1 and role <> 'guest' and erased_at is null for share`,
    [personId],
  );
  if (rows.length === 0) return 'gone';
  const { rows: own } = await tx.query('select from passkeys where person_id = $1', [personId]);
  if (own.length >= MOST_PASSKEYS) return 'full';
  const { count } = await tx.query(
    `insert into passkeys (id, person_id, credential_id, rp_id, handle, public_key, algorithm, counter, name, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (credential_id) do nothing`,
    [id, personId, credentialId, rpId, handle, publicKey, algorithm, counter, name, createdAt],
  );
  return count > 0 ? 'added' : 'taken';
}

export interface KnownPasskey {
  id: string;
  personId: string;
  rpId: string;
  handle: string;
  publicKey: string;
  algorithm: number;
}

/** The passkey of a credential, unless its person is a guest or erased. */
export async function passkeyOf(
  database: Pick<Database, 'read'>,
  credentialId: string,
): Promise<KnownPasskey | undefined> {
  const { rows } = await database.read<KnownPasskey>(
    `select k.id, k.person_id as "personId", k.rp_id as "rpId", k.handle, k.public_key as "publicKey", k.algorithm
       from passkeys k join persons p on p.id = k.person_id
      where k.credential_id = $1 and p.role <> 'guest' and p.erased_at is null`,
    [credentialId],
  );
  return rows[0];
}

/**
 * Counts a use, and returns the role of its person, held against an erasure until `tx` ends. `copied`: the counter has not
 * risen; undefined: the passkey or its person is no more.
 */
export async function usePasskey(
  tx: Transaction,
  { id, counter, now }: { id: string; counter: number; now: Instant },
): Promise<{ role: Role; personId: string } | 'copied' | undefined> {
  const { rows } = await tx.query<{ role: Role; personId: string; before: string }>(
    `select p.role, p.id as "personId", k.counter::text as before from passkeys k join persons p on p.id = k.person_id
      where k.id = $1 and p.role <> 'guest' and p.erased_at is null for update of k for share of p`,
    [id],
  );
  const [row] = rows;
  if (!row) return undefined;
  const before = Number(row.before);
  if ((before > 0 || counter > 0) && counter <= before) return 'copied';
  await tx.query('update passkeys set counter = $2, used_at = $3 where id = $1', [id, counter, now]);
  return { role: row.role, personId: row.personId };
}

export async function markCopied(tx: Transaction, id: string, now: Instant): Promise<void> {
  await tx.query('update passkeys set copied_at = $2 where id = $1', [id, now]);
}

/** Names one of the person; false: they have no such one. */
export async function renamePasskey(tx: Transaction, personId: string, id: string, name: string): Promise<boolean> {
  const { count } = await tx.query('update passkeys set name = $3 where id = $2 and person_id = $1', [
    personId,
    id,
    name,
  ]);
  return count > 0;
}

/** Removes one of the person; returns its name, or undefined where they have no such one. */
export async function removePasskey(tx: Transaction, personId: string, id: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ name: string }>(
    'delete from passkeys where id = $2 and person_id = $1 returning name',
    [personId, id],
  );
  return rows[0]?.name;
}

/** Takes the passkeys of the person away, or those of everybody. */
export async function removePasskeys(tx: Transaction, personId: string | undefined): Promise<void> {
  await tx.query('delete from passkey_challenges where $1::uuid is null or person_id = $1', [personId ?? null]);
  await tx.query('delete from passkeys where $1::uuid is null or person_id = $1', [personId ?? null]);
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'delete from passkey_challenges where person_id = $1' },
  { sql: 'update passkeys set person_id = $2 where person_id = $1' },
];

export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from passkey_challenges where person_id = $1' },
  { sql: 'delete from passkeys where person_id = $1' },
];
