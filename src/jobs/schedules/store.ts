import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import { type Database, json, type Queryable, type Transaction } from '../../storage/index.ts';

export type MissedPolicy = 'skip' | 'latest' | 'all';

/** When the next schedule that enqueues jobs of these kinds fires; `null` when none will. */
export function earliest(kinds: readonly string[]): string {
  const names = kinds.map((kind) => `'${kind.replaceAll("'", "''")}'`);
  return `select min(next_at) from schedules where enabled and next_at is not null and kind in (${names.join(', ') || 'null'})`;
}

export interface ScheduleRow {
  id: string;
  name: string;
  kind: string;
  payload: Json;
  rule: string;
  zone: string;
  missed: MissedPolicy;
  next_at: Instant;
}

export interface ListedRow {
  name: string;
  kind: string;
  payload: Json;
  source: string;
  zone: string;
  enabled: boolean;
  next_at: Instant | null;
  off_until: Instant | null;
  last_started_at: Instant | null;
  last_ended_at: Instant | null;
  last_error: string | null;
  failures: number;
}

export interface NewSchedule {
  id: string;
  name: string;
  kind: string;
  payload: Json;
  source: string;
  rule: string;
  zone: string;
  missed: MissedPolicy;
  personId: string | undefined;
  nextAt: Instant | undefined;
  enabled: boolean | undefined;
  standard: boolean;
}

/**
 * Adds a schedule; one of that name whose rule or zone has changed is set anew, any other is left where it stands. One that
 * was switched off stays off unless `enabled` says otherwise; what was off goes on with the first occurrence to come.
 */
export function put(tx: Transaction, schedule: NewSchedule, now: Instant): void {
  tx.send(
    `insert into schedules as s (id, name, kind, payload, rule, zone, missed, person_id, next_at, created_at, source, enabled)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce($12::boolean, $13))
     on conflict (name) do update
        set kind = excluded.kind, payload = excluded.payload, source = excluded.source, zone = excluded.zone,
            missed = excluded.missed, version = s.version + 1,
            rule = case when s.source = excluded.source and s.zone = excluded.zone then s.rule else excluded.rule end,
            enabled = coalesce($12::boolean, s.toggled, $13),
            next_at = case when s.source = excluded.source and s.zone = excluded.zone and s.enabled then s.next_at
                           else excluded.next_at end`,
    [
      schedule.id,
      schedule.name,
      schedule.kind,
      json(schedule.payload),
      schedule.rule,
      schedule.zone,
      schedule.missed,
      schedule.personId ?? null,
      schedule.nextAt ?? null,
      now,
      schedule.source,
      schedule.enabled ?? null,
      schedule.standard,
    ],
  );
}

/** The known ones of these schedules, by name, locked in one order: somebody may be switching one of them off. */
export async function knownSchedules(
  tx: Transaction,
  all: readonly (Pick<NewSchedule, 'name' | 'kind' | 'payload' | 'source' | 'zone' | 'missed'> & {
    enabled?: boolean | undefined;
    standard: boolean;
  })[],
): Promise<Map<string, { isUnchanged: boolean; offUntil: Instant | undefined }>> {
  const { rows } = await tx.query<{ name: string; unchanged: boolean; off_until: Instant | null }>(
    `select s.name, s.off_until,
            s.kind = put.kind and s.payload = put.payload::jsonb and s.source = put.source and s.zone = put.zone
              and s.missed = put.missed and s.enabled = coalesce(put.enabled, s.toggled, put.standard) as unchanged
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::bool[])
              as put (name, kind, payload, source, zone, missed, enabled, standard)
       join schedules s on s.name = put.name
      order by s.name for update of s`,
    [
      all.map(({ name }) => name),
      all.map(({ kind }) => kind),
      all.map(({ payload }) => JSON.stringify(payload)),
      all.map(({ source }) => source),
      all.map(({ zone }) => zone),
      all.map(({ missed }) => missed),
      all.map(({ enabled }) => enabled ?? null),
      all.map(({ standard }) => standard),
    ],
  );
  return new Map(
    rows.map(({ name, unchanged, off_until: offUntil }) => [
      name,
      { isUnchanged: unchanged, offUntil: offUntil ?? undefined },
    ]),
  );
}

export async function remove(tx: Transaction, name: string): Promise<boolean> {
  return (await tx.query('delete from schedules where name = $1', [name])).count > 0;
}

