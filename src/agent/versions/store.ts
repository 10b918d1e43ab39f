/**
 * Versions of an answer: a message that is asked again gets another one in the place of the answer before. The model's history has
 * the version that is shown. The turn that makes a new one is told of all before it, so that it repeats nothing that they did.
 */
import type { Instant } from '../../base/clock.ts';
import type { Payload } from '../../delivery/index.ts';
import type { DeletionRule } from '../../people/index.ts';
import { type Fragment, type Queryable, sql, type Transaction } from '../../storage/index.ts';
import { IS_FORGOTTEN } from '../forgotten/store.ts';

/** True of a row with `turn_id`, in conversation `c`, that history leaves out; `reading`: the inbox row that is answered. */
export function shelvedFor(reading: Fragment): Fragment {
  return sql`(turn_id = any (array(select v.turn_id from answer_versions v
                                    where v.conversation_id = c.id and v.shelved_by <> ${reading}))) is true`;
}

/** The same for whoever answers no row: nothing that was shelved is shown to them. */
export const IS_SHELVED_FOR_ALL = shelvedFor(sql`'00000000-0000-0000-0000-000000000000'::uuid`);

/** True of a message, by its column of the turn with its table: another version of the answer is shown in its place. */
export const IS_SHELVED = (turn: string) =>
  `exists (select from answer_versions v where v.turn_id = ${turn} and v.shelved_by is not null)`;

/** True of a message, by its column of the turn, that is neither searched nor learned from: only what is shown is, and not forgotten. */
export const IS_LEFT_OUT = (turn: string) => `(${IS_FORGOTTEN(turn)} or ${IS_SHELVED(turn)})`;

export interface AskedLast {
  id: string;
  /** Id of the message that was asked first, and of its row. */
  firstMessage: string;
  firstId: string;
  payload: Payload;
}

/**
 * The last message of a conversation over HTTP, if its answer may get another version: a turn answered it and is over, and nothing
 * that a person has called by its name would happen again.
 */
export async function askedLast(db: Queryable, conversationId: string): Promise<AskedLast | undefined> {
  const { rows } = await db.query<AskedLast & { may: boolean }>(
    `select i.id, i.payload, coalesce(f.id, i.id) as "firstId", coalesce(f.message_id, i.message_id) as "firstMessage",
            i.kind = 'message' and i.finished_at is not null and i.steered_into is null
            and not i.payload ?| array['withdrawn', 'forgotten', 'tooFast', 'planned']
            and i.payload ->> 'text' !~ '^\\s*/'
            and (coalesce(i.payload ->> 'text', '') <> '' or i.payload -> 'files' <> '[]')
            and exists (select from turns t where t.inbox_id = i.id and t.finished_at is not null)
            and not exists (select from inbox r where r.adapter = 'http' and r.conversation_id = i.conversation_id
                              and r.kind <> 'press' and r.state = 'received') as may
       from inbox i
       left join answer_versions v on v.turn_id = i.id
       left join inbox f on f.id = v.first_id
       join conversations c on c.id = i.conversation_id
      where i.adapter = 'http' and i.conversation_id = $1 and i.kind <> 'press'
        and coalesce(i.payload ->> 'origin', 'person') in ('person', 'http') and i.received_at > coalesce(c.hidden_at, '-infinity')
      order by i.seq desc limit 1`,
    [conversationId],
  );
  const [row] = rows;
  return row?.may ? row : undefined;
}

/** Holds the lane, so that nothing is taken in or ends there until `tx` does. False where nothing was ever said. */
export async function holdLane(tx: Transaction, conversationId: string): Promise<boolean> {
  const { rows } = await tx.query('select 1 from lanes where conversation_id = $1 for update', [conversationId]);
  return rows.length > 0;
}

/** True if this message asks for a version of an answer, and was taken in before. */
export async function isVersion(db: Queryable, conversationId: string, messageId: string): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from inbox where adapter = 'http' and conversation_id = $1 and message_id = $2 and payload ? 'again'`,
    [conversationId, messageId],
  );
  return rows.length > 0;
}

/** Puts the version that row `id` will make in the place of those of `first`. */
export async function addVersion(
  tx: Transaction,
  { id, first, conversationId, now }: { id: string; first: string; conversationId: string; now: Instant },
): Promise<void> {
  await tx.query(
    `insert into answer_versions (turn_id, first_id, conversation_id, at) values ($2, $2, $3, $4), ($1, $2, $3, $4)
     on conflict (turn_id) do nothing`,
    [id, first, conversationId, now],
  );
  await tx.query('update answer_versions set shelved_by = $1 where first_id = $2 and turn_id <> $1', [id, first]);
}

/** Most versions of one answer. */
export const MOST_VERSIONS = 20;

export async function countVersions(db: Queryable, first: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from answer_versions where first_id = $1',
    [first],
  );
  return rows[0]?.count ?? 0;
}

/** Shows the version that this message has asked for; false where it is none of the conversation's, or a turn runs there. */
export async function showVersion(tx: Transaction, conversationId: string, messageId: string): Promise<boolean> {
  const { count } = await tx.query(
    `update answer_versions v set shelved_by = case when v.turn_id = chosen.turn_id then null else chosen.turn_id end
       from (select c.turn_id, c.first_id from answer_versions c join inbox i on i.id = c.turn_id
              where c.conversation_id = $1 and i.adapter = 'http' and i.conversation_id = $1 and i.message_id = $2
                and not exists (select from inbox r where r.adapter = 'http' and r.conversation_id = $1
                                  and r.kind <> 'press' and r.state = 'received')
                -- also one that waits for a yes goes on as the version that is shown
                and not exists (select from answer_versions w join inbox r on r.id = w.turn_id
                                 where w.first_id = c.first_id and r.finished_at is null)) chosen
      where v.first_id = chosen.first_id`,
    [conversationId, messageId],
  );
  return count > 0;
}

export interface AnswerVersion {
  firstId: string;
  messageId: string;
  state: string;
  isShown: boolean;
}

/** Versions of answers in a conversation whose messages are still there, the oldest first. */
export async function listVersions(db: Queryable, conversationId: string, since: Instant): Promise<AnswerVersion[]> {
  const { rows } = await db.query<AnswerVersion>(
    `select v.first_id as "firstId", i.message_id as "messageId", i.state, v.shelved_by is null as "isShown"
       from answer_versions v join inbox i on i.id = v.turn_id
      where v.first_id in (select w.first_id from answer_versions w join inbox j on j.id = w.turn_id
                            where w.conversation_id = $1 and j.received_at >= $2)
      order by i.seq`,
    [conversationId, since],
  );
  return rows;
}

export async function forgetVersions(tx: Transaction, conversationId: string): Promise<void> {
  await tx.query('delete from answer_versions where conversation_id = $1', [conversationId]);
}

export const deletionRules: readonly DeletionRule[] = [
  {
    sql: `delete from answer_versions
           where conversation_id in (select id from conversations where kind = 'dm' and person_id = $1)`,
  },
];
