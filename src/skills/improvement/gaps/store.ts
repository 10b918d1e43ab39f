/** A month of calls and answers, as gaps are looked for in it. */
import type { Instant } from '../../../base/clock.ts';
import type { Database } from '../../../storage/index.ts';

/** A call that nothing could carry out. */
export interface FailedCall {
  personId: string;
  at: Instant;
  /** The tool as the model named it. */
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

/** An answer with what it answers. */
export interface Answer {
  personId: string;
  at: Instant;
  request: string;
  answer: string;
}

/** Answers that may say that something cannot be done. */
export async function answers(database: Pick<Database, 'read'>, since: Instant, limit: number): Promise<Answer[]> {
  const { rows } = await database.read<Answer>(
    `select q.person_id as "personId", m.at, coalesce(q.content ->> 'text', '') as request, m.content ->> 'text' as answer
       from messages m
       join lateral (select person_id, content from messages
                      where conversation_id = m.conversation_id and epoch = m.epoch and seq < m.seq and role = 'user'
                        and turn_id = m.turn_id and not tainted
                      order by seq desc limit 1) q on true
      where m.role = 'assistant' and m.at >= $1 and not m.tainted and q.person_id is not null
        and m.content ->> 'text' ~* '\\m(can.?t|cannot|can not|unable|not able|not have)\\M|don.?t have'
      order by m.at desc, m.seq desc limit $2`,
    [since, limit],
  );
  return rows.reverse();
}

/** Ids of those who are told of gaps. */
export async function owners(database: Pick<Database, 'read'>): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(
    `select id from persons where role = 'owner' and erased_at is null`,
  );
  return rows.map(({ id }) => id);
}
