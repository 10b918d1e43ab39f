/** Calls that a model wrote as text instead of making them. */
import { jsonrepair } from 'jsonrepair';
import { z } from 'zod';
import type { ModelToolCall, ToolSpec } from './model.ts';
import { mendCall } from './repair.ts';

/** What marks a fenced block as a call. */
export const CALL_FENCE = 'tool_call';

/** Larger than any call. Characters. */
const LARGEST = 50_000;

/** The end of the text, where `$` is that of a line. */
const END = '$(?![\\s\\S])';
const MARKS =
  '```[^\\S\\n]*(?:tool_calls?|tool_code|tool|function_call)\\b|<(?:tool_call|function_call|tool_use)>|<function=|\\[TOOL_CALLS\\]|<\\|python_tag\\|>';

/** Blocks that stand for nothing but a call, from the beginning of a line on. */
const MARKED: readonly RegExp[] = [
  `\`\`\`[^\\S\\n]*(?:tool_calls?|tool_code|tool|function_call)[^\\S\\n]*\\n([\\s\\S]*?)(?:\\n?[^\\S\\n]*\`\`\`|${END})`,
  `<(?:tool_call|function_call|tool_use)>([\\s\\S]*?)(?:</(?:tool_call|function_call|tool_use)>|${END})`,
  `(<function=[\\w-]+>[\\s\\S]*?(?:</function>|${END}))`,
  `(?:\\[TOOL_CALLS\\]|<\\|python_tag\\|>)([\\s\\S]+?)(?:<\\|e[a-z]+_id\\|>)?${END}`,
].map((block) => new RegExp(`^[^\\S\\n]*${block}`, 'gm'));
/** Qwen's coders write calls as elements. */
const ELEMENT = /<function=([\w-]+)>([\s\S]*?)(?:<\/function>|$)/g;
const PARAMETER = /<parameter=([\w-]+)>\n?([\s\S]*?)\n?<\/parameter>/g;
/** A block of JSON at the end. */
const FENCED = /(?:^|\n)[^\S\n]*```(?:json)?[^\S\n]*\n([^`]*)\n?[^\S\n]*```$/;
/** Words before a block that make it an example, in the languages that models are asked in most. */
const EXAMPLE =
  /\b(?:examples?|e\.g|such as|looks? like|would be|format|schema|syntax|beispiel|exemple|ejemplo|esempio|exemplo)\b/i;

/** What a growing answer may still turn out to be: a marked block, JSON alone, or a block of JSON at its end. */
const GROWING: readonly RegExp[] = [
  new RegExp(`^[^\\S\\n]*(?:${MARKS})`, 'm'),
  /^\s*(?:\{|\[\s*\{)/,
  /(?:^|\n)[^\S\n]*(?:```(?:json)?[^\S\n]*\n[^`]*(?:`{1,3}\s*)?|`{1,3}[a-z_]*|<[a-z_]*)$/,
];

const NAMES = ['name', 'tool', 'tool_name', 'function', 'function_name', 'action'];
const INPUTS = ['arguments', 'parameters', 'input', 'args', 'params', 'action_input', 'tool_input'];
const BESIDE = [...NAMES, ...INPUTS, 'id', 'type', 'call_id'];

/** What was said besides the calls, and the calls; these have no ids. */
export interface Spoken {
  text: string;
  calls: ModelToolCall[];
}

/**
 * The calls that `text` ends with or consists of; undefined where it is an answer. Only tools of `tools` are called: in
 * a block that nothing but a call stands in, or, with arguments that fit their schema, in JSON that is the whole answer
 * or a fenced block at its end that is no example. Pure.
 */
export function callsIn(text: string, tools: readonly ToolSpec[]): Spoken | undefined {
  if (tools.length === 0 || text.length > LARGEST) return undefined;
  const said = text.trim();
  return marked(said, tools) ?? bare(said, tools);
}

/** What of a growing answer may be shown: nothing of what may turn out to be a call. Pure. */
export function withoutCalls(text: string): string {
  const cuts = GROWING.map((growing) => text.search(growing)).filter((at) => at >= 0 && !isFenced(text.slice(0, at)));
  return cuts.length === 0 ? text : text.slice(0, Math.min(...cuts)).trimEnd();
}

/** What follows the blocks was not for the person: models without tools make results up. */
function marked(said: string, tools: readonly ToolSpec[]): Spoken | undefined {
  for (const block of MARKED) {
    const found = [...said.matchAll(block)];
    const before = said.slice(0, found[0]?.index);
    if (found.length === 0 || isFenced(before)) continue;
    const together = found.filter((each, index) => index === 0 || isNext(found[index - 1], each));
    const calls = together.map(([, content = '']) => elements(content) ?? shapes(parsed(content, jsonrepair), true));
    const known = calls.flatMap((each) => each ?? [undefined]).map((call) => call && fitted(call, tools, false));
    if (known.every((call) => call !== undefined)) return { text: before.trim(), calls: known };
  }
  return undefined;
}

function bare(said: string, tools: readonly ToolSpec[]): Spoken | undefined {
  const fenced = FENCED.exec(said);
  const before = fenced ? said.slice(0, fenced.index).trim() : '';
  if (EXAMPLE.test(before) || isFenced(before)) return undefined;
  const calls = shapes(parsed(fenced?.[1] ?? said), false)?.map((call) => fitted(call, tools, true));
  return calls?.every((call) => call !== undefined) ? { text: before, calls } : undefined;
}

function isFenced(before: string): boolean {
  return (before.match(/^[^\S\n]*```/gm) ?? []).length % 2 === 1;
}

