import type { Database, Transaction } from '../../storage/index.ts';
import type { Payload } from '../item.ts';

export interface TurnPlace {
  conversation_id: string;
  person_id: string;
  adapter: string;
  /** The person's account there; null where they have none. */
  external_id: string | null;
}

/** The places of turns: of each conversation, for the person at the same position of the other list. */
export async function turnPlaces(
  tx: Transaction,
  conversationIds: readonly string[],
  personIds: readonly string[],
): Promise<TurnPlace[]> {
  const { rows } = await tx.query<TurnPlace>(
    `select g.conversation_id, g.person_id, c.adapter,
            (select external_id from identities i where i.person_id = g.person_id and i.adapter = c.adapter
              order by created_at desc limit 1) as external_id
       from (select distinct * from unnest($1::uuid[], $2::uuid[]) as g (conversation_id, person_id)) g
       join conversations c on c.id = g.conversation_id`,
    [conversationIds, personIds],
  );
  return rows;
}

export async function pressOf(tx: Transaction, id: string): Promise<{ adapter: string; payload: Payload } | undefined> {
  const { rows } = await tx.query<{ adapter: string; payload: Payload }>(
    `select adapter, payload from inbox where id = $1 and kind = 'press'`,
    [id],
  );
  return rows[0];
}

/** Time since which a turn has ended that `by` has not taken, or null; one read of an index, however many run. */
export function earliestEnded(by: string): string {
  return `select finished_at from inbox
    where planned_by = '${by}' and finished_at is not null order by finished_at limit 1`;
}

/**
 * The text of a `with` part: takes up to `limit` ended turns that `by` has planned, whatever other processes take at the
 * same moment, and gives their `id`, `state`, `error`, `received_at` and `finished_at`.
 */
export function takeEnded(by: string, limit: number): string {
  return `update inbox set planned_by = null
     where id = any(array(select id from inbox where planned_by = '${by}' and finished_at is not null
                           order by finished_at limit ${limit} for update skip locked))
    returning id, state, error, received_at, finished_at`;
}

/**
 * Assigns turns to `by` that an older version has begun, which did not store who planned them; `running` is a subquery
 * with the ids of those that `by` has not taken. Returns how many there were.
 */
export async function adopt(database: Database, by: string, running: string): Promise<number> {
  const strays = `select id from inbox where planned_by is null and id in (${running})`;
  const { rows } = await database.read(`${strays} limit 1`);
  if (rows.length === 0) return 0;
  return (await database.run('inbox.adopt', `update inbox set planned_by = '${by}' where id in (${strays})`)).count;
}
