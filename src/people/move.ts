import type { Instant } from '../base/clock.ts';
import type { Transaction } from '../storage/index.ts';

/**
 * What a room does when a person turns out to be another: a statement that gives what is of the person `$1` to the
 * person `$2`, at the instant `$3`. A later one may be left out. Nothing may stay with the first, whose row is deleted.
 */
export interface Move {
  sql: string;
  /** What the rows are to the person, in the singular ("reminder"), where they want to know how many came along. */
  what?: string;
}

/** How many rows of a kind were given to the other. */
export interface Moved {
  what: string;
  count: number;
}

/** Makes the moves in order; returns what came along of what the person wants to know. */
export async function moveAll(
  tx: Transaction,
  moves: readonly Move[],
  from: string,
  to: string,
  now: Instant,
): Promise<Moved[]> {
  const moved: Moved[] = [];
  for (const { sql, what } of moves) {
    const params = [from, to, now].filter((_, index) => sql.includes(`$${index + 1}`));
    const { count } = await tx.query(sql, params);
    if (what !== undefined && count > 0) moved.push({ what, count });
  }
  return moved;
}
