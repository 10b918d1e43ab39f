/** Cards: settings that an owner answers a few questions for, asked alike by the page, the first start and `coda init`. */

import { readFileSync } from 'node:fs';
import { decodeText, isUrl, plural } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import { expandEnv } from '../../config/index.ts';
import type { Egress } from '../../egress/index.ts';

type SettingValue = string | number | boolean | readonly string[];

/** A setting and its new value; undefined takes it away. A list is added to the one that is there. */
export type SettingChange = readonly [path: readonly string[], value: SettingValue | undefined];

export interface SetupChoice {
  value: string;
  label: string;
  hint?: string;
}

export interface SetupField {
  /** Lower case with `_`. */
  key: string;
  label: string;
  kind: 'secret' | 'text' | 'choice' | 'url' | 'switch';
  /** Place where its value is got. */
  hint?: string;
  isOptional?: true;
  /** Optional, and asked on the page alone. */
  isRare?: true;
  /** Value where nothing is answered. */
  usual?: string;
  choices?: readonly SetupChoice[];
  /** Other values than `choices` are taken as well: the card's check judges them. */
  isOpen?: true;
  /** Asked only where the answer to the field `of`, or its part before a `/`, is one of these. */
  when?: { of: string; is: readonly string[] };
  /** Setting that it becomes; `:key` in a name stands for the answer to another field. */
  path?: readonly string[];
  /** Text around the value in the setting: `Bearer :value`. */
  written?: string;
  /** True if the setting is a list, and the value is added to it. */
  isListed?: true;
  /** Variable that holds a secret, to which the setting refers; `:key` as in `path`. */
  env?: string;
  /** True if that has a name in it that somebody chooses: its value counts only where the setting refers to it. */
  isOwnVariable?: true;
  /** Problem in the form of `value`, in a sentence; undefined without any. */
  explainMalformed?(value: string): string | undefined;
}

/** The settings as they are: of the file, and the variables of the environment and `.env`. */
export interface KnownSettings {
  env: Readonly<Record<string, string | undefined>>;
  /** A value of the configuration, as it is written. */
  current(...path: string[]): unknown;
}

export interface SetupDeps extends KnownSettings {
  world: World;
  /** Reaches what the owner names. */
  egress: Egress;
  signal: AbortSignal;
  /** True if something that is set is changed. */
  isChange?: boolean;
}

export type SetupAnswers = Readonly<Record<string, string>>;

export type SetupVerdict =
  | {
      ok: true;
      /** A clause: `signed in as Robin`. */
      says: string;
      /** Steps that are still to be done. */
      notes?: readonly string[];
      /** Page where an owner admits coda, with the permissions that it needs and no others. */
      invite?: string | undefined;
      /** Settings beside those of the answers, each made by `changeTo`: what a service says is text, and no reference. */
      settings?: readonly SettingChange[];
    }
  | { ok: false; says: string; remedy?: string | undefined /** Key of the field at fault. */; field?: string };

/** A card, as a value. A platform or skill declares its own as `setup`; whoever deletes the room deletes the card. */
export interface SetupCard {
  /** Lower case; part of its address. */
  id: string;
  title: string;
  /** Its purpose, in a sentence. */
  about: string;
  /** Steps to be done elsewhere before it is answered. */
  steps?: readonly string[];
  /** File of coda's own that one of these steps pastes elsewhere. */
  pasted?: { label: string; path: string };
  /** Page of the docs. */
  docs: string;
  /** Group of settings that it writes, and takes away; with `:key` at its end there may be several, by that answer. */
  place: readonly string[];
  /** True if its settings may be changed and not taken away. */
  isLasting?: true;
  /** Settings that are always written. */
  sets?: readonly (readonly [path: readonly string[], value: string])[];
  fields: readonly SetupField[];
  /** Choices of its fields that have to be looked for, by key. */
  findChoices?(settings: KnownSettings): Promise<Readonly<Record<string, readonly SetupChoice[]>>>;
  /** Problems of answers that are well-formed, beside what is set. Pure. */
  findProblems?(answers: SetupAnswers, settings: KnownSettings): readonly FieldProblem[];
  /** Asks, with the check that `coda doctor` has, whether it works with these answers. Never throws; writes nothing. */
  check(answers: SetupAnswers, deps: SetupDeps): Promise<SetupVerdict>;
}

interface DeclaresCard {
  setup?(): Promise<SetupCard>;
}

/** The cards that these platforms declare, and these skills among their views. */
export async function cardsOf(
  platforms: readonly DeclaresCard[],
  skills: readonly { views?: DeclaresCard }[],
): Promise<SetupCard[]> {
  const all = [...platforms, ...skills.map(({ views }) => views)];
  const cards = await Promise.all(all.map((each) => each?.setup?.()));
  return cards.filter((card) => card !== undefined);
}

