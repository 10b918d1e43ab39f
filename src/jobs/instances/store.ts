import type { Instant } from '../../base/clock.ts';
import type { Database, Transaction } from '../../storage/index.ts';

export interface InstanceRow {
  id: string;
  host: string;
  pid: number;
  bootId: string;
  heartbeatAt: Instant;
}

/** Writes this process's row and returns the others that have not ended. */
export async function enter(
  database: Database,
  self: Omit<InstanceRow, 'heartbeatAt'> & { program: string },
  now: Instant,
): Promise<InstanceRow[]> {
  const { rows } = await database.run<{ id: string; host: string; pid: number; boot_id: string; heartbeat_at: Date }>(
    'instances.enter',
    `with entered as (
       insert into instances (id, host, pid, boot_id, program, started_at, heartbeat_at)
       values ($1, $2, $3, $4, $5, $6, $6)
     )
     select id, host, pid, boot_id, heartbeat_at from instances where ended_at is null`,
    [self.id, self.host, self.pid, self.bootId, self.program, now],
  );
  return rows.map((row) => ({
    id: row.id,
    host: row.host,
    pid: row.pid,
    bootId: row.boot_id,
    heartbeatAt: row.heartbeat_at,
  }));
}

/**
 * One heartbeat. `at` is the database's own clock, read to follow it, not to decide by. `alive` is false when this process was ended by another; `dead` are those silent for `silentMs`.
 */
export async function beat(
  database: Database,
  id: string,
  now: Instant,
  silentMs: number,
): Promise<{ alive: boolean; dead: string[]; at: Instant }> {
  const { rows } = await database.run<{ alive: boolean; dead: string[] | null; at: Instant }>(
    'instances.beat',
    `with beat as (
       update instances set heartbeat_at = greatest(heartbeat_at, $2) where id = $1 and ended_at is null returning id
     )
     select exists (select from beat) as alive, clock_timestamp() as at,
            (select array_agg(id::text) from instances where ended_at is null and id <> $1 and heartbeat_at < $3) as dead`,
    [id, now, new Date(now.getTime() - silentMs)],
  );
  const row = rows[0];
  return { alive: row?.alive ?? false, dead: row?.dead ?? [], at: row?.at ?? now };
}

/** Ends those of `ids` that have not ended yet and returns them. */
export async function end(tx: Transaction, ids: readonly string[], now: Instant): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'update instances set ended_at = $2 where id = any($1::uuid[]) and ended_at is null returning id',
    [ids, now],
  );
  return rows.map((row) => row.id);
}
