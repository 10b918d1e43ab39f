import type { Instant } from '../../base/clock.ts';
import { adopt, earliestEnded, takeEnded } from '../../delivery/index.ts';
import {
  type DeletionRule,
  type MergeRule,
  QUIET_COLUMNS,
  type QuietColumns,
  type QuietHours,
  quietOf,
} from '../../people/index.ts';
import {
  Columns,
  type Database,
  type ItemOf,
  instant,
  optional,
  type Queryable,
  render,
  type StoredRow,
  sql,
  type Transaction,
  text,
  uuid,
} from '../../storage/index.ts';
import { type PersonSchedule, type ScheduleState, saved, schedules, type Wish } from './schedule.ts';

const inserted = schedules.pick('id', 'personId', ...saved.keys);

/** Undefined, and nothing is stored, when the person has `most` already. */
export async function insertSchedule(
  tx: Transaction,
  schedule: ItemOf<typeof inserted>,
  most: number,
  now: Instant,
): Promise<PersonSchedule | undefined> {
  const { personId, conversationId } = schedule;
  const { rows } = await tx.query(
    ...render(sql`
    insert into person_schedules (${inserted.names}, space_id, created_at)
    select ${inserted.values(schedule)}, c.space_id, ${now} from conversations c
     where c.id = ${conversationId}
       and (select count(*) from person_schedules where person_id = ${personId} and state in ('on', 'off')) < ${most}
    returning *`),
  );
  return schedules.readAll(rows)[0];
}

export async function hasTwin(tx: Queryable, id: string): Promise<boolean> {
  const { rows } = await tx.query<{ rule: string | null; other: string | null }>(
    `select made.rule, other.rule as other from person_schedules made
       join person_schedules other on other.person_id = made.person_id and other.id <> made.id
      where made.id = $1 and other.state in ('on', 'off') and other.title = made.title
        and other.prompt is not distinct from made.prompt and other.zone = made.zone
        and (made.rule is not null or other.next_at = made.next_at)`,
    [id],
  );
  return rows.some(({ rule, other }) => timesOf(rule) === timesOf(other));
}

/** A series without the day that it began on; of one within the day also without the instant, which was that of its making. */
function timesOf(rule: string | null): string | undefined {
  const begins = /FREQ=(?:HOURLY|MINUTELY)/.test(rule ?? '') ? /DTSTART[^\n]*/ : /(?<![^\n])(DTSTART[^\n]*?)\d{8}(?=T)/;
  return rule?.replace(begins, (_, before?: string) => (typeof before === 'string' ? before : ''));
}

/** Stores what the person has changed; the version grows by one, and what failed before counts no more. */
export async function saveSchedule(tx: Transaction, id: string, wish: Wish): Promise<void> {
  await tx.query(
    ...render(sql`
    update person_schedules
       set (${saved.names}) = row (${saved.values(wish)}), version = version + 1, failures = 0, told = false
     where id = ${id}`),
  );
}

export async function listSchedules(tx: Queryable, personId: string): Promise<PersonSchedule[]> {
  const { rows } = await tx.query(
    `select * from person_schedules where person_id = $1 and state in ('on', 'off') order by seq`,
    [personId],
  );
  return schedules.readAll(rows);
}

export async function listMadeBefore(
  db: Queryable,
  { personId, seq, limit }: { personId: string; seq: number; limit: number },
): Promise<{ schedule: PersonSchedule; seq: number }[]> {
  const { rows } = await db.query<StoredRow & { seq: number }>(
    `select * from person_schedules where person_id = $1 and state in ('on', 'off') and seq < $2
      order by seq desc limit $3`,
    [personId, seq, limit],
  );
  return rows.map((row) => ({ schedule: schedules.read(row), seq: row.seq }));
}

export async function findById(tx: Queryable, personId: string, id: string): Promise<PersonSchedule | undefined> {
  const { rows } = await tx.query('select * from person_schedules where person_id = $1 and id = $2', [personId, id]);
  return schedules.readAll(rows)[0];
}

/** Schedules of everybody, the newest first, with their persons. */
export async function listOfEverybody(
  db: Queryable,
  limit: number,
): Promise<
  { id: string; title: string; person: string; state: ScheduleState; zone: string; nextAt: Instant | null }[]
> {
  const { rows } = await db.query<Awaited<ReturnType<typeof listOfEverybody>>[number]>(
    `select s.id, s.title, p.name as person, s.state, s.zone, s.next_at as "nextAt"
       from person_schedules s join persons p on p.id = s.person_id
      where s.state in ('on', 'off') order by s.seq desc limit $1`,
    [limit],
  );
  return rows;
}

export async function findOfAnybody(tx: Queryable, id: string): Promise<PersonSchedule | undefined> {
  return schedules.readAll((await tx.query('select * from person_schedules where id = $1', [id])).rows)[0];
}

