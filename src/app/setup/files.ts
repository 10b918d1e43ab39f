/** The two files that a setup writes, by `coda init` and by the first start in the browser: edited, checked, and put in place whole. */
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
import { CodaError, messageOf, systemCode } from '../../base/errors.ts';
import { Secrets } from '../../base/log.ts';
import { stripEnd } from '../../base/text.ts';
import type { SettingChange } from '../../chat/index.ts';
import { envFileOf } from '../../config/index.ts';
import { readConfig } from '../config.ts';

/** The configuration and its `.env` as they were when they were opened. */
export interface SetupFiles {
  /** Paths; `isThere`: the configuration exists. */
  config: string;
  env: string;
  isThere: boolean;
  /** Another one after each change of either; tells nothing of what they say. */
  version: string;
  /** A value of the configuration, as it is written. */
  current(...path: string[]): unknown;
  /**
   * Writes both, or neither where the result would not be valid (`CONFIG_INVALID`) or somebody has edited them meanwhile
   * (`CONFIG_EDITED`). `env` is what the configuration may refer to besides.
   */
  write(changes: readonly SettingChange[], secrets: NewSecrets, env: Env): void;
}

/** Variables of `.env` by name; undefined takes one away. */
type NewSecrets = Readonly<Record<string, string | undefined>>;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads what is there. Throws `CONFIG_INVALID` for what is no YAML that can be edited. */
export async function openSetupFiles(file: string): Promise<SetupFiles> {
  const yaml = await import('yaml');
  const drafts = { config: readDraft(file), env: readDraft(envFileOf(file)) };
  const document = yaml.parseDocument(drafts.config.text, { logLevel: 'silent' });
  if (editYaml(yaml, drafts.config.text, []) === undefined) throw notYaml(file);
  return {
    config: drafts.config.path,
    env: drafts.env.path,
    isThere: drafts.config.isThere,
    version: hashOf(`${drafts.config.hash} ${drafts.env.hash}`).slice(0, VERSION_DIGITS),
    current: (...path) => plain(document.getIn(path)),
    write(changes, secrets, env) {
      const text = editYaml(yaml, drafts.config.text, changes);
      if (text === undefined) throw notYaml(file);
      writeBoth(drafts, text, secrets, env);
    },
  };
}

const VERSION_DIGITS = 16;

/** Puts one file of the machine in place whole, such as the unit of a service. */
export function writeWhole(path: string, text: string, mode: number): void {
  replace(readDraft(path), text, mode);
}

/**
 * First what the new configuration refers to, then the configuration; what is taken away goes last, as the old one refers to it. Neither
 * where the result would not be valid.
 */
function writeBoth(drafts: { config: Draft; env: Draft }, text: string, secrets: NewSecrets, env: Env): void {
  const writeConfig = (before: () => void) =>
    replace(drafts.config, text, 0o644, (fresh) => {
      validate(fresh, drafts, { ...env, ...secrets });
      before();
    });
  const variables = editEnv(drafts.env.text, secrets);
  if (Object.keys(secrets).length === 0 || variables === drafts.env.text) writeConfig(() => {});
  else if (Object.values(secrets).includes(undefined))
    replace(drafts.env, variables, PRIVATE, () => writeConfig(() => {}));
  else writeConfig(() => replace(drafts.env, variables, PRIVATE));
}

function validate(fresh: string, { config, env }: { config: Draft; env: Draft }, values: Env): void {
  try {
    readConfig({ file: fresh, envFile: env.path, env: values, secrets: new Secrets() });
  } catch (error) {
    if (!(error instanceof CodaError)) throw error;
    const { code, message, remedy } = error;
    throw new CodaError(code, {
      message: `${message.replaceAll(fresh, config.path)}\nNothing was written.`,
      remedy,
      cause: error,
    });
  }
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value;
  return (value as { toJSON(): unknown }).toJSON();
}

function notYaml(file: string): CodaError {
  return new CodaError('CONFIG_INVALID', {
    message: `${file} is no YAML that can be edited. Nothing was written.`,
    remedy: 'See what is wrong with "coda config check", mend it, and run "coda init" again.',
  });
}

// Editing what people write by hand: everything that is not changed stays as it is, comments too. Pure.

type Yaml = typeof import('yaml');

const NEW_FILE = `# What this coda is set to. config.example.yaml shows every key; "coda config check" finds what is wrong.
# Tokens and keys stand in the file .env beside this folder.
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
  hash: string;
}

function readDraft(path: string): Draft {
  const text = textOf(path);
  return { path, text: text ?? '', isThere: text !== undefined, hash: hashOf(text) };
}

/**
 * Puts `text` in the place of what `draft` was, at once: who reads sees the old or the new. `check` is given the path of
 * the new text before, and throws where it must not be taken. Whoever changed the file meanwhile wins: `CONFIG_EDITED`.
 */
function replace(draft: Draft, text: string, mode: number, check: (path: string) => void = () => {}): void {
  // The file that a link leads to is replaced, not the link.
  const target = draft.isThere ? realpathSync(draft.path) : draft.path;
  const fresh = `${target}.${process.pid}.new`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFiles(fresh, text, draft.isThere && mode !== PRIVATE ? statSync(target).mode & 0o777 : mode);
    // Before `check`, too, which may write another file.
    assertUnchanged(draft);
    check(fresh);
    assertUnchanged(draft);
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error instanceof CodaError ? error : unwritable(draft.path, error);
  }
}

const PRIVATE = 0o600;

function assertUnchanged({ path, hash }: Draft): void {
  if (hashOf(textOf(path)) === hash) return;
  throw new CodaError('CONFIG_EDITED', {
    message: `${path} was changed while this was asked. Nothing was written.`,
    remedy: 'Save what is open in an editor, and run "coda init" again.',
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
