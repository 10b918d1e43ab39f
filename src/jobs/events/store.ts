import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import type { EventName } from '../../config/index.ts';
import { type Fragment, json, render, sql, type Transaction } from '../../storage/index.ts';

export const KIND = 'event';

export interface EventJob {
  id: string;
  payload: Json;
  /** The row whose end it tells of. */
  inbox_id: string | null;
}

/** A `with` part that writes events for which `when` holds (of an event `e`). */
export function insertion(jobs: readonly EventJob[], maxAttempts: number, now: Instant, when: Fragment): Fragment {
  return sql`, raised as (
      insert into jobs (id, kind, payload, state, due_at, max_attempts, created_at)
      select e.id, ${KIND}, e.payload, 'pending', ${now}::timestamptz, ${maxAttempts}::int, ${now}::timestamptz
        from jsonb_to_recordset(${json(jobs)}) as e (id uuid, payload jsonb, inbox_id uuid) where ${when}
    )`;
}

export async function insert(
  tx: Transaction,
  jobs: readonly EventJob[],
  maxAttempts: number,
  now: Instant,
): Promise<void> {
  await tx.query(...render(sql`with nothing as (select 1)${insertion(jobs, maxAttempts, now, sql`true`)} select`));
}

/** Events that tell of the person. One that is being sent is not sent again. */
export const deletionRules = [
  { sql: `delete from jobs where kind = '${KIND}' and payload -> 'data' ->> 'person' = $1::text` },
];

export const mergeRules = [
  {
    sql: `update jobs set payload = jsonb_set(payload, '{data,person}', to_jsonb($2::text))
           where kind = '${KIND}' and payload -> 'data' ->> 'person' = $1::text`,
  },
] as const;

export interface Fact {
  name: EventName;
  /** The payload; `person` is the id of its subject. */
  data: Record<string, Json>;
  inboxId?: string;
}

export interface Raise {
  /** Adds in `tx` what its targets are told; sent after the commit. Nothing is written where nobody wants to know. */
  raise(tx: Transaction, facts: readonly Fact[]): Promise<void>;
}
