/** Bearer tokens of programs. Only hashes are kept: a reader of the table can speak for nobody. */
import type { Instant } from '../../base/clock.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { DeletionRule } from '../deletion.ts';
import type { RoleHolder } from '../gate.ts';
import type { MergeRule } from '../merge.ts';
import type { Role } from '../person.ts';

export interface NewToken {
  id: string;
  name: string;
  /** SHA-256 of the token, hex. */
  hash: string;
  personId: string;
  scopes: readonly string[];
  createdAt: Instant;
  expiresAt: Instant | undefined;
}

export interface TokenHolder {
  id: string;
  name: string;
  personId: string;
  who: RoleHolder;
  scopes: readonly string[];
  expiresAt: Instant | undefined;
}

export interface ListedToken {
  id: string;
  name: string;
  person: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  used_at: string | null;
  revoked_at: string | null;
}

/** A token in constant use is written once in this time. */
const USED_EVERY = '1 hour';

export async function add(tx: Transaction, token: NewToken): Promise<void> {
  const { id, name, hash, personId, scopes, createdAt, expiresAt } = token;
  await tx.query(
    `insert into api_tokens (id, name, hash, person_id, scopes, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, name, hash, personId, scopes.join(' '), createdAt, expiresAt ?? null],
  );
}

export async function holderOf(database: Database, hash: string, now: Instant): Promise<TokenHolder | undefined> {
  const { rows } = await database.read<{
    id: string;
    name: string;
    person_id: string;
    role: Role;
    roles: string[];
    scopes: string;
    expires_at: Instant | null;
    stale: boolean;
  }>(
    `select t.id, t.name, t.person_id, p.role, p.roles, t.scopes, t.expires_at,
            (t.used_at is null or t.used_at < $2::timestamptz - interval '${USED_EVERY}') as stale
       from api_tokens t join persons p on p.id = t.person_id and p.erased_at is null
      where t.hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)`,
    [hash, now],
  );
  const [row] = rows;
  if (!row) return undefined;
  if (row.stale) {
    await database.tx('tokens.used', (tx) =>
      tx.query('update api_tokens set used_at = $2 where id = $1', [row.id, now]),
    );
  }
  const { id, name, person_id: personId, role, roles, scopes, expires_at: expiresAt } = row;
  const who = { role, roles };
  return { id, name, personId, who, scopes: scopes.split(' '), expiresAt: expiresAt ?? undefined };
}

export async function list(database: Database, limit: number): Promise<ListedToken[]> {
  const { rows } = await database.read<Omit<ListedToken, 'scopes'> & { scopes: string }>(
    `select t.id, t.name, p.name as person, t.scopes, t.created_at, t.expires_at, t.used_at, t.revoked_at
       from api_tokens t join persons p on p.id = t.person_id order by t.created_at desc, t.id limit $1`,
    [limit],
  );
  return rows.map((row) => ({ ...row, scopes: row.scopes.split(' ') }));
}

/** Ends the token with this id or name; returns the hashes of what was ended. */
export async function revoke(tx: Transaction, named: string, now: Instant): Promise<string[]> {
  const { rows } = await tx.query<{ hash: string }>(
    'update api_tokens set revoked_at = $2 where (id::text = $1 or name = $1) and revoked_at is null returning hash',
    [named, now],
  );
  return rows.map(({ hash }) => hash);
}

export async function isNamed(tx: Transaction, name: string): Promise<boolean> {
  const { rows } = await tx.query('select from api_tokens where name = $1 and revoked_at is null', [name]);
  return rows.length > 0;
}

export const mergeRules: readonly MergeRule[] = [{ sql: 'update api_tokens set person_id = $2 where person_id = $1' }];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from api_tokens where person_id = $1' }];
