import type { Instant } from '../base/clock.ts';
import type { Json } from '../base/json.ts';
import type { Place } from '../delivery/index.ts';
import { pruneRule, type RetentionRule } from '../jobs/index.ts';
import type { DeletionRule, MergeRule } from '../people/index.ts';
import {
  Columns,
  type ItemOf,
  instant,
  int,
  optional,
  ownJson,
  type Queryable,
  render,
  sql,
  type Transaction,
  text,
  uuid,
} from '../storage/index.ts';

/**
 * `asked`: its person wants it, and an owner decides. `trial`: approved, and kept if it helps. `retired`: applied, and a later one
 * took its place. `resting`: applied, and not used for now. `dropped`: nothing came of it; it is there so that the same is not
 * tried again.
 */
export const STATES = [
  'pending',
  'asked',
  'approved',
  'rejected',
  'trial',
  'applied',
  'retired',
  'resting',
  'dropped',
] as const;
export type ProposalState = (typeof STATES)[number];

const proposals = new Columns({
  /** Short: a person types it. */
  id: text(),
  at: instant(),
  /** Space in which it counts; undefined: everywhere. */
  spaceId: optional(text()),
  /** Person it concerns; undefined: the owner. */
  personId: optional(uuid()),
  category: text(),
  title: text(),
  description: text(),
  priority: int(),
  payload: ownJson<Json>(),
  origin: text(),
  /** Hash of the text that a person is shown: a decision binds to it. */
  hash: text(),
  fingerprint: text(),
  state: text<ProposalState>(),
  decidedBy: optional(uuid()),
  decidedAt: optional(instant()),
  outcome: ownJson<Json>(),
  /** Times in which it was tried, the oldest first. */
  trials: ownJson<readonly Json[]>(),
});

export type Proposal = ItemOf<typeof proposals>;

/**
 * The advisory lock of whoever adds or decides proposals or reserves money, so that two processes count the same rows. Taken
 * before the lock of any row.
 */
const LOCK = 7_340_230;

export async function lock(tx: Transaction): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
}

export async function insert(tx: Transaction, proposal: Proposal): Promise<void> {
  const { names } = proposals;
  await tx.query(...render(sql`insert into improvement_proposals (${names}) values (${proposals.values(proposal)})`));
}

export async function pendingCount(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*)::int as count from improvement_proposals where state = 'pending' and person_id is null`,
  );
  return rows[0]?.count ?? 0;
}

/** The ones of `fingerprints` that were proposed since `since`, or wait, or hold. */
export async function knownFingerprints(
  tx: Transaction,
  fingerprints: readonly string[],
  since: Instant,
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ fingerprint: string }>(
    `select distinct fingerprint from improvement_proposals
      where fingerprint = any($1) and (at >= $2 or state <> 'rejected')`,
    [[...fingerprints], since],
  );
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

export interface ProposalFilter {
  states?: readonly ProposalState[] | undefined;
  category?: string | undefined;
  /** Only those that are this person's matter; undefined: everybody's. */
  personId?: string | undefined;
}

export async function list(db: Queryable, filter: ProposalFilter, limit: number): Promise<Proposal[]> {
  const { rows } = await db.query(
    `select * from improvement_proposals
      where ($1::text[] is null or state = any ($1)) and ($2::text is null or category = $2)
        and ($3::uuid is null or person_id = $3)
      order by case when state in ('pending', 'asked') then 0 when state = 'dropped' then 2 else 1 end,
               priority, at desc, id limit $4`,
    [filter.states ?? null, filter.category ?? null, filter.personId ?? null, limit],
  );
  return proposals.readAll(rows);
}

/** Locks the proposal until `tx` ends. */
export async function take(tx: Transaction, id: string): Promise<Proposal | undefined> {
  const { rows } = await tx.query('select * from improvement_proposals where id = $1 for update', [id]);
  return proposals.readAll(rows)[0];
}

export async function find(db: Queryable, id: string): Promise<Proposal | undefined> {
  const { rows } = await db.query('select * from improvement_proposals where id = $1', [id]);
  return proposals.readAll(rows)[0];
}

/** `personId` of undefined: coda itself has, by a measurement. `trials` left out: they stay as they are. */
export async function mark(
  tx: Transaction,
  id: string,
  to: { state: ProposalState; outcome: Json; personId: string | undefined; trials?: readonly Json[] },
  now: Instant,
): Promise<void> {
  await tx.query(
    `update improvement_proposals set state = $2, outcome = $3, decided_by = coalesce($4, decided_by), decided_at = $5,
       trials = coalesce($6, trials) where id = $1`,
    [id, to.state, JSON.stringify(to.outcome), to.personId ?? null, now, to.trials ? JSON.stringify(to.trials) : null],
  );
}

/** Adds an instant to the outcome of what is applied, under `name`; false where it is there, or not applied any more. */
export async function noteOnce(tx: Transaction, id: string, name: string, at: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update improvement_proposals set outcome = outcome || jsonb_build_object($2::text, $3::timestamptz)
      where id = $1 and state = 'applied' and not outcome ? $2`,
    [id, name, at],
  );
  return count > 0;
}

