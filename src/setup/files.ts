/** The two files that a setup writes, by `coda init`, the first start in the browser and the cards of the page: edited, checked, and put in place whole. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import type { Document } from 'yaml';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import { Secrets } from '../base/log.ts';
import { listOf, stripEnd } from '../base/text.ts';
import type { SettingChange } from '../chat/index.ts';
import { type ConfigPlace, type ConfigRequest, envFileOf, readEnvFile, withEnvFiles } from '../config/index.ts';

/** The configuration and its `.env` as they were when they were opened. */
export interface SetupFiles {
  /** Paths; `isThere`: the configuration exists. */
  config: string;
  env: string;
  isThere: boolean;
  /** Changes with each change of either file; tells nothing of what they say. */
  version: string;
  /** All variables that the configuration gets: of the environment, its `.env`, and others that this does not write. */
  variables: Env;
  /** A value of the configuration, as it is written. */
  current(...path: string[]): unknown;
  /** True if the configuration, with `changes` made, refers to a variable. */
  refersTo(name: string, changes: readonly SettingChange[]): boolean;
  /** Path of a file that sets a variable, too, and is not written by this. */
  otherFileOf(name: string): string | undefined;
  /**
   * Writes both, or neither where the result would not be valid (`CONFIG_INVALID`) or somebody has edited them meanwhile
   * (`CONFIG_EDITED`); `PartialWrite` where `.env` could not be put back. A variable to which the result refers is not taken
   * away. Gives a sentence about what is left to be taken out by hand.
   */
  write(changes: readonly SettingChange[], secrets: NewSecrets): string | undefined;
}

/** Variables of `.env` by name; undefined takes one away. */
type NewSecrets = Readonly<Record<string, string | undefined>>;

type Env = Readonly<Record<string, string | undefined>>;

/** Something was written, and it is not the whole. The message says what. */
export class PartialWrite extends CodaError {}

/** Reads a configuration with all its blocks. Throws `CONFIG_INVALID`. */
export type ConfigReader = (request: Pick<ConfigRequest, 'file' | 'envFiles' | 'env' | 'secrets'>) => unknown;

/**
 * Reads what is there; `env` is the environment itself, `readConfig` judges what is to be written. Throws `CONFIG_INVALID` for what
 * is no YAML that can be edited.
 */
export async function openSetupFiles(
  { file, envFiles }: ConfigPlace,
  env: Env,
  readConfig: ConfigReader,
): Promise<SetupFiles> {
  const yaml = await import('yaml');
  const [own = envFileOf(file), ...others] = envFiles;
  const drafts = { config: readDraft(file), env: readDraft(own) };
  const document = yaml.parseDocument(drafts.config.text, { logLevel: 'silent' });
  const edited = (changes: readonly SettingChange[]): string => {
    const text = editYaml(yaml, drafts.config.text, changes);
    if (text === undefined) throw notYaml(file);
    return text;
  };
  edited([]);
  return {
    config: drafts.config.path,
    env: drafts.env.path,
    isThere: drafts.config.isThere,
    version: hashOf(`${drafts.config.hash} ${drafts.env.hash}`).slice(0, VERSION_DIGITS),
    variables: withEnvFiles(env, envFiles),
    current: (...path) => plain(document.getIn(path)),
    refersTo: (name, changes) => refersTo(yaml, edited(changes), name),
    otherFileOf: (name) => others.find((other) => other !== own && readEnvFile(other)[name]),
    write(changes, secrets) {
      const text = edited(changes);
      const wanted = Object.entries(secrets).filter(
        ([name, value]) => value !== undefined || !refersTo(yaml, text, name),
      );
      return writeBoth(drafts, { text, secrets: Object.fromEntries(wanted), env, others, readConfig });
    },
  };
}

const VERSION_DIGITS = 16;

/** Puts one file of the machine in place whole, such as the unit of a service. */
export function writeWhole(path: string, text: string, mode: number): void {
  const draft = readDraft(path);
  using staged = stage(draft, text, draft.mode ?? mode);
  staged.put();
}

interface NewTexts {
  text: string;
  secrets: NewSecrets;
  env: Env;
  /** Files of variables behind `.env`. */
  others: readonly string[];
  readConfig: ConfigReader;
}

