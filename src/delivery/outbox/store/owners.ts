/** Parts in the hands of processes. */
import type { Instant } from '../../../base/clock.ts';
import type { Database, Transaction } from '../../../storage/index.ts';
import { SHOWS } from '../standing.ts';

/** A part in hand is sent, not edited: it has no message, or one that takes no more edits (`standing`). */
const IS_SENT_ANEW = `(receipt is null or receipt ? '${SHOWS}' and state = 'sending')`;

/**
 * Releases parts that dead processes were sending: they may have arrived at any time, so that the platform may have
 * forgotten them by now, or (those of `settling`) not show them yet. Drafts wait for their turn to go on.
 */
export async function release(
  tx: Transaction,
  owners: readonly string[],
  now: Instant,
  settling: readonly string[],
): Promise<void> {
  await tx.query(
    `update outbox
        set owner = null,
            unknown_at = case when ${IS_SENT_ANEW} then
                           case when adapter = any($3) then $2::timestamptz else coalesce(unknown_at, created_at) end end,
            state = case when state = 'draft' then 'draft' when ${IS_SENT_ANEW} then 'unknown' else 'pending' end,
            next_at = case when state = 'draft' then null else $2::timestamptz end,
            attempts = attempts + case when state = 'draft' then 0 else 1 end
      where owner = any($1::uuid[]) and state in ('sending', 'draft')`,
    [owners, now, settling],
  );
}

/** Owners of parts in work, dead ones too. */
export const OWNERS = `select owner from outbox where owner is not null and state in ('sending', 'draft')`;

/** Parts that this owner is sending, as the database has it. */
export async function heldBy(database: Database, owner: string): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(`select id from outbox where owner = $1 and state = 'sending'`, [
    owner,
  ]);
  return rows.map(({ id }) => id);
}

/** Puts parts back that their owner does not know of, and so has not sent. */
export async function free(tx: Transaction, owner: string, ids: readonly string[], now: Instant): Promise<void> {
  await tx.query(
    `update outbox set owner = null, state = case when unknown_at is null then 'pending' else 'unknown' end, next_at = $3
      where owner = $1 and id = any($2::uuid[]) and state = 'sending'`,
    [owner, ids, now],
  );
}
