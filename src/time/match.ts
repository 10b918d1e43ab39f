import type { Token } from './tokens.ts';

/**
 * A small grammar engine. A grammar is a table of rules: a name, a pattern, and what the pattern means. In a pattern
 * stand words (`at`, alternatives `at|by`), rules in braces (`{clock}`, `{from:clock}`), alternatives of several words
 * (`< or so || on the dot >`), and `?` after what may be missing. Every way in which a rule can match is found once for
 * each place and remembered, so that the time taken grows with the number of tokens, whatever they are.
 */
export type Rule = readonly [name: string, pattern: string, build: Build];

/** What a match means, by what its rules and terminals have captured; undefined means that it is none after all. */
type Build = (captures: never, words: readonly Token[]) => unknown;

/** A rule for a single token. */
export type Terminal = (token: Token) => unknown;

export interface Match<T> {
  end: number;
  value: T;
}

type Element = { words: ReadonlySet<string> } | { rule: string; label: string } | { terminal: number; label: string };

/** What the first token of a match can be: one of these words, or a token that one of these terminals takes. */
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
  /** By the first word. */
  byWord: Map<string, Sequence[]>;
  /** Those that begin with another rule. */
  others: Sequence[];
  begins: Beginning;
}

interface Table {
  sets: ReadonlyMap<string, RuleSet>;
  terminals: readonly Terminal[];
}

export interface Grammar<T> {
  /** All matches of the start rule at each place, computed lazily; the longest first. */
  over(tokens: readonly Token[]): (at: number) => readonly Match<T>[];
}

export function grammar<T>(
  start: string,
  rules: readonly Rule[],
  terminals: Readonly<Record<string, Terminal>>,
): Grammar<T> {
  // Large tables take time to compile, which a process that reads no time need not spend.
  let table: Table | undefined;
  return {
    over(tokens) {
      table ??= compile(rules, terminals);
      const run = new Run(tokens, start, table);
      return (at) => run.match(start, at) as readonly Match<T>[];
    },
  };
}

const NONE: readonly Match<unknown>[] = [];

class Run {
  private readonly memo = new Map<string, (readonly Match<unknown>[])[]>();
  private readonly tokens: readonly Token[];
  private readonly start: string;
  private readonly table: Table;
  /** What each terminal makes of each token, once it was asked. */
  private readonly values: { value: unknown }[][];

  constructor(tokens: readonly Token[], start: string, table: Table) {
    this.tokens = tokens;
    this.start = start;
    this.table = table;
    this.values = tokens.map(() => []);
  }

  match(name: string, at: number): readonly Match<unknown>[] {
    const token = this.tokens[at];
    if (!token) return NONE;
    let known = this.memo.get(name);
    if (!known) {
      known = [];
      this.memo.set(name, known);
    }
    const found = known[at];
    if (found) return found;
    // Stands for "nothing" while the rule is being tried, so that one that begins with itself ends.
    known[at] = NONE;
    const set = this.table.sets.get(name);
    if (!set) throw new Error(`the grammar has no rule "${name}"`);
    if (!this.mayBegin(set.begins, at, token)) return NONE;
    const matches = this.tryRule(set, name === this.start, at, token);
    known[at] = matches;
    return matches;
  }

  /** Whether a match can begin with this token; most rules are done with when it cannot. */
  private mayBegin({ words, terminals }: Beginning, at: number, token: Token): boolean {
    if (words.has(token.text)) return true;
    for (const terminal of terminals) if (this.valueOf(terminal, at, token) !== undefined) return true;
    return false;
  }

  private valueOf(terminal: number, at: number, token: Token): unknown {
    const known = this.values[at] ?? [];
    let found = known[terminal];
    if (!found) {
      found = { value: this.table.terminals[terminal]?.(token) };
      known[terminal] = found;
    }
    return found.value;
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
    if ('words' in element) {
      if (element.words.has(token.text)) this.sequence(elements, index + 1, at + 1, values, done);
      return;
    }
    if ('terminal' in element) {
      const value = this.valueOf(element.terminal, at, token);
      if (value === undefined) return;
      values.push(value);
      this.sequence(elements, index + 1, at + 1, values, done);
      values.pop();
      return;
    }
    for (const { end, value } of this.match(element.rule, at)) {
      values.push(value);
      this.sequence(elements, index + 1, end, values, done);
      values.pop();
    }
  }
}

