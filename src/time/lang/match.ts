import type { Token } from './tokens.ts';

/**
 * A small grammar engine. A grammar is a table of rules: a name, a pattern, and what the pattern means. In a pattern
 * stand words (`at`, alternatives `at|by`), rules in braces (`{clock}`, `{from:clock}`), alternatives of several words
 * (`< or so || on the dot >`), and `?` after what may be missing. Every way in which a rule can match is found once for
 * each place and remembered, so that the time taken grows with the number of tokens, whatever they are.
 */
export type Rule = readonly [name: string, pattern: string, build: Build];

/**
 * Builds the value of a match from the captures of its rules and terminals; undefined means that it is none after all.
 */
type Build = (captures: never, words: readonly Token[]) => unknown;

export type Terminal = (token: Token) => unknown;

export interface Match<T> {
  end: number;
  value: T;
}

/** A set of words, a rule, or a terminal, the latter by their numbers; all have the same fields, which is read fastest. */
interface Element {
  words: ReadonlySet<string> | undefined;
  rule: number | undefined;
  terminal: number | undefined;
  label: string | undefined;
}

interface Beginning {
  words: Set<string>;
  terminals: Set<number>;
}

interface Sequence {
  elements: readonly Element[];
  build: Build;
  begins: Beginning;
}

interface RuleSet {
  byWord: Map<string, Sequence[]>;
  others: Sequence[];
  begins: Beginning;
}

interface Table {
  /** By the number of the rule; 0 is where a match starts. */
  sets: readonly RuleSet[];
  terminals: readonly Terminal[];
}

export interface Grammar<T> {
  /** All matches of the start rule at each place, computed lazily; the longest first. */
  matchAll(tokens: readonly Token[]): (at: number) => readonly Match<T>[];
}

export function grammar<T>(
  start: string,
  rules: readonly Rule[],
  terminals: Readonly<Record<string, Terminal>>,
): Grammar<T> {
  // Large tables take time to compile, which a process that reads no time need not spend.
  let table: Table | undefined;
  return {
    matchAll(tokens) {
      table ??= compile(start, rules, terminals);
      const run = new Run(tokens, table);
      return (at) => run.match(START, at) as readonly Match<T>[];
    },
  };
}

const START = 0;
const NONE: readonly Match<unknown>[] = [];
const NOT_TAKEN = Symbol('not taken');

class Run {
  private readonly tokens: readonly Token[];
  private readonly table: Table;
  private readonly memo: (readonly Match<unknown>[] | undefined)[][];
  private readonly values: unknown[][];

  constructor(tokens: readonly Token[], table: Table) {
    this.tokens = tokens;
    this.table = table;
    this.memo = tokens.map(() => []);
    this.values = tokens.map(() => []);
  }

  match(rule: number, at: number): readonly Match<unknown>[] {
    const [token, memo, set] = [this.tokens[at], this.memo[at], this.table.sets[rule]];
    if (!token || !memo || !set) return NONE;
    const cachedMatches = memo[rule];
    if (cachedMatches) return cachedMatches;
    // Stands for "nothing" while the rule is being tried, so that one that begins with itself ends.
    memo[rule] = NONE;
    if (!this.mayBegin(set.begins, at, token)) return NONE;
    const matches = this.tryRule(set, rule === START, at, token);
    memo[rule] = matches;
    return matches;
  }

  private mayBegin({ words, terminals }: Beginning, at: number, token: Token): boolean {
    if (words.has(token.text)) return true;
    for (const terminal of terminals) if (this.valueOf(terminal, at, token) !== NOT_TAKEN) return true;
    return false;
  }

  private valueOf(terminal: number, at: number, token: Token): unknown {
    const values = this.values[at] ?? [];
    const cachedValue = values[terminal];
    if (cachedValue !== undefined) return cachedValue;
    const value = this.table.terminals[terminal]?.(token) ?? NOT_TAKEN;
    values[terminal] = value;
    return value;
  }

  private tryRule(set: RuleSet, isStart: boolean, at: number, token: Token): readonly Match<unknown>[] {
    const matches: Match<unknown>[] = [];
    const take = ({ elements, build }: Sequence) => {
      this.sequence(elements, 0, at, [], (end, values) => {
        // The first rule of the table that takes these very tokens decides what they mean; pieces may differ in kind.
        if (!isStart && matches.some((match) => match.end === end)) return;
        const value = build(capturesOf(elements, values) as never, this.tokens.slice(at, end));
        if (value !== undefined) matches.push({ end, value });
      });
    };
    for (const sequence of set.byWord.get(token.text) ?? []) take(sequence);
    for (const sequence of set.others) if (this.mayBegin(sequence.begins, at, token)) take(sequence);
    return matches.length === 0 ? NONE : matches.sort((a, b) => b.end - a.end);
  }

