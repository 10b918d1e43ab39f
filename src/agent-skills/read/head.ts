/** Splits a `SKILL.md` into frontmatter and body, and reads the frontmatter: as YAML, or as it was probably meant. */

import { canonicalKey, isKnownKey } from './fields.ts';
import { type Document, duplicate, type Field, NO_DOCUMENT, type Repair, readYaml, type YamlProblem } from './yaml.ts';

export interface DividedFile {
  readonly parts: Parts;
  readonly document: Document;
}

export function divide(head: Buffer): DividedFile {
  const parts = splitFrontmatter(head);
  if (parts.frontmatter === undefined) return { parts, document: NO_DOCUMENT };
  const document = readFrontmatter(parts.frontmatter, parts.line);
  const isText = document.fields.length === 0 && parts.frontmatter.trim() !== '' && !hasTooMuch(document);
  return { parts: isText ? splitFrontmatter(head, true) : parts, document };
}

const hasTooMuch = ({ problems }: Document): boolean => problems.some(({ code }) => code === 'yaml_too_much');

/** Reads a frontmatter whose first line is `firstLine` of its file. Nothing is thrown. */
function readFrontmatter(text: string, firstLine: number): Document {
  const document = readYaml(text, firstLine);
  const isBroken =
    document.problems.some(({ code }) => code === 'yaml_invalid') || (document.fields.length === 0 && hasGlued(text));
  const read = isBroken ? repair(text, firstLine, document.problems) : withHashes(document, text, firstLine);
  return withForbidden(read, text, firstLine);
}

