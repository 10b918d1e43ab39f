/** Repairs a frontmatter that is no YAML, or says less to YAML than to people. */

import { canonicalKey, isKnownKey } from './fields.ts';
import { type Document, duplicate, type Field, NO_DOCUMENT, type Repair, readYaml, type YamlProblem } from './yaml.ts';

/** A key at the top with all lines that belong to it. */
interface Entry {
  key: string;
  lines: string[];
  /** Of the file, from 1. */
  line: number;
  /** Spaces stood elsewhere than YAML wants them. */
  isMended: boolean;
}

const ENTRY = /^(["']?)([\p{L}_][\p{L}\p{N}_.-]*)\1[ \t]*:(?=\s|$)[ \t]*/u;

/**
 * Reads key by key: one that is no YAML is read again with its value in quotes, and given up if that fails, too, without
 * the others. `problems` is what the first try said.
 */
export function repair(text: string, firstLine: number, problems: readonly YamlProblem[]): Document {
  const fields = new Map<string, Field>();
  const mended: Repair[] = [];
  const lost: Repair[] = [];
  const twice: YamlProblem[] = [];
  for (const entry of entriesOf(text, firstLine)) {
    const found = readEntry(entry);
    const { key, line } = entry;
    if (fields.has(key)) twice.push(duplicate(key, line));
    fields.set(key, found.field ?? { key, line, value: null, kind: 'null', source: '', children: [] });
    if (!found.field) {
      const message = `The value of "${key}" cannot be read; it is left out.`;
      lost.push({ code: 'field_unreadable', level: 'warning', message, line });
    } else if (found.isMended) {
      const message = `The value of "${key}" is read as it was probably meant, with quotes or spaces where they lack.`;
      mended.push({ code: 'yaml_mended', level: 'note', message, line });
    }
  }
  // Errors behind the first are mostly its consequence.
  const document = {
    ...NO_DOCUMENT,
    fields: [...fields.values()],
    problems: [...problems.slice(0, 1), ...twice],
    repairs: [...mended, ...lost],
  };
  return withHashes(document, text, firstLine);
}

/** `name:x`, which is a text to YAML. */
const GLUED = /^([A-Za-z][\w-]*):([^\s/].*)$/;

/** True if a key of a skill stands there without a space behind its colon. */
export const hasGlued = (text: string): boolean =>
  text.split('\n').some((line) => isKnownKey(GLUED.exec(line)?.[1] ?? ''));

function entriesOf(text: string, firstLine: number): Entry[] {
  const entries: Entry[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const tidy = raw.replace(/\r$/, '').replace(/^\t+/, (tabs) => '  '.repeat(tabs.length));
    const line = spaced(tidy, entries.at(-1));
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
function spaced(line: string, before: Entry | undefined): string {
  const [, key = '', value = ''] = GLUED.exec(line) ?? [];
  if (isKnownKey(key)) return `${key}: ${value}`;
  const moved = /^ (?=\S)/.test(line) ? line.slice(1) : line;
  const isKey = moved !== line && isKnownKey(ENTRY.exec(moved)?.[2] ?? '');
  // Below a key that has no value yet, or a block of text, it belongs there.
  return isKey && (before === undefined || /^[^|>]/.test(inlineValue(before))) ? moved : line;
}

/** Value behind the key on its own line. */
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
const VALUE = /^(\s*(?:- +)*(?:["']?[\w.-]+["']?[ \t]*:[ \t]+)?)(\S.*)$/;

/** Each line's own value in quotes, where it is no quoted or nested one: what a map or a list needs. */
function quotedInside({ lines }: Entry): string[] {
  return lines.map((line) => {
    const [, before = '', value] = VALUE.exec(line) ?? [];
    if (value === undefined || before.trim() === '' || /^(?:[|>][-+\d]*$|[[{])/.test(value)) return line;
    return before + quoted(value);
  });
}

/** `[C#, #12]`: the items of a list in brackets, each in quotes. */
function quotedItems(entry: Entry): string[] {
  const items = /^\[([^[\]"']*#[^[\]"']*)\]$/.exec(inlineValue(entry))?.[1]?.split(',');
  const before = ENTRY.exec(entry.lines[0] ?? '')?.[0] ?? '';
  return items === undefined ? entry.lines : [`${before}[${items.map(quoted).join(', ')}]`, ...entry.lines.slice(1)];
}

/** Everything behind the key as one text. */
function quotedWhole({ lines }: Entry): string[] {
  const [first = '', ...rest] = lines;
  const before = ENTRY.exec(first)?.[0] ?? '';
  const value = [first.slice(before.length), ...rest]
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
  return [`${before.trimEnd()} ${quoted(value.replace(/^[|>][-+\d]*\s+/, ''))}`];
}

/** As a double-quoted YAML scalar, which JSON is; quotes that stand around it already are not doubled. */
function quoted(value: string): string {
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
export function withHashes(document: Document, text: string, firstLine: number): Document {
  if (!COMMENT.test(text)) return document;
  const repairs: Repair[] = [];
  const fields = new Map(document.fields.map((field) => [field.key, field]));
  for (const entry of entriesOf(text, firstLine)) {
    const { key } = entry;
    const isList = inlineValue(entry) === '' && entry.lines.slice(1).every((line) => /^\s*(?:- .*|#.*)?$/.test(line));
    const isSentence = SENTENCES.test(canonicalKey(key)) && /^[^|>"'[{&*!]/.test(inlineValue(entry));
    const at = isList || isSentence ? entry.lines.findIndex(cutsValue) : -1;
    if (at < 0) continue;
    const told = (message: string) =>
      repairs.push({ code: 'yaml_comment', level: 'warning', message, line: entry.line + at });
    const isText = entry.lines.some((line) => cutsValue(line) && /\s#[^\s#]/.test(line));
    const lines = entry.lines.filter((line) => !/^\s*#/.test(line));
    const whole = isList ? quotedInside({ ...entry, lines }) : quotedWhole({ ...entry, lines });
    const [field] = isText ? readYaml(whole.join('\n'), entry.line).fields : [];
    if (field) fields.set(key, field);
    told(
      field
        ? `The "#" in the value of "${key}" is read as text; the value should stand in quotes.`
        : `What follows "#" in the value of "${key}" is a comment to YAML and left out; in quotes it belongs to the value.`,
    );
  }
  return { ...document, fields: [...fields.values()], repairs: [...document.repairs, ...repairs] };
}

/** True if a comment begins within a line that has a bare value. */
const cutsValue = (line: string): boolean => COMMENT.test(line.trim()) && !/^(?:- +)?["'|>[{]/.test(line.trim());
