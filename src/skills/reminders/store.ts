/** Reminders in the database. Every verb runs in the transaction that it is given. */
import { numberedLists } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { type MergeRule, QUIET_COLUMNS, type QuietColumns, type QuietHours, quietOf } from '../../people/index.ts';
import {
  bool,
  type ItemOf,
  instant,
  LostRace,
  type Queryable,
  raw,
  render,
  type StoredRow,
  sql,
  type Transaction,
  text,
} from '../../storage/index.ts';
import type { Reader } from '../../time/index.ts';
import { delivery } from './fields/fields.ts';
import { type Reminder, reminders, standing } from './reminder.ts';

const inserted = reminders.pick(
  'id',
  'personId',
  'conversationId',
  'text',
  'rule',
  'zone',
  'plannedAt',
  ...delivery.keys,
  'tainted',
  'source',
  'seen',
  'targetId',
  'escalateAt',
);

/** Inserts a reminder; undefined where the person has `most` pending ones. `isFirst`: it is the person's first. */
export async function insertReminder(
  tx: Transaction,
  reminder: ItemOf<typeof inserted> & { plannedAt: Instant },
  most: number,
  now: Instant,
): Promise<{ reminder: Reminder; isFirst: boolean; isTwin: boolean } | undefined> {
  const { personId, conversationId, text, rule, plannedAt } = reminder;
  const { rows } = await tx.query<StoredRow & { is_first: boolean; is_twin: boolean }>(
    ...render(sql`
    insert into reminders (${inserted.names}, space_id, state, created_at, changed_at)
    select ${inserted.values(reminder)}, c.space_id, 'pending', ${now}, ${now} from conversations c
     where c.id = ${conversationId}
       and (select count(*) from reminders where person_id = ${personId} and state = 'pending') < ${most}
    returning *, not exists (select from reminders where person_id = ${personId}) as is_first,
              exists (select from reminders r where r.person_id = ${personId} and r.state = 'pending'
                        and r.conversation_id = ${conversationId} and r.text = ${text} and r.planned_at = ${plannedAt}
                        and r.rule is not distinct from ${rule ?? null}) as is_twin`),
  );
  return rows.map((row) => ({ reminder: reminders.read(row), isFirst: row.is_first, isTwin: row.is_twin }))[0];
}

/** More are never needed to see that there is no room. */
const MOST_FREQUENT = 200;

const timing = reminders.pick('personId', 'conversationId', 'rule', 'plannedAt', 'nag');

export async function listFrequent(
  tx: Transaction,
  personId: string,
  conversationId: string,
  except: readonly string[],
): Promise<ItemOf<typeof timing>[]> {
  const { rows } = await tx.query(
    ...render(sql`
    select ${timing.names} from reminders
     where state = 'pending' and next_at is not null and (person_id = ${personId} or conversation_id = ${conversationId})
       and id <> all(${except}::text[])
       and (nag_minutes is not null or planned_at is not null
            and rule ~ 'FREQ=(SECONDLY|MINUTELY|HOURLY)|BY(MINUTE|SECOND)=[0-9]+,')
     limit ${raw(MOST_FREQUENT)}`),
  );
  return timing.readAll(rows);
}

export type Status = 'pending' | 'completed' | 'all';

const SHOWN = `person_id = $1 and case $2 when 'all' then state <> 'deleted' else state = $2 end`;

export async function readPage(
  tx: Queryable,
  { personId, status, limit, offset }: { personId: string; status: Status; limit: number; offset: number },
): Promise<Reminder[]> {
  const { rows } = await tx.query(
    `select * from reminders where ${SHOWN}
      order by state = 'completed', completed_at desc nulls first, coalesce(next_at, last_occurrence), seq
      limit $3 offset $4`,
    [personId, status, limit, offset],
  );
  return reminders.readAll(rows);
}

export async function countReminders(tx: Queryable, personId: string, status: Status): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(`select count(*) as n from reminders where ${SHOWN}`, [
    personId,
    status,
  ]);
  return onlyRow(rows).n;
}

export async function listMadeBefore(
  db: Queryable,
  { personId, status, seq, limit }: { personId: string; status: Status; seq: number; limit: number },
): Promise<{ reminder: Reminder; seq: number }[]> {
  const { rows } = await db.query<StoredRow & { seq: number }>(
    `select * from reminders where ${SHOWN} and seq < $3 order by seq desc limit $4`,
    [personId, status, seq, limit],
  );
  return rows.map((row) => ({ reminder: reminders.read(row), seq: row.seq }));
}

export async function findByIds(tx: Queryable, personId: string, ids: readonly string[]): Promise<Reminder[]> {
  const { rows } = await tx.query(
    'select * from reminders where person_id = $1 and id = any($2) order by array_position($2, id)',
    [personId, ids],
  );
  return reminders.readAll(rows);
}

