import type { Instant } from '../base/clock.ts';
import type { Transaction } from '../storage/index.ts';

/**
 * What a room does when a person is erased: a statement with the person's id as `$1` and the instant as `$2`. What
 * must stay (the key of a message, so that a late copy is not answered) stays without what was said.
 */
export interface Erasure {
  sql: string;
}

/** Erases a person: each room's part in order, then the person. `$n` that a statement does not use is allowed. */
export async function erase(
  tx: Transaction,
  erasures: readonly Erasure[],
  personId: string,
  now: Instant,
): Promise<void> {
  for (const { sql } of erasures) await tx.query(sql, sql.includes('$2') ? [personId, now] : [personId]);
}
