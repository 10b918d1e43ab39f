import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import type { Secrets } from '../base/log.ts';
import { decodeText, isUrl, plural, shorten } from '../base/text.ts';
import { readYaml, type YamlEntry, type YamlNode, type YamlPlace, type YamlProblem } from '../base/yaml.ts';
import type { ConfigBlock, EnvOverride } from './block.ts';
import { CORE_BLOCKS, type CoreValues } from './blocks.ts';
import { envFileOf, withEnvFiles } from './env-file.ts';
import { foreignEnv } from './foreign-env.ts';
import { eachValue, nameProviders, readUnitKeys } from './notation.ts';
import { childOf, fieldOf, keysOf, othersOf, type Path, pathText, rootSchema } from './schema.ts';
import { branch, describeOrigin, isBranch, type Origin, type Problem, Tree } from './tree.ts';
import { type ChannelForm, channelProblems, unknownNames, validate } from './validate.ts';

export interface ConfigRequest {
  env: Readonly<Record<string, string | undefined>>;
  /** `--config`; else CODA_CONFIG; else `config/config.yaml` or `config.yaml` in the data folder, which need not be there. */
  file?: string | undefined;
  /** Files of environment variables, an earlier one before a later; else those of the configuration's place. */
  envFiles?: readonly string[] | undefined;
  /** `--data`; else CODA_DATA; else `data`. */
  dataDir?: string | undefined;
  flags?: Flags | undefined;
  /** Values by their paths, where there is no configuration file at all. */
  withoutFile?: Readonly<Record<string, unknown>> | undefined;
  blocks?: readonly ConfigBlock[] | undefined;
  /** The only names that may stand below a path, of which its schema knows none: tasks that skills bring. */
  names?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Paths of values that name a channel, and the form of such ids by platform, each with the key of its block. */
  channels?: { paths: readonly string[]; forms: Readonly<Record<string, ChannelForm>> } | undefined;
  secrets: Secrets;
  cwd?: string | undefined;
}

/** The configuration: typed values that do not change, and where each came from. Durations are in milliseconds. */
export interface Config extends CoreValues {
  readonly dataDir: string;
  readonly file: string | undefined;
  /** Place of the file; without any, of the one that the page makes. */
  readonly place: ConfigPlace;
  readonly overridden: readonly OverriddenSetting[];
  /** Sentences about what is switched on and lacks something, and about variables of another program that coda does not read. */
  readonly notices: readonly string[];
  block<S extends z.ZodType>(block: ConfigBlock<S>): z.output<S>;
  origin(path: string): Origin;
  /** Every key that has a value, as one would write it, with its origin; secrets are hidden. */
  entries(): ConfigEntry[];
}

/**
 * Flags over environment over file over defaults. All that is wrong is told at once, in one `CONFIG_INVALID` whose
 * message has a line for each problem; a file that is no text at all is `CONFIG_UNREADABLE`.
 */
export function loadConfig(request: ConfigRequest): Config {
  const { secrets, cwd = process.cwd() } = request;
  const blocks = [...CORE_BLOCKS, ...(request.blocks ?? [])];
  const schema = rootSchema(blocks);
  const overrides = envOverrides(blocks);
  const problems: Problem[] = [];
  const tree = new Tree();

  const configFile = findFile(request, cwd);
  const env = environment(request, configFile, overrides);
  if (configFile.text !== undefined) parseInto(configFile.text, { file: configFile.shown, env, tree, problems });
  const file = configFile.text === undefined ? undefined : configFile.file;
  const overriddenSettings = overrideByEnv(tree, env, overrides);
  overrideByFlags(tree, request.flags ?? {});
  if (file === undefined) fillIn(tree, request.withoutFile ?? {});
  readSecretFiles(schema, tree, problems, cwd);
  trimSecrets(schema, tree, problems);
  registerSecrets(schema, tree, secrets);
  readUnitKeys(schema, tree, problems);
  nameProviders(schema, tree, problems);
  const values = validate(schema, tree, problems, overrides);
  for (const [path, names] of Object.entries(request.names ?? {}))
    problems.push(...unknownNames(tree, path.split('.'), names));
  const { paths = [], forms = {} } = request.channels ?? {};
  for (const path of paths) problems.push(...channelProblems(tree, path.split('.'), forms));
  if (values === undefined || problems.length > 0) throw invalid(problems);

  const data = dataFolder(request);
  const dataDir = resolve(cwd, data.folder);
  return deepFreeze({
    ...(values as CoreValues),
    dataDir,
    file,
    place: file === undefined ? firstPlace(dataDir, cwd) : { file, envFiles: configFile.envFiles },
    overridden: overriddenSettings,
    notices: [...blocks.flatMap(({ key, lacks }) => lacks?.(values[key]) ?? []), ...foreignEnv(request.env)],
    block: <S extends z.ZodType>({ key }: ConfigBlock<S>) => values[key] as z.output<S>,
    origin: (path: string) =>
      path === 'data' ? data.origin : (tree.origin(path.split('.')) ?? { kind: 'default' as const }),
    entries: () => [{ path: 'data', value: dataDir, origin: data.origin }, ...entriesOf(schema, tree)],
  });
}

