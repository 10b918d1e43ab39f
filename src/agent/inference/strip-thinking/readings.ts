/** Parses the calls of a block, in each of the formats that `call-formats.ts` names. Pure. */
import { jsonrepair } from 'jsonrepair';
import type { Block } from '../strip-thinking.ts';
import type { Reading } from './call-formats.ts';
import { isWithinValue } from './values.ts';

/** A call as it was written. */
export interface Shape {
  /** With whatever was written around it. */
  name: string;
  input: unknown;
}

const ALL: readonly Reading[] = ['json', 'named', 'elements', 'pairs', 'python'];
/** No name with what is written around it is longer. Characters. */
const LONGEST_NAME = 300;
/** Wrappers of each of several calls in one block. */
const AROUND =
  /<\/?(?:[a-z]+:)?tool_call(?::[\w-]+)?>|<[|｜]tool[_▁ ]call[_▁ ](?:begin|end)[|｜]>|<\|(?:plugin|interpreter)\|>/gi;

/** The calls of a block, read as its formats have it or else as any other; undefined where it cannot be read. */
export function callsOf({ formats, open, content }: Block): Shape[] | undefined {
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

/** The single calls of a block; one that has only a beginning is one. */
function partsOf(content: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const { 0: mark, index } of content.matchAll(AROUND)) {
    if (isWithinValue(content.slice(from, index))) continue;
    parts.push(content.slice(from, index));
    from = index + mark.length;
  }
  const written = [...parts, content.slice(from)].filter((part) => part.trim() !== '');
  return written.length === 0 ? [''] : written;
}

type Reader = (content: string, whole: string) => Shape[] | undefined;

const READERS: Record<Reading, Reader> = {
  json: (content) => shapes(parsed(content, jsonrepair), true),
  named,
  elements: (_, whole) => elements(whole),
  pairs,
  python: (content) => python(content),
};

const NAMES = ['name', 'tool', 'tool_name', 'function', 'function_name', 'action'];
const INPUTS = ['arguments', 'parameters', 'input', 'args', 'params', 'action_input', 'tool_input'];
const BESIDE = [...NAMES, ...INPUTS, 'id', 'type', 'call_id', 'tool_call_id'];

