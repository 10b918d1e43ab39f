/** Versions of the guidance: each is a trial of the proposal that made it. */
import { z } from 'zod';
import type { Instant } from '../../../base/clock.ts';
import { omitUndefined } from '../../../base/json.ts';
import { type Proposal, proposalStore } from '../../../proposals/index.ts';
import type { Queryable, Transaction } from '../../../storage/index.ts';

export const CATEGORY = 'prompt';
const MOST_RETIRED = 1_000;

const score = z.object({ turns: z.number(), mean: z.number().nullable() });

export const versionForm = z.object({
  version: z.int(),
  at: z.coerce.date(),
  /** The version that it changes; null: the empty one. */
  base: z.int().nullable(),
  content: z.string(),
  endedAt: z.coerce.date().nullable(),
  scores: z.object({ with: score, without: score }).nullable().catch(null),
});

export type Scores = NonNullable<z.output<typeof versionForm>['scores']>;
export type PromptVersion = z.output<typeof versionForm> & { proposal: Proposal };

const versionOf = (proposal: Proposal): PromptVersion => ({ ...versionForm.parse(proposal.trials.at(-1)), proposal });

export async function inUse(db: Queryable): Promise<{ current?: PromptVersion; trial?: PromptVersion }> {
  const used = await proposalStore.list(db, { category: CATEGORY, states: ['trial', 'applied'] }, 2);
  const versionIn = (state: Proposal['state']) => used.filter((each) => each.state === state).map(versionOf)[0];
  return omitUndefined({ current: versionIn('applied'), trial: versionIn('trial') });
}

/** The version that `from` was made of. */
export async function baseOf(db: Queryable, from: PromptVersion): Promise<PromptVersion | undefined> {
  const retired = await proposalStore.list(db, { category: CATEGORY, states: ['retired'] }, MOST_RETIRED);
  return retired.map(versionOf).find(({ version }) => version === from.base);
}

export async function nextVersion(tx: Transaction): Promise<number> {
  const trials = await proposalStore.listTrials(tx, CATEGORY);
  return 1 + Math.max(0, ...trials.map((trial) => versionForm.parse(trial).version));
}

/** Ends a trial, or goes back to a version that was retired. */
export async function putState(
  tx: Transaction,
  { proposal, at, endedAt, ...trial }: PromptVersion,
  state: Proposal['state'],
  now: Instant,
): Promise<void> {
  const ended = { ...trial, at: at.toISOString(), endedAt: (endedAt ?? now).toISOString() };
  const trials = [...proposal.trials.slice(0, -1), ended];
  await proposalStore.mark(tx, proposal.id, { state, outcome: null, personId: undefined, trials }, now);
}

export async function scores(tx: Transaction, version: number, since: Instant): Promise<Scores> {
  const { rows } = await tx.query<{ isWith: boolean; turns: number; mean: number | null }>(
    `select coalesce(prompt_version = $1, false) as "isWith", count(*)::int as turns, avg(score)::float8 as mean
       from self_assessments where at >= $2 group by 1`,
    [version, since],
  );
  const of = (isWith: boolean) => {
    const { turns, mean } = rows.find((row) => row.isWith === isWith) ?? { turns: 0, mean: null };
    return { turns, mean };
  };
  return { with: of(true), without: of(false) };
}
