/** Reading `config.yaml`: bytes, then text, then a tree in which every key knows its line. */

import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import { expandEnv } from './expand.ts';
import type { Path } from './schema.ts';
import { branch, type Origin, type Problem, type Tree } from './tree.ts';

/** A hundred times what a complete configuration needs. */
const MAX_BYTES = 1_000_000;
/** Aliases multiply: a few lines of them can stand for billions of values. */
const MAX_NODES = 10_000;
const MAX_DEPTH = 32;

/** The file's text; undefined when there is none and none was asked for by name. */
export function readConfigFile(file: string, required: boolean): string | undefined {
  let bytes: Buffer;
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw unreadable(file, `is ${plural(size, 'byte')} long; at most ${MAX_BYTES} are read`);
    bytes = readFileSync(file);
  } catch (error) {
    if (error instanceof CodaError) throw error;
    if (systemCode(error) === 'ENOENT' && !required) return undefined;
    throw unreadable(file, reasonOf(error), error);
  }
  return decode(file, bytes);
}

function decode(file: string, bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Invalid UTF-8 is told the same way as a NUL: neither is a text file.
  }
  throw unreadable(file, 'is not a text file (UTF-8)');
}

function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'may not be read by this user',
    EISDIR: 'is a folder',
  };
  return reasons[systemCode(error) ?? ''] ?? `cannot be read (${messageOf(error)})`;
}

function unreadable(file: string, why: string, cause?: unknown): CodaError {
  return new CodaError('CONFIG_UNREADABLE', {
    message: `The configuration file ${file} ${why}.`,
    remedy: 'Give a YAML text file with --config or CODA_CONFIG; config/config.example.yaml shows every key.',
    cause,
  });
}

interface Reading {
  file: string;
  env: Readonly<Record<string, string | undefined>>;
  tree: Tree;
  problems: Problem[];
}

/** Puts what `text` says into `tree`. What is not YAML, and what refers to nothing, is added to `problems`. */
export function parseInto(text: string, reading: Reading): void {
  // Half of the time that a start without a file would spend on its configuration is loading this.
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;
  const lines = new yaml.LineCounter();
  const { tokens, tooDeep } = tokensOf(yaml, text, lines);
  if (tooDeep === undefined) {
    // Its own check for duplicate keys compares each with each.
    const composer = new yaml.Composer({ lineCounter: lines, uniqueKeys: false });
    const [document, another] = composer.compose(tokens, true, text.length);
    if (document) new Walk(yaml, lines, reading).run(document, another?.range[0]);
  } else {
    const { line, col } = lines.linePos(tooDeep);
    reading.problems.push({ origin: place(reading.file, line, col), path: [], message: 'is nested too deeply' });
  }
}

/**
 * The syntax tree, unless it is deeper than `MAX_DEPTH`: then the offset of what goes too deep. Only the first of the
 * parser's two steps is safe from that; the second would use up the stack and can take the process with it.
 */
function tokensOf(yaml: typeof Yaml, text: string, lines: Yaml.LineCounter) {
  const parser = new yaml.Parser(lines.addNewLine);
  const tokens: Yaml.CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new yaml.Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH) return { tokens, tooDeep: parser.offset };
  }
  tokens.push(...parser.end());
  return { tokens, tooDeep: undefined };
}

const place = (file: string, line: number, column: number): Origin => ({ kind: 'file', file, line, column });

class Walk {
  private readonly yaml: typeof Yaml;
  private readonly reading: Reading;
  private readonly lines: Yaml.LineCounter;
  private readonly anchors = new Map<string, Yaml.Node>();
  /** The targets of the aliases that are being followed. */
  private readonly following = new Set<unknown>();
  private nodes = 0;

  constructor(yaml: typeof Yaml, lines: Yaml.LineCounter, reading: Reading) {
    this.yaml = yaml;
    this.lines = lines;
    this.reading = reading;
  }

