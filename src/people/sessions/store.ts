/** Browsers in which a person is signed in. Only hashes are kept: whoever reads the table can sign in as nobody. */
import type { Instant } from '../../base/clock.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import type { DeletionRule } from '../deletion.ts';
import type { MergeRule } from '../merge.ts';
import type { Role } from '../person.ts';

export interface NewLink {
  id: string;
  /** SHA-256 of its code, hex. */
  hash: string;
  personId: string;
  createdAt: Instant;
  expiresAt: Instant;
}

export interface SessionHolder {
  id: string;
  personId: string;
  name: string;
  role: Role;
  roles: readonly string[];
  expiresAt: Instant;
}

export async function addLink(tx: Transaction, { id, hash, personId, createdAt, expiresAt }: NewLink): Promise<void> {
  await tx.query(
    `insert into browser_sessions (id, hash, person_id, created_at, expires_at) values ($1, $2, $3, $4, $5)`,
    [id, hash, personId, createdAt, expiresAt],
  );
}

/** A session that its cookie opens from now on. */
export async function addSession(tx: Transaction, session: NewLink): Promise<void> {
  const { id, hash, personId, createdAt, expiresAt } = session;
  await tx.query(
    `insert into browser_sessions (id, hash, person_id, created_at, opened_at, expires_at) values ($1, $2, $3, $4, $4, $5)`,
    [id, hash, personId, createdAt, expiresAt],
  );
}

/**
 * Turns the unused link into a session that `hash` opens until `expiresAt`, and tells whose. Undefined: it was used, is over,
 * never was, or is for a guest, and nothing has changed.
 */
export async function exchange(
  tx: Transaction,
  link: string,
  { hash, expiresAt }: { hash: string; expiresAt: Instant },
  now: Instant,
): Promise<string | undefined> {
  const { rows } = await tx.query<{ personId: string }>(
    `update browser_sessions s set hash = $2, opened_at = $4, expires_at = $3
       from persons p
      where s.hash = $1 and s.opened_at is null and s.expires_at > $4
        and p.id = s.person_id and p.role <> 'guest' and p.erased_at is null
     returning s.person_id as "personId"`,
    [link, hash, expiresAt, now],
  );
  return rows[0]?.personId;
}

export async function holderOf(database: Database, hash: string, now: Instant): Promise<SessionHolder | undefined> {
  const { rows } = await database.read<SessionHolder>(
    `select s.id, s.person_id as "personId", p.name, p.role, p.roles, s.expires_at as "expiresAt"
       from browser_sessions s join persons p on p.id = s.person_id
      where s.hash = $1 and s.opened_at is not null and s.expires_at > $2 and p.erased_at is null`,
    [hash, now],
  );
  return rows[0];
}

export async function endSession(tx: Transaction, hash: string): Promise<void> {
  await tx.query('delete from browser_sessions where hash = $1', [hash]);
}

/** Ends the sessions and links of one person, or of everybody; returns how many could still be used at `now`. */
export async function endAll(tx: Transaction, personId: string | undefined, now: Instant): Promise<number> {
  const { rows } = await tx.query<{ live: boolean }>(
    `delete from browser_sessions where $1::uuid is null or person_id = $1 returning expires_at > $2 as live`,
    [personId ?? null, now],
  );
  return rows.filter(({ live }) => live).length;
}

// The first owner: whether there is one, and the codes that make one.

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

export async function addCode(
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
export async function openCodes(tx: Transaction, now: Instant): Promise<string[]> {
  const { rows } = await tx.query<{ hash: string }>('select hash from first_codes where expires_at > $1', [now]);
  return rows.map(({ hash }) => hash);
}

export async function spendCodes(tx: Transaction): Promise<void> {
  await tx.query('delete from first_codes');
}

export async function nameOwner(tx: Transaction, personId: string, name: string): Promise<void> {
  await tx.query('update persons set name = $2, version = version + 1 where id = $1', [personId, name]);
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update browser_sessions set person_id = $2 where person_id = $1' },
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from browser_sessions where person_id = $1' }];

export const retentionRules: readonly RetentionRule[] = [
  pruneRule('sessions.prune', { table: 'browser_sessions', ended: 'expires_at' }, 1),
];
