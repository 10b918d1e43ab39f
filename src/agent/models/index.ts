/** Choice of models: tiers, a conversation's own choice, fallbacks. */
import { Breakers } from '../../base/breaker.ts';
import type { Clock } from '../../base/clock.ts';
import type { FaultBook } from '../../base/faults.ts';
import { frameText } from '../../base/frames.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import { type CoreValues, providersOf } from '../../config/index.ts';
import type { Item } from '../../delivery/index.ts';
import { type Counters, countersOf } from '../counters.ts';
import {
  type Model,
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelRequest,
  type ModelToolCall,
  type ToolMessage,
  type ToolSpec,
} from '../inference/model.ts';
import { CALL_FENCE } from '../inference/strip-thinking/call-formats.ts';
import * as texts from '../texts.ts';
import { anthropicModel } from './anthropic.ts';
import { type EndpointModel, type EndpointOptions, isLocal } from './endpoint.ts';
import { type Candidate, routeModels } from './failover.ts';
import { openaiModel } from './openai.ts';
import { bareSchema } from './plain.ts';
import { Prices } from './prices.ts';
import {
  copyOf,
  type Finding,
  forget,
  keep,
  type Learnt,
  learn,
  learntFrom,
  pictureMark,
  type QuirkTold,
  quirksTold,
} from './quirks.ts';
import { resultText, unread } from './wire.ts';

export type ModelSettings = NonNullable<CoreValues['models']>;

export interface ModelsOptions {
  settings: ModelSettings;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  faults?: FaultBook | undefined;
  breakers?: Breakers;
  /** Milliseconds before the same model is asked again. */
  retryMs?: number;
}

const DEFAULT_MODELS = {
  anthropic: { default: 'claude-sonnet-4-5', light: 'claude-haiku-4-5', heavy: 'claude-opus-4-5' },
  'openai-compatible': { default: 'gpt-5-mini', light: 'gpt-5-nano', heavy: 'gpt-5' },
} as const;

const RETRY_MS = 500;
/** For what nobody has asked for, and an answer may wait for. */
const LIGHT_HEDGE_MS = 4_000;

/** Patience with a model on one's own machine, in times of that with a service on the Internet. */
const LOCAL_PATIENCE = 4;

/** The configured models; undefined when none is. */
export function openModels(options: Omit<ModelsOptions, 'settings'> & { settings?: ModelSettings | undefined }) {
  const { settings } = options;
  if (!settings?.enabled || !tierName(settings, 'default')) return undefined;
  return new Models({ ...options, settings });
}

export class Models {
  readonly settings: ModelSettings;
  /** By the names that are asked first. */
  private readonly routes = new Map<string, Model>();
  /** By provider. */
  private readonly silences = new Map<string, number>();
  readonly prices: Prices;
  readonly tiers: Tiers;
  private readonly options: ModelsOptions;
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

  modelFor(tier: Tier, modelName?: string): Model {
    return this.routeNames([(modelName ? this.resolveName(modelName) : undefined) ?? this.nameOf(tier)]);
  }

  /**
   * The model for `text` in a conversation with these settings: the heavy model when it thinks, else its own choice,
   * else the model of the tier which `tiers` chooses. A choice that `chooser` may not make any more does not hold.
   */
  chooseModel({ model, think }: Record<string, unknown>, text = '', chooser: Chooser = OWNER): Model {
    if (think === true && this.choice(this.nameOf('heavy'), chooser) !== undefined) return this.modelFor('heavy');
    const choice = typeof model === 'string' ? this.choice(model, chooser) : undefined;
    return choice === undefined ? this.modelFor(this.tiers.choose(text)) : this.routeNames([choice]);
  }

  /** The model that answers a message. In a shared place the choice was made for all, by somebody who might. */
  modelOf({ person, conversation: { place, settings }, payload }: AnsweredItem): Model {
    return this.chooseModel(settings, payload.text, { isOwner: person.role === 'owner' || place.kind !== 'dm' });
  }

  /** The models that are offered: `models.choices` to everybody, what the configuration names to owners too. */
  choicesFor({ isOwner }: Chooser): string[] {
    const { choices = this.names() } = this.settings;
    return [...new Set(isOwner ? [...this.names(), ...choices] : choices)];
  }

