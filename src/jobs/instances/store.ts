import { randomUUID } from 'node:crypto';
import type { Instant } from '../../base/clock.ts';
import type { Database, Transaction } from '../../storage/index.ts';

export interface InstanceRow {
  id: string;
  host: string;
  pid: number;
  bootId: string;
  program: string;
  heartbeatAt: Instant;
}

/** The data folder whose sessions a process has. */
export interface Seat {
  id: string;
  /** None of these sessions shows what answers no request of its own. */
  onlyAnswers: boolean;
}

export async function register(
  database: Database,
  self: Omit<InstanceRow, 'heartbeatAt'>,
  seat: Seat | undefined,
  now: Instant,
): Promise<InstanceRow[]> {
  const { rows } = await database.run<
    Omit<InstanceRow, 'bootId' | 'heartbeatAt'> & { boot_id: string; heartbeat_at: Date }
  >(
    'instances.enter',
    `with entered as (
       insert into instances (id, host, pid, boot_id, program, seat, only_answers, started_at, heartbeat_at)
       values ($1, $2, $3, $4, $5, $7, $8, $6, $6)
     )
     select id, host, pid, boot_id, program, heartbeat_at from instances where ended_at is null`,
    [self.id, self.host, self.pid, self.bootId, self.program, now, seat?.id ?? null, seat?.onlyAnswers ?? false],
  );
  return rows.map((row) => ({
    id: row.id,
    host: row.host,
    pid: row.pid,
    bootId: row.boot_id,
    program: row.program,
    heartbeatAt: row.heartbeat_at,
  }));
}

export interface Heartbeat {
  alive: boolean;
  others: { id: string; program: string; heartbeatAt: Instant }[];
  deadOwners: string[];
  at: Instant;
}

interface BeatRow {
  alive: boolean;
  others: { id: string; program: string; at: string }[] | null;
  orphans: string[] | null;
  at: Instant;
}

/**
 * A heartbeat, which always changes the row, wherever the clock stands. `at` is the database's own clock, read to
 * follow it, not to decide by. `alive` is false when this process was ended by another; `deadOwners` have ended and own rows
 * of `rooms` all the same.
 */
export async function heartbeat(
  database: Database,
  id: string,
  now: Instant,
  { seat, rooms }: { seat: Seat | undefined; rooms: readonly { readonly owners: string }[] },
): Promise<Heartbeat> {
  const owners = rooms.map((room) => room.owners).join(' union ');
  const { rows } = await database.runApart<BeatRow>(
    'instances.beat',
    `with beat as (
       update instances
          set seat = $3, only_answers = $4, heartbeat_at = case when heartbeat_at = $2 then $2 + interval '1 millisecond' else $2 end
        where id = $1 and ended_at is null returning id
     )
     select exists (select from beat) as alive, clock_timestamp() as at,
            (select jsonb_agg(jsonb_build_object('id', id, 'program', program, 'at', heartbeat_at))
               from instances where ended_at is null and id <> $1) as others,
            (select jsonb_agg(o.owner) from (${owners}) as o (owner)
              where exists (select from instances where id = o.owner and ended_at is not null)) as orphans`,
    [id, now, seat?.id ?? null, seat?.onlyAnswers ?? false],
  );
  const row = rows[0];
  const others = (row?.others ?? []).map((other) => ({
    id: other.id,
    program: other.program,
    heartbeatAt: new Date(other.at),
  }));
  return { alive: row?.alive ?? false, others, deadOwners: row?.orphans ?? [], at: row?.at ?? now };
}

/** Ends the instances that have not ended. `isLost`: they did not do it themselves. */
export async function endInstances(
  tx: Transaction,
  ids: readonly string[],
  { now, isLost }: { now: Instant; isLost: boolean },
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    'update instances set ended_at = $2, lost = $3 where id = any($1::uuid[]) and ended_at is null returning id',
    [ids, now, isLost],
  );
  return rows.map((row) => row.id);
}

/** Milliseconds without a heartbeat after which a process that has not ended is one that was lost. */
const SILENT_MS = 60_000;

/**
 * Processes that ended since `since` without stopping. The last one is found by the next start only: until then it has not
 * ended. An embedded database has one process at a time, and no heartbeats.
 */
export async function countLost(
  database: Pick<Database, 'read' | 'engine'>,
  since: Instant,
  now: Instant,
  pid = process.pid,
): Promise<number> {
  const silentSince = database.engine === 'pglite' ? now : new Date(now.getTime() - SILENT_MS);
  const { rows } = await database.read<{ count: number }>(
    `select count(*)::int as count from instances
      where (lost and ended_at > $1)
         or (ended_at is null and heartbeat_at > $1 and heartbeat_at <= $2 and pid <> $3)`,
    [since, silentSince, pid],
  );
  return rows[0]?.count ?? 0;
}

export async function listRunning(
  database: Database,
): Promise<{ id: string; host: string; pid: number; program: string; heartbeatAt: Instant }[]> {
  const { rows } = await database.read<{
    id: string;
    host: string;
    pid: number;
    program: string;
    heartbeatAt: Instant;
  }>(
    `select id, host, pid, program, heartbeat_at as "heartbeatAt" from instances where ended_at is null order by started_at`,
  );
  return rows;
}

export async function isLive(database: Pick<Database, 'read'>, id: string): Promise<boolean> {
  if (!isUuid(id)) return false;
  const { rows } = await database.read('select from instances where id = $1 and ended_at is null', [id]);
  return rows.length > 0;
}

export async function installationOf(database: Database): Promise<string> {
  const { rows } = await database.run<{ id: string }>(
    'installation.read',
    `with made as (insert into installation (id) values ($1) on conflict do nothing returning id)
     select id from made union all select id from installation limit 1`,
    [randomUUID()],
  );
  // Another process made it at the same moment: it is there now.
  return rows[0]?.id ?? installationOf(database);
}

const isUuid = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
