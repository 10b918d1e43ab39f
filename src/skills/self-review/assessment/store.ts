import type { Instant } from '../../../base/clock.ts';
import type { DeletionRule, MergeRule } from '../../../people/index.ts';
import {
  Columns,
  type Database,
  type ItemOf,
  instant,
  int,
  optional,
  type Queryable,
  render,
  sql,
  type Transaction,
  text,
  textArray,
  uuid,
} from '../../../storage/index.ts';

const assessments = new Columns({
  turnId: uuid(),
  conversationId: uuid(),
  personId: uuid(),
  spaceId: optional(text()),
  at: instant(),
  /** 1 to 5; 5 is best. */
  score: int(),
  failureModes: textArray(),
  /** A sentence without what the person said. */
  note: text(),
  tools: textArray(),
  toolCalls: int(),
  model: optional(text()),
  promptVersion: optional(int()),
});

/** Adds it once; those from before `keptSince` go. */
export async function insert(tx: Transaction, each: ItemOf<typeof assessments>, keptSince: Instant): Promise<void> {
  await tx.query('delete from self_assessments where at < $1', [keptSince]);
  await tx.query(
    ...render(sql`
    insert into self_assessments (${assessments.names}) values (${assessments.values(each)})
    on conflict (turn_id) do nothing`),
  );
}

export interface TurnRecord {
  turnId: string;
  personId: string;
  spaceId: string | null;
  startedAt: Instant;
  model: string | null;
  toolCalls: number;
  said: string;
  answer: string;
  calls: readonly { name: string; ok: boolean | null; code: string | null }[];
}

/**
 * Turns of the conversation that used tools since `since` and are not assessed, the newest first. None into which untrusted
 * text went, none of a temporary conversation, and none of who has been erased.
 */
export async function turnsToAssess(
  database: Pick<Database, 'read'>,
  conversationId: string,
  since: Instant,
  limit: number,
): Promise<TurnRecord[]> {
  const { rows } = await database.read<TurnRecord>(
    `select t.id as "turnId", t.person_id as "personId", c.space_id as "spaceId", t.started_at as "startedAt", t.model,
            t.tool_calls as "toolCalls",
            coalesce((select string_agg(m.content ->> 'text', E'\n' order by m.seq) from messages m
                       where m.turn_id = t.id and m.role = 'user'), '') as said,
            coalesce((select string_agg(m.content ->> 'text', E'\n' order by m.seq) from messages m
                       where m.turn_id = t.id and m.role = 'assistant'), '') as answer,
            coalesce((select json_agg(json_build_object('name', k ->> 'name', 'ok', r.payload -> 'ok',
                                                        'code', r.payload ->> 'code') order by s.seq)
                        from steps s cross join jsonb_array_elements(s.payload -> 'calls') k
                        left join steps r on r.turn_id = t.id and r.path = '' and r.kind = 'result'
                                         and r.call_id = k ->> 'id'
                       where s.turn_id = t.id and s.path = '' and s.kind = 'model'), '[]') as calls
       from turns t join conversations c on c.id = t.conversation_id join persons p on p.id = t.person_id
      where t.conversation_id = $1 and t.state = 'answered' and not t.tainted and t.tool_calls > 0 and t.finished_at >= $2
        and p.erased_at is null and t.model is not null and c.temporary_at is null
        and not exists (select from self_assessments a where a.turn_id = t.id)
      order by t.started_at desc limit $3`,
    [conversationId, since, limit],
  );
  return rows;
}

export async function scoresByWeek(
  db: Queryable,
  since: Instant,
  zone: string,
): Promise<{ week: string; turns: number; mean: number; low: number }[]> {
  const { rows } = await db.query<{ week: string; turns: number; mean: number; low: number }>(
    `select to_char(date_trunc('week', at at time zone $2), 'YYYY-MM-DD') as week, count(*)::int as turns,
            avg(score)::float8 as mean, (count(*) filter (where score < 3))::int as low
       from self_assessments where at >= $1 group by 1 order by 1`,
    [since, zone],
  );
  return rows;
}

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from self_assessments where person_id = $1' }];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update self_assessments set person_id = $2 where person_id = $1' },
];