export interface FieldProblem {
  field: string;
  detail: string;
}

const LONGEST = { secret: 500, text: 200, choice: 250, url: 2_000, switch: 3 } as const;

const NAMED = /:([a-z]+(?:_[a-z]+)*)/g;

const fillIn = (text: string, answers: SetupAnswers) => text.replace(NAMED, (_, key: string) => answers[key] ?? '');

export const placeOf = ({ place }: Pick<SetupCard, 'place'>, answers: SetupAnswers): string[] =>
  place.map((name) => fillIn(name, answers));

const pathOf = ({ path = [] }: SetupField, answers: SetupAnswers) => path.map((name) => fillIn(name, answers));

export const variableOf = ({ env = '' }: SetupField, answers: SetupAnswers): string =>
  fillIn(env, answers)
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_');

/** The names under which a card of several is set; one without the card's address is written by hand, and no entry of it. */
export function entriesOf({ place, fields }: SetupCard, { current }: KnownSettings): string[] {
  const key = place.at(-1)?.slice(1);
  const field = fields.find((each) => each.key === key);
  const group = field && current(...place.slice(0, -1));
  if (typeof group !== 'object' || group === null) return [];
  const hasAddress = (answers: SetupAnswers) =>
    fields.every((each) => each.kind !== 'url' || !isAsked(each, answers) || current(...pathOf(each, answers)));
  return Object.keys(group)
    .filter((name) => field?.choices?.some(({ value }) => value === name) ?? true)
    .filter((name) => hasAddress({ [field?.key ?? '']: name }));
}

/** The field whose answer tells one from another, of a card that may be set several times. */
export const entryFieldOf = ({ place }: SetupCard): string | undefined =>
  place.at(-1)?.startsWith(':') ? place.at(-1)?.slice(1) : undefined;

export function isAsked({ when }: SetupField, answers: SetupAnswers): boolean {
  const value = when && (answers[when.of] ?? '');
  return value === undefined || when?.is.some((each) => value === each || value.startsWith(`${each}/`)) === true;
}

/** The value that a field has now, for a card with these answers; a reference to a variable is followed. */
export function presentValue(
  field: SetupField,
  answers: SetupAnswers,
  { current, env }: KnownSettings,
): string | undefined {
  const [before = '', after = ''] = (field.written ?? ':value').split(':value');
  const path = pathOf(field, answers);
  const set = path.length === 0 || path.includes('') ? undefined : current(...path);
  const entries = (Array.isArray(set) ? set : [set]).filter((each) => each !== undefined && each !== null);
  if (entries.length === 0) return fileSecret(field, answers, { current, env }) ?? envSecret(field, answers, env);
  if (typeof set === 'boolean') return set ? 'on' : 'off';
  const texts = entries.map((each) => expandEnv(String(each), env).text);
  const text = texts.find((each) => each.startsWith(before) && each.endsWith(after));
  return text?.slice(before.length, text.length - after.length) || undefined;
}

const envSecret = (field: SetupField, answers: SetupAnswers, env: KnownSettings['env']): string | undefined =>
  (field.env && !field.isOwnVariable && env[variableOf(field, answers)]) || undefined;

/** The setting that names the file with a secret, where that is set. */
export function secretFileSetting(
  field: SetupField,
  answers: SetupAnswers,
  { current }: KnownSettings,
): string[] | undefined {
  const path = pathOf(field, answers);
  if (field.env === undefined || path.length === 0 || path.includes('')) return undefined;
  const twin = [...path.slice(0, -1), `${path.at(-1)}_file`];
  return typeof current(...twin) === 'string' ? twin : undefined;
}

/** As the configuration reads it; empty if it cannot be read. */
function fileSecret(field: SetupField, answers: SetupAnswers, settings: KnownSettings): string | undefined {
  const setting = secretFileSetting(field, answers, settings);
  if (setting === undefined) return undefined;
  try {
    return decodeText(readFileSync(expandEnv(String(settings.current(...setting)), settings.env).text)).trimEnd();
  } catch {
    return '';
  }
}

/** Text as the configuration has it: of what somebody typed or a service said nothing refers to a variable. */
const literalText = (text: string): string => text.replaceAll('${', () => '$${');

/** Sets a value to what it says; a reference that comes to the same stays. */
export function changeTo(
  path: readonly string[],
  value: string | number | readonly string[],
  { current, env }: KnownSettings,
): SettingChange[] {
  if (typeof value === 'object') return [[path, value.map(literalText)]];
  const set = current(...path);
  const isSame = typeof set === 'string' ? expandEnv(set, env).text === value : set === value;
  return isSame ? [] : [[path, typeof value === 'string' ? literalText(value) : value]];
}

