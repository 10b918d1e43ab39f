import { askWindow, checkProvider, openModels, type ProviderHealth } from '../../agent/index.ts';
import { deadline } from '../../base/async.ts';
import { SystemClock } from '../../base/clock.ts';
import { omitUndefined } from '../../base/json.ts';
import { silentLog } from '../../base/log.ts';
import { MetricsBook } from '../../base/metrics.ts';
import { isUrl } from '../../base/text.ts';
import { modelsConfig } from '../../config/index.ts';
import type { Change } from './files.ts';

interface ProviderChoice {
  name: string;
  kind: 'anthropic' | 'openai-compatible';
  base_url?: string;
  api_key?: string;
  /** Tokens of the window with which it serves the model. */
  context_tokens?: number;
}

export interface LocalModels extends ProviderChoice {
  title: string;
  base_url: string;
  /** Models that answer, as `provider/model`. */
  models: readonly string[];
}

/** Services that answer with a key, and the variable that holds it. */
export const VENDORS = [
  { name: 'anthropic', title: 'Anthropic', kind: 'anthropic', env: 'ANTHROPIC_API_KEY' },
  { name: 'openai', title: 'OpenAI', kind: 'openai-compatible', env: 'OPENAI_API_KEY' },
] as const;

export type Vendor = (typeof VENDORS)[number];

/** The chosen model, as `provider/model`, with its provider as the configuration is to have it. */
export interface ModelChoice {
  name: string;
  provider: ProviderChoice;
}

const LOCAL_WITHIN_MS = 1_500;
const ASK_WITHIN_MS = 10_000;
/** A large model is read from a slow disk. */
const LOAD_WITHIN_MS = 60_000;
/** As the configuration has it. */
const LEAST_WINDOW = 2_000;
const MOST_MODELS = 8;

/** The models that Ollama (at OLLAMA_HOST, as its own programs find it), LM Studio and llama.cpp serve here. */
export async function findLocalModels(env: Readonly<Record<string, string | undefined>>): Promise<LocalModels[]> {
  const places = [
    { name: 'ollama', title: 'Ollama', base_url: `${hostUrl(env.OLLAMA_HOST || '127.0.0.1:11434')}/v1` },
    { name: 'lmstudio', title: 'LM Studio', base_url: 'http://127.0.0.1:1234/v1' },
    { name: 'llamacpp', title: 'llama.cpp', base_url: 'http://127.0.0.1:8080/v1' },
  ];
  const found = await Promise.all(
    places.map(async (place) => ({ ...place, kind: 'openai-compatible' as const, models: await modelsAt(place) })),
  );
  return found.filter(({ models }) => models.length > 0);
}

function hostUrl(host: string): string {
  const url = /^https?:\/\//.test(host) ? host : `http://${host}`;
  if (!isUrl(url)) return 'http://127.0.0.1:11434';
  const { protocol, hostname, port } = new URL(url);
  return `${protocol}//${hostname === '0.0.0.0' ? '127.0.0.1' : hostname}:${port || '11434'}`;
}

async function modelsAt({ name, base_url }: { name: string; base_url: string }): Promise<string[]> {
  using limit = deadline(LOCAL_WITHIN_MS);
  try {
    const response = await fetch(`${base_url}/models`, { signal: limit.signal });
    const { data } = (await response.json()) as { data?: { id?: unknown }[] };
    const ids = (Array.isArray(data) ? data : []).flatMap(({ id }) => (typeof id === 'string' ? id : []));
    // Embedding models are listed beside those that answer.
    const answering = ids.filter((id) => /^\S{1,200}$/.test(id) && !/embed/i.test(id));
    return answering.slice(0, MOST_MODELS).map((id) => `${name}/${id}`);
  } catch {
    return [];
  }
}

/** The window with which `model` (`provider/model`) is served here; undefined where that is not known. */
async function findWindow(home: LocalModels, model: string): Promise<number | undefined> {
  using limit = deadline(LOAD_WITHIN_MS);
  const window = await askWindow(home, model.slice(home.name.length + 1), limit.signal);
  return window !== undefined && window >= LEAST_WINDOW ? window : undefined;
}

/** Asks a provider for `wanted`, or for its usual model. */
async function probeProvider(
  { name, ...settings }: ProviderChoice,
  wanted: string | undefined,
): Promise<ProviderHealth & { model: string }> {
  const models = openModels({
    settings: modelsConfig.schema.parse(omitUndefined({ default: wanted, providers: { [name]: settings } })),
    clock: new SystemClock(),
    log: silentLog(),
    metrics: new MetricsBook(),
  });
  const model = models?.names()[0] ?? '';
  if (!models) return { ok: false, says: 'names no model', remedy: 'Choose one.', model };
  using limit = deadline(ASK_WITHIN_MS);
  return { ...(await checkProvider(name, models, limit.signal)), model };
}

/** A model of this machine, with the window with which it is served where that is smaller than the one that is set. */
export async function localChoice(
  home: LocalModels,
  choice: string,
  current: (...path: string[]) => unknown,
): Promise<ModelChoice> {
  const { name, kind, base_url } = home;
  const window = await findWindow(home, choice);
  const set = Number(current('models', 'providers', name, 'context_tokens') ?? Number.POSITIVE_INFINITY);
  // A smaller one is somebody's choice; a larger one would be cut off without a word.
  const context_tokens = window !== undefined && !(set <= window) ? window : undefined;
  return { name: choice, provider: omitUndefined({ name, kind, base_url, context_tokens }) };
}

/** A vendor's model, after the vendor has taken the key; the configuration refers to the variable that holds it. */
export async function vendorChoice(
  { name, kind, env }: Vendor,
  { choice, key, current }: { choice: string; key: string; current(...path: string[]): unknown },
): Promise<{ ok: true; model: ModelChoice } | (ProviderHealth & { ok: false })> {
  const url = textIn(current('models', 'providers', name, 'base_url'));
  const provider = omitUndefined({ name, kind, api_key: key, base_url: url });
  // Behind an address of one's own nothing is known of its models but the one that is set.
  const set = url === undefined ? undefined : textIn(current('models', 'default'));
  const wanted = choice === name ? (set?.startsWith(`${name}/`) ? set : undefined) : choice;
  const { model, ...answer } = await probeProvider(provider, wanted);
  if (!answer.ok) return { ...answer, ok: false };
  return {
    ok: true,
    model: { name: choice === name ? model : choice, provider: { ...provider, api_key: `\${${env}}` } },
  };
}

const textIn = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export function modelChanges({ name, provider: { name: provider, ...settings } }: ModelChoice): Change[] {
  return [
    [['models', 'default'], name],
    ...Object.entries(settings).map(([key, value]): Change => [['models', 'providers', provider, key], value]),
  ];
}
