/** The turns of a conversation, newest first, with what they did. */
import type { Instant } from '../../../base/clock.ts';
import type { Queryable } from '../../../storage/index.ts';
import { type StepRow, stepColumns } from '../store.ts';

export interface TurnLine {
  id: string;
  state: string;
  model: string | null;
  error: string | null;
  person: string | null;
  elapsedMs: number;
  startedAt: Instant;
  /** The person's words; null where they are not to be read. */
  said: string | null;
}

/** So many of the conversation's newest messages, and of the newest turns of all (ids are in the order of time), are looked at. */
const [MESSAGES, TURNS] = [400, 1_000];

/** `withWords`: what its person said is read, too. */
export async function turnsIn(
  db: Queryable,
  conversationId: string,
  limit: number,
  withWords: boolean,
): Promise<TurnLine[]> {
  const { rows } = await db.query<TurnLine>(
    `with latest as (select id, conversation_id from turns order by id desc limit ${TURNS}),
          own as (select turn_id as id from (select turn_id from messages where conversation_id = $1
                                              order by epoch desc, seq desc limit ${MESSAGES}) m
                  -- what runs or waits has no messages yet
                  union select id from latest where conversation_id = $1)
     select t.id, t.state, t.model, t.error, p.name as person, t.elapsed_ms::int as "elapsedMs",
            t.started_at as "startedAt",
            case when $3 then (select left(i.payload ->> 'text', 300) from inbox i where i.id = t.inbox_id) end as said
       from turns t left join persons p on p.id = t.person_id
      where t.id in (select id from own)
      order by t.started_at desc, t.id desc limit $2`,
    [conversationId, limit, withWords],
  );
  return rows;
}

/** The steps of some turns, in order; at most 500. `withWords`: the arguments of their calls are read, too. */
export async function stepsOfAll(
  db: Queryable,
  turnIds: readonly string[],
  withWords: boolean,
): Promise<(StepRow & { turn_id: string })[]> {
  const { rows } = await db.query<StepRow & { turn_id: string }>(
    `select turn_id, ${stepColumns('$2')} from steps where turn_id = any($1::uuid[]) order by at, path, seq limit 500`,
    [turnIds, withWords],
  );
  return rows;
}