  /**
   * The model in full that is chosen by this name; undefined where none is meant, or `chooser` may not have it. Any other name of a
   * configured provider costs what nobody has looked at: that is the owner's to decide.
   */
  choice(name: string, chooser: Chooser): string | undefined {
    const model = this.resolveName(name);
    return model === undefined || chooser.isOwner || this.choicesFor(chooser).includes(model) ? model : undefined;
  }

  light(): Model {
    return this.smallModel(undefined);
  }

  /** For a question of coda's own: the light model, or `heavy`, or `provider/model` where it can be asked, else the heavy one. */
  smallModel(model: string | undefined): Model {
    const hedgeMs = Math.min(LIGHT_HEDGE_MS, this.settings.hedge);
    return model === undefined ? this.routeNames(this.small(), hedgeMs) : this.routeNames([this.large(model)]);
  }

  namesAsked(model: string | undefined): string[] {
    const first = model === undefined ? this.small() : [this.large(model)];
    return [...new Set([...first, ...this.settings.fallbacks])];
  }

  private small(): string[] {
    return [this.nameOf('light'), this.nameOf('default')];
  }

  private large(model: string): string {
    return this.resolveName(model) ?? this.nameOf('heavy');
  }

  nameOf(tier: Tier): string {
    return tierName(this.settings, tier) ?? '';
  }

  /** The model in full that `provider/model`, or the name of a model alone, means; undefined where none or several may be. */
  resolveName(name: string): string | undefined {
    const { providers, prices } = this.settings;
    if (!name.includes('/')) {
      const models = [...this.choicesFor(OWNER), ...Object.keys(prices)];
      const candidates = providersOf(name, providers, models);
      return candidates.length === 1 ? `${candidates[0]}/${name}` : undefined;
    }
    const [provider, model] = split(name);
    return model !== '' && Object.hasOwn(providers, provider) ? name : undefined;
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

  learnt(name: string): Readonly<Learnt> {
    forget(this.learntOf(name), this.options.clock.now().getTime());
    return this.learntOf(name);
  }

  askedNames(): string[] {
    return [...this.learned.keys()];
  }

  quirks(name: string): QuirkTold[] {
    return quirksTold(this.learnt(name), split(name)[0]);
  }

  /** Forgets what was found out about all models; the next requests find it out again. */
  forget(): void {
    for (const learnt of this.learned.values()) forget(learnt, 0, true);
  }

  private learntOf(name: string): Learnt {
    const cachedLearnt = this.learned.get(name);
    if (cachedLearnt) return cachedLearnt;
    const { tools, refuses = [] } = this.settings.providers[split(name)[0]] ?? {};
    const learnt = learntFrom([...refuses, ...(tools === 'text' ? ['tools'] : [])]);
    this.learned.set(name, learnt);
    return learnt;
  }

  /** The models that the configuration has answer: tiers, then fallbacks. */
  names(): string[] {
    const tiers = (['default', 'light', 'heavy'] as const).map((tier) => this.nameOf(tier));
    return [...new Set([...tiers, ...this.settings.fallbacks])];
  }

  hasNoCredit(provider: string): boolean {
    return this.unpaid.has(provider);
  }

  restingNames(): string[] {
    return [...this.candidates].filter(([, { breaker }]) => breaker.open).map(([name]) => name);
  }

  /** Milliseconds for which a model may send nothing. */
  silenceOf(name: string): number {
    const { silence, local_silence: local = silence * LOCAL_PATIENCE, providers } = this.settings;
    const [providerName] = split(name);
    const provider = Object.hasOwn(providers, providerName) ? providers[providerName] : undefined;
    // Once for each provider: reading its address takes 3 % of a message.
    const silenceMs =
      this.silences.get(providerName) ?? provider?.silence ?? (isLocal(provider?.base_url) ? local : silence);
    if (provider) this.silences.set(providerName, silenceMs);
    return silenceMs;
  }

  /** A route depends on the configuration alone; a message asks for its own five times. */
  private routeNames(first: readonly string[], hedgeMs = this.settings.hedge): Model {
    const key = [hedgeMs, ...first].join('\n');
    const route = this.routes.get(key) ?? this.makeRoute(first, hedgeMs);
    this.routes.set(key, route);
    return route;
  }

  private makeRoute(first: readonly string[], hedgeMs: number): Model {
    const names = [...new Set([...first, ...this.settings.fallbacks])];
    const silenceMs = Math.max(...names.map((name) => this.silenceOf(name)));
    const { clock, faults, log, retryMs = RETRY_MS } = this.options;
    const fault = (kind: string, code: string) => faults?.note({ source: 'model', kind, code }, clock.now());
    const candidates = names.map((name) => this.candidate(name));
    const patience = { retryMs, hedgeMs, silenceMs };
    const ended = (name: string, outcome: ModelError | 'answered') => {
      const [provider] = split(name);
      if (outcome === 'answered') this.unpaid.delete(provider);
      else if (outcome.details.reason === 'no_credit') this.unpaid.add(provider);
    };
    return routeModels({ candidates, patience, log, calls: this.counters.calls, fault, onEnded: ended });
  }

  private candidate(name: string): Candidate {
    const cachedCandidate = this.candidates.get(name);
    if (cachedCandidate) return cachedCandidate;
    const { failures, pause } = this.settings.breaker;
    const candidate = {
      model: adaptModel({
        model: this.open(name),
        learnt: this.learntOf(name),
        now: () => this.options.clock.now().getTime(),
        onFound: () => this.logQuirks(name),
      }),
      breaker: this.breakers.of('model', name, { failures, pauseMs: pause }),
    };
    this.candidates.set(name, candidate);
    return candidate;
  }

  private logQuirks(name: string): void {
    const quirks = this.quirks(name).map(({ what, instead }) => `${what}: ${instead}`);
    this.options.log.info(
      { model: name, found: quirks },
      'a model’s service refuses something; it is left out from now on',
    );
  }

  private open(name: string): EndpointModel {
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
      silenceMs: this.silenceOf(name),
      thinking: provider.thinking,
      learnt: this.learntOf(name),
    };
    return provider.kind === 'anthropic' ? anthropicModel(options) : openaiModel(options);
  }
}

