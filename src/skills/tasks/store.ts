import { numberedLists } from '../../agent/index.ts';
import type { Instant } from '../../base/clock.ts';
import { adopt, earliestEnded, takeEnded } from '../../delivery/index.ts';
import {
  type MergeRule,
  QUIET_COLUMNS,
  type QuietColumns,
  type QuietHours,
  quietOf,
  type RoleHolder,
} from '../../people/index.ts';
import {
  bool,
  Columns,
  type Database,
  type ItemOf,
  instant,
  int,
  optional,
  type Queryable,
  render,
  type StoredRow,
  sql,
  type Transaction,
  text,
  uuid,
} from '../../storage/index.ts';
import { saved, type Task, tasks, type Wish } from './task.ts';

const inserted = tasks.pick('id', 'personId', 'conversationId', 'title', 'steps', 'rule', 'zone', 'nextAt', 'tainted');

/** Undefined, and nothing is stored, when the person has `most` unfinished ones already. */
export async function insertTask(
  tx: Transaction,
  task: ItemOf<typeof inserted>,
  most: number,
  now: Instant,
): Promise<Task | undefined> {
  const { personId, conversationId } = task;
  const { rows } = await tx.query(
    ...render(sql`
    insert into tasks (${inserted.names}, space_id, state, created_at, changed_at)
    select ${inserted.values(task)}, c.space_id, 'active', ${now}, ${now} from conversations c
     where c.id = ${conversationId}
       and (select count(*) from tasks where person_id = ${personId} and state in ('active', 'blocked')) < ${most}
    returning *`),
  );
  return tasks.readAll(rows)[0];
}

/** Stores what was changed; the version grows by one. `resumed` stays as it is where it is left out. */
export async function saveTask(tx: Transaction, id: string, wish: Wish, now: Instant): Promise<void> {
  await tx.query(
    ...render(sql`
    update tasks
       set (${saved.names}) = row (${saved.values(wish)}), resumed = coalesce(${wish.resumed ?? null}::int, resumed),
           version = version + 1, changed_at = ${now}
     where id = ${id}`),
  );
}

/** The person has spoken of it: from now on it may be taken up as often as a new one. */
export async function forgetResumes(tx: Transaction, id: string, nextAt: Instant | undefined): Promise<void> {
  await tx.query('update tasks set resumed = 0, next_at = $2 where id = $1', [id, nextAt ?? null]);
}

export async function listOpen(db: Queryable, personId: string): Promise<Task[]> {
  const { rows } = await db.query(
    `select * from tasks where person_id = $1 and state in ('active', 'blocked') order by seq`,
    [personId],
  );
  return tasks.readAll(rows);
}

export async function hasOpen(db: Queryable, personId: string): Promise<boolean> {
  const { rows } = await db.query(
    `select 1 from tasks where person_id = $1 and state in ('active', 'blocked') limit 1`,
    [personId],
  );
  return rows.length > 0;
}

export async function lockOpen(tx: Transaction, personId: string): Promise<Task[]> {
  const { rows } = await tx.query(
    `select * from tasks where person_id = $1 and state in ('active', 'blocked') order by seq for update`,
    [personId],
  );
  return tasks.readAll(rows);
}

export async function listDone(tx: Queryable, personId: string, from: Instant, limit: number): Promise<Task[]> {
  const { rows } = await tx.query(
    `select * from tasks where person_id = $1 and state = 'done' and changed_at >= $2 order by changed_at desc limit $3`,
    [personId, from, limit],
  );
  return tasks.readAll(rows);
}

export async function listMadeBefore(
  db: Queryable,
  { personId, status, seq, limit }: { personId: string; status: 'open' | 'done'; seq: number; limit: number },
): Promise<{ task: Task; seq: number }[]> {
  const { rows } = await db.query<StoredRow & { seq: number }>(
    `select * from tasks where person_id = $1 and seq < $3
        and case $2 when 'open' then state in ('active', 'blocked') else state = 'done' end
      order by seq desc limit $4`,
    [personId, status, seq, limit],
  );
  return rows.map((row) => ({ task: tasks.read(row), seq: row.seq }));
}