interface FoundFile {
  file: string;
  shown: string;
  /** Undefined: there is none, and none was named. */
  text: string | undefined;
  envFiles: readonly string[];
}

/** A configuration, and the files of variables that it gets: an earlier one goes before a later. The first is its own. */
export interface ConfigPlace {
  file: string;
  envFiles: readonly string[];
}

/** The place of the configuration that `loadConfig` would read. */
export function findPlace({ cwd = process.cwd(), ...request }: ConfigPlaceRequest): ConfigPlace {
  const named = request.file ?? (request.env.CODA_CONFIG || undefined);
  const shownPath = named ?? usualConfigFile(dataFolder(request).folder, cwd);
  if (named === undefined && shownPath !== USUAL_FILE) return firstPlace(dataFolder(request).folder, cwd);
  const file = resolve(cwd, shownPath);
  return { file, envFiles: [envFileOf(file)] };
}

type ConfigPlaceRequest = Pick<ConfigRequest, 'env' | 'file' | 'dataDir' | 'cwd'>;

/** The place of one that is made in a browser: the variables of before are read beside its own. */
function firstPlace(dataDir: string, cwd: string): ConfigPlace {
  const file = resolve(cwd, firstConfigFile(dataDir));
  return { file, envFiles: [envFileOf(file), envFileOf(resolve(cwd, USUAL_FILE))] };
}

function findFile(request: ConfigRequest, cwd: string): FoundFile {
  const named = request.file ?? (request.env.CODA_CONFIG || undefined);
  const shownPath = named ?? usualConfigFile(dataFolder(request).folder, cwd);
  const { file, envFiles } = findPlace({ ...request, cwd });
  return {
    file,
    shown: shownPath,
    text: readConfigFile(file, named !== undefined),
    envFiles: request.envFiles ?? envFiles,
  };
}

const USUAL_FILE = join('config', 'config.yaml');

/** The configuration where none is named: `config/config.yaml`, or the one that the first start in a browser left in the data folder. */
function usualConfigFile(dataDir: string, cwd: string): string {
  const own = firstConfigFile(dataDir);
  return !existsSync(resolve(cwd, USUAL_FILE)) && existsSync(resolve(cwd, own)) ? own : USUAL_FILE;
}

/** Place of the configuration that is made in a browser: the folder of the program may be read-only, this one is not. */
function firstConfigFile(dataDir: string): string {
  return join(dataDir, 'config.yaml');
}

function environment({ env }: ConfigRequest, { text = '', envFiles }: FoundFile, overrides: readonly EnvOverride[]) {
  const needed = new Set([...overrides.map((override) => override.env), ...referredTo(text)]);
  return withEnvFiles(env, envFiles, (name) => needed.has(name));
}

function dataFolder({ env, dataDir }: Pick<ConfigRequest, 'env' | 'dataDir'>): { folder: string; origin: Origin } {
  if (dataDir !== undefined) return { folder: dataDir, origin: { kind: 'flag', name: '--data' } };
  if (env.CODA_DATA) return { folder: env.CODA_DATA, origin: { kind: 'env', name: 'CODA_DATA' } };
  return { folder: 'data', origin: { kind: 'default' } };
}

const MOST_SHOWN = 50;

function invalid(problems: readonly Problem[]): CodaError {
  const lines = new Set(inOrder(problems).map(problemLine));
  const shownLines = [...lines].slice(0, MOST_SHOWN);
  if (lines.size > shownLines.length) shownLines.push(`and ${lines.size - shownLines.length} more`);
  return new CodaError('CONFIG_INVALID', {
    message: `The configuration has ${plural(lines.size, 'problem')}:\n${shownLines.map((line) => `  ${line}`).join('\n')}`,
    remedy: 'Mend them and see with "coda config check"; config/config.example.yaml shows every key.',
  });
}

