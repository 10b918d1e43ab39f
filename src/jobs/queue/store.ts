import type { Instant } from '../../base/clock.ts';
import type { Json } from '../../base/json.ts';
import { type Database, type FileReferences, json, type Transaction } from '../../storage/index.ts';

/** When the next job of these kinds is due; `null` when none waits. What nobody here can carry out wakes nobody. */
export function earliest(kinds: readonly string[]): string {
  const names = kinds.map((kind) => `'${kind.replaceAll("'", "''")}'`);
  return `select due_at from jobs where state = 'pending' and kind in (${names.join(', ') || 'null'})
           order by due_at limit 1`;
}

/**
 * True if the running job `j` has a successor with its key. Then it cannot wait beside that one, and need not: adding
 * another would have moved it, had it not been running.
 */
const SUPERSEDED = `(
  exists (select from jobs n where n.kind = j.kind and n.key = j.key and n.state = 'pending')
  or exists (select from jobs n
              where n.kind = j.kind and n.key = j.key and n.state = 'running' and n.owner is not null
                and (n.created_at, n.id) > (j.created_at, j.id)))`;

export interface JobRow {
  id: string;
  kind: string;
  key: string | null;
  payload: Json;
  attempts: number;
  maxAttempts: number;
  dueAt: Instant;
}

export interface NewJob {
  id: string;
  kind: string;
  key: string | undefined;
  payload: Json;
  dueAt: Instant;
  keepsEarlier: boolean;
  maxAttempts: number;
}

/**
 * Adds a job; with a key that is already pending, the pending one gets the new payload and is moved to the new due time
 * (with `keepsEarlier` only to an earlier one). Returns the id of the job that is pending then.
 */
export async function add(tx: Transaction, job: NewJob, now: Instant): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into jobs (id, kind, key, payload, state, due_at, max_attempts, created_at)
     values ($1, $2, $3, $4, 'pending', $5, $6, $7)
     on conflict (kind, key) where key is not null and state = 'pending'
     do update set due_at = case when $8 then least(jobs.due_at, excluded.due_at) else excluded.due_at end,
                   payload = excluded.payload
     returning id`,
    [job.id, job.kind, job.key ?? null, json(job.payload), job.dueAt, job.maxAttempts, now, job.keepsEarlier],
  );
  return (rows[0] as { id: string }).id;
}

export async function cancel(tx: Transaction, kind: string, key: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update jobs set state = 'cancelled', finished_at = $3 where kind = $1 and key = $2 and state = 'pending'`,
    [kind, key, now],
  );
  return count > 0;
}

/**
 * Takes up to `limit` jobs of these kinds that are due; others look past them from now on. Of each kind in `alone` it is
 * the first one, and only while none of them runs anywhere.
 */
export async function claimDue(
  database: Database,
  owner: string,
  { kinds, alone }: { kinds: readonly string[]; alone: readonly string[] },
  now: Instant,
  limit: number,
): Promise<JobRow[]> {
  const { rows } = await database.run<{
    id: string;
    kind: string;
    key: string | null;
    payload: Json;
    attempts: number;
    max_attempts: number;
    due_at: Date;
  }>(
    'jobs.claim',
    `update jobs set state = 'running', owner = $1, attempts = attempts + 1
      where id in (select id from jobs where state = 'pending' and due_at <= $3 and kind = any($2)
                      and (kind <> all($4) or id in (
                        select distinct on (kind) id from jobs
                         where state = 'pending' and due_at <= $3 and kind = any($4)
                           and kind not in (select kind from jobs where owner is not null and state = 'running')
                         order by kind, due_at, id))
                    order by due_at limit ${limit} for update skip locked)
      returning id, kind, key, payload, attempts, max_attempts, due_at`,
    [owner, kinds, now, alone],
  );
  return rows.map(({ max_attempts, due_at, ...row }) => ({ ...row, maxAttempts: max_attempts, dueAt: due_at }));
}

