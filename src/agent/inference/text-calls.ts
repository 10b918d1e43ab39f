import { jsonrepair } from 'jsonrepair';
import { z } from 'zod';
import { parseJson } from '../../base/json.ts';
import { mendCall, toolNamed } from '../tools/repair.ts';
import type { ModelToolCall, ToolSpec } from './model.ts';
import { type CallNotation, isWithinValue } from './strip-thinking/call-formats.ts';
import { type Block, rawOf, type Speech } from './strip-thinking.ts';

const LARGEST_CALL = 200_000;
/** A longer answer is none that is nothing but a call. Characters. */
const LARGEST_BARE = 50_000;

const BARE = /[\]})`;]$/;
const FENCED = /(?:^|\n)[ \t]*```(?:json)?[ \t]*\n([^`]*)```$/;
/** Words before a block that make it an example, in the languages that models are asked in most. */
const EXAMPLE =
  /\b(?:examples?|e\.g|such as|looks? like|would be|format|schema|syntax|beispiel|exemple|ejemplo|esempio|exemplo)\b/i;

/** Possible calls at the end of a growing answer: JSON alone, or a block of JSON at its end. */
const GROWING: readonly RegExp[] = [
  /^\s*(?:\{|\[[\s[]*(?:\{|$))/,
  /(?:^|\n)[^\S\n]*(?:```(?:json)?[^\S\n]*\n[^`]*(?:`{1,3}\s*)?|`{1,3}[a-z_]*)$/,
];

export interface WrittenCalls {
  text: string;
  calls: ModelToolCall[];
  /** Why there are none, for the model: a block can only be a call and is not one that can be made. */
  problem?: string;
}

/** The answer with those blocks in its text that are a part of its sentences. Pure. */
export function settleBlocks({ text, blocks }: Speech, tools: readonly ToolSpec[]): Speech {
  let prose = '';
  let from = 0;
  const callBlocks: Block[] = [];
  for (const block of blocks) {
    prose += text.slice(from, block.at);
    from = block.at;
    if (block.isDoubtful && !madeOf(block, tools).calls) prose += rawOf(block);
    else callBlocks.push({ ...block, at: prose.length });
  }
  return { text: prose + text.slice(from), blocks: callBlocks };
}

/**
 * The calls that a settled answer ends with or consists of; undefined where there are none. Only tools of `tools` are called:
 * in blocks that nothing but a call stands in, or, with arguments that fit their schema, in JSON that is the whole answer or
 * a fenced block at its end that is no example. Pure.
 */
export function callsIn(speech: Speech, tools: readonly ToolSpec[]): WrittenCalls | undefined {
  return speech.blocks.length > 0 ? inBlocks(speech, tools) : bare(speech.text.trim(), tools);
}

/** The part of a growing answer that may be shown: nothing that may turn out to be a call. Pure. */
export function withoutCalls(speech: Speech, tools: readonly Pick<ToolSpec, 'name'>[]): string {
  const text = speech.text.slice(0, speech.blocks[0]?.at);
  if (tools.length === 0) return text;
  const cuts = GROWING.map((growing) => text.search(growing)).filter((at) => at >= 0 && !isFenced(text.slice(0, at)));
  if (isPythonOf(text, tools)) return '';
  return cuts.length === 0 ? text : text.slice(0, Math.min(...cuts)).trimEnd();
}

/** Text behind the blocks was not for the person: models without tools make results up. */
function inBlocks({ text, blocks }: Speech, tools: readonly ToolSpec[]): WrittenCalls | undefined {
  const [first, ...others] = blocks;
  if (!first) return undefined;
  const offset = text.slice(first.at).search(/\S/);
  const together = [first, ...others.filter(({ at }) => offset < 0 || at <= first.at + offset)];
  const outcomes = together.map((block) => madeOf(block, tools));
  const calls = outcomes.map((each) => each.calls);
  if (calls.every((each) => each !== undefined)) return { text: text.slice(0, first.at).trim(), calls: calls.flat() };
  return { text: text.trim(), calls: [], problem: outcomes.find(({ problem }) => problem)?.problem ?? UNREADABLE };
}

const UNREADABLE = 'It could not be read.';

function madeOf(block: Block, tools: readonly ToolSpec[]): { calls?: ModelToolCall[]; problem?: string } {
  const read = rawOf(block).length > LARGEST_CALL ? undefined : callsOf(block);
  if (!read) return { problem: UNREADABLE };
  const calls = read.map((shape) => fitCall(shape, tools, false));
  const unknown = read[calls.indexOf(undefined)];
  if (unknown) return { problem: `There is no tool “${unknown.name.trim().slice(0, 100)}”.` };
  return { calls: calls.flatMap((call) => call ?? []) };
}

function bare(text: string, tools: readonly ToolSpec[]): WrittenCalls | undefined {
  if (tools.length === 0 || text.length > LARGEST_BARE || !BARE.test(text)) return undefined;
  const fenced = FENCED.exec(text);
  const before = fenced ? text.slice(0, fenced.index).trim() : '';
  if (EXAMPLE.test(before) || isFenced(before)) return undefined;
  const read = shapes(parseTexts(fenced?.[1] ?? text), false) ?? (fenced ? undefined : barePython(text));
  const calls = read?.map((call) => fitCall(call, tools, true));
  // An empty list is an answer.
  return calls?.length && calls.every((call) => call !== undefined) ? { text: before, calls } : undefined;
}

/** Some models call their tools by these; any other name before a point is no tool's. */
const NAMESPACES = ['functions.', 'default_api.', 'tools.'];

function withoutNamespace(name: string): string {
  return name.slice(NAMESPACES.find((each) => name.startsWith(each))?.length ?? 0);
}

function isPythonOf(text: string, tools: readonly Pick<ToolSpec, 'name'>[]): boolean {
  const [, beginning = '', bracket] = /^\s*\[?\s*([a-z_][\w.]*)?\s*(\()?/i.exec(text) ?? [];
  if (beginning === '') return false;
  const isAll = bracket === undefined && text.trimEnd().endsWith(beginning);
  if (isAll && NAMESPACES.some((name) => name.startsWith(beginning))) return true;
  const end = withoutNamespace(beginning);
  return tools.some(({ name }) => (isAll ? name.startsWith(end) : bracket !== undefined && name === end));
}

function isFenced(before: string): boolean {
  return (before.match(/^[ \t]*```/gm) ?? []).length % 2 === 1;
}

/** The call with its arguments in their types; undefined where no such tool is offered, or (`strict`) they do not fit. */
function fitCall({ name, input }: Shape, tools: readonly ToolSpec[], strict: boolean): ModelToolCall | undefined {
  const tool = toolNamed(name, tools);
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

// Parses the calls of a block, in each of the formats that `call-formats.ts` names. Pure.

interface Shape {
  name: string;
  input: unknown;
}

const ALL: readonly CallNotation[] = ['json', 'named', 'elements', 'pairs', 'python'];
const LONGEST_NAME = 300;
const AROUND =
  /<\/?(?:[a-z]+:)?tool_call(?::[\w-]+)?>|<[|｜]tool[_▁ ]call[_▁ ](?:begin|end)[|｜]>|<\|(?:plugin|interpreter)\|>/gi;

function callsOf({ formats, open, content }: Block): Shape[] | undefined {
  const parts = partsOf(content);
  const readings = [...new Set([...formats.map(({ reads }) => reads), ...ALL])];
  const all = parts.map((part, index) => {
    const whole = index === 0 ? `${open}${part}` : part;
    for (const reading of readings) {
      const calls = READERS[reading](part, whole);
      if (calls && calls.length > 0) return calls;
    }
    return undefined;
  });
  return all.every((calls) => calls !== undefined) ? all.flat() : undefined;
}

function partsOf(content: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { 0: mark, index } of content.matchAll(AROUND)) {
    if (isWithinValue(content.slice(from, index))) continue;
    parts.push(content.slice(from, index));
    from = index + mark.length;
  }
  const pieces = [...parts, content.slice(from)].filter((part) => part.trim() !== '');
  return pieces.length === 0 ? [''] : pieces;
}

type Reader = (content: string, whole: string) => Shape[] | undefined;

const READERS: Record<CallNotation, Reader> = {
  json: (content) => shapes(parseTexts(content, jsonrepair), true),
  named: shapesWithName,
  elements: (_, whole) => elements(whole),
  pairs,
  python: (content) => python(content),
};

const NAMES = ['name', 'tool', 'tool_name', 'function', 'function_name', 'action'];
const INPUTS = ['arguments', 'parameters', 'input', 'args', 'params', 'action_input', 'tool_input'];
const BESIDE = [...NAMES, ...INPUTS, 'id', 'type', 'call_id', 'tool_call_id'];

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

/**
 * The JSON of a text, or of several texts one after another; undefined where it is none. With `mend` also where it is broken
 * or something stands behind it.
 */
function parseTexts(text: string, mend?: (broken: string) => string): unknown {
  const trimmed = text.trim().replace(/;$/, '');
  if (!/^[{[]/.test(trimmed)) return undefined;
  const whole = jsonIn(trimmed) ?? jsonIn(`[${trimmed.replace(/\}\s*(?:;\s*)?\{/g, '},{')}]`);
  if (whole !== undefined || !mend) return whole;
  const first = jsonIn(trimmed.slice(0, endOfJson(trimmed)));
  if (first !== undefined) return first;
  try {
    return parseJson(mend(trimmed));
  } catch {
    return undefined;
  }
}

function endOfJson(text: string): number | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:\\[\s\S]|[^"\\])*(?:"|$)|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if ((token === '}' || token === ']') && --depth === 0) return index + 1;
  }
  return undefined;
}

const MARKS = /<[^<>]*>|\[[A-Z_]+\]|`+\w*|\s+/g;

/** A name, and behind it the arguments in JSON, whatever stands around the name. */
function shapesWithName(_: string, whole: string): Shape[] | undefined {
  const at = whole.indexOf('{');
  const words = whole.slice(0, at < 0 ? undefined : at).replace(MARKS, ' ');
  const name = /\bto=([\w.:-]+)/.exec(words)?.[1] ?? words.trim();
  if (name === '' || name.length > LONGEST_NAME) return undefined;
  if (at < 0) return /^[\w.:-]+$/.test(name) ? [{ name, input: {} }] : undefined;
  const texts = whole
    .slice(at)
    .replace(/<escape>([\s\S]*?)<escape>|<\|"\|>([\s\S]*?)<\|"\|>/g, (_all, first, second) =>
      JSON.stringify(first ?? second),
    );
  const input = parseTexts(texts, jsonrepair);
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? [{ name, input }] : undefined;
}

const CALL_ELEMENT =
  /<(function|invoke|call|tool)(?:=["']?([^"'<>]{1,200})["']?|\s[^<>]*?\b(?:name|tool)=["']([^"'<>]{1,200})["'][^<>]*)>([\s\S]*?)(?:<\/\1>|$)/gi;
const ARGUMENT =
  /<(parameter|param|argument|arg)(?:=["']?([^"'<>]{1,200})["']?|(\s[^<>]*?)\b(?:name|key)=["']([^"'<>]{1,200})["']([^<>]*))>([\s\S]*?)(?:<\/\1>|(?=<\1[=\s])|$)/gi;
const NO_TEXT = /\bstring=["']false|\btype=["'](?!str)/i;

const PREFIX = /<(\/?)[a-z]+:(?=(?:function|invoke|parameter|argument)\b)/gi;

function elements(whole: string): Shape[] | undefined {
  const plain = whole
    .replaceAll(']<]minimax[>[', '')
    .replace(/<(\/?)[|｜]DSML[|｜] ?/g, '<$1')
    .replace(/<\|open\|>(?:tools)?([^<]*)<\|sep\|>/g, '<$1>')
    .replace(/<\|close\|>([^<]*)<\|sep\|>/g, '</$1>')
    .replace(PREFIX, '<$1');
  const calls = [...plain.matchAll(CALL_ELEMENT)].map(([, , short, long, body = '']) => {
    const input = argumentsIn(body);
    return input === undefined ? undefined : { name: short ?? long ?? '', input };
  });
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

function argumentsIn(body: string): unknown {
  const matches = [...body.matchAll(ARGUMENT)];
  if (matches.length > 0) {
    return Object.fromEntries(
      matches.map(([, , short, before = '', long, behind = '', value = '']) => {
        const text = withoutLineBreaks(value);
        return [short ?? long ?? '', NO_TEXT.test(before + behind) ? (jsonIn(text) ?? text) : text];
      }),
    );
  }
  if (body.trim() === '') return {};
  return parseTexts(body, jsonrepair) ?? childrenOf(body);
}

const CHILD_TAG = /<(\/?)([\w.-]{1,200})>/g;
/** Elements within elements; deeper ones are text. */
const DEEPEST_CHILD = 8;

function childrenOf(body: string, depth = 0): Record<string, unknown> | undefined {
  const children = depth < DEEPEST_CHILD ? childrenIn(body) : [];
  if (children.length === 0 || children.some(({ before }) => before.trim() !== '')) return undefined;
  const end = children.at(-1)?.to ?? 0;
  if (body.slice(end).trim() !== '') return undefined;
  return Object.fromEntries(children.map(({ name, value }) => [name, childValue(value, depth + 1)]));
}

interface Child {
  name: string;
  value: string;
  before: string;
  to: number;
}

/** The elements of a text (`only`: of this name), one after another: each up to the next end of its name. */
function childrenIn(body: string, only?: string): Child[] {
  const tags = [...body.matchAll(CHILD_TAG)].filter(([, , name]) => only === undefined || name === only);
  const next = new Map<string, number>();
  const ends = new Array<number | undefined>(tags.length);
  for (let at = tags.length - 1; at >= 0; at--) {
    const [, slash, name = ''] = tags[at] as RegExpExecArray;
    ends[at] = next.get(name);
    if (slash) next.set(name, at);
  }
  const children: Child[] = [];
  let to = 0;
  for (let at = 0; at < tags.length; at++) {
    const { 0: tag, 1: slash, 2: name = '', index } = tags[at] as RegExpExecArray;
    const end = slash ? undefined : tags[ends[at] ?? -1];
    if (!end) continue;
    children.push({
      name,
      value: body.slice(index + tag.length, end.index),
      before: body.slice(to, index),
      to: end.index + end[0].length,
    });
    to = end.index + end[0].length;
    at = ends[at] as number;
  }
  return children;
}

function childValue(value: string, depth: number): unknown {
  const items = childrenIn(value, 'item');
  if (items.length > 0 && depth < DEEPEST_CHILD) return items.map((item) => childValue(item.value, depth + 1));
  return childrenOf(value, depth) ?? value;
}

const PAIR =
  /<arg_key(?::[\w-]+)?>([^<]{0,300})<\/arg_key(?::[\w-]+)?>\s*<arg_value(?::[\w-]+)?>([\s\S]*?)(?:<\/arg_value(?::[\w-]+)?>|$)/g;

function pairs(content: string): Shape[] | undefined {
  const matches = [...content.matchAll(PAIR)];
  const [first] = matches;
  if (!first) return undefined;
  const name = content.slice(0, first.index);
  const input = Object.fromEntries(matches.map(([, key = '', value = '']) => [key.trim(), withoutLineBreaks(value)]));
  return name.length <= LONGEST_NAME ? [{ name, input }] : undefined;
}

const QUOTED = String.raw`"(?:\\[\s\S]|[^"\\])*(?:"|$)|'(?:\\[\s\S]|[^'\\])*(?:'|$)`;
const KEYWORD = new RegExp(String.raw`(${QUOTED})|\b([A-Za-z_]\w*)\s*=(?!=)`, 'g');
const BRACKET = new RegExp(`${QUOTED}|[()]`, 'g');

/** Calls without a mark around them: each name is a tool's from its first letter on. */
function barePython(text: string): Shape[] | undefined {
  const calls = python(text);
  return calls?.every(({ name }) => !withoutNamespace(name).includes('.')) ? calls : undefined;
}

function python(content: string): Shape[] | undefined {
  const inner = content.trim().replace(/^print\s*\(([\s\S]*)\)$/, '$1');
  let rest = inner.replace(/^\[([\s\S]*)\]$/, '$1').trim();
  const calls: Shape[] = [];
  while (rest !== '') {
    const [opening, name = ''] = /^([A-Za-z_][\w.]*)\s*\(/.exec(rest) ?? [];
    const end = opening === undefined ? undefined : closingOf(rest, opening.length);
    if (opening === undefined || end === undefined) return undefined;
    const words = rest.slice(opening.length, end).replace(KEYWORD, (_all, text, key) => text ?? `"${key}":`);
    const input = parseTexts(`{${words}}`, jsonrepair);
    if (typeof input !== 'object' || input === null) return undefined;
    calls.push({ name, input });
    rest = rest.slice(end + 1).replace(/^[\s,;]+/, '');
  }
  return calls;
}

function closingOf(text: string, from: number): number | undefined {
  let depth = 1;
  for (const { 0: token, index } of text.slice(from).matchAll(BRACKET)) {
    if (token === '(') depth++;
    else if (token === ')' && --depth === 0) return from + index;
  }
  return undefined;
}

function withoutLineBreaks(value: string): string {
  return value.replace(/^\n/, '').replace(/\n$/, '');
}

function jsonIn(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