function problemLine({ origin, path, message }: Problem): string {
  return [describeOrigin(origin), path.length > 0 ? `${pathText(path)}:` : '', message].filter(Boolean).join(' ');
}

/** In the file's order; what is not YAML makes the rest of its line look wrong too, and goes alone. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const line = ({ origin }: Problem) => (origin.kind === 'file' ? origin.line : 0);
  const column = ({ origin }: Problem) => (origin.kind === 'file' ? origin.column : 0);
  const yamlProblems = new Map<number, Problem>();
  for (const problem of problems) {
    if (problem.path.length === 0 && !yamlProblems.has(line(problem))) yamlProblems.set(line(problem), problem);
  }
  return problems
    .filter((problem) => line(problem) === 0 || (yamlProblems.get(line(problem)) ?? problem) === problem)
    .sort((a, b) => line(a) - line(b) || column(a) - column(b));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}

interface ConfigEntry {
  path: string;
  value: unknown;
  origin: Origin;
}

function entriesOf(schema: z.ZodType, tree: Tree): ConfigEntry[] {
  const entries: ConfigEntry[] = [];
  collect(schema, [], tree.root, tree, entries);
  return entries;
}

function collect(schema: z.ZodType, path: Path, treeValue: unknown, tree: Tree, entries: ConfigEntry[]): void {
  const { standard, meta } = fieldOf(schema);
  const value = treeValue ?? standard;
  if (value === undefined) return;
  const keys = keysIn(schema, treeValue);
  if (keys === undefined || !isBranch(value)) {
    const origin = tree.origin(path) ?? { kind: 'default' };
    entries.push({ path: pathText(path), value: meta.secret ? hideSecret(meta.secret, value) : value, origin });
    return;
  }
  for (const key of keys) {
    const child = childOf(schema, key);
    if (child) collect(child, [...path, key], (value as Record<string, unknown>)[key], tree, entries);
  }
}

function keysIn(schema: z.ZodType, treeValue: unknown): string[] | undefined {
  const own = keysOf(schema);
  const named = isBranch(treeValue) ? Object.keys(treeValue) : undefined;
  if (!own) return named;
  const schemaKeys = Object.keys(own);
  return othersOf(schema) ? [...schemaKeys, ...(named ?? []).filter((key) => !schemaKeys.includes(key))] : schemaKeys;
}

// Overrides of the file: environment variables (an empty one counts as not set) and flags.

export function envOverrides(blocks: readonly ConfigBlock[]): EnvOverride[] {
  return blocks.flatMap(({ key, env = [] }) =>
    env.map(({ also, ...override }) => ({
      ...override,
      path: [key, ...override.path],
      ...(also && { also: { ...also, path: [key, ...also.path] } }),
    })),
  );
}

interface OverriddenSetting {
  path: string;
  env: string;
  at: Origin;
}

function overrideByEnv(
  tree: Tree,
  env: Readonly<Record<string, string | undefined>>,
  overrides: readonly EnvOverride[],
): OverriddenSetting[] {
  const settings: OverriddenSetting[] = [];
  for (const { env: name, path, also, fills } of overrides) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    const fileKey = [...path.slice(0, -1), `${path.at(-1)}_file`];
    const keyPath = [path, fileKey].find((key) => tree.origin(key)?.kind === 'file');
    const at = keyPath && tree.origin(keyPath);
    if (fills && (keyPath !== undefined || !isBranch(tree.get(path.slice(0, -1))))) continue;
    const isOther = keyPath === fileKey || String(tree.get(path)) !== value;
    if (keyPath && at && isOther) settings.push({ path: pathText(keyPath), env: name, at });
    tree.set(path, value, { kind: 'env', name });
    tree.textAt(path, value);
    if (also && tree.get(also.path) === undefined) tree.set(also.path, also.value, { kind: 'env', name });
  }
  return settings;
}

/** `flags` maps a key's path (`log.level`) to the flag that was given (`--log-level`) and its value. */
function overrideByFlags(tree: Tree, flags: Flags): void {
  for (const [path, { name, value }] of Object.entries(flags)) {
    const at = path.split('.');
    tree.set(at, value, { kind: 'flag', name });
    if (typeof value === 'string') tree.textAt(at, value);
  }
}

function fillIn(tree: Tree, values: Readonly<Record<string, unknown>>): void {
  for (const [path, value] of Object.entries(values)) {
    const at = path.split('.');
    if (tree.get(at) === undefined) tree.set(at, value, { kind: 'default' });
  }
}