/** The end of a run: `pending` again at `dueAt`, when it is to be tried once more. */
export interface EndedJob {
  id: string;
  state: 'done' | 'dead' | 'pending';
  dueAt?: Instant;
  error?: string;
  /** This process stops: the run does not count. */
  uncharged?: true;
}

const FINISH = `update jobs j
        set state = case when e.state = 'pending' and ${SUPERSEDED} then 'cancelled' else e.state end,
            owner = null, error = e.error, due_at = coalesce(e."dueAt", j.due_at),
            attempts = j.attempts - case when e.uncharged then 1 else 0 end,
            finished_at = case when e.state = 'pending' and not ${SUPERSEDED} then null else $3::timestamptz end
       from jsonb_to_recordset($2) as e (id uuid, state text, "dueAt" timestamptz, error text, uncharged boolean)
      where j.id = e.id and j.owner = $1 and j.state = 'running'`;

/** Stores the ends of this owner's runs, as a set; rows that were taken over meanwhile stay as they are. */
export async function finish(
  database: Database,
  owner: string,
  ended: readonly EndedJob[],
  now: Instant,
): Promise<void> {
  await database.run('jobs.finish', FINISH, [owner, json(ended), now]);
}

export interface GivenUp {
  id: string;
  kind: string;
  error: string | null;
}

export async function finishIn(
  tx: Transaction,
  owner: string,
  ended: readonly EndedJob[],
  now: Instant,
): Promise<GivenUp[]> {
  const returning = `${FINISH} returning j.id, j.kind, j.state, j.error`;
  const { rows } = await tx.query<GivenUp & { state: string }>(returning, [owner, json(ended), now]);
  return rows.filter(({ state }) => state === 'dead');
}

/** Gives the jobs of processes that are gone back to be run again; returns those that have been run too often. */
export async function release(tx: Transaction, owners: readonly string[], now: Instant): Promise<GivenUp[]> {
  const { rows } = await tx.query<GivenUp & { state: string }>(
    `update jobs j
        set state = case when attempts >= max_attempts then 'dead' when ${SUPERSEDED} then 'cancelled' else 'pending' end,
            owner = null, error = coalesce(error, 'its process ended while it ran'),
            finished_at = case when attempts >= max_attempts or ${SUPERSEDED} then $2::timestamptz end
      where owner = any($1::uuid[]) and state = 'running'
      returning id, kind, state, error`,
    [owners, now],
  );
  return rows.filter(({ state }) => state === 'dead');
}

export interface DeadJob {
  id: string;
  kind: string;
  attempts: number;
  error: string | null;
  finished_at: Instant;
}

export interface DeadJobs {
  jobs: DeadJob[];
  total: number;
}

export async function deadJobs(database: Database, limit: number): Promise<DeadJobs> {
  const { rows } = await database.read<DeadJob & { total: number }>(
    `select id, kind, attempts, error, finished_at, count(*) over () as total from jobs
      where state = 'dead' order by finished_at desc limit $1`,
    [limit],
  );
  return { jobs: rows.map(({ total: _, ...job }) => job), total: rows[0]?.total ?? 0 };
}

export interface OpenJob {
  id: string;
  kind: string;
  key: string | null;
  state: 'pending' | 'running' | 'dead';
  due_at: Instant;
  attempts: number;
  error: string | null;
}

export async function open(database: Database, limit: number): Promise<{ jobs: OpenJob[]; total: number }> {
  const { rows } = await database.read<OpenJob & { total: number }>(
    `select id, kind, key, state, due_at, attempts, error, count(*) over () as total from jobs
      where state in ('pending', 'running', 'dead') order by state = 'running' desc, due_at limit $1`,
    [limit],
  );
  return { jobs: rows.map(({ total: _, ...job }) => job), total: rows[0]?.total ?? 0 };
}

export interface WaitingJob {
  id: string;
  payload: Json;
  due_at: Instant;
  attempts: number;
}

