/** Skills that stay and are no longer offered to the model. Every verb runs in the transaction that it is given. */

import type { Instant } from '../../../base/clock.ts';
import type { Queryable, Transaction } from '../../../storage/index.ts';

export interface Deprecation {
  /** The skill's name. */
  name: string;
  reason: string;
  /** The skill to use instead. */
  replacement: string | undefined;
}

/** All that there are, by name. */
export async function deprecations(queryable: Pick<Queryable, 'query'>): Promise<Deprecation[]> {
  const { rows } = await queryable.query<{ name: string; reason: string; replacement: string | null }>(
    'select name, reason, replacement from skill_deprecations order by name',
  );
  return rows.map(({ name, reason, replacement }) => ({ name, reason, replacement: replacement ?? undefined }));
}

/** Deprecates a skill; what was said of it before is replaced. */
export async function deprecate(
  tx: Transaction,
  { name, reason, replacement }: Deprecation,
  by: { personId: string | undefined; now: Instant },
): Promise<void> {
  await tx.query(
    `insert into skill_deprecations (name, reason, replacement, person_id, decided_at)
     values ($1, $2, $3, $4, $5)
     on conflict (name) do update
       set reason = excluded.reason, replacement = excluded.replacement,
           person_id = excluded.person_id, decided_at = excluded.decided_at`,
    [name, reason, replacement ?? null, by.personId ?? null, by.now],
  );
}

/** Offers it again; false when it was not deprecated. */
export async function undeprecate(tx: Transaction, name: string): Promise<boolean> {
  const { count } = await tx.query('delete from skill_deprecations where name = $1', [name]);
  return count > 0;
}
