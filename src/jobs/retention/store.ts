import type { Instant } from '../../base/clock.ts';
import type { Database } from '../../storage/index.ts';

/**
 * A statement that deletes at most about `$2` rows that ended before `$1`, with what hangs on them, and returns how many as `count`, 0 at
 * last. It reads about as many, however many there are.
 */
export interface RetentionRule {
  name: string;
  /** After so many days, where the configured number is larger. */
  days?: number;
  sql: string;
}

/** The oldest rows by `ended`, a column with an index, for which `only` holds. */
export interface OldRows {
  table: string;
  ended: string;
  only?: string;
}

/**
 * Array of where such rows lie: `ctid = any (…)`. In an array the planner takes them for few, so that it neither reads nor hashes a whole
 * table for them, and by their order it finds them through the index. A row that somebody holds is left to the next run.
 */
export const oldest = ({ table, ended, only }: OldRows) =>
  `array(select ctid from ${table} where ${ended} < $1${only ? ` and ${only}` : ''} order by ${ended} limit $2 for update skip locked)`;

export function pruneRule(name: string, rows: OldRows, days?: number): RetentionRule {
  const sql = `with old as (delete from ${rows.table} where ctid = any (${oldest(rows)}) returning 1)
    select count(*) as count from old`;
  return { name, sql, ...(days === undefined ? {} : { days }) };
}

/** Jobs that were done or cancelled long ago, old occurrences, and processes that are long gone. Dead letters stay. */
export const retentionRules: readonly RetentionRule[] = [
  pruneRule('jobs.prune', { table: 'jobs', ended: 'finished_at', only: `state <> 'dead'` }),
  pruneRule('occurrences.prune', { table: 'occurrences', ended: 'at' }),
  pruneRule('instances.prune', { table: 'instances', ended: 'ended_at' }),
];

export async function prune(database: Database, rule: RetentionRule, before: Instant, limit: number): Promise<number> {
  const { rows } = await database.run<{ count: number }>(rule.name, rule.sql, [before, limit]);
  return rows[0]?.count ?? 0;
}
