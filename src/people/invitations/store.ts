/** Invitations to the page. Only hashes are kept; one is good while whoever made it is an owner. */
import type { Instant } from '../../base/clock.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { DeletionRule } from '../deletion.ts';
import type { MergeRule } from '../merge.ts';

export interface NewInvitation {
  id: string;
  /** SHA-256 of the link's code, hex. */
  hash: string;
  name: string;
  invitedBy: string;
  createdAt: Instant;
  expiresAt: Instant;
}

export interface OpenInvitation extends Omit<NewInvitation, 'hash'> {
  /** Name of the owner who made it. */
  from: string;
}

const OPEN = `from invitations i join persons p on p.id = i.invited_by and p.role = 'owner' and p.erased_at is null`;
const COLUMNS = `i.id, i.name, i.invited_by as "invitedBy", i.created_at as "createdAt", i.expires_at as "expiresAt", p.name as "from"`;
const MOST_OPEN = 100;

/** Stores one; false: as many are open as there may be. */
export async function add(tx: Transaction, invitation: NewInvitation): Promise<boolean> {
  const { id, hash, name, invitedBy, createdAt, expiresAt } = invitation;
  tx.send(`select pg_advisory_xact_lock(hashtextextended('invitations', 0))`);
  const { count } = await tx.query(
    `insert into invitations (id, hash, name, invited_by, created_at, expires_at) select $1, $2, $3, $4, $5, $6
      where (select count(*) from invitations where expires_at > $5) < ${MOST_OPEN}`,
    [id, hash, name, invitedBy, createdAt, expiresAt],
  );
  return count > 0;
}

/** Invitations that somebody can still use, the newest first. */
export async function list(database: Pick<Database, 'read'>, now: Instant): Promise<OpenInvitation[]> {
  const { rows } = await database.read<OpenInvitation>(
    `select ${COLUMNS} ${OPEN} where i.expires_at > $1 order by i.created_at desc, i.id limit ${MOST_OPEN}`,
    [now],
  );
  return rows;
}

/** The open invitation of a code's hash. */
export async function findOpen(
  database: Pick<Database, 'read'>,
  hash: string,
  now: Instant,
): Promise<OpenInvitation | undefined> {
  const { rows } = await database.read<OpenInvitation>(
    `select ${COLUMNS} ${OPEN} where i.hash = $1 and i.expires_at > $2`,
    [hash, now],
  );
  return rows[0];
}

/**
 * Uses an open invitation up, and holds its owner against an erasure or another role until `tx` ends. Undefined: it was used,
 * taken back, is over, or nobody's who is an owner now.
 */
export async function spend(tx: Transaction, hash: string, now: Instant): Promise<OpenInvitation | undefined> {
  const { rows } = await tx.query<OpenInvitation>(
    `select ${COLUMNS} ${OPEN} where i.hash = $1 and i.expires_at > $2 for update of i for share of p`,
    [hash, now],
  );
  const [invitation] = rows;
  if (invitation) await tx.query('delete from invitations where id = $1', [invitation.id]);
  return invitation;
}

/** Takes one back; false: there is none. */
export async function remove(tx: Transaction, id: string): Promise<boolean> {
  const { count } = await tx.query('delete from invitations where id = $1', [id]);
  return count > 0;
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update invitations set invited_by = $2 where invited_by = $1' },
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from invitations where invited_by = $1' }];

export const retentionRules: readonly RetentionRule[] = [
  pruneRule('invitations.prune', { table: 'invitations', ended: 'expires_at' }, 1),
];
