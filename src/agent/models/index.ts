/** Choice of models: tiers, a conversation's own choice, fallbacks. */

import { Breakers } from '../../base/breaker.ts';
import type { Clock } from '../../base/clock.ts';
import type { FaultBook } from '../../base/faults.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { CoreValues } from '../../config/index.ts';
import { type Counters, countersOf } from '../counters.ts';
import type { Model, ModelError } from '../inference/model.ts';
import { adapting } from './adapting.ts';
import { anthropicModel } from './anthropic/index.ts';
import type { EndpointOptions } from './endpoint.ts';
import type { Candidate } from './failover.ts';
import { openaiModel } from './openai/index.ts';
import { Prices } from './prices.ts';
import { type Learnt, learntFrom, type QuirkTold, quirksTold } from './quirks.ts';
import { routed } from './routed.ts';
import { type Tier, Tiers } from './tiers.ts';

export type { Tier } from './tiers.ts';

export type ModelSettings = NonNullable<CoreValues['models']>;

export interface ModelsOptions {
  settings: ModelSettings;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  faults?: FaultBook | undefined;
  /** Their circuit breakers, beside those of tools and skills. */
  breakers?: Breakers;
  /** Milliseconds before the same model is asked again. */
  retryMs?: number;
}

/** Default models of providers of which only the key is known. */
const USUAL = {
  anthropic: { default: 'claude-sonnet-4-5', light: 'claude-haiku-4-5', heavy: 'claude-opus-4-5' },
  'openai-compatible': { default: 'gpt-5-mini', light: 'gpt-5-nano', heavy: 'gpt-5' },
} as const;

const RETRY_MS = 500;
/** For what nobody has asked for, and an answer may wait for. */
const LIGHT_HEDGE_MS = 4_000;

/** The configured models; undefined when none is. */
export function openModels(options: Omit<ModelsOptions, 'settings'> & { settings?: ModelSettings | undefined }) {
  const { settings } = options;
  if (!settings || !tierName(settings, 'default')) return undefined;
  return new Models({ ...options, settings });
}

export class Models {
  readonly settings: ModelSettings;
  readonly prices: Prices;
  readonly tiers: Tiers;
  private readonly options: ModelsOptions;
  /** Providers whose account has no credit left, until they answer again. */
  private readonly unpaid = new Set<string>();
  private readonly candidates = new Map<string, Candidate>();
  private readonly learned = new Map<string, Learnt>();
  private readonly counters: Counters;
  private readonly breakers: Breakers;

  constructor(options: ModelsOptions) {
    this.options = options;
    this.settings = options.settings;
    this.breakers = options.breakers ?? new Breakers(options.clock);
    this.prices = openPrices(options.settings);
    this.tiers = new Tiers(options.settings, (tier) => this.nameOf(tier));
    this.counters = countersOf(options.metrics);
    const open = () =>
      [...this.candidates].map(([model, { breaker }]) => ({ labels: { model }, value: breaker.open ? 1 : 0 }));
    options.metrics.gauge('coda_model_resting', 'Whether a model is left alone because it failed.', ['model'], open);
  }

  /** The tier's model or the one that was chosen, and its fallbacks. */
  answering(tier: Tier, chosen?: string): Model {
    return this.routed([chosen && this.knows(chosen) ? chosen : this.nameOf(tier)]);
  }

  /**
   * The model for `text` in a conversation with these settings: the heavy model when it thinks, else its own choice,
   * else the model of the tier which `tiers` chooses.
   */
  chosen({ model, think }: Record<string, unknown>, text = ''): Model {
    if (think === true) return this.answering('heavy');
    if (typeof model === 'string') return this.answering('default', model);
    return this.answering(this.tiers.choose(text));
  }

  /** For coda's own small questions. */
  light(): Model {
    return this.asking(undefined);
  }

  /** For a question of coda's own: the light model, or `heavy`, or `provider/model` where it can be asked, else the heavy one. */
  asking(model: string | undefined): Model {
    const hedgeMs = Math.min(LIGHT_HEDGE_MS, this.settings.hedge);
    return model === undefined ? this.routed(this.small(), hedgeMs) : this.routed([this.large(model)]);
  }

  /** All models that such a question may be put to. */
  namesAsked(model: string | undefined): string[] {
    const first = model === undefined ? this.small() : [this.large(model)];
    return [...new Set([...first, ...this.settings.fallbacks])];
  }

  private small(): string[] {
    return [this.nameOf('light'), this.nameOf('default')];
  }

  private large(model: string): string {
    return this.knows(model) ? model : this.nameOf('heavy');
  }

  /** The name of the tier's model, `provider/model`. */
  nameOf(tier: Tier): string {
    return tierName(this.settings, tier) ?? '';
  }

  /** True if `provider/model` can be asked: its provider is configured. */
  knows(name: string): boolean {
    const [provider = '', model = ''] = split(name);
    return model !== '' && Object.hasOwn(this.settings.providers, provider);
  }

