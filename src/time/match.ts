import type { Token } from './tokens.ts';

/**
 * A small grammar engine. A grammar is a table of rules: a name, a pattern, and what the pattern means. In a pattern
 * stand words (`at`, alternatives `at|by`), rules in braces (`{clock}`, `{from:clock}`), and `?` after what may be
 * missing. Every way in which a rule can match is found once for each place and remembered, so that the time taken
 * grows with the number of tokens, whatever they are.
 */
export type Captures = Readonly<Record<string, unknown>>;

/** What a match means; undefined means that it is none after all. */
export type Build = (captures: Captures, words: readonly Token[]) => unknown;

export type Rule = readonly [name: string, pattern: string, build: Build];

/** A rule for a single token. */
export type Terminal = (token: Token) => unknown;

export interface Match<T> {
  end: number;
  value: T;
}

type Element = { words: ReadonlySet<string> } | { rule: string; label: string };

interface Sequence {
  elements: readonly Element[];
  build: Build;
}

interface RuleSet {
  /** By the first word. */
  byWord: ReadonlyMap<string, readonly Sequence[]>;
  /** Those that begin with another rule. */
  others: readonly Sequence[];
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
  let sets: ReadonlyMap<string, RuleSet> | undefined;
  return {
    over(tokens) {
      sets ??= compile(rules);
      const run = new Run(tokens, start, sets, terminals);
      return (at) => run.match(start, at) as readonly Match<T>[];
    },
  };
}

class Run {
  private readonly memo = new Map<string, Match<unknown>[][]>();
  private readonly tokens: readonly Token[];
  private readonly start: string;
  private readonly sets: ReadonlyMap<string, RuleSet>;
  private readonly terminals: Readonly<Record<string, Terminal>>;

  constructor(
    tokens: readonly Token[],
    start: string,
    sets: ReadonlyMap<string, RuleSet>,
    terminals: Readonly<Record<string, Terminal>>,
  ) {
    this.tokens = tokens;
    this.start = start;
    this.sets = sets;
    this.terminals = terminals;
  }

  match(name: string, at: number): readonly Match<unknown>[] {
    const token = this.tokens[at];
    if (!token) return [];
    const terminal = this.terminals[name];
    if (terminal) {
      const value = terminal(token);
      return value === undefined ? [] : [{ end: at + 1, value }];
    }
    let known = this.memo.get(name);
    if (!known) {
      known = [];
      this.memo.set(name, known);
    }
    const found = known[at];
    if (found) return found;
    // Stands for "nothing" while the rule is being tried, so that one that begins with itself ends.
    known[at] = [];
    const matches = this.tryRule(name, at, token);
    known[at] = matches;
    return matches;
  }

  private tryRule(name: string, at: number, token: Token): Match<unknown>[] {
    const set = this.sets.get(name);
    if (!set) throw new Error(`the grammar has no rule "${name}"`);
    const matches: Match<unknown>[] = [];
    const take = ({ elements, build }: Sequence) => {
      this.sequence(elements, 0, at, [], (end, values) => {
        // The first rule of the table that takes these very tokens decides what they mean; pieces may differ in kind.
        if (name !== this.start && matches.some((match) => match.end === end)) return;
        const value = build(capturesOf(elements, values), this.tokens.slice(at, end));
        if (value !== undefined) matches.push({ end, value });
      });
    };
    for (const sequence of set.byWord.get(token.text) ?? []) take(sequence);
    for (const sequence of set.others) take(sequence);
    return matches.sort((a, b) => b.end - a.end);
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
    if ('words' in element) {
      const token = this.tokens[at];
      if (token && element.words.has(token.text)) this.sequence(elements, index + 1, at + 1, values, done);
      return;
    }
    for (const { end, value } of this.match(element.rule, at)) {
      values.push(value);
      this.sequence(elements, index + 1, end, values, done);
      values.pop();
    }
  }
}

function capturesOf(elements: readonly Element[], values: readonly unknown[]): Captures {
  const captures: Record<string, unknown> = {};
  let index = 0;
  for (const element of elements) if ('rule' in element) captures[element.label] = values[index++];
  return captures;
}

function compile(rules: readonly Rule[]): ReadonlyMap<string, RuleSet> {
  const sets = new Map<string, { byWord: Map<string, Sequence[]>; others: Sequence[] }>();
  for (const [name, pattern, build] of rules) {
    let set = sets.get(name);
    if (!set) {
      set = { byWord: new Map(), others: [] };
      sets.set(name, set);
    }
    for (const elements of variants(pattern.split(' '))) {
      const first = elements[0];
      if (!first) throw new Error(`the pattern "${pattern}" of "${name}" may match nothing`);
      if ('words' in first) {
        for (const word of first.words) {
          const known = set.byWord.get(word);
          if (known) known.push({ elements, build });
          else set.byWord.set(word, [{ elements, build }]);
        }
      } else {
        set.others.push({ elements, build });
      }
    }
  }
  return sets;
}

/** The pattern with and without each optional element. */
function variants(parts: readonly string[]): Element[][] {
  const [first, ...rest] = parts;
  if (first === undefined) return [[]];
  const tails = variants(rest);
  const optional = first.endsWith('?') && first.length > 1;
  const element = elementOf(optional ? first.slice(0, -1) : first);
  const full = tails.map((tail) => [element, ...tail]);
  return optional ? [...full, ...tails] : full;
}

function elementOf(part: string): Element {
  const braced = /^\{(?:(\w+):)?(\w+)\}$/.exec(part);
  if (!braced) return { words: new Set(part.split('|')) };
  const rule = braced[2] ?? '';
  return { rule, label: braced[1] ?? rule };
}
