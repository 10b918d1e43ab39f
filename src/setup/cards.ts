/** The cards of a running coda: asked over HTTP, checked, and written into the configuration and its `.env`. */
import { constants } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { append, rowOf } from '../audit/index.ts';
import { deadline } from '../base/async.ts';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import { listOf } from '../base/text.ts';
import type { World } from '../base/world.ts';
import {
  changesOf,
  entriesOf,
  entryFieldOf,
  type FieldProblem,
  isAsked,
  type KnownSettings,
  placeOf,
  presentValue,
  readAnswers,
  refersTo,
  type SettingChange,
  type SetupAnswers,
  type SetupCard,
  type SetupChoice,
  type SetupField,
  secretFileSetting,
  secretsOf,
  variableOf,
} from '../chat/index.ts';
import type { Config, ConfigPlace } from '../config/index.ts';
import type { Egress } from '../egress/index.ts';
import type { Database } from '../storage/index.ts';
import { PartialWrite, type SetupFiles } from './files.ts';

export interface SetupCardsDeps {
  config: Config;
  world: World;
  database: Database;
  egress: Egress;
  cards(): Promise<readonly SetupCard[]>;
  /** As `openSetupFiles`. */
  openFiles(place: ConfigPlace, env: World['env']): Promise<SetupFiles>;
  /** Address of the page now, as `http.listen` would say it; undefined: not settings. */
  listen(): string | undefined;
  /** Has the process read its configuration anew; undefined: it has to be started again by hand. */
  onRestart: (() => void) | undefined;
}

interface SentAnswers {
  /** As the files were when the form was shown. */
  version: string | undefined;
  answers: SetupAnswers;
  /** True where a setting that is there is to be changed. */
  isChange: boolean;
  personId: string | undefined;
}

/** A field as a form shows it, with its value of now; a secret is only said to be there. */
export interface ShownField extends SetupField {
  value: string | undefined;
  isSet: boolean;
  /** Variable of the environment that holds it, and goes before `.env`; or the setting that names its file. */
  fixedBy: string | undefined;
}

const CHECK_WITHIN_MS = 90_000;

export class SetupCards {
  private readonly deps: SetupCardsDeps;
  readonly readAt: Date;

  constructor(deps: SetupCardsDeps) {
    this.deps = deps;
    this.readAt = deps.world.clock.now();
  }

  /** All cards with what is set of them, the file that they are written into, and whether that can be done. */
  async list() {
    const files = await this.files();
    const settings = settingsOf(files);
    const cards = (await this.deps.cards()).map((card) => {
      const isSeveral = entryFieldOf(card) !== undefined;
      return { card, isSeveral, entries: entriesOf(card, settings), isSet: isSet(card, settings) };
    });
    return { file: files.config, version: files.version, isWritable: await isWritable(files.config), cards };
  }

  /** The fields of a card; `entry`: of the one of this name. Throws `HTTP_NOT_FOUND`. */
  async describe(id: string, entry: string | undefined) {
    const files = await this.files();
    const settings = settingsOf(files);
    const card = await this.findCard(id);
    const choices = (await card.findChoices?.(settings)) ?? {};
    const key = entryFieldOf(card);
    const isThere = entry !== undefined && entriesOf(card, settings).includes(entry);
    if (entry !== undefined && !isThere) throw noSuch();
    const answers = isThere && key !== undefined ? { [key]: entry } : {};
    // A card that may be set several times shows nothing for a new one.
    const isKnown = key === undefined || isThere;
    const fields = card.fields.map((field) =>
      this.showField(withChoices(field, choices), answers, isKnown ? settings : NOTHING),
    );
    return { version: files.version, card, entryField: key, fields };
  }

