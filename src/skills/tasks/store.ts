import type { Instant } from '../../base/clock.ts';
import { adopt, earliestEnded, takeEnded } from '../../delivery/index.ts';
import {
  type DeletionRule,
  type MergeRule,
  QUIET_COLUMNS,
  type QuietColumns,
  type QuietHours,
  quietOf,
  type RoleHolder,
} from '../../people/index.ts';
import { type Database, json, type Queryable, type Transaction } from '../../storage/index.ts';
import { type BlockType, fromStored, type Task, type TaskState, toStored, type Wish } from './task.ts';

interface Row {
  id: string;
  person_id: string;
  conversation_id: string;
  title: string;
  steps: unknown;
  step: number;
  state: TaskState;
  block_type: BlockType | null;
  block_reason: string | null;
  rule: string | null;
  zone: string;
  next_at: Date | null;
  running: string | null;
  resumed: number;
  tainted: boolean;
  version: number;
}

function toTask(row: Row): Task {
  return {
    id: row.id,
    personId: row.person_id,
    conversationId: row.conversation_id,
    title: row.title,
    steps: fromStored(row.steps),
    step: row.step,
    state: row.state,
    blockType: row.block_type ?? undefined,
    blockReason: row.block_reason ?? undefined,
    rule: row.rule ?? undefined,
    zone: row.zone,
    nextAt: row.next_at ?? undefined,
    isRunning: row.running !== null,
    resumed: row.resumed,
    tainted: row.tainted,
    version: row.version,
  };
}

export type NewTask = Pick<
  Task,
  'id' | 'personId' | 'conversationId' | 'title' | 'steps' | 'rule' | 'zone' | 'nextAt' | 'tainted'
>;

/** Undefined, and nothing is stored, when the person has `most` unfinished ones already. */
export async function insert(tx: Transaction, task: NewTask, most: number, now: Instant): Promise<Task | undefined> {
  const { id, personId, conversationId, title, steps, rule, zone, nextAt, tainted } = task;
  const { rows } = await tx.query<Row>(
    `insert into tasks (id, person_id, conversation_id, space_id, title, steps, state, rule, zone, next_at, tainted,
                        created_at, changed_at)
     select $1, $2, c.id, c.space_id, $4, $5, 'active', $6, $7, $8, $9, $10, $10 from conversations c
      where c.id = $3
        and (select count(*) from tasks where person_id = $2 and state in ('active', 'blocked')) < $11
     returning *`,
    [
      id,
      personId,
      conversationId,
      title,
      json(toStored(steps)),
      rule ?? null,
      zone,
      nextAt ?? null,
      tainted,
      now,
      most,
    ],
  );
  return rows.map(toTask)[0];
}

/** Stores what was changed; the version grows by one. `resumed` stays as it is where it is left out. */
export async function save(tx: Transaction, id: string, wish: Wish, now: Instant): Promise<void> {
  const { title, steps, step, state, blockType, blockReason, rule, zone, nextAt, tainted, resumed } = wish;
  await tx.query(
    `update tasks
        set title = $2, steps = $3, step = $4, state = $5, block_type = $6, block_reason = $7, rule = $8, zone = $9,
            next_at = $10, tainted = $11, resumed = coalesce($12::int, resumed), version = version + 1, changed_at = $13
      where id = $1`,
    [
      id,
      title,
      json(toStored(steps)),
      step,
      state,
      blockType ?? null,
      blockReason ?? null,
      rule ?? null,
      zone,
      nextAt ?? null,
      tainted,
      resumed ?? null,
      now,
    ],
  );
}

/** The person has spoken of it: from now on it may be taken up as often as a new one. */
export async function heard(tx: Transaction, id: string, nextAt: Instant | undefined): Promise<void> {
  await tx.query('update tasks set resumed = 0, next_at = $2 where id = $1', [id, nextAt ?? null]);
}

export async function openOnes(db: Queryable, personId: string): Promise<Task[]> {
  const { rows } = await db.query<Row>(
    `select * from tasks where person_id = $1 and state in ('active', 'blocked') order by seq`,
    [personId],
  );
  return rows.map(toTask);
}

export async function openLocked(tx: Transaction, personId: string): Promise<Task[]> {
  const { rows } = await tx.query<Row>(
    `select * from tasks where person_id = $1 and state in ('active', 'blocked') order by seq for update`,
    [personId],
  );
  return rows.map(toTask);
}

