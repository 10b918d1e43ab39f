/** Reminders in the database. Every verb runs in the transaction that it is given. */
import { numberedLists } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import {
  type DeletionRule,
  type MergeRule,
  QUIET_COLUMNS,
  type QuietColumns,
  type QuietHours,
  quietOf,
} from '../../people/index.ts';
import { LostRace, type Queryable, type Transaction } from '../../storage/index.ts';
import type { Reader } from '../../time/index.ts';
import type { CatchUp, Reminder, ReminderState } from './reminder.ts';

export interface NewReminder {
  id: string;
  personId: string;
  conversationId: string;
  text: string;
  rule: string | undefined;
  zone: string;
  plannedAt: Instant;
  urgent: boolean;
  nag: number | undefined;
  catchUp: CatchUp | undefined;
  toDm: boolean;
  tainted: boolean;
}

/** Inserts a reminder; undefined where the person has `most` pending ones. `isFirst`: it is the person's first. */
export async function insert(
  tx: Transaction,
  reminder: NewReminder,
  most: number,
  now: Instant,
): Promise<{ reminder: Reminder; isFirst: boolean; isTwin: boolean } | undefined> {
  const { id, personId, conversationId, text, rule, zone, plannedAt, urgent, nag, catchUp, toDm, tainted } = reminder;
  const { rows } = await tx.query<ReminderRow & { is_first: boolean; is_twin: boolean }>(
    `insert into reminders (id, person_id, conversation_id, space_id, text, rule, zone, state, planned_at, urgent,
                            to_dm, tainted, created_at, changed_at, catch_up, nag_minutes)
     select $1, $2, c.id, c.space_id, $4, $5, $6, 'pending', $7, $8, $9, $10, $11, $11, $12, $14 from conversations c
      where c.id = $3 and (select count(*) from reminders where person_id = $2 and state = 'pending') < $13
     returning *, not exists (select from reminders where person_id = $2) as is_first,
               exists (select from reminders r where r.person_id = $2 and r.state = 'pending' and r.conversation_id = $3
                         and r.text = $4 and r.planned_at = $7 and r.rule is not distinct from $5) as is_twin`,
    [
      id,
      personId,
      conversationId,
      text,
      rule ?? null,
      zone,
      plannedAt,
      urgent,
      toDm,
      tainted,
      now,
      catchUp ?? null,
      most,
      nag ?? null,
    ],
  );
  return rows.map((row) => ({ reminder: toReminder(row), isFirst: row.is_first, isTwin: row.is_twin }))[0];
}

/** More are never needed to see that there is no room. */
const MOST_FREQUENT = 200;

export async function frequent(
  tx: Transaction,
  personId: string,
  conversationId: string,
  except: readonly string[],
): Promise<Pick<Reminder, 'personId' | 'conversationId' | 'rule' | 'plannedAt' | 'nag'>[]> {
  const { rows } = await tx.query<
    Pick<ReminderRow, 'person_id' | 'conversation_id' | 'rule' | 'planned_at' | 'nag_minutes'>
  >(
    `select person_id, conversation_id, rule, planned_at, nag_minutes from reminders
      where state = 'pending' and next_at is not null and (person_id = $1 or conversation_id = $2) and id <> all($3::text[])
        and (nag_minutes is not null or planned_at is not null
             and rule ~ 'FREQ=(SECONDLY|MINUTELY|HOURLY)|BY(MINUTE|SECOND)=[0-9]+,')
      limit ${MOST_FREQUENT}`,
    [personId, conversationId, except],
  );
  return rows.map((row) => ({
    personId: row.person_id,
    conversationId: row.conversation_id,
    rule: row.rule ?? undefined,
    plannedAt: row.planned_at ?? undefined,
    nag: row.nag_minutes ?? undefined,
  }));
}

export type Status = 'pending' | 'completed' | 'all';

const SHOWN = `person_id = $1 and case $2 when 'all' then state <> 'deleted' else state = $2 end`;

export async function page(
  tx: Queryable,
  { personId, status, limit, offset }: { personId: string; status: Status; limit: number; offset: number },
): Promise<Reminder[]> {
  const { rows } = await tx.query<ReminderRow>(
    `select * from reminders where ${SHOWN}
      order by state = 'completed', completed_at desc nulls first, coalesce(next_at, last_occurrence), seq
      limit $3 offset $4`,
    [personId, status, limit, offset],
  );
  return rows.map(toReminder);
}

export async function count(tx: Queryable, personId: string, status: Status): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(`select count(*) as n from reminders where ${SHOWN}`, [
    personId,
    status,
  ]);
  return one(rows).n;
}

export async function madeBefore(
  db: Queryable,
  { personId, status, seq, limit }: { personId: string; status: Status; seq: number; limit: number },
): Promise<{ reminder: Reminder; seq: number }[]> {
  const { rows } = await db.query<ReminderRow>(
    `select * from reminders where ${SHOWN} and seq < $3 order by seq desc limit $4`,
    [personId, status, seq, limit],
  );
  return rows.map((row) => ({ reminder: toReminder(row), seq: row.seq }));
}

