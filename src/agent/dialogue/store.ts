import type { DeletionRule, MergeRule } from '../../people/index.ts';
import { type Fragment, json, type Queryable, render, sql, type Transaction } from '../../storage/index.ts';
import type { OpenQuestion, Topic } from './dialogue.ts';

/** The scalar subquery behind `Dialogue`; `c` and `p` are in scope. */
export function readDialogue(): Fragment {
  return sql`(select json_build_object('question', d.question, 'topic', d.topic) from dialogues d
               where d.person_id = p.id and d.conversation_id = c.id)`;
}

export interface DialogueOwner {
  personId: string;
  conversationId: string;
}

/** Stores a new question or a new topic; an open question for the tool `answers` has its answer. */
export function note(
  tx: Transaction,
  { personId, conversationId }: DialogueOwner,
  { question, topic, answers }: { question?: OpenQuestion; topic?: Topic; answers?: string },
): void {
  const text = (value: unknown) => json(value ?? null);
  const statement = sql`
    insert into dialogues as d (person_id, conversation_id, question, topic)
    values (${personId}, ${conversationId}, nullif(${text(question)}::jsonb, 'null'), nullif(${text(topic)}::jsonb, 'null'))
    on conflict (person_id, conversation_id) do update
       set topic = coalesce(excluded.topic, d.topic),
           question = coalesce(excluded.question,
                               case when d.question -> 'call' ->> 'tool' is distinct from ${answers ?? ''} then d.question end)`;
  tx.send(...render(statement));
}

export function dropQuestion(tx: Transaction, { personId, conversationId }: DialogueOwner): void {
  tx.send('update dialogues set question = null where person_id = $1 and conversation_id = $2', [
    personId,
    conversationId,
  ]);
}

export async function forgetDialogue(tx: Queryable, conversationId: string): Promise<void> {
  await tx.query('update dialogues set question = null, topic = null where conversation_id = $1', [conversationId]);
}

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from dialogues where person_id = $1' }];

export const mergeRules: readonly MergeRule[] = [{ sql: 'delete from dialogues where person_id = $1' }];