  /**
   * Asks whether it works with these answers, and writes it down. Throws `INPUT_INVALID` and `HTTP_REFUSED` with the fields at fault,
   * and `HTTP_CONFLICT` where the configuration was changed since `version` or cannot be written. Returns whether coda begins
   * anew with it by itself.
   */
  async add(id: string, { version, answers: typed, isChange, personId }: SentAnswers) {
    const { world, egress } = this.deps;
    const files = await this.files(version);
    const settings = settingsOf(files);
    const card = await this.findCard(id);
    const { all, problems } = readAnswers(card, typed, settings);
    const twice = takenProblems(card, { all, isChange }, settings);
    const fixed = this.fixedProblems(card, all, typed);
    if (problems.length + twice.length + fixed.length > 0) throw malformedAnswers([...problems, ...twice, ...fixed]);
    const secrets = secretsOf(card, all, typed, settings);
    for (const value of Object.values(secrets)) world.secrets.add(value);
    using limit = deadline(CHECK_WITHIN_MS);
    const verdict = await card.check(all, {
      ...settings,
      world,
      egress,
      signal: limit.signal,
      isChange: isChange || isSet(card, settings),
    });
    const hide = (text: string) => world.secrets.hide(text);
    if (!verdict.ok) throw refusedCheck(hide(sentenceOf(verdict)), verdict.field);
    const own = [...(verdict.settings ?? []), ...changesOf(card, { all, typed }, settings)];
    const isThere = settings.current(...placeOf(card, all)) !== undefined;
    const says = { says: hide(verdict.says), notes: (verdict.notes ?? []).map(hide), invite: verdict.invite };
    // Nothing was there, and nothing is wanted.
    if (!isThere && own.length + Object.keys(secrets).length === 0) return { ...says, restarts: false };
    const changes = [...own, ...this.addressChanges(files)];
    const subject = [id, all[entryFieldOf(card) ?? '']].filter(Boolean).join(' ');
    await this.write(files, { changes, secrets, subject, personId, act: isChange ? 'change' : 'add' });
    return { ...says, restarts: this.restart() };
  }

  /** Takes out of the configuration what a card has written. Throws `HTTP_NOT_FOUND`, and as `add` does. */
  async remove(
    id: string,
    { version, entry, personId }: Omit<SentAnswers, 'answers' | 'isChange'> & { entry: string | undefined },
  ) {
    const files = await this.files(version);
    const settings = settingsOf(files);
    const card = await this.findCard(id);
    const key = entryFieldOf(card);
    const answers = key === undefined ? {} : { [key]: entry ?? '' };
    const place = placeOf(card, answers);
    const isThere =
      key === undefined
        ? isSet(card, settings) || files.current(...place) !== undefined
        : entriesOf(card, settings).includes(entry ?? '');
    if (!isThere || card.isLasting) throw noSuch();
    const variables = card.fields.filter(({ env }) => env !== undefined).map((field) => variableOf(field, answers));
    const changes: SettingChange[] = [[place, undefined]];
    this.assertGoes(card, { variables, changes, place }, files);
    const secrets = Object.fromEntries(variables.map((name) => [name, undefined]));
    const subject = [id, entry].filter(Boolean).join(' ');
    const leftover = await this.write(files, { changes, secrets, subject, personId, act: 'remove' });
    const restarts = this.restart();
    if (leftover !== undefined) throw partRemoval(leftover, files.env);
    return { restarts };
  }

  /** Throws `HTTP_CONFLICT` where a variable that stays would keep it on. */
  private assertGoes(card: SetupCard, { variables, changes, place }: Removal, files: SetupFiles): void {
    for (const name of variables) {
      const holder = this.deps.world.env[name] ? "coda's environment" : files.otherFileOf(name);
      if (holder !== undefined) throw errorOfHolder(name, holder);
    }
    const shared = variables.filter((name) => files.refersTo(name, changes));
    const rest: KnownSettings = {
      env: Object.fromEntries(shared.map((name) => [name, files.variables[name]])),
      current: (...path) => (place.every((key, at) => path[at] === key) ? undefined : files.current(...path)),
    };
    if (shared.length > 0 && isSet(card, rest)) throw errorOfSetting(shared);
  }

  private showField(field: SetupField, answers: SetupAnswers, settings: KnownSettings): ShownField {
    const isSecret = field.env !== undefined;
    const isRead = isSecret || !field.isListed;
    const now = answers[field.key] ?? (isRead ? presentValue(field, answers, settings) : undefined);
    // An address may have a key in it, of another variable.
    const isHidden = isSecret || (now !== undefined && this.deps.world.secrets.hide(now) !== now);
    const isUsed = isSecret && (!field.isOwnVariable || refersTo(settings.current(), variableOf(field, answers)));
    const variable = isUsed ? variableOf(field, answers) : '';
    const fixedBy = this.deps.world.env[variable] ? variable : secretFileSetting(field, answers, settings)?.join('.');
    return { ...field, value: isHidden ? undefined : (now ?? field.usual), isSet: now !== undefined, fixedBy };
  }

  /** Secrets that the environment sets: it goes before `.env`, and another value would be written for nothing. */
  private fixedProblems(card: SetupCard, all: SetupAnswers, typed: SetupAnswers): FieldProblem[] {
    return card.fields.flatMap((field) => {
      const variable = field.env !== undefined && isAsked(field, all) ? variableOf(field, all) : '';
      const value = this.deps.world.env[variable];
      const answer = typed[field.key]?.trim();
      if (!value || !answer || answer === value) return [];
      return [
        {
          field: field.key,
          detail: `${variable} of coda's environment goes before it: change it there, or leave this empty.`,
        },
      ];
    });
  }