export async function waitingOf(database: Database, kind: string, limit: number): Promise<WaitingJob[]> {
  const { rows } = await database.read<WaitingJob>(
    `select id, payload, due_at, attempts from jobs where kind = $1 and state = 'pending' order by due_at limit $2`,
    [kind, limit],
  );
  return rows;
}

export async function cancelOne(tx: Transaction, id: string, now: Instant): Promise<boolean> {
  const { count } = await tx.query(
    `update jobs set state = 'cancelled', finished_at = $2 where id = $1 and state in ('pending', 'dead')`,
    [id, now],
  );
  return count > 0;
}

/** Puts jobs that have given up back to be run: one, or all. One that has a successor by now stays. Returns how many. */
export async function attemptsOf(tx: Transaction, id: string): Promise<number | undefined> {
  return (await tx.query<{ attempts: number }>('select attempts from jobs where id = $1', [id])).rows[0]?.attempts;
}

/**
 * Takes up again a job whose work, begun elsewhere, failed for a reason that may pass; the attempt counts. `more` is merged
 * into its payload. Returns its state then; undefined: there is no such job, or it was taken up already.
 */
export async function takeUp(
  tx: Transaction,
  { id, error, dueAt, more }: { id: string; error: string; dueAt: Instant; more: Json },
  now: Instant,
): Promise<'pending' | 'dead' | undefined> {
  const { rows } = await tx.query<{ state: 'pending' | 'dead' }>(
    `update jobs
        set state = case when attempts >= max_attempts then 'dead' else 'pending' end, owner = null, error = $2, due_at = $3,
            payload = payload || $4::jsonb, finished_at = case when attempts >= max_attempts then $5::timestamptz end
      where id = $1 and state in ('running', 'done')
      returning state`,
    [id, error, dueAt, json(more), now],
  );
  return rows[0]?.state;
}

export async function retry(tx: Transaction, id: string | undefined, now: Instant): Promise<number> {
  const { count } = await tx.query(
    `update jobs j
        set state = 'pending', due_at = $2, attempts = 0, finished_at = null, told = false
      where state = 'dead' and ($1::uuid is null or id = $1::uuid) and not ${SUPERSEDED}
        and not exists (select from jobs n where n.kind = j.kind and n.key = j.key and n.state = 'dead' and n.id > j.id)`,
    [id ?? null, now],
  );
  return count;
}

export async function takeUnreported(tx: Transaction): Promise<DeadJob[]> {
  const { rows } = await tx.query<DeadJob>(
    `update jobs set told = true
      where id in (select id from jobs where state = 'dead' and not told order by finished_at limit 100 for update skip locked)
      returning id, kind, attempts, error, finished_at`,
  );
  return rows;
}

export const OWNERS = `select owner from jobs where owner is not null and state = 'running'`;

export async function heldBy(database: Database, owner: string): Promise<string[]> {
  const { rows } = await database.read<{ id: string }>(`select id from jobs where owner = $1 and state = 'running'`, [
    owner,
  ]);
  return rows.map(({ id }) => id);
}

/** Gives jobs back that their owner does not know of: it has not begun them. */
export async function free(tx: Transaction, owner: string, ids: readonly string[], now: Instant): Promise<void> {
  await tx.query(
    `update jobs j
        set state = case when ${SUPERSEDED} then 'cancelled' else 'pending' end, owner = null, attempts = attempts - 1,
            finished_at = case when ${SUPERSEDED} then $3::timestamptz end
      where owner = $1 and id = any($2::uuid[]) and state = 'running'`,
    [owner, ids, now],
  );
}

export const fileReferences: readonly FileReferences[] = [
  { table: 'jobs', column: 'payload', where: "state in ('pending', 'running', 'dead')" },
];

export async function depth(database: Database): Promise<{ kind: string; state: string; count: number }[]> {
  const { rows } = await database.read<{ kind: string; state: string; count: number }>(
    `select kind, state, count(*) as count from jobs where state in ('pending', 'running', 'dead') group by kind, state`,
  );
  return rows;
}