export async function byIds(tx: Queryable, personId: string, ids: readonly string[]): Promise<Reminder[]> {
  const { rows } = await tx.query<ReminderRow>(
    'select * from reminders where person_id = $1 and id = any($2) order by array_position($2, id)',
    [personId, ids],
  );
  return rows.map(toReminder);
}

export async function latest(
  tx: Queryable,
  personId: string,
  conversationId: string,
): Promise<{ spoken: Reminder[]; made: Reminder | undefined; madeAt: Instant | undefined }> {
  const { rows } = await tx.query<ReminderRow & { how: 'spoken' | 'made' }>(
    `(select 'spoken' as how, * from reminders
       where person_id = $1 and (conversation_id = $2 or to_dm)
         and last_at = (select max(last_at) from reminders where person_id = $1 and (conversation_id = $2 or to_dm))
       order by last_occurrence desc, seq limit 10)
     union all
     (select 'made', * from reminders where person_id = $1 and conversation_id = $2
       order by touched desc limit 1)`,
    [personId, conversationId],
  );
  const find = (how: string) => rows.filter((row) => row.how === how);
  return {
    spoken: find('spoken').map(toReminder),
    made: find('made').map(toReminder)[0],
    madeAt: find('made')[0]?.changed_at,
  };
}

export async function series(tx: Queryable, personId: string): Promise<Reminder[]> {
  const { rows } = await tx.query<ReminderRow>(
    `select * from reminders where person_id = $1 and state = 'pending' and rule is not null order by seq`,
    [personId],
  );
  return rows.map(toReminder);
}

/**
 * Stores reminders that were changed, as a set; the version grows by one. Throws `LostRace` if one
 * was changed, or fired, since it was read.
 */
export async function save(tx: Transaction, reminders: readonly Reminder[], now: Instant): Promise<void> {
  const column = <T>(of: (reminder: Reminder) => T) => reminders.map(of);
  const { rows } = await tx.query(
    `update reminders r
        set text = d.text, rule = d.rule, zone = d.zone, state = d.state, planned_at = d.planned_at,
            snoozed_until = d.snoozed_until, snoozed_occurrence = d.snoozed_occurrence,
            held_since = case when d.snoozed_until = r.snoozed_until then r.held_since end,
            done_occurrence = d.done_occurrence, completed_at = d.completed_at, urgent = d.urgent,
            catch_up = d.catch_up, tainted = d.tainted, nag_minutes = d.nag_minutes, nagged = d.nagged, changed_at = $14, touched = nextval('reminders_touched'),
            version = r.version + 1
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
                   $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::bool[], $12::text[], $13::bool[], $15::int[], $16::int[],
                   $17::int[], $18::int[])
         as d (id, text, rule, zone, state, planned_at, snoozed_until, snoozed_occurrence, done_occurrence, completed_at,
               urgent, catch_up, tainted, nag_minutes, nagged, version, firing)
      where r.id = d.id and r.version = d.version and r.firing = d.firing
     returning r.id`,
    [
      column((r) => r.id),
      column((r) => r.text),
      column((r) => r.rule ?? null),
      column((r) => r.zone),
      column((r) => r.state),
      column((r) => r.plannedAt ?? null),
      column((r) => r.snoozedUntil ?? null),
      column((r) => r.snoozedOccurrence ?? null),
      column((r) => r.doneOccurrence ?? null),
      column((r) => r.completedAt ?? null),
      column((r) => r.urgent),
      column((r) => r.catchUp ?? null),
      column((r) => r.tainted),
      now,
      column((r) => r.nag ?? null),
      column((r) => r.nagged),
      column((r) => r.version),
      column((r) => r.firing),
    ],
  );
  if (rows.length < reminders.length) throw new LostRace('A reminder was changed or has spoken meanwhile.');
}

export const lists = numberedLists('reminder_lists');

export const EARLIEST = `(select next_at from reminders
  where state = 'pending' and next_at is not null order by next_at limit 1)`;

export interface Due extends Reminder {
  sayIn: string;
  /** The person's id on the platform, to mention them where others read too. */
  mention: string | undefined;
  quiet: QuietHours | undefined;
  reads: Pick<Reader, 'zone' | 'locale'>;
}

/**
 * Claims up to `limit` reminders due at `now`, earliest first, and holds them until `tx` ends.
 * Two workers never hold the same row: the second one looks past it. `locale`: of people whose own nobody knows.
 */
