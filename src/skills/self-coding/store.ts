import type { Instant } from '../../base/clock.ts';
import type { MergeRule } from '../../people/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';
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

/** Findings of a step; fields left out stay as they were. */
export interface StepFindings {
  base?: string;
  commit?: string;
  survey?: Survey;
  change?: ChangeAnswer;
  tests?: Tests;
  request?: PullRequest;
  narrative?: string;
}

export interface Run extends StepFindings {
  id: string;
  proposalId: string;
  askedBy: string | undefined;
  state: RunState;
  step: Step;
  branch: string;
  reason: string | undefined;
  startedAt: Instant;
  updatedAt: Instant;
  endedAt: Instant | undefined;
}

interface RunRow {
  id: string;
  proposal_id: string;
  asked_by: string | null;
  state: RunState;
  step: Step;
  branch: string;
  base: string | null;
  commit_id: string | null;
  survey: Survey | null;
  change: ChangeAnswer | null;
  tests: Tests | null;
  request: PullRequest | null;
  reason: string | null;
  narrative: string | null;
  started_at: Date;
  updated_at: Date;
  ended_at: Date | null;
}

const toRun = (row: RunRow): Run => ({
  id: row.id,
  proposalId: row.proposal_id,
  askedBy: row.asked_by ?? undefined,
  state: row.state,
  step: row.step,
  branch: row.branch,
  reason: row.reason ?? undefined,
  startedAt: row.started_at,
  updatedAt: row.updated_at,
  endedAt: row.ended_at ?? undefined,
  ...(row.base !== null && { base: row.base }),
  ...(row.commit_id !== null && { commit: row.commit_id }),
  ...(row.survey !== null && { survey: row.survey }),
  ...(row.change !== null && { change: row.change }),
  ...(row.tests !== null && { tests: row.tests }),
  ...(row.request !== null && { request: row.request }),
  ...(row.narrative !== null && { narrative: row.narrative }),
});

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
  const { rows } = await db.query<RunRow>('select * from improvement_runs where id = $1', [id]);
  return rows[0] && toRun(rows[0]);
}

export async function list(db: Queryable, limit: number): Promise<Run[]> {
  const { rows } = await db.query<RunRow>('select * from improvement_runs order by started_at desc, id limit $1', [
    limit,
  ]);
  return rows.map(toRun);
}

export async function nextProposal(
  db: Queryable,
  { categories, states }: { categories: readonly string[]; states: readonly string[] },
): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select id from improvement_proposals p
      where category = any($1) and state = any($2) and person_id is null
        and not exists (select 1 from improvement_runs r where r.proposal_id = p.id)
      order by priority, at, id limit 1`,
    [[...categories], [...states]],
  );
  return rows[0]?.id;
}

/** Stores what the step has found and goes on to `next`; false where it is not at `step` any more. */
export async function advance(
  tx: Transaction,
  { id, step }: Pick<Run, 'id' | 'step'>,
  to: { next: Step; found: StepFindings; state?: RunState; reason?: string | undefined },
  now: Instant,
): Promise<boolean> {
  const { found } = to;
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  const { rows } = await tx.query(
    `update improvement_runs set
       step = $3, state = coalesce($4, state), reason = coalesce($5, reason), base = coalesce($6, base),
       commit_id = coalesce($7, commit_id), survey = coalesce($8, survey), change = coalesce($9, change),
       tests = coalesce($10, tests), request = coalesce($11, request), narrative = coalesce($12, narrative), updated_at = $13
      where id = $1 and step = $2 and ended_at is null returning id`,
    [
      id,
      step,
      to.next,
      to.state ?? null,
      to.reason ?? null,
      found.base ?? null,
      found.commit ?? null,
      json(found.survey),
      json(found.change),
      json(found.tests),
      json(found.request),
      found.narrative ?? null,
      now,
    ],
  );
  return rows.length === 1;
}

export async function endRun(tx: Transaction, id: string, now: Instant): Promise<void> {
  await tx.query(
    `update improvement_runs set ended_at = $2, updated_at = $2,
       state = case when state = 'running' then 'failed' else state end
      where id = $1 and ended_at is null`,
    [id, now],
  );
}

/** The owner whose budget pays: the first one. */
export async function payer(db: Queryable): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(
    `select id from persons where role = 'owner' and erased_at is null order by created_at, id limit 1`,
  );
  return rows[0]?.id;
}

export const mergeRules: readonly MergeRule[] = [
  { sql: 'update improvement_runs set asked_by = $2 where asked_by = $1' },
];
