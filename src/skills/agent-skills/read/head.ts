/** Splits a `SKILL.md` into frontmatter and body, and reads the frontmatter: quick reader, YAML library, repair. */

import { readPlain } from './plain.ts';
import { hasGlued, repair, withHashes } from './repair.ts';
import { type Document, type Field, NO_DOCUMENT, readYaml } from './yaml.ts';

/** A `SKILL.md` taken apart. */
export interface Divided {
  readonly parts: Parts;
  readonly document: Document;
}

/** Takes the first bytes of a file apart and reads its frontmatter. What has no keys is no frontmatter but text. */
export function divide(head: Buffer): Divided {
  const parts = splitFrontmatter(head);
  if (parts.frontmatter === undefined) return { parts, document: NO_DOCUMENT };
  const document = readFrontmatter(parts.frontmatter, parts.line);
  const isText = document.fields.length === 0 && parts.frontmatter.trim() !== '' && !hasTooMuch(document);
  return { parts: isText ? splitFrontmatter(head, true) : parts, document };
}

const hasTooMuch = ({ problems }: Document): boolean => problems.some(({ code }) => code === 'yaml_too_much');

/** Reads a frontmatter whose first line is `firstLine` of its file. Nothing is thrown. */
function readFrontmatter(text: string, firstLine: number): Document {
  const plain = readPlain(text, firstLine);
  if (plain) return plain;
  const document = readYaml(text, firstLine);
  const isBroken =
    document.problems.some(({ code }) => code === 'yaml_invalid') || (document.fields.length === 0 && hasGlued(text));
  const read = isBroken ? repair(text, firstLine, document.problems) : withHashes(document, text, firstLine);
  return withForbidden(read, text, firstLine);
}

const FORBIDDEN = /^[\t ]*["']?(forbidden[-_]?tools)["']?[\t ]*:/im;

/** Keeps `forbidden_tools` as unreadable where the YAML around it is broken: a prohibition must not get lost. */
function withForbidden(document: Document, text: string, firstLine: number): Document {
  const found = document.problems.length === 0 ? null : FORBIDDEN.exec(text);
  const key = found?.[1];
  if (!found || key === undefined || document.fields.some((field) => field.key === key)) return document;
  const line = firstLine + text.slice(0, found.index).split('\n').length - 1;
  const field: Field = { key, line, value: null, kind: 'null', source: '', children: [] };
  return { ...document, fields: [...document.fields, field] };
}

/** Parts of a `SKILL.md`; all offsets are bytes of the file. */
export interface Parts {
  /** The YAML between the fences; undefined when there is none. */
  frontmatter: string | undefined;
  /** The line of the file (from 1) on which `frontmatter` begins. */
  line: number;
  bodyOffset: number;
  /** The line of the file on which the body begins. */
  bodyLine: number;
  /** True if the head holds anything of the body but empty space. */
  hasBody: boolean;
  hasBom: boolean;
  /** Empty lines stand before the opening fence. */
  late: boolean;
  /** There is an opening fence and no closing one. */
  unclosed: boolean;
  /** The mark of a code block that the file stands in. */
  codeFence: string | undefined;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** A fence is a line of its own: `---` inside a value is none. Models put whole files into a code block. */
const OPENING = /^(?:[ \t]*\r?\n)*(?:(`{3,}|~{3,})[\w-]*[ \t]*\r?\n(?:[ \t]*\r?\n)*)?---[ \t]*\r?\n/;
const CLOSING = Buffer.from('---');
const NEWLINE = 0x0a;
/** Bytes in which an opening fence is looked for. */
const OPENING_BYTES = 1_024;

/** Takes the first bytes of a `SKILL.md` apart. `head` may end anywhere. `isText`: what is between fences is text, too. */
export function splitFrontmatter(head: Buffer, isText = false): Parts {
  const start = head.indexOf(BOM) === 0 ? BOM.length : 0;
  // One character a byte, so that what is found in the text is an offset in the file, also where it is no UTF-8.
  const found = isText ? null : OPENING.exec(head.toString('latin1', start, start + OPENING_BYTES));
  const [opening, codeFence] = found ?? [];
  const make = (from: number, to: number, body: number, unclosed: boolean): Parts => ({
    frontmatter: opening === undefined ? undefined : head.toString('utf8', from, to),
    line: countLines(head, from) + 1,
    bodyOffset: body,
    bodyLine: countLines(head, body) + 1,
    hasBody: hasText(head, body),
    hasBom: start > 0,
    late: opening !== undefined && codeFence === undefined && !opening.startsWith('---'),
    unclosed,
    codeFence,
  });
  if (opening === undefined) return make(start, start, start, false);
  const from = start + opening.length;
  const closing = closingFence(head, from);
  if (closing) return make(from, closing.from, closing.to, false);
  const unclosed = endOfYaml(head.toString('latin1', from));
  return make(from, from + unclosed.yaml, from + unclosed.body, true);
}

/** The body without the end of the code block that the file stands in; without its beginning, where only the head did. */
export function withoutCodeFence(body: string, { codeFence }: Pick<Parts, 'codeFence'>): string {
  if (codeFence === undefined) return body;
  const lines = body.split('\n');
  const isFence = (line: string) => line.trim().startsWith(codeFence) && /^[`~]+[\w-]*$/.test(line.trim());
  const first = lines.findIndex((line) => line.trim() !== '');
  if (lines[first]?.trim() === codeFence) return lines.slice(first + 1).join('\n');
  const last = lines.findLastIndex((line) => line.trim() !== '');
  // Code blocks of the body's own have two fences each.
  const isClosed = lines[last]?.trim() === codeFence && lines.filter(isFence).length % 2 === 1;
  return isClosed ? lines.slice(0, last).join('\n') : body;
}

function closingFence(head: Buffer, start: number): { from: number; to: number } | undefined {
  for (let from = head.indexOf(CLOSING, start); from >= 0; from = head.indexOf(CLOSING, from + 1)) {
    if (head[from - 1] !== NEWLINE) continue;
    let to = from + CLOSING.length;
    while (to < head.length && head[to] !== NEWLINE && isSpace(head[to] as number)) to++;
    if (to >= head.length) return { from, to };
    if (head[to] === NEWLINE) return { from, to: to + 1 };
  }
  return undefined;
}

/** Space, tab, newline, vertical tab, form feed, carriage return. */
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** True if `bytes` hold anything but empty space from `from` on. */
export function hasText(bytes: Buffer, from = 0): boolean {
  for (let at = from; at < bytes.length; at++) {
    if (!isSpace(bytes[at] as number)) return true;
  }
  return false;
}

/** `name: x`, an item of a list, what is indented, a comment. */
const YAML_LINE = /^(?:[A-Za-z_][\w.-]*[ \t]*:(?:[ \t]|\r?$)|- |[ \t]+\S|#)/;

/**
 * End of the frontmatter and start of the body in a text whose closing fence is missing: at the first line that cannot
 * be YAML, or around an indented fence.
 */
function endOfYaml(text: string): { yaml: number; body: number } {
  let length = 0;
  let afterEmpty = false;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    const next = Math.min(length + line.length + 1, text.length);
    if (trimmed === '---') return { yaml: length, body: next };
    // After an empty line a # is more likely a heading than a comment.
    const isYaml = trimmed === '' || (YAML_LINE.test(line) && !(afterEmpty && trimmed.startsWith('#')));
    if (!isYaml) break;
    afterEmpty = trimmed === '';
    length = next;
  }
  return { yaml: length, body: length };
}

function countLines(bytes: Buffer, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < to; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
