/**
 * The window with which a model is served. A model may have been trained for more, and a list in OpenAI's form does not
 * tell: Ollama, llama.cpp and LM Studio do in an API of their own, vLLM in its list.
 */
import { z } from 'zod';
import { anything, list, maybe, tokens, words } from './wire.ts';

/** The JSON that a service answers at `path` of its root; posted where there is a `body`. */
export type AskService = (path: string, body?: unknown) => Promise<unknown>;

export interface ServedModel {
  /** False where the service says that the model takes none. */
  tools?: boolean;
  /** Tokens of the window that is in use; undefined where the service does not say, or has not loaded the model. */
  window?: number | undefined;
  /** Tokens of the longest window that the model can have. */
  longest?: number | undefined;
}

/** A model as services list it; each has its own name for the window. */
export const listedModel = z.object({
  id: words,
  type: words,
  object: words,
  owned_by: words,
  max_model_len: tokens,
  context_window: tokens,
  context_length: tokens,
  max_context_length: tokens,
  meta: maybe({ n_ctx: tokens }),
});
export type ListedModel = z.output<typeof listedModel>;

type Service = 'ollama' | 'llamacpp' | 'lmstudio';

const SERVICES: Readonly<
  Record<Service, { owner: string; ask: (model: string, ask: AskService) => Promise<ServedModel> }>
> = {
  ollama: { owner: 'library', ask: askOllama },
  llamacpp: { owner: 'llamacpp', ask: askLlamaCpp },
  lmstudio: { owner: 'organization_owner', ask: askLmStudio },
};

/** Asks the service itself, which is known by its list, or by the name that its provider has in the configuration. */
export async function servedModel(
  { provider, model, data }: { provider: string; model: string; data: readonly ListedModel[] },
  ask: AskService,
): Promise<ServedModel> {
  const owners = new Set(data.map(({ owned_by: owner }) => owner));
  const services = Object.entries(SERVICES);
  const service = services.find(([, { owner }]) => owners.has(owner)) ?? services.find(([name]) => name === provider);
  if (!service) return {};
  try {
    return await service[1].ask(model, ask);
  } catch {
    // An older one, or something that only calls itself so: nothing more is known.
    return {};
  }
}

/** The tokens that a list tells of a model; undefined where it tells none. */
export function listedWindow(entry: ListedModel | undefined): number | undefined {
  const { max_model_len, context_window, context_length, max_context_length, meta } = entry ?? {};
  return leastOf([max_model_len, context_window, context_length, max_context_length, meta?.n_ctx]);
}

/** The least of what is known; 0 stands for nothing known. */
export function leastOf(counts: readonly (number | undefined)[]): number | undefined {
  const knownCounts = counts.filter((count) => count !== undefined && count > 0) as number[];
  return knownCounts.length === 0 ? undefined : Math.min(...knownCounts);
}

/** True if two names mean one model, whatever stands around them. */
export const isSameModel = (a: string, b: string): boolean => plain(a) === plain(b);

function plain(id: string): string {
  return id
    .toLowerCase()
    .replace(/^models\//, '')
    .replace(/:(?:latest|free|nitro|floor|online|thinking|extended|exacto|beta)$/, '');
}

const ollamaModel = z.object({
  capabilities: list(z.string()),
  parameters: words,
  model_info: z.record(z.string(), z.unknown()).catch({}),
});
const ollamaRunning = z.object({ models: list(z.object({ name: words, context_length: tokens })) });

/** `/api/ps` has what is loaded, `num_ctx` what the model's file sets, `model_info` what it was trained for. */
async function askOllama(model: string, ask: AskService): Promise<ServedModel> {
  const [description, running] = await Promise.all([ask('/api/show', { model }), ask('/api/ps')]);
  const { capabilities, parameters, model_info: info } = ollamaModel.catch(NO_MODEL).parse(description);
  const { models } = ollamaRunning.catch({ models: [] }).parse(running);
  const loaded = models.find(({ name }) => isSameModel(name, model))?.context_length;
  const [, set] = /^num_ctx[ \t]+(\d{1,9})/m.exec(parameters) ?? [];
  const [, trained] = Object.entries(info).find(([field]) => field.endsWith('.context_length')) ?? [];
  const longest = leastOf([tokens.parse(trained)]);
  return {
    ...(capabilities.length > 0 && { tools: capabilities.includes('tools') }),
    window: leastOf([loaded ?? (set === undefined ? undefined : Number(set))]),
    longest,
  };
}

const NO_MODEL: z.output<typeof ollamaModel> = { capabilities: [], parameters: '', model_info: {} };

const llamaProperties = z.object({ default_generation_settings: maybe({ n_ctx: tokens }) });

/** The window of one slot, which a request has to itself. A router of several models loads none for the question. */
async function askLlamaCpp(model: string, ask: AskService): Promise<ServedModel> {
  const answer = await ask(`/props?model=${encodeURIComponent(model)}&autoload=false`);
  const { default_generation_settings: settings } = llamaProperties.parse(answer);
  return { window: leastOf([settings?.n_ctx]) };
}

const lmStudioModels = z.object({
  data: list(z.object({ id: words, state: anything, loaded_context_length: tokens, max_context_length: tokens })),
});

async function askLmStudio(model: string, ask: AskService): Promise<ServedModel> {
  const { data } = lmStudioModels.parse(await ask('/api/v0/models'));
  const entry = data.find(({ id }) => isSameModel(id, model));
  return { window: leastOf([entry?.loaded_context_length]), longest: leastOf([entry?.max_context_length]) };
}
