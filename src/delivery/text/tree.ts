/** Markdown as a tree (mdast), which every platform's own form is rendered from. Pure. */
import { createRequire } from 'node:module';
import type { fromMarkdown } from 'mdast-util-from-markdown';
import type { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly';
import { withListsEnded } from '../../base/text.ts';

type Root = ReturnType<typeof fromMarkdown>;
type ParsedNode = Root['children'][number];
type Paragraph = Extract<ParsedNode, { type: 'paragraph' }>;
export type Inline = Paragraph['children'][number];

/** Alignment of a column; undefined: none was asked for. */
export type Align = 'left' | 'right' | 'center' | undefined;

export interface Grid {
  type: 'grid';
  rows: string[][];
  aligns: readonly Align[];
  from: number;
  to: number;
}

export type Block = ParsedNode | Grid;

const load = createRequire(import.meta.url);

/** Its 40 ms and 9 MB are paid by the first text that has marks in it, not by the start. */
function parser(): (markdown: string) => ParsedNode[] {
  const { fromMarkdown: read } = load('mdast-util-from-markdown') as { fromMarkdown: typeof fromMarkdown };
  // Words of languages without blanks stand right beside the marks of bold, which CommonMark takes for signs then.
  const cjk = load('micromark-extension-cjk-friendly') as { cjkFriendlyExtension: typeof cjkFriendlyExtension };
  const readBlocks = (text: string) => read(text, { extensions: [cjk.cjkFriendlyExtension()] }).children;
  return (markdown) => withListsEnded(markdown, readBlocks);
}

/**
 * The parser takes time that grows with the square of some of these: a text of 20,000 characters can hold a process for
 * minutes. Within these bounds the worst that was measured takes half a second, and what people and models write is far below.
 */
const MOST_CHARACTERS = 100_000;
const MOST_OPEN_BRACKETS = 30;
const MOST_ITEMS = 1_000;
const MOST_NESTED = 30;

const MOST: ReadonlyMap<string, { of: string; most: number }> = new Map(
  (
    [
      ['*_', 2_500],
      ['[', 3_000],
      ['`', 6_000],
      ['~', 6_000],
      ['\\', 6_000],
      ['<', 3_000],
      ['&', 6_000],
      ['\n', 8_000],
      ['|', 10_000],
    ] as const
  ).flatMap(([of, most]) => [...of].map((mark) => [mark, { of, most }] as const)),
);

const MOST_LINES: readonly [RegExp, number][] = [
  [/^[ \t>]*(?:=+|-+)[ \t]*$/gm, 300],
  [/^[ \t>]*#{1,6}(?=[ \t]|$)/gm, 2_000],
  [/\]:/g, 500],
  [/\]\([^\s()]{0,200}\s/g, 300],
];

/** Cells of tables with marks in them, each of which is parsed by itself: 0.1 ms. */
const MOST_MARKED_CELLS = 1_000;

const CONTAINERS = /^(?:[ \t]*(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+/gm;

/** True if a text has so many marks that it is shown as it is. Linear in its length. Pure. */
export function isIntricate(markdown: string): boolean {
  if (markdown.length > MOST_CHARACTERS) return true;
  const counts = new Map<string, number>();
  let open = 0;
  for (const mark of markdown) {
    if (mark === '[') open++;
    else if (mark === ']') open = Math.max(0, open - 1);
    const limit = MOST.get(mark);
    if (!limit) continue;
    const count = (counts.get(limit.of) ?? 0) + 1;
    if (count > limit.most || open > MOST_OPEN_BRACKETS) return true;
    counts.set(limit.of, count);
  }
  for (const [pattern, most] of MOST_LINES) {
    let matchCount = 0;
    for (const _ of markdown.matchAll(pattern)) if (++matchCount > most) return true;
  }
  let marked = 0;
  for (const line of markdown.includes('|') ? markdown.split('\n') : []) {
    if (!line.includes('|') || isPlain(line.trim())) continue;
    for (const cell of line.split('|')) if (!isPlain(cell.trim()) && ++marked > MOST_MARKED_CELLS) return true;
  }
  let items = 0;
  for (const [markers] of markdown.matchAll(CONTAINERS)) {
    if (++items > MOST_ITEMS || markers.replace(/\s+|\d+/g, '').length > MOST_NESTED) return true;
  }
  return false;
}

/** True for one line that means itself, wherever it stands in a paragraph. */
const isPlain = (line: string): boolean => !/[\\`*_[\]<&!\0\r\n]|^ | $/.test(line);

function parse(markdown: string): ParsedNode[] {
  return isIntricate(markdown) ? asItIs(markdown) : parser()(markdown);
}

function asItIs(markdown: string): ParsedNode[] {
  const start = { line: 1, column: 1, offset: 0 };
  const position = { start, end: { ...start, offset: markdown.length } };
  return [{ type: 'paragraph', position, children: [{ type: 'text', value: markdown, position }] }];
}

/** The blocks of a text, tables among them; of one with too many marks a paragraph that is the text. */
export function blocksOf(markdown: string): Block[] {
  if (isIntricate(markdown)) return asItIs(markdown);
  return parser()(markdown).flatMap((block): Block[] =>
    block.type === 'paragraph' ? withTables(block, markdown) : [block],
  );
}

export function inlineOf(markdown: string): Inline[] {
  if (isPlain(markdown)) return [{ type: 'text', value: markdown }];
  const [block] = parse(markdown);
  return block?.type === 'paragraph' ? block.children.map(asBreak) : [{ type: 'text', value: markdown }];
}

const BREAK = /<br\s{0,9}\/?>/gi;

/** A cell has no other way to begin a line. */
const asBreak = (node: Inline): Inline =>
  node.type === 'html' && /^<br\s{0,9}\/?>$/i.test(node.value) ? { type: 'break' } : node;

/** The address that a link leads to; one of mail is one without `mailto:`, too. */
export const addressOfLink = (url: string): string =>
  /^[\w.+-]{1,64}@(?:[a-z\d-]{1,63}\.){1,8}[a-z]{2,24}$/i.test(url) ? `mailto:${url}` : url;

export function placeOfNode(node: ParsedNode | Inline): { from: number; to: number } {
  return { from: node.position?.start.offset ?? 0, to: node.position?.end.offset ?? 0 };
}

export interface Change {
  from: number;
  to: number;
  text: string;
}

/** The text with changes in it, none within another. */
export function applyChanges(markdown: string, changes: readonly Change[]): string {
  let at = 0;
  let out = '';
  for (const { from, to, text } of [...changes].sort((a, b) => a.from - b.from)) {
    out += markdown.slice(at, from) + text;
    at = to;
  }
  return out + markdown.slice(at);
}

/** Every node of a text, an outer one before those in it; a table stands in its paragraph's place. */
export function* nodesOf(markdown: string): Generator<Block | Inline> {
  if (isIntricate(markdown)) yield* asItIs(markdown);
  else yield* walk(parser()(markdown), markdown);
}

function* walk(nodes: readonly (ParsedNode | Inline)[], markdown: string): Generator<Block | Inline> {
  for (const node of nodes) {
    if (node.type === 'paragraph') {
      const parts = withTables(node, markdown);
      for (const part of parts) if (part.type === 'grid') yield part;
      const isIn = ({ from }: { from: number }) =>
        parts.some((part) => part.type === 'grid' && from >= part.from && from < part.to);
      yield* walk(
        node.children.filter((child) => !isIn(placeOfNode(child))),
        markdown,
      );
      continue;
    }
    yield node;
    if ('children' in node) yield* walk(node.children, markdown);
  }
}

const DELIMITER = /^\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$/;

function withTables(paragraph: Paragraph, markdown: string): (Paragraph | Grid)[] {
  const { from, to } = placeOfNode(paragraph);
  const source = markdown.slice(from, to);
  if (!source.includes('|') || !source.includes('\n')) return [paragraph];
  const lines = source.split('\n');
  const delimiter = lines.findIndex(
    (line, index) => index > 0 && line.includes('|') && DELIMITER.test(line.trim()) && lines[index - 1]?.includes('|'),
  );
  if (delimiter < 0) return [paragraph];
  const body = lines.slice(delimiter + 1);
  const end = body.findIndex((line) => !line.includes('|'));
  const rows = [lines[delimiter - 1] as string, ...(end < 0 ? body : body.slice(0, end))].map(cells);
  const before = lengthOf(lines.slice(0, delimiter - 1));
  const until = Math.min(lengthOf(lines.slice(0, delimiter + rows.length)) - 1, source.length);
  const aligns = cells(lines[delimiter] as string).map(alignOf);
  const table: Grid = { type: 'grid', rows, aligns, from: from + before, to: from + until };
  const head = before > 0 ? paragraphOf(markdown.slice(from, from + before - 1)) : [];
  const tail = from + until < to ? paragraphOf(markdown.slice(from + until + 1, to)) : [];
  return [...head, table, ...tail];
}

function alignOf(delimiter: string): Align {
  if (!delimiter.endsWith(':')) return delimiter.startsWith(':') ? 'left' : undefined;
  return delimiter.startsWith(':') ? 'center' : 'right';
}

function paragraphOf(source: string): Paragraph[] {
  return [{ type: 'paragraph', children: inlineOf(source) }];
}

const lengthOf = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);

function cells(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** Characters of a column: a longer cell stands out, so that a table grows with its words alone. */
const WIDEST = 200;

/** A table whose columns stand in line, for where there are none; without the fences around it. */
export function drawTable(table: readonly (readonly string[])[]): string {
  const rows = table.map((row) => row.map((cell) => cell.replace(BREAK, ' ')));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, Math.min(WIDEST, width(cell)));
  }
  const draw = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell))))
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = rows;
  return [draw(head), widths.map((wide) => '-'.repeat(wide)).join('  '), ...body.map(draw)].join('\n');
}

const width = (cell: string): number => [...cell].length;
