/** The rows of a message and of turns, wherever they stand. Words are read only `withWords`. */

import type { Instant } from '../../base/clock.ts';
import type { Database, Queryable } from '../../storage/index.ts';

export interface InboxRow {
  id: string;
  adapter: string;
  kind: string;
  origin: string;
  state: string;
  error: string | null;
  attempts: number;
  sent_at: Date;
  received_at: Date;
  finished_at: Date | null;
}

/** The inbox row that `id` names: its own id or key, the platform's id of the message, or a turn's or a part's id. */
export async function findInbox(database: Database, id: string): Promise<InboxRow | undefined> {
  const { rows } = await database.read<InboxRow>(
    `select id, adapter, kind, coalesce(payload ->> 'origin', 'person') as origin, state, error, attempts, sent_at, received_at, finished_at
       from inbox
      where id::text = $1 or key = $1 or message_id = $1
         or id in (select inbox_id from turns where id::text = $1)
         or id in (select inbox_id from outbox where id::text = $1 or key = $1)
      order by received_at desc
      limit 1`,
    [id],
  );
  return rows[0];
}

export async function lastInbox(database: Database): Promise<string | undefined> {
  const { rows } = await database.read<{ id: string }>(
    `select id from inbox where kind in ('message', 'command') order by received_at desc limit 1`,
  );
  return rows[0]?.id;
}

export interface TurnRow {
  id: string;
  state: string;
  model: string | null;
  error: string | null;
  tool_calls: number;
  tainted: boolean;
  started_at: Date;
  finished_at: Date | null;
}

export async function turnOf(database: Database, inboxId: string): Promise<TurnRow | undefined> {
  const { rows } = await database.read<TurnRow>(
    `select id, state, model, error, tool_calls, tainted, started_at, finished_at from turns where inbox_id = $1`,
    [inboxId],
  );
  return rows[0];
}

export interface StepRow {
  path: string;
  kind: string;
  call_id: string | null;
  at: Date;
  model: string | null;
  calls: { id: string; name: string; input?: string }[] | null;
  ok: boolean | null;
  code: string | null;
  took_ms: number | null;
  /** Names of tools that the result brought. */
  offers: string[] | null;
}

const LONGEST_INPUT = 1_000;

const stepColumns = (withWords: string): string => `path, kind, call_id, at, payload ->> 'model' as model,
  case when kind = 'model' then (
    select jsonb_agg(jsonb_build_object('id', call ->> 'id', 'name', call ->> 'name')
             || case when ${withWords} then jsonb_build_object('input', left(call ->> 'input', ${LONGEST_INPUT})) else '{}' end)
      from jsonb_array_elements(payload -> 'calls') call) end as calls,
  (payload ->> 'ok')::boolean as ok, payload ->> 'code' as code, (payload ->> 'tookMs')::double precision as took_ms,
  case when kind = 'result' then payload -> 'offers' end as offers`;

export async function stepsOf(database: Database, turnId: string): Promise<StepRow[]> {
  const { rows } = await database.read<StepRow>(
    `select ${stepColumns('false')} from steps where turn_id = $1 order by at, path, seq`,
    [turnId],
  );
  return rows;
}

export interface UsageRow {
  at: Date;
  model: string;
  purpose: string;
  input: number;
  output: number;
  price: number | null;
}

export async function usageOf(database: Database, turnId: string): Promise<UsageRow[]> {
  const { rows } = await database.read<UsageRow>(
    `select at, model, purpose, input_tokens + cached_tokens as input, output_tokens as output, price
       from usage where turn_id = $1 order by at`,
    [turnId],
  );
  return rows;
}

export interface PartRow {
  id: string;
  key: string;
  adapter: string;
  part: number;
  state: string;
  attempts: number;
  error: string | null;
  receipt: string | null;
  created_at: Date;
  sent_at: Date | null;
}

export async function partsOf(database: Database, inboxId: string, turnId: string | undefined): Promise<PartRow[]> {
  const { rows } = await database.read<PartRow>(
    `select id, key, adapter, part, state, attempts, error, receipt ->> 'id' as receipt, created_at, sent_at
       from outbox where inbox_id = $1 or turn_id = $2
      order by created_at, part`,
    [inboxId, turnId ?? null],
  );
  return rows;
}

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

/** Bounds of what is read: the newest messages of the conversation, and the newest turns of all (ids are in the order of time). */
const [MESSAGES, TURNS] = [400, 1_000];

/** The newest turns of a conversation. `withWords`: what its person said is read, too. */
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
      where t.id = any(array(select id from own))
      order by t.started_at desc, t.id desc limit $2`,
    [conversationId, limit, withWords],
  );
  return rows;
}

/** The newest 500 steps of some turns, in order. `withWords`: the arguments of their calls are read, too. */
export async function stepsOfAll(
  db: Queryable,
  turnIds: readonly string[],
  withWords: boolean,
): Promise<(StepRow & { turn_id: string })[]> {
  const { rows } = await db.query<StepRow & { turn_id: string }>(
    `select * from (select turn_id, seq, ${stepColumns('$2')} from steps where turn_id = any($1::uuid[])
                     order by at desc, path desc, seq desc limit 500) newest
      order by at, path, seq`,
    [turnIds, withWords],
  );
  return rows;
}
