/** The card of the language model that answers: one of this machine, of a vendor with a key, or of a service by its address. */
import { askWindow, checkProvider, openModels, type ProviderHealth } from '../../agent/index.ts';
import { deadline } from '../../base/async.ts';
import { SystemClock } from '../../base/clock.ts';
import { omitUndefined } from '../../base/json.ts';
import { silentLog } from '../../base/log.ts';
import { MetricsBook } from '../../base/metrics.ts';
import { isUrl, plural } from '../../base/text.ts';
import { expandEnv, modelsConfig } from '../../config/index.ts';
import {
  changeTo,
  type FieldProblem,
  type KnownSettings,
  originOf,
  presentValue,
  type SettingChange,
  type SetupAnswers,
  type SetupCard,
  type SetupChoice,
  type SetupField,
  type SetupVerdict,
} from './card.ts';

interface ProviderChoice {
  name: string;
  kind: 'anthropic' | 'openai-compatible';
  base_url?: string;
  api_key?: string | undefined;
  /** Tokens of the window with which it serves the model. */
  context_tokens?: number;
}

interface LocalModels extends ProviderChoice {
  title: string;
  base_url: string;
  /** Models that answer, as `provider/model`. */
  models: readonly string[];
}

/** Services that answer with a key, the variable that holds it, and the page where it is made. */
const VENDORS = [
  {
    name: 'anthropic',
    title: 'Anthropic',
    kind: 'anthropic',
    env: 'ANTHROPIC_API_KEY',
    keys: 'https://console.anthropic.com → API keys',
  },
  {
    name: 'openai',
    title: 'OpenAI',
    kind: 'openai-compatible',
    env: 'OPENAI_API_KEY',
    keys: 'https://platform.openai.com → API keys',
  },
] as const;

type Vendor = (typeof VENDORS)[number];

/** A closed port refuses at once; a machine that is busy with a model takes longer to tell of it. */
const LOCAL_WITHIN_MS = 5_000;
const ASK_WITHIN_MS = 10_000;
/** A large model is read from a slow disk. */
const LOAD_WITHIN_MS = 60_000;
/** As the configuration has it. */
const LEAST_WINDOW = 2_000;
const MOST_MODELS = 8;

