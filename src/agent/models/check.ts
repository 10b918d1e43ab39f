import { z } from 'zod';
import { deadline } from '../../base/async.ts';
import { parseJson } from '../../base/json.ts';
import { reachTrouble } from '../../base/reach.ts';
import { didYouMean } from '../../base/text.ts';
import { fetchService } from '../../egress/index.ts';
import { faultOf } from './fault.ts';
import type { ModelSettings, Models } from './index.ts';
import {
  isSameModel,
  type ListedModel,
  leastOf,
  listedModel,
  listedWindow,
  type ServedModel,
  servedModel,
} from './served-window.ts';
import { list } from './wire.ts';

type Provider = ModelSettings['providers'][string];
type Connection = Pick<Provider, 'kind' | 'api_key'>;

/** Result of requesting a provider's list of models: that costs nothing, and shows address, key and names. */
export interface ProviderHealth {
  ok: boolean;
  code?: string;
  says: string;
  remedy?: string;
}

const listing = z.object({ data: list(listedModel) }).catch({ data: [] });

const LARGEST_ANSWER_BYTES = 8 << 20;
const OPTIONAL_ANSWER_MS = 3_000;
/** The same where it is all that is asked for. */
const WINDOW_ANSWER_MS = 30_000;

/**
 * Asks one provider, for those of `models` that are its own. Asks no model; never throws, and never says a key.
 * `optionalMs`: milliseconds that its service's own API may take.
 */
export async function checkProvider(
  name: string,
  models: Models,
  signal: AbortSignal,
  optionalMs = OPTIONAL_ANSWER_MS,
): Promise<ProviderHealth> {
  const provider = models.settings.providers[name] as Provider;
  const base = baseOf(provider);
  try {
    const asked = await ask(`${base}${PATHS[provider.kind].models}`, provider, signal);
    const wrong = asked.isApi ? undefined : asked.status;
    if (wrong !== undefined) {
      // A service may have no list and yet answer.
      const speaks = (wrong === 404 || wrong === 405) && (await speaksHere(provider, base, signal));
      if (!speaks) return refusedHealth(name, provider, asked, base, signal);
      return models.hasNoCredit(name) ? noCredit(name, base) : { ok: true, says: `answers at ${hostOf(base)}` };
    }
    const { data } = listing.parse(asked.body);
    if (isOther(provider, data) && !(await speaksHere(provider, base, signal))) {
      return addressWrong(name, provider, base, signal);
    }
    const own = models.names().filter((each) => each.startsWith(`${name}/`));
    const place = { provider, base, data, signal, optionalMs };
    const problems = await Promise.all(own.map((each) => problemOf(each, models, place)));
    const faults = problems.flatMap((problem) => problem ?? []);
    if (faults.length === 0)
      return models.hasNoCredit(name) ? noCredit(name, base) : { ok: true, says: `answers at ${hostOf(base)}` };
    return {
      ok: false,
      code: faults[0]?.code ?? 'MODEL',
      says: faults.map(({ says }) => says).join('; '),
      remedy: [...new Set(faults.map(({ remedy }) => remedy))].join(' '),
    };
  } catch (error) {
    return untrustedHealth(name, base, error) ?? awayHealth(name, base);
  }
}

/**
 * The window in tokens with which a server on this machine serves a model; undefined where it does not say. Ollama chooses
 * one when it loads a model, so that this one is loaded, as the first message would.
 */
export async function askWindow(
  { name, base_url: base, ...provider }: Connection & { name: string; base_url: string },
  model: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const { data } = listing.parse((await ask(`${base}/models`, provider, signal)).body);
    const place = { provider, base, data, signal, optionalMs: WINDOW_ANSWER_MS };
    const listed = listedWindow(data.find(({ id }) => isSameModel(id, model)));
    const { window } = await askService(name, model, place);
    if (window !== undefined || listed !== undefined || name !== 'ollama') return leastOf([window, listed]);
    await ask(`${base.replace(/\/v1$/, '')}/api/generate`, provider, signal, { model });
    return (await askService(name, model, place)).window;
  } catch {
    return undefined;
  }
}

interface ProbeAnswer {
  status: number;
  headers: Headers;
  isApi: boolean;
  body: unknown;
}

const PATHS = {
  anthropic: { models: '/v1/models', speak: '/v1/messages' },
  'openai-compatible': { models: '/models', speak: '/chat/completions' },
} as const;

