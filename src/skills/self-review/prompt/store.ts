import type { Instant } from '../../../base/clock.ts';
import type { Json } from '../../../base/json.ts';
import { omitUndefined } from '../../../base/json.ts';
import type { Queryable, Transaction } from '../../../storage/index.ts';

export interface PromptVersion {
  version: number;
  at: Instant;
  proposalId: string;
  /** The version that it changes; null: the empty one. */
  base: number | null;
  content: string;
  state: 'trial' | 'current' | 'retired' | 'rolled_back';
  endedAt: Instant | null;
  result: Json;
}

const COLUMNS = `version, at, proposal_id as "proposalId", base, content, state, ended_at as "endedAt", result`;

export async function inUse(db: Queryable): Promise<{ current?: PromptVersion; trial?: PromptVersion }> {
  const { rows } = await db.query<PromptVersion>(
    `select ${COLUMNS} from prompt_versions where state in ('current', 'trial')`,
  );
  const current = rows.find(({ state }) => state === 'current');
  const trial = rows.find(({ state }) => state === 'trial');
  return omitUndefined({ current, trial });
}

export async function find(db: Queryable, version: number): Promise<PromptVersion | undefined> {
  const { rows } = await db.query<PromptVersion>(`select ${COLUMNS} from prompt_versions where version = $1`, [
    version,
  ]);
  return rows[0];
}

export async function newest(db: Queryable, limit: number): Promise<PromptVersion[]> {
  const { rows } = await db.query<PromptVersion>(
    `select ${COLUMNS} from prompt_versions order by version desc limit $1`,
    [limit],
  );
  return rows;
}

export async function insertTrial(
  tx: Transaction,
  { proposalId, base, content }: Pick<PromptVersion, 'proposalId' | 'base' | 'content'>,
  now: Instant,
): Promise<number> {
  const { rows } = await tx.query<{ version: number }>(
    `insert into prompt_versions (version, at, proposal_id, base, content, state)
     values ((select coalesce(max(version), 0) + 1 from prompt_versions), $1, $2, $3, $4, 'trial') returning version`,
    [now, proposalId, base, content],
  );
  return rows[0]?.version ?? 0;
}

export async function setState(
  tx: Transaction,
  version: number,
  state: PromptVersion['state'],
  now: Instant,
  result?: Json,
): Promise<void> {
  await tx.query(
    `update prompt_versions set state = $2, ended_at = coalesce(ended_at, $3), result = coalesce($4, result)
      where version = $1`,
    [version, state, now, result === undefined ? null : JSON.stringify(result)],
  );
}

export async function scores(
  tx: Transaction,
  version: number,
  since: Instant,
): Promise<Record<'with' | 'without', { turns: number; mean: number | null }>> {
  const { rows } = await tx.query<{ isWith: boolean; turns: number; mean: number | null }>(
    `select coalesce(prompt_version = $1, false) as "isWith", count(*)::int as turns, avg(score)::float8 as mean
       from self_assessments where at >= $2 group by 1`,
    [version, since],
  );
  const none = { turns: 0, mean: null };
  const of = (isWith: boolean) => {
    const found = rows.find((row) => row.isWith === isWith);
    return found ? { turns: found.turns, mean: found.mean } : none;
  };
  return { with: of(true), without: of(false) };
}
