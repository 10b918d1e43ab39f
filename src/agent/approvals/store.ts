import { type AuditEntry, append, rowOf } from '../../audit/index.ts';
import type { Instant } from '../../base/clock.ts';
import { type Database, json, type Queryable, type Transaction } from '../../storage/index.ts';
import type { Step } from '../turn/steps.ts';

/** The call in question, of a parked turn: one of its own, or of the nested turn at `path`. */
export interface AskedCall {
  turnId: string;
  path: string;
  callId: string;
}

type Decider = Pick<AuditEntry, 'action' | 'subject' | 'personId' | 'conversationId' | 'origin'>;

export async function addDecision(
  tx: Transaction,
  { turnId, path, callId }: AskedCall,
  payload: Extract<Step, { kind: 'decided' }>['payload'],
  now: Instant,
  decider: Decider,
): Promise<void> {
  const { approved, hash } = payload;
  const detail = { turn: turnId, path, call: callId, hash };
  append(tx, [rowOf({ ...decider, at: now, status: approved ? 'ok' : 'declined', detail })]);
  await tx.query(
    `insert into steps (turn_id, path, seq, kind, call_id, payload, at)
     select $1, $2, coalesce(max(seq), -1) + 1, 'decided', $3, $4, $5 from steps where turn_id = $1 and path = $2`,
    [turnId, path, callId, json(payload), now],
  );
}

const UNDECIDED = `a.kind = 'asked' and not exists (
  select from steps d
   where d.turn_id = a.turn_id and d.path = a.path and d.kind = 'decided' and d.call_id = a.call_id)`;

/** The parked turn's row, locked until `tx` ends, with the question that is open for a call. */
export async function lockParked(
  tx: Transaction,
  { turnId, path, callId }: AskedCall,
): Promise<{ inboxId: string; personId: string; hash: string; tool: string | undefined } | undefined> {
  const { rows } = await tx.query<{ inbox_id: string; person_id: string; payload: { hash: string; tool?: string } }>(
    `select t.inbox_id, t.person_id, a.payload
       from turns t join steps a on a.turn_id = t.id and a.path = $2 and a.call_id = $3
      where t.id = $1 and t.state = 'waiting' and ${UNDECIDED}
      order by a.seq desc limit 1
        for update of t`,
    [turnId, path, callId],
  );
  const row = rows[0];
  return row && { inboxId: row.inbox_id, personId: row.person_id, hash: row.payload.hash, tool: row.payload.tool };
}

/** A question as it was asked, decided or not; `hash`: of what its card shows. */
export async function askedOf(
  db: Queryable,
  { turnId, path, callId }: AskedCall,
  hash: string,
): Promise<{ personId: string; shown: string } | undefined> {
  const { rows } = await db.query<{ person_id: string; shown: string | null }>(
    `select t.person_id, a.payload ->> 'shown' as shown
       from turns t join steps a on a.turn_id = t.id and a.path = $2 and a.call_id = $3 and a.kind = 'asked'
      where t.id = $1 and a.payload ->> 'hash' = $4 order by a.seq desc limit 1`,
    [turnId, path, callId, hash],
  );
  const [row] = rows;
  return row && { personId: row.person_id, shown: row.shown ?? '' };
}

export interface OpenApproval {
  turnId: string;
  path: string;
  callId: string;
  hash: string;
  tool: string;
  purpose: string;
  shown: string;
  /** The sentence does not say all of the arguments. */
  isCut: boolean;
  person: string;
  personId: string;
  adapter: string;
  channel: string;
  conversationId: string;
  at: Instant;
  expiresAt: Instant | null;
}

export async function openApprovals(
  db: Queryable,
  prefix: string,
  limit: number,
  personId?: string,
): Promise<OpenApproval[]> {
  const { rows } = await db.query<OpenApproval>(
    `select t.id as "turnId", a.path, a.call_id as "callId", a.payload ->> 'hash' as hash,
            coalesce(a.payload ->> 'tool', '') as tool, coalesce(a.payload ->> 'sentence', a.payload ->> 'purpose', a.payload ->> 'tool', '') as purpose,
            a.payload ->> 'shown' as shown, coalesce(a.payload ->> 'sentence', '…') like '%…%' as "isCut", p.name as person, p.id as "personId", c.adapter,
            c.channel, c.id as "conversationId", a.at, t.expires_at as "expiresAt"
       from turns t
       join steps a on a.turn_id = t.id
       join persons p on p.id = t.person_id
       join conversations c on c.id = t.conversation_id
      where t.state = 'waiting' and ${UNDECIDED} and starts_with(a.payload ->> 'hash', $1)
        and ($3::uuid is null or t.person_id = $3)
      order by a.at, a.path, a.seq limit $2`,
    [prefix, limit, personId ?? null],
  );
  return rows;
}

