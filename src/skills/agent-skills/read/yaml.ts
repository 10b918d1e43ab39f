/** The frontmatter as keys with their values and lines. */

import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Json } from '../../../base/json.ts';

/** Aliases multiply: a few lines of them can stand for billions of values. */
const MAX_NODES = 5_000;
/** Words and signs of YAML. What is broken takes the library long for each: the longest real frontmatter has 1,235. */
const MAX_LEXEMES = 2_500;
/** The YAML composer uses up the stack on what is nested more deeply than a few thousand levels. */
const MAX_DEPTH = 32;

/** What kind of value YAML's core schema takes something for. */
export type Kind = 'string' | 'number' | 'boolean' | 'null' | 'list' | 'map';

/** One key at the top of the frontmatter. */
export interface Field {
  readonly key: string;
  /** Objects have no prototype, so that `__proto__` is a key like any other. */
  readonly value: Json;
  readonly kind: Kind;
  /** Of a scalar: as it stands in the file, `1.0` and not 1. */
  readonly source: string;
  /** In the file, from 1. */
  readonly line: number;
  /** Of a map: what its own keys hold. */
  readonly children: readonly { readonly key: string; readonly kind: Kind; readonly line: number }[];
}

/** What YAML has beside keys and values. Some readers refuse it. */
export type Feature = 'flow' | 'anchor' | 'tag';

export interface YamlProblem {
  readonly code: 'yaml_invalid' | 'duplicate_key' | 'yaml_too_much' | 'frontmatter_not_a_map';
  readonly message: string;
  readonly line: number;
}

export interface Document {
  readonly fields: readonly Field[];
  readonly problems: readonly YamlProblem[];
  readonly features: readonly Feature[];
}

/** Reads `text`, whose first line is `firstLine` of the file. What is wrong becomes a problem; nothing is thrown. */
export function readYaml(text: string, firstLine: number): Document {
  // Loaded where a frontmatter needs it, not whenever coda starts.
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;
  return new Reading(yaml, text, firstLine).read();
}

type Values = { [key: string]: Json };

class Reading {
  private readonly yaml: typeof Yaml;
  private readonly text: string;
  private readonly firstLine: number;
  private readonly lines: Yaml.LineCounter;
  private readonly problems: YamlProblem[] = [];
  private readonly features = new Set<Feature>();
  private readonly anchors = new Map<string, Yaml.Node>();
  /** The targets of the aliases that are being followed. */
  private readonly following = new Set<unknown>();
  private nodes = 0;

  constructor(yaml: typeof Yaml, text: string, firstLine: number) {
    this.yaml = yaml;
    this.text = text;
    this.firstLine = firstLine;
    this.lines = new yaml.LineCounter();
  }

  read(): Document {
    const tokens = this.tokens();
    const fields = tokens ? this.compose(tokens) : [];
    const tooMuch = this.problems.some(({ code }) => code === 'yaml_too_much');
    return { fields: tooMuch ? [] : fields, problems: this.problems, features: [...this.features] };
  }

  /** Only the first of the library's two steps is safe from depth; the second one uses up the stack. */
  private tokens(): Yaml.CST.Token[] | undefined {
    const { yaml, lines } = this;
    const parser = new yaml.Parser(lines.addNewLine);
    const tokens: Yaml.CST.Token[] = [];
    lines.addNewLine(0);
    let lexemes = 0;
    for (const lexeme of new yaml.Lexer().lex(this.text)) {
      tokens.push(...parser.next(lexeme));
      const isTooDeep = parser.stack.length > MAX_DEPTH;
      if (!isTooDeep && ++lexemes <= MAX_LEXEMES) continue;
      const what = isTooDeep ? 'is nested too deeply' : 'is too long';
      this.problem('yaml_too_much', parser.offset, `The frontmatter ${what}.`);
      return undefined;
    }
    tokens.push(...parser.end());
    return tokens;
  }

  private compose(tokens: Yaml.CST.Token[]): Field[] {
    // Its own check for duplicate keys compares each with each.
    const composer = new this.yaml.Composer({ lineCounter: this.lines, uniqueKeys: false });
    const [document, another] = composer.compose(tokens, true, this.text.length);
    if (!document) return [];
    for (const error of document.errors) this.problem('yaml_invalid', error.pos[0], syntaxMessage(error));
    if (another) this.problem('yaml_invalid', another.range[0], 'A second YAML document begins here; one is read.');
    const { contents } = document;
    if (this.yaml.isMap(contents)) return this.fields(contents);
    const isEmpty = contents === null || (this.yaml.isScalar(contents) && contents.value === null);
    if (!isEmpty) this.problem('frontmatter_not_a_map', offsetOf(contents), 'The frontmatter has no keys.');
    return [];
  }