interface FilledForm {
  all: SetupAnswers;
  typed: SetupAnswers;
}

export interface ReadAnswers {
  /** The answers, and for fields that were left open the values of now and the usual ones. */
  all: SetupAnswers;
  problems: readonly FieldProblem[];
}

/** Reads the answers to a card: what is wrong in their form, and what those that were left open stand for. Pure. */
export function readAnswers(card: SetupCard, typed: SetupAnswers, settings: KnownSettings): ReadAnswers {
  const all: Record<string, string> = {};
  const problems: FieldProblem[] = [];
  for (const field of card.fields) {
    if (!isAsked(field, all)) continue;
    const { key, usual } = field;
    const answer = typed[key]?.trim() ?? '';
    const detail = answer === '' ? undefined : explainWrong(field, answer);
    if (detail !== undefined) problems.push({ field: key, detail });
    const file = secretFileSetting(field, all, settings)?.join('.');
    // A list is added to: its entry of now is no answer. Neither is a value of now that somebody has emptied.
    const now = field.isListed || isEmptied(field, typed) ? undefined : presentValue(field, all, settings);
    const isKept = field.env !== undefined && now !== undefined && answer === '';
    if (file !== undefined && answer !== '' && answer !== now) problems.push({ field: key, detail: ofFile(file) });
    const value = answer || now || usual;
    if (isKept && isMoved(card, all, settings)) problems.push({ field: key, detail: OTHER_ADDRESS });
    else if (isKept && now === '') problems.push({ field: key, detail: `The file of ${file} cannot be read.` });
    else if (value !== undefined && value !== '') all[key] = value;
    else if (!field.isOptional && !field.isRare) problems.push({ field: key, detail: 'It is empty.' });
  }
  const unknown = Object.keys(typed).filter((key) => !card.fields.some((field) => field.key === key));
  return {
    all,
    problems: [
      ...problems,
      ...unknown.map((field) => ({ field, detail: 'It is no field of this form.' })),
      ...boundProblems(card, { all, typed }, settings),
      ...variableProblems(card, { all, typed }, settings),
      ...(card.findProblems?.(all, settings) ?? []),
    ],
  };
}

const OTHER_ADDRESS = 'Type the key again: it was for another address.';
const ofFile = (setting: string) =>
  `It is read from the file that ${setting} names: change it there, or leave this empty.`;

export const originOf = (url: string | undefined): string | undefined =>
  url !== undefined && isUrl(url) ? new URL(url).origin : undefined;

const addressesOf = ({ fields }: SetupCard, all: SetupAnswers) =>
  fields.filter((field) => field.kind === 'url' && field.path && isAsked(field, all) && all[field.key] !== undefined);

/** True if the answers name another server than the one that is set: what is kept secret is not for it. */
const isMoved = (card: SetupCard, all: SetupAnswers, settings: KnownSettings): boolean =>
  addressesOf(card, all).some((field) => originOf(all[field.key]) !== originOf(presentValue(field, all, settings)));