type Flags = Readonly<Record<string, { name: string; value: unknown }>>;

// Secrets in files, and secrets that must not be seen.

/** Takes the content of every `<key>_file`, a path from `cwd`, for the value of `<key>`. The environment goes first. */
function readSecretFiles(schema: z.ZodType, tree: Tree, problems: Problem[], cwd: string): void {
  eachValue(schema, tree.root, (path, at, value) => {
    if (!isBranch(value)) return;
    for (const [key, field] of Object.entries(keysOf(at) ?? {})) {
      const { fileFor } = fieldOf(field).meta;
      const file = value[key];
      if (fileFor !== undefined && typeof file === 'string')
        takeFile(tree, [...path, fileFor], [...path, key], resolve(cwd, file), problems);
    }
  });
}

const UNREAD = '(unread)';

function takeFile(tree: Tree, target: Path, source: Path, file: string, problems: Problem[]): void {
  const origin = tree.originNear(source);
  const present = tree.origin(target);
  if (present?.kind === 'env' || present?.kind === 'flag') return;
  if (tree.get(target) !== undefined) {
    problems.push({ origin, path: source, message: `give either ${target.at(-1)} or ${source.at(-1)}, not both` });
    return;
  }
  try {
    tree.set(target, decodeText(readFileSync(file)).trimEnd(), origin);
  } catch (error) {
    problems.push({ origin, path: source, message: `the file cannot be read (${messageOf(error)})` });
    // Something stands in its place, so that it is not missing as well.
    tree.set(target, UNREAD, origin);
  }
}

const CONTROL = /\p{Cc}/u;

/**
 * Takes blanks and line breaks from both ends of each secret, which come with copying and with files, and reports a line break
 * within one: no service takes it, and each says something else.
 */
function trimSecrets(schema: z.ZodType, tree: Tree, problems: Problem[]): void {
  eachValue(schema, tree.root, (path, at, value) => {
    if (fieldOf(at).meta.secret === undefined || typeof value !== 'string') return;
    const origin = tree.origin(path) ?? tree.originNear(path);
    const bare = value.trim();
    if (bare !== value) {
      tree.set(path, bare, origin);
      tree.textAt(path, bare);
    }
    if (CONTROL.test(bare)) {
      const message = 'has a line break or another control character in it; put it on one line, with nothing beside it';
      problems.push({ origin, path, message });
    }
  });
}

/** Makes known to `secrets` what must never be shown: each secret, and the password of each secret address. */
function registerSecrets(schema: z.ZodType, tree: Tree, secrets: Secrets): void {
  eachValue(schema, tree.root, (_, at, value) => {
    const kind = fieldOf(at).meta.secret;
    if (kind === undefined || typeof value !== 'string') return;
    if (kind === true) secrets.add(value);
    else secrets.addUrl(value);
  });
}

function hideSecret(kind: true | 'url', value: unknown): string {
  if (kind === true || typeof value !== 'string' || !isUrl(value)) return '[secret]';
  const url = new URL(value);
  if (url.password !== '') url.password = '[secret]';
  try {
    return decodeURIComponent(url.href);
  } catch {
    // A stray percent sign, which is no fault of an address.
    return url.href.replace('%5Bsecret%5D', '[secret]');
  }
}

// Reading `config.yaml`: bytes, then text, then a tree in which every key knows its line.

/** A hundred times what a complete configuration needs. */
const MAX_BYTES = 1_000_000;
const LIMITS = { depth: 32, nodes: 9_999 };

function readConfigFile(file: string, required: boolean): string | undefined {
  let bytes: Buffer;
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw unreadable(file, `is ${plural(size, 'byte')} long; at most ${MAX_BYTES} are read`);
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof CodaError) throw error;
    if (systemCode(error) === 'ENOENT' && !required) return undefined;
    throw unreadable(file, reasonOf(error), error);
  }
  return decode(file, bytes);
}

function decode(file: string, bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Invalid UTF-8 is told the same way as a NUL: neither is a text file.
  }
  throw unreadable(file, 'is not a text file (UTF-8)');
}

function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by this user',
    EISDIR: 'is a folder',
  };
  return reasons[systemCode(error) ?? ''] ?? `cannot be read (${messageOf(error)})`;
}

function unreadable(file: string, why: string, cause?: unknown): CodaError {
  return new CodaError('CONFIG_UNREADABLE', {
    message: `The configuration file ${file} ${why}.`,
    remedy: 'Give a YAML text file with --config or CODA_CONFIG; config/config.example.yaml shows every key.',
    cause,
  });
}