  private fields(map: Yaml.YAMLMap): Field[] {
    const fields = new Map<string, Field>();
    if (map.flow) this.features.add('flow');
    for (const { key, value } of map.items) {
      const name = this.keyOf(key, fields);
      if (name === undefined) continue;
      const target = this.yaml.isAlias(value) ? this.anchors.get(value.source) : value;
      const read = this.value(value);
      fields.set(name, {
        key: name,
        value: read,
        kind: this.kindOf(target, read),
        source: this.sourceOf(target, read),
        line: this.line(offsetOf(key)),
        children: this.children(target, read),
      });
    }
    return [...fields.values()];
  }

  private children(node: unknown, read: Json): Field['children'] {
    if (!this.yaml.isMap(node) || typeof read !== 'object') return [];
    return node.items.map(({ key, value }) => ({
      key: this.yaml.isScalar(key) ? textOf(key) : '',
      kind: this.kindOf(this.yaml.isAlias(value) ? this.anchors.get(value.source) : value, null),
      line: this.line(offsetOf(key)),
    }));
  }

  private keyOf(key: unknown, seen: { has(name: string): boolean }): string | undefined {
    if (!this.yaml.isScalar(key)) {
      this.problem('yaml_invalid', offsetOf(key), 'Not valid here: a key that is no text.');
      return undefined;
    }
    if (key.anchor !== undefined) this.features.add('anchor');
    const name = textOf(key);
    if (seen.has(name)) this.problems.push(duplicate(name, this.line(offsetOf(key))));
    return name;
  }

  private value(node: unknown): Json {
    if (++this.nodes > MAX_NODES) {
      if (this.nodes === MAX_NODES + 1) {
        this.problem(
          'yaml_too_much',
          offsetOf(node),
          'The frontmatter holds too many values (aliases that multiply?).',
        );
      }
      return null;
    }
    const { yaml } = this;
    if (yaml.isAlias(node)) return this.alias(node);
    if (!yaml.isNode(node)) return null;
    if (node.anchor !== undefined) {
      this.features.add('anchor');
      this.anchors.set(node.anchor, node);
    }
    if (node.tag !== undefined) this.features.add('tag');
    if (yaml.isMap(node)) return this.map(node);
    if (yaml.isSeq(node)) {
      if (node.flow) this.features.add('flow');
      return node.items.map((item) => this.value(item));
    }
    return yaml.isScalar(node) ? scalarOf(node) : null;
  }

  private map(map: Yaml.YAMLMap): Json {
    if (map.flow) this.features.add('flow');
    const values: Values = Object.create(null);
    for (const { key, value } of map.items) {
      const name = this.keyOf(key, { has: (known) => known in values });
      if (name !== undefined) values[name] = this.value(value);
    }
    return values;
  }

  /** As the specification has it: an alias means the last anchor of its name before it. */
  private alias(node: Yaml.Alias): Json {
    this.features.add('anchor');
    const target = this.anchors.get(node.source);
    if (!target || this.following.has(target)) {
      const what = target ? 'itself' : 'nothing';
      this.problem('yaml_invalid', offsetOf(node), `Not valid YAML: *${node.source} refers to ${what}.`);
      return null;
    }
    this.following.add(target);
    const value = this.value(target);
    this.following.delete(target);
    return value;
  }

  /** What YAML takes the value of `node` for, however it is kept. */
  private kindOf(node: unknown, read: Json): Kind {
    if (this.yaml.isMap(node)) return 'map';
    if (this.yaml.isSeq(node)) return 'list';
    return this.yaml.isScalar(node) ? kindOf(isPlainValue(node.value) ? node.value : String(node.value)) : kindOf(read);
  }

  private sourceOf(node: unknown, read: Json): string {
    if (typeof read === 'string') return read;
    return this.yaml.isScalar(node) ? (node.source ?? String(read ?? '')) : '';
  }

  private line(offset: number): number {
    return this.firstLine + Math.max(this.lines.linePos(offset).line, 1) - 1;
  }

  private problem(code: YamlProblem['code'], offset: number, message: string): void {
    const line = this.line(offset);
    if (this.problems.length < 20) this.problems.push({ code, line, message: message.replace(/\s+/g, ' ') });
  }
}

function syntaxMessage({ code, message }: Yaml.YAMLParseError): string {
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || message.startsWith('Nested mappings')) {
    return 'Not valid YAML: a value with ": " in it must stand in quotes.';
  }
  return code === 'TAB_AS_INDENT' ? 'Not valid YAML: indent with spaces, not tabs.' : `Not valid YAML: ${message}`;
}

function duplicate(key: string, line: number): YamlProblem {
  return { code: 'duplicate_key', line, message: `The key "${key}" is there twice; the last counts.` };
}

function offsetOf(node: unknown): number {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
}

function textOf(key: Yaml.Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

/** A number whose digits would not come back is kept as it is written: `1.0` is a version. */
function scalarOf({ value, source }: Yaml.Scalar): Json {
  if (typeof value === 'number') return String(value) === (source ?? String(value)) ? value : (source ?? String(value));
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return value === undefined ? null : String(value);
}

const isPlainValue = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

export function kindOf(value: Json): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'map';
  return typeof value as 'string' | 'number' | 'boolean';
}

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
