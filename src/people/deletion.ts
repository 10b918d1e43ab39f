import type { Instant } from '../base/clock.ts';
import { onlyUsed, type Transaction } from '../storage/index.ts';

/**
 * A statement that erases one table's rows of person `$1` at the instant `$2`. Rows that must stay (the key of a
 * message, so that a redelivery is not answered) lose their content.
 */
export interface DeletionRule {
  sql: string;
}

/** Runs the rules in order. A rule may leave out either parameter. */
export async function erase(
  tx: Transaction,
  deletionRules: readonly DeletionRule[],
  personId: string,
  now: Instant,
): Promise<void> {
  for (const { sql } of deletionRules) await tx.query(...onlyUsed(sql, [personId, now]));
}
