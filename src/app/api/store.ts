/** Questions of owners' pages over all rooms. Every statement reads a bounded number of rows. */
import type { Instant } from '../../base/clock.ts';
import { conversations } from '../../delivery/index.ts';
import type { Queryable } from '../../storage/index.ts';

/** Only so many of the newest messages are looked through: ids are in the order of time. */
const LOOKED_THROUGH = 2_000;

export interface ConversationLine {
  id: string;
  adapter: string;
  channel: string;
  kind: 'dm' | 'channel' | 'thread';
  personId: string | null;
  person: string | null;
  place: string | null;
  at: Instant;
  state: string;
  last: string;
  /** First words of the newest message; null unless they are the reader's. */
  words: string | null;
}

/** Conversations with something new, the newest first, behind the message `before`. Words are the reader's own alone. */
export async function listConversations(
  db: Queryable,
  reader: string,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<ConversationLine[]> {
  const { rows } = await db.query<ConversationLine>(
    `with newest as (
       select id, conversation_id, person_id, received_at, state, payload from inbox
        where ($2::uuid is null or id < $2) order by id desc limit ${LOOKED_THROUGH}),
          last as (select distinct on (conversation_id) * from newest order by conversation_id, id desc)
     select c.id, c.adapter, c.channel, c.kind, c.person_id as "personId", p.name as person, l.received_at as at,
            ${conversations.PLACE_NAME('c')} as place, l.state, l.id as last, case when l.person_id = $1 then left(l.payload ->> 'text', 120) end as words
       from last l
       join conversations c on c.id = l.conversation_id
       left join persons p on p.id = c.person_id
      where $2::uuid is null or not exists (
              select from inbox later where later.conversation_id = c.id and later.id >= $2)
      order by l.id desc limit $3`,
    [reader, before ?? null, limit],
  );
  return rows;
}

export interface PastApproval {
  id: string;
  tool: string;
  purpose: string;
  shown: string | null;
  isCut: boolean;
  person: string;
  personId: string;
  adapter: string;
  askedAt: Instant;
  decidedAt: Instant;
  approved: boolean;
  expired: boolean;
  by: string | null;
  outcome: boolean | null;
  code: string | null;
  because: string | null;
  result: string | null;
  material: string | null;
  /** The name of a conversation in a browser, the id of another one. */
  chat: string | null;
}

interface PastQuestion {
  personId: string | undefined;
  reader: string;
  limit: number;
  /** Characters of a service's answer that are shown; a longer one comes cut behind the next. */
  longestMaterial: number;
}

/**
 * The newest decisions, as steps of turns have them: what was asked, who decided, and what came of the call. `personId`: only
 * that person's; `reader`: the arguments are shown to whose they are alone.
 */
export async function pastApprovals(
  db: Queryable,
  { personId, reader, limit, longestMaterial }: PastQuestion,
): Promise<PastApproval[]> {
  const { rows } = await db.query<PastApproval>(
    `with newest as (
       select detail ->> 'turn' as turn, detail ->> 'path' as path, detail ->> 'call' as call, at, status, person_id, seq, action
         from audit_log where action in ('approval.decide', 'approval.expire') and detail ? 'turn'
        order by seq desc limit 400)
     select left(a.payload ->> 'hash', 12) as id, coalesce(a.payload ->> 'tool', '') as tool,
            coalesce(case when t.person_id = $2 then a.payload ->> 'sentence' end, a.payload ->> 'purpose', a.payload ->> 'tool', '') as purpose,
            case when t.person_id = $2 then a.payload ->> 'shown' end as shown,
            coalesce(a.payload ->> 'sentence', '…') like '%…%' as "isCut", p.name as person, t.person_id as "personId",
            c.adapter, a.at as "askedAt", n.at as "decidedAt", n.status = 'ok' as approved, n.action = 'approval.expire' as expired, q.name as by,
            (r.payload ->> 'ok')::boolean as outcome, r.payload ->> 'code' as code, case when $2 in (t.person_id, n.person_id) then d.payload ->> 'because' end as because,
            case when t.person_id = $2 then coalesce(r.payload ->> 'inWords', r.payload ->> 'text', r.payload ->> 'message') end as result,
            case when t.person_id = $2 then left(r.payload ->> 'material', $4) end as material,
            case when t.person_id <> $2 then null when c.adapter <> 'http' then c.id::text
                 when starts_with(c.channel, 'web-' || t.person_id || '/') then substr(c.channel, strpos(c.channel, '/') + 1)
            end as chat
       from newest n
       join turns t on t.id::text = n.turn
       join steps a on a.turn_id = t.id and a.path = n.path and a.call_id = n.call and a.kind = 'asked'
       join persons p on p.id = t.person_id
       join conversations c on c.id = t.conversation_id
       left join persons q on q.id = n.person_id
       left join steps d on d.turn_id = t.id and d.path = n.path and d.call_id = n.call and d.kind = 'decided'
       left join steps r on r.turn_id = t.id and r.path = n.path and r.call_id = n.call and r.kind = 'result'
      where $1::uuid is null or t.person_id = $1
      order by n.seq desc limit $3`,
    [personId ?? null, reader, limit, longestMaterial + 1],
  );
  return rows;
}

export interface ModelTime {
  model: string;
  turns: number;
  medianMs: number;
}

/** Median time of the newest turns, by model. */
export async function modelTimes(db: Queryable): Promise<ModelTime[]> {
  const { rows } = await db.query<ModelTime>(
    `with newest as (
       select model, extract(epoch from finished_at - started_at) * 1000 as ms from turns
        where finished_at is not null order by finished_at desc limit 500)
     select model, count(*)::int as turns, percentile_cont(0.5) within group (order by ms)::float8 as "medianMs"
       from newest where model is not null group by model order by turns desc limit 20`,
  );
  return rows;
}

/** The newest message of each platform, among the newest of all. */
export async function lastHeard(db: Queryable): Promise<{ adapter: string; at: Instant }[]> {
  const { rows } = await db.query<{ adapter: string; at: Instant }>(
    `select adapter, max(received_at) as at from (
       select adapter, received_at from inbox order by id desc limit ${LOOKED_THROUGH}) n group by adapter`,
  );
  return rows;
}
