import type { MergeRule } from '../../people/index.ts';
import { mergeRules as ofDialogues } from '../dialogue/store.ts';

/**
 * What was said, done and spent. An approval binds to who asked for it: what still waits for one is over at once, and
 * has to be asked for again.
 */
export const mergeRules: readonly MergeRule[] = [
  {
    sql: `update turns set person_id = $2, expires_at = case when state = 'waiting' then $3::timestamptz else expires_at end
           where person_id = $1`,
  },
  { sql: 'update messages set person_id = $2 where person_id = $1' },
  { sql: 'update undos set person_id = $2 where person_id = $1' },
  ...ofDialogues,
  { sql: 'update usage set person_id = $2 where person_id = $1' },
  {
    sql: `with gone as (delete from spending where person_id = $1 returning *)
          insert into spending (day, person_id, calls, input_tokens, cached_tokens, output_tokens, unpriced, price, told,
                                dearest)
          select day, $2::uuid, calls, input_tokens, cached_tokens, output_tokens, unpriced, price, told, dearest
            from gone
          on conflict (day, person_id) do update
             set calls = spending.calls + excluded.calls, input_tokens = spending.input_tokens + excluded.input_tokens,
                 cached_tokens = spending.cached_tokens + excluded.cached_tokens,
                 output_tokens = spending.output_tokens + excluded.output_tokens,
                 unpriced = spending.unpriced + excluded.unpriced, price = spending.price + excluded.price,
                 told = spending.told or excluded.told, dearest = greatest(spending.dearest, excluded.dearest)`,
  },
  { sql: 'update reservations set person_id = $2 where person_id = $1' },
];