  /** Gives a sentence about what is left to be taken out by hand. */
  private async write(
    files: SetupFiles,
    { changes, secrets, subject, personId, act }: WrittenCard,
  ): Promise<string | undefined> {
    const { world, database } = this.deps;
    const at = world.clock.now();
    const names = changes.map(([path]) => path.join('.'));
    const detail = { settings: names, file: files.config };
    let outcome: { left: string | undefined } | undefined;
    try {
      await database.tx('setup.write', async (tx) => {
        append(tx, [rowOf({ at, action: `setup.${act}`, subject, personId, origin: 'http', detail })]);
        // Within it: what could not be written has no entry. Once, however often the transaction is tried.
        outcome ??= { left: files.write(changes, secrets) };
      });
    } catch (error) {
      if (outcome === undefined) throw asConflict(error, names, secrets);
      world.log.error(
        { err: error, card: subject, act },
        'the configuration was changed, and the audit log does not say so',
      );
      throw unrecordedWrite(files.config, error);
    }
    world.log.info({ card: subject, act, config: files.config }, 'the configuration was changed in the browser');
    return outcome?.left;
  }

  private restart(): boolean {
    this.deps.onRestart?.();
    return this.deps.onRestart !== undefined;
  }

  /** Without a file the page was served all the same; with one it says so, at the address at which it stands now. */
  private addressChanges({ isThere }: SetupFiles): SettingChange[] {
    const { world, listen } = this.deps;
    const at = listen();
    return isThere || world.env.CODA_HTTP_LISTEN || at === undefined ? [] : [[['http', 'listen'], at]];
  }

  /** The card of this name. Throws `HTTP_NOT_FOUND`. */
  private async findCard(id: string): Promise<SetupCard> {
    const card = (await this.deps.cards()).find((each) => each.id === id);
    if (!card) throw noSuch();
    return card;
  }

  private async files(version?: string): Promise<SetupFiles> {
    const { config, world, openFiles } = this.deps;
    const files = await openFiles(config.place, world.env).catch((error: unknown) => {
      throw asUnreadable(error);
    });
    if (version === undefined || version === files.version) return files;
    throw editedMeanwhile(files.config);
  }
}

const settingsOf = ({ variables, current }: SetupFiles): KnownSettings => ({ env: variables, current });

interface Removal {
  variables: readonly string[];
  changes: readonly SettingChange[];
  place: readonly string[];
}

interface WrittenCard {
  changes: readonly SettingChange[];
  secrets: Readonly<Record<string, string | undefined>>;
  subject: string;
  personId: string | undefined;
  act: 'add' | 'change' | 'remove';
}

const NOTHING: KnownSettings = { env: {}, current: () => undefined };

/** True if what it cannot do without is set, in the file or by the environment. */
function isSet(card: SetupCard, settings: KnownSettings): boolean {
  if (entryFieldOf(card) !== undefined) return false;
  const needed = card.fields.filter(({ path, when, isOptional, isRare }) => path && !when && !isOptional && !isRare);
  if (needed.length === 0) return settings.current(...card.place) !== undefined;
  return needed.every((field) => presentValue(field, {}, settings) !== undefined);
}

const withChoices = (field: SetupField, choices: Readonly<Record<string, readonly SetupChoice[]>>): SetupField => {
  const own = choices[field.key];
  return own ? { ...field, choices: own } : field;
};

function takenProblems(
  card: SetupCard,
  { all, isChange }: { all: SetupAnswers; isChange: boolean },
  settings: KnownSettings,
): FieldProblem[] {
  const field = entryFieldOf(card);
  if (field === undefined || !all[field] || settings.current(...placeOf(card, all)) === undefined) return [];
  // An entry that is written by hand, such as a program as a server, is not changed here.
  if (isChange && entriesOf(card, settings).includes(all[field])) return [];
  return [{ field, detail: 'This one is there already: change it, or choose another.' }];
}

/** True if the file, or the nearest folder that is there above it, may be written. */
async function isWritable(file: string): Promise<boolean> {
  if (await isMountPoint(file)) return false;
  for (let path = file; ; path = dirname(path)) {
    try {
      // A file is put in place of the old one, in its folder.
      await access(path === file ? dirname(path) : path, constants.W_OK);
      return true;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || dirname(path) === path) return false;
    }
  }
}