  /**
   * Tokens that a request to `provider/model` may hold, and of these what is kept for the answer; `wanted` is what the
   * configuration says, of which the model may take less.
   */
  limits(name: string): { context: number; answer: number; wanted: number } {
    const { context_tokens: most, max_tokens, providers } = this.settings;
    const own = providers[split(name)[0]];
    const learnt = this.learned.get(name);
    const wanted = Math.min(most, own?.context_tokens ?? most);
    const context = Math.min(wanted, learnt?.window ?? wanted);
    const longest = Math.min(max_tokens, own?.max_tokens ?? max_tokens, learnt?.answer ?? max_tokens);
    return { context, answer: Math.min(longest, Math.floor(context / 4)), wanted };
  }

  /** Findings on `provider/model` since the start. */
  learnt(name: string): Readonly<Learnt> {
    return this.known(name);
  }

  /** Every model that has been asked or looked at since the start. */
  asked(): string[] {
    return [...this.learned.keys()];
  }

  /** Refusals of its service, each with the setting that avoids it. */
  quirks(name: string): QuirkTold[] {
    return quirksTold(this.known(name), split(name)[0]);
  }

  private known(name: string): Learnt {
    const known = this.learned.get(name);
    if (known) return known;
    const { tools, refuses = [] } = this.settings.providers[split(name)[0]] ?? {};
    const learnt = learntFrom([...refuses, ...(tools === 'text' ? ['tools'] : [])]);
    this.learned.set(name, learnt);
    return learnt;
  }

  /** Every model that the configuration names, each once. */
  names(): string[] {
    const tiers = (['default', 'light', 'heavy'] as const).map((tier) => this.nameOf(tier));
    return [...new Set([...tiers, ...this.settings.fallbacks])];
  }

  /** True if the provider refused its last request because the account there has no credit left. */
  hasNoCredit(provider: string): boolean {
    return this.unpaid.has(provider);
  }

  /** Models that are left alone at the moment because they failed again and again. */
  resting(): string[] {
    return [...this.candidates].filter(([, { breaker }]) => breaker.open).map(([name]) => name);
  }

  private routed(first: readonly string[], hedgeMs = this.settings.hedge): Model {
    const { fallbacks, silence: silenceMs } = this.settings;
    const names = [...new Set([...first, ...fallbacks])];
    const { clock, faults, log, retryMs = RETRY_MS } = this.options;
    const fault = (kind: string, code: string) => faults?.note({ source: 'model', kind, code }, clock.now());
    const candidates = names.map((name) => this.candidate(name));
    const patience = { retryMs, hedgeMs, silenceMs };
    const ended = (name: string, outcome: ModelError | 'answered') => {
      const [provider] = split(name);
      if (outcome === 'answered') this.unpaid.delete(provider);
      else if (outcome.details.reason === 'no_credit') this.unpaid.add(provider);
    };
    return routed({ candidates, patience, log, calls: this.counters.calls, fault, ended });
  }

  private candidate(name: string): Candidate {
    const known = this.candidates.get(name);
    if (known) return known;
    const { failures, pause } = this.settings.breaker;
    const made = {
      model: adapting(this.open(name), this.known(name), () => this.toldOnce(name)),
      breaker: this.breakers.of('model', name, { failures, pauseMs: pause }),
    };
    this.candidates.set(name, made);
    return made;
  }

  /** Each finding is told once: it holds from then on. */
  private toldOnce(name: string): void {
    const found = this.quirks(name).map(({ what, instead }) => `${what}: ${instead}`);
    this.options.log.info({ model: name, found }, 'a model’s service refuses something; it is left out from now on');
  }

  private open(name: string): Model {
    const [providerName = '', model = ''] = split(name);
    const provider = this.settings.providers[providerName];
    if (!provider) throw new Error(`no provider ${providerName}`);
    const options: EndpointOptions = {
      name,
      model,
      baseUrl: provider.base_url,
      apiKey: provider.api_key,
      sees: provider.pictures,
      stream: provider.stream,
      silenceMs: this.settings.silence,
      thinking: provider.thinking,
      learnt: this.known(name),
    };
    return provider.kind === 'anthropic' ? anthropicModel(options) : openaiModel(options);
  }
}

/** Prices of the models of `settings`. */
export function openPrices(settings: ModelSettings): Prices {
  const isOnlyLight = (name: string) =>
    name === tierName(settings, 'light') &&
    (['default', 'heavy'] as const).every((tier) => name !== tierName(settings, tier));
  return new Prices(settings, isOnlyLight);
}

/** The model that a tier names, or a sensible one where only a vendor's key is configured. */
function tierName(settings: ModelSettings, tier: Tier): string | undefined {
  const named = settings[tier] ?? settings.default;
  if (named !== undefined) return named;
  const vendor = Object.entries(settings.providers).find(([, { base_url }]) => base_url === undefined);
  return vendor && `${vendor[0]}/${USUAL[vendor[1].kind][tier]}`;
}

function split(name: string): [string, string] {
  const at = name.indexOf('/');
  return [name.slice(0, at), name.slice(at + 1)];
}