/**
 * First what the new configuration refers to, then the configuration; what is taken away goes last, as the old one refers to it.
 * Neither where the result would not be valid.
 */
function writeBoth(drafts: { config: Draft; env: Draft }, { text, secrets, env, others, readConfig }: NewTexts) {
  const lines = editEnv(drafts.env.text, secrets);
  using config = stage(drafts.config, text, drafts.config.mode ?? 0o644);
  using variables = lines === drafts.env.text ? undefined : stage(drafts.env, lines, PRIVATE);
  validate(config, { envFiles: [variables?.path ?? drafts.env.path, ...others], env, readConfig });
  const removals = Object.keys(secrets).filter((name) => secrets[name] === undefined);
  if (removals.length === 0) variables?.put();
  try {
    config.put();
  } catch (error) {
    if (variables && removals.length === 0) putBack(drafts, error);
    throw error;
  }
  try {
    if (removals.length > 0) variables?.put();
  } catch (error) {
    const why =
      error instanceof CodaError && error.code === 'CONFIG_EDITED' ? 'it was changed meanwhile' : messageOf(error);
    return `${drafts.config.path} was written. ${listOf(removals)} could not be taken out of ${drafts.env.path}: ${why}`;
  }
  return undefined;
}

/** The old `.env` in the place of the new one. */
function putBack({ config, env }: { config: Draft; env: Draft }, cause: unknown): void {
  try {
    if (env.isThere) {
      using old = stage(readDraft(env.path), env.text, env.mode ?? PRIVATE);
      old.put();
    } else rmSync(env.path);
  } catch (error) {
    throw new PartialWrite('DATA_UNWRITABLE', {
      message: `${env.path} was written and cannot be put back (${messageOf(error)}); ${config.path} was not written: ${messageOf(cause)}`,
      remedy: `Look through ${env.path}, and let coda write both.`,
      cause,
    });
  }
}

function validate(
  config: StagedFile,
  { envFiles, env, readConfig }: Pick<NewTexts, 'env' | 'readConfig'> & { envFiles: readonly string[] },
): void {
  try {
    readConfig({ file: config.path, envFiles, env, secrets: new Secrets() });
  } catch (error) {
    if (!(error instanceof CodaError)) throw error;
    const { code, message, remedy } = error;
    throw new CodaError(code, {
      message: `${message.replaceAll(config.path, config.shown)}\nNothing was written.`,
      remedy,
      cause: error,
    });
  }
}

/** True if a value refers to a variable; a comment may do so. */
function refersTo(yaml: Yaml, text: string, name: string): boolean {
  return new RegExp(`\\$\\{${name}\\b`).test(JSON.stringify(yaml.parse(text) ?? {}));
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  return (value as { toJSON(): unknown }).toJSON();
}

function notYaml(file: string): CodaError {
  return new CodaError('CONFIG_INVALID', {
    message: `${file} is no YAML that can be edited. Nothing was written.`,
    remedy: 'See what is wrong with "coda config check", mend it, and try again.',
  });
}

// Editing what people write by hand: everything that is not changed stays as it is, comments too. Pure.

type Yaml = typeof import('yaml');

const NEW_FILE = `# What this coda is set to. config.example.yaml shows every key; "coda config check" finds what is wrong.
# Tokens and keys stand in a file .env, not here.
`;

/** `text`, a configuration, with `changes` made; undefined where it is no YAML that can be edited. */
function editYaml(yaml: Yaml, text: string, changes: readonly SettingChange[]): string | undefined {
  const document = yaml.parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  if (document.contents === null) {
    const values = new yaml.Document({});
    for (const [path, value] of changes) setIn(yaml, values, path, value);
    const before = text === '' ? NEW_FILE : `${stripEnd(text, '\n')}\n`;
    return `${before}\n${values.toString({ lineWidth: 0 })}`;
  }
  if (!yaml.isMap(document.contents)) return undefined;
  for (const [path, value] of changes) setIn(yaml, document, path, value);
  return document.toString({ lineWidth: 0 });
}