/** True of a file that is mounted by itself, as into a container: none can be put in its place. */
async function isMountPoint(file: string): Promise<boolean> {
  try {
    const path = await realpath(file);
    if ((await stat(path)).dev !== (await stat(dirname(path))).dev) return true;
    // A mount of the same disk has the same number; Linux lists it by its path.
    const mounts = await readFile('/proc/self/mountinfo', 'utf8');
    return mounts.split('\n').some((line) => line.split(' ')[4] === path.replaceAll(' ', '\\040'));
  } catch {
    return false;
  }
}

const sentenceOf = ({ says, remedy }: { says: string; remedy?: string | undefined }): string => {
  const sentence = `${says[0]?.toUpperCase()}${says.slice(1)}`.replace(/\.?$/, '.');
  return remedy === undefined ? sentence : `${sentence} ${remedy}`;
};

const inAnswers = (problems: readonly FieldProblem[]) =>
  problems.map(({ field, detail }) => ({ field: `answers.${field}`, detail }));

function malformedAnswers(problems: readonly FieldProblem[]): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: problems.map(({ field, detail }) => `${field}: ${detail}`).join(' '),
    remedy: 'Nothing was written.',
    fields: inAnswers(problems),
  });
}

function refusedCheck(detail: string, field: string | undefined): CodaError {
  return new CodaError('HTTP_REFUSED', {
    message: detail,
    remedy: 'Nothing was written.',
    fields: field === undefined ? [] : inAnswers([{ field, detail }]),
  });
}

function errorOfHolder(variable: string, holder: string): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: `${variable} of ${holder} switches it on. Nothing was written.`,
    remedy: 'Take the variable out there, and start coda again.',
  });
}

function errorOfSetting(variables: readonly string[]): CodaError {
  const names = listOf(variables);
  return new CodaError('HTTP_CONFLICT', {
    message: `${names} would keep it on, and another setting refers to ${names}. Nothing was written.`,
    remedy: 'Give that setting a variable of its own, and take this out then.',
  });
}

function partRemoval(left: string, env: string): CodaError {
  return new CodaError('HTTP_CONFLICT', { message: left, remedy: `Take it out of ${env} by hand.` });
}

function unrecordedWrite(file: string, cause: unknown): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: `${file} was written, and the audit log has no entry of it (${messageOf(cause)}).`,
    remedy: 'See with "coda doctor" how the database is, and start coda again: it has the new settings then.',
    cause,
  });
}

/** An error of files that cannot be read or edited, as a page may see it. */
function asUnreadable(error: unknown): unknown {
  if (!(error instanceof CodaError && ['CONFIG_INVALID', 'CONFIG_UNREADABLE'].includes(error.code))) return error;
  return new CodaError('HTTP_CONFLICT', {
    message: error.message,
    remedy: 'Run "coda config check" at the terminal: it says what is wrong. Mend that, and look again.',
    cause: error,
  });
}

function noSuch(): CodaError {
  return new CodaError('HTTP_NOT_FOUND', {
    message: 'There is no such card.',
    remedy: 'GET /v1/setup/cards lists them.',
  });
}

function editedMeanwhile(file: string): CodaError {
  return new CodaError('HTTP_CONFLICT', {
    message: `${file} was changed meanwhile, in another tab or by hand. Nothing was written.`,
    remedy: 'Close this form and open it again: it shows what is set now.',
  });
}

/** An error of the files, as a program may see it: with the settings by name where a person has to write them. */
function asConflict(error: unknown, names: readonly string[], secrets: WrittenCard['secrets']): unknown {
  if (!(error instanceof CodaError)) return error;
  if (error instanceof PartialWrite) {
    return new CodaError('HTTP_CONFLICT', { message: error.message, remedy: error.remedy, cause: error });
  }
  if (error.code === 'CONFIG_EDITED') return editedMeanwhile('The configuration');
  if (error.code === 'CONFIG_INVALID' || error.code === 'CONFIG_UNREADABLE') {
    return new CodaError('HTTP_REFUSED', { message: error.message, remedy: error.remedy, cause: error });
  }
  if (error.code !== 'DATA_UNWRITABLE') return error;
  const variables = Object.keys(secrets);
  const where = variables.length > 0 ? `, and ${variables.join(' and ')} in its environment` : '';
  return new CodaError('HTTP_CONFLICT', {
    message: error.message,
    remedy: `Nothing was written. Let coda write there, or set ${names.join(', ')} where the configuration comes from${where}.`,
    cause: error,
  });
}
