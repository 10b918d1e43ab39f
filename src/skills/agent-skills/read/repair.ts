/** A second try at a frontmatter that is not YAML: most of these only lack quotes around a value. */

import type { Document, Field, YamlProblem } from './document.ts';
import { duplicate, readYaml } from './yaml.ts';

/** A key at the top with all lines that belong to it. */
interface Entry {
  key: string;
  lines: string[];
  /** Of the file, from 1. */
  line: number;
  /** Tabs stood where YAML wants spaces. */
  hasTabs: boolean;
}

export interface Repaired extends Document {
  /** Keys whose value was mended. */
  readonly mended: readonly { readonly key: string; readonly line: number }[];
  /** Keys whose value nobody can read. */
  readonly lost: readonly { readonly key: string; readonly line: number }[];
}

const ENTRY = /^(["']?)([\p{L}_][\p{L}\p{N}_.-]*)\1[ \t]*:(?=\s|$)[ \t]*/u;

/**
 * Reads key by key: one that is no YAML is read again with its value in quotes, and given up if that fails, too, without
 * the others. `problems` is what the first try said.
 */
export function repair(text: string, firstLine: number, problems: readonly YamlProblem[]): Repaired {
  const fields = new Map<string, Field>();
  const mended: { key: string; line: number }[] = [];
  const lost: { key: string; line: number }[] = [];
  const twice: YamlProblem[] = [];
  for (const entry of entriesOf(text, firstLine)) {
    const found = readEntry(entry);
    const { key, line } = entry;
    if (fields.has(key)) twice.push(duplicate(key, line));
    if (!found.field) lost.push({ key, line });
    fields.set(key, found.field ?? { key, line, value: null, kind: 'null', source: '', children: [] });
    if (found.field && found.isMended) mended.push({ key, line });
  }
  // What follows the first error is mostly its consequence.
  return { fields: [...fields.values()], problems: [...problems.slice(0, 1), ...twice], features: [], mended, lost };
}

function entriesOf(text: string, firstLine: number): Entry[] {
  const entries: Entry[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '').replace(/^\t+/, (tabs) => '  '.repeat(tabs.length));
    const key = ENTRY.exec(line)?.[2];
    if (key !== undefined) entries.push({ key, lines: [line], line: firstLine + index, hasTabs: false });
    const entry = entries.at(-1);
    if (key === undefined) entry?.lines.push(line);
    if (entry && raw.startsWith('\t')) entry.hasTabs = true;
  }
  return entries;
}

function readEntry(entry: Entry): { field: Field | undefined; isMended: boolean } {
  for (const lines of [entry.lines, quotedInside(entry), quotedWhole(entry)]) {
    const { fields, problems } = readYaml(lines.join('\n'), entry.line);
    const [field] = fields;
    if (field && fields.length === 1 && problems.length === 0)
      return { field, isMended: entry.hasTabs || lines !== entry.lines };
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
