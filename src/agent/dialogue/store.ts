/** The state of dialogues. Every verb runs in the transaction that it is given. */
import type { Instant } from '../../base/clock.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import { type Fragment, json, type Queryable, render, sql, type Transaction } from '../../storage/index.ts';
import type { Call } from '../tool.ts';
import type { OpenQuestion, Topic } from './dialogue.ts';

/** The scalar subquery behind `Dialogue`; `c` and `p` are in scope. */
export function readDialogue(): Fragment {
  return sql`(select json_build_object(
                        'question', d.question, 'topic', d.topic,
                        'isBrought', case when d.question is not null then (
                          select coalesce(b.payload ->> 'origin', 'person') not in ('person', 'http')
                            from (select turn_id from messages
                                   where conversation_id = c.id and epoch = c.epoch and role = 'assistant'
                                   order by seq desc limit 1) m
                            -- a turn has the id of its row
                            join inbox b on b.id = m.turn_id) end) from dialogues d
               where d.person_id = p.id and d.conversation_id = c.id)`;
}

export interface Whose {
  personId: string;
  conversationId: string;
}

/** What one call changes: a new question, a new topic, and the question that it answers is closed. */
export function note(
  tx: Transaction,
  { personId, conversationId }: Whose,
  {
    question,
    topic,
    done,
  }: { question?: OpenQuestion | undefined; topic?: Topic | undefined; done?: Call | undefined },
): void {
  const text = (value: unknown) => json(value ?? null);
  const statement = sql`
    insert into dialogues as d (person_id, conversation_id, question, topic)
    values (${personId}, ${conversationId}, nullif(${text(question)}::jsonb, 'null'), nullif(${text(topic)}::jsonb, 'null'))
    on conflict (person_id, conversation_id) do update
       set topic = coalesce(excluded.topic, d.topic),
           question = coalesce(excluded.question, case when not ${answers(done)} then d.question end)`;
  tx.send(...render(statement));
}

/** Whether `done` is what the open question waits for: the same request with more to it, or one of the choices. */
function answers(done: Call | undefined): Fragment {
  if (!done) return sql`false`;
  return sql`coalesce(case d.question ->> 'kind'
      when 'slot' then d.question -> 'call' ->> 'tool' = ${done.tool}
                   and ${json(done.input)}::jsonb @> jsonb_strip_nulls((d.question -> 'call' -> 'input') - (d.question ->> 'slot'))
      else exists (select from jsonb_array_elements(d.question -> 'choices') e
                    where e ->> 'tool' = ${done.tool} and ${json(done.input)}::jsonb @> (e -> 'input'))
    end, false)`;
}

/** Nobody waits for an answer to `question` any more: its buttons are used up. The cards that show them. */
export async function closeQuestion(
  tx: Transaction,
  { personId, conversationId }: Whose,
  question: OpenQuestion,
  now: Instant,
): Promise<string[]> {
  tx.send(
    `update dialogues set question = null where person_id = $1 and conversation_id = $2 and question ->> 'at' = $3`,
    [personId, conversationId, question.at],
  );
  if (question.kind === 'slot') return [];
  const choices = question.choices.map(({ tool, input }) => ({ tool, input }));
  const { rows } = await tx.query<{ card: string }>(
    `update buttons set used_at = $3, used_by = $1
      where used_at is null and card in (
        select card from buttons
         where conversation_id = $2 and (person_id is null or person_id = $1) and used_at is null
           and exists (select from jsonb_array_elements($4::jsonb) e where action @> e))
     returning card`,
    [personId, conversationId, now, json(choices)],
  );
  return [...new Set(rows.map(({ card }) => card))];
}

/** Something else was said since `question` was asked. */
export function passQuestion(tx: Transaction, { personId, conversationId }: Whose, question: OpenQuestion): void {
  tx.send(
    `update dialogues set question = question || '{"isPassed": true}'
      where person_id = $1 and conversation_id = $2 and question ->> 'at' = $3`,
    [personId, conversationId, question.at],
  );
}

/** Whether the person has not been told since `since` that a model would help; from now on they have. */
export async function nameModel(
  tx: Transaction,
  { personId, conversationId }: Whose,
  since: Instant,
  now: Instant,
): Promise<boolean> {
  const { rows } = await tx.query(
    `insert into dialogues as d (person_id, conversation_id, model_named_at)
     select $1, $2, $4 where not exists (select from dialogues where person_id = $1 and model_named_at > $3)
     on conflict (person_id, conversation_id) do update set model_named_at = excluded.model_named_at
     returning 1`,
    [personId, conversationId, since, now],
  );
  return rows.length > 0;
}

/** What was at hand before a question that is let go of is no longer what words without a name are about. */
export function passTopic(tx: Transaction, { personId, conversationId }: Whose): void {
  tx.send(
    `update dialogues set topic = topic || '{"isPassed": true}' where person_id = $1 and conversation_id = $2 and topic is not null`,
    [personId, conversationId],
  );
}

/** `/new`: what was said before is referred to no more. */
export async function forgetDialogue(tx: Queryable, conversationId: string): Promise<void> {
  await tx.query('update dialogues set question = null, topic = null where conversation_id = $1', [conversationId]);
}

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from dialogues where person_id = $1' }];

export const mergeRules: readonly MergeRule[] = [{ sql: 'delete from dialogues where person_id = $1' }];