export async function findById(db: Queryable, personId: string, id: string): Promise<Task | undefined> {
  const { rows } = await db.query('select * from tasks where person_id = $1 and id = $2', [personId, id]);
  return tasks.readAll(rows)[0];
}

/** Any of the person's, those that are over too, locked until `tx` ends. */
export async function lockById(tx: Transaction, personId: string, id: string): Promise<Task | undefined> {
  const { rows } = await tx.query('select * from tasks where person_id = $1 and id = $2 for update', [personId, id]);
  return tasks.readAll(rows)[0];
}

export const PLANNER = 'tasks';

export const EARLIEST = `select least(
  (select next_at from tasks where next_at is not null order by next_at limit 1), (${earliestEnded(PLANNER)}))`;

export interface Due extends Task {
  firing: number;
  quiet: QuietHours | undefined;
  who: RoleHolder;
}

/** Claims up to `limit` that are due at `now`, earliest first, and holds them until `tx` ends; others look past them. */
export async function claimDue(tx: Transaction, now: Instant, limit: number): Promise<Due[]> {
  const { rows } = await tx.query<
    StoredRow & QuietColumns & { firing: number; role: RoleHolder['role']; roles: string[] }
  >(
    `with due as (
       select * from tasks where next_at <= $1 order by next_at limit ${limit} for update skip locked
     )
     select due.*, p.role, p.roles, ${QUIET_COLUMNS}
       from due join persons p on p.id = due.person_id order by due.next_at, due.seq`,
    [now],
  );
  return rows.map((row) => {
    const task = tasks.read(row);
    const who = { role: row.role, roles: row.roles };
    return { ...task, firing: row.firing, quiet: quietOf(row, task.zone), who };
  });
}

const taking = new Columns({
  id: text(),
  nextAt: optional(instant()),
  /** The inbox row of the turn that works on it; undefined: none was begun. */
  turn: optional(uuid()),
  unblocks: bool(),
  /** Number of times it has been taken up without a word of the person's, this one included. */
  resumed: int(),
});

export async function planNext(tx: Transaction, rows: readonly ItemOf<typeof taking>[]): Promise<void> {
  await tx.query(
    ...render(sql`
    update tasks t
       set next_at = d.next_at, running = coalesce(d.turn, t.running), firing = t.firing + 1, resumed = d.resumed,
           running_step = case when d.turn is null then t.running_step else t.step end,
           state = case when d.unblocks then 'active' else t.state end,
           block_type = case when d.unblocks then null else t.block_type end,
           block_reason = case when d.unblocks then null else t.block_reason end
      from ${taking.unnest(rows)}
     where t.id = d.id`),
  );
}

export interface WorkedTask extends Task {
  /** A step was done in it. */
  gotOn: boolean;
}

/** Takes those whose turn has ended, and holds them until `tx` ends: no turn works on them any more. */
export async function takeEndedTurns(tx: Transaction, limit: number): Promise<WorkedTask[]> {
  const { rows } = await tx.query<StoredRow & { got_on: boolean }>(
    `with ended as (${takeEnded(PLANNER, limit)}), over as (
       select t.id, t.step > coalesce(t.running_step, 0) as got_on
         from tasks t join ended i on i.id = t.running where t.running = any(array(select id from ended))
          for update of t
     )
     update tasks t set running = null, running_step = null from over where t.id = over.id
     returning t.*, over.got_on`,
  );
  return rows.map((row) => ({ ...tasks.read(row), gotOn: row.got_on }));
}

export function adoptTurns(database: Database): Promise<number> {
  return adopt(database, PLANNER, 'select running from tasks where running is not null');
}

/** When it is taken up again; what was changed meanwhile stays. */
export async function planAt(tx: Transaction, id: string, nextAt: Instant): Promise<void> {
  await tx.query(`update tasks set next_at = $2 where id = $1 and state = 'active' and next_at is null`, [id, nextAt]);
}

export const lists = numberedLists('task');

export const mergeRules: readonly MergeRule[] = [
  { what: 'task', sql: `update tasks set person_id = $2 where person_id = $1 and state in ('active', 'blocked')` },
  { sql: 'update tasks set person_id = $2 where person_id = $1' },
];
