import type { Instant } from '../../base/clock.ts';
import type { Queryable, Transaction } from '../../storage/index.ts';

export interface StoredVector {
  hash: string;
  vector: Uint8Array;
}

export async function vectorsOf(db: Queryable, space: string, hashes: readonly string[]): Promise<StoredVector[]> {
  const { rows } = await db.query<StoredVector>(
    'select hash, vector from skill_vectors where space = $1 and hash = any($2::text[])',
    [space, hashes],
  );
  return rows;
}

/** Keeps vectors; a text that has one keeps it. */
export async function addVectors(
  tx: Transaction,
  space: string,
  vectors: readonly StoredVector[],
  now: Instant,
): Promise<void> {
  for (const { hash, vector } of vectors) {
    await tx.query(
      `insert into skill_vectors (space, hash, vector, made_at) values ($1, $2, $3, $4) on conflict do nothing`,
      [space, hash, vector, now],
    );
  }
}

/** Deletes what was made before `before` and belongs to none of these texts, or to another space. */
export async function dropVectors(
  tx: Transaction,
  { space, hashes, before }: { space: string; hashes: readonly string[]; before: Instant },
): Promise<void> {
  await tx.query('delete from skill_vectors where made_at < $3 and (space <> $1 or not (hash = any($2::text[])))', [
    space,
    hashes,
    before,
  ]);
}

/** By how much words speak for skills: of each space, by the skill's name. */
export async function weights(db: Queryable): Promise<Map<string, Map<string, Map<string, number>>>> {
  const { rows } = await db.query<{ space_id: string; skill: string; term: string; weight: number }>(
    'select space_id, skill, term, weight from skill_weights',
  );
  const spaces = new Map<string, Map<string, Map<string, number>>>();
  for (const { space_id: space, skill, term, weight } of rows) {
    const skills = spaces.get(space) ?? new Map<string, Map<string, number>>();
    const terms = skills.get(skill) ?? new Map<string, number>();
    spaces.set(space, skills.set(skill, terms.set(term, weight)));
  }
  return spaces;
}

export async function addWeights(
  tx: Transaction,
  {
    spaceId,
    skill,
    terms,
    step,
    most,
  }: { spaceId: string; skill: string; terms: readonly string[]; step: number; most: number },
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into skill_weights (space_id, skill, term, weight, updated_at)
     select $1, $2, term, $4, $6 from unnest($3::text[]) as term
     on conflict (space_id, skill, term) do update
       set weight = greatest(-$5::real, least($5::real, skill_weights.weight + excluded.weight)),
           updated_at = excluded.updated_at`,
    [spaceId, skill, [...new Set(terms)].sort(), step, most, now],
  );
}

export async function dropWeights(tx: Transaction, spaceId: string): Promise<number> {
  const { rows } = await tx.query<{ skill: string }>(
    'with gone as (delete from skill_weights where space_id = $1 returning skill) select distinct skill from gone',
    [spaceId],
  );
  return rows.length;
}

export async function noteRequest(
  tx: Transaction,
  { spaceId, skill, personId, terms }: { spaceId: string; skill: string; personId: string; terms: readonly string[] },
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into skill_requests (space_id, skill, person_id, terms, at) values ($1, $2, $3, $4, $5)
     on conflict (space_id, skill) do update
       set person_id = excluded.person_id, terms = excluded.terms, at = excluded.at`,
    [spaceId, skill, personId, terms, now],
  );
}

export async function lastRequest(tx: Queryable, spaceId: string, skill: string): Promise<string[]> {
  const { rows } = await tx.query<{ terms: string[] }>(
    'select terms from skill_requests where space_id = $1 and skill = $2',
    [spaceId, skill],
  );
  return rows[0]?.terms ?? [];
}

export async function learnedWords(db: Queryable): Promise<Map<string, number>> {
  const { rows } = await db.query<{ skill: string; words: number }>(
    'select skill, count(*)::int as words from skill_weights group by skill',
  );
  return new Map(rows.map(({ skill, words }) => [skill, words]));
}

export interface MeasuredSet {
  file: string;
  at: Instant;
  requests: number;
  accuracyAt1: number;
  accuracyAt5: number;
  mrr: number;
  forNone: number;
  offeredForNothing: number;
}

export async function keepMeasured(tx: Transaction, measured: MeasuredSet): Promise<void> {
  const { file, at, requests, accuracyAt1, accuracyAt5, mrr, forNone, offeredForNothing } = measured;
  await tx.query(
    `insert into skill_metrics (is_last, file, measured_at, requests, accuracy_at_1, accuracy_at_5, mrr, for_none, offered_for_nothing)
     values (true, $1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (is_last) do update
       set file = excluded.file, measured_at = excluded.measured_at, requests = excluded.requests,
           accuracy_at_1 = excluded.accuracy_at_1, accuracy_at_5 = excluded.accuracy_at_5, mrr = excluded.mrr,
           for_none = excluded.for_none, offered_for_nothing = excluded.offered_for_nothing`,
    [file, at, requests, accuracyAt1, accuracyAt5, mrr, forNone, offeredForNothing],
  );
}

export async function lastMeasured(db: Queryable): Promise<MeasuredSet | undefined> {
  const { rows } = await db.query<MeasuredSet>(
    `select file, measured_at as at, requests, accuracy_at_1 as "accuracyAt1", accuracy_at_5 as "accuracyAt5", mrr,
            for_none as "forNone", offered_for_nothing as "offeredForNothing"
       from skill_metrics`,
  );
  return rows[0];
}
