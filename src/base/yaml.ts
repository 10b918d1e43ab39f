/** YAML that strangers wrote: bounded, and every key and value with its place. */

import * as Yaml from 'yaml';

export interface YamlLimits {
  /** Collections within collections: the library's composer uses up the stack on some thousand levels. */
  depth: number;
  /** Values, aliases counted as often as they stand for something: a few lines of them can stand for billions. */
  nodes: number;
  /** Words and signs. What is broken takes the library long for each. */
  lexemes?: number;
}

/** Counted from 1. */
export interface YamlPlace {
  line: number;
  column: number;
}

export type YamlKind = 'string' | 'number' | 'boolean' | 'null' | 'list' | 'map';

/** A value; aliases are what they stand for. */
export interface YamlNode extends YamlPlace {
  kind: YamlKind;
  scalar: unknown;
  source: string | undefined;
  items: readonly (YamlNode | undefined)[];
  /** Entries of a map, in order; a repeated key is there twice. */
  entries: readonly YamlEntry[];
}

export interface YamlEntry extends YamlPlace {
  key: string | undefined;
  value: YamlNode | undefined;
}

export type YamlProblem = YamlPlace & {
  path: readonly string[];
} & (
    | { kind: 'syntax'; code: string; message: string }
    | { kind: 'second_document' | 'too_deep' | 'too_long' | 'too_many' | 'bad_key' | 'not_a_map' }
    | { kind: 'twice'; key: string }
    /** `isCircle`: it stands for something that it is in. */
    | { kind: 'alias'; name: string; isCircle: boolean }
  );

export type YamlFeature = 'flow' | 'anchor' | 'tag';

export interface YamlDocument {
  /** The top's keys; empty where there are none, and where a limit was passed. */
  entries: readonly YamlEntry[];
  problems: readonly YamlProblem[];
  features: readonly YamlFeature[];
}

/** Reads the first document of `text`, whose top must be a map. What is wrong becomes a problem; nothing is thrown. */
export function readYaml(text: string, limits: YamlLimits): YamlDocument {
  return new YamlReader(Yaml, limits).read(text);
}

class YamlReader {
  private readonly yaml: typeof Yaml;
  private readonly limits: YamlLimits;
  private readonly lines: Yaml.LineCounter;
  private readonly problems: YamlProblem[] = [];
  private readonly features = new Set<YamlFeature>();
  private readonly anchors = new Map<string, Yaml.Node>();
  private readonly following = new Set<unknown>();
  private nodes = 0;

  constructor(yaml: typeof Yaml, limits: YamlLimits) {
    this.yaml = yaml;
    this.limits = limits;
    this.lines = new yaml.LineCounter();
  }

  read(text: string): YamlDocument {
    const tokens = this.tokens(text);
    const entries = tokens ? this.compose(tokens, text.length) : [];
    const isComplete = this.nodes <= this.limits.nodes;
    return { entries: isComplete ? entries : [], problems: this.problems, features: [...this.features] };
  }

  /** Only the first of the library's two steps is safe from depth. */
  private tokens(text: string): Yaml.CST.Token[] | undefined {
    const { yaml, lines, limits } = this;
    const parser = new yaml.Parser(lines.addNewLine);
    const tokens: Yaml.CST.Token[] = [];
    lines.addNewLine(0);
    let lexemes = 0;
    for (const lexeme of new yaml.Lexer().lex(text)) {
      tokens.push(...parser.next(lexeme));
      const isTooDeep = parser.stack.length > limits.depth;
      if (!isTooDeep && ++lexemes <= (limits.lexemes ?? Number.POSITIVE_INFINITY)) continue;
      this.problems.push({ kind: isTooDeep ? 'too_deep' : 'too_long', path: [], ...this.place(parser.offset) });
      return undefined;
    }
    tokens.push(...parser.end());
    return tokens;
  }

  private compose(tokens: Yaml.CST.Token[], length: number): YamlEntry[] {
    // The library's own check for duplicate keys compares each with each.
    const composer = new this.yaml.Composer({ lineCounter: this.lines, uniqueKeys: false });
    const [document, another] = composer.compose(tokens, true, length);
    if (!document) return [];
    for (const { code, message, pos } of document.errors)
      this.problems.push({ kind: 'syntax', code, message, path: [], ...this.place(pos[0]) });
    if (another) this.problems.push({ kind: 'second_document', path: [], ...this.place(another.range[0]) });
    const { contents } = document;
    if (this.yaml.isMap(contents)) return this.entries(contents, []);
    const isEmpty = contents === null || (this.yaml.isScalar(contents) && contents.value === null);
    if (!isEmpty) this.problems.push({ kind: 'not_a_map', path: [], ...this.placeOf(contents) });
    return [];
  }

  private entries(map: Yaml.YAMLMap, path: readonly string[]): YamlEntry[] {
    if (map.flow) this.features.add('flow');
    const seenNames = new Set<string>();
    return map.items.map(({ key, value }) => {
      const at = this.placeOf(key);
      if (!this.yaml.isScalar(key)) {
        this.problems.push({ kind: 'bad_key', path, ...at });
        return { key: undefined, value: undefined, ...at };
      }
      if (key.anchor !== undefined) this.features.add('anchor');
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      const below = [...path, name];
      if (seenNames.has(name)) this.problems.push({ kind: 'twice', key: name, path: below, ...at });
      seenNames.add(name);
      return { key: name, value: this.node(value, below), ...at };
    });
  }

  private node(node: unknown, path: readonly string[]): YamlNode | undefined {
    if (++this.nodes > this.limits.nodes) {
      const isFirst = this.nodes === this.limits.nodes + 1;
      // Said once: what follows would only say it again.
      if (isFirst) this.problems.push({ kind: 'too_many', path, ...this.placeOf(node) });
      return undefined;
    }
    const { yaml } = this;
    if (yaml.isAlias(node)) return this.alias(node, path);
    if (!yaml.isNode(node)) return undefined;
    // As the specification has it: an alias means the last anchor of its name before it.
    if (node.anchor !== undefined) {
      this.features.add('anchor');
      this.anchors.set(node.anchor, node);
    }
    if (node.tag !== undefined) this.features.add('tag');
    const base: YamlNode = {
      kind: 'null',
      scalar: null,
      source: undefined,
      items: [],
      entries: [],
      ...this.placeOf(node),
    };
    if (yaml.isMap(node)) return { ...base, kind: 'map', entries: this.entries(node, path) };
    if (yaml.isSeq(node)) {
      if (node.flow) this.features.add('flow');
      const items = node.items.map((item, index) => this.node(item, [...path, String(index)]));
      return { ...base, kind: 'list', items };
    }
    if (!yaml.isScalar(node)) return undefined;
    return { ...base, kind: kindOf(node.value), scalar: node.value, source: node.source };
  }

  private alias(node: Yaml.Alias, path: readonly string[]): YamlNode | undefined {
    this.features.add('anchor');
    const target = this.anchors.get(node.source);
    if (!target || this.following.has(target)) {
      const isCircle = target !== undefined;
      this.problems.push({ kind: 'alias', name: node.source, isCircle, path, ...this.placeOf(node) });
      return undefined;
    }
    this.following.add(target);
    const value = this.node(target, path);
    this.following.delete(target);
    return value;
  }

  private placeOf(node: unknown): YamlPlace {
    return this.place((node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0);
  }

  private place(offset: number): YamlPlace {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

function kindOf(scalar: unknown): YamlKind {
  if (scalar === null) return 'null';
  return typeof scalar === 'number' || typeof scalar === 'boolean' ? (typeof scalar as YamlKind) : 'string';
}