export async function findLatest(
  tx: Queryable,
  personId: string,
  conversationId: string,
): Promise<{ spoken: Reminder[]; made: Reminder | undefined; madeAt: Instant | undefined }> {
  const { rows } = await tx.query<StoredRow & { how: 'spoken' | 'made'; changed_at: Date }>(
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
    spoken: reminders.readAll(find('spoken')),
    made: reminders.readAll(find('made'))[0],
    madeAt: find('made')[0]?.changed_at,
  };
}

/** Series, and single ones that are still to come. */
export async function listPlanned(tx: Queryable, personId: string): Promise<Reminder[]> {
  const { rows } = await tx.query(
    `select * from reminders
      where person_id = $1 and state = 'pending' and (rule is not null or planned_at is not null) order by seq`,
    [personId],
  );
  return reminders.readAll(rows);
}

const saved = reminders.pick(
  ...standing.keys,
  // An escalation that is told meanwhile stays told: `saveEscalation`.
  ...delivery.keys.filter((key) => key !== 'thenTarget' && key !== 'thenMinutes'),
);
const saving = reminders.pick('id', 'version', 'firing', ...saved.keys);

/**
 * Stores reminders that were changed, as a set; the version grows by one. Throws `LostRace` if one
 * was changed, or fired, since it was read.
 */
export async function saveReminders(tx: Transaction, changed: readonly Reminder[], now: Instant): Promise<void> {
  const { rows } = await tx.query(
    ...render(sql`
    update reminders r
       set ${saved.sets}, held_since = case when d.snoozed_until = r.snoozed_until then r.held_since end,
           changed_at = ${now}, touched = nextval('reminders_touched'), version = r.version + 1
      from ${saving.unnest(changed)}
     where r.id = d.id and r.version = d.version and r.firing = d.firing
    returning r.id`),
  );
  if (rows.length < changed.length) throw new LostRace('A reminder was changed or has spoken meanwhile.');
}

/**
 * Stores the target that is told where nobody answers a reminder, and when that is. Apart from `saveReminders`: an escalation that is told
 * meanwhile is not planned again by a change of something else.
 */
export async function saveEscalation(
  tx: Transaction,
  { id, thenTarget, thenMinutes, escalateAt }: Pick<Reminder, 'id' | 'thenTarget' | 'thenMinutes' | 'escalateAt'>,
): Promise<void> {
  await tx.query('update reminders set then_target = $2, then_minutes = $3, escalate_at = $4 where id = $1', [
    id,
    thenTarget ?? null,
    thenMinutes ?? null,
    escalateAt ?? null,
  ]);
}

export const lists = numberedLists('reminder');

export const EARLIEST = `(select next_at from reminders
  where state = 'pending' and next_at is not null order by next_at limit 1)`;

