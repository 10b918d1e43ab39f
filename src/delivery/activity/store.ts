/**
 * Recent work, for the pages of owners and persons. Every query reads a bounded number of rows, whatever the size of the
 * history.
 */
import type { Instant } from '../../base/clock.ts';
import type { Queryable } from '../../storage/index.ts';
import { PLACE_NAME } from '../conversations/store.ts';

export interface ShownConversation {
  id: string;
  adapter: string;
  channel: string;
  kind: 'dm' | 'channel' | 'thread';
  personId: string | null;
  /** Name of its person. */
  name: string | null;
  /** Name of the channel or thread. */
  place: string | null;
}

const CONVERSATION = `c.id, c.adapter, c.channel, c.kind, c.person_id as "personId", p.name, ${PLACE_NAME('c')} as place`;

/** Only so many of the newest messages are looked through: ids are in the order of time. */
const LOOKED_THROUGH = 2_000;

export async function conversation(db: Queryable, id: string): Promise<ShownConversation | undefined> {
  const { rows } = await db.query<ShownConversation>(
    `select ${CONVERSATION} from conversations c left join persons p on p.id = c.person_id where c.id = $1`,
    [id],
  );
  return rows[0];
}

/** The smallest id that a row of this instant can have: ids are in the order of time. */
const firstIdOf = (at: Instant): string => {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
};

export interface SaidByItself {
  id: string;
  at: Instant;
  adapter: string;
  kind: string;
  text: string;
}

/** Messages to a person since `since` that answer no message of theirs: answers of schedules, notices. */
export async function saidByItself(
  db: Queryable,
  personId: string,
  since: Instant,
  limit: number,
): Promise<SaidByItself[]> {
  const { rows } = await db.query<SaidByItself>(
    `with newest as (select * from outbox where id >= $2 order by id desc limit ${LOOKED_THROUGH})
     select o.id, o.created_at as at, o.adapter, o.content ->> 'kind' as kind, o.content ->> 'text' as text
       from newest o left join inbox i on i.id = o.inbox_id
      where o.person_id = $1 and o.part = 0 and o.reply_to is null and not o.removed
        and o.state in ('sending', 'unknown', 'sent', 'held') and o.content ->> 'kind' <> 'reminder'
        and (i.id is null or i.payload ->> 'origin' = 'schedule')
      order by o.id limit $3`,
    [personId, firstIdOf(since), limit],
  );
  return rows;
}

export interface UndeliveredPart extends ShownConversation {
  part: string;
  at: Instant;
  recipientId: string | null;
  recipient: string | null;
  what: string;
  error: string | null;
  /** The text; null unless the viewer is its recipient. */
  text: string | null;
}

/** The newest dead letters as `reader` may see them, and how many there are. */
export async function listUndelivered(
  db: Queryable,
  reader: string,
  limit: number,
): Promise<{ letters: UndeliveredPart[]; total: number }> {
  const { rows } = await db.query<UndeliveredPart & { total: number }>(
    `select ${CONVERSATION}, o.id as part, o.created_at as at, o.person_id as "recipientId", r.name as recipient, o.content ->> 'kind' as what, o.error,
            case when o.person_id = $1 then o.content ->> 'text' end as text, count(*) over ()::int as total
       from outbox o
       join conversations c on c.id = o.conversation_id
       left join persons p on p.id = c.person_id
       left join persons r on r.id = o.person_id
      where o.state = 'dead' order by o.created_at desc limit $2`,
    [reader, limit],
  );
  return { letters: rows, total: rows[0]?.total ?? 0 };
}
