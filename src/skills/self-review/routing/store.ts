import type { Instant } from '../../../base/clock.ts';
import { uuid } from '../../../base/ids.ts';
import type { Database, Transaction } from '../../../storage/index.ts';
import type { Learnt, Weights } from './learn.ts';

export interface ScoredTurn {
  text: string;
  model: string;
  score: number;
}

/** The newest turns with a score, oldest first. Those that untrusted text went into teach nothing. */
export async function scoredTurns(
  database: Pick<Database, 'read'>,
  since: Instant,
  limit: number,
): Promise<ScoredTurn[]> {
  const { rows } = await database.read<ScoredTurn>(
    `select m.content ->> 'text' as text, a.model, a.score
       from self_assessments a
       join lateral (select content, seq from messages
                      where conversation_id = a.conversation_id and turn_id = a.turn_id and role = 'user' and not tainted
                      order by seq limit 1) m on true
      where a.at >= $1 and a.model is not null
      order by a.at desc, m.seq desc limit $2`,
    [since, limit],
  );
  return rows.reverse().filter(({ text }) => (text ?? '') !== '');
}

const KEPT_ROWS = 20;

export async function addLearnt(tx: Transaction, version: number, learnt: Learnt, now: Instant): Promise<void> {
  const { weights, turns, heldBack, ruleRight, learntRight, isUsed } = learnt;
  await tx.query(
    `insert into routing_models (id, at, version, weights, turns, held_back, rule_right, learnt_right, is_used)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [uuid(now), now, version, JSON.stringify(weights), turns, heldBack, ruleRight, learntRight, isUsed],
  );
  await tx.query(
    'delete from routing_models where id not in (select id from routing_models order by at desc limit $1)',
    [KEPT_ROWS],
  );
}

export interface LearntRow {
  at: Instant;
  version: number;
  weights: Weights;
  turns: number;
  heldBack: number;
  ruleRight: number;
  learntRight: number;
  isUsed: boolean;
}

export async function lastLearnt(database: Pick<Database, 'read'>): Promise<LearntRow | undefined> {
  const { rows } = await database.read<LearntRow>(
    `select at, version, weights, turns, held_back as "heldBack", rule_right as "ruleRight",
            learnt_right as "learntRight", is_used as "isUsed"
       from routing_models order by at desc limit 1`,
  );
  return rows[0];
}
