/** Typed access to frontmatter fields. Other spellings and types are accepted with a warning. */

import { type Json, parseJson } from '../../base/json.ts';
import { stripEnd } from '../../base/text.ts';
import type { Diagnoses } from '../skill.ts';
import type { Field } from './yaml.ts';

const TRUE = /^(?:true|yes|on|1)$/i;
const FALSE = /^(?:false|no|off|0)$/i;

/** `allowed_tools`, `allowedTools` and `Allowed-Tools` all mean `allowed-tools`. */
export function canonicalKey(key: string): string {
  if (CANONICAL.test(key)) return key;
  return key
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll('_', '-');
}

const CANONICAL = /^[a-z-]+$/;

const KNOWN_FIELDS = new Set(
  (
    'name description license compatibility metadata allowed-tools version author homepage tags triggers context agent model ' +
    'display hooks dependencies secrets argument-hint user-invocable disable-model-invocation forbidden-tools docker-image ' +
    'fork-agent auto-summarize'
  ).split(' '),
);

export const isKnownKey = (key: string): boolean => KNOWN_FIELDS.has(canonicalKey(key));

export class Fields {
  private readonly byKey = new Map<string, Field>();
  private readonly taken = new Set<string>();
  private readonly diagnoses: Diagnoses;

  constructor(fields: readonly Field[], diagnoses: Diagnoses) {
    this.diagnoses = diagnoses;
    // Two spellings of one key: the standard's own, which has no capitals and no underscores, counts.
    for (const field of fields) {
      const key = canonicalKey(field.key);
      if (!this.byKey.has(key) || field.key === key) this.byKey.set(key, field);
    }
  }

  take(key: string): Field | undefined {
    this.taken.add(key);
    return this.byKey.get(key);
  }

  /** Text on one line or more, trimmed; undefined when there is none. Numbers are taken as they are written. */
  text(key: string): string | undefined {
    const field = this.take(key);
    if (field === undefined || field.kind === 'null') return undefined;
    const text = this.asText(field);
    if (text === undefined) this.wrongType(field, 'a text');
    return text === undefined || text.trim() === '' ? undefined : text.trim();
  }

  private asText({ kind, value, source }: Field): string | undefined {
    if (kind === 'map') return undefined;
    return kind === 'list' ? words(value).join(', ') : source;
  }

  flag(key: string, standard: boolean): boolean {
    const field = this.take(key);
    if (field === undefined || field.kind === 'null') return standard;
    if (TRUE.test(field.source)) return true;
    if (FALSE.test(field.source)) return false;
    this.wrongType(field, 'true or false');
    return standard;
  }

  /** A list of texts, or one text with commas between them. */
  list(key: string): readonly string[] {
    const field = this.take(key);
    if (field === undefined || field.kind === 'null') return NOTHING;
    if (field.kind === 'map') this.wrongType(field, 'a list');
    return commaSeparated(field.value);
  }

  oneOf<T extends string>(key: string, choices: readonly T[], standard: T): T {
    const text = this.text(key);
    const choice = choices.find((one) => one === text?.toLowerCase());
    const field = this.byKey.get(key);
    if (text !== undefined && field && choice === undefined) this.wrongType(field, `one of ${choices.join(', ')}`);
    return choice ?? standard;
  }

  json(key: string): Json | undefined {
    return this.take(key)?.value;
  }

  rest(): Field[] {
    return [...this.byKey].filter(([key]) => !this.taken.has(key)).map(([, field]) => field);
  }

  wrongType({ key, line }: Field, expected: string): void {
    this.diagnoses.warn('field_type', `"${key}" should be ${expected}; it is left out where it is not.`, line);
  }
}

/** Shared by the thousands of skills that have nothing of a kind. */
export const NOTHING: readonly never[] = Object.freeze([]);

export function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list of texts, or one text; numbers as they read. Everything else is left out. */
export function words(value: Json | undefined): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items
    .flatMap((item) => (typeof item === 'string' || typeof item === 'number' ? [String(item).trim()] : []))
    .filter((item) => item !== '');
}

export const commaSeparated = (value: Json | undefined): string[] =>
  typeof value === 'string' ? words(value.split(',')) : words(value);

/** Some write JSON into a quoted value where a map was meant. */
export function parsedJson(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return value;
  try {
    return withoutPrototypes(parseJson(value) as Json);
  } catch {
    return value;
  }
}

/** `__proto__` in JSON must be a key like any other when it is copied on. */
function withoutPrototypes(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (!isRecord(value)) return value;
  const copy: Record<string, Json> = Object.create(null);
  for (const [key, item] of Object.entries(value)) copy[key] = withoutPrototypes(item);
  return copy;
}

export interface ToolList {
  readonly tools: readonly string[];
  readonly isUnclear: boolean;
}

/** Undefined where it is neither a text nor a list. */
export function readTools(value: Json): ToolList | undefined {
  if (typeof value === 'string') return splitTools(value);
  if (!Array.isArray(value)) return undefined;
  const lists = value.map((item): ToolList => {
    if (typeof item === 'string') return splitTools(item);
    return { tools: [], isUnclear: true };
  });
  return { tools: unique(lists.flatMap(({ tools }) => tools)), isUnclear: lists.some(({ isUnclear }) => isUnclear) };
}

/** `Read, Bash(git add:*)` and `Read Bash(git add:*)`: what stands in brackets belongs together. */
export function splitTools(text: string): ToolList {
  const tools: string[] = [];
  let depth = 0;
  let tool = '';
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth > 0 || !/[\s,;]/.test(character)) {
      tool += character;
      continue;
    }
    tools.push(tool);
    tool = '';
  }
  const entries = [...tools, tool].map((one) => one.trim()).filter((one) => one !== '');
  const names = entries.map(withoutRemains);
  const isUnclear = depth !== 0 || names.some((name, index) => name !== entries[index] || !/[\p{L}\p{N}*]/u.test(name));
  return { tools: unique(names.filter((name) => name !== '')), isUnclear };
}

/** Strips the brackets and quotes that an unclosed list leaves on a name. */
const withoutRemains = (name: string): string => stripEnd(name.replace(/^[[\]{}"'`]+/, ''), '[]{}"\'`');

const unique = (tools: readonly string[]): string[] => [...new Set(tools)];
