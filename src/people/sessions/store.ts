/** Browsers in which a person is signed in. Only hashes are kept: whoever reads the table can sign in as nobody. */
import type { Instant } from '../../base/clock.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';
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
export async function addSession(tx: Transaction, session: NewLink & { agent?: string | undefined }): Promise<void> {
  const { id, hash, personId, createdAt, expiresAt, agent } = session;
  await tx.query(
    `insert into browser_sessions (id, hash, person_id, created_at, opened_at, expires_at, agent)
     values ($1, $2, $3, $4, $4, $5, $6)`,
    [id, hash, personId, createdAt, expiresAt, agent ?? null],
  );
}

/**
 * Turns the unused link into a session that `hash` opens until `expiresAt`, and tells whose. Undefined: it was used, is over,
 * never was, or is for a guest, and nothing has changed.
 */
export async function exchange(
  tx: Transaction,
  link: string,
  { hash, expiresAt, agent }: { hash: string; expiresAt: Instant; agent: string | undefined },
  now: Instant,
): Promise<string | undefined> {
  const { rows } = await tx.query<{ personId: string }>(
    `update browser_sessions s set hash = $2, opened_at = $4, expires_at = $3, agent = $5
       from persons p
      where s.hash = $1 and s.opened_at is null and s.expires_at > $4
        and p.id = s.person_id and p.role <> 'guest' and p.erased_at is null
     returning s.person_id as "personId"`,
    [link, hash, expiresAt, now, agent ?? null],
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

/** An account of another service that signs its person in by itself, without a session. */
export interface VouchedAccount {
  adapter: string;
  externalId: string;
}

/** Gives the person the account, by its name there; held against an erasure until `tx` ends. `taken`: it is somebody else's. */
export async function addAccount(
  tx: Transaction,
  { adapter, externalId, name, personId, now }: VouchedAccount & { name: string; personId: string; now: Instant },
): Promise<'added' | 'taken' | 'gone'> {
  const { rows } = await tx.query(
    `select from persons where id = $1 and role <> 'guest' and erased_at is null for share`,
    [personId],
  );
  if (rows.length === 0) return 'gone';
  const { count } = await tx.query(
    `insert into identities as i (adapter, external_id, person_id, name, created_at) values ($1, $2, $3, $4, $5)
     on conflict (adapter, external_id) do update set name = excluded.name where i.person_id = excluded.person_id`,
    [adapter, externalId, personId, name, now],
  );
  return count > 0 ? 'added' : 'taken';
}

export async function hasAccount(database: Database, adapter: string, personId: string): Promise<boolean> {
  const { rows } = await database.read('select from identities where adapter = $1 and person_id = $2 limit 1', [
    adapter,
    personId,
  ]);
  return rows.length > 0;
}

/** Takes the accounts of one service away, of the person or of everybody; returns how many there were. */
export async function removeAccounts(tx: Transaction, adapter: string, personId: string | undefined): Promise<number> {
  const { count } = await tx.query(
    'delete from identities where adapter = $1 and ($2::uuid is null or person_id = $2)',
    [adapter, personId ?? null],
  );
  return count;
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

export interface OpenSession {
  id: string;
  openedAt: Instant;
  expiresAt: Instant;
  /** The browser's name for itself. */
  agent: string | undefined;
  isThis: boolean;
}

const MOST_SESSIONS = 100;

/** Browsers in which the person is signed in, the newest first; `hash` is that of the one that asks. */
export async function listSessions(
  database: Pick<Database, 'read'>,
  { personId, hash, now }: { personId: string; hash: string; now: Instant },
): Promise<OpenSession[]> {
  const { rows } = await database.read<Omit<OpenSession, 'agent'> & { agent: string | null }>(
    `select id, opened_at as "openedAt", expires_at as "expiresAt", agent, hash = $2 as "isThis" from browser_sessions
      where person_id = $1 and opened_at is not null and expires_at > $3 order by opened_at desc, id limit ${MOST_SESSIONS}`,
    [personId, hash, now],
  );
  return rows.map((row) => ({ ...row, agent: row.agent ?? undefined }));
}

/** Ends one session of the person; false: they have no such one. */
export async function endOne(tx: Transaction, personId: string, id: string): Promise<boolean> {
  const { count } = await tx.query('delete from browser_sessions where id = $2 and person_id = $1', [personId, id]);
  return count > 0;
}

/** Ends the sessions and links of the person but the one with this hash. */
export async function endOthers(tx: Transaction, personId: string, hash: string): Promise<void> {
  await tx.query('delete from browser_sessions where person_id = $1 and hash <> $2', [personId, hash]);
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update browser_sessions set person_id = $2 where person_id = $1' },
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from browser_sessions where person_id = $1' }];

export const retentionRules: readonly RetentionRule[] = [
  pruneRule('sessions.prune', { table: 'browser_sessions', ended: 'expires_at' }, 1),
];
