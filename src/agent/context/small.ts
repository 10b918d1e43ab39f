import type { ToolSpec } from '../model.ts';
import { tokensIn } from './tokens.ts';

/** Windows below this are small: tools are offered there in a form that takes a good half of the room. Tokens. */
export const SMALL_WINDOW = 12_000;

/** What the tools of a small window may take of it; else what fields are for is left out, too. */
const SHARE = 0.28;

/** What a schema says of values beyond their types: the tool checks that by itself and says what is wrong. */
const BOUNDS: readonly string[] = [
  '$schema',
  'additionalProperties',
  'default',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'maxItems',
  'maxLength',
  'maximum',
  'minItems',
  'minLength',
  'minimum',
  'pattern',
];

/**
 * The tools as a window of so many tokens is shown them: without spare ones, each with its first sentence and its bare
 * types. Pure.
 */
export function smallTools(tools: readonly ToolSpec[], context: number): ToolSpec[] {
  const needed = tools.filter(({ spare }) => !spare);
  const small = needed.map((tool) => smallTool(tool, BOUNDS));
  const fits = tokensIn(JSON.stringify(small)) <= context * SHARE;
  return fits ? small : needed.map((tool) => smallTool(tool, [...BOUNDS, 'description']));
}

function smallTool({ name, description, schema }: ToolSpec, without: readonly string[]): ToolSpec {
  return { name, description: firstSentence(description), schema: bare(schema, without) };
}

/** `isNames`: within `properties`, whose names may be the same as keywords; there nothing is left out. */
function bare(schema: Record<string, unknown>, without: readonly string[], isNames = false): Record<string, unknown> {
  const kept = Object.entries(schema).filter(([key]) => isNames || !without.includes(key));
  const value = (key: string, field: unknown): unknown => {
    if (!isNames && key === 'description' && typeof field === 'string') return firstSentence(field);
    return bareValue(field, without, !isNames && key === 'properties');
  };
  return Object.fromEntries(kept.map(([key, field]) => [key, value(key, field)]));
}

function bareValue(value: unknown, without: readonly string[], isNames: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => bareValue(item, without, false));
  if (typeof value !== 'object' || value === null) return value;
  return bare(value as Record<string, unknown>, without, isNames);
}

function firstSentence(text: string): string {
  return text.split(/(?<=[\w)"”])[.;](?:\s|$)/, 1)[0] ?? text;
}