export function openPrices(settings: ModelSettings): Prices {
  const isOnlyLight = (name: string) =>
    name === tierName(settings, 'light') &&
    (['default', 'heavy'] as const).every((tier) => name !== tierName(settings, tier));
  return new Prices(settings, isOnlyLight);
}

function tierName(settings: ModelSettings, tier: Tier): string | undefined {
  const named = settings[tier] ?? settings.default;
  if (named !== undefined) return named;
  const vendor = Object.entries(settings.providers).find(([, { base_url }]) => base_url === undefined);
  return vendor && `${vendor[0]}/${DEFAULT_MODELS[vendor[1].kind][tier]}`;
}

function split(name: string): [string, string] {
  const at = name.indexOf('/');
  return [name.slice(0, at), name.slice(at + 1)];
}

type AnsweredItem = Pick<Item, 'person' | 'conversation' | 'payload'>;

/** The rights of a person who chooses the model of a conversation. */
export interface Chooser {
  isOwner: boolean;
}

const OWNER: Chooser = { isOwner: true };

/** `light` for titles, summaries and routing, `heavy` for what is worth thinking about. */
export type Tier = 'light' | 'default' | 'heavy';

interface TierSettings {
  heavy_by_itself: boolean;
}

/** Chooses the tier that answers `text`; must not throw, and takes no time to speak of. */
type TierChoice = (text: string) => Tier;

export class Tiers {
  private readonly settings: TierSettings;
  private readonly nameOf: (tier: Tier) => string;
  private learnt: TierChoice | undefined;

  constructor(settings: TierSettings, nameOf: (tier: Tier) => string) {
    this.settings = settings;
    this.nameOf = nameOf;
  }

  /** The tier whose model `provider/model` is; undefined where it is none's, or more than one's. */
  of(model: string): Tier | undefined {
    const tiers = (['light', 'default', 'heavy'] as const).filter((tier) => this.nameOf(tier) === model);
    return tiers.length === 1 ? tiers[0] : undefined;
  }