/** Whether nothing stands between two blocks. */
function isNext(first: RegExpExecArray | undefined, second: RegExpExecArray): boolean {
  if (!first) return false;
  return second.input.slice(first.index + first[0].length, second.index).trim() === '';
}

interface Shape {
  name: string;
  input: unknown;
}

/** The JSON of a text, or of several texts one after another; undefined where it is none, also not when mended. */
function parsed(text: string, mend = (broken: string) => broken): unknown {
  const trimmed = text.trim();
  if (!/^[{[]/.test(trimmed)) return undefined;
  for (const read of [trimmed, `[${trimmed.replace(/\}\s*\{/g, '},{')}]`]) {
    try {
      return JSON.parse(read);
    } catch {
      // The next reading is tried.
    }
  }
  try {
    return JSON.parse(mend(trimmed));
  } catch {
    return undefined;
  }
}

/** The calls that a JSON value has the shape of; undefined where it has none. `loose`: also without arguments. */
function shapes(value: unknown, loose: boolean): Shape[] | undefined {
  if (Array.isArray(value)) {
    const all = value.map((each) => shapes(each, loose));
    return all.length > 0 && all.every((each) => each !== undefined) ? all.flat() : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  if (Array.isArray(fields.tool_calls)) return shapes(fields.tool_calls, loose);
  if (typeof fields.function === 'object') return shapes(fields.function, loose);
  const keys = Object.keys(fields);
  const name = NAMES.map((key) => fields[key]).find((each) => typeof each === 'string');
  const key = INPUTS.find((each) => Object.hasOwn(fields, each));
  const [only] = keys;
  if (name === undefined) return keys.length === 1 && only ? [{ name: only, input: fields[only] }] : undefined;
  if (!loose && (key === undefined || keys.some((each) => !BESIDE.includes(each)))) return undefined;
  return [{ name: String(name), input: key === undefined ? {} : fields[key] }];
}

function elements(content: string): Shape[] | undefined {
  const found = [...content.matchAll(ELEMENT)];
  if (found.length === 0) return undefined;
  return found.map(([, name = '', body = '']) => ({
    name,
    input: Object.fromEntries([...body.matchAll(PARAMETER)].map(([, key = '', value = '']) => [key, value])),
  }));
}

/** The call with its arguments in their types; undefined where no such tool is offered, or (`strict`) they do not fit. */
function fitted({ name, input }: Shape, tools: readonly ToolSpec[], strict: boolean): ModelToolCall | undefined {
  const tool = tools.find((each) => each.name === name.replace(/^functions?\./, ''));
  if (!tool) return undefined;
  const { call } = mendCall({ id: '', name: tool.name, input }, tool.schema);
  return !strict || fits(call.input, tool.schema) ? call : undefined;
}

function fits(input: unknown, schema: ToolSpec['schema']): boolean {
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(input).success;
  } catch {
    // A schema that cannot be checked here: nothing fits it.
    return false;
  }
}
