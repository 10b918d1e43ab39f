/** Cards that were said. */
import type { Instant } from '../../../base/clock.ts';
import type { Transaction } from '../../../storage/index.ts';

/** The adapter of a part. */
export async function adapterOf(tx: Transaction, key: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ adapter: string }>('select adapter from outbox where key = $1', [key]);
  return rows[0]?.adapter;
}

/** The content of a part `o` whose used buttons are spent; those that stand there unused stay. Another press may have been first. */
const SPENT = `(
  select (o.content - 'buttons')
      || case when bool_or(is_open)
           then jsonb_build_object('buttons', jsonb_agg(button order by place) filter (where is_open)) else '{}' end
      || jsonb_build_object('spent', coalesce(o.content->'spent', '[]')
           || coalesce(jsonb_agg(button order by place) filter (where not is_open), '[]'))
    from (select button, place, exists (select from buttons b where b.id = button->>'id' and b.used_at is null) as is_open
            from jsonb_array_elements(o.content->'buttons') with ordinality as shown (button, place)) each)`;

/**
 * Has a part shown with its used buttons spent and a note below: one that was sent is shown again; one whose receipt is
 * not stored yet (who presses early) once it is. False when there are none.
 */
export async function closeCard(tx: Transaction, key: string, note: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update outbox o
        set content = ${SPENT} || jsonb_build_object('text', (content->>'text') || $2::text),
            drafted = true,
            state = case state when 'sent' then 'pending' else state end,
            next_at = case state when 'sent' then $3 else next_at end
      where key = $1 and content ? 'buttons'
        and (state = 'sent' and receipt is not null or state in ('sending', 'unknown', 'pending', 'held'))`,
    [key, `\n\n_${note}_`, now],
  );
  return count > 0;
}
