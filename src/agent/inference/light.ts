import { jsonrepair } from 'jsonrepair';
import type { z } from 'zod';
import { messageOf } from '../../base/errors.ts';
import { uuid } from '../../base/ids.ts';
import { parseJson } from '../../base/json.ts';
import type { World } from '../../base/world.ts';
import type { Models } from '../models/index.ts';
import type { Ledger } from './ledger.ts';
import { type Model, ModelError } from './model.ts';
import { type AnswerCost, requestModel } from './request-model.ts';

export interface LightAsked {
  personId: string;
  conversationId?: string | undefined;
  system: string;
  text: string;
  /** The longest answer, in tokens; default 1,000. */
  maxTokens?: number;
  /** A model other than the light one: `heavy`, or `provider/model`, in place of which the heavy one is asked if it is unknown. */
  model?: string | undefined;
}

/**
 * The outcome, and its `price`: of a model whose price nobody knows like the dearest. A fault is a value: the caller goes on
 * without.
 */
export type LightAnswer =
  | { ok: true; text: string; model: string; price: number }
  /** `not_found`: no model is configured. `budget`: nothing more may be spent. */
  | { ok: false; fault: ModelError['fault']; message: string; price: number };

export interface LightModels {
  readonly available: boolean;
  /** A light model is configured beside the one that answers: what is nice to have is asked of it alone. */
  readonly hasLight: boolean;
  /** The most that asking may cost, whichever models are asked and however often; 0 only where none costs anything. */
  mostCost(asked: LightAsked): number;
  /**
   * Asks the light model once, or the one that `asked` names. `purpose` names the kind of question in the usage (`memory`,
   * `critique`). What it took is counted and held against the person's budget even where it fails. Ends soon after
   * `signal` has aborted.
   */
  light(purpose: string, asked: LightAsked, signal: AbortSignal): Promise<LightAnswer>;
  /**
   * Has `work` done, which costs `price` whatever comes of it, unless nothing more may be spent: then undefined. It is counted in
   * the usage under this name, and held against the person's budget.
   */
  spend<T>(asked: Spending, work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined>;
}

/** Cost of a service that is no model, in the currency of the prices. */
export interface Spending {
  purpose: string;
  personId: string;
  conversationId?: string | undefined;
  /** `speech/whisper-1`. */
  name: string;
  price: number;
}

interface LightDeps {
  world: World;
  models: Models | undefined;
  /** Answers where no models are configured; it costs nothing. */
  alone: Model | undefined;
  ledger: Ledger;
  /** The most that an answer of a model may cost; 0: no price is known. */
  worst(name: string): number;
}

const MAX_TOKENS = 1_000;
/** Requests to one model for one question: an empty answer is asked for again, and each request is sent twice at most. */
const REQUESTS = 4;
const FRAME_TOKENS = 500;

export function lightModels(deps: LightDeps): LightModels {
  const { models, alone } = deps;
  return {
    available: models !== undefined || alone !== undefined,
    hasLight: models !== undefined && models.nameOf('light') !== models.nameOf('default'),
    mostCost: (asked) => (models ? mostOf(models, asked) : 0),
    async light(purpose, asked, signal) {
      const model = models?.smallModel(asked.model) ?? alone;
      if (!model) return { ok: false, fault: 'not_found', message: 'No model is configured.', price: 0 };
      const cost: AnswerCost = { used: [], repairs: [] };
      try {
        const { text, by } = await ask(deps, model, { purpose, asked, cost }, signal);
        return { ok: true, text, model: by, price: priceOf(models, cost) };
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        return { ok: false, fault: error.fault, message: messageOf(error), price: priceOf(models, cost) };
      }
    },
    spend: (asked, work, signal) => spend(deps, asked, work, signal),
  };
}

async function spend<T>(
  { world, ledger }: LightDeps,
  { name, price, purpose, ...asked }: Spending,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  if (price === 0) return work();
  const spender = { id: uuid(world.clock.now()), steps: [], nested: [], reserved: [], isResumed: false };
  try {
    const money = await ledger.admit({ person: { id: asked.personId } }, spender, () => price, signal);
    if (money?.over) return undefined;
    try {
      return await work();
    } finally {
      await ledger.addAlone(asked, [ledger.row({ model: name, price, purpose })]);
    }
  } finally {
    await ledger.close(spender);
  }
}

function mostOf(models: Models, { model, system, text, maxTokens = MAX_TOKENS }: LightAsked): number {
  // A token is at least one byte.
  const input = Buffer.byteLength(system) + Buffer.byteLength(text) + FRAME_TOKENS;
  const prices = models.namesAsked(model).map((name) => {
    const output = maxTokens + (models.settings.providers[name.split('/')[0] ?? '']?.thinking ?? 0);
    return models.prices.atMost(name, { input, written: input, cached: 0, output });
  });
  return REQUESTS * prices.reduce((sum, price) => sum + price, 0);
}

function priceOf(models: Models | undefined, { used }: AnswerCost): number {
  return used.reduce((sum, { model, usage }) => sum + (models?.prices.atMost(model, usage) ?? 0), 0);
}

async function ask(
  { world, ledger, worst }: LightDeps,
  model: Model,
  { purpose, asked, cost }: { purpose: string; asked: LightAsked; cost: AnswerCost },
  signal: AbortSignal,
): Promise<{ text: string; by: string }> {
  const spender = { id: uuid(world.clock.now()), steps: [], nested: [], reserved: [], isResumed: false };
  try {
    const money = await ledger.admit({ person: { id: asked.personId } }, spender, () => worst(model.name), signal);
    if (money?.over) throw new ModelError('budget', 'The budget for models is used up.');
    const request = {
      system: asked.system,
      messages: [{ role: 'user' as const, text: asked.text }],
      tools: [],
      maxTokens: asked.maxTokens ?? MAX_TOKENS,
    };
    const answer = await requestModel(model, request, signal, { taken: new Set(), cost, continuations: 0 });
    const text = answer.text.trim();
    if (text === '') throw new ModelError('malformed_output', `${answer.model} answered nothing.`);
    return { text, by: answer.model };
  } finally {
    await ledger.addAlone(asked, ledger.rows(cost, { purpose }));
    await ledger.close(spender);
  }
}

/**
 * The JSON object in an answer, fenced or between words, where it fits its form. `mend` is given the text first: JSON that is
 * nearly right is taken, or, without a repair, one that was cut off is not.
 */
export function readForm<T>(answer: string, form: z.ZodType<T>, mend = jsonrepair): T | undefined {
  const braced = answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
  for (const text of [fencedIn(answer), braced]) {
    try {
      const read = form.safeParse(parseJson(mend(text)));
      if (read.success) return read.data;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

function fencedIn(answer: string): string {
  const open = /```(?:json)?[ \t]*\n/.exec(answer);
  if (!open) return '';
  const from = open.index + open[0].length;
  return answer.slice(from, Math.max(from, answer.indexOf('\n```', from)));
}
