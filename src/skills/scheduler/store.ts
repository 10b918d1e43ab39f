import { numberedLists } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { adopt, conversations, earliestEnded, takeEnded } from '../../delivery/index.ts';
import { type MergeRule, QUIET_COLUMNS, type QuietColumns, type QuietHours, quietOf } from '../../people/index.ts';
import {
  bigint,
  Columns,
  type Database,
  type ItemOf,
  instant,
  int,
  json,
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
import { type Memory, memory } from './watch/evaluate.ts';

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

const isAsking = ({ state, offUntil, telling }: Wish) =>
  state === 'on' && offUntil === undefined && telling?.seen !== undefined;
const isAskingLater = ({ offUntil, telling }: Wish) => offUntil !== undefined && telling?.seen !== undefined;
const watchOf = ({ watch }: Wish) => (watch === undefined ? null : json(watch));

/** Stores what the person has changed; the version grows by one, and what failed before counts no more. */
export async function saveSchedule(tx: Transaction, id: string, wish: Wish): Promise<void> {
  await tx.query(
    ...render(sql`
    update person_schedules
       set (${saved.names}) = row (${saved.values(wish)}), version = version + 1, failures = 0, told = false,
           -- what is under way belongs to what it did before
           running = case when watch is not distinct from ${watchOf(wish)}::jsonb then running end,
           -- another rule begins anew, but knows what it has seen and what was told of that
           memory = case when watch is not distinct from ${watchOf(wish)}::jsonb then memory
                         when watch -> 'source' is distinct from ${watchOf(wish)}::jsonb -> 'source' then '{}'
                         else memory - '{met,streak,calm,flapping,recent,day,broken}'::text[] end
                    -- nor does one that comes back, of which nothing waits for Seen any more
                    - case when state <> 'on' and ${isAsking(wish)} or ${isAskingLater(wish)}
                           then '{met,told,broken}' else '{}' end::text[]
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

export async function hasSchedules(db: Queryable, personId: string): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from person_schedules where person_id = $1 and state in ('on', 'off') limit 1`,
    [personId],
  );
  return rows.length > 0;
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
  {
    id: string;
    title: string;
    person: string;
    state: ScheduleState;
    zone: string;
    nextAt: Instant | null;
    offUntil: Instant | null;
  }[]
> {
  const { rows } = await db.query<Awaited<ReturnType<typeof listOfEverybody>>[number]>(
    `select s.id, s.title, p.name as person, s.state, s.zone, s.next_at as "nextAt",
            s.off_until as "offUntil"
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
            exists (select from inbox i where i.id = due.running and i.state in ('received', 'waiting'))
              or exists (select from schedule_runs r where r.id = due.running and r.state in ('waiting', 'running')) as busy
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
  /** The inbox row of its turn, or the run that looks; undefined: none was begun. */
  turn: optional(uuid()),
});

/** Plans on, as a set. A schedule for once that began nothing is over, and a series whose last occurrence began nothing. */
export async function planNext(tx: Transaction, fired: readonly ItemOf<typeof firing>[], now: Instant): Promise<void> {
  await tx.query(
    ...render(sql`
    update person_schedules s
       set next_at = d.next_at, off_until = null, running = coalesce(d.turn, s.running), firing = s.firing + 1,
           last_at = case when d.turn is null then s.last_at else ${now}::timestamptz end,
           last_outcome = case when d.turn is null then 'skipped' else s.last_outcome end,
           state = case when d.turn is null and (s.rule is null or d.next_at is null and s.running is null) then 'done'
                       else s.state end
      from ${firing.unnest(fired)}
     where s.id = d.id`),
  );
}

/** Runs of one schedule that are kept. */
const KEPT = 200;

/** Notes what became of up to `limit` turns that have ended, and deletes the oldest runs; returns of how many. */
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
     ), noted as (
       update schedule_runs r
          set state = e.state, error = e.error, ended_at = e.finished_at,
              told_in = case when e.state = 'done' then i.conversation_id end,
              -- by the index of the conversation and the time
              cost = (select sum(u.price) from turns t join usage u on u.turn_id = t.id
                       where t.inbox_id = e.id and u.conversation_id = i.conversation_id and u.at >= e.received_at)
         from ended e join inbox i on i.id = e.id
        where r.turn_id = e.id and r.ended_at is null
       returning r.schedule_id
     ), pruned as (
       delete from schedule_runs old
        using (select distinct schedule_id from noted) n
        cross join lateral (select k.id from schedule_runs k where k.schedule_id = n.schedule_id
                             order by k.id desc offset ${KEPT} limit 1) edge
        where old.schedule_id = n.schedule_id and old.digest_at is null and old.id <= edge.id
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

// Runs.

export type RunState = 'waiting' | 'running' | 'done' | 'failed' | 'expired' | 'cancelled' | 'interrupted';

export const runs = new Columns({
  id: uuid(),
  scheduleId: text(),
  personId: uuid(),
  key: text(),
  occurrence: instant(),
  state: text<RunState>(),
  turnId: optional(uuid()),
  attempts: int(),
  begunAt: optional(instant()),
  endedAt: optional(instant()),
  output: optional(text()),
  outputBytes: optional(bigint()),
  error: optional(text()),
  finding: optional(text()),
  told: optional(text()),
  toldIn: optional(uuid()),
  /** Told then, with what else was found. */
  digestAt: optional(instant()),
  cost: optional({ type: 'float8', read: (stored) => stored as number, write: (value: number) => value }),
});

export type ScheduleRun = ItemOf<typeof runs>;

const addedRun = runs.pick('id', 'scheduleId', 'personId', 'key', 'occurrence', 'state', 'turnId', 'begunAt');

/** Adds runs whose key is not there yet; returns the ids of those that were added. */
export async function insertRuns(tx: Transaction, fresh: readonly ItemOf<typeof addedRun>[]): Promise<Set<string>> {
  if (fresh.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    ...render(sql`
    insert into schedule_runs (${addedRun.names}) select ${addedRun.names} from ${addedRun.unnest(fresh)}
    on conflict (key) do nothing returning id`),
  );
  return new Set(rows.map(({ id }) => id));
}

export interface LockedRun {
  run: ScheduleRun;
  schedule: PersonSchedule;
  spaceId: string;
}

/** The run and its schedule, held until `tx` ends. A lock of the schedule comes first: all runs of it take it in this order. */
export async function lockRun(tx: Transaction, id: string): Promise<LockedRun | undefined> {
  const { rows: scheduleRows } = await tx.query<StoredRow & { space_id: string }>(
    `select * from person_schedules where id = (select schedule_id from schedule_runs where id = $1) for update`,
    [id],
  );
  const [row] = scheduleRows;
  const { rows } = await tx.query(`select * from schedule_runs where id = $1 for update`, [id]);
  const [run] = runs.readAll(rows);
  return row && run ? { run, schedule: schedules.read(row), spaceId: row.space_id } : undefined;
}

export async function memoryOf(tx: Transaction, scheduleId: string): Promise<Memory> {
  const { rows } = await tx.query<{ memory: unknown }>('select memory from person_schedules where id = $1', [
    scheduleId,
  ]);
  return memory.catch({}).parse(rows[0]?.memory ?? {});
}

export async function markRunning(tx: Transaction, id: string, now: Instant): Promise<void> {
  await tx.query(
    `update schedule_runs set state = 'running', attempts = attempts + 1, begun_at = coalesce(begun_at, $2) where id = $1`,
    [id, now],
  );
}

/** A run that may go well later waits for its next attempt. */
export async function markWaiting(tx: Transaction, id: string, error: string): Promise<void> {
  await tx.query(`update schedule_runs set state = 'waiting', error = $2 where id = $1 and state = 'running'`, [
    id,
    error,
  ]);
}

const endedRun = runs.pick(
  'state',
  'output',
  'outputBytes',
  'error',
  'finding',
  'told',
  'toldIn',
  'turnId',
  'endedAt',
  'digestAt',
);

export async function endRun(tx: Transaction, id: string, as: ItemOf<typeof endedRun>): Promise<void> {
  await tx.query(
    ...render(sql`update schedule_runs set (${endedRun.names}) = row (${endedRun.values(as)}) where id = ${id}`),
  );
}

/** A rule for once has looked; a hook has no time, and is never over. */
const IS_OVER = `rule is null and next_at is null and watch -> 'source' ->> 'kind' is distinct from 'hook'`;

export interface EndedLook {
  scheduleId: string;
  runId: string;
  memory: Memory | undefined;
  outcome: RunState;
  error: string | undefined;
  ms: number;
  /** Earlier than planned, where what was seen asks for that. */
  lookAt: Instant | undefined;
}

/** Notes what came of a run in its schedule, and deletes the oldest runs. Its person was told: no owner is told again. */
export async function noteLook(tx: Transaction, look: EndedLook): Promise<void> {
  const { scheduleId, runId, outcome, error, ms, lookAt } = look;
  await tx.query(
    `update person_schedules s
        set running = case when running = $2 then null else running end, memory = coalesce($3::jsonb, memory),
            last_outcome = $4, last_error = $5, last_ms = $6, told = true,
            failures = case when $4 = 'failed' then failures + 1 when $4 = 'done' then 0 else failures end,
            next_at = case when state = 'on' and $7::timestamptz >= coalesce(off_until, $7::timestamptz)
                           then least(next_at, $7::timestamptz) else next_at end,
            state = case when state = 'on' and ${IS_OVER} then 'done' else state end
      where id = $1`,
    [
      scheduleId,
      runId,
      look.memory === undefined ? null : json(look.memory),
      outcome,
      error ?? null,
      ms,
      lookAt ?? null,
    ],
  );
  await tx.query(
    `delete from schedule_runs where schedule_id = $1 and digest_at is null and id <= (
       select id from schedule_runs where schedule_id = $1 order by id desc offset ${KEPT} limit 1)`,
    [scheduleId],
  );
}

/** Ends what a schedule waits for, without an outcome. */
export async function releaseRun(tx: Transaction, scheduleId: string, runId: string): Promise<void> {
  await tx.query(
    `update person_schedules
        set running = null, state = case when state = 'on' and ${IS_OVER} then 'done' else state end
      where id = $1 and (running = $2 or running is null)`,
    [scheduleId, runId],
  );
}

/** Cost of the turns of these schedules since `since`, by schedule. */
export async function costsSince(db: Queryable, ids: readonly string[], since: Instant): Promise<Map<string, number>> {
  const { rows } = await db.query<{ id: string; cost: number }>(
    `select schedule_id as id, sum(cost)::float8 as cost from schedule_runs
      where schedule_id = any($1) and occurrence >= $2 and cost is not null group by schedule_id`,
    [ids, since],
  );
  return new Map(rows.map(({ id, cost }) => [id, cost]));
}

// Digests.

export const EARLIEST_DIGEST = `select digest_at from schedule_runs
  where digest_at is not null order by digest_at limit 1`;

export interface GatheredRun {
  run: ScheduleRun;
  schedule: PersonSchedule;
}

/**
 * Claims the gathered runs of up to `persons` people whose time has come, all of each: a second process waits for the first,
 * and finds nothing then, so that no digest is split between them.
 */
export async function claimGathered(tx: Transaction, now: Instant, persons: number): Promise<GatheredRun[]> {
  const { rows } = await tx.query(
    `select * from schedule_runs
      where digest_at <= $1 and person_id in (
        select distinct person_id from schedule_runs where digest_at <= $1 order by person_id limit ${persons})
      order by id for update`,
    [now],
  );
  const due = runs.readAll(rows);
  const ids = [...new Set(due.map(({ scheduleId }) => scheduleId))];
  const result = await tx.query('select * from person_schedules where id = any($1)', [ids]);
  const byId = new Map(schedules.readAll(result.rows).map((schedule) => [schedule.id, schedule]));
  return due.flatMap((run) => {
    const schedule = byId.get(run.scheduleId);
    return schedule ? [{ run, schedule }] : [];
  });
}

const toldRun = runs.pick('id', 'toldIn');
export type ToldRun = ItemOf<typeof toldRun>;

export async function noteDigests(
  tx: Transaction,
  due: readonly GatheredRun[],
  toldRuns: readonly ToldRun[],
): Promise<void> {
  await tx.query(`update schedule_runs set digest_at = null, finding = 'dropped' where id = any($1::uuid[])`, [
    due.map(({ run }) => run.id),
  ]);
  if (toldRuns.length === 0) return;
  await tx.query(
    ...render(sql`
    update schedule_runs r set finding = 'told', told_in = d.told_in from ${toldRun.unnest(toldRuns)} where r.id = d.id`),
  );
}

/** The lines that files of agents have planned, by their origin. */
export async function fromFiles(tx: Queryable): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ origin: string; line: string }>(
    'select origin, origin_line as line from person_schedules where origin is not null',
  );
  return new Map(rows.map(({ origin, line }) => [origin, line]));
}

/** Deletes what these lines had planned; returns the ids of that. */
export async function dropFromFiles(tx: Transaction, origins: readonly string[]): Promise<string[]> {
  if (origins.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `update person_schedules set state = 'deleted', next_at = null, origin = null, version = version + 1
      where origin = any($1) returning id`,
    [origins],
  );
  return rows.map(({ id }) => id);
}

export async function noteOrigin(
  tx: Transaction,
  id: string,
  { origin, line }: { origin: string; line: string },
): Promise<void> {
  await tx.query('update person_schedules set origin = $2, origin_line = $3 where id = $1', [id, origin, line]);
}

/** Schedules of a person that look at a field of this hook. */
export async function watchersOf(
  tx: Transaction,
  { personId, hook, now }: { personId: string; hook: string; now: Instant },
): Promise<PersonSchedule[]> {
  const { rows } = await tx.query(
    `select * from person_schedules
      where person_id = $1 and state = 'on' and watch -> 'source' ->> 'kind' = 'hook' and watch -> 'source' ->> 'hook' = $2
        and (off_until is null or off_until <= $3)
      order by id`,
    [personId, hook, now],
  );
  return schedules.readAll(rows);
}

export interface ListedRun {
  id: string;
  state: string;
  at: Instant;
  begunAt: Instant | null;
  endedAt: Instant | null;
  error: string | null;
  output: string | null;
  finding: string | null;
  told: string | null;
  /** `adapter:channel` of the place in which it was told. */
  toldIn: string | null;
  /** Its name, or that of the person of a direct conversation. */
  toldName: string | null;
  cost: number | null;
}

/** The newest runs of a person's schedule. */
export async function listRuns(
  db: Queryable,
  { personId, schedule, limit }: { personId: string; schedule: string; limit: number },
): Promise<ListedRun[]> {
  const { rows } = await db.query<ListedRun>(
    `select r.id, r.state, r.occurrence as at, r.begun_at as "begunAt", r.ended_at as "endedAt", r.error, r.output, r.finding,
            r.told, c.adapter || ':' || c.channel as "toldIn",
            coalesce(${conversations.PLACE_NAME('c')}, p.name) as "toldName", r.cost
       from schedule_runs r left join conversations c on c.id = r.told_in left join persons p on p.id = c.person_id
      where r.person_id = $1 and r.schedule_id = $2 order by r.id desc limit $3`,
    [personId, schedule, limit],
  );
  return rows;
}

export const lists = numberedLists('schedule');

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update schedule_runs set person_id = $2 where person_id = $1' },
  {
    what: 'schedule',
    sql: `update person_schedules set person_id = $2 where person_id = $1 and state in ('on', 'off')`,
  },
  { sql: 'update person_schedules set person_id = $2 where person_id = $1' },
];
