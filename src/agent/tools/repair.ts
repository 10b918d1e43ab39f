import { jsonrepair } from 'jsonrepair';
import { parseJson } from '../../base/json.ts';
import type { ModelToolCall, ToolSpec } from '../inference/model.ts';

type Schema = Record<string, unknown>;

/** Arguments that are larger are not worth mending. Characters. */
const LARGEST = 200_000;
const POISONOUS_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/**
 * The tool that a name means, also with what templates leave around it: `functions.note_save:0`,
 * `note_save<|channel|>commentary`. Undefined where none of `tools` is named in it, or several are.
 */
export function toolNamed(name: string, tools: readonly ToolSpec[]): ToolSpec | undefined {
  const exact = tools.find((tool) => tool.name === name);
  if (exact) return exact;
  const words = name.split(/[^\w-]+/).flatMap((word) => [word, word.replace(/(?:json|code)$/, '')]);
  const matches = tools.filter((tool) => words.includes(tool.name));
  return matches.length === 1 ? matches[0] : undefined;
}

/**
 * A call whose arguments fit its tool better: text becomes JSON, values get the type that the schema wants where only
 * one reading is possible, poisonous keys are dropped. What cannot be mended stays, for the schema to refuse.
 */
export function mendCall(call: ModelToolCall, schema: Schema | undefined): { call: ModelToolCall; mended: boolean } {
  const parsed = typeof call.input === 'string' ? parse(call.input) : call.input;
  // Some models write null where there is nothing to say.
  const input = coerce(clean(parsed ?? {}), schema ?? {});
  const mended = typeof call.input === 'string' || JSON.stringify(input) !== JSON.stringify(call.input);
  return { call: { ...call, input }, mended };
}

function parse(text: string): unknown {
  if (text.length > LARGEST) return text;
  try {
    const value = parseJson(jsonrepair(text));
    return typeof value === 'object' ? value : text;
  } catch {
    return text;
  }
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !POISONOUS_KEYS.includes(key));
  return Object.fromEntries(entries.map(([key, field]) => [key, clean(field)]));
}

function coerce(value: unknown, schema: Schema): unknown {
  const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (choices) {
    const only = choices.filter(({ type }) => type !== 'null');
    return choices.some((choice) => fits(value, choice)) || only.length !== 1 ? value : coerce(value, only[0] ?? {});
  }
  if (Array.isArray(schema.enum)) return choice(value, schema.enum);
  switch (schema.type) {
    case 'object':
      return object(value, schema);
    case 'array':
      return array(value, schema);
    case 'number':
    case 'integer':
      return number(value);
    case 'boolean':
      return boolean(value);
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    default:
      return value;
  }
}

function fits(value: unknown, { type, const: only }: Schema): boolean {
  if (only !== undefined) return value === only;
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return type === undefined || typeof value === type;
}

/** Fields in their types; a null that stands for "nothing" is left out where nothing is allowed. */
function object(value: unknown, schema: Schema): unknown {
  const read = typeof value === 'string' ? parse(value) : value;
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return value;
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const required = (schema.required ?? []) as string[];
  const fields = Object.entries(read).flatMap(([key, field]) => {
    const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (field === null && own && !required.includes(key) && !nullable(own)) return [];
    return [[key, own ? coerce(field, own) : field]];
  });
  return Object.fromEntries(fields);
}

function nullable({ type, anyOf }: Schema): boolean {
  return type === 'null' || (Array.isArray(anyOf) && anyOf.some((choice: Schema) => choice.type === 'null'));
}

function array(value: unknown, { items }: Schema): unknown {
  const read = typeof value === 'string' && value.trim().startsWith('[') ? parse(value) : value;
  if (read === null || read === undefined) return value;
  const list = Array.isArray(read) ? read : [read];
  return list.map((item) => coerce(item, (items ?? {}) as Schema));
}

function number(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*-?\d+(?:\.\d+)?\s*$/.test(value)) return value;
  return Number(value);
}

function boolean(value: unknown): unknown {
  if (value === 'true' || value === 1) return true;
  return value === 'false' || value === 0 ? false : value;
}

function choice(value: unknown, allowed: readonly unknown[]): unknown {
  if (typeof value !== 'string' || allowed.includes(value)) return value;
  const text = value.trim().toLowerCase();
  return allowed.find((each) => typeof each === 'string' && each.toLowerCase() === text) ?? value;
}

/** Continues `text` with `more`; what was said twice at the seam is said once. */
export function joinAtSeam(text: string, more: string): string {
  const longest = Math.min(text.length, more.length, 400);
  for (let length = longest; length >= 12; length--) {
    if (text.endsWith(more.slice(0, length))) return text + more.slice(length);
  }
  return text + more;
}