function capturesOf(elements: readonly Element[], values: readonly unknown[]): Record<string, unknown> {
  const captures: Record<string, unknown> = {};
  let index = 0;
  for (const element of elements) if ('label' in element) captures[element.label] = values[index++];
  return captures;
}

function compile(rules: readonly Rule[], terminals: Readonly<Record<string, Terminal>>): Table {
  const names = Object.keys(terminals);
  const sets = new Map<string, RuleSet>();
  for (const [name, pattern, build] of rules) {
    let set = sets.get(name);
    if (!set) {
      set = { byWord: new Map(), others: [], begins: nothing() };
      sets.set(name, set);
    }
    for (const elements of variants(pattern.split(' '), names)) {
      const first = elements[0];
      if (!first) throw new Error(`the pattern "${pattern}" of "${name}" may match nothing`);
      const sequence = { elements, build, begins: nothing() };
      if ('words' in first) {
        for (const word of first.words) {
          const known = set.byWord.get(word);
          if (known) known.push(sequence);
          else set.byWord.set(word, [sequence]);
          set.begins.words.add(word);
        }
      } else {
        set.others.push(sequence);
      }
    }
  }
  const all = [...sets.values()];
  while (all.map((set) => learnBeginnings(set, sets)).includes(true));
  return { sets, terminals: Object.values(terminals) };
}

function nothing(): Beginning {
  return { words: new Set(), terminals: new Set() };
}

/** Learns how the sequences of a rule may begin from what is known of other rules; true if there was something new. */
function learnBeginnings({ others, begins }: RuleSet, sets: ReadonlyMap<string, RuleSet>): boolean {
  const before = begins.words.size + begins.terminals.size;
  for (const sequence of others) {
    const [first] = sequence.elements;
    if (!first || 'words' in first) continue;
    const of = 'terminal' in first ? undefined : sets.get(first.rule)?.begins;
    const { words = [], terminals = 'terminal' in first ? [first.terminal] : [] } = of ?? {};
    for (const target of [sequence.begins, begins]) {
      for (const word of words) target.words.add(word);
      for (const terminal of terminals) target.terminals.add(terminal);
    }
  }
  return begins.words.size + begins.terminals.size > before;
}

/** The pattern with and without each optional element, and with each of its alternatives. */
function variants(parts: readonly string[], terminals: readonly string[]): Element[][] {
  const [first] = parts;
  if (first === undefined) return [[]];
  const length = first === '<' ? parts.findIndex((part) => /^>\??$/.test(part)) + 1 : 1;
  const last = parts[length - 1] ?? '';
  const isOptional = last.endsWith('?') && last.length > 1;
  const heads =
    first === '<'
      ? phrases(parts.slice(1, length - 1)).flatMap((phrase) => variants(phrase, terminals))
      : [[elementOf(isOptional ? first.slice(0, -1) : first, terminals)]];
  const tails = variants(parts.slice(length), terminals);
  return [...heads, ...(isOptional ? [[]] : [])].flatMap((head) => tails.map((tail) => [...head, ...tail]));
}

/** The alternatives between `<` and `>`. */
function phrases(parts: readonly string[]): string[][] {
  return parts
    .join(' ')
    .split(' || ')
    .map((phrase) => phrase.split(' '));
}

function elementOf(part: string, terminals: readonly string[]): Element {
  const braced = /^\{(?:(\w+):)?(\w+)\}$/.exec(part);
  if (!braced) return { words: new Set(part.split('|')) };
  const rule = braced[2] ?? '';
  const label = braced[1] ?? rule;
  const terminal = terminals.indexOf(rule);
  return terminal < 0 ? { rule, label } : { terminal, label };
}