  /** Calls `done` for every way in which the elements from `index` on match at `at`; `values` grows and shrinks. */
  private sequence(
    elements: readonly Element[],
    index: number,
    at: number,
    values: unknown[],
    done: (end: number, values: readonly unknown[]) => void,
  ): void {
    const element = elements[index];
    if (!element) {
      done(at, values);
      return;
    }
    const token = this.tokens[at];
    if (!token) return;
    if (element.words) {
      if (element.words.has(token.text)) this.sequence(elements, index + 1, at + 1, values, done);
    } else if (element.terminal !== undefined) {
      const value = this.valueOf(element.terminal, at, token);
      if (value === NOT_TAKEN) return;
      values.push(value);
      this.sequence(elements, index + 1, at + 1, values, done);
      values.pop();
    } else if (element.rule !== undefined) {
      for (const { end, value } of this.match(element.rule, at)) {
        values.push(value);
        this.sequence(elements, index + 1, end, values, done);
        values.pop();
      }
    }
  }
}

function capturesOf(elements: readonly Element[], values: readonly unknown[]): Record<string, unknown> {
  const captures: Record<string, unknown> = {};
  let index = 0;
  for (const { label } of elements) if (label !== undefined) captures[label] = values[index++];
  return captures;
}

function compile(start: string, rules: readonly Rule[], terminals: Readonly<Record<string, Terminal>>): Table {
  const names = [...new Set([start, ...rules.map(([name]) => name)])];
  const numbers: Numbers = { rules: names, terminals: Object.keys(terminals) };
  const sets = names.map((): RuleSet => ({ byWord: new Map(), others: [], begins: nothing() }));
  for (const [name, pattern, build] of rules) {
    const set = sets[names.indexOf(name)] as RuleSet;
    for (const elements of variants(pattern.split(' '), numbers)) {
      const first = elements[0];
      if (!first) throw new Error(`the pattern "${pattern}" of "${name}" may match nothing`);
      const sequence = { elements, build, begins: nothing() };
      if (!first.words) set.others.push(sequence);
      for (const word of first.words ?? []) {
        const sequences = set.byWord.get(word);
        if (sequences) sequences.push(sequence);
        else set.byWord.set(word, [sequence]);
        set.begins.words.add(word);
      }
    }
  }
  while (sets.map((set) => learnBeginnings(set, sets)).includes(true));
  return { sets, terminals: Object.values(terminals) };
}

interface Numbers {
  rules: readonly string[];
  terminals: readonly string[];
}

const nothing = (): Beginning => ({ words: new Set(), terminals: new Set() });

function learnBeginnings({ others, begins }: RuleSet, sets: readonly RuleSet[]): boolean {
  const before = begins.words.size + begins.terminals.size;
  for (const sequence of others) {
    const { rule, terminal } = sequence.elements[0] ?? {};
    const of = rule === undefined ? undefined : sets[rule]?.begins;
    const { words = [], terminals = terminal === undefined ? [] : [terminal] } = of ?? {};
    for (const target of [sequence.begins, begins]) {
      for (const word of words) target.words.add(word);
      for (const terminal of terminals) target.terminals.add(terminal);
    }
  }
  return begins.words.size + begins.terminals.size > before;
}

function variants(parts: readonly string[], numbers: Numbers): Element[][] {
  const [first] = parts;
  if (first === undefined) return [[]];
  const length = first === '<' ? parts.findIndex((part) => /^>\??$/.test(part)) + 1 : 1;
  const last = parts[length - 1] ?? '';
  const isOptional = last.endsWith('?') && last.length > 1;
  const heads =
    first === '<'
      ? phrases(parts.slice(1, length - 1)).flatMap((phrase) => variants(phrase, numbers))
      : [[elementOf(isOptional ? first.slice(0, -1) : first, numbers)]];
  const tails = variants(parts.slice(length), numbers);
  return [...heads, ...(isOptional ? [[]] : [])].flatMap((head) => tails.map((tail) => [...head, ...tail]));
}

const phrases = (parts: readonly string[]): string[][] =>
  parts
    .join(' ')
    .split(' || ')
    .map((phrase) => phrase.split(' '));

function elementOf(part: string, { rules, terminals }: Numbers): Element {
  const none = { words: undefined, rule: undefined, terminal: undefined, label: undefined };
  const [, label, name] = /^\{(?:(\w+):)?(\w+)\}$/.exec(part) ?? [];
  if (name === undefined) return { ...none, words: new Set(part.split('|')) };
  const [rule, terminal] = [rules.indexOf(name), terminals.indexOf(name)];
  if (rule < 0 && terminal < 0) throw new Error(`the grammar has no rule "${name}"`);
  return { ...none, label: label ?? name, ...(terminal < 0 ? { rule } : { terminal }) };
}