const FORBIDDEN = /^[\t ]*["']?(forbidden[-_]?tools)["']?[\t ]*:/im;

/** Keeps `forbidden_tools` as unreadable where the YAML around it is broken: a prohibition must not get lost. */
function withForbidden(document: Document, text: string, firstLine: number): Document {
  const match = document.problems.length === 0 ? null : FORBIDDEN.exec(text);
  const key = match?.[1];
  if (!match || key === undefined || document.fields.some((field) => field.key === key)) return document;
  const line = firstLine + text.slice(0, match.index).split('\n').length - 1;
  const field: Field = { key, line, value: null, kind: 'null', source: '', children: [] };
  return { ...document, fields: [...document.fields, field] };
}

export interface Parts {
  /** The YAML between the fences; undefined when there is none. */
  frontmatter: string | undefined;
  line: number;
  bodyOffset: number;
  bodyLine: number;
  hasBody: boolean;
  hasBom: boolean;
  late: boolean;
  unclosed: boolean;
  codeFence: string | undefined;
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** A fence is a line of its own: `---` inside a value is none. Models put whole files into a code block. */
const OPENING = /^(?:[ \t]*\r?\n)*(?:(`{3,}|~{3,})[\w-]*[ \t]*\r?\n(?:[ \t]*\r?\n)*)?---[ \t]*\r?\n/;
const CLOSING = Buffer.from('---');
const NEWLINE = 0x0a;
const OPENING_BYTES = 1_024;

/** Takes the first bytes of a `SKILL.md` apart. `head` may end anywhere. `isText`: what is between fences is text, too. */
export function splitFrontmatter(head: Buffer, isText = false): Parts {
  const start = head.indexOf(BOM) === 0 ? BOM.length : 0;
  // A character for each byte, so that what is found in the text is an offset in the file, also where it is no UTF-8.
  const match = isText ? null : OPENING.exec(head.toString('latin1', start, start + OPENING_BYTES));
  const [opening, codeFence] = match ?? [];
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

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

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

// Repairs a frontmatter that is no YAML, or says less to YAML than to people.

interface Entry {
  key: string;
  lines: string[];
  line: number;
  /** Spaces stood elsewhere than YAML wants them. */
  isMended: boolean;
}

const ENTRY = /^(["']?)([\p{L}_][\p{L}\p{N}_.-]*)\1[ \t]*:(?=\s|$)[ \t]*/u;

/**
 * Reads key by key: one that is no YAML is read again with its value in quotes, and given up if that fails, too, without
 * the others. `problems` is what the first try said.
 */
function repair(text: string, firstLine: number, problems: readonly YamlProblem[]): Document {
  const fields = new Map<string, Field>();
  const mended: Repair[] = [];
  const losses: Repair[] = [];
  const twice: YamlProblem[] = [];
  for (const entry of entriesOf(text, firstLine)) {
    const result = readEntry(entry);
    const { key, line } = entry;
    if (fields.has(key)) twice.push(duplicate(key, line));
    fields.set(key, result.field ?? { key, line, value: null, kind: 'null', source: '', children: [] });
    if (!result.field) {
      const message = `The value of "${key}" cannot be read; it is left out.`;
      losses.push({ code: 'field_unreadable', level: 'warning', message, line });
    } else if (result.isMended) {
      const message = `The value of "${key}" is read as it was probably meant, with quotes or spaces where they lack.`;
      mended.push({ code: 'yaml_mended', level: 'note', message, line });
    }
  }
  // Errors behind the first are mostly its consequence.
  const document = {
    ...NO_DOCUMENT,
    fields: [...fields.values()],
    problems: [...problems.slice(0, 1), ...twice],
    repairs: [...mended, ...losses],
  };
  return withHashes(document, text, firstLine);
}

/** `name:x`, which is a text to YAML. */
const GLUED = /^([A-Za-z][\w-]*):([^\s/].*)$/;

const hasGlued = (text: string): boolean => text.split('\n').some((line) => isKnownKey(GLUED.exec(line)?.[1] ?? ''));

function entriesOf(text: string, firstLine: number): Entry[] {
  const entries: Entry[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const tidy = raw.replace(/\r$/, '').replace(/^\t+/, (tabs) => '  '.repeat(tabs.length));
    const line = spaceLine(tidy, entries.at(-1));
    const isMended = line !== tidy || raw.startsWith('\t');
    const key = ENTRY.exec(line)?.[2];
    if (key !== undefined) entries.push({ key, lines: [line], line: firstLine + index, isMended });
    const entry = entries.at(-1);
    if (key === undefined) entry?.lines.push(line);
    if (entry && isMended) entry.isMended = true;
  }
  return entries;
}

/** A line with the space that lacks behind a colon, or without one too many before a key. */
function spaceLine(line: string, before: Entry | undefined): string {
  const [, key = '', value = ''] = GLUED.exec(line) ?? [];
  if (isKnownKey(key)) return `${key}: ${value}`;
  const moved = /^ (?=\S)/.test(line) ? line.slice(1) : line;
  const isKey = moved !== line && isKnownKey(ENTRY.exec(moved)?.[2] ?? '');
  // Below a key that has no value yet, or a block of text, it belongs there.
  return isKey && (before === undefined || /^[^|>]/.test(inlineValue(before))) ? moved : line;
}

const inlineValue = ({ lines: [first = ''] }: Entry): string => first.slice(ENTRY.exec(first)?.[0].length ?? 0).trim();

function readEntry(entry: Entry): { field: Field | undefined; isMended: boolean } {
  for (const lines of [entry.lines, quotedInside(entry), quotedItems(entry), quotedWhole(entry)]) {
    const { fields, problems } = readYaml(lines.join('\n'), entry.line);
    const [field] = fields;
    if (field && fields.length === 1 && problems.length === 0)
      return { field, isMended: entry.isMended || lines !== entry.lines };
  }
  return { field: undefined, isMended: false };
}

/** `key: value` and `- value`, at any depth. */
const VALUE = /^(\s*(?:- +)*(?:["']?[\w.-]+["']?[ \t]*:[ \t]+)?)(\S.*)/s;

/** Each line's own value in quotes, where it is no quoted or nested one: what a map or a list needs. */
function quotedInside({ lines }: Entry): string[] {
  return lines.map((line) => {
    const [, before = '', value] = VALUE.exec(line) ?? [];
    if (value === undefined || before.trim() === '' || /^(?:[|>][-+\d]*$|[[{])/.test(value)) return line;
    return before + quoteValue(value);
  });
}

/** `[C#, #12]`: the items of a list in brackets, each in quotes. */
function quotedItems(entry: Entry): string[] {
  const items = /^\[(?=[^#]*#)([^[\]"']*)\]$/.exec(inlineValue(entry))?.[1]?.split(',');
  const before = ENTRY.exec(entry.lines[0] ?? '')?.[0] ?? '';
  return items === undefined
    ? entry.lines
    : [`${before}[${items.map(quoteValue).join(', ')}]`, ...entry.lines.slice(1)];
}

function quotedWhole({ lines }: Entry): string[] {
  const [first = '', ...rest] = lines;
  const before = ENTRY.exec(first)?.[0] ?? '';
  const value = [first.slice(before.length), ...rest]
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
  return [`${before.trimEnd()} ${quoteValue(value.replace(/^[|>][-+\d]*\s+/, ''))}`];
}

/** As a double-quoted YAML scalar, which JSON is; quotes that stand around it already are not doubled. */
function quoteValue(value: string): string {
  const inner = /^(["'])(.*)\1$/s.exec(value.trim());
  return JSON.stringify(inner?.[2] ?? value.trim());
}

/** The fields whose values are sentences: in `Fix issue #12` a comment is hardly meant. */
const SENTENCES = /^(?:description(?:-[a-z-]+)?|argument-hint|compatibility)$/;
const COMMENT = /\s#/;

/**
 * A `#` behind a space begins a comment in YAML, which cuts `Use for C# and issue #12`. In a sentence and in the items of
 * a list one with a word right behind it is text; of any other one the author is told.
 */
function withHashes(document: Document, text: string, firstLine: number): Document {
  if (!COMMENT.test(text)) return document;
  const repairs: Repair[] = [];
  const fields = new Map(document.fields.map((field) => [field.key, field]));
  for (const entry of entriesOf(text, firstLine)) {
    const { key } = entry;
    const isList = inlineValue(entry) === '' && entry.lines.slice(1).every((line) => /^\s*(?:- .*|#.*)?$/.test(line));
    const isSentence = SENTENCES.test(canonicalKey(key)) && /^[^|>"'[{&*!]/.test(inlineValue(entry));
    const at = isList || isSentence ? entry.lines.findIndex(cutsValue) : -1;
    if (at < 0) continue;
    const warn = (message: string) =>
      repairs.push({ code: 'yaml_comment', level: 'warning', message, line: entry.line + at });
    const isText = entry.lines.some((line) => cutsValue(line) && /\s#[^\s#]/.test(line));
    const lines = entry.lines.filter((line) => !/^\s*#/.test(line));
    const whole = isList ? quotedInside({ ...entry, lines }) : quotedWhole({ ...entry, lines });
    const [field] = isText ? readYaml(whole.join('\n'), entry.line).fields : [];
    if (field) fields.set(key, field);
    warn(
      field
        ? `The "#" in the value of "${key}" is read as text; the value should stand in quotes.`
        : `What follows "#" in the value of "${key}" is a comment to YAML and left out; in quotes it belongs to the value.`,
    );
  }
  return { ...document, fields: [...fields.values()], repairs: [...document.repairs, ...repairs] };
}

/** True if a comment begins within a line that has a bare value. */
const cutsValue = (line: string): boolean => COMMENT.test(line.trim()) && !/^(?:- +)?["'|>[{]/.test(line.trim());
