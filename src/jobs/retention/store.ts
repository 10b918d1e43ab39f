import type { Instant } from '../../base/clock.ts';
import type { Database } from '../../storage/index.ts';

/**
 * A statement that deletes about `$2` rows that ended before `$1` and returns how many as `count`, 0 at last. An index must find
 * them.
 */
export interface RetentionRule {
  name: string;
  /** After so many days, where the configured number is larger. */
  days?: number;
  sql: string;
}

/** Jobs that were done or cancelled long ago, old occurrences, and processes that are long gone. Dead letters stay. */
export const retentionRules: readonly RetentionRule[] = [
  {
    name: 'jobs.prune',
    sql: `with old as (delete from jobs where id in (select id from jobs where finished_at < $1 and state <> 'dead' limit $2)
                       returning id)
          select count(*) as count from old`,
  },
  {
    name: 'occurrences.prune',
    sql: `with old as (delete from occurrences where (schedule_id, at) in
                         (select schedule_id, at from occurrences where at < $1 limit $2) returning at)
          select count(*) as count from old`,
  },
  {
    name: 'instances.prune',
    sql: `with old as (delete from instances where id in (select id from instances where ended_at < $1 limit $2) returning id)
          select count(*) as count from old`,
  },
];

export async function prune(database: Database, rule: RetentionRule, before: Instant, limit: number): Promise<number> {
  const { rows } = await database.run<{ count: number }>(rule.name, rule.sql, [before, limit]);
  return rows[0]?.count ?? 0;
}
