import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import { json, type Transaction } from '../../storage/index.ts';

export type Missed = 'skip' | 'latest' | 'all';

/** When the next schedule fires; `null` when none will. */
export const EARLIEST = 'select min(next_at) from schedules where enabled and next_at is not null';

export interface ScheduleRow {
  id: string;
  kind: string;
  payload: Json;
  rule: string;
  zone: string;
  missed: Missed;
  next_at: Instant;
}

export interface NewSchedule {
  id: string;
  name: string;
  kind: string;
  payload: Json;
  /** The rule as it was given. */
  source: string;
  rule: string;
  zone: string;
  missed: Missed;
  personId: string | undefined;
  nextAt: Instant | undefined;
}

/** Adds a schedule; one of that name whose rule or zone has changed is set anew, any other is left where it stands. */
export async function put(tx: Transaction, schedule: NewSchedule, now: Instant): Promise<void> {
  await tx.query(
    `insert into schedules as s (id, name, kind, payload, rule, zone, missed, person_id, next_at, created_at, source)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (name) do update
        set kind = excluded.kind, payload = excluded.payload, source = excluded.source, zone = excluded.zone,
            missed = excluded.missed, enabled = true, version = s.version + 1,
            rule = case when s.source = excluded.source and s.zone = excluded.zone then s.rule else excluded.rule end,
            next_at = case when s.source = excluded.source and s.zone = excluded.zone then s.next_at
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
    ],
  );
}

/** Ends a schedule; jobs that it has enqueued are carried out. */
export async function remove(tx: Transaction, name: string): Promise<boolean> {
  return (await tx.query('delete from schedules where name = $1', [name])).count > 0;
}

/** Takes what is due, earliest first, and holds it until `tx` ends; others look past it. */
export async function claimDue(tx: Transaction, now: Instant, limit: number): Promise<ScheduleRow[]> {
  const { rows } = await tx.query<ScheduleRow>(
    `select id, kind, payload, rule, zone, missed, next_at from schedules
      where enabled and next_at <= $1 order by next_at limit ${limit} for update skip locked`,
    [now],
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

export async function planNext(tx: Transaction, id: string, nextAt: Instant | undefined): Promise<void> {
  await tx.query('update schedules set next_at = $2 where id = $1', [id, nextAt ?? null]);
}

/** Gives a person's schedules (`$1`) to another (`$2`). */
export const mergeRules = [{ sql: 'update schedules set person_id = $2 where person_id = $1' }] as const;
