import type { Instant } from '../../base/clock.ts';
import { FENCED } from '../../delivery/index.ts';
import type { DeletionRule, MergeRule } from '../../people/index.ts';
import {
  type Database,
  type Fragment,
  NO_SQL,
  type Queryable,
  raw,
  render,
  rowSource,
  sql,
  type Transaction,
} from '../../storage/index.ts';

export interface UsageRow {
  id: string;
  at: string;
  /** `YYYY-MM-DD` in the household's zone. */
  day: string;
  /** `answer`, `summary`, `subagent`, or what a question outside a turn was for. */
  purpose: string;
  model: string;
  input: number;
  cached: number;
  output: number;
  written: number;
  /** In the price table's currency; null: no table knows the model. */
  price: number | null;
  estimated: boolean;
  repairs: string[];
  told: boolean;
  /** Milliseconds from the request to the first word. */
  first?: number;
  reservation?: string;
}

const NOBODY = `'00000000-0000-0000-0000-000000000000'::uuid`;

export interface UsageOwner {
  personId: string;
  conversationId: string | null;
  spaceId: string | null;
  turnId: string | null;
  /** The message that the turn answers; outside any, what stands for it in the fence. */
  inboxId: string;
}

export type OwnedUsage = UsageRow & {
  space_id: string | null;
  person_id: string;
  conversation_id: string | null;
  turn_id: string | null;
  inbox_id: string;
};

export function ownUsage(rows: readonly UsageRow[], owner: UsageOwner): OwnedUsage[] {
  return rows.map((row) => ({
    ...row,
    space_id: owner.spaceId,
    person_id: owner.personId,
    conversation_id: owner.conversationId,
    turn_id: owner.turnId,
    inbox_id: owner.inboxId,
  }));
}

const ADD_UP = `on conflict (day, person_id) do update
             set calls = spending.calls + excluded.calls, input_tokens = spending.input_tokens + excluded.input_tokens,
                 cached_tokens = spending.cached_tokens + excluded.cached_tokens,
                 output_tokens = spending.output_tokens + excluded.output_tokens,
                 unpriced = spending.unpriced + excluded.unpriced, price = spending.price + excluded.price,
                 told = spending.told or excluded.told, dearest = greatest(spending.dearest, excluded.dearest)`;

/** A charge that comes after its person was erased is nobody's. */
function unlessErased(whose: Fragment): Fragment {
  return sql`(select p.id from persons p where p.id = ${whose} and p.erased_at is null)`;
}

const CALLS = rowSource(
  'u',
  `id uuid, at timestamptz, day date, purpose text, space_id text, person_id uuid, conversation_id uuid, turn_id uuid,
  inbox_id uuid, model text, input bigint, cached bigint, output bigint, written bigint, price double precision,
  estimated boolean, repairs text[], first integer`,
);
const RESERVED = rowSource('r', 'reservation uuid, inbox_id uuid');
const NAMED = sql`person_id`;
const [ADDING_UP, NOBODYS] = [raw(ADD_UP), raw(NOBODY)];

/**
 * `with` parts, beginning with a comma, that add the calls whose messages are in `fence`, and their sums, and end what
 * was reserved for them; each counts once. They are `whose`; default: the person's that each names.
 */
export function usageWriting(rows: readonly OwnedUsage[], whose: Fragment = NAMED): Fragment {
  if (rows.length === 0) return NO_SQL;
  const toldIds = rows.filter((row) => row.told).map(({ id }) => id);
  const reserved = rows.filter(({ reservation }) => reservation !== undefined);
  const settling =
    reserved.length > 0
      ? sql`settled as (
      delete from reservations where id in (select reservation from ${RESERVED(reserved)} where ${FENCED})
    ), `
      : NO_SQL;
  return sql`, used as (
      insert into usage (id, at, day, purpose, space_id, person_id, conversation_id, turn_id, model, input_tokens,
                         cached_tokens, output_tokens, written_tokens, price, estimated, repairs, first_ms)
      select id, at, day, purpose, space_id, ${unlessErased(whose)}, conversation_id, turn_id, model, input, cached,
             output, written, price, estimated, repairs, first
        from ${CALLS(rows)}
       where ${FENCED}
      on conflict (id) do nothing
      returning id, day, person_id, input_tokens, cached_tokens, output_tokens, price
    ), ${settling}spent as (
      insert into spending (day, person_id, calls, input_tokens, cached_tokens, output_tokens, unpriced, price, told,
                            dearest)
      select day, coalesce(person_id, ${NOBODYS}), count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens),
             coalesce(sum(input_tokens + output_tokens) filter (where price is null), 0), coalesce(sum(price), 0),
             bool_or(id = any(${toldIds}::uuid[])),
             -- of one answer, and of several turns that are written together no more than their sum
             coalesce(sum(price), 0)
        from used group by 1, 2 order by 1, 2
      ${ADDING_UP}
    )`;
}

/**
 * The message `inboxId` as the `fence` of a statement that writes usage. Its row is locked first, as a merge of persons
 * locks it before it moves usage: the message's person is the one whom the calls belong to, before the merge or after it.
 */
