import type { Instant } from '../../base/clock.ts';
import type { Queryable } from '../../storage/index.ts';

export interface FirstWords {
  model: string;
  answers: number;
  p50: number;
  p95: number;
}

/** Milliseconds to the first word of answers since `since`, by model; the most used first. */
export async function firstWords(db: Queryable, since: Instant): Promise<FirstWords[]> {
  const { rows } = await db.query<FirstWords>(
    `select model, count(*)::int as answers,
            percentile_disc(0.5) within group (order by first_ms) as p50, percentile_disc(0.95) within group (order by first_ms) as p95
       from usage where at >= $1 and purpose = 'answer' and first_ms is not null
      group by model order by count(*) desc, model limit 20`,
    [since],
  );
  return rows;
}
