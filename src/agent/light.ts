import { messageOf } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import type { World } from '../base/world.ts';
import { askModel, type Took } from './asking.ts';
import type { Ledger } from './ledger.ts';
import { type Model, ModelError } from './model.ts';
import type { Models } from './models/index.ts';

/** A small question of coda's own, outside the answer to a message. */
export interface LightAsked {
  /** Whose budget pays for it. */
  personId: string;
  /** Where it belongs, for `/cost`. */
  conversationId?: string | undefined;
  system: string;
  text: string;
  /** The longest answer, in tokens; default 1,000. */
  maxTokens?: number;
}

/** What came of it. A fault is a value: whoever asks goes on without. */
export type LightAnswer =
  | { ok: true; text: string; model: string }
  /** `not_found`: no model is configured. `budget`: nothing more may be spent. */
  | { ok: false; fault: ModelError['fault']; message: string };

/** Calls of the light model outside a turn, with their usage. */
export interface LightModels {
  /** Whether a model is configured. */
  readonly available: boolean;
  /**
   * Asks the light model once. `purpose` names the kind of question in the usage (`memory`, `critique`). What it took is
   * counted and held against the person's budget even where it fails. Ends soon after `signal` has aborted.
   */
  light(purpose: string, asked: LightAsked, signal: AbortSignal): Promise<LightAnswer>;
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

/** Opens the calls of the light model. */
export function lightModels(deps: LightDeps): LightModels {
  const { models, alone } = deps;
  return {
    available: models !== undefined || alone !== undefined,
    async light(purpose, asked, signal) {
      const model = models?.light() ?? alone;
      if (!model) return { ok: false, fault: 'not_found', message: 'No model is configured.' };
      try {
        return await ask(deps, model, purpose, asked, signal);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        return { ok: false, fault: error.fault, message: messageOf(error) };
      }
    },
  };
}

async function ask(
  { world, ledger, worst }: LightDeps,
  model: Model,
  purpose: string,
  asked: LightAsked,
  signal: AbortSignal,
): Promise<LightAnswer> {
  const spender = { id: uuid(world.clock.now()), steps: [], nested: [], reserved: [], isResumed: false };
  const took: Took = { used: [], repairs: [] };
  try {
    const money = await ledger.admit({ person: { id: asked.personId } }, spender, () => worst(model.name), signal);
    if (money?.over) throw new ModelError('budget', 'The budget for models is used up.');
    const request = {
      system: asked.system,
      moving: '',
      messages: [{ role: 'user' as const, text: asked.text }],
      tools: [],
      maxTokens: asked.maxTokens ?? MAX_TOKENS,
    };
    const answer = await askModel(model, request, signal, { taken: new Set(), took, continuations: 0 });
    const text = answer.text.trim();
    if (text === '') throw new ModelError('malformed_output', `${answer.model} answered nothing.`);
    return { ok: true, text, model: answer.model };
  } finally {
    await ledger.addAlone(asked, ledger.rows(took, { purpose }));
    await ledger.close(spender);
  }
}
