import type { Instant } from '../../../base/clock.ts';
import { uuid } from '../../../base/ids.ts';
import type { DeletionRule, MergeRule } from '../../../people/index.ts';
import type { Database, Queryable, Transaction } from '../../../storage/index.ts';

/** A call of a tool, by its name and those of its fields: values would be taken for those of the next request. */
export interface PatternStep {
  tool: string;
  fields: string[];
}

export interface GoodTurn {
  turnId: string;
  personId: string;
  spaceId: string;
  conversationId: string;
  isPrivate: boolean;
  request: string;
  score: number;
  at: Instant;
  calls: { name: string; input: unknown }[];
}

/**
 * Turns since `since` with this score and so many calls, the best and newest first. None that untrusted text went into, in
 * any of its steps or words.
 */
export async function goodTurns(
  database: Pick<Database, 'read'>,
  { since, minScore, minCalls, limit }: { since: Instant; minScore: number; minCalls: number; limit: number },
): Promise<GoodTurn[]> {
  const { rows } = await database.read<GoodTurn>(
    `select a.turn_id as "turnId", a.person_id as "personId", c.space_id as "spaceId", c.id as "conversationId",
            c.kind = 'dm' as "isPrivate", m.content ->> 'text' as request, a.score, m.at, s.calls
       from self_assessments a
       join turns t on t.id = a.turn_id
       join conversations c on c.id = t.conversation_id
       join lateral (select content, at from messages
                      where conversation_id = t.conversation_id and turn_id = t.id and role = 'user' and not tainted
                        and person_id = a.person_id
                      order by seq limit 1) m on true
       join lateral (
         select jsonb_agg(jsonb_build_object('name', call ->> 'name', 'input', call -> 'input') order by o.seq, n) as calls
           from steps o, jsonb_array_elements(o.payload -> 'calls') with ordinality as each (call, n)
          where o.turn_id = t.id and o.path = '' and o.kind = 'model'
            and exists (select from steps r where r.turn_id = t.id and r.path = '' and r.kind = 'result'
                           and r.call_id = call ->> 'id' and r.payload -> 'ok' = 'true')) s on s.calls is not null
      where a.at >= $1 and a.score >= $2 and a.tool_calls >= $3 and t.state = 'answered' and not t.tainted
        and not exists (select from steps where turn_id = t.id and tainted)
        and not exists (select from messages where conversation_id = t.conversation_id and turn_id = t.id and tainted)
        and not exists (select from solution_patterns p where p.turn_id = a.turn_id)
      order by a.score desc, a.at desc limit $4`,
    [since, minScore, minCalls, limit],
  );
  return rows;
}

export interface Pattern {
  id: string;
  request: string;
  steps: PatternStep[];
}

/** Keeps an example; its person may have been erased meanwhile. False where it is known, or they are. */
export async function insert(
  tx: Transaction,
  turn: GoodTurn,
  steps: readonly PatternStep[],
  now: Instant,
): Promise<boolean> {
  const { turnId, personId, spaceId, conversationId, isPrivate, request, score, at } = turn;
  const { count } = await tx.query(
    `insert into solution_patterns
       (id, turn_id, person_id, space_id, conversation_id, is_private, request, steps, score, at)
     select $1, $2, id, $4, $5, $6, $7, $8, $9, $10 from persons where id = $3 and erased_at is null
     on conflict (turn_id) do nothing`,
    [uuid(now), turnId, personId, spaceId, conversationId, isPrivate, request, JSON.stringify(steps), score, at],
  );
  return count > 0;
}

/** Drops what is older than `before`, and of each person and space all but the newest `most`. */
export async function prune(tx: Transaction, before: Instant, most: number): Promise<void> {
  await tx.query('delete from solution_patterns where at < $1', [before]);
  await tx.query(
    `delete from solution_patterns where id in (
       select id from (select id, row_number() over (partition by person_id, space_id order by at desc, id) as place
                         from solution_patterns) ranked where place > $1)`,
    [most],
  );
}

export interface ExampleReader {
  personId: string;
  spaceId: string;
  /** Conversation that others read along: only its own requests are shown. Undefined: nobody reads along. */
  sharedIn: string | undefined;
}

export async function ownPatterns(
  db: Queryable,
  { personId, spaceId, sharedIn }: ExampleReader,
  limit: number,
): Promise<Pattern[]> {
  const { rows } = await db.query<Pattern>(
    `select id, request, steps from solution_patterns
      where person_id = $1 and space_id = $2 and ($3::uuid is null or (conversation_id = $3 and not is_private))
      order by at desc, id limit $4`,
    [personId, spaceId, sharedIn ?? null, limit],
  );
  return rows;
}

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from solution_patterns where person_id = $1' }];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update solution_patterns set person_id = $2 where person_id = $1' },
];