function setIn(yaml: Yaml, document: Document, path: readonly string[], value: SettingChange[1]): void {
  if (value === undefined) {
    if (document.hasIn(path)) document.deleteIn(path);
    return;
  }
  // A key with nothing behind it stands for an empty block.
  for (let depth = 1; depth < path.length; depth++) {
    const above = path.slice(0, depth);
    if (!yaml.isCollection(document.getIn(above))) document.setIn(above, document.createNode({}));
  }
  const there = document.getIn(path);
  if (typeof value !== 'object') {
    if (there !== value) document.setIn(path, value);
    return;
  }
  if (!yaml.isSeq(there)) {
    document.setIn(path, document.createNode(value, { flow: true }));
    return;
  }
  const held = there.toJSON() as unknown[];
  for (const item of value) if (!held.includes(item)) there.add(item);
}

function editEnv(text: string, values: NewSecrets): string {
  let lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [name, value] of Object.entries(values)) {
    const isOfName = (each: string) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(each);
    if (value === undefined) {
      lines = lines.filter((each) => !isOfName(each));
      continue;
    }
    const line = `${name}=${quoteValue(value)}`;
    if (parseEnv(line)[name] !== value) throw unquotable(name);
    // The last one counts where a name stands twice.
    const at = lines.findLastIndex(isOfName);
    if (at < 0) lines.push(line);
    else lines[at] = line;
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function unquotable(name: string): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: `The value of ${name} has quotes of every kind, and cannot stand in a .env. Nothing was written.`,
    remedy: 'Set it in the environment of coda instead.',
  });
}

/** As node:util's `parseEnv` and the shell read it back. */
function quoteValue(value: string): string {
  if (/^[\w.:/@+,=%-]*$/.test(value)) return value;
  // Between double quotes `\n` is a line break.
  const quote = ["'", '`', '"'].find((each) => !value.includes(each)) ?? '"';
  return `${quote}${value}${quote}`;
}

// Both files are as they were until everything is known, and then whole.

interface Draft {
  path: string;
  text: string;
  isThere: boolean;
  mode: number | undefined;
  hash: string;
}

function readDraft(path: string): Draft {
  const text = textOf(path);
  const mode = text === undefined ? undefined : statSync(path).mode & 0o777;
  return { path, text: text ?? '', isThere: text !== undefined, mode, hash: hashOf(text) };
}

/** A new text beside the file that it is for. */
interface StagedFile extends Disposable {
  path: string;
  shown: string;
  /** Puts it in the place of the old one, at once: who reads sees the old or the new. Whoever changed that meanwhile wins: `CONFIG_EDITED`. */
  put(): void;
}

function stage(draft: Draft, text: string, mode: number): StagedFile {
  // The file that a link leads to is replaced, not the link.
  const target = draft.isThere ? realpathSync(draft.path) : draft.path;
  const path = `${target}.${process.pid}.new`;
  const drop = () => rmSync(path, { force: true });
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFiles(path, text, mode);
    assertUnchanged(draft);
  } catch (error) {
    drop();
    throw error instanceof CodaError ? error : unwritable(draft.path, error);
  }
  return {
    path,
    shown: draft.path,
    [Symbol.dispose]: drop,
    put() {
      assertUnchanged(draft);
      try {
        renameSync(path, target);
      } catch (error) {
        throw unwritable(draft.path, error);
      }
    },
  };
}

const PRIVATE = 0o600;

function assertUnchanged({ path, hash }: Draft): void {
  if (hashOf(textOf(path)) === hash) return;
  throw new CodaError('CONFIG_EDITED', {
    message: `${path} was changed while this was asked. Nothing was written.`,
    remedy: 'Save what is open in an editor, and try again.',
  });
}

function writeFiles(path: string, text: string, mode: number): void {
  const file = openSync(path, 'w', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(path, mode);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw new CodaError('CONFIG_UNREADABLE', {
      message: `${path} cannot be read (${messageOf(error)}).`,
      remedy: 'Let this user read it, or name another configuration with --config.',
      cause: error,
    });
  }
}

function hashOf(text: string | undefined): string {
  return text === undefined ? 'none' : createHash('sha256').update(text).digest('hex');
}

function unwritable(path: string, cause: unknown): CodaError {
  return new CodaError('DATA_UNWRITABLE', {
    message: `${path} cannot be written (${messageOf(cause)}).`,
    remedy: 'Run this as a user who may, or name another place with --config.',
    cause,
  });
}
