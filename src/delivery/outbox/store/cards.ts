/** Cards that were said. */
import type { Instant } from '../../../base/clock.ts';
import type { Transaction } from '../../../storage/index.ts';

/** The adapter of a part. */
export async function adapterOf(tx: Transaction, key: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ adapter: string }>('select adapter from outbox where key = $1', [key]);
  return rows[0]?.adapter;
}

/**
 * Has a part shown with its buttons spent and a note below: one that was sent is shown again; one whose receipt is not
 * stored yet (who presses early) once it is. False when there are none.
 */
export async function closeCard(tx: Transaction, key: string, note: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update outbox
        set content = (content - 'buttons') || jsonb_build_object('spent', content->'buttons',
                        'text', (content->>'text') || $2::text),
            drafted = true,
            state = case state when 'sent' then 'pending' else state end,
            next_at = case state when 'sent' then $3 else next_at end
      where key = $1 and content ? 'buttons'
        and (state = 'sent' and receipt is not null or state in ('sending', 'unknown', 'pending', 'held'))`,
    [key, `\n\n_${note}_`, now],
  );
  return count > 0;
}
