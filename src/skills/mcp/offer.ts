/** Makes a server's descriptions of its tools fit for a model. Pure. */
import { createHash } from 'node:crypto';
import type { Effect } from '../../agent/index.ts';
import { canonicalJson } from '../../base/json.ts';
import { plural, shorten, withoutHidden } from '../../base/text.ts';
import type { ServerSettings } from './config.ts';

export interface Offer {
  tool: string;
  name: string;
  description: string;
  /** JSON Schema of its input. */
  schema: Record<string, unknown>;
  effect: Exclude<Effect, 'read' | 'write'>;
  hash: string;
}

/** A tool as it is listed; nothing of it is believed. */
export interface ListedTool {
  name: string;
  description?: string | undefined;
  inputSchema?: unknown;
  annotations?: { readOnlyHint?: unknown; destructiveHint?: unknown } | undefined;
}

export const MOST_TOOLS = 128;
const LONGEST_NAME = 64;
const LONGEST_SHOWN_NAME = 100;
const LONGEST_DESCRIPTION = 1_000;
const LONGEST_SCHEMA = 16_384;

/** The tools that can be offered, and why others cannot. `takenNames`: names that are somebody else's. */
export function offersOf(
  server: string,
  listed: readonly ListedTool[],
  { tools: wanted, effects }: Pick<ServerSettings, 'tools' | 'effects'>,
  takenNames: ReadonlySet<string> = new Set(),
): { offers: Offer[]; problems: string[] } {
  const offers = new Map<string, Offer>();
  const problems: string[] = [];
  const tools = listed.filter(({ name }) => wanted?.includes(name) ?? true);
  const missing = wanted?.filter((name) => !listed.some((tool) => tool.name === name)) ?? [];
  for (const name of missing) problems.push(`it has no tool ${shorten(withoutHidden(name), LONGEST_SHOWN_NAME)}`);
  if (tools.length > MOST_TOOLS)
    problems.push(`of its ${plural(tools.length, 'tool')} the first ${MOST_TOOLS} are offered`);
  for (const tool of tools.slice(0, MOST_TOOLS)) {
    const shownName = shorten(withoutHidden(tool.name), LONGEST_SHOWN_NAME);
    const name = nameOf(server, tool.name);
    const schema = schemaOf(tool.inputSchema);
    if (typeof schema === 'string') problems.push(`${shownName} is not offered: ${schema}`);
    else if (takenNames.has(name) || offers.has(name))
      problems.push(`${shownName} is not offered: ${name} is another tool's name`);
    else offers.set(name, offerOf(server, name, tool, schema, effects));
  }
  return { offers: [...offers.values()], problems };
}

function offerOf(
  server: string,
  name: string,
  tool: ListedTool,
  schema: Record<string, unknown>,
  effects: ServerSettings['effects'],
): Offer {
  const summary = shorten(
    withoutHidden(tool.description ?? '')
      .replace(/\s+/g, ' ')
      .trim(),
    LONGEST_DESCRIPTION,
  );
  const description = `${server} (a server of others): ${summary || shorten(withoutHidden(tool.name), LONGEST_SHOWN_NAME)}`;
  return { tool: tool.name, name, description, schema, effect: effectOf(tool, effects), hash: hashOf(tool) };
}

export const prefixOf = (server: string) => callable(`${server}_`);

const callable = (text: string) => text.replace(/[^A-Za-z0-9_-]/g, '_');

/** Its server's name before it, in the letters that models may call, at most 64 of them. */
function nameOf(server: string, tool: string): string {
  const name = callable(`${server}_${tool}`);
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME - 9)}_${sha256(tool).slice(0, 8)}`;
}

/**
 * Effect by the owner's setting; else by the server's annotation, where that makes it no more harmless than reading.
 */
function effectOf({ name, annotations }: ListedTool, effects: ServerSettings['effects']): Offer['effect'] {
  const set = Object.hasOwn(effects, name) ? effects[name] : undefined;
  if (set) return set;
  if (annotations?.destructiveHint === true) return 'dangerous';
  return annotations?.readOnlyHint === true ? 'fetch' : 'external';
}

/**
 * The schema without what cannot be seen; a sentence without a full stop where it cannot be shown to a model. One that says
 * nothing of its type is that of an object: nothing else can be an input.
 */
function schemaOf(ownSchema: unknown): Record<string, unknown> | string {
  const schema = ownSchema === undefined || ownSchema === null ? {} : ownSchema;
  if (typeof schema !== 'object' || Array.isArray(schema)) return 'its input is no object';
  const { type, ...more } = schema as Record<string, unknown>;
  const isObject = type === undefined || type === null || [type].flat().includes('object');
  if (!isObject) return 'its input is no object';
  const text = JSON.stringify(schema);
  if (text.length > LONGEST_SCHEMA) return `its input takes ${plural(text.length, 'character')} to describe`;
  if (/"\$(?:ref|dynamicRef)":"(?!#)/.test(text)) return 'its input is described elsewhere';
  return { type: 'object', ...(cleanedAll(more) as Record<string, unknown>) };
}

/** Also without null, which many servers write for nothing. */
function cleanedAll(value: unknown): unknown {
  if (typeof value === 'string') return withoutHidden(value);
  if (Array.isArray(value)) return value.map(cleanedAll);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, field]) => field !== null || key === 'const');
  return Object.fromEntries(entries.map(([key, field]) => [withoutHidden(key), cleanedAll(field)]));
}

export function hashOf({ name, description, inputSchema, annotations }: ListedTool): string {
  return sha256(canonicalJson({ name, description, inputSchema, annotations }));
}

export function hashOfAll(offers: readonly Offer[]): string {
  return sha256(
    canonicalJson(offers.map(({ tool, hash }) => [tool, hash]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1))),
  );
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