  rule(text: string): Tier {
    return this.settings.heavy_by_itself && isHeavy(text) ? 'heavy' : 'default';
  }

  choose(text: string): Tier {
    // An empty text (a question about the model itself) is no message.
    return this.learnt && text !== '' ? this.learnt(text) : this.rule(text);
  }

  /** From now on `choice` stands in the written rule's place; undefined: the rule is back. */
  follow(choice: TierChoice | undefined): void {
    this.learnt = choice;
  }
}

const ASKED =
  /\b(think|reason|reflect) (?:\w+ )?(hard|harder|deeply|carefully|thoroughly|step by step|twice)\b|\bthink (?:\w+ ){0,2}through\b|\bstep by step\b|\bin depth\b|\bin-depth\b|\btake your time\b/i;
/** Characters: a message that somebody has put work into. */
const LONG = 2_000;

function isHeavy(text: string): boolean {
  return text.length >= LONG || ASKED.test(text);
}

/** Number of times that one request goes out at most, each time without something that was refused. */
const MOST_FORMS = 8;

interface Adapting {
  model: EndpointModel;
  learnt: Learnt;
  now(): number;
  /** Called when something holds from now on. */
  onFound(): void;
}

/**
 * `model`, spoken to as it can be: what its service refuses for good is left out or said in another way and the request
 * goes out once more. Findings are of this request alone until `keep` says that they hold.
 */
function adaptModel({ model, learnt, now, onFound }: Adapting): Model {
  const { count } = model;
  // A request that the caller asks anew knows what it has been refused for.
  const trials = new WeakMap<ModelRequest, Trial>();
  return {
    ...model,
    ...(count && { count: (request, signal) => count(formOf(request, learnt), signal) }),
    async *generate(request, signal): AsyncGenerator<ModelEvent> {
      forget(learnt, now());
      const trial = trials.get(request) ?? { learnt: copyOf(learnt), findings: [] };
      trials.set(request, trial);
      for (let forms = 1; ; forms++) {
        let hasSpoken = false;
        try {
          for await (const event of model.generate(formOf(request, trial.learnt), signal, trial.learnt)) {
            hasSpoken ||= event.type !== 'charged';
            yield event;
          }
          learnt.reason = undefined;
          trials.delete(request);
          if (keep(learnt, trial.findings.splice(0), now())) onFound();
          return;
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
          const { window, finding, reason, told } = error.details;
          learnWindow(learnt, window, now());
          // A slip is no refusal, and an account without credit has a check of its own.
          if (reason !== 'slip' && reason !== 'no_credit') learnt.reason = told ?? learnt.reason;
          const isNew = finding !== undefined && learn(trial.learnt, finding);
          if (isNew) trial.findings.push(finding);
          // Text that was sent on already cannot be repeated here: the caller asks anew.
          if (!isNew || hasSpoken || forms === MOST_FORMS) throw error;
          if (leavesPicturesOut(finding)) yield { type: 'begin', model: model.name, notice: texts.pictureLeftOut() };
        }
      }
    },
  };
}

interface Trial {
  learnt: Learnt;
  findings: Finding[];
}

function leavesPicturesOut({ unreadable, once, refuses = [] }: Finding): boolean {
  return unreadable !== undefined || (once === true && refuses.includes('pictures'));
}

/** The request as this model takes it. What is no part of it, but of how it is sent, the endpoint looks up by itself. */
function formOf(request: ModelRequest, learnt: Learnt): ModelRequest {
  const tools = toolsFor(request.tools, learnt);
  const form = {
    ...request,
    tools,
    ...(learnt.unreadable.size > 0 && { messages: request.messages.map((message) => readable(message, learnt)) }),
    maxTokens: Math.min(request.maxTokens, learnt.answer ?? request.maxTokens),
  };
  return learnt.refuses.has('tools') ? inText(form) : form;
}

