import type { ToolSpec } from '../inference/model.ts';
import { tokensIn } from './tokens.ts';

/** Windows below this are small: tools are offered there in a short form from the beginning. Tokens. */
const SMALL_WINDOW = 12_000;

/** Share of the window for tools. */
const SHARE = 0.28;

/** Keywords of a schema beyond types: the tool checks them by itself and explains violations. */
const BOUNDS: readonly string[] = ['additionalProperties', 'default', 'maxItems', 'maximum', 'minItems', 'minimum'];

/**
 * The tools as a window of so many tokens is shown them, in the fullest form that leaves most of it to what is said: as they
 * are, with bare types, and at last without spare ones and what fields are for. Pure.
 */
export function fittingTools(tools: ToolSpec[], context: number): ToolSpec[] {
  const needed = tools.filter(({ spare }) => !spare);
  const forms = [
    () => tools,
    () => tools.map((tool) => smallTool(tool, BOUNDS)),
    () => needed.map((tool) => smallTool(tool, BOUNDS)),
  ];
  const most = context * SHARE;
  for (const form of context < SMALL_WINDOW ? forms.slice(2) : forms) {
    const made = form();
    if (tokensIn(JSON.stringify(made)) <= most) return made;
  }
  return needed.map((tool) => smallTool(tool, [...BOUNDS, 'description']));
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