/** Number of open questions: of one person, or of everybody. */
export async function countOpen(db: Queryable, personId: string | undefined): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from turns t join steps a on a.turn_id = t.id
      where t.state = 'waiting' and ($1::uuid is null or t.person_id = $1) and ${UNDECIDED}`,
    [personId ?? null],
  );
  return rows[0]?.count ?? 0;
}

export interface OwnApproval {
  purpose: string;
  shown: string;
  buttons: { id: string; label: string }[];
}

export async function ownApprovals(
  db: Queryable,
  personId: string,
  tool: string,
  limit: number,
): Promise<OwnApproval[]> {
  const { rows } = await db.query<OwnApproval>(
    `select coalesce(a.payload ->> 'sentence', a.payload ->> 'purpose', a.payload ->> 'tool', '') as purpose, a.payload ->> 'shown' as shown,
            coalesce((select jsonb_agg(jsonb_build_object('id', b.id, 'label', b.label) order by b.position)
                        from buttons b
                       where b.conversation_id = t.conversation_id and b.used_at is null
                         and (b.person_id is null or b.person_id = t.person_id) and b.action ->> 'tool' = $2 and not b.action ? 'form'
                         and b.action -> 'input' ->> 'turn' = t.id::text
                         and b.action -> 'input' ->> 'hash' = a.payload ->> 'hash'), '[]') as buttons
       from turns t join steps a on a.turn_id = t.id
      where t.state = 'waiting' and t.person_id = $1 and ${UNDECIDED}
      order by a.at, a.path, a.seq limit $3`,
    [personId, tool, limit],
  );
  return rows;
}

export const EARLIEST_EXPIRY = `select expires_at from turns where state = 'waiting' order by expires_at limit 1`;

/** Questions that nobody has answered in time, of up to `limit` turns, which are locked until `tx` ends. */
export async function claimExpired(tx: Transaction, now: Instant, limit: number): Promise<ExpiredTurn[]> {
  const lockedTurns = await tx.query<{ id: string }>(
    `update turns set expires_at = null
      where id in (select id from turns where state = 'waiting' and expires_at <= $1 limit $2 for update skip locked)
     returning id`,
    [now, limit],
  );
  // A statement of its own, which sees a decision that was committed while the first one waited for the row.
  const { rows } = await tx.query<Omit<ExpiredTurn, 'open'> & { open: ExpiredQuestion[] | null }>(
    `select t.id as "turnId", t.inbox_id as "inboxId", t.person_id as "personId", t.conversation_id as "conversationId",
            (select jsonb_agg(jsonb_build_object('path', a.path, 'callId', a.call_id, 'hash', a.payload ->> 'hash',
                                                 'tool', a.payload ->> 'tool')
                              order by a.path, a.seq)
               from steps a where a.turn_id = t.id and ${UNDECIDED}) as open
       from turns t where t.id = any($1::uuid[])`,
    [lockedTurns.rows.map(({ id }) => id)],
  );
  return rows.map((row) => ({ ...row, open: row.open ?? [] }));
}

type ExpiredQuestion = Omit<AskedCall, 'turnId'> & { hash: string; tool: string | undefined };

interface ExpiredTurn {
  turnId: string;
  inboxId: string;
  personId: string;
  conversationId: string;
  open: ExpiredQuestion[];
}

export async function openQuestions(tx: Transaction, turnId: string): Promise<number> {
  const { rows } = await tx.query<{ open: number }>(
    `select count(distinct (a.path, a.call_id)) as open from steps a where a.turn_id = $1 and ${UNDECIDED}`,
    [turnId],
  );
  return rows[0]?.open ?? 0;
}

export async function countWaiting(database: Database): Promise<{ count: number; since: Instant | null }> {
  const { rows } = await database.read<{ count: number; since: Instant | null }>(
    `select count(*)::int as count, min(started_at) as since from turns where state = 'waiting'`,
  );
  return rows[0] ?? { count: 0, since: null };
}
