/** The questions of `coda init`: one, or with `--all` the rest; cards are asked as the page asks them. */

import { CodaError } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import {
  changesOf,
  explainWrong,
  isAsked,
  type KnownSettings,
  modelCard,
  NO_MODEL,
  presentValue,
  readAnswers,
  type SettingChange,
  type SetupCard,
  type SetupField,
  type SetupVerdict,
  secretsOf,
  variableOf,
} from '../../chat/index.ts';
import type { Egress } from '../../egress/index.ts';
import { findZone, machineZone } from '../../time/index.ts';
import type { InitFlags } from '../flags.ts';
import { usage } from '../texts.ts';
import { type Asker, BackToBefore } from './asker.ts';
import * as texts from './texts.ts';

export interface AnsweredCard {
  card: SetupCard;
  verdict: SetupVerdict & { ok: true };
}

export interface Answers {
  changes: SettingChange[];
  secrets: Record<string, string>;
  cards: AnsweredCard[];
  /** The page on this machine is switched on. */
  browser: boolean;
  service: boolean;
}

export interface Asking extends KnownSettings {
  flags: InitFlags;
  /** True if there is a configuration already. */
  isThere: boolean;
  /** Cards of the platforms, and those of everything else. */
  platforms: readonly SetupCard[];
  others: readonly SetupCard[];
  world: World;
  egress: Egress;
}

type Part = Partial<Omit<Answers, 'changes' | 'secrets' | 'cards'>> & {
  changes?: readonly SettingChange[];
  secrets?: Readonly<Record<string, string>>;
  cards?: readonly AnsweredCard[];
};

export async function gather(ask: Asker, asking: Asking): Promise<Answers> {
  const { flags } = asking;
  const isFull = flags.all === true;
  const questions: readonly (() => Promise<Part>)[] = [
    () => platformOf(ask, asking),
    ...(isFull || flags.yes || flags.name !== undefined ? [() => nameOf(ask, asking)] : []),
    ...(isFull || flags.yes || flags.zone !== undefined ? [() => zoneOf(ask, asking)] : []),
    () => modelOf(ask, asking),
    () => restOf(ask, asking),
  ];
  const parts: Part[] = [];
  for (let at = 0; at < questions.length; ) {
    try {
      parts[at] = (await questions[at]?.()) ?? {};
      at++;
    } catch (error) {
      if (!(error instanceof BackToBefore)) throw error;
      at = Math.max(0, at - 1);
    }
  }
  return joinParts(parts);
}

const joinParts = (parts: readonly Part[]): Answers => ({
  changes: parts.flatMap(({ changes = [] }) => changes),
  secrets: Object.assign({}, ...parts.map(({ secrets }) => secrets)),
  cards: parts.flatMap(({ cards = [] }) => cards),
  browser: parts.some(({ browser }) => browser),
  service: parts.some(({ service }) => service),
});

/** The value that `next` gives for the choice; where the person goes back from there, the choice is made again. */
async function chosenThen<C, T>(
  choose: () => Promise<C>,
  isGiven: boolean,
  next: (choice: C) => Promise<T>,
): Promise<T> {
  for (;;) {
    const choice = await choose();
    try {
      return await next(choice);
    } catch (error) {
      if (!(error instanceof BackToBefore) || isGiven) throw error;
    }
  }
}

