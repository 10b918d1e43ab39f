/** The record that a reflection looks at: counts, names and codes, and no word of anybody's. */
import type { Instant } from '../../../base/clock.ts';
import type { Queryable } from '../../../storage/index.ts';

export interface ScoreSums {
  turns: number;
  mean: number | null;
  low: number;
}

export async function sums(db: Queryable, since: Instant): Promise<ScoreSums> {
  const { rows } = await db.query<ScoreSums>(
    `select count(*)::int as turns, avg(score)::float8 as mean, (count(*) filter (where score < 3))::int as low
       from self_assessments where at >= $1`,
    [since],
  );
  return rows[0] ?? { turns: 0, mean: null, low: 0 };
}

/** Ways in which turns of low score went wrong at least `least` times, the most frequent first. */
export async function modes(
  db: Queryable,
  since: Instant,
  least: number,
): Promise<{ mode: string; turns: number; tools: string[]; notes: string[] }[]> {
  const { rows } = await db.query<{ mode: string; turns: number; tools: string[]; notes: string[] }>(
    `with low as (
       select mode, a.tools, a.note, a.at
         from self_assessments a cross join unnest(a.failure_modes) mode where a.at >= $1 and a.score < 4
     )
     select mode, count(*)::int as turns,
            array(select tool from low l cross join unnest(l.tools) tool where l.mode = low.mode
                   group by tool order by count(*) desc, tool limit 5) as tools,
            array(select l.note from low l where l.mode = low.mode and l.note <> '' order by l.at desc limit 3) as notes
       from low group by mode having count(*) >= $2 order by turns desc, mode`,
    [since, least],
  );
  return rows;
}

export async function byModel(
  db: Queryable,
  since: Instant,
): Promise<{ model: string; turns: number; mean: number; low: number }[]> {
  const { rows } = await db.query<{ model: string; turns: number; mean: number; low: number }>(
    `select model, count(*)::int as turns, avg(score)::float8 as mean, (count(*) filter (where score < 3))::int as low
       from self_assessments where at >= $1 and model is not null group by model order by turns desc, model limit 10`,
    [since],
  );
  return rows;
}

export async function calls(
  db: Queryable,
  since: Instant,
): Promise<{ tool: string; calls: number; failed: number; codes: Record<string, number> }[]> {
  const { rows } = await db.query<{ tool: string; calls: number; failed: number; codes: Record<string, number> }>(
    `with each as (
       select subject as tool, code, count(*)::int as calls, (count(*) filter (where status = 'failed'))::int as failed
         from audit_log where at >= $1 and action = 'tool.call' and not tainted and subject ~ '^[a-z][a-z0-9_]{0,63}$'
          and (code is null or code ~ '^[A-Z][A-Z0-9_]{0,63}$')
        group by 1, 2
     )
     select tool, sum(calls)::int as calls, sum(failed)::int as failed,
            coalesce(jsonb_object_agg(code, failed) filter (where code is not null), '{}') as codes
       from each group by tool order by calls desc, tool limit 60`,
    [since],
  );
  return rows;
}