/** The message without pictures that the service could not read. */
function readable(message: ModelMessage, { unreadable }: Learnt): ModelMessage {
  if (message.role === 'assistant' || !message.images) return message;
  const images = message.images.filter(({ base64 }) => !unreadable.has(pictureMark(base64)));
  if (images.length === message.images.length) return message;
  const lostNames = message.images.filter((image) => !images.includes(image)).map(({ name }) => name);
  return { ...message, images, text: [message.text, unread(lostNames)].filter(Boolean).join('\n') };
}

function toolsFor(tools: ToolSpec[], { refuses, tools: refused, most }: Learnt): ToolSpec[] {
  const isBare = refuses.has('schemas');
  if (!isBare && refused.size === 0 && most === undefined) return tools;
  const acceptedTools = tools.filter(({ name }) => !refused.has(name));
  const fitting = most === undefined || acceptedTools.length <= most ? acceptedTools : fewest(acceptedTools, most);
  return isBare ? fitting.map((tool) => ({ ...tool, schema: bareSchema(tool.schema) })) : fitting;
}

function fewest(tools: readonly ToolSpec[], most: number): ToolSpec[] {
  const always = tools.filter(({ group }) => group === undefined || group === 'always');
  const furtherTools = tools.filter((tool) => !always.includes(tool)).slice(0, Math.max(0, most - always.length));
  const selection = new Set([...always.slice(0, most), ...furtherTools]);
  return tools.filter((tool) => selection.has(tool));
}

/** Smaller than any model has, so that it is no window but another number of the message. */
const LEAST_WINDOW = 1_000;

function learnWindow(learnt: Learnt, window: number | undefined, now: number): void {
  if (window === undefined || window < LEAST_WINDOW || window >= (learnt.window ?? Number.POSITIVE_INFINITY)) return;
  learnt.window = window;
  learnt.held.set('window', now);
}

// Tools for models that cannot call them: described in the prompt, called and answered in plain text.

function inText(request: ModelRequest): ModelRequest {
  const { system, tools, messages } = request;
  if (tools.length === 0) return request;
  const asked = request.asked ?? messages.findLastIndex(({ role }) => role === 'user');
  const out: ModelMessage[] = [];
  let at = asked;
  for (const [index, message] of messages.entries()) {
    const last = out.at(-1);
    if (message.role === 'tool' && messages[index - 1]?.role === 'tool' && last?.role === 'user') join(last, message);
    else out.push(wordMessage(message));
    if (index === asked) at = out.length - 1;
  }
  return { ...request, system: `${system}\n\n${describeTools(tools)}`.trim(), tools: [], messages: out, asked: at };
}

function wordMessage(message: ModelMessage): ModelMessage {
  if (message.role === 'tool') {
    const { images } = message;
    return { role: 'user', text: resultOf(message), ...(message.ok && images && { images }) };
  }
  if (message.role !== 'assistant' || !message.calls?.length) return message;
  return { role: 'assistant', text: [message.text.trim(), ...message.calls.map(callOf)].filter(Boolean).join('\n\n') };
}

/** Results that come together are one message: many templates insist on taking turns. */
function join(into: Extract<ModelMessage, { role: 'user' }>, result: ToolMessage): void {
  into.text += `\n\n${resultOf(result)}`;
  if (result.ok && result.images) into.images = [...(into.images ?? []), ...result.images];
}

function resultOf(result: ToolMessage): string {
  const attributes = { tool: result.name, ...(!result.ok && { failed: 'true' }) };
  return frameText('tool_result', resultText(result, true), attributes);
}

function callOf({ name, input }: ModelToolCall): string {
  return `\`\`\`${CALL_FENCE}\n${JSON.stringify({ name, arguments: input })}\n\`\`\``;
}

function describeTools(tools: readonly ToolSpec[]): string {
  const lines = tools.map(
    ({ name, description, schema }) => `- ${name}: ${description} Arguments: ${JSON.stringify(schema)}`,
  );
  return [
    '## Tools',
    'To use a tool, end your answer with a block of exactly this form, and write nothing after it:',
    callOf({ id: '', name: 'name_of_the_tool', input: { argument: 'value' } }),
    'Several blocks are several calls. What came of them stands in the next message; never write a result yourself.',
    'Without a block your answer goes to the person. These tools exist, with the JSON Schema of their arguments:',
    lines.join('\n'),
  ].join('\n\n');
}
