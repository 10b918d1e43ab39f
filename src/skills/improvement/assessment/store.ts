/** What a light model thought of turns. Every verb runs in the given transaction. */
import type { Instant } from '../../../base/clock.ts';
import type { DeletionRule, MergeRule } from '../../../people/index.ts';
import type { Transaction } from '../../../storage/index.ts';

export interface Assessment {
  turnId: string;
  conversationId: string;
  personId: string;
  spaceId: string | undefined;
  at: Instant;
  /** 1 to 5; 5 is best. */
  score: number;
  failureModes: readonly string[];
  /** One sentence, without what the person said. */
  note: string;
  tools: readonly string[];
  toolCalls: number;
  /** What answered. */
  model: string | undefined;
  /** The guidance under which it answered. */
  promptVersion: number | undefined;
}

/** Adds it once; those from before `keptSince` go. */
export async function insert(tx: Transaction, each: Assessment, keptSince: Instant): Promise<void> {
  await tx.query('delete from self_assessments where at < $1', [keptSince]);
  await tx.query(
    `insert into self_assessments (turn_id, conversation_id, person_id, space_id, at, score, failure_modes, note, tools,
                                   tool_calls, model, prompt_version)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (turn_id) do nothing`,
    [
      ...[each.turnId, each.conversationId, each.personId, each.spaceId ?? null, each.at, each.score],
      ...[[...each.failureModes], each.note, [...each.tools], each.toolCalls],
      ...[each.model ?? null, each.promptVersion ?? null],
    ],
  );
}

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from self_assessments where person_id = $1' }];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update self_assessments set person_id = $2 where person_id = $1' },
];
