/** Calls that a model wrote as text instead of making them. */
import { z } from 'zod';
import { mendCall, toolNamed } from '../tools/repair.ts';
import type { ModelToolCall, ToolSpec } from './model.ts';
import { callsOf, parsed, python, type Shape, shapes } from './strip-thinking/readings.ts';
import { type Block, type Heard, rawOf } from './strip-thinking.ts';

/** Larger than any call. Characters. */
const LARGEST = 200_000;
/** A longer answer is none that is nothing but a call. Characters. */
const LARGEST_BARE = 50_000;

/** Ends as JSON, a call of a function or a fenced block does. */
const BARE = /[\]})`;]$/;
/** A block of JSON at the end. */
const FENCED = /(?:^|\n)[^\S\n]*```(?:json)?[^\S\n]*\n([^`]*)\n?[^\S\n]*```$/;
/** Words before a block that make it an example, in the languages that models are asked in most. */
const EXAMPLE =
  /\b(?:examples?|e\.g|such as|looks? like|would be|format|schema|syntax|beispiel|exemple|ejemplo|esempio|exemplo)\b/i;

/** Possible calls at the end of a growing answer: JSON alone, or a block of JSON at its end. */
const GROWING: readonly RegExp[] = [
  /^\s*(?:\{|\[\s*(?:\{|$))/,
  /(?:^|\n)[^\S\n]*(?:```(?:json)?[^\S\n]*\n[^`]*(?:`{1,3}\s*)?|`{1,3}[a-z_]*)$/,
];

/** An answer with calls that were written as text. */
export interface Written {
  /** Its text without them. */
  text: string;
  /** These have no ids. */
  calls: ModelToolCall[];
  /** Why there are none, for the model: a block can only be a call and is not one that can be made. */
  problem?: string;
}

/** The answer with those blocks in its text that are a part of its sentences. Pure. */
export function settled({ text, blocks }: Heard, tools: readonly ToolSpec[]): Heard {
  let said = '';
  let from = 0;
  const kept: Block[] = [];
  for (const block of blocks) {
    said += text.slice(from, block.at);
    from = block.at;
    if (block.isDoubtful && !madeOf(block, tools).calls) said += rawOf(block);
    else kept.push({ ...block, at: said.length });
  }
  return { text: said + text.slice(from), blocks: kept };
}

/**
 * The calls that a settled answer ends with or consists of; undefined where there are none. Only tools of `tools` are called:
 * in blocks that nothing but a call stands in, or, with arguments that fit their schema, in JSON that is the whole answer or
 * a fenced block at its end that is no example. Pure.
 */
export function callsIn(heard: Heard, tools: readonly ToolSpec[]): Written | undefined {
  return heard.blocks.length > 0 ? inBlocks(heard, tools) : bare(heard.text.trim(), tools);
}

/** The part of a growing answer that may be shown: nothing that may turn out to be a call. Pure. */
export function withoutCalls(heard: Heard, tools: readonly Pick<ToolSpec, 'name'>[]): string {
  const text = heard.text.slice(0, heard.blocks[0]?.at);
  if (tools.length === 0) return text;
  const cuts = GROWING.map((growing) => text.search(growing)).filter((at) => at >= 0 && !isFenced(text.slice(0, at)));
  if (isPythonOf(text, tools)) return '';
  return cuts.length === 0 ? text : text.slice(0, Math.min(...cuts)).trimEnd();
}

/** Text behind the blocks was not for the person: models without tools make results up. */
function inBlocks({ text, blocks }: Heard, tools: readonly ToolSpec[]): Written | undefined {
  const [first, ...others] = blocks;
  if (!first) return undefined;
  const together = [first, ...others.filter(({ at }) => text.slice(first.at, at).trim() === '')];
  const made = together.map((block) => madeOf(block, tools));
  const calls = made.map((each) => each.calls);
  if (calls.every((each) => each !== undefined)) return { text: text.slice(0, first.at).trim(), calls: calls.flat() };
  return { text: text.trim(), calls: [], problem: made.find(({ problem }) => problem)?.problem ?? UNREADABLE };
}

const UNREADABLE = 'It could not be read.';

function madeOf(block: Block, tools: readonly ToolSpec[]): { calls?: ModelToolCall[]; problem?: string } {
  const read = rawOf(block).length > LARGEST ? undefined : callsOf(block);
  if (!read) return { problem: UNREADABLE };
  const calls = read.map((shape) => fitted(shape, tools, false));
  const unknown = read[calls.indexOf(undefined)];
  if (unknown) return { problem: `There is no tool “${unknown.name.trim().slice(0, 100)}”.` };
  return { calls: calls.flatMap((call) => call ?? []) };
}

function bare(said: string, tools: readonly ToolSpec[]): Written | undefined {
  if (tools.length === 0 || said.length > LARGEST_BARE || !BARE.test(said)) return undefined;
  const fenced = FENCED.exec(said);
  const before = fenced ? said.slice(0, fenced.index).trim() : '';
  if (EXAMPLE.test(before) || isFenced(before)) return undefined;
  const read = shapes(parsed(fenced?.[1] ?? said), false) ?? (fenced ? undefined : python(said));
  const calls = read?.map((call) => fitted(call, tools, true));
  return calls?.every((call) => call !== undefined) ? { text: before, calls } : undefined;
}

/** True if a growing answer begins as a call of one of the tools, as a program would write it. */
function isPythonOf(text: string, tools: readonly Pick<ToolSpec, 'name'>[]): boolean {
  const [, begun = '', bracket] = /^\s*\[?\s*([a-z_]\w*)?\s*(\()?/i.exec(text) ?? [];
  if (begun === '') return false;
  const isAll = bracket === undefined && text.trimEnd().endsWith(begun);
  return tools.some(({ name }) => (isAll ? name.startsWith(begun) : bracket !== undefined && name === begun));
}

function isFenced(before: string): boolean {
  return (before.match(/^[^\S\n]*```/gm) ?? []).length % 2 === 1;
}

/** The call with its arguments in their types; undefined where no such tool is offered, or (`strict`) they do not fit. */
function fitted({ name, input }: Shape, tools: readonly ToolSpec[], strict: boolean): ModelToolCall | undefined {
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