export async function claimDue(tx: Transaction, now: Instant, limit: number, locale?: string): Promise<Due[]> {
  const { rows } = await tx.query<
    ReminderRow & QuietColumns & { locale: string | null; say_in: string; mention: string | null }
  >(
    `with due as (
       select * from reminders where state = 'pending' and next_at <= $1 order by next_at limit ${limit}
          for update skip locked
     ), placed as (
     select due.*, ${QUIET_COLUMNS}, p.locale,
            coalesce(case when due.to_dm then
              (select dm.id from conversations dm join conversations here on here.id = due.conversation_id
                where dm.person_id = due.person_id and dm.kind = 'dm'
                order by dm.adapter <> here.adapter, dm.created_at limit 1)
            end, due.conversation_id) as say_in
       from due join persons p on p.id = due.person_id
     )
     select placed.*, (select i.external_id from conversations c
                         join identities i on i.person_id = placed.person_id and i.adapter = c.adapter
                        where c.id = placed.say_in and c.kind <> 'dm' order by i.created_at desc limit 1) as mention
       from placed
      order by next_at, seq`,
    [now],
  );
  return rows.map((row) => ({
    ...toReminder(row),
    sayIn: row.say_in,
    mention: row.mention ?? undefined,
    quiet: quietOf(row, row.zone),
    reads: { zone: row.person_zone ?? row.zone, locale: row.locale ?? locale },
  }));
}

export interface NextPlan {
  id: string;
  plannedAt: Instant | undefined;
  snoozedUntil: Instant | undefined;
  snoozedOccurrence: Instant | undefined;
  heldSince: Instant | undefined;
  /** Number of repetitions for this occurrence at `snoozedUntil`; 0: that is no repetition. */
  nagged: number;
  /** The occurrence that it spoke of, or (when `said` is false) would have. */
  occurrence: Instant;
  said: boolean;
}

export async function planNext(tx: Transaction, plans: readonly NextPlan[], now: Instant): Promise<void> {
  await tx.query(
    `update reminders r
        set planned_at = d.planned_at, snoozed_until = d.snoozed_until, snoozed_occurrence = d.snoozed_occurrence,
            held_since = d.held_since, firing = r.firing + 1,
            last_occurrence = case when d.held_since is null then greatest(r.last_occurrence, d.occurrence)
                                   else r.last_occurrence end,
            last_at = case when d.said then $7 else r.last_at end, nagged = d.nagged
       from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::bool[],
                   $8::int[], $9::timestamptz[])
         as d (id, planned_at, snoozed_until, snoozed_occurrence, occurrence, said, nagged, held_since)
      where r.id = d.id`,
    [
      plans.map((plan) => plan.id),
      plans.map((plan) => plan.plannedAt ?? null),
      plans.map((plan) => plan.snoozedUntil ?? null),
      plans.map((plan) => plan.snoozedOccurrence ?? null),
      plans.map((plan) => plan.occurrence),
      plans.map((plan) => plan.said),
      now,
      plans.map((plan) => plan.nagged),
      plans.map((plan) => plan.heldSince ?? null),
    ],
  );
}

function one<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('a statement that must give a row gave none');
  return row;
}

export const mergeRules: readonly MergeRule[] = [
  { what: 'reminder', sql: `update reminders set person_id = $2 where person_id = $1 and state = 'pending'` },
  { sql: 'update reminders set person_id = $2 where person_id = $1' },
  lists.cleared,
];

export const deletionRules: readonly DeletionRule[] = [
  { sql: 'delete from reminders where person_id = $1' },
  lists.cleared,
];

interface ReminderRow {
  id: string;
  seq: number;
  person_id: string;
  conversation_id: string;
  text: string;
  rule: string | null;
  zone: string;
  state: ReminderState;
  planned_at: Date | null;
  snoozed_until: Date | null;
  snoozed_occurrence: Date | null;
  held_since: Date | null;
  next_at: Date | null;
  firing: number;
  last_at: Date | null;
  last_occurrence: Date | null;
  done_occurrence: Date | null;
  urgent: boolean;
  nag_minutes: number | null;
  nagged: number;
  catch_up: CatchUp | null;
  to_dm: boolean;
  tainted: boolean;
  version: number;
  created_at: Date;
  changed_at: Date;
  completed_at: Date | null;
}

function toReminder(row: ReminderRow): Reminder {
  return {
    id: row.id,
    personId: row.person_id,
    conversationId: row.conversation_id,
    text: row.text,
    rule: row.rule ?? undefined,
    zone: row.zone,
    state: row.state,
    plannedAt: row.planned_at ?? undefined,
    snoozedUntil: row.snoozed_until ?? undefined,
    snoozedOccurrence: row.snoozed_occurrence ?? undefined,
    heldSince: row.held_since ?? undefined,
    nextAt: row.next_at ?? undefined,
    firing: row.firing,
    lastAt: row.last_at ?? undefined,
    lastOccurrence: row.last_occurrence ?? undefined,
    doneOccurrence: row.done_occurrence ?? undefined,
    urgent: row.urgent,
    nag: row.nag_minutes ?? undefined,
    nagged: row.nagged,
    catchUp: row.catch_up ?? undefined,
    toDm: row.to_dm,
    tainted: row.tainted,
    version: row.version,
    createdAt: row.created_at,
    completedAt: row.completed_at ?? undefined,
  };
}
