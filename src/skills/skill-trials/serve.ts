import type { CallContext } from '../../agent/index.ts';
import type { AgentSkill } from '../../agent-skills/skill.ts';
import type { Database, Queryable, Transaction } from '../../storage/index.ts';
import * as store from './store.ts';

export interface Served {
  chosen: AgentSkill | undefined;
  /** Runs are shared among these; empty: there is no trial. */
  trial: readonly AgentSkill[];
}

/** Variants without the trials: for what was planned with the files that are used outside of one. */
export const withoutTrials = (served: ServedVariants): ServedVariants =>
  new Map([...served].map(([key, { chosen }]) => [key, { chosen, trial: [] }]));

/** By `servedKey`. */
export type ServedVariants = ReadonlyMap<string, Served>;

export const servedKey = ({ name, source }: AgentSkill): string => `${source.kind} ${name}`;

const keyOf = ({ name, variant, source }: AgentSkill): store.SkillKey => ({
  skill: name,
  source: variant?.of ?? source.kind,
});

/** The skill with the files that it is used with outside of a trial. */
export const inForce = (served: ServedVariants, skill: AgentSkill): AgentSkill =>
  served.get(servedKey(skill))?.chosen ?? skill;

type RunContext = Pick<CallContext, 'turn' | 'request' | 'conversationId'>;

/** The same when the call is run again; undefined where nobody asks. */
function runOf({ name }: AgentSkill, { turn, request }: RunContext): string | undefined {
  const asked = turn.callKey ?? request.id;
  return asked === undefined ? undefined : `${asked}/${name}`;
}

export async function forRun(
  db: Queryable,
  served: ServedVariants,
  skill: AgentSkill,
  ctx: RunContext,
): Promise<AgentSkill> {
  const own = served.get(servedKey(skill));
  if (!own) return skill;
  if (own.trial.length === 0) return own.chosen ?? skill;
  const run = runOf(skill, ctx);
  const given = run === undefined ? undefined : await store.hashOfRun(db, run);
  const same = own.trial.find(({ variant }) => variant?.hash === given);
  if (same) return same;
  const counts = await store.runCounts(db, keyOf(skill));
  const begun = ({ variant }: AgentSkill) => counts.get(variant?.hash ?? '')?.begun ?? 0;
  return own.trial.reduce((best, one) => (begun(one) < begun(best) ? one : best));
}

/** The skill with the files that it was last run with in the conversation, for what its instructions name. */
export async function inUse(
  db: Queryable,
  served: ServedVariants,
  skill: AgentSkill,
  conversationId: string,
): Promise<AgentSkill> {
  const own = served.get(servedKey(skill));
  if (!own || own.trial.length === 0) return own?.chosen ?? skill;
  const hash = await store.lastHash(db, keyOf(skill), conversationId);
  return own.trial.find(({ variant }) => variant?.hash === hash) ?? own.chosen ?? skill;
}

/** Notes a run of a variant; its turn tells what came of it. */
export async function noteRun(
  tx: Transaction,
  skill: AgentSkill,
  ctx: RunContext & Pick<CallContext, 'clock'>,
): Promise<void> {
  const call = runOf(skill, ctx);
  if (!skill.variant || call === undefined) return;
  const { conversationId, request } = ctx;
  await store.addRun(
    tx,
    { call, ...keyOf(skill), hash: skill.variant.hash, conversationId, inboxId: request.id },
    ctx.clock.now(),
  );
}

export async function noteEnd(
  database: Pick<Database, 'tx'>,
  skill: AgentSkill,
  ctx: RunContext,
  isWell: boolean,
): Promise<void> {
  const call = runOf(skill, ctx);
  if (!skill.variant || call === undefined) return;
  await database.tx('skills.variant.end', (tx) => store.endRun(tx, call, isWell));
}

export async function noteWrong(
  tx: Transaction,
  served: ServedVariants,
  skill: AgentSkill,
  conversationId: string,
): Promise<void> {
  if (served.has(servedKey(skill))) await store.failLast(tx, keyOf(skill), conversationId);
}