/** The models that Ollama (at OLLAMA_HOST, as its own programs find it), LM Studio and llama.cpp serve here. */
async function findLocalModels(env: Readonly<Record<string, string | undefined>>): Promise<LocalModels[]> {
  const places = [
    { name: 'ollama', title: 'Ollama', base_url: `${hostUrl(env.OLLAMA_HOST || '127.0.0.1:11434')}/v1` },
    { name: 'lmstudio', title: 'LM Studio', base_url: 'http://127.0.0.1:1234/v1' },
    { name: 'llamacpp', title: 'llama.cpp', base_url: 'http://127.0.0.1:8080/v1' },
  ];
  const services = await Promise.all(
    places.map(async (place) => ({ ...place, kind: 'openai-compatible' as const, models: await modelsAt(place) })),
  );
  return services.filter(({ models }) => models.length > 0);
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
async function findWindow(home: ProviderChoice & { base_url: string }, model: string): Promise<number | undefined> {
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
async function chooseLocal(choice: string, config: KnownSettings): Promise<SetupVerdict> {
  const { env, current } = config;
  const home = (await findLocalModels(env)).find(({ models }) => models.includes(choice));
  if (!home && choice === textAt(['models', 'default'], config)) return chooseAsSet(choice, config);
  if (!home) {
    const remedy = 'Start it and look again, or choose another one.';
    return { ok: false, field: 'choice', says: `${choice} does not answer on this machine`, remedy };
  }
  const { name, title, kind, base_url } = home;
  const window = await findWindow(home, choice);
  const set = Number(current('models', 'providers', name, 'context_tokens') ?? Number.POSITIVE_INFINITY);
  // A smaller one is somebody's choice; a larger one would be cut off without a word.
  const context_tokens = window !== undefined && !(set <= window) ? window : undefined;
  const settings = modelChanges(choice, omitUndefined({ name, kind, base_url, context_tokens }), config);
  const says = `${choice} answers, by ${title}`;
  return {
    ok: true,
    says: context_tokens ? `${says}, with a window of ${plural(context_tokens, 'token')}` : says,
    settings,
  };
}

/** The model that is set, behind an address that is. */
async function chooseAsSet(model: string, config: KnownSettings): Promise<SetupVerdict> {
  const name = model.slice(0, model.indexOf('/'));
  const at = (key: string) => textAt(['models', 'providers', name, key], config);
  const kind = at('kind') === 'anthropic' ? 'anthropic' : 'openai-compatible';
  const api_key = presentValue(serviceKey, { name }, config);
  const provider = omitUndefined({ name, kind, base_url: at('base_url'), api_key } as const);
  const health = await probeProvider(provider, model);
  const isUsable = health.ok || health.code === 'MODEL_NO_TOOLS';
  if (!isUsable) return { ok: false, field: 'choice', says: health.says, remedy: health.remedy };
  return { ok: true, says: `${model} answers`, settings: switchedOn(config) };
}

/** A vendor's model, after the vendor has taken the key. */
async function chooseOf(
  { name, title, kind }: Vendor,
  { choice = '', vendor_model: other, ...answers }: SetupAnswers,
  config: KnownSettings,
): Promise<SetupVerdict> {
  const url = textAt(['models', 'providers', name, 'base_url'], config);
  const provider = omitUndefined({ name, kind, api_key: answers[keyOf(name)], base_url: url });
  // Behind an address of one's own nothing is known of its models but the one that is set.
  const set = url === undefined ? undefined : textAt(['models', 'default'], config);
  const named = other ? `${name}/${other}` : choice === name ? undefined : choice;
  const health = await probeProvider(provider, named ?? (set?.startsWith(`${name}/`) ? set : undefined));
  if (!health.ok) return refusal(health, title, { key: keyOf(name), model: other ? 'vendor_model' : 'choice' });
  const model = named ?? health.model;
  return { ok: true, says: `${model} answers`, settings: modelChanges(model, { name, kind }, config) };
}

/** A model behind an address, whoever runs that. */
async function chooseService(
  { name = '', url = '', model: named = '', key }: SetupAnswers,
  config: KnownSettings,
): Promise<SetupVerdict> {
  // As a refusal names it.
  const model = `${name}/${named.startsWith(`${name}/`) ? named.slice(name.length + 1) : named}`;
  const kind = 'openai-compatible';
  const service = omitUndefined({ name, kind, base_url: url, api_key: key } as const);
  const context_tokens = await findWindow(service, model);
  const health = await probeProvider(omitUndefined({ ...service, context_tokens }), model);
  const isUsable = health.ok || health.code === 'MODEL_NO_TOOLS';
  if (!isUsable) return refusal(health, undefined, { key: 'key', model: 'model', address: 'url' });
  const settings = modelChanges(model, omitUndefined({ name, kind, context_tokens }), config);
  return { ok: true, says: `${model} answers`, notes: health.ok ? [] : [health.remedy ?? health.says], settings };
}

function refusal(
  { code = '', says, remedy }: ProviderHealth,
  title: string | undefined,
  fields: { key: string; model: string; address?: string },
): SetupVerdict & { ok: false } {
  const isModels = /^MODEL(?:_MISSING|_NO_TOOLS|_WINDOW)?$/.test(code);
  const field = isModels ? fields.model : /^(?:KEY|PROVIDER)/.test(code) ? fields.key : (fields.address ?? fields.key);
  return { ok: false, field, says: title === undefined ? says : `${title}: ${says}`, remedy };
}

/** A text of the configuration, with its references followed. */
function textAt(path: readonly string[], { current, env }: KnownSettings): string | undefined {
  const value = current(...path);
  return (typeof value === 'string' && expandEnv(value, env).text) || undefined;
}

/** Settings of a provider beside its key, which its field writes. */
function modelChanges(
  choice: string,
  { name, ...settings }: Omit<ProviderChoice, 'api_key'>,
  config: KnownSettings,
): SettingChange[] {
  return [
    ...switchedOn(config),
    ...changeTo(['models', 'default'], choice, config),
    ...Object.entries(settings).flatMap(([key, value]) => changeTo(['models', 'providers', name, key], value, config)),
  ];
}

const ENABLED = ['models', 'enabled'];

const switchedOn = ({ current }: KnownSettings): SettingChange[] =>
  current(...ENABLED) === undefined ? [] : [[ENABLED, undefined]];

const keyOf = (vendor: string) => `${vendor}_key`;

/** A service that is none of the vendors and was not found. */
const SERVICE = 'service';

/** Names of services that are asked in other ways, some with a key that is for them alone. */
const RESERVED: readonly string[] = [...VENDORS.map(({ name }) => name), 'ollama', 'lmstudio', 'llamacpp'];

const NAME = /^[a-z][a-z0-9_-]{0,31}$/;

function explainName(name: string): string | undefined {
  if (!NAME.test(name)) return 'It is a word of small letters, digits, - and _.';
  return RESERVED.includes(name) ? 'A service of its own has this name: choose another.' : undefined;
}

/** A new service under the name of one that is set would be written over that. */
function findTaken({ choice, name = '', url }: SetupAnswers, config: KnownSettings): FieldProblem[] {
  if (choice !== SERVICE || config.current('models', 'providers', name) === undefined) return [];
  const isAnswering = textAt(['models', 'default'], config)?.startsWith(`${name}/`);
  const isSame = originOf(url) === originOf(textAt(['models', 'providers', name, 'base_url'], config));
  if (isAnswering || isSame) return [];
  return [{ field: 'name', detail: 'This one is there already: change it, or choose another.' }];
}

const isVendors = { of: 'choice', is: VENDORS.map(({ name }) => name) };
const isService = { of: 'choice', is: [SERVICE] };

const explainModel = (value: string) => (/^\S+$/.test(value) ? undefined : 'It has no spaces.');

const serviceKey: SetupField = {
  key: 'key',
  label: 'Its key, where it wants one',
  kind: 'secret',
  isOptional: true,
  when: isService,
  path: ['models', 'providers', ':name', 'api_key'],
  env: 'MODEL_:name_KEY',
  isOwnVariable: true,
};

const fields: readonly SetupField[] = [
  { key: 'choice', label: 'Whom shall I ask?', kind: 'choice', isOpen: true },
  ...VENDORS.map(
    ({ name, title, env, keys }): SetupField => ({
      key: keyOf(name),
      label: `The API key of ${title}`,
      hint: keys,
      kind: 'secret',
      when: { of: 'choice', is: [name] },
      path: ['models', 'providers', name, 'api_key'],
      env,
    }),
  ),
  {
    key: 'vendor_model',
    label: 'Another model than the usual one',
    hint: 'Its name, as the vendor has it.',
    kind: 'text',
    isRare: true,
    when: isVendors,
    explainMalformed: explainModel,
  },
  {
    key: 'url',
    label: 'Its address',
    hint: 'It ends in /v1 most often.',
    kind: 'url',
    when: isService,
    path: ['models', 'providers', ':name', 'base_url'],
  },
  { key: 'model', label: 'The name of the model', kind: 'text', when: isService, explainMalformed: explainModel },
  {
    key: 'name',
    label: 'A name for the service',
    kind: 'text',
    usual: 'own',
    isRare: true,
    when: isService,
    explainMalformed: explainName,
  },
  serviceKey,
];

export const NO_MODEL = 'none';

const NOBODY = 'Nobody for now: plain English works without one';
const nobodyInsteadOf = (now: string) => `Nobody for now: ${now} is not asked any more`;

/** The model that answers, or the vendor whose usual one does by its key; undefined without any. */
function answeringNow(config: KnownSettings): string | undefined {
  if (config.current(...ENABLED) === false) return undefined;
  const providers = config.current('models', 'providers') ?? {};
  const isThere = ({ name, env }: Vendor) => !!config.env[env] || Object.hasOwn(providers, name);
  return textAt(['models', 'default'], config) ?? VENDORS.find(isThere)?.title ?? Object.keys(providers)[0];
}

/** Switches every model off; a key and what is set of a model stay, for the next choice. */
function chooseNobody(config: KnownSettings): SetupVerdict {
  const now = answeringNow(config);
  if (now === undefined) return { ok: true, says: 'nobody is asked' };
  return { ok: true, says: `nobody is asked; ${now} stays set up, with its key`, settings: [[ENABLED, false]] };
}

/** The one that is set, those that were found here, then the vendors, by a key that is there or is to be pasted; nobody comes last. */
async function findChoices(config: KnownSettings): Promise<Record<string, SetupChoice[]>> {
  const { env } = config;
  const now = answeringNow(config);
  const local = await findLocalModels(env);
  const here = local.flatMap(({ title, models }) =>
    models.map((value) => ({ value, label: `${value.slice(value.indexOf('/') + 1)}, on this machine (${title})` })),
  );
  const set = textAt(['models', 'default'], config);
  const choice = [
    ...(set === undefined || here.some(({ value }) => value === set) ? [] : [{ value: set, label: set }]),
    ...here,
    ...VENDORS.map(({ name, title, env: key }) => ({
      value: name,
      label: `${title}, with ${env[key] ? 'the key that is set here' : 'a key that I paste'}`,
    })),
    { value: SERVICE, label: 'Another service that speaks the API of OpenAI' },
    { value: NO_MODEL, label: now === undefined ? NOBODY : nobodyInsteadOf(now) },
  ];
  return { choice };
}

export const modelCard: SetupCard = {
  id: 'model',
  title: 'Language model',
  about: 'Answers, writes and thinks along; without one plain English works.',
  docs: 'docs/models.md',
  place: ['models'],
  isLasting: true,
  fields,
  findChoices,
  findProblems: findTaken,
  async check(answers, settings) {
    const { choice = '' } = answers;
    if (choice === NO_MODEL) return chooseNobody(settings);
    const vendor = VENDORS.find(({ name }) => choice === name || choice.startsWith(`${name}/`));
    if (vendor) return chooseOf(vendor, answers, settings);
    return choice === SERVICE ? chooseService(answers, settings) : chooseLocal(choice, settings);
  },
};