export interface Due extends Reminder {
  sayIn: string;
  /** The person it is said to: its own, or the other one of its target. */
  readerId: string;
  /** Its target, where that may be told. */
  toldBy: string | undefined;
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
    StoredRow & QuietColumns & { locale: string | null; say_in: string; mention: string | null }
  >(
    `with due as (
       select * from reminders where state = 'pending' and next_at <= $1 order by next_at limit ${limit}
          for update skip locked
     ), placed as (
     select due.*, ${QUIET_COLUMNS}, p.locale,
            coalesce(case when due.to_dm then
              (select dm.id from conversations dm join conversations here on here.id = due.conversation_id
                where dm.person_id = due.person_id and dm.kind = 'dm' and here.kind <> 'dm'
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
  return rows.map((row) => {
    const reminder = reminders.read(row);
    return {
      ...reminder,
      sayIn: row.say_in,
      readerId: reminder.personId,
      toldBy: undefined,
      mention: row.mention ?? undefined,
      quiet: quietOf(row, reminder.zone),
      reads: { zone: row.person_zone ?? reminder.zone, locale: row.locale ?? locale },
    };
  });
}

const replanned = reminders.pick('plannedAt', 'snoozedUntil', 'snoozedOccurrence', 'heldSince', 'nagged', 'escalateAt');
const plans = replanned.extend({
  id: text(),
  /** The occurrence that it spoke of, or (when `said` is false) would have. */
  occurrence: instant(),
  said: bool(),
});

/** `nagged`: number of repetitions for this occurrence at `snoozedUntil`; 0: that is no repetition. */
export type NextPlan = ItemOf<typeof plans>;

export async function planNext(tx: Transaction, next: readonly NextPlan[], now: Instant): Promise<void> {
  await tx.query(
    ...render(sql`
    update reminders r
       set ${replanned.sets}, firing = r.firing + 1,
           last_occurrence = case when d.held_since is null then greatest(r.last_occurrence, d.occurrence)
                                  else r.last_occurrence end,
           last_at = case when d.said then ${now} else r.last_at end
      from ${plans.unnest(next)}
     where r.id = d.id`),
  );
}

// Seen, and who is told where nobody presses it.

export async function lockAnybodys(tx: Transaction, id: string): Promise<Reminder | undefined> {
  return reminders.readAll((await tx.query('select * from reminders where id = $1 for update', [id])).rows)[0];
}

interface EndedAsking {
  /** When somebody else was to be told, the earliest. */
  escalateAt: Instant | undefined;
  /** Texts that were never told, since quiet hours held them. */
  held: string[];
}

/** Ends what waits for Seen under these sources. */
export async function endOfSources(tx: Transaction, sources: readonly string[], now: Instant): Promise<EndedAsking> {
  const { rows } = await tx.query<{ at: Date | null; text: string; is_held: boolean }>(
    `update reminders r
        set state = 'deleted', escalate_at = null, changed_at = $2, version = r.version + 1
       from (select id, escalate_at from reminders where source = any($1) and state = 'pending' order by seq for update) old
      where r.id = old.id returning old.escalate_at as at, r.text, r.last_occurrence is null as is_held`,
    [sources, now],
  );
  const times = rows.flatMap(({ at }) => at?.getTime() ?? []);
  return {
    escalateAt: times.length === 0 ? undefined : new Date(Math.min(...times)),
    held: rows.flatMap(({ text, is_held: isHeld }) => (isHeld ? [text] : [])),
  };
}

/** True if another finding of `source` waits: one of each waits for Seen at a time. */
export async function isReplaced(tx: Transaction, { id, source }: Pick<Reminder, 'id' | 'source'>): Promise<boolean> {
  if (source === undefined) return false;
  const { rows } = await tx.query(`select from reminders where source = $1 and state = 'pending' and id <> $2`, [
    source,
    id,
  ]);
  return rows.length > 0;
}

interface Redirection {
  targetId: string | undefined;
  urgent: boolean;
  nag: number;
  thenTarget: string | undefined;
  thenMinutes: number | undefined;
}

/** Changes how what waits under these sources is told; returns when somebody else is told, the earliest. */
export async function redirectSources(
  tx: Transaction,
  sources: readonly string[],
  { targetId, urgent, nag, thenTarget, thenMinutes }: Redirection,
  now: Instant,
): Promise<Instant | undefined> {
  const { rows } = await tx.query<{ at: Date | null }>(
    `update reminders
        set target_id = $2, urgent = $3, nag_minutes = $4, then_target = $5,
            -- whoever was told of it already is not told again
            then_minutes = case when $6::int is null then null
                                when then_minutes is null and then_target is not distinct from $5 then null else $6 end,
            escalate_at = case when $6::int is null then null
                               when then_minutes is null and then_target is not distinct from $5 then null
                               when last_occurrence is null then escalate_at
                               else coalesce(escalate_at, $7::timestamptz + $6::int * interval '1 minute') end,
            changed_at = $7, version = version + 1
      where source = any($1) and state = 'pending' returning escalate_at as at`,
    [sources, targetId ?? null, urgent, nag, thenTarget ?? null, thenMinutes ?? null, now],
  );
  const times = rows.flatMap(({ at }) => at?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

export const EARLIEST_ESCALATION = `(select escalate_at from reminders
  where state = 'pending' and escalate_at is not null order by escalate_at limit 1)`;

export interface UnansweredReminder extends Reminder {
  personName: string;
  quiet: QuietHours | undefined;
}

/** Claims up to `limit` that nobody has answered by `now`, and holds them until `tx` ends; others look past them. */
export async function claimUnanswered(tx: Transaction, now: Instant, limit: number): Promise<UnansweredReminder[]> {
  const { rows } = await tx.query<StoredRow & QuietColumns & { person_name: string }>(
    `with due as (
       select * from reminders where state = 'pending' and escalate_at <= $1 order by escalate_at limit ${limit}
          for update skip locked
     )
     select due.*, p.name as person_name, ${QUIET_COLUMNS} from due join persons p on p.id = due.person_id
      order by due.escalate_at, due.seq`,
    [now],
  );
  return rows.map((row) => {
    const reminder = reminders.read(row);
    return { ...reminder, personName: row.person_name, quiet: quietOf(row, reminder.zone) };
  });
}

const escalated = reminders.pick('id', 'escalateAt', 'thenMinutes');

export async function planEscalations(tx: Transaction, next: readonly ItemOf<typeof escalated>[]): Promise<void> {
  await tx.query(
    ...render(
      sql`update reminders r set escalate_at = d.escalate_at, then_minutes = d.then_minutes from ${escalated.unnest(next)} where r.id = d.id`,
    ),
  );
}

function onlyRow<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('a statement that must give a row gave none');
  return row;
}

export const mergeRules: readonly MergeRule[] = [
  { what: 'reminder', sql: `update reminders set person_id = $2 where person_id = $1 and state = 'pending'` },
  { sql: 'update reminders set person_id = $2 where person_id = $1' },
];
