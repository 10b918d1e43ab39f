/**
 * The frontmatter that most skills have: `key: value` lines, with lists or more of them below a key, JSON as a value, and
 * nothing else.
 */

import type { Json } from '../../../base/json.ts';
import type { YamlKind } from '../../../base/yaml.ts';
import { isRecord, parsedJson } from './fields.ts';
import { type Document, type Field, kindOf } from './yaml.ts';

/** Limit of the quick reader, which does not yield. */
const MAX_PLAIN_CHARACTERS = 16_384;
const LINE = /^( *)(- +)?(?:([A-Za-z][\w-]*):(?: +|$))?(.*)$/;
/** Text that YAML takes for itself: it begins with a letter or digit and holds nothing that means something. */
const PLAIN = /^[\p{L}\p{N}][^\t\r]*$/u;
const MEANS_SOMETHING = /:(?: |$)| #/;
const QUOTED = /^(?:"([^"\\]*)"|'([^']*)')$/;
const NUMBER = /^\d+(?:\.\d*)?(?:[eE][-+]?\d+)?$/;
const OTHER_NUMBER = /^0[xo]/;
const WORD = /^(?:true|True|TRUE|false|False|FALSE|null|Null|NULL)$/;

interface Line {
  readonly indent: number;
  readonly isItem: boolean;
  readonly key: string | undefined;
  readonly text: string;
  readonly line: number;
}

/**
 * Reads a frontmatter of such lines several times as fast as the YAML library. Undefined wherever it could mean anything
 * else than that: then the library must read it.
 */
export function readPlain(text: string, firstLine: number): Document | undefined {
  if (text.length > MAX_PLAIN_CHARACTERS) return undefined;
  const lines = linesOf(text, firstLine);
  if (!lines) return undefined;
  const fields = new Map<string, Field>();
  let features: Document['features'] = [];
  for (let index = 0; index < lines.length; ) {
    const { key, indent, isItem, text: source, line } = lines[index++] as Line;
    if (key === undefined || indent > 0 || isItem || fields.has(key)) return undefined;
    const below = source === '' ? belongingTo(lines, index) : [];
    index += below.length;
    const flow = below.length > 0 ? undefined : inFlow(source);
    const value = below.length > 0 ? nested(below) : (flow ?? scalar(source));
    if (value === undefined) return undefined;
    if (flow !== undefined) features = FLOW;
    const children = childrenOf(value, below, line);
    const written = typeof value === 'string' ? value : isCollection(value) ? '' : source;
    fields.set(key, { key, value, kind: kindAsWritten(value, source), source: written, line, children });
  }
  return { fields: [...fields.values()], problems: [], features, repairs: [] };
}

const isCollection = (value: Json): boolean => typeof value === 'object' && value !== null;

/** The lines that are not empty; undefined where one is not of the kind. */
function linesOf(text: string, firstLine: number): Line[] | undefined {
  const lines: Line[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = withoutEnd(raw);
    if (line === '') continue;
    if (line.includes('\r')) return undefined;
    const [, indent = '', item, key, rest = ''] = LINE.exec(line) ?? [];
    if (indent === '' && item === undefined && key === undefined && rest === '') return undefined;
    lines.push({ indent: indent.length, isItem: item !== undefined, key, text: rest, line: firstLine + index });
  }
  return lines;
}

/** Without what YAML does not count as content at a line's end. */
function withoutEnd(line: string): string {
  let end = line.endsWith('\r') ? line.length - 1 : line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  return line.slice(0, end);
}

function belongingTo(lines: readonly Line[], from: number): Line[] {
  let to = from;
  while (to < lines.length && ((lines[to] as Line).indent > 0 || (lines[to] as Line).isItem)) to++;
  return lines.slice(from, to);
}

/** A list of texts, or a map of them, all at one depth. */
function nested(lines: readonly Line[]): Json | undefined {
  const [{ indent, isItem }] = lines as [Line];
  if (lines.some((line) => line.indent !== indent || line.isItem !== isItem || line.text === '')) return undefined;
  if (isItem) {
    const items = lines.map(({ key, text }) => (key === undefined ? scalar(text) : undefined));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const values: { [key: string]: Json } = Object.create(null);
  for (const { key, text } of lines) {
    const value = scalar(text);
    if (key === undefined || key in values || value === undefined) return undefined;
    values[key] = value;
  }
  return values;
}

const FLOW: Document['features'] = ['flow'];
const LIST = /^\[([^[\]{}"'#&*!|>%@`]*)\]$/;

/** JSON, which is YAML, and lists of words in brackets. */
function inFlow(text: string): Json | undefined {
  if (text.startsWith('{') && text.endsWith('}')) {
    // JSON's own reader does not report a duplicate key, or a number that would not come back as it is.
    const keys = text.match(/"[^"]*"\s*:/g) ?? [];
    const numbers = text.replace(/"[^"]*"/g, '""').match(/-?\d[\w.+-]*/g) ?? [];
    const isSame = new Set(keys).size === keys.length && numbers.every((number) => String(Number(number)) === number);
    const value = isSame && !text.includes('\\') ? parsedJson(text) : text;
    return typeof value === 'string' ? undefined : value;
  }
  const items = LIST.exec(text)?.[1]
    ?.split(',')
    .map((item) => item.replace(/^ +| +$/g, ''))
    .map((item) => (item === '' ? undefined : scalar(item)));
  return items?.every((item) => item !== undefined) ? items : undefined;
}

function childrenOf(value: Json, lines: readonly Line[], line: number): Field['children'] {
  if (!isRecord(value)) return NONE;
  if (lines.length === 0) return Object.entries(value).map(([key, item]) => ({ key, kind: kindOf(item), line }));
  return lines.map(({ key = '', text, line }) => ({ key, kind: kindAsWritten(value[key] ?? null, text), line }));
}

const NONE: Field['children'] = [];

/** `1.0` is a number to YAML, and kept as it is written. */
function kindAsWritten(value: Json, source: string): YamlKind {
  return typeof value === 'string' && value === source && NUMBER.test(source) ? 'number' : kindOf(value);
}

function scalar(text: string): Json | undefined {
  if (text === '') return null;
  if (!PLAIN.test(text)) {
    const quoted = QUOTED.exec(text);
    return quoted?.[1] ?? quoted?.[2];
  }
  if (MEANS_SOMETHING.test(text) || OTHER_NUMBER.test(text)) return undefined;
  if (WORD.test(text)) return JSON.parse(text.toLowerCase());
  return NUMBER.test(text) && String(Number(text)) === text ? Number(text) : text;
}
