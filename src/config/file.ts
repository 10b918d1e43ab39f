/** Reading `config.yaml`: bytes, then text, then a tree in which every key knows its line. */
import { readFileSync, statSync } from 'node:fs';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import { plural, shorten } from '../base/text.ts';
import { readYaml, type YamlEntry, type YamlNode, type YamlPlace, type YamlProblem } from '../base/yaml.ts';
import type { Path } from './schema.ts';
import { branch, type Origin, type Problem, type Tree } from './tree.ts';

/** A hundred times what a complete configuration needs. */
const MAX_BYTES = 1_000_000;
const LIMITS = { depth: 32, nodes: 9_999 };

/** The file's text; undefined when there is none and none was asked for by name. */
export function readConfigFile(file: string, required: boolean): string | undefined {
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

interface Reading {
  file: string;
  env: Readonly<Record<string, string | undefined>>;
  tree: Tree;
  problems: Problem[];
}

/** Puts what `text` says into `tree`. What is not YAML, and what refers to nothing, is added to `problems`. */
export function parseInto(text: string, reading: Reading): void {
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

const originOf = (at: YamlPlace, { file }: Reading): Origin => ({ kind: 'file', file, ...placeIn(at) });

function valuesOf(entries: readonly YamlEntry[], path: Path, reading: Reading): Record<string, unknown> {
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

function readValue(node: YamlNode | undefined, path: Path, reading: Reading): unknown {
  if (node === undefined) return undefined;
  reading.tree.valueAt(path, originOf(node, reading));
  if (node.kind === 'map') return valuesOf(node.entries, path, reading);
  if (node.kind === 'list')
    return node.items.map((item, index) => readValue(item, [...path, String(index)], reading) ?? '');
  return scalarOf(node, path, reading);
}

function scalarOf(node: YamlNode, path: Path, reading: Reading): unknown {
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

/** The text with its references replaced, and a sentence for each that cannot be. */
function expandEnv(
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

/** The names that `text` refers to. */
export function referredTo(text: string): string[] {
  return Array.from(text.matchAll(REFERENCE), ([, inside = '']) => NAME.exec(inside)?.[1]).filter(
    (name) => name !== undefined,
  );
}