/** The calls that a JSON value has the shape of; undefined where it has none. `loose`: also without arguments. */
export function shapes(value: unknown, loose: boolean): Shape[] | undefined {
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
export function parsed(text: string, mend?: (broken: string) => string): unknown {
  const trimmed = text.trim().replace(/;$/, '');
  if (!/^[{[]/.test(trimmed)) return undefined;
  const whole = jsonIn(trimmed) ?? jsonIn(`[${trimmed.replace(/\}\s*;?\s*\{/g, '},{')}]`);
  if (whole !== undefined || !mend) return whole;
  const first = jsonIn(trimmed.slice(0, endOfJson(trimmed)));
  if (first !== undefined) return first;
  try {
    return JSON.parse(mend(trimmed));
  } catch {
    return undefined;
  }
}

/** End of the brackets that a text begins with. */
function endOfJson(text: string): number | undefined {
  let depth = 0;
  for (const { 0: found, index } of text.matchAll(/"(?:\\[\s\S]|[^"\\])*"|[{}[\]]/g)) {
    if (found === '{' || found === '[') depth++;
    else if ((found === '}' || found === ']') && --depth === 0) return index + 1;
  }
  return undefined;
}

const MARKS = /<[^<>]*>|\[[A-Z_]+\]|`+\w*|\s+/g;

/** A name, and behind it the arguments in JSON, whatever stands around the name. */
function named(_: string, whole: string): Shape[] | undefined {
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
  const input = parsed(texts, jsonrepair);
  return typeof input === 'object' && input !== null && !Array.isArray(input) ? [{ name, input }] : undefined;
}

const CALL_ELEMENT =
  /<(function|invoke|call|tool)(?:=["']?([^"'<>]{1,200})["']?|\s[^<>]*?\b(?:name|tool)=["']([^"'<>]{1,200})["'][^<>]*)>([\s\S]*?)(?:<\/\1>|$)/gi;
const ARGUMENT =
  /<(parameter|param|argument|arg)(?:=["']?([^"'<>]{1,200})["']?|(\s[^<>]*?)\b(?:name|key)=["']([^"'<>]{1,200})["']([^<>]*))>([\s\S]*?)(?:<\/\1>|(?=<\1[=\s])|$)/gi;
/** A value that is no text, by the attributes of its element. */
const NO_TEXT = /\bstring=["']false|\btype=["'](?!str)/i;

/** A vendor’s prefix of the elements; values may hold other ones. */
const PREFIX = /<(\/?)[a-z]+:(?=(?:function|invoke|parameter|argument)\b)/gi;

/** Elements, whatever their vendor puts before the names or writes for the brackets. */
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
  const found = [...body.matchAll(ARGUMENT)];
  if (found.length > 0) {
    return Object.fromEntries(
      found.map(([, , short, before = '', long, behind = '', value = '']) => {
        const text = withoutLineBreaks(value);
        return [short ?? long ?? '', NO_TEXT.test(before + behind) ? (jsonIn(text) ?? text) : text];
      }),
    );
  }
  if (body.trim() === '') return {};
  return parsed(body, jsonrepair) ?? childrenOf(body);
}

const CHILD = /<([\w.-]{1,200})>([\s\S]*?)<\/\1>/g;

/** Values each in an element of its name; undefined where there is anything else. */
function childrenOf(body: string): Record<string, unknown> | undefined {
  const found = [...body.matchAll(CHILD)];
  if (found.length === 0 || body.replace(CHILD, '').trim() !== '') return undefined;
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, childValue(value)]));
}

function childValue(value: string): unknown {
  const items = [...value.matchAll(/<item>([\s\S]*?)<\/item>/g)];
  if (items.length > 0) return items.map(([, item = '']) => childValue(item));
  return childrenOf(value) ?? value;
}

const PAIR =
  /<arg_key(?::[\w-]+)?>([\s\S]*?)<\/arg_key(?::[\w-]+)?>\s*<arg_value(?::[\w-]+)?>([\s\S]*?)(?:<\/arg_value(?::[\w-]+)?>|$)/g;

/** A name, and behind it keys and values in turn. */
function pairs(content: string): Shape[] | undefined {
  const found = [...content.matchAll(PAIR)];
  const [first] = found;
  if (!first) return undefined;
  const name = content.slice(0, first.index);
  const input = Object.fromEntries(found.map(([, key = '', value = '']) => [key.trim(), withoutLineBreaks(value)]));
  return name.length <= LONGEST_NAME ? [{ name, input }] : undefined;
}

const QUOTED = String.raw`"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'`;
const KEYWORD = new RegExp(String.raw`(${QUOTED})|\b([A-Za-z_]\w*)\s*=(?!=)`, 'g');
const BRACKET = new RegExp(`${QUOTED}|[()]`, 'g');

/** Calls of functions with named arguments, alone, in a list, or printed. */
export function python(content: string): Shape[] | undefined {
  const inner = content.trim().replace(/^print\s*\(([\s\S]*)\)$/, '$1');
  let rest = inner.replace(/^\[([\s\S]*)\]$/, '$1').trim();
  const calls: Shape[] = [];
  while (rest !== '') {
    const [opening, name = ''] = /^([A-Za-z_][\w.]*)\s*\(/.exec(rest) ?? [];
    const end = opening === undefined ? undefined : closingOf(rest, opening.length);
    if (opening === undefined || end === undefined) return undefined;
    const words = rest.slice(opening.length, end).replace(KEYWORD, (_all, text, key) => text ?? `"${key}":`);
    const input = parsed(`{${words}}`, jsonrepair);
    if (typeof input !== 'object' || input === null) return undefined;
    calls.push({ name, input });
    rest = rest.slice(end + 1).replace(/^[\s,;]+/, '');
  }
  return calls;
}

/** Position that closes the bracket opened before `from`. */
function closingOf(text: string, from: number): number | undefined {
  let depth = 1;
  for (const { 0: found, index } of text.slice(from).matchAll(BRACKET)) {
    if (found === '(') depth++;
    else if (found === ')' && --depth === 0) return from + index;
  }
  return undefined;
}

function withoutLineBreaks(value: string): string {
  return value.replace(/^\n/, '').replace(/\n$/, '');
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
