/** The monthly budget of self-improvement, which no call may pass. */
import type { z } from 'zod';
import { Calendar, type LightAnswer, type LightAsked, readForm } from '../agent/index.ts';
import type { Instant } from '../base/clock.ts';
import { uuid } from '../base/ids.ts';
import type { ModelDeps, PeopleDeps, SkillDeps } from '../chat/index.ts';
import { type Queryable, readerOf } from '../storage/index.ts';
import type { Improvement } from './config.ts';
import * as store from './store.ts';

export type BudgetDeps = Pick<SkillDeps<Improvement>, 'database' | 'world' | 'config'> & {
  models: Pick<ModelDeps, 'small'>;
  people: Pick<PeopleDeps, 'household'>;
};

export type Purpose = `improvement.${string}`;

const monthOf = ({ people: { household } }: Pick<BudgetDeps, 'people'>, now: Instant): string =>
  new Calendar(household.zone).month(now).slice(0, 7);

export async function leftOf(deps: Pick<BudgetDeps, 'people' | 'config' | 'world'>, db: Queryable): Promise<number> {
  const spending = await store.spentIn(db, monthOf(deps, deps.world.clock.now()));
  return Math.max(0, deps.config.budget.month - spending);
}

/**
 * Asks a model within the budget. The most that the call may cost is reserved first and held where the process dies; where
 * that does not fit, nothing is asked and the fault is `budget`.
 */
export async function askWithin(
  deps: BudgetDeps,
  purpose: Purpose,
  asked: LightAsked,
  signal: AbortSignal,
): Promise<LightAnswer> {
  const { database, world, config } = deps;
  const { small: models } = deps.models;
  const now = world.clock.now();
  const [id, month, price] = [uuid(now), monthOf(deps, now), models.mostCost(asked)];
  const fits = await database.tx('improvement.reserve', async (tx) => {
    await store.lock(tx);
    const spending = await store.spentIn(tx, month);
    if (config.budget.month === 0 || spending + price > config.budget.month) return false;
    await store.reserve(tx, { id, month, purpose, price }, now);
    return true;
  });
  if (!fits) return { ok: false, fault: 'budget', message: 'The budget of self-improvement is used up.', price: 0 };
  const answer = await models.light(purpose, asked, signal);
  await database.tx('improvement.settle', (tx) => store.putPrice(tx, id, answer.price));
  return answer;
}

/** Something outside does not answer: whatever asks is tried again later. */
export class RetryLater extends Error {}

/** The same; a fault that may pass is thrown as `RetryLater`. */
export async function askOrRetry(...asked: Parameters<typeof askWithin>): Promise<LightAnswer> {
  const answer = await askWithin(...asked);
  asked[3].throwIfAborted();
  if (!answer.ok && PASSING.includes(answer.fault)) throw new RetryLater(answer.message);
  return answer;
}

const PASSING: readonly string[] = ['transient', 'rate_limited', 'cancelled'];

interface Question<T> {
  purpose: Purpose;
  /** `personId`: pays where there is no owner. */
  asked: Omit<LightAsked, 'personId'> & { personId?: string };
  form: z.ZodType<T>;
}

/** The answer, at the cost of the owner who came first. `value` is undefined where it does not fit its form. */
export async function askForm<T>(
  deps: BudgetDeps,
  { purpose, asked, form }: Question<T>,
  signal: AbortSignal,
): Promise<{ ok: true; value: T | undefined } | { ok: false }> {
  const personId = (await store.firstOwner(readerOf(deps.database))) ?? asked.personId;
  if (!deps.models.small.available || personId === undefined) return { ok: false };
  const answer = await askOrRetry(deps, purpose, { ...asked, personId }, signal);
  if (answer.ok) return { ok: true, value: readForm(answer.text, form) };
  deps.world.log.warn({ purpose, fault: answer.fault }, 'a question of self-improvement was not answered');
  return { ok: false };
}

/** Asks for second looks at calls, on the budget of self-improvement; beside it that of the owner who came first pays. */
export function critic(deps: BudgetDeps): (asked: LightAsked, signal: AbortSignal) => Promise<LightAnswer> {
  return async (asked, signal) => {
    const personId = (await store.firstOwner(readerOf(deps.database))) ?? asked.personId;
    return askWithin(deps, 'improvement.critique', { ...asked, personId, conversationId: undefined }, signal);
  };
}

/** `heavy_model`, by either of its names; the heavy model of the configuration where neither is there. */
export const heavyOf = ({ heavy_model, opus_model }: Improvement): string => heavy_model ?? opus_model ?? 'heavy';