/** Settings written by hand beside a card's own that may hold a secret, and would go to another server with its address. */
function boundProblems(card: SetupCard, { all, typed }: FilledForm, settings: KnownSettings): FieldProblem[] {
  const own = card.fields
    .filter((field) => !field.env || typed[field.key]?.trim() || presentValue(field, all, settings) !== undefined)
    .map((field) => pathOf(field, all).join('.'));
  return addressesOf(card, all).flatMap((field): FieldProblem[] => {
    const now = presentValue(field, all, settings);
    if (now === undefined || originOf(now) === originOf(all[field.key])) return [];
    const group = pathOf(field, all).slice(0, -1);
    const paths = textsBelow(settings.current(...group), group)
      .filter(([path, text]) => !own.includes(path) && /\$\{|(?:^|\.)headers\.|_file$/.test(`${path} ${text}`))
      .map(([path]) => path);
    if (paths.length === 0) return [];
    return [
      { field: field.key, detail: `${paths.join(', ')} is for the address that is set: change both in the file.` },
    ];
  });
}

function textsBelow(value: unknown, path: readonly string[]): [path: string, text: string][] {
  if (typeof value !== 'object' || value === null) return [[path.join('.'), String(value)]];
  return Object.entries(value).flatMap(([key, each]) => textsBelow(each, [...path, key]));
}

export const refersTo = (value: unknown, variable: string): boolean =>
  new RegExp(`\\$\\{${variable}\\b`).test(JSON.stringify(value ?? null));

/** Names that make the variable of another setting, as `a-b` and `a_b` do: its secret would be written over. */
function variableProblems(card: SetupCard, { all, typed }: FilledForm, settings: KnownSettings): FieldProblem[] {
  return card.fields.flatMap((field): FieldProblem[] => {
    const path = pathOf(field, all);
    if (!field.isOwnVariable || !isAsked(field, all) || path.includes('')) return [];
    const variable = variableOf(field, all);
    const name = field.env?.match(NAMED)?.[0].slice(1) ?? field.key;
    const group = path.slice(0, path.indexOf(all[name] ?? '') + 1);
    const isWritten = settings.current(...group) === undefined || typed[field.key]?.trim();
    if (!isWritten || refersTo(settings.current(...path), variable)) return [];
    if (!settings.env[variable] && !refersTo(settings.current(), variable)) return [];
    return [{ field: name, detail: `${variable} is set already, for something else: choose another name.` }];
  });
}

/** True if the file has its setting, whatever that comes to. */
function isSetAt(field: SetupField, answers: SetupAnswers, settings: KnownSettings): boolean {
  const path = pathOf(field, answers);
  if (secretFileSetting(field, answers, settings) !== undefined) return true;
  return path.length > 0 && settings.current(...path) !== undefined;
}

/** A secret that is left empty stays: nobody sees it to delete it. */
const isEmptied = ({ key, env, isOptional, isRare }: SetupField, typed: SetupAnswers): boolean =>
  env === undefined && (isOptional || isRare) === true && typed[key]?.trim() === '';

/** Problem in the form of a value that is typed into `field`, in a sentence. Pure. */
export function explainWrong(field: SetupField, value: string): string | undefined {
  const { kind, choices = [], isOpen } = field;
  if (value.length > LONGEST[kind]) return `It is longer than ${plural(LONGEST[kind], 'character')}.`;
  if (/\p{Cc}/u.test(value)) return 'It has signs that cannot be seen.';
  if (kind === 'secret' && !/^[\x21-\x7e]+$/.test(value)) return 'It has a space, or letters that no key has.';
  if (kind === 'url' && !(isUrl(value) && /^https?:$/.test(new URL(value).protocol)))
    return 'It is no address that begins with http:// or https://.';
  if (kind === 'switch' && value !== 'on' && value !== 'off') return 'It is on or off.';
  if (kind === 'choice' && !isOpen && !choices.some((each) => each.value === value))
    return 'It is none of the choices.';
  return field.explainMalformed?.(value);
}

/** The settings that become of the answers, behind what the check found. Pure. */
export function changesOf(
  card: SetupCard,
  { all, typed }: { all: SetupAnswers; typed: SetupAnswers },
  settings: KnownSettings,
): SettingChange[] {
  const settingFields = card.fields.filter((field) => field.path && isAsked(field, all));
  const ofFields = settingFields.flatMap((field): SettingChange[] => {
    const answer = typed[field.key]?.trim() ?? '';
    const path = pathOf(field, all);
    // A value of the environment alone switches nothing on where the file does not refer to it.
    const isFromEnv = field.env !== undefined;
    const isSet = isSetAt(field, all, settings);
    if (isEmptied(field, typed)) return isSet && !field.isListed ? [[path, undefined]] : [];
    // As the form showed it: a reference that somebody has written by hand stays one.
    if (isSet && answer === presentValue(field, all, settings)) return [];
    const value = answer || (isSet ? undefined : isFromEnv ? all[field.key] : field.usual);
    return value ? [[path, writtenValue(field, value, all)]] : [];
  });
  const always = (card.sets ?? []).flatMap(([path, value]) =>
    changeTo(
      path.map((name) => fillIn(name, all)),
      value,
      settings,
    ),
  );
  return [...always, ...ofFields];
}

function writtenValue(field: SetupField, value: string, all: SetupAnswers): SettingValue {
  if (field.kind === 'switch') return value === 'on';
  const own = field.env === undefined ? literalText(value) : `\${${variableOf(field, all)}}`;
  const text = (field.written ?? ':value').replace(':value', () => own);
  return field.isListed ? [text] : text;
}

/** Secrets among the answers, by the variables that are to hold them; with `settings` without those that are set. Pure. */
export function secretsOf(
  { fields }: SetupCard,
  all: SetupAnswers,
  typed: SetupAnswers,
  settings?: KnownSettings,
): Record<string, string> {
  const isKept = (field: SetupField) =>
    settings !== undefined &&
    isSetAt(field, all, settings) &&
    presentValue(field, all, settings) === typed[field.key]?.trim();
  const secrets = fields.filter(
    (field) => field.env !== undefined && isAsked(field, all) && typed[field.key]?.trim() && !isKept(field),
  );
  return Object.fromEntries(secrets.map((field) => [variableOf(field, all), typed[field.key]?.trim() ?? '']));
}