interface ConfigReading {
  file: string;
  env: Readonly<Record<string, string | undefined>>;
  tree: Tree;
  problems: Problem[];
}

function parseInto(text: string, reading: ConfigReading): void {
  const { file, tree, problems } = reading;
  const document = readYaml(text, LIMITS);
  const isBroken = document.problems.some(({ kind }) => kind === 'syntax');
  for (const fault of document.problems) {
    if (fault.kind === 'not_a_map' && isBroken) continue;
    const path = fault.kind === 'too_many' ? fault.path.slice(0, 1) : fault.path;
    problems.push({ origin: { kind: 'file', file, ...placeIn(fault) }, path: [...path], message: messageFor(fault) });
  }
  Object.assign(tree.root, valuesOf(document.entries, [], reading));
}

const placeIn = ({ line, column }: YamlPlace): YamlPlace => ({ line, column });

const originOf = (at: YamlPlace, { file }: ConfigReading): Origin => ({ kind: 'file', file, ...placeIn(at) });

function valuesOf(entries: readonly YamlEntry[], path: Path, reading: ConfigReading): Record<string, unknown> {
  const values = branch();
  for (const entry of entries) {
    if (entry.key === undefined) continue;
    const at = [...path, entry.key];
    reading.tree.keyAt(at, originOf(entry, reading));
    const value = readValue(entry.value, at, reading);
    // A key with nothing behind it means the default.
    if (value !== null && value !== undefined) values[entry.key] = value;
  }
  return values;
}

function readValue(node: YamlNode | undefined, path: Path, reading: ConfigReading): unknown {
  if (node === undefined) return undefined;
  reading.tree.valueAt(path, originOf(node, reading));
  if (node.kind === 'map') return valuesOf(node.entries, path, reading);
  if (node.kind === 'list')
    return node.items.map((item, index) => readValue(item, [...path, String(index)], reading) ?? '');
  return scalarOf(node, path, reading);
}

function scalarOf(node: YamlNode, path: Path, reading: ConfigReading): unknown {
  const { scalar, source } = node;
  const { tree, env, problems } = reading;
  if (typeof scalar !== 'string') {
    if (typeof scalar === 'number' && source !== undefined) tree.textAt(path, source);
    return scalar;
  }
  const { text, missing } = expandEnv(scalar, env);
  for (const message of missing) problems.push({ origin: originOf(node, reading), path, message });
  if (missing.length > 0) return undefined;
  if (text !== scalar) tree.textAt(path, text);
  return text;
}

const MESSAGES = {
  second_document: 'a second document begins here; one is read',
  too_deep: 'is nested too deeply',
  too_long: 'is too long',
  too_many: 'holds too many values (aliases that multiply each other?)',
  bad_key: 'expected a plain key',
  not_a_map: 'expected keys such as "log:"',
  twice: 'is there twice',
};

function messageFor(fault: YamlProblem): string {
  if (fault.kind === 'alias') return `*${fault.name} refers to ${fault.isCircle ? 'itself' : 'nothing'}`;
  if (fault.kind !== 'syntax') return MESSAGES[fault.kind];
  if (fault.code === 'TAB_AS_INDENT') return 'a tab cannot indent YAML; use spaces';
  if (fault.message.startsWith('Unexpected flow-map-start')) return 'a value with "{" in it must be in quotes here';
  return `not valid YAML: ${fault.message}`;
}

/** `${NAME}` and `${NAME:-default}` in a text; `$${` stands for `${`. */
const REFERENCE = /\$?\$\{([^}]*)\}?/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

export function expandEnv(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { text: string; missing: string[] } {
  const missing: string[] = [];
  const expanded = text.replace(REFERENCE, (reference, inside: string) => {
    if (reference.startsWith('$$')) return reference.slice(1);
    const [, name, standard] = NAME.exec(inside) ?? [];
    if (name === undefined || !reference.endsWith('}')) {
      missing.push(`${shorten(reference, 40)} is not understood; write \${NAME} or \${NAME:-default}`);
      return '';
    }
    const value = env[name];
    if (standard !== undefined) return value === undefined || value === '' ? standard : value;
    if (value === undefined) missing.push(`the environment variable ${name} is not set`);
    return value ?? '';
  });
  return { text: expanded, missing };
}

function referredTo(text: string): string[] {
  return Array.from(text.matchAll(REFERENCE), ([, inside = '']) => NAME.exec(inside)?.[1]).filter(
    (name) => name !== undefined,
  );
}