function baseOf({ kind, base_url }: Provider): string {
  const own = kind === 'anthropic' ? 'https://api.anthropic.com' : 'https://api.openai.com/v1';
  return (base_url ?? own).replace(/\/$/, '');
}

function hostOf(url: string): string {
  return new URL(url).host;
}

async function ask(
  url: string,
  { kind, api_key }: Connection,
  signal: AbortSignal,
  body?: unknown,
): Promise<ProbeAnswer> {
  const key =
    kind === 'anthropic'
      ? { 'x-api-key': api_key ?? '', 'anthropic-version': '2023-06-01' }
      : { authorization: `Bearer ${api_key ?? ''}` };
  const payload = body !== undefined && { method: 'POST', body: JSON.stringify(body) };
  const response = await fetchService(url, {
    ...payload,
    headers: { ...key, 'content-type': 'application/json' },
    signal,
  });
  const { status, headers } = response;
  const isPage = (headers.get('content-type') ?? '').includes('text/html');
  const json = await jsonOf(response);
  return { status: isPage && response.ok ? 404 : status, headers, isApi: response.ok && !isPage, body: json };
}

async function jsonOf(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  try {
    return parseJson(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

function isOther({ kind }: Provider, data: readonly ListedModel[]): boolean {
  if (data.length === 0) return false;
  const isAnthropic = data.every(({ type, object }) => type === 'model' && object === '');
  return kind === 'anthropic' ? data.every(({ object }) => object === 'model') : isAnthropic;
}

/** True if questions can be asked here. One without a model is refused before it costs anything. */
async function speaksHere(provider: Provider, base: string, signal: AbortSignal): Promise<boolean> {
  const { status, headers } = await ask(`${base}${PATHS[provider.kind].speak}`, provider, signal, {});
  return status !== 404 && status !== 405 && !(headers.get('content-type') ?? '').includes('text/html');
}

interface Problem {
  code: string;
  says: string;
  remedy: string;
}

interface Place {
  provider: Provider;
  base: string;
  data: readonly ListedModel[];
  signal: AbortSignal;
  /** Milliseconds that an answer is waited for without which the rest is known. */
  optionalMs: number;
}

async function problemOf(name: string, models: Models, place: Place): Promise<Problem | undefined> {
  const { data } = place;
  const provider = name.slice(0, name.indexOf('/'));
  const model = name.slice(provider.length + 1);
  const entry = data.find(({ id }) => isSameModel(id, model));
  if (!entry && data.length > 0 && (await isMissing(model, place))) {
    const near = didYouMean(
      model,
      data.map(({ id }) => id),
    );
    const remedy = near
      ? `Did you mean ${provider}/${near}?`
      : `Choose one that it has, such as ${provider}/${data[0]?.id}.`;
    return { code: 'MODEL_MISSING', says: `has no model ${model}`, remedy };
  }
  const served = await askService(provider, model, place);
  const learnt = models.learnt(name);
  const isFound = learnt.refuses.has('tools') && !learnt.configured.has('tools');
  if (isFound || (!learnt.refuses.has('tools') && served.tools === false)) return toolless(provider, model);
  const window = leastOf([learnt.window, listedWindow(entry), served.window, served.longest]);
  const { wanted } = models.limits(name);
  return window !== undefined && window < wanted ? tooSmall(provider, model, window, wanted) : undefined;
}

function toolless(provider: string, model: string): Problem {
  return {
    code: 'MODEL_NO_TOOLS',
    says: `${model} takes no tools here; they are given to it in text`,
    remedy: `Choose a model that calls tools (vLLM: start it with --enable-auto-tool-choice and --tool-call-parser), or set models.providers.${provider}.tools: text.`,
  };
}

function tooSmall(provider: string, model: string, window: number, wanted: number): Problem {
  const count = (value: number) => value.toLocaleString('en');
  return {
    code: 'MODEL_WINDOW',
    says: `${model} takes ${count(window)} tokens, and context_tokens says ${count(wanted)}`,
    remedy: `Start it with a larger window, or set models.providers.${provider}.context_tokens: ${window}.`,
  };
}

/** A list may leave out other names of a model: the service itself knows whether it has it. */
async function isMissing(model: string, { provider, base, signal }: Place): Promise<boolean> {
  const path = model.split('/').map(encodeURIComponent).join('/');
  const { status } = await ask(`${base}${PATHS[provider.kind].models}/${path}`, provider, signal);
  return status === 404;
}

/** Asks the service's own API, where it has one; it is waited for a little, as all else is known without it. */
async function askService(
  name: string,
  model: string,
  { provider, base, data, signal, optionalMs }: Omit<Place, 'provider'> & { provider: Connection },
): Promise<ServedModel> {
  const root = base.replace(/\/v1$/, '');
  using limit = deadline(optionalMs, signal);
  const of = { provider: name, model, data };
  return servedModel(of, async (path, body) => (await ask(`${root}${path}`, provider, limit.signal, body)).body);
}

async function refusedHealth(
  name: string,
  provider: Provider,
  asked: ProbeAnswer,
  base: string,
  signal: AbortSignal,
): Promise<ProviderHealth> {
  const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
  const { fault } = faultOf({ status: asked.status, headers: asked.headers, body }, name, { signal, silent: false });
  if (fault === 'budget') return noCredit(name, base);
  if (asked.status === 403) return forbidden(name, base);
  if (fault === 'auth_expired') {
    return {
      ok: false,
      code: 'KEY_REFUSED',
      says: `${hostOf(base)} refuses the key`,
      remedy: `Mend models.providers.${name}.api_key.`,
    };
  }
  return fault === 'not_found' ? addressWrong(name, provider, base, signal) : awayHealth(name, base);
}

function noCredit(name: string, base: string): ProviderHealth {
  return {
    ok: false,
    code: 'PROVIDER_CREDIT',
    says: `${hostOf(base)} answers no more: the account there has no credit left, or has reached a limit that it has there`,
    remedy: `Pay at the provider (${name}), or raise the account’s limit there; coda’s own budgets (models.budgets) are something else.`,
  };
}

function forbidden(name: string, base: string): ProviderHealth {
  return {
    ok: false,
    code: 'KEY_FORBIDDEN',
    says: `${hostOf(base)} knows the key or the address, and allows it nothing (403)`,
    remedy: `Look at the rights of the key in models.providers.${name} (project, region, models), and at the proxy or firewall in front of ${hostOf(base)}.`,
  };
}

function untrustedHealth(name: string, base: string, error: unknown): ProviderHealth | undefined {
  const tls = reachTrouble(error);
  return (
    tls && {
      ok: false,
      code: tls.code,
      says: `${hostOf(base)} (models.providers.${name}) ${tls.says}`,
      remedy: tls.remedy,
    }
  );
}

async function otherKind(provider: Provider, base: string, signal: AbortSignal) {
  const kind = provider.kind === 'anthropic' ? 'openai-compatible' : 'anthropic';
  const bare = base.replace(/\/v1$/, '');
  const address = kind === 'anthropic' ? bare : `${bare}/v1`;
  const other: Provider = { ...provider, kind };
  const { isApi, body } = await ask(`${address}${PATHS[kind].models}`, other, signal);
  const { data } = listing.parse(body);
  const speaks = isApi && data.length > 0 && !isOther(other, data) && (await speaksHere(other, address, signal));
  return speaks ? { kind, address } : undefined;
}

async function addressWrong(
  name: string,
  provider: Provider,
  base: string,
  signal: AbortSignal,
): Promise<ProviderHealth> {
  const { kind } = provider;
  const other = await otherKind(provider, base, signal);
  if (other) {
    const at = other.address === base ? '' : `, and models.providers.${name}.base_url: ${other.address}`;
    return {
      ok: false,
      code: 'MODEL_KIND',
      says: `${hostOf(base)} speaks the API of kind ${other.kind}, and models.providers.${name} says ${kind}`,
      remedy: `Set models.providers.${name}.kind: ${other.kind}${at}.`,
    };
  }
  const form = kind === 'anthropic' ? 'https://host (without /v1)' : 'https://host/v1';
  return {
    ok: false,
    code: 'MODEL_ADDRESS',
    says: `${hostOf(base)} does not speak the API of kind ${kind} there`,
    remedy: `Mend models.providers.${name}.base_url: ${form}, or its kind.`,
  };
}

function awayHealth(name: string, base: string): ProviderHealth {
  return {
    ok: false,
    code: 'MODEL_UNREACHABLE',
    says: `${hostOf(base)} does not answer`,
    remedy: `Look whether it runs, and at models.providers.${name}.base_url.`,
  };
}
