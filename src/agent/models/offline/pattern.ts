/**
 * The patterns of phrases: words, `(one|other way)`, `[optional]`, `{slot}`. A pattern becomes a small graph that is
 * walked over the words with a memo of dead ends, so no sentence takes more than words × states.
 */
import type { Word } from './words.ts';

type State =
  | { kind: 'word'; word: string; marked: boolean; next: number }
  | { kind: 'slot'; name: string; next: number }
  | { kind: 'fork'; nexts: number[] }
  | { kind: 'end' };

/** One way in which the words fit a pattern. */
export interface Fit {
  /** Positions of each slot's words, `from` inclusive, `to` exclusive. */
  slots: Map<string, { from: number; to: number }>;
  /** Words of the sentence that the pattern names itself: the more, the surer. */
  literals: number;
}

export interface Pattern {
  source: string;
  /** The words that a fitting sentence can begin with; undefined: any. */
  first: ReadonlySet<string> | undefined;
  /** The ways in which the words from `from` to `to` fit, a slot in the middle taking as few words as it can. */
  fits(words: readonly Word[], from: number, to: number): Generator<Fit>;
}

/** A slot that other words follow takes at most so many. */
const MOST_IN_MIDDLE = 60;

/** Throws an Error for a pattern that is malformed: that is a bug of the skill that brings it. */
export function compilePattern(source: string): Pattern {
  const states = new Builder(source).build();
  const fits = function* (words: readonly Word[], from: number, to: number) {
    const dead = new Set<number>();
    yield* walk({ states, words, to, dead }, 0, from, { slots: new Map(), literals: 0 });
  };
  return { source, first: firstWords(states), fits };
}

interface Walk {
  states: readonly State[];
  words: readonly Word[];
  to: number;
  /** `state * stride + position` from which the end cannot be reached. */
  dead: Set<number>;
}

function* walk(run: Walk, index: number, at: number, fit: Fit): Generator<Fit, boolean> {
  const key = index * (run.words.length + 1) + at;
  if (run.dead.has(key)) return false;
  let reached = false;
  for (const step of steps(run, index, at, fit)) {
    if (step === 'end') {
      yield fit;
      reached = true;
    } else if (yield* walk(run, step.index, step.at, step.fit)) reached = true;
  }
  if (!reached) run.dead.add(key);
  return reached;
}

function* steps({ states, words, to }: Walk, index: number, at: number, fit: Fit) {
  const state = states[index] as State;
  if (state.kind === 'end') {
    if (at === to) yield 'end' as const;
  } else if (state.kind === 'fork') {
    for (const next of state.nexts) yield { index: next, at, fit };
  } else if (state.kind === 'word') {
    const word = at < to ? words[at] : undefined;
    if (word?.norm === state.word && (!state.marked || word.marked)) {
      yield { index: state.next, at: at + 1, fit: { slots: fit.slots, literals: fit.literals + 1 } };
    }
  } else {
    const last = states[state.next]?.kind === 'end';
    const most = Math.min(to, at + MOST_IN_MIDDLE);
    for (let end = last ? to : at + 1; end > at && end <= (last ? to : most); end++) {
      const slots = new Map(fit.slots).set(state.name, { from: at, to: end });
      yield { index: state.next, at: end, fit: { slots, literals: fit.literals } };
    }
  }
}

function firstWords(states: readonly State[]): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  const seen = new Set<number>();
  const open = [0];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const state = states[index] as State;
    if (state.kind === 'slot' || state.kind === 'end') return undefined;
    if (state.kind === 'word') found.add(state.word);
    else open.push(...state.nexts);
  }
  return found;
}

/** Reads a pattern from its end to its beginning, so that each state knows what follows it. */
class Builder {
  private readonly states: State[] = [];
  private readonly tokens: string[];
  private readonly source: string;
  private at = 0;

  constructor(source: string) {
    this.source = source;
    this.tokens = source.match(/[()[\]|]|\{\w+\}|[^\s()[\]|{}]+|[{}]/g) ?? [];
  }

  build(): State[] {
    const tree = this.choice();
    if (this.at < this.tokens.length) throw this.problem(`unexpected ${this.tokens[this.at]}`);
    const end = this.states.push({ kind: 'end' }) - 1;
    const start = tree(end);
    // The walk begins at state 0.
    return [{ kind: 'fork', nexts: [start + 1] }, ...this.states.map(shifted)];
  }

  /** `a b|c`: returns what leads into it, given where it leads. */
  private choice(): (next: number) => number {
    const ways = [this.sequence()];
    while (this.tokens[this.at] === '|') {
      this.at++;
      ways.push(this.sequence());
    }
    const [only] = ways;
    if (only && ways.length === 1) return only;
    return (next) => this.states.push({ kind: 'fork', nexts: ways.map((way) => way(next)) }) - 1;
  }

  private sequence(): (next: number) => number {
    const items: ((next: number) => number)[] = [];
    for (
      let token = this.tokens[this.at];
      token !== undefined && !'|)]'.includes(token);
      token = this.tokens[this.at]
    ) {
      this.at++;
      items.push(this.item(token));
    }
    return (next) => items.reduceRight((after, item) => item(after), next);
  }

  private item(token: string): (next: number) => number {
    if (token === '(') return this.closed(this.choice(), ')');
    if (token === '[') {
      const inner = this.closed(this.choice(), ']');
      return (next) => this.states.push({ kind: 'fork', nexts: [inner(next), next] }) - 1;
    }
    const name = /^\{(\w+)\}$/.exec(token)?.[1];
    if (name !== undefined) return (next) => this.states.push({ kind: 'slot', name, next }) - 1;
    if (token === '{' || token === '}') throw this.problem(`unexpected ${token}`);
    const marked = token.endsWith(':');
    const word = token.toLowerCase().replace(/['’]|:$/g, '');
    return (next) => this.states.push({ kind: 'word', word, marked, next }) - 1;
  }

  private closed<T>(inner: T, close: string): T {
    if (this.tokens[this.at++] !== close) throw this.problem(`missing ${close}`);
    return inner;
  }

  private problem(what: string): Error {
    return new Error(`the pattern "${this.source}" is malformed: ${what}`);
  }
}

function shifted(state: State): State {
  if (state.kind === 'end') return state;
  if (state.kind === 'fork') return { kind: 'fork', nexts: state.nexts.map((next) => next + 1) };
  return { ...state, next: state.next + 1 };
}
