/** The questions of `coda init`, in their order: what a flag or the environment answers is not asked. */
import {
  findLocalModels,
  type LocalModels,
  localChoice,
  type ModelChoice,
  platforms,
  VENDORS,
  type Vendor,
  vendorChoice,
} from '../../app/index.ts';
import { CodaError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Platform, PlatformSetup, SetupAnswer } from '../../chat/index.ts';
import { findZone, machineZone } from '../../time/index.ts';
import type { InitFlags } from '../flags.ts';
import { usage } from '../texts.ts';
import * as texts from './texts.ts';

type OfferedPlatform = Omit<Platform, 'setup'> & { setup: PlatformSetup };

export interface SignedIn {
  platform: OfferedPlatform;
  answer: SetupAnswer & { ok: true };
  /** As `platform:id`. */
  owner: string | undefined;
}

export interface Answers {
  name: string;
  zone: string;
  platform: SignedIn | undefined;
  /** The page on this machine is switched on. */
  browser: boolean;
  /** The model, as `provider/model`, and its provider; undefined: nothing new. */
  model: ModelChoice | undefined;
  postgres: boolean;
  service: boolean;
  secrets: Record<string, string>;
}

export interface KnownSettings {
  flags: InitFlags;
  env: Readonly<Record<string, string | undefined>>;
  /** The values of the configuration that is there, as they are written. */
  current(...path: string[]): unknown;
  log: Log;
}

export async function gather(ask: Asker, known: KnownSettings): Promise<Answers> {
  const secrets: Record<string, string> = {};
  const answers: Answers = {
    name: '',
    zone: '',
    platform: undefined,
    browser: false,
    model: undefined,
    postgres: false,
    service: false,
    secrets,
  };
  const questions: readonly (() => Promise<Partial<Answers>>)[] = [
    async () => ({ name: await nameOf(ask, known) }),
    async () => ({ zone: await zoneOf(ask, known) }),
    () => placeOf(ask, known, secrets),
    async () => ({ model: await modelOf(ask, known, secrets) }),
    () => restOf(ask, known, secrets),
  ];
  for (let at = 0; at < questions.length; ) {
    try {
      Object.assign(answers, await questions[at]?.());
      at++;
    } catch (error) {
      if (!(error instanceof BackToBefore)) throw error;
      at = Math.max(0, at - 1);
    }
  }
  return answers;
}

/** The person wants the question before this one. */
class BackToBefore extends Error {}

/** The value that `next` gives for the choice; where the person goes back from there, the choice is made again. */
async function chosenThen<T>(
  choose: () => Promise<string>,
  isGiven: boolean,
  next: (chosen: string) => Promise<T>,
): Promise<T> {
  for (;;) {
    const chosen = await choose();
    try {
      return await next(chosen);
    } catch (error) {
      if (!(error instanceof BackToBefore) || isGiven) throw error;
    }
  }
}

const nameOf = async (ask: Asker, { flags, current }: KnownSettings): Promise<string> =>
  flags.name ?? ask.text(texts.questions.name, { usual: text(current('assistant', 'name')) ?? 'coda' });

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

async function zoneOf(ask: Asker, { flags, current, env, log }: KnownSettings): Promise<string> {
  const machine = machineZone();
  const usual = text(current('assistant', 'zone')) ?? machine.zone;
  if (!machine.isKnown) log.warn({ TZ: env.TZ }, texts.unknownZone);
  const zoneIn = (value: string) => findZone(value)?.zone;
  if (flags.zone !== undefined) {
    const zone = zoneIn(flags.zone);
    if (zone === undefined) throw usage(texts.notZone(flags.zone), 'Try: --zone Europe/Berlin');
    return zone;
  }
  const wrong = (value: string) => (zoneIn(value) === undefined ? texts.notZone(value) : undefined);
  const given = await ask.text(texts.questions.zone, { usual, wrong });
  return zoneIn(given) ?? usual;
}

