import type { Instant } from '../base/clock.ts';
import { onlyUsed, type Transaction } from '../storage/index.ts';

/**
 * A statement that gives one table's rows of person `$1` to person `$2`, at the instant `$3`, when the two turn out to
 * be one. Any parameter may be left out. No row may stay with `$1`, whose person row is deleted afterwards.
 */
export interface MergeRule {
  sql: string;
  /** The person's word for a row, in the singular ("reminder"), where the answer counts them. */
  what?: string;
  /** Only locks rows, which are locked before those of persons everywhere. */
  first?: true;
}

export interface MergedRows {
  what: string;
  count: number;
}

export async function mergeAll(
  tx: Transaction,
  mergeRules: readonly MergeRule[],
  from: string,
  to: string,
  now: Instant,
): Promise<MergedRows[]> {
  const moved: MergedRows[] = [];
  for (const { sql, what } of mergeRules) {
    const { count } = await tx.query(...onlyUsed(sql, [from, to, now]));
    if (what !== undefined && count > 0) moved.push({ what, count });
  }
  return moved;
}