async function nameOf(ask: Asker, { flags, current }: Asking): Promise<Part> {
  const usual = text(current('assistant', 'name')) ?? 'coda';
  const name = flags.name ?? (await ask.text(texts.questions.name, { usual }));
  return { changes: [[['assistant', 'name'], name]] };
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

async function zoneOf(ask: Asker, { flags, current, env, world }: Asking): Promise<Part> {
  const machine = machineZone();
  const usual = text(current('assistant', 'zone')) ?? machine.zone;
  if (!machine.isKnown) world.log.warn({ TZ: env.TZ }, texts.unknownZone);
  const zoneIn = (value: string) => findZone(value)?.zone;
  const wrong = (value: string) => (zoneIn(value) === undefined ? texts.notZone(value) : undefined);
  const typed = flags.zone ?? (await ask.text(texts.questions.zone, { usual, wrong }));
  const zone = zoneIn(typed);
  if (zone === undefined) throw usage(texts.notZone(typed), 'Try: --zone Europe/Berlin');
  return { changes: [[['assistant', 'zone'], zone]] };
}

/** A platform that a flag names; without questions also one that is set, or whose tokens are in the environment. */
async function platformOf(ask: Asker, asking: Asking): Promise<Part> {
  const { flags, platforms, current, isThere } = asking;
  const hasPage = current('http', 'listen') !== undefined;
  const usual = platforms.find((card) => current(...card.place) !== undefined || hasSecrets(card, asking))?.id;
  const name = flags.platform ?? (flags.yes ? usual : undefined);
  if (name === 'none' || name === 'browser') return { browser: name === 'browser' };
  if (name === undefined) return { browser: !isThere || hasPage };
  const card = platforms.find(({ id }) => id === name);
  if (!card) {
    const names = [...platforms.map(({ id }) => id), 'browser', 'none'].join(', ');
    throw usage(`There is no platform ${name}.`, `Choose one of: ${names}.`);
  }
  const { owner } = flags;
  return askCard(ask, asking, card, owner === undefined ? {} : { owner: owner.replace(`${name}:`, '') });
}

const hasSecrets = ({ fields }: SetupCard, { env }: KnownSettings): boolean =>
  fields.every((field) => field.env === undefined || field.isOptional || env[variableOf(field, {})]);

async function modelOf(ask: Asker, asking: Asking): Promise<Part> {
  const { flags, current } = asking;
  const offers = (await modelCard.findChoices?.(asking))?.choice ?? [];
  const set = text(current('models', 'default'));
  const isReady = (value: string) =>
    modelCard.fields.every(
      (field) =>
        !field.when ||
        field.isOptional ||
        field.isRare ||
        !isAsked(field, { choice: value }) ||
        hasValue(field, asking),
    );
  const isOff = current('models', 'enabled') === false;
  const usual = (isOff ? NO_MODEL : set) ?? offers.find(({ value }) => isReady(value))?.value ?? NO_MODEL;
  const choices = [
    ...(set === undefined ? [] : [{ value: set, label: set }]),
    ...offers.filter(({ value }) => value !== set),
  ];
  const choose = async () => flags.model ?? ask.choose(texts.questions.model, choices, usual);
  return chosenThen(choose, flags.model !== undefined, async (choice) => {
    if (choice === set && !isOff && flags.model === undefined) return {};
    const part = await askCard(ask, asking, modelCard, { choice });
    // Nothing is written, and the report says that there is none.
    return choice === NO_MODEL && part.changes?.length === 0 ? {} : part;
  });
}

const hasValue = (field: SetupField, settings: KnownSettings) => presentValue(field, {}, settings) !== undefined;

const POSTGRES = 'postgres';
const SERVICE = 'service';
const PAGE = 'page';

/** Everything else: asked with `--all` alone, else by flags. */
async function restOf(ask: Asker, asking: Asking): Promise<Part> {
  const { flags, env, current, isThere, platforms, others } = asking;
  const offered = [...platforms, ...others];
  const hasStorage = current('storage', 'url') !== undefined || !!env.DATABASE_URL || flags.storage !== undefined;
  const choices = [
    ...(isThere && current('http', 'listen') === undefined ? [{ value: PAGE, label: texts.inBrowser }] : []),
    ...offered.map(({ id, title, about }) => ({ value: id, label: title, hint: about })),
    ...(hasStorage ? [] : [{ value: POSTGRES, label: texts.POSTGRES }]),
    ...(flags.service === undefined ? [{ value: SERVICE, label: texts.SERVICE }] : []),
  ];
  const isAskable = flags.all && !flags.yes;
  const choose = async (): Promise<readonly string[]> =>
    isAskable ? ask.askSeveral(texts.questions.rest, choices) : [];
  return chosenThen(choose, !isAskable, async (wanted) => {
    const parts: Part[] = [await storageOf(ask, asking, wanted.includes(POSTGRES))];
    for (const card of offered) if (wanted.includes(card.id)) parts.push(await askCard(ask, asking, card, {}));
    const service = flags.service ?? wanted.includes(SERVICE);
    return { ...joinParts(parts), browser: wanted.includes(PAGE), service };
  });
}

async function storageOf(ask: Asker, { flags: { storage } }: Asking, isWanted: boolean): Promise<Part> {
  const wrong = (value: string) => (/^postgres(ql)?:\/\/[^/]+/.test(value) ? undefined : texts.notPostgres);
  const isNamed = storage !== undefined && storage !== 'embedded';
  if (isNamed && wrong(storage)) throw usage(texts.notPostgres, 'Try: --storage embedded');
  if (!isNamed && !isWanted) return {};
  const url = isNamed ? storage : await ask.secret(texts.questions.url, { wrong });
  return { changes: [[['storage', 'url'], '${DATABASE_URL}']], secrets: { DATABASE_URL: url } };
}

/** Asks a card until what is answered works. `byFlags`: answers of flags, or of the question that led here. */
async function askCard(
  ask: Asker,
  asking: Asking,
  card: SetupCard,
  byFlags: Readonly<Record<string, string>>,
): Promise<Part> {
  const { flags, world, egress, env, current } = asking;
  let trusted = true;
  if (card.steps && !hasSecrets(card, asking))
    ask.say([card.title, ...card.steps.map((step, index) => `${index + 1}. ${step}`)].join('\n'));
  for (;;) {
    const typed = await answersTo(ask, asking, card, { byFlags, trusted });
    const { all, problems } = readAnswers(card, typed, asking);
    if (problems[0]) {
      const { field, detail } = problems[0];
      const isAskable = card.fields.some(({ key, isRare }) => key === field && !isRare) && !(field in byFlags);
      if (flags.yes || !isAskable) throw usage(`${field}: ${detail}`, 'Answer it, or leave the flag out.');
      // A value that is set has not the form that it needs.
      ask.say(texts.malformedAnswer(card.fields.find(({ key }) => key === field)?.label ?? field, detail));
      trusted = false;
      continue;
    }
    const { signal } = new AbortController();
    const verdict = await ask.showWaiting(texts.checkingCard(card.title), () =>
      card.check(all, { world, egress, signal, env, current }),
    );
    if (verdict.ok) {
      const changes = [...(verdict.settings ?? []), ...changesOf(card, { all, typed }, asking)];
      return { changes, secrets: secretsOf(card, all, typed, asking), cards: [{ card, verdict }] };
    }
    const isGiven = verdict.field !== undefined && verdict.field in byFlags;
    if (flags.yes || (isGiven && flags.model !== undefined)) throw refusedSetup(verdict);
    ask.say(texts.refusedBy(verdict));
    if (isGiven) throw new BackToBefore();
    trusted = false;
  }
}

interface AskedBefore {
  byFlags: Readonly<Record<string, string>>;
  /** False: the values that are there were refused. */
  trusted: boolean;
}

async function answersTo(
  ask: Asker,
  asking: Asking,
  card: SetupCard,
  { byFlags, trusted }: AskedBefore,
): Promise<Record<string, string>> {
  const answers: Record<string, string> = { ...byFlags };
  for (const field of card.fields) {
    if (answers[field.key] !== undefined || field.isRare || !isAsked(field, answers)) continue;
    const value = await answerTo(ask, asking, field, { answers, trusted });
    if (value !== '') answers[field.key] = value;
  }
  return answers;
}

async function answerTo(
  ask: Asker,
  asking: Asking,
  field: SetupField,
  { answers, trusted }: { answers: Readonly<Record<string, string>>; trusted: boolean },
): Promise<string> {
  const { label, kind, choices = [], isOptional, usual = '' } = field;
  const { yes } = asking.flags;
  const now = presentValue(field, answers, asking);
  const wrong = (value: string) => {
    if (value === '') return isOptional || now ? undefined : texts.missing;
    return explainWrong(field, value);
  };
  if (kind === 'secret') {
    if (now && trusted) return now;
    if (yes && !now && !isOptional) {
      const variable = variableOf(field, answers);
      throw usage(`${label} is missing.`, `Put it into the environment variable ${variable}; it is never an argument.`);
    }
    return (await ask.secret(now ? texts.keep(label) : label, { wrong })) || (now ?? '');
  }
  if (kind === 'choice') return ask.choose(label, choices, now ?? (usual || (choices[0]?.value ?? '')));
  if (kind === 'switch') return ask.choose(label, texts.onOff, now ?? (usual || 'off'));
  // A value that a list has already is not asked for again.
  return isOptional && (now || yes) ? '' : ask.text(label, { usual: now ?? usual, wrong });
}

function refusedSetup({ says, remedy = '' }: { says: string; remedy?: string | undefined }): CodaError {
  return new CodaError('CONFIG_INVALID', { message: `${says}. Nothing was written.`, remedy });
}