async function placeOf(
  ask: Asker,
  known: KnownSettings,
  secrets: Record<string, string>,
): Promise<Pick<Answers, 'platform' | 'browser'>> {
  const offered: OfferedPlatform[] = await Promise.all(
    platforms.map(async (one) => ({ ...one, setup: await one.setup() })),
  );
  const { flags, current, env } = known;
  const usual =
    offered.find(({ config, setup }) => current(config.key) || setup.secrets.every((each) => env[each.env]))?.name ??
    (current('http', 'listen') ? 'browser' : flags.yes ? 'none' : (platforms[0]?.name ?? 'none'));
  const choices = [
    ...offered.map(({ name, title }) => ({ value: name, label: title })),
    { value: 'browser', label: texts.inBrowser },
    { value: 'none', label: texts.terminalOnly },
  ];
  const choose = async () => flags.platform ?? ask.choose(texts.questions.platform, choices, usual);
  return chosenThen(choose, flags.platform !== undefined, async (chosen) => {
    if (chosen === 'none' || chosen === 'browser') return { platform: undefined, browser: chosen === 'browser' };
    const platform = offered.find(({ name }) => name === chosen);
    if (!platform) {
      const names = choices.map(({ value }) => value).join(', ');
      throw usage(`There is no platform ${chosen}.`, `Choose one of: ${names}.`);
    }
    const answer = await signIn(ask, known, platform, secrets);
    return { platform: { platform, answer, owner: await ownerOf(ask, known, platform, answer) }, browser: false };
  });
}

async function signIn(
  ask: Asker,
  known: KnownSettings,
  { title, config, setup }: OfferedPlatform,
  secrets: Record<string, string>,
): Promise<SetupAnswer & { ok: true }> {
  const { env, current, flags, log } = known;
  let trusted = setup.secrets.every((each) => env[each.env]);
  if (!trusted) ask.say([title, ...setup.steps.map((step, index) => `${index + 1}. ${step}`)].join('\n'));
  for (;;) {
    const given: Record<string, string> = {};
    for (const secret of setup.secrets) given[secret.key] = await secretFor(ask, known, secret, trusted);
    const apiUrl = text(current(config.key, 'api_url'));
    const answer = await ask.showWaiting(`Asking ${title}`, () => setup.check(given, { apiUrl, log }));
    if (answer.ok) {
      for (const secret of setup.secrets) secrets[secret.env] = given[secret.key] as string;
      return answer;
    }
    if (flags.yes) throw refusedSetup(answer);
    ask.say(texts.refusedBy(answer));
    trusted = false;
  }
}

/** A secret from the environment, or typed. `trusted`: it has not been refused yet. */
async function secretFor(
  ask: Asker,
  { env, flags }: Pick<KnownSettings, 'env' | 'flags'>,
  { env: name, label, explainMalformed }: Omit<PlatformSetup['secrets'][number], 'key'>,
  trusted: boolean,
): Promise<string> {
  const there = env[name];
  if (there && trusted) return there;
  if (flags.yes && !there) {
    throw usage(`${label} is missing.`, `Put it into the environment variable ${name}; it is never an argument.`);
  }
  const wrong = (value: string) => (value === '' ? (there ? undefined : texts.missing) : explainMalformed?.(value));
  return (await ask.secret(there ? texts.keep(label) : label, { wrong })) || (there ?? '');
}

async function ownerOf(
  ask: Asker,
  { flags, current }: KnownSettings,
  { name, setup: { owner } }: OfferedPlatform,
  answer: SetupAnswer & { ok: true },
): Promise<string | undefined> {
  if (flags.owner !== undefined) {
    const id = flags.owner.replace(`${name}:`, '');
    if (!owner.pattern.test(id)) throw usage(`${flags.owner} is no id of ${name}.`, `${owner.label}.`);
    return `${name}:${id}`;
  }
  if (answer.owner !== undefined && owner.pattern.test(answer.owner)) return `${name}:${answer.owner}`;
  const owners = current('access', 'owners');
  const held = Array.isArray(owners) && owners.some((each) => String(each).startsWith(`${name}:`));
  if (held || flags.yes) return undefined;
  const wrong = (value: string) => (value === '' || owner.pattern.test(value) ? undefined : texts.notOwner);
  const id = await ask.text(owner.label, { usual: '', wrong });
  return id === '' ? undefined : `${name}:${id}`;
}

