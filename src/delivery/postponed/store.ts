import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import { pruneRule, type RetentionRule } from '../../jobs/index.ts';
import type { DeletionRule } from '../../people/index.ts';
import { type Database, json } from '../../storage/index.ts';
import type { PostponedEvent } from '../adapter.ts';

/** Rows at once, of all platforms: beyond it an event is not acknowledged. */
export const MOST_KEPT = 1_000;
const MOST_ATTEMPTS = 5;

export interface NewPostponed extends PostponedEvent {
  adapter: string;
  dueAt: Instant;
}

/** Keeps these events, as far as there is room. Returns for each whether it is kept, by an earlier copy of it too. */
export async function keep(database: Database, events: readonly NewPostponed[]): Promise<boolean[]> {
  const newRows = events.map(({ adapter, key, author, event, receivedAt, dueAt }, n) => {
    return { n, adapter, key, author, event, received_at: receivedAt, due_at: dueAt };
  });
  const { rows } = await database.run<{ n: number }>(
    'inbox.postpone',
    `with given as (
       select * from jsonb_to_recordset($1) as g (n integer, adapter text, key text, author text, event jsonb,
                                                  received_at timestamptz, due_at timestamptz)
     ), kept as (
       insert into postponed (adapter, key, author, event, received_at, due_at)
       select adapter, key, author, event, received_at, due_at from given
        where n < $2 - (select count(*) from postponed)
        order by n
       on conflict (adapter, key) do nothing
       returning adapter, key
     )
     select n from given join (select adapter, key from kept union select adapter, key from postponed) k using (adapter, key)`,
    [json(newRows), MOST_KEPT],
  );
  const storedNumbers = new Set(rows.map(({ n }) => n));
  return events.map((_, n) => storedNumbers.has(n));
}

/** False once it was heard, here or elsewhere, and when its author was erased. */
export async function isKept(database: Database, adapter: string, key: string): Promise<boolean> {
  const { rows } = await database.read('select from postponed where adapter = $1 and key = $2', [adapter, key]);
  return rows.length > 0;
}

export async function dropHeard(database: Database, adapter: string, key: string): Promise<void> {
  await database.run('postponed.heard', 'delete from postponed where adapter = $1 and key = $2', [adapter, key]);
}

export async function countFailure(database: Database, adapter: string, key: string): Promise<void> {
  await database.run(
    'postponed.fail',
    `with again as (
       update postponed set attempts = attempts + 1 where adapter = $1 and key = $2 and attempts + 1 < ${MOST_ATTEMPTS})
     delete from postponed where adapter = $1 and key = $2 and attempts + 1 >= ${MOST_ATTEMPTS}`,
    [adapter, key],
  );
}

interface Row {
  adapter: string;
  key: string;
  seq: number;
  author: string;
  event: Json;
  received_at: Instant;
}

const COLUMNS = 'adapter, key, seq, author, event, received_at';

const toEvent = ({ key, author, event, received_at: receivedAt }: Row): PostponedEvent => ({
  key,
  author,
  event,
  receivedAt,
});

export async function listPostponed(database: Database, adapter: string): Promise<PostponedEvent[]> {
  const { rows } = await database.read<Row>(
    `select ${COLUMNS} from postponed where adapter = $1 order by received_at, seq`,
    [adapter],
  );
  return rows.map(toEvent);
}

export function earliest(adapters: readonly string[]): string {
  const names = adapters.map((adapter) => `'${adapter.replaceAll("'", "''")}'`);
  return `select due_at from postponed where adapter in (${names.join(', ') || 'null'}) order by due_at limit 1`;
}

/** Takes up to `limit` that are due, by platform and in their order; each is due again at `nextAt`, unless it was heard. */
export async function claim(
  database: Database,
  adapters: readonly string[],
  { now, nextAt, limit }: { now: Instant; nextAt: Instant; limit: number },
): Promise<Map<string, PostponedEvent[]>> {
  const { rows } = await database.run<Row>(
    'postponed.claim',
    `update postponed set due_at = $3
      where (adapter, key) in (select adapter, key from postponed where due_at <= $2 and adapter = any($1)
                                order by received_at, seq limit ${limit} for update skip locked)
      returning ${COLUMNS}`,
    [adapters, now, nextAt],
  );
  const inOrder = rows.sort((a, b) => a.received_at.getTime() - b.received_at.getTime() || a.seq - b.seq);
  const claimed = new Map<string, PostponedEvent[]>();
  for (const row of inOrder) claimed.set(row.adapter, [...(claimed.get(row.adapter) ?? []), toEvent(row)]);
  return claimed;
}

export const deletionRules: readonly DeletionRule[] = [
  {
    sql: `delete from postponed where (adapter, author) in (select adapter, external_id from identities where person_id = $1)`,
  },
];

export const retentionRules: readonly RetentionRule[] = [
  pruneRule('postponed.prune', { table: 'postponed', ended: 'received_at' }),
];
