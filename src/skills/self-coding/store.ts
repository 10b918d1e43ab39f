import type { Instant } from '../../base/clock.ts';
import type { MergeRule } from '../../people/index.ts';
import {
  Columns,
  type ItemOf,
  instant,
  named,
  optional,
  ownJson,
  type Queryable,
  render,
  sql,
  type Transaction,
  text,
  uuid,
} from '../../storage/index.ts';
import type { ChangeAnswer } from './change.ts';
import type { PullRequest } from './forge.ts';

export const STEPS = ['lock', 'choose', 'survey', 'fix', 'push', 'test', 'request', 'report', 'record'] as const;
export type Step = (typeof STEPS)[number];
export type RunState = 'running' | 'passed' | 'failed' | 'withdrawn';

export interface Survey {
  files: string[];
  affected: string[];
  notes: string;
}

export interface Tests {
  passed: boolean;
  output: string;
  verdict: string;
}

const findings = new Columns({
  base: optional(text()),
  commit: named('commit_id', optional(text())),
  survey: optional(ownJson<Survey>()),
  change: optional(ownJson<ChangeAnswer>()),
  tests: optional(ownJson<Tests>()),
  request: optional(ownJson<PullRequest>()),
  narrative: optional(text()),
});

/** Findings of a step; fields left out stay as they were. */
export type StepFindings = Partial<ItemOf<typeof findings>>;

const advanced = findings.extend({
  state: text<RunState>(),
  step: text<Step>(),
  reason: optional(text()),
  updatedAt: instant(),
});

const runs = advanced.extend({
  id: text(),
  proposalId: text(),
  askedBy: optional(uuid()),
  branch: text(),
  startedAt: instant(),
  endedAt: optional(instant()),
});

export type Run = ItemOf<typeof runs>;

export async function begin(
  tx: Transaction,
  run: Pick<Run, 'id' | 'proposalId' | 'askedBy' | 'branch'>,
  now: Instant,
): Promise<boolean> {
  const { rows } = await tx.query(
    `insert into improvement_runs (id, proposal_id, asked_by, state, step, branch, started_at, updated_at)
     values ($1, $2, $3, 'running', 'lock', $4, $5, $5)
     on conflict do nothing returning id`,
    [run.id, run.proposalId, run.askedBy ?? null, run.branch, now],
  );
  return rows.length === 1;
}

/** Ends runs on which nobody has worked since `before`: their job is gone. */
export async function endStalled(tx: Transaction, before: Instant, reason: string, now: Instant): Promise<void> {
  await tx.query(
    `update improvement_runs set state = 'failed', reason = $2, ended_at = $3, updated_at = $3
      where ended_at is null and updated_at < $1`,
    [before, reason, now],
  );
}

export async function find(db: Queryable, id: string): Promise<Run | undefined> {
  const { rows } = await db.query('select * from improvement_runs where id = $1', [id]);
  return runs.readAll(rows)[0];
}

export async function list(db: Queryable, limit: number): Promise<Run[]> {
  const { rows } = await db.query('select * from improvement_runs order by started_at desc, id limit $1', [limit]);
  return runs.readAll(rows);
}

/** The first of these proposals that no run has begun yet. */
export async function firstWithoutRun(db: Queryable, proposalIds: readonly string[]): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    'select proposal_id as id from improvement_runs where proposal_id = any($1)',
    [[...proposalIds]],
  );
  const ids = new Set(rows.map(({ id }) => id));
  return proposalIds.find((id) => !ids.has(id));
}

/** Stores what the step has found and goes on to `next`; false where it is not at `step` any more. */
export async function advance(
  tx: Transaction,
  run: Run,
  { next: step, found, state = run.state, reason = run.reason }: StepEnd,
  now: Instant,
): Promise<boolean> {
  const after: Run = { ...run, ...found, step, state, reason, updatedAt: now };
  const { rows } = await tx.query(
    ...render(sql`
    update improvement_runs set (${advanced.names}) = row (${advanced.values(after)})
     where id = ${run.id} and step = ${run.step} and ended_at is null returning id`),
  );
  return rows.length === 1;
}

export interface StepEnd {
  next: Step;
  found: StepFindings;
  state?: RunState;
  reason?: string;
}

export async function endRun(tx: Transaction, id: string, now: Instant): Promise<void> {
  await tx.query(
    `update improvement_runs set ended_at = $2, updated_at = $2,
       state = case when state = 'running' then 'failed' else state end
      where id = $1 and ended_at is null`,
    [id, now],
  );
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update improvement_runs set asked_by = $2 where asked_by = $1' },
];