  run({ contents, errors }: Yaml.Document.Parsed, another: number | undefined): void {
    for (const error of errors) this.problem(error.pos[0], [], syntaxMessage(error));
    if (another !== undefined) this.problem(another, [], 'a second document begins here; one is read');
    if (contents === null || (this.yaml.isScalar(contents) && contents.value === null)) return;
    if (this.yaml.isMap(contents)) this.take(this.map(contents, []));
    else if (errors.length === 0) this.problem(contents.range[0], [], 'expected keys such as "log:"');
  }

  private take(values: Record<string, unknown>): void {
    // What was cut off would only look wrong in other ways.
    if (this.nodes < MAX_NODES) Object.assign(this.reading.tree.root, values);
  }

  private map(map: Yaml.YAMLMap, path: Path): Record<string, unknown> {
    const values = branch();
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      if (!this.yaml.isScalar(key)) {
        this.problem(offsetOf(key), path, 'expected a plain key');
        continue;
      }
      const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
      const at = [...path, name];
      if (seen.has(name)) this.problem(offsetOf(key), at, 'is there twice');
      seen.add(name);
      this.reading.tree.keyAt(at, this.origin(offsetOf(key)));
      const read = this.value(value, at);
      // A key with nothing behind it means the default.
      if (read !== null && read !== undefined) values[name] = read;
    }
    return values;
  }

  private value(node: unknown, path: Path): unknown {
    if (this.isTooMuch(node, path)) return undefined;
    const { yaml } = this;
    if (yaml.isAlias(node)) return this.alias(node, path);
    if (!yaml.isNode(node)) return undefined;
    // As the specification has it: an alias means the last anchor of its name before it.
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    this.reading.tree.valueAt(path, this.origin(offsetOf(node)));
    if (yaml.isMap(node)) return this.map(node, path);
    if (yaml.isSeq(node)) return node.items.map((item, index) => this.value(item, [...path, String(index)]) ?? '');
    return yaml.isScalar(node) ? this.scalar(node, path) : undefined;
  }

  private isTooMuch(node: unknown, path: Path): boolean {
    this.nodes++;
    // Said once: what follows would only say it again.
    if (this.nodes === MAX_NODES) {
      this.problem(offsetOf(node), path.slice(0, 1), 'holds too many values (aliases that multiply each other?)');
    }
    return this.nodes >= MAX_NODES;
  }

  private alias(node: Yaml.Alias, path: Path): unknown {
    const target = this.anchors.get(node.source);
    if (!target || this.following.has(target)) {
      this.problem(offsetOf(node), path, `*${node.source} refers to ${target ? 'itself' : 'nothing'}`);
      return undefined;
    }
    this.following.add(target);
    const value = this.value(target, path);
    this.following.delete(target);
    return value;
  }

  private scalar(node: Yaml.Scalar, path: Path): unknown {
    const { value } = node;
    const { tree } = this.reading;
    if (typeof value !== 'string') {
      if (typeof value === 'number' && node.source !== undefined) tree.textAt(path, node.source);
      return value;
    }
    const { text, missing } = expandEnv(value, this.reading.env);
    for (const problem of missing) this.problem(offsetOf(node), path, problem);
    if (missing.length > 0) return undefined;
    if (text !== value) tree.textAt(path, text);
    return text;
  }

  private origin(offset: number): Origin {
    const { line, col } = this.lines.linePos(offset);
    return place(this.reading.file, Math.max(line, 1), Math.max(col, 1));
  }

  private problem(offset: number, path: Path, message: string): void {
    this.reading.problems.push({ origin: this.origin(offset), path, message });
  }
}

function offsetOf(node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}

function syntaxMessage(error: Yaml.YAMLParseError): string {
  if (error.code === 'TAB_AS_INDENT') return 'a tab cannot indent YAML; use spaces';
  if (error.message.startsWith('Unexpected flow-map-start')) return 'a value with "{" in it must be in quotes here';
  return `not valid YAML: ${error.message}`;
}
