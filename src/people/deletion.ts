import type { Instant } from '../base/clock.ts';
import { onlyUsed, type Transaction } from '../storage/index.ts';

/**
 * A statement that erases one table's rows of person `$1` at the instant `$2`; `$3` is the inbox row that asks for it, or
 * null. Rows that must stay (the key of a message, so that a redelivery is not answered) lose their content. One that only
 * locks rows names no table. A new column needs no rule, a new table does.
 */
export interface DeletionRule {
  sql: string;
}

export type ErasedCounts = ReadonlyMap<string, number>;

/** Runs the rules in order, each with a snapshot of its own. A rule may leave out any parameter. */
export async function erase(
  tx: Transaction,
  deletionRules: readonly DeletionRule[],
  { personId, now, inboxId }: { personId: string; now: Instant; inboxId: string | undefined },
): Promise<ErasedCounts> {
  const erased = new Map<string, number>();
  for (const { sql } of deletionRules) {
    const { count } = await tx.query(...onlyUsed(sql, [personId, now, inboxId ?? null]));
    const table = tableOf(sql);
    if (count > 0 && table !== '') erased.set(table, (erased.get(table) ?? 0) + count);
  }
  return erased;
}

export function tableOf(sql: string): string {
  return /(?:delete from|(?<!for )update|insert into)\s+(\w+)/i.exec(sql)?.[1] ?? '';
}