export function messageFence(inboxId: string): Fragment {
  return sql`fence as (select id, person_id from inbox where id = ${inboxId}::uuid for share)`;
}

export const BY_NOW = sql`(select person_id from fence)`;

export async function addUsage(database: Database, rows: readonly UsageRow[], owner: UsageOwner): Promise<void> {
  if (rows.length === 0) return;
  const statement = sql`with ${messageFence(owner.inboxId)}${usageWriting(ownUsage(rows, owner), BY_NOW)} select 1`;
  await database.run('usage.add', ...render(statement));
}

/** Adds calls outside any message. They are counted as nobody's once their person is erased. */
export async function addLoneUsage(
  database: Database,
  rows: readonly UsageRow[],
  { personId, conversationId }: { personId: string; conversationId?: string | undefined },
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const owner = { personId, conversationId: conversationId ?? null, spaceId: null, turnId: null, inboxId: first.id };
  // The person's row is locked, as a merge or an erasure locks it.
  const fence = sql`fence as (
    select ${first.id}::uuid as id,
           coalesce((select id from persons where id = ${personId}::uuid and erased_at is null for share), ${NOBODYS}) as person_id)`;
  await database.run('usage.add', ...render(sql`with ${fence}${usageWriting(ownUsage(rows, owner), BY_NOW)} select 1`));
}

export interface SpentMoney {
  personDay: number;
  personMonth: number;
  allDay: number;
  allMonth: number;
  told: boolean;
  /** The most that a single answer cost, anybody's; 0: nothing is known. */
  dearest: number;
}

/** Costs by day, `YYYY-MM-DD`: of the person, of all, if the person was told of it, and of the dearest answer. */
export type SpentDays = Record<string, [person: number, all: number, told: boolean, dearest: number]>;

/** As a statement gives it: the person's costs of the last days, and everybody's sums of those days that it was asked for. */
export interface SpentAlong {
  own: Record<string, [price: number, told: boolean]>;
  all: Record<string, [price: number, dearest: number]>;
}

/** Everybody's sums depend on no row: of messages that share a statement they are read once. */
export function spentDays(days: readonly string[]): Fragment {
  return sql`json_build_object(
      'own', coalesce((
        select json_object_agg(s.day, json_build_array(s.price, s.told)) from spending s
         -- the household's day can be the one before or after the database's
         where s.person_id = p.id and s.day >= i.received_at::date - 33), '{}'),
      'all', coalesce((
        select json_object_agg(d.day, json_build_array(d.price, d.dearest))
          from (select day, sum(price) as price, max(dearest) as dearest from spending
                 where day = any (${days}::date[]) group by day) d), '{}'))`;
}

export function spentOf(days: SpentDays, day: string, month: string): SpentMoney {
  const none = { personDay: 0, personMonth: 0, allDay: 0, allMonth: 0, dearest: 0 };
  const spending: SpentMoney = { ...none, told: days[day]?.[2] ?? false };
  for (const [at, [person, all, , dearest]] of Object.entries(days)) {
    spending.dearest = Math.max(spending.dearest, dearest);
    if (at < month || at > day) continue;
    spending.personMonth += person;
    spending.allMonth += all;
    if (at === day) Object.assign(spending, { personDay: person, allDay: all });
  }
  return spending;
}

export async function readSpent(read: Queryable['query'], personId: string, day: string, month: string) {
  const { rows } = await read<SpentMoney>(
    `select coalesce(sum(price) filter (where person_id = $1 and day = $2::date), 0) as "personDay",
            coalesce(sum(price) filter (where person_id = $1), 0) as "personMonth",
            coalesce(sum(price) filter (where day = $2::date), 0) as "allDay",
            coalesce(sum(price), 0) as "allMonth",
            coalesce(bool_or(told) filter (where person_id = $1 and day = $2::date), false) as told,
            coalesce((select max(dearest) from spending where day between $2::date - 33 and $2::date), 0) as dearest
       from spending where day between $3::date and $2::date`,
    [personId, day, month],
  );
  return rows[0] as SpentMoney;
}

export interface Cost {
  calls: number;
  input: number;
  cached: number;
  output: number;
  unpriced: number;
  price: number;
}

const SUMS = `coalesce(sum(calls), 0) as calls, coalesce(sum(input_tokens), 0) as input,
  coalesce(sum(cached_tokens), 0) as cached, coalesce(sum(output_tokens), 0) as output,
  coalesce(sum(unpriced), 0) as unpriced, coalesce(sum(price), 0) as price`;

export async function costOfPerson(db: Queryable, personId: string, from: string, to: string): Promise<Cost> {
  const { rows } = await db.query<Cost>(
    `select ${SUMS} from spending where person_id = $1 and day between $2::date and $3::date`,
    [personId, from, to],
  );
  return rows[0] as Cost;
}

