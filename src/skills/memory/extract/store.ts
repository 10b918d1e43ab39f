/** Up to where conversations have been looked through for memories. */
import type { Instant } from '../../../base/clock.ts';
import type { Database, Transaction } from '../../../storage/index.ts';

/** A message of a direct conversation. */
export interface SaidMessage {
  seq: number;
  role: 'user' | 'assistant';
  text: string;
  tainted: boolean;
  at: Instant;
  /** The identity of the message that its turn answered. */
  key: string | null;
}

/** Messages behind the last one looked through, oldest first. */
export async function newMessages(
  db: Pick<Database, 'read'>,
  { conversationId, personId }: { conversationId: string; personId: string },
  limit: number,
): Promise<{ seen: number; messages: SaidMessage[] }> {
  const { rows } = await db.read<SaidMessage & { seen: number }>(
    `select m.seq, m.role, coalesce(m.content ->> 'text', '') as text, m.tainted, m.at, i.key, coalesce(s.seq, 0) as seen
       from conversations c left join memory_seen s on s.conversation_id = c.id
       join messages m on m.conversation_id = c.id and m.seq > coalesce(s.seq, 0)
       left join turns t on t.id = m.turn_id left join inbox i on i.id = t.inbox_id
      where c.id = $1 and c.kind = 'dm' and c.person_id = $2 and m.role in ('user', 'assistant')
      order by m.seq limit $3`,
    [conversationId, personId, limit],
  );
  return { seen: rows[0]?.seen ?? 0, messages: rows };
}

/** Moves the mark from `from` to `to`; false where it stands elsewhere by now: somebody else has looked. */
export async function moveSeen(tx: Transaction, conversationId: string, from: number, to: number): Promise<boolean> {
  const { count } = await tx.query(
    `insert into memory_seen (conversation_id, seq) values ($1, $3)
     on conflict (conversation_id) do update set seq = $3 where memory_seen.seq = $2`,
    [conversationId, from, to],
  );
  return count > 0;
}

/** Marks all messages up to now as looked through. */
export async function skipAll(tx: Transaction, conversationId: string): Promise<void> {
  await tx.query(
    `insert into memory_seen (conversation_id, seq)
     select $1, coalesce(max(seq), 0) from messages where conversation_id = $1
     on conflict (conversation_id) do update set seq = greatest(memory_seen.seq, excluded.seq)`,
    [conversationId],
  );
}

/** Nor what the person has said up to now in any direct conversation. */
export async function skipAllOf(tx: Transaction, personId: string): Promise<void> {
  await tx.query(
    `insert into memory_seen (conversation_id, seq)
     select m.conversation_id, max(m.seq) from messages m join conversations c on c.id = m.conversation_id
      where c.kind = 'dm' and c.person_id = $1 group by m.conversation_id
     on conflict (conversation_id) do update set seq = greatest(memory_seen.seq, excluded.seq)`,
    [personId],
  );
}

/** Direct conversations that have rested since `before` and have not been looked through. */
export async function unseen(
  database: Pick<Database, 'read'>,
  before: Instant,
): Promise<{ conversationId: string; personId: string }[]> {
  const { rows } = await database.read<{ conversationId: string; personId: string }>(
    `select c.id as "conversationId", c.person_id as "personId"
       from conversations c left join memory_seen s on s.conversation_id = c.id
      where c.kind = 'dm' and c.person_id is not null
        and exists (select from messages m where m.conversation_id = c.id and m.epoch = c.epoch
                       and m.seq > coalesce(s.seq, 0) and m.at < $1)
      limit 1000`,
    [before],
  );
  return rows;
}
