/** Messages as texts that have vectors. */
import type { Instant } from '../../../base/clock.ts';
import type { Queryable } from '../../../storage/index.ts';
import { addStamped, keepNewest, type Missing, type Near, type Source } from '../../../vectors/index.ts';

/** So many messages of a conversation, the newest, are found by meaning. */
const MOST_VECTORS = 2_000;
/** Characters of a message that its vector tells of. */
const LONGEST_TOLD = 1_000;

const NEWEST = `select id, left(content ->> 'text', ${LONGEST_TOLD}) as text from messages
                 where conversation_id = $1 and role in ('user', 'assistant') and content ->> 'text' <> ''
                 order by epoch desc, seq desc limit ${MOST_VECTORS}`;

export const source: Source = {
  kind: 'message',

  // Only what has been searched once has vectors.
  async owners(database, after, limit) {
    const { rows } = await database.read<{ id: string }>(
      `select distinct owner as id from message_vectors where $1 = '' or owner > nullif($1, '')::uuid
        order by owner limit $2`,
      [after, limit],
    );
    return rows.map(({ id }) => id);
  },

  async missing(database, conversationId, space, after, limit) {
    const { rows } = await database.read<Missing>(
      `select m.id::text as id, m.text from (${NEWEST}) m
        where ($3 = '' or m.id > nullif($3, '')::uuid)
          and not exists (select from message_vectors v where v.message_id = m.id and v.space = $2)
        order by m.id limit $4`,
      [conversationId, space, after, limit],
    );
    return rows;
  },

  async add(tx, conversationId, space, made) {
    // Whoever holds the conversation's row is the only one who adds vectors of it: stamps are committed in their order.
    await tx.query('select 1 from conversations where id = $1 for no key update', [conversationId]);
    const { rows } = await tx.query<{ id: string }>(
      'select id::text as id from messages where conversation_id = $1 and id = any($2::uuid[]) for key share',
      [conversationId, made.map(({ id }) => id)],
    );
    const there = new Set(rows.map(({ id }) => id));
    const stored = made.filter(({ id }) => there.has(id));
    await addStamped(tx, 'message', conversationId, space, stored);
    await keepNewest(tx, 'message', { owner: conversationId, space }, { newest: NEWEST, most: MOST_VECTORS });
  },
};

export interface FoundMessage {
  id: string;
  role: 'user' | 'assistant';
  text: string;
  at: Instant;
  tainted: boolean;
}

/** The messages that `near` speaks of, if they are still there. */
export async function nearOnes(
  db: Queryable,
  conversationId: string,
  near: readonly Near[],
): Promise<(FoundMessage & { similarity: number })[]> {
  if (near.length === 0) return [];
  const { rows } = await db.query<FoundMessage>(
    `select id::text as id, role, content ->> 'text' as text, at, tainted from messages
      where conversation_id = $1 and id = any($2::uuid[])`,
    [conversationId, near.map(({ id }) => id)],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return near.flatMap(({ id, similarity }) => {
    const message = found.get(id);
    return message ? [{ ...message, similarity }] : [];
  });
}
