import type { Instant } from '../../base/clock.ts';
import { shareWithin } from '../../proposals/index.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';

/** A skill as its variants are kept: one of the same name from elsewhere has none of them. */
export interface SkillKey {
  skill: string;
  source: string;
}

export interface Variant extends SkillKey {
  name: string;
  hash: string;
  onTrial: boolean;
}

export interface DecidedVariants {
  trials: readonly VariantChoice[];
  choices: readonly VariantChoice[];
}

/** Variants that are on trial, and those that were put in their skill's place. */
export async function decidedVariants(db: Queryable): Promise<DecidedVariants> {
  const { rows: trials } = await db.query<VariantChoice>(
    'select skill, source, name, hash from skill_variants where on_trial order by skill, source, name',
  );
  const { rows: choices } = await db.query<VariantChoice>(
    `select distinct on (skill, source) skill, source, name, hash from skill_variant_choices
      order by skill, source, chosen_at desc, id desc`,
  );
  return { trials, choices };
}

export async function variantsOf(db: Queryable, { skill, source }: SkillKey): Promise<Variant[]> {
  const { rows } = await db.query<Variant>(
    `select skill, source, name, hash, on_trial as "onTrial" from skill_variants
      where skill = $1 and source = $2 order by name`,
    [skill, source],
  );
  return rows;
}

/** Keeps a variant in the place of the one of its name; other files end a trial of it. */
export async function putVariant(
  tx: Transaction,
  { skill, source, name, hash }: VariantChoice,
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into skill_variants (skill, source, name, hash, kept_at) values ($1, $2, $3, $4, $5)
     on conflict (skill, source, name) do update
       set hash = excluded.hash, kept_at = excluded.kept_at,
           on_trial = skill_variants.on_trial and skill_variants.hash = excluded.hash`,
    [skill, source, name, hash, now],
  );
}

/** Has these variants on trial, and no others of the skill; says how many were before. */
export async function setTrial(
  tx: Transaction,
  { skill, source }: SkillKey,
  hashes: readonly string[],
): Promise<number> {
  const before = await variantsOf(tx, { skill, source });
  await tx.query('update skill_variants set on_trial = (hash = any ($3::text[])) where skill = $1 and source = $2', [
    skill,
    source,
    hashes,
  ]);
  return before.filter(({ onTrial }) => onTrial).length;
}

export type VariantChoice = Omit<Variant, 'onTrial'>;

export async function choiceOf(db: Queryable, { skill, source }: SkillKey): Promise<VariantChoice | undefined> {
  const { rows } = await db.query<VariantChoice>(
    `select skill, source, name, hash from skill_variant_choices where skill = $1 and source = $2
      order by chosen_at desc, id desc limit 1`,
    [skill, source],
  );
  return rows[0];
}

export async function addChoice(
  tx: Transaction,
  id: string,
  { skill, source, name, hash }: VariantChoice,
  now: Instant,
): Promise<void> {
  await tx.query(
    'insert into skill_variant_choices (id, skill, source, name, hash, chosen_at) values ($1, $2, $3, $4, $5, $6)',
    [id, skill, source, name, hash, now],
  );
}

export async function dropChoice(tx: Transaction, { skill, source }: SkillKey): Promise<string | undefined> {
  const { rows } = await tx.query<{ name: string }>(
    `delete from skill_variant_choices where id in
       (select id from skill_variant_choices where skill = $1 and source = $2
         order by chosen_at desc, id desc limit 1 for update)
     returning name`,
    [skill, source],
  );
  return rows[0]?.name;
}

export interface VariantRun extends SkillKey {
  call: string;
  hash: string;
  conversationId: string;
  inboxId: string | undefined;
}

const KEPT_MS = 365 * 86_400_000;
const MOST_PRUNED = 100;

/** Begins a run once; settles those before it, whose turns may go before they are counted. Old runs go. */
export async function addRun(tx: Transaction, run: VariantRun, now: Instant): Promise<void> {
  const { call, skill, source, hash, conversationId, inboxId } = run;
  await settleRuns(tx, { skill, source });
  await tx.query(
    `delete from skill_variant_runs where call in
       (select call from skill_variant_runs where skill = $1 and source = $2 and begun_at < $3 limit $4)`,
    [skill, source, new Date(now.getTime() - KEPT_MS), MOST_PRUNED],
  );
  await tx.query(
    `insert into skill_variant_runs (call, skill, source, hash, conversation_id, inbox_id, begun_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [call, skill, source, hash, conversationId, inboxId ?? null, now],
  );
}

/** Gives runs the outcome of their turns; one that a person stopped tells nothing of the variant. */
export async function settleRuns(db: Queryable, { skill, source }: SkillKey): Promise<void> {
  await db.query(
    `update skill_variant_runs r set outcome = case when t.state = 'answered' then 'success' else 'failure' end
       from turns t
      where t.inbox_id = r.inbox_id and t.state in ('answered', 'failed')
        and r.skill = $1 and r.source = $2 and r.outcome is null`,
    [skill, source],
  );
}

export async function endRun(tx: Transaction, call: string, isWell: boolean): Promise<void> {
  await tx.query('update skill_variant_runs set outcome = $2 where call = $1', [call, isWell ? 'success' : 'failure']);
}

export async function failLast(tx: Transaction, { skill, source }: SkillKey, conversationId: string): Promise<void> {
  await tx.query(
    `update skill_variant_runs set outcome = 'failure' where call in
       (select call from skill_variant_runs where conversation_id = $3 and skill = $1 and source = $2
         order by begun_at desc limit 1)`,
    [skill, source, conversationId],
  );
}

export async function hashOfRun(db: Queryable, call: string): Promise<string | undefined> {
  const { rows } = await db.query<{ hash: string }>('select hash from skill_variant_runs where call = $1', [call]);
  return rows[0]?.hash;
}

export async function lastHash(
  db: Queryable,
  { skill, source }: SkillKey,
  conversationId: string,
): Promise<string | undefined> {
  const { rows } = await db.query<{ hash: string }>(
    `select hash from skill_variant_runs where conversation_id = $3 and skill = $1 and source = $2
      order by begun_at desc limit 1`,
    [skill, source, conversationId],
  );
  return rows[0]?.hash;
}

export interface RunCount {
  hash: string;
  begun: number;
  ended: number;
  well: number;
}

export async function runCounts(db: Queryable, { skill, source }: SkillKey): Promise<Map<string, RunCount>> {
  const { rows } = await db.query<RunCount>(
    `select hash, count(*)::int as begun, count(outcome)::int as ended,
            (count(*) filter (where outcome = 'success'))::int as well
       from skill_variant_runs where skill = $1 and source = $2 group by hash`,
    [skill, source],
  );
  return new Map(rows.map((row) => [row.hash, row]));
}

/** Runs that each variant needs before one can win, where nothing else is said. */
export const LEAST_RUNS = 20;

export interface Tally {
  name: string;
  well: number;
  ended: number;
}

/** The variant with the highest lower bound once each has `least` runs; else those that lack some, or are equal. */
type Winner = { name: string } | { lacking: readonly Tally[] } | { equal: readonly string[] };

export function winnerOf(tallies: readonly Tally[], least: number): Winner {
  const lacking = tallies.filter(({ ended }) => ended < least);
  if (lacking.length > 0) return { lacking };
  const best = Math.max(...tallies.map(({ well, ended }) => shareWithin(well, ended).low));
  const first = tallies.filter(({ well, ended }) => shareWithin(well, ended).low === best).map(({ name }) => name);
  return first.length === 1 && first[0] !== undefined ? { name: first[0] } : { equal: first };
}
