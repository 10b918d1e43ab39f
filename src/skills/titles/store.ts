/** Titles of conversations in the browser, which nobody has named. */
import { IS_LEFT_OUT } from '../../agent/index.ts';
import { conversations } from '../../delivery/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';

/** Answers of a conversation after which it is not named any more: it was there before it could be, or naming it fails. */
const MOST_ANSWERS = 3;
/** Characters of a message that are read: a title needs no more. */
const LONGEST_READ = 2_000;

/** True of `c` without a title, and not a temporary one; the conversation that everybody begins with is called as coda is. */
const IS_UNTITLED = `c.title is null and c.temporary_at is null and c.kind = 'dm' and ${conversations.IS_BROWSERS('c')} and c.channel not like '%/main'`;

export async function needsTitle(database: Pick<Database, 'read'>, conversationId: string): Promise<boolean> {
  const { rows } = await database.read(
    `select 1 from conversations c
      where c.id = $1 and ${IS_UNTITLED}
        and (select count(*) from (select from messages where conversation_id = c.id and epoch = c.epoch and role = 'assistant'
                                    limit ${MOST_ANSWERS + 1}) m) <= ${MOST_ANSWERS}`,
    [conversationId],
  );
  return rows.length > 0;
}

export interface UntitledTalk {
  personId: string;
  epoch: number;
  /** The person's first words, and what was answered. */
  messages: { role: 'user' | 'assistant'; text: string; tainted: boolean }[];
}

/** The beginning of a conversation without a title; undefined where it has one, is gone, or nothing of it may be read. */
export async function readUntitled(
  database: Pick<Database, 'read'>,
  conversationId: string,
): Promise<UntitledTalk | undefined> {
  const { rows } = await database.read<UntitledTalk>(
    `select c.person_id as "personId", c.epoch, coalesce((
            select json_agg(m order by m.seq) from (
              select seq, role, left(content ->> 'text', ${LONGEST_READ}) as text, tainted from messages
               where conversation_id = c.id and epoch = c.epoch and role in ('user', 'assistant')
                 and coalesce(content ->> 'text', '') <> '' and not ${IS_LEFT_OUT('messages.turn_id')}
               order by seq limit 2) m), '[]') as messages
       from conversations c where c.id = $1 and ${IS_UNTITLED} and c.person_id is not null`,
    [conversationId],
  );
  return rows[0];
}

/** Names a conversation that still has no title. One that was emptied meanwhile, or begun afresh, is another. */
export async function setTitle(
  tx: Transaction,
  { conversationId, epoch, title }: { conversationId: string; epoch: number; title: string },
): Promise<void> {
  await tx.query('update conversations set title = $3 where id = $1 and epoch = $2 and title is null', [
    conversationId,
    epoch,
    title,
  ]);
}
