import type { Instant } from '../../base/clock.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { DeletionRule, MergeRule, PersonRow } from '../../people/index.ts';
import type { Database, Transaction } from '../../storage/index.ts';
import type { ConversationRow } from '../conversations/store.ts';
import type { RateLimit } from '../inbox/store.ts';

export interface AskerRow {
  person: PersonRow;
  conversation: ConversationRow;
}

/** The person with this conversation. */
export async function asker(
  database: Pick<Database, 'read'>,
  { personId, conversationId }: { personId: string; conversationId: string },
): Promise<AskerRow | undefined> {
  const { rows } = await database.read<AskerRow>(
    `select to_jsonb(p) as person, to_jsonb(c) as conversation from persons p join conversations c on c.id = $2
      where p.id = $1 and p.erased_at is null`,
    [personId, conversationId],
  );
  return rows[0];
}

export async function count(tx: Transaction, personId: string, { windowMs }: RateLimit, now: Instant): Promise<number> {
  const { rows } = await tx.query<{ messages: number }>(
    `insert into rates as r (person_id, since, messages) values ($1, $2, 1)
     on conflict (person_id) do update
        set messages = case when r.since > $3 then r.messages else 0 end + 1,
            since = case when r.since > $3 then r.since else excluded.since end
     returning messages`,
    [personId, now, new Date(now.getTime() - windowMs)],
  );
  return rows[0]?.messages ?? 0;
}

export interface NewRequest {
  caller: string;
  key: string;
  personId: string;
  digest: string;
}

export interface StoredAnswer {
  digest: string;
  status: number;
  /** JSON. */
  answer: string;
}

/**
 * Takes the key; undefined: nobody had it within `keptMs`. Else what came of the request that had it, for which this waits where its
 * transaction has not ended.
 */
export async function take(
  tx: Transaction,
  request: NewRequest,
  { now, keptMs }: { now: Instant; keptMs: number },
): Promise<StoredAnswer | undefined> {
  const { caller, key, personId, digest } = request;
  const { count: rowCount } = await tx.query(
    `insert into requests (caller, key, person_id, digest, status, answer, asked_at) values ($1, $2, $3, $4, 0, '', $5)
     on conflict (caller, key) do update
        set person_id = excluded.person_id, digest = excluded.digest, status = 0, answer = '', asked_at = excluded.asked_at
        where requests.asked_at < $6`,
    [caller, key, personId, digest, now, new Date(Math.max(0, now.getTime() - keptMs))],
  );
  if (rowCount > 0) return undefined;
  const { rows } = await tx.query<StoredAnswer>(
    'select digest, status, answer from requests where caller = $1 and key = $2',
    [caller, key],
  );
  return rows[0];
}

export function putAnswer(
  tx: Transaction,
  { caller, key }: Pick<NewRequest, 'caller' | 'key'>,
  { status, answer }: Omit<StoredAnswer, 'digest'>,
): void {
  tx.send('update requests set status = $3, answer = $4 where caller = $1 and key = $2', [caller, key, status, answer]);
}

/** A program that has not had its answer for so long does not ask any more. */
const KEPT_DAYS = 7;

export const retentionRules: readonly RetentionRule[] = [
  pruneRule('requests.prune', { table: 'requests', ended: 'asked_at' }, KEPT_DAYS),
];

export const table = 'requests';

export const deletionRules: readonly DeletionRule[] = [{ sql: `delete from ${table} where person_id = $1` }];

export const mergeRules: readonly MergeRule[] = [{ sql: 'update requests set person_id = $2 where person_id = $1' }];