export async function ended(tx: Queryable, personId: string, from: Instant, limit: number): Promise<Task[]> {
  const { rows } = await tx.query<Row>(
    `select * from tasks where person_id = $1 and state = 'done' and changed_at >= $2 order by changed_at desc limit $3`,
    [personId, from, limit],
  );
  return rows.map(toTask);
}

/** Any of the person's, those that are over too, locked until `tx` ends. */
export async function byId(tx: Transaction, personId: string, id: string): Promise<Task | undefined> {
  const { rows } = await tx.query<Row>('select * from tasks where person_id = $1 and id = $2 for update', [
    personId,
    id,
  ]);
  return rows.map(toTask)[0];
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
  const { rows } = await tx.query<Row & QuietColumns & { firing: number; role: RoleHolder['role']; roles: string[] }>(
    `with due as (
       select * from tasks where next_at <= $1 order by next_at limit ${limit} for update skip locked
     )
     select due.*, p.role, p.roles, ${QUIET_COLUMNS}
       from due join persons p on p.id = due.person_id order by due.next_at, due.seq`,
    [now],
  );
  return rows.map((row) => ({
    ...toTask(row),
    firing: row.firing,
    quiet: quietOf(row, row.zone),
    who: { role: row.role, roles: row.roles },
  }));
}

export interface Taken {
  id: string;
  nextAt: Instant | undefined;
  /** The inbox row of the turn that works on it; undefined: none was begun. */
  turn: string | undefined;
  unblocks: boolean;
  /** Number of times it has been taken up without a word of the person's, this one included. */
  resumed: number;
}

export async function planNext(tx: Transaction, taken: readonly Taken[]): Promise<void> {
  await tx.query(
    `update tasks t
        set next_at = d.next_at, running = coalesce(d.turn, t.running), firing = t.firing + 1, resumed = d.resumed,
            running_step = case when d.turn is null then t.running_step else t.step end,
            state = case when d.unblocks then 'active' else t.state end,
            block_type = case when d.unblocks then null else t.block_type end,
            block_reason = case when d.unblocks then null else t.block_reason end
       from unnest($1::text[], $2::timestamptz[], $3::uuid[], $4::bool[], $5::int[])
            as d (id, next_at, turn, unblocks, resumed)
      where t.id = d.id`,
    [
      taken.map(({ id }) => id),
      taken.map(({ nextAt }) => nextAt ?? null),
      taken.map(({ turn }) => turn ?? null),
      taken.map(({ unblocks }) => unblocks),
      taken.map(({ resumed }) => resumed),
    ],
  );
}

export interface Worked extends Task {
  /** A step was done in it. */
  gotOn: boolean;
}

/** Takes those whose turn has ended, and holds them until `tx` ends: no turn works on them any more. */
export async function settle(tx: Transaction, limit: number): Promise<Worked[]> {
  const { rows } = await tx.query<Row & { got_on: boolean }>(
    `with ended as (${takeEnded(PLANNER, limit)}), over as (
       select t.id, t.step > coalesce(t.running_step, 0) as got_on
         from tasks t join ended i on i.id = t.running where t.running = any(array(select id from ended))
          for update of t
     )
     update tasks t set running = null, running_step = null from over where t.id = over.id
     returning t.*, over.got_on`,
  );
  return rows.map((row) => ({ ...toTask(row), gotOn: row.got_on }));
}

export function adoptTurns(database: Database): Promise<number> {
  return adopt(database, PLANNER, 'select running from tasks where running is not null');
}

/** When it is taken up again; what was changed meanwhile stays. */
export async function plan(tx: Transaction, id: string, nextAt: Instant): Promise<void> {
  await tx.query(`update tasks set next_at = $2 where id = $1 and state = 'active' and next_at is null`, [id, nextAt]);
}

export const mergeRules: readonly MergeRule[] = [
  { what: 'task', sql: `update tasks set person_id = $2 where person_id = $1 and state in ('active', 'blocked')` },
  { sql: 'update tasks set person_id = $2 where person_id = $1' },
];

export const deletionRules: readonly DeletionRule[] = [{ sql: 'delete from tasks where person_id = $1' }];