export async function list(tx: Queryable, personId: string | undefined): Promise<ListedRow[]> {
  const { rows } = await tx.query<ListedRow>(
    `select name, kind, payload, source, zone, enabled, case when enabled then next_at end as next_at, off_until,
            last_started_at, last_ended_at, last_error, failures from schedules
      where person_id is not distinct from $1 and name is not null order by name`,
    [personId ?? null],
  );
  return rows;
}

export async function find(tx: Transaction, name: string): Promise<{ rule: string; zone: string } | undefined> {
  const sql = 'select rule, zone from schedules where name = $1 for update';
  return (await tx.query<{ rule: string; zone: string }>(sql, [name])).rows[0];
}

export async function toggle(
  tx: Transaction,
  name: string,
  { enabled, nextAt, offUntil }: { enabled: boolean; nextAt: Instant | undefined; offUntil: Instant | undefined },
): Promise<void> {
  await tx.query(
    `update schedules
        set enabled = $2, toggled = $2, next_at = $3, off_until = $4, failures = 0, told = false
      where name = $1`,
    [name, enabled, nextAt ?? null, offUntil ?? null],
  );
}

/** Takes what is due of these kinds, earliest first, and holds it until `tx` ends; others look past it. */
export async function claimDue(
  tx: Transaction,
  kinds: readonly string[],
  now: Instant,
  limit: number,
): Promise<ScheduleRow[]> {
  const { rows } = await tx.query<ScheduleRow>(
    `select id, name, kind, payload, rule, zone, missed, next_at from schedules
      where enabled and next_at <= $1 and kind = any ($2) order by next_at limit ${limit} for update skip locked`,
    [now, kinds],
  );
  return rows;
}

/** Writes occurrences; returns those that are new, so that each is carried out once whoever comes to it. */
export async function addOccurrences(tx: Transaction, scheduleId: string, at: readonly Instant[]): Promise<Instant[]> {
  const { rows } = await tx.query<{ at: Instant }>(
    `insert into occurrences (schedule_id, at) select $1, unnest($2::timestamptz[])
     on conflict do nothing returning at`,
    [scheduleId, at],
  );
  return rows.map((row) => row.at);
}

export async function isBusy(tx: Transaction, { kind, name }: ScheduleRow): Promise<boolean> {
  const { rows } = await tx.query(
    `select from jobs where kind = $1 and state in ('pending', 'running') and payload ->> 'schedule' = $2 limit 1`,
    [kind, name],
  );
  return rows.length > 0;
}

export const MANY_FAILURES = 3;

/** Notes what became of a run; returns how many have failed in a row. */
export async function recordRun(
  database: Database,
  name: string,
  { startedAt, endedAt, error }: { startedAt: Instant; endedAt: Instant; error: string | undefined },
): Promise<number> {
  const { rows } = await database.run<{ failures: number }>(
    'schedules.note',
    `update schedules
        set last_started_at = $2, last_ended_at = $3, last_error = $4,
            failures = case when $4::text is null then 0 else failures + 1 end,
            told = told and $4::text is not null
      where name = $1 returning failures`,
    [name, startedAt, endedAt, error ?? null],
  );
  return rows[0]?.failures ?? 0;
}

export const earliestFailing = `select min(last_ended_at) from schedules where failures >= ${MANY_FAILURES} and not told`;

export interface FailingTask {
  name: string;
  failures: number;
  error: string;
  at: Instant;
}

export async function takeFailing(tx: Transaction): Promise<FailingTask[]> {
  const { rows } = await tx.query<FailingTask>(
    `with failing as (
       select id from schedules where failures >= ${MANY_FAILURES} and not told for update skip locked
     )
     update schedules s set told = true from failing f where s.id = f.id
     returning s.name, s.failures, coalesce(s.last_error, '') as error, s.last_ended_at as at`,
  );
  return rows;
}

export async function planNext(tx: Transaction, id: string, nextAt: Instant | undefined): Promise<void> {
  await tx.query('update schedules set next_at = $2, off_until = null where id = $1', [id, nextAt ?? null]);
}

export const deletionRules = [{ sql: 'delete from schedules where person_id = $1' }] as const;

export const mergeRules = [{ sql: 'update schedules set person_id = $2 where person_id = $1' }] as const;

export async function overdueSchedules(
  database: Database,
  kinds: readonly string[],
  instant: Instant,
): Promise<{ name: string | null; kind: string; nextAt: Instant }[]> {
  const { rows } = await database.read<{ name: string | null; kind: string; nextAt: Instant }>(
    `select name, kind, next_at as "nextAt" from schedules
      where enabled and next_at < $1 and kind = any($2::text[]) order by next_at limit 20`,
    [instant, kinds],
  );
  return rows;
}