/** Ids of those that concern owners, in the order in which they are carried out. */
export async function listInOrder(
  db: Queryable,
  { categories, states }: { categories: readonly string[]; states: readonly string[] },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from improvement_proposals where category = any($1) and state = any($2) and person_id is null
      order by priority, at, id`,
    [[...categories], [...states]],
  );
  return rows.map(({ id }) => id);
}

/** Trials of all proposals of a category. */
export async function listTrials(db: Queryable, category: string): Promise<Json[]> {
  const { rows } = await db.query<{ trial: Json }>(
    'select trial from improvement_proposals, jsonb_array_elements(trials) trial where category = $1',
    [category],
  );
  return rows.map(({ trial }) => trial);
}

/** Titles of what was proposed to owners since then, the newest first. */
export async function listTitles(db: Queryable, since: Instant, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ title: string }>(
    'select title from improvement_proposals where at >= $1 and person_id is null order by at desc limit $2',
    [since, limit],
  );
  return rows.map(({ title }) => title);
}

/** Proposals of a category that came to nothing go after so many days. */
export const retentionOf = (category: string): RetentionRule =>
  pruneRule(`${category}.proposals`, {
    table: 'improvement_proposals',
    ended: 'at',
    only: `category = '${category}' and state in ('pending', 'asked', 'dropped')`,
  });

export async function spentIn(db: Queryable, month: string): Promise<number> {
  const { rows } = await db.query<{ price: number }>(
    'select coalesce(sum(price), 0)::float8 as price from improvement_calls where month = $1',
    [month],
  );
  return rows[0]?.price ?? 0;
}

/** A call before it is made, at the most that it may cost; those of earlier years go. */
export async function reserve(
  tx: Transaction,
  call: { id: string; month: string; purpose: string; price: number },
  now: Instant,
): Promise<void> {
  await tx.query('delete from improvement_calls where at < $1', [new Date(now.getTime() - KEPT_MS)]);
  await tx.query('insert into improvement_calls (id, at, month, purpose, price) values ($1, $2, $3, $4, $5)', [
    call.id,
    now,
    call.month,
    call.purpose,
    call.price,
  ]);
}

export async function spentFor(db: Queryable, purpose: string, since: Instant): Promise<number> {
  const { rows } = await db.query<{ price: number }>(
    'select coalesce(sum(price), 0)::float8 as price from improvement_calls where purpose = $1 and at >= $2',
    [purpose, since],
  );
  return rows[0]?.price ?? 0;
}

/** The owner who came first: their budget of models pays as well. */
export async function firstOwner(db: Queryable): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select id from persons where role = 'owner' and erased_at is null order by created_at, id limit 1`,
  );
  return rows[0]?.id;
}

export async function conversationIn(
  db: Queryable,
  { adapter, channel }: Pick<Place, 'adapter' | 'channel'>,
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    'select id from conversations where adapter = $1 and channel = $2 order by created_at limit 1',
    [adapter, channel],
  );
  return rows[0]?.id;
}

const KEPT_MS = 400 * 86_400_000;

export async function putPrice(tx: Transaction, id: string, price: number): Promise<void> {
  await tx.query('update improvement_calls set price = $2 where id = $1', [id, price]);
}

export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from improvement_proposals where person_id = $1' },
  { sql: 'update improvement_proposals set decided_by = null where decided_by = $1' },
];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update improvement_proposals set person_id = $2 where person_id = $1' },
  { sql: 'update improvement_proposals set decided_by = $2 where decided_by = $1' },
];
