/** Models' answers in JSON: asked for within the budget of self-improvement, and read by a schema. */
import { jsonrepair } from 'jsonrepair';
import type { z } from 'zod';
import type { LightAsked } from '../agent/index.ts';
import { parseJson } from '../base/json.ts';
import { readerOf } from '../storage/index.ts';
import { askOrRetry, type BudgetDeps, type Purpose } from './budget.ts';
import * as store from './store.ts';

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

/** The JSON object in an answer, mended where it is nearly one. */
export function readForm<T>(answer: string, form: z.ZodType<T>): T | undefined {
  const from = answer.indexOf('{');
  const json = from < 0 ? '' : answer.slice(from, answer.lastIndexOf('}') + 1);
  if (json === '') return undefined;
  try {
    return form.safeParse(parseJson(jsonrepair(json))).data;
  } catch {
    return undefined;
  }
}
