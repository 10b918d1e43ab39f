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
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import type { Missed, PersonSchedule, ScheduleState, Wish } from './schedule.ts';

interface Row {
  id: string;
  person_id: string;
  conversation_id: string;
  title: string;
  prompt: string | null;
  run: string | null;
  rule: string | null;
  zone: string;
  missed: Missed;
  state: ScheduleState;
  next_at: Date | null;
  running: string | null;
  last_at: Date | null;
  last_outcome: string | null;
  last_error: string | null;
  last_ms: number | null;
  failures: number;
  tainted: boolean;
  version: number;
  seq: number;
}

function toSchedule(row: Row): PersonSchedule {
  return {
    id: row.id,
    personId: row.person_id,
    conversationId: row.conversation_id,
    title: row.title,
    prompt: row.prompt ?? undefined,
    run: row.run ?? undefined,
    rule: row.rule ?? undefined,
    zone: row.zone,
    missed: row.missed,
    state: row.state,
    nextAt: row.next_at ?? undefined,
    isRunning: row.running !== null,
    lastAt: row.last_at ?? undefined,
    lastOutcome: row.last_outcome ?? undefined,
    lastError: row.last_error ?? undefined,
    lastMs: row.last_ms ?? undefined,
    failures: row.failures,
    tainted: row.tainted,
    version: row.version,
  };
}

/** Undefined, and nothing is stored, when the person has `most` already. */
export async function insert(
  tx: Transaction,
  { id, personId, wish, most }: { id: string; personId: string; wish: Wish; most: number },
  now: Instant,
): Promise<PersonSchedule | undefined> {
  const { rows } = await tx.query<Row>(
    `insert into person_schedules (id, person_id, conversation_id, space_id, title, prompt, run, rule, zone, missed, state,
                                   next_at, tainted, created_at)
     select $1, $2, c.id, c.space_id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 from conversations c
      where c.id = $3
        and (select count(*) from person_schedules where person_id = $2 and state in ('on', 'off')) < $14
     returning *`,
    [id, personId, wish.conversationId, ...columns(wish), now, most],
  );
  return rows.map(toSchedule)[0];
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

const columns = (wish: Wish) => [
  wish.title,
  wish.prompt ?? null,
  wish.run ?? null,
  wish.rule ?? null,
  wish.zone,
  wish.missed,
  wish.state,
  wish.nextAt ?? null,
  wish.tainted,
];

/** Stores what the person has changed; the version grows by one, and what failed before counts no more. */
export async function save(tx: Transaction, id: string, wish: Wish): Promise<void> {
  await tx.query(
    `update person_schedules
        set conversation_id = $2, title = $3, prompt = $4, run = $5, rule = $6, zone = $7, missed = $8, state = $9,
            next_at = $10, tainted = $11, version = version + 1, failures = 0, told = false
      where id = $1`,
    [id, wish.conversationId, ...columns(wish)],
  );
}

export async function list(tx: Queryable, personId: string): Promise<PersonSchedule[]> {
  const { rows } = await tx.query<Row>(
    `select * from person_schedules where person_id = $1 and state in ('on', 'off') order by seq`,
    [personId],
  );
  return rows.map(toSchedule);
}

export async function madeBefore(
  db: Queryable,
  { personId, seq, limit }: { personId: string; seq: number; limit: number },
): Promise<{ schedule: PersonSchedule; seq: number }[]> {
  const { rows } = await db.query<Row>(
    `select * from person_schedules where person_id = $1 and state in ('on', 'off') and seq < $2
      order by seq desc limit $3`,
    [personId, seq, limit],
  );
  return rows.map((row) => ({ schedule: toSchedule(row), seq: row.seq }));
}

export async function byId(tx: Queryable, personId: string, id: string): Promise<PersonSchedule | undefined> {
  const { rows } = await tx.query<Row>('select * from person_schedules where person_id = $1 and id = $2', [
    personId,
    id,
  ]);
  return rows.map(toSchedule)[0];
}

/** Schedules of everybody, the newest first, with their persons. */
export async function everybodys(
  db: Queryable,
  limit: number,
): Promise<
  { id: string; title: string; person: string; state: ScheduleState; zone: string; nextAt: Instant | null }[]
> {
  const { rows } = await db.query<Awaited<ReturnType<typeof everybodys>>[number]>(
    `select s.id, s.title, p.name as person, s.state, s.zone, s.next_at as "nextAt"
       from person_schedules s join persons p on p.id = s.person_id
      where s.state in ('on', 'off') order by s.seq desc limit $1`,
    [limit],
  );
  return rows;
}

export async function anyById(tx: Queryable, id: string): Promise<PersonSchedule | undefined> {
  return (await tx.query<Row>('select * from person_schedules where id = $1', [id])).rows.map(toSchedule)[0];
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
  const { rows } = await tx.query<Row & QuietColumns & { busy: boolean }>(
    `with due as (
       select * from person_schedules where state = 'on' and next_at <= $1 order by next_at limit ${limit}
          for update skip locked
     )
     select due.*, ${QUIET_COLUMNS},
            exists (select from inbox i where i.id = due.running and i.state in ('received', 'waiting')) as busy
       from due join persons p on p.id = due.person_id order by due.next_at, due.seq`,
    [now],
  );
  return rows.map((row) => ({
    ...toSchedule(row),
    isBusy: row.busy,
    quiet: quietOf(row, row.zone),
  }));
}

export interface Fired {
  id: string;
  nextAt: Instant | undefined;
  /** The inbox row of its turn; undefined: none was begun. */
  turn: string | undefined;
}

/** Plans on, as a set. A schedule for once that began nothing is over, and a series whose last occurrence began nothing. */
export async function planNext(tx: Transaction, fired: readonly Fired[], now: Instant): Promise<void> {
  await tx.query(
    `update person_schedules s
        set next_at = d.next_at, running = coalesce(d.turn, s.running), firing = s.firing + 1,
            last_at = case when d.turn is null then s.last_at else $4::timestamptz end,
            last_outcome = case when d.turn is null then 'skipped' else s.last_outcome end,
            state = case when d.turn is null and (s.rule is null or d.next_at is null and s.running is null) then 'done'
                        else s.state end
       from unnest($1::text[], $2::timestamptz[], $3::uuid[]) as d (id, next_at, turn)
      where s.id = d.id`,
    [fired.map(({ id }) => id), fired.map(({ nextAt }) => nextAt ?? null), fired.map(({ turn }) => turn ?? null), now],
  );
}

/** Notes what became of up to `limit` turns that have ended; returns of how many. */
export async function settle(database: Database, limit: number): Promise<number> {
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
export const failing = (others: string): string =>
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
