import type { Instant } from '../../base/clock.ts';
import type { MergeRule } from '../../people/index.ts';
import {
  Columns,
  type ItemOf,
  instant,
  optional,
  ownJson,
  type Queryable,
  type Transaction,
  text,
  uuid,
} from '../../storage/index.ts';

const runs = new Columns({
  id: uuid(),
  personId: uuid(),
  name: optional(text()),
  steps: ownJson<(readonly string[])[]>(),
  payload: text(),
  state: text<'running' | 'done' | 'failed' | 'paused'>(),
  message: optional(text()),
  begunAt: instant(),
});

export type Run = ItemOf<typeof runs>;

export interface StepDone {
  place: number;
  member: number;
  skill: string;
  state: 'done' | 'failed';
  output: string;
  tainted: boolean;
  call: string;
}

const KEPT_MS = 30 * 86_400_000;
const MOST_PRUNED = 100;

/** Begins a run once: the same id again, by the same person, changes nothing. Old runs go. */
export async function begin(
  tx: Transaction,
  { id, personId, name, steps, payload }: Pick<Run, 'id' | 'personId' | 'name' | 'steps' | 'payload'>,
  now: Instant,
): Promise<void> {
  await tx.query(
    'delete from skill_runs where id in (select id from skill_runs where begun_at < $1 order by begun_at limit $2)',
    [new Date(now.getTime() - KEPT_MS), MOST_PRUNED],
  );
  await tx.query(
    `insert into skill_runs (id, person_id, name, steps, payload, state, begun_at)
     values ($1, $2, $3, $4, $5, 'running', $6) on conflict (id) do nothing`,
    [id, personId, name ?? null, JSON.stringify(steps), payload, now],
  );
}

export async function runOf(db: Queryable, id: string): Promise<Run | undefined> {
  const { rows } = await db.query('select * from skill_runs where id = $1', [id]);
  return runs.readAll(rows)[0];
}

export async function stepsDone(db: Queryable, runId: string): Promise<StepDone[]> {
  const { rows } = await db.query<StepDone>(
    `select place, member, skill, state, output, tainted, call from skill_run_steps
      where run_id = $1 order by place, member`,
    [runId],
  );
  return rows;
}

export type StepOutcome = Pick<StepDone, 'place' | 'member' | 'state'> & { output: string | null };

/** All steps of a run in their order, each with what came of it. Steps of one place run side by side. */
export const stepStates = (groups: readonly (readonly string[])[], done: readonly StepOutcome[]) =>
  groups.flatMap((group, place) =>
    group.map((skill, member) => {
      const { state = 'waiting' as const, output = null } =
        done.find((step) => step.place === place && step.member === member) ?? {};
      return { skill, place, state, output };
    }),
  );

export async function outcomes(db: Queryable): Promise<Map<string, { done: number; failed: number }>> {
  const { rows } = await db.query<{ skill: string; done: number; failed: number }>(
    `select skill, count(*) filter (where state = 'done')::int as done, count(*) filter (where state = 'failed')::int as failed
       from skill_run_steps group by skill`,
  );
  return new Map(rows.map(({ skill, done, failed }) => [skill, { done, failed }]));
}

export async function listRunners(db: Queryable, skill: string): Promise<string[]> {
  const { rows } = await db.query<{ person_id: string }>(
    `select distinct person_id from skill_runs where name = $1 or steps @> jsonb_build_array(jsonb_build_array($1::text))`,
    [skill],
  );
  return rows.map(({ person_id: id }) => id);
}

export async function keepStep(tx: Transaction, runId: string, step: StepDone, now: Instant): Promise<void> {
  const { place, member, skill, state, output, tainted, call } = step;
  await tx.query(
    `insert into skill_run_steps (run_id, place, member, skill, state, output, tainted, call, ended_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (run_id, place, member) do update
       set state = excluded.state, output = excluded.output, tainted = excluded.tainted,
           call = excluded.call, ended_at = excluded.ended_at`,
    [runId, place, member, skill, state, output, tainted, call, now],
  );
}

export async function mark(
  tx: Transaction,
  id: string,
  { state, message }: Pick<Run, 'state' | 'message'>,
  now: Instant,
): Promise<void> {
  await tx.query(
    `update skill_runs set state = $2, message = $3, ended_at = case when $2 = 'running' then null else $4::timestamptz end
      where id = $1`,
    [id, state, message ?? null, now],
  );
}

export interface ListedRun {
  id: string;
  name: string | null;
  state: Run['state'];
  message: string | null;
  begunAt: Instant;
  person: string;
  personId: string;
  steps: string[][];
  done: StepOutcome[];
}

/** The newest runs of skills and pipelines. What a step has given is shown to whose run it is alone. */
export async function listRuns(
  db: Queryable,
  {
    personId,
    reader,
    before,
    limit,
  }: { personId: string | undefined; reader: string; before: Instant | undefined; limit: number },
): Promise<ListedRun[]> {
  const { rows } = await db.query<ListedRun>(
    `select r.id, r.name, r.state, r.message, r.begun_at as "begunAt", p.name as person, r.person_id as "personId", r.steps,
            coalesce((select jsonb_agg(jsonb_build_object('place', s.place, 'member', s.member, 'skill', s.skill,
                        'state', s.state, 'output', case when r.person_id = $2 then left(s.output, 2000) end)
                        order by s.place, s.member)
                        from skill_run_steps s where s.run_id = r.id), '[]') as done
       from skill_runs r join persons p on p.id = r.person_id
      where ($1::uuid is null or r.person_id = $1) and ($3::timestamptz is null or r.begun_at < $3)
      order by r.begun_at desc limit $4`,
    [personId ?? null, reader, before ?? null, limit],
  );
  return rows;
}

export const mergeRules: readonly MergeRule[] = [{ sql: 'update skill_runs set person_id = $2 where person_id = $1' }];