async function modelOf(ask: Asker, known: KnownSettings, secrets: Record<string, string>): Promise<Answers['model']> {
  const { flags, current, env } = known;
  if (flags.model === 'none') return undefined;
  const local = await findLocalModels(env);
  const set = text(current('models', 'default'));
  const usual = set ?? VENDORS.find((each) => env[each.env])?.name ?? local[0]?.models[0] ?? 'none';
  const choices = [
    ...(set === undefined ? [] : [{ value: set, label: set }]),
    ...local.flatMap(({ title, models }) =>
      models.filter((each) => each !== set).map((value) => ({ value, label: value, hint: title })),
    ),
    ...VENDORS.map(({ name, title }) => ({ value: name, label: texts.byKey(title) })),
    { value: 'none', label: texts.noModel },
  ];
  const choose = async () => flags.model ?? ask.choose(texts.questions.model, choices, usual);
  return chosenThen(choose, flags.model !== undefined, async (chosen) => {
    if (chosen === 'none' || (chosen === set && flags.model === undefined)) return undefined;
    const vendor = VENDORS.find(({ name }) => chosen === name || chosen.startsWith(`${name}/`));
    return vendor ? vendorModel(ask, known, vendor, { secrets, chosen }) : localModel(ask, known, chosen, local);
  });
}

async function localModel(
  ask: Asker,
  { current }: KnownSettings,
  chosen: string,
  local: readonly LocalModels[],
): Promise<Answers['model']> {
  const home = local.find(({ models }) => models.includes(chosen));
  if (!home) {
    const found = local.flatMap(({ models }) => models);
    const remedy =
      found.length > 0 ? `Found: ${found.join(', ')}.` : 'Neither Ollama, LM Studio nor llama.cpp answers here.';
    throw usage(`There is no model ${chosen} on this machine.`, remedy);
  }
  return ask.showWaiting(texts.askingWindow(home.title), () => localChoice(home, chosen, current));
}

async function vendorModel(
  ask: Asker,
  known: KnownSettings,
  vendor: Vendor,
  { secrets, chosen }: { secrets: Record<string, string>; chosen: string },
): Promise<Answers['model']> {
  const { title, env } = vendor;
  const { current } = known;
  for (let trusted = true; ; trusted = false) {
    const key = await secretFor(ask, known, { env, label: texts.questions.key(title) }, trusted);
    const answer = await ask.showWaiting(`Asking ${title}`, () =>
      vendorChoice(vendor, { choice: chosen, key, current }),
    );
    if (answer.ok) {
      secrets[env] = key;
      return answer.model;
    }
    if (known.flags.yes) throw refusedSetup(answer);
    ask.say(texts.refusedBy(answer));
  }
}

async function restOf(
  ask: Asker,
  { flags, env, current }: KnownSettings,
  secrets: Record<string, string>,
): Promise<{ postgres: boolean; service: boolean }> {
  const isAnswered = flags.storage !== undefined || flags.service !== undefined;
  const there = current('storage', 'url') !== undefined || !!env.DATABASE_URL;
  const choices = [
    ...(there ? [] : [{ value: 'postgres', label: texts.POSTGRES }]),
    { value: 'service', label: texts.SERVICE },
  ];
  const wanted = isAnswered ? [] : await ask.askSeveral(texts.questions.rest, choices);
  const service = flags.service ?? wanted.includes('service');
  const wrong = (value: string) => (/^postgres(ql)?:\/\/[^/]+/.test(value) ? undefined : texts.notPostgres);
  if (flags.storage !== undefined && flags.storage !== 'embedded') {
    if (wrong(flags.storage)) throw usage(texts.notPostgres, 'Try: --storage embedded');
    secrets.DATABASE_URL = flags.storage;
    return { postgres: true, service };
  }
  if (!wanted.includes('postgres')) return { postgres: false, service };
  secrets.DATABASE_URL = await ask.secret(texts.questions.url, { wrong });
  return { postgres: true, service };
}

