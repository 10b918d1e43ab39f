import type { Instant } from '../../../base/clock.ts';
import type { Database } from '../../../storage/index.ts';
import type { FailureMode } from '../assessment/modes.ts';

export interface FailedCall {
  personId: string;
  at: Instant;
  tool: string;
  code: string;
}

/** Codes of a tool that is there and cannot serve as coda is set up. */
const UNSERVED = ['UNKNOWN_TOOL', 'NOT_CONFIGURED', 'NO_MODEL', 'MISSING_SECRET', 'OFF', 'UNAVAILABLE'];

/** Untrusted turns are left out: what a page makes a model call is nobody's wish. */
export async function failedCalls(
  database: Pick<Database, 'read'>,
  since: Instant,
  limit: number,
): Promise<FailedCall[]> {
  const { rows } = await database.read<FailedCall>(
    `select person_id as "personId", at, coalesce(detail ->> 'asked', subject) as tool, code
       from audit_log
      where at >= $1 and action = 'tool.call' and not tainted and person_id is not null and code = any($2)
        and (subject <> 'unknown' or detail ->> 'asked' is not null)
      order by seq desc limit $3`,
    [since, UNSERVED, limit],
  );
  return rows.reverse();
}

export interface Answer {
  personId: string;
  at: Instant;
  request: string;
  answer: string;
}

/** The newest turns that called no tool, oldest first: what no score names. */
export async function answersAlone(database: Pick<Database, 'read'>, since: Instant, limit: number): Promise<Answer[]> {
  const { rows } = await database.read<Answer>(
    `select t.person_id as "personId", t.finished_at as at, q.text as request, a.text as answer
       from turns t join persons p on p.id = t.person_id and p.erased_at is null
       join conversations c on c.id = t.conversation_id and c.temporary_at is null
       join lateral (select string_agg(content ->> 'text', E'\\n' order by seq) as text from messages
                      where turn_id = t.id and role = 'user' and person_id = t.person_id and not tainted) q
         on q.text <> ''
       join lateral (select string_agg(content ->> 'text', E'\\n' order by seq) as text from messages
                      where turn_id = t.id and role = 'assistant' and not tainted) a on a.text <> ''
      where t.finished_at >= $1 and t.state = 'answered' and not t.tainted and t.tool_calls = 0 and t.model is not null
      order by t.finished_at desc, t.id desc limit $2`,
    [since, limit],
  );
  return rows.reverse();
}

export interface ScoredTurn {
  personId: string;
  at: Instant;
  lacking: string;
}

export async function scoredAsLacking(
  database: Pick<Database, 'read'>,
  mode: FailureMode,
  since: Instant,
  limit: number,
): Promise<ScoredTurn[]> {
  const { rows } = await database.read<ScoredTurn>(
    `select person_id as "personId", at, note as lacking from self_assessments
      where at >= $1 and $2 = any(failure_modes) and note <> ''
        -- a call of a tool that is not there says the same by itself
        and not exists (select from steps s where s.turn_id = self_assessments.turn_id and s.kind = 'result'
                           and s.payload ->> 'code' = 'UNKNOWN_TOOL')
      order by at desc limit $3`,
    [since, mode, limit],
  );
  return rows.reverse();
}

export async function owners(database: Pick<Database, 'read'>): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(
    `select id from persons where role = 'owner' and erased_at is null`,
  );
  return rows.map(({ id }) => id);
}