/** Not `min`: where the planner expects few, it would read all. */
export const EARLIEST = `select next_at from person_schedules
  where state = 'on' and next_at is not null order by next_at limit 1`;

/** By this name the turns that occurrences begin are planned. */
export const PLANNER = 'scheduler';

/** Since when a turn has ended that nobody has looked at. */
export const EARLIEST_ENDED = earliestEnded(PLANNER);

export interface Due extends PersonSchedule {
  /** The turn of an earlier occurrence runs, waits, or waits for the person's decision. */
  isBusy: boolean;
  quiet: QuietHours | undefined;
}

/** Claims up to `limit` that are due at `now`, earliest first, and holds them until `tx` ends; others look past them. */
export async function claimDue(tx: Transaction, now: Instant, limit: number): Promise<Due[]> {
  const { rows } = await tx.query<StoredRow & QuietColumns & { busy: boolean }>(
    `with due as (
       select * from person_schedules where state = 'on' and next_at <= $1 order by next_at limit ${limit}
          for update skip locked
     )
     select due.*, ${QUIET_COLUMNS},
            exists (select from inbox i where i.id = due.running and i.state in ('received', 'waiting')) as busy
       from due join persons p on p.id = due.person_id order by due.next_at, due.seq`,
    [now],
  );
  return rows.map((row) => {
    const schedule = schedules.read(row);
    return { ...schedule, isBusy: row.busy, quiet: quietOf(row, schedule.zone) };
  });
}

const firing = new Columns({
  id: text(),
  nextAt: optional(instant()),
  /** The inbox row of its turn; undefined: none was begun. */
  turn: optional(uuid()),
});

/** Plans on, as a set. A schedule for once that began nothing is over, and a series whose last occurrence began nothing. */
export async function planNext(tx: Transaction, fired: readonly ItemOf<typeof firing>[], now: Instant): Promise<void> {
  await tx.query(
    ...render(sql`
    update person_schedules s
       set next_at = d.next_at, running = coalesce(d.turn, s.running), firing = s.firing + 1,
           last_at = case when d.turn is null then s.last_at else ${now}::timestamptz end,
           last_outcome = case when d.turn is null then 'skipped' else s.last_outcome end,
           state = case when d.turn is null and (s.rule is null or d.next_at is null and s.running is null) then 'done'
                       else s.state end
      from ${firing.unnest(fired)}
     where s.id = d.id`),
  );
}

/** Notes what became of up to `limit` turns that have ended; returns of how many. */
export async function settleEnded(database: Database, limit: number): Promise<number> {
  const { rows } = await database.run<{ count: number }>(
    'scheduler.settle',
    `with ended as (${takeEnded(PLANNER, limit)}), settled as (
       update person_schedules s
          set running = null, last_outcome = e.state, last_error = e.error,
              last_ms = extract(epoch from e.finished_at - e.received_at) * 1000,
              failures = case when e.state in ('failed', 'expired') then s.failures + 1
                              when e.state = 'done' then 0 else s.failures end,
              told = s.told and e.state <> 'done',
              state = case when s.state = 'on' and s.next_at is null then 'done' else s.state end
         from ended e where s.running = any(array(select id from ended)) and s.running = e.id
     )
     select count(*)::int as count from ended`,
  );
  return rows[0]?.count ?? 0;
}

/** Turns that an older version has begun are looked at like the others. Returns how many there were. */
export function adoptTurns(database: Database): Promise<number> {
  return adopt(database, PLANNER, 'select running from person_schedules where running is not null');
}

/** When one of them, or one that `others` (a scalar subquery) knows of, has failed so often that an owner has to know. */
export const earliestFailing = (others: string): string =>
  `select least((select min(last_at) from person_schedules where failures >= 3 and not told), (${others}))`;

export interface Failing {
  id: string;
  personName: string;
  failures: number;
  error: string | null;
  /** When the last of them began. */
  at: Instant;
}

/** Takes those of which no owner knows yet: from now on one does. */
export async function takeFailing(tx: Transaction): Promise<Failing[]> {
  const { rows } = await tx.query<{
    id: string;
    name: string;
    failures: number;
    last_error: string | null;
    last_at: Date;
  }>(
    `with failing as (
       select id from person_schedules where failures >= 3 and not told order by last_at limit 20 for update skip locked
     )
     update person_schedules s set told = true from failing f, persons p
      where s.id = f.id and p.id = s.person_id
     returning s.id, p.name, s.failures, s.last_error, s.last_at`,
  );
  return rows.map(({ id, name, failures, last_error: error, last_at: at }) => ({
    id,
    personName: name,
    failures,
    error,
    at,
  }));
}

export const mergeRules: readonly MergeRule[] = [
  {
    what: 'schedule',
    sql: `update person_schedules set person_id = $2 where person_id = $1 and state in ('on', 'off')`,
  },
  { sql: 'update person_schedules set person_id = $2 where person_id = $1' },
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from person_schedules where person_id = $1' }];
