import type { DeletionRule, MergeRule } from '../../people/index.ts';
import type { Queryable } from '../../storage/index.ts';

export const KIND = 'notify';

/** True if this notice waits or was said already. A key is known as long as jobs and delivered parts are kept. */
export async function isKnown(db: Queryable, key: string): Promise<boolean> {
  const { rows } = await db.query(
    `select from jobs where kind = $2 and key = $1
     union all
     select from outbox where key = $1 limit 1`,
    [key, KIND],
  );
  return rows.length > 0;
}

/** Notices that nobody has heard, and the words of those that were, also of the one that is being written. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: `delete from jobs where kind = '${KIND}' and payload ->> 'personId' = $1::text` },
];

export const mergeRules: readonly MergeRule[] = [
  {
    sql: `update jobs set payload = jsonb_set(payload, '{personId}', to_jsonb($2::text))
           where kind = '${KIND}' and payload ->> 'personId' = $1::text`,
  },
];