export async function costOfConversation(db: Queryable, conversationId: string): Promise<Cost> {
  const { rows } = await db.query<Cost>(
    `select count(*) as calls, coalesce(sum(input_tokens), 0) as input, coalesce(sum(cached_tokens), 0) as cached,
            coalesce(sum(output_tokens), 0) as output, coalesce(sum(price), 0) as price,
            coalesce(sum(input_tokens + output_tokens) filter (where price is null), 0) as unpriced
       from usage where conversation_id = $1`,
    [conversationId],
  );
  return rows[0] as Cost;
}

export interface CostLine extends Cost {
  name: string;
}

export async function costByPerson(db: Pick<Database, 'read'>, from: string, to: string): Promise<CostLine[]> {
  const { rows } = await db.read<CostLine>(
    `select coalesce(p.name, '?') as name, ${SUMS}
       from spending s left join persons p on p.id = s.person_id
      where day between $1::date and $2::date group by s.person_id, p.name order by sum(price) desc`,
    [from, to],
  );
  return rows;
}

export async function costByModel(db: Pick<Database, 'read'>, from: string, to: string): Promise<CostLine[]> {
  const { rows } = await db.read<CostLine>(
    `select model as name, count(*) as calls, sum(input_tokens) as input, sum(cached_tokens) as cached,
            sum(output_tokens) as output, coalesce(sum(price), 0) as price,
            coalesce(sum(input_tokens + output_tokens) filter (where price is null), 0) as unpriced
       from usage where day between $1::date and $2::date
        -- by the index of the instants: the household's day can be the one before or after the database's
        and at >= $1::date - 1 and at < $2::date + 2
      group by model order by price desc, model`,
    [from, to],
  );
  return rows;
}

/** Costs of everybody's calls by day, both days included; days without any are left out. */
export async function costByDay(db: Queryable, from: string, to: string): Promise<(Cost & { day: string })[]> {
  const { rows } = await db.query<Cost & { day: string }>(
    `select day::text as day, ${SUMS} from spending where day between $1::date and $2::date group by day order by day`,
    [from, to],
  );
  return rows;
}

export async function repairsSince(db: Pick<Database, 'read'>, since: Instant) {
  const { rows } = await db.read<{ repair: string; times: number }>(
    'select repair, count(*) as times from usage, unnest(repairs) as repair where at >= $1 group by 1 order by 2 desc, 1',
    [since],
  );
  return rows;
}

const SUMS_OF_A_DAY =
  'day, person_id, calls, input_tokens, cached_tokens, output_tokens, unpriced, price, told, dearest';

const moveSums = (whose: string, toldSql: string): string =>
  `with gone as (delete from spending where person_id = $1 returning *)
   insert into spending (${SUMS_OF_A_DAY})
   select day, ${whose}, calls, input_tokens, cached_tokens, output_tokens, unpriced, price, ${toldSql}, dearest from gone
   ${ADD_UP}`;

/** Costs stay in the sums of all, as nobody's. */
export const deletionRules: readonly DeletionRule[] = [
  { sql: moveSums(NOBODY, 'false') },
  { sql: 'delete from reservations where person_id = $1' },
  { sql: 'update usage set person_id = null where person_id = $1' },
];

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update usage set person_id = $2 where person_id = $1' },
  { sql: moveSums('$2::uuid', 'told') },
  { sql: 'update reservations set person_id = $2 where person_id = $1' },
];

export interface HeldMoney {
  person: number;
  all: number;
}

interface Reservation {
  id: string;
  turnId: string;
  personId: string;
  price: number;
  expiresAt: Instant;
}

/**
 * Reservations of others at `now`; until `tx` ends nobody else looks or reserves. The turn's own ones beside `own` were
 * left by a process that is gone, and are dropped.
 */
export async function reservedByOthers(
  tx: Transaction,
  { turnId, personId, own }: { turnId: string; personId: string; own: readonly string[] },
  now: Instant,
): Promise<HeldMoney> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('budgets:' || current_schema(), 0))`);
  tx.send('delete from reservations where expires_at <= $1 or (turn_id = $2 and id <> all ($3::uuid[]))', [
    now,
    turnId,
    own,
  ]);
  const { rows } = await tx.query<HeldMoney>(
    `select coalesce(sum(price) filter (where person_id = $1), 0) as person, coalesce(sum(price), 0) as "all"
       from reservations`,
    [personId],
  );
  return rows[0] as HeldMoney;
}

export function reserve(tx: Transaction, { id, turnId, personId, price, expiresAt }: Reservation): void {
  tx.send('insert into reservations (id, turn_id, person_id, price, expires_at) values ($1, $2, $3, $4, $5)', [
    id,
    turnId,
    personId,
    price,
    expiresAt,
  ]);
}

/** Ends what was reserved for a turn: these, or with `whole` all that was ever left of it. */
export async function endReservations(
  database: Database,
  turnId: string,
  ids: readonly string[],
  whole = false,
): Promise<void> {
  await database.run(
    'budget.release',
    'delete from reservations where turn_id = $1 and ($3 or id = any ($2::uuid[]))',
    [turnId, ids, whole],
  );
}