function refusedSetup({ says, remedy = '' }: { says: string; remedy?: string | undefined }): CodaError {
  return new CodaError('CONFIG_INVALID', { message: `${says}. Nothing was written.`, remedy });
}

interface Choice {
  value: string;
  label: string;
  hint?: string;
}

/** Each resolves with an answer that `wrong` has nothing against, and rejects with `BackToBefore` where the person goes back. */
export interface Asker {
  text(question: string, options: { usual: string; wrong?: (value: string) => string | undefined }): Promise<string>;
  /** Not shown as it is typed; empty: the one that is there stays. */
  secret(question: string, options: { wrong: (value: string) => string | undefined }): Promise<string>;
  choose(question: string, choices: readonly Choice[], usual: string): Promise<string>;
  askSeveral(question: string, choices: readonly Choice[]): Promise<readonly string[]>;
  say(text: string): void;
  showWaiting<T>(what: string, work: () => Promise<T>): Promise<T>;
}

/** Typed or chosen, it asks for the question before. */
const BACK = '<';

/** Prompts on the terminal of `io`. Ctrl-C ends with `CANCELLED`. */
export async function terminalAsker(io: NodeJS.Process): Promise<Asker> {
  const clack = await import('@clack/prompts');
  const common = { input: io.stdin, output: io.stdout };
  const given = <T>(answer: T): Exclude<T, symbol> => {
    if (clack.isCancel(answer)) throw cancelledSetup();
    return answer as Exclude<T, symbol>;
  };
  /** The first question has none before it. */
  let isFirst = true;
  const asked = <T extends string | readonly string[]>(answer: T): T => {
    if (answer === BACK || (Array.isArray(answer) && answer.includes(BACK))) throw new BackToBefore();
    isFirst = false;
    return answer;
  };
  const withBack = (choices: readonly Choice[]) =>
    isFirst ? [...choices] : [...choices, { value: BACK, label: texts.back }];
  const typed = (message: string) => (isFirst ? message : `${message} ${texts.backHint}`);
  const unlessBack = (wrong: ((value: string) => string | undefined) | undefined, value: string) =>
    value === BACK ? undefined : wrong?.(value);
  return {
    async text(message, { usual, wrong }) {
      const validate = (value = '') => unlessBack(wrong, value.trim() || usual);
      const question = { message: typed(message), placeholder: usual, defaultValue: usual, validate };
      return asked(given(await clack.text({ ...common, ...question })).trim() || usual);
    },
    async secret(message, { wrong }) {
      const validate = (value = '') => unlessBack(wrong, value.trim());
      return asked((given(await clack.password({ ...common, message: typed(message), validate })) ?? '').trim());
    },
    async choose(message, choices, usual) {
      const question = { message, options: withBack(choices), initialValue: usual };
      return asked(given(await clack.select({ ...common, ...question })));
    },
    async askSeveral(message, choices) {
      const question = { message, options: withBack(choices), required: false };
      return asked(given(await clack.multiselect({ ...common, ...question })));
    },
    say: (text) => clack.log.message(text, common),
    async showWaiting(what, work) {
      clack.log.step(`${what} …`, common);
      return work();
    },
  };
}

export function silentAsker(io: NodeJS.Process): Asker {
  return {
    text: async (_question, { usual }) => usual,
    secret: async () => '',
    choose: async (_question, _choices, usual) => usual,
    askSeveral: async () => [],
    say: (text) => void io.stdout.write(`${text}\n`),
    showWaiting: (_what, work) => work(),
  };
}

function cancelledSetup(): CodaError {
  return new CodaError('CANCELLED', {
    message: 'Stopped. Nothing was written.',
    remedy: 'Run "coda init" again when you like.',
  });
}

export function noTerminal(): CodaError {
  return usage(
    'There is no terminal to ask on.',
    'Say --yes, with --name, --zone, --platform, --owner, --model, --storage or --service where the usual does not fit; ' +
      'tokens and keys are read from the environment.',
  );
}
