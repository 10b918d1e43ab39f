import type { Json } from '../../base/json.ts';
import {
  type YamlProblem as Fault,
  readYaml as parse,
  type YamlEntry,
  type YamlFeature,
  type YamlKind,
  type YamlNode,
} from '../../base/yaml.ts';

/** The longest real frontmatter has 1,235 words and signs. */
const LIMITS = { depth: 32, nodes: 5_000, lexemes: 2_500 };
const MAX_PROBLEMS = 20;

export interface Field {
  readonly key: string;
  /** Objects have no prototype, so that `__proto__` is a key like any other. */
  readonly value: Json;
  readonly kind: YamlKind;
  /** Source text of a scalar: `1.0` and not 1. */
  readonly source: string;
  readonly line: number;
  readonly children: readonly { readonly key: string; readonly kind: YamlKind; readonly line: number }[];
}

export interface YamlProblem {
  readonly code: 'yaml_invalid' | 'duplicate_key' | 'yaml_too_much' | 'frontmatter_not_a_map';
  readonly message: string;
  readonly line: number;
}

export interface Document {
  readonly fields: readonly Field[];
  readonly problems: readonly YamlProblem[];
  readonly features: readonly YamlFeature[];
  /** Repairs of the values of a frontmatter that is not valid as a whole. */
  readonly repairs: readonly Repair[];
}

export interface Repair {
  readonly code: 'yaml_mended' | 'yaml_comment' | 'field_unreadable';
  readonly level: 'note' | 'warning';
  readonly message: string;
  readonly line: number;
}

export const NO_DOCUMENT: Document = { fields: [], problems: [], features: [], repairs: [] };

/** Reads `text`, whose first line is `firstLine` of the file. What is wrong becomes a problem; nothing is thrown. */
export function readYaml(text: string, firstLine: number): Document {
  const { entries, problems, features } = parse(text, LIMITS);
  const fields = new Map<string, Field>();
  for (const entry of entries) if (entry.key !== undefined) fields.set(entry.key, fieldOf(entry.key, entry, firstLine));
  return {
    fields: [...fields.values()],
    problems: problems.slice(0, MAX_PROBLEMS).map((fault) => problemOf(fault, firstLine + fault.line - 1)),
    features,
    repairs: [],
  };
}

function fieldOf(key: string, { line, value: node }: YamlEntry, firstLine: number): Field {
  const value = jsonOf(node);
  const isScalar = node !== undefined && node.kind !== 'map' && node.kind !== 'list';
  return {
    key,
    value,
    kind: node?.kind ?? 'null',
    source: typeof value === 'string' ? value : isScalar ? (node.source ?? String(value ?? '')) : '',
    line: firstLine + line - 1,
    children: (node?.entries ?? []).map((child) => ({
      key: child.key ?? '',
      kind: child.value?.kind ?? 'null',
      line: firstLine + child.line - 1,
    })),
  };
}

function jsonOf(node: YamlNode | undefined): Json {
  if (node === undefined) return null;
  if (node.kind === 'list') return node.items.map(jsonOf);
  if (node.kind !== 'map') return scalarOf(node);
  const values: { [key: string]: Json } = Object.create(null);
  for (const { key, value } of node.entries) if (key !== undefined) values[key] = jsonOf(value);
  return values;
}

/** A number whose digits would not come back is kept as it is written: `1.0` is a version. */
function scalarOf({ scalar, source }: YamlNode): Json {
  if (typeof scalar === 'number')
    return String(scalar) === (source ?? String(scalar)) ? scalar : (source ?? String(scalar));
  if (scalar === null || typeof scalar === 'string' || typeof scalar === 'boolean') return scalar;
  return scalar === undefined ? null : String(scalar);
}

function problemOf(fault: Fault, line: number): YamlProblem {
  const invalid = (message: string): YamlProblem => ({ code: 'yaml_invalid', line, message });
  switch (fault.kind) {
    case 'twice':
      return duplicate(fault.key, line);
    case 'syntax':
      return invalid(syntaxMessage(fault).replace(/\s+/g, ' '));
    case 'second_document':
      return invalid('A second YAML document begins here; one is read.');
    case 'bad_key':
      return invalid('Not valid here: a key that is no text.');
    case 'alias':
      return invalid(`Not valid YAML: *${fault.name} refers to ${fault.isCircle ? 'itself' : 'nothing'}.`);
    case 'not_a_map':
      return { code: 'frontmatter_not_a_map', line, message: 'The frontmatter has no keys.' };
    default:
      return { code: 'yaml_too_much', line, message: `The frontmatter ${TOO_MUCH[fault.kind]}.` };
  }
}

const TOO_MUCH = {
  too_deep: 'is nested too deeply',
  too_long: 'is too long',
  too_many: 'holds too many values (aliases that multiply?)',
};

function syntaxMessage({ code, message }: Extract<Fault, { kind: 'syntax' }>): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || message.startsWith('Nested mappings')) {
    return 'Not valid YAML: a value with ": " in it must stand in quotes.';
  }
  return code === 'TAB_AS_INDENT' ? 'Not valid YAML: indent with spaces, not tabs.' : `Not valid YAML: ${message}`;
}

export function duplicate(key: string, line: number): YamlProblem {
  return { code: 'duplicate_key', line, message: `The key "${key}" is there twice; the last counts.` };
}
