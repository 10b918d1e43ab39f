/**
 * The patterns of phrases: words, `(one|other way)`, `[optional]`, `{slot}`, `<any|of|these>`: any number of these words in any
 * order, which name nothing by themselves. A pattern becomes a small graph that is walked over the words with a memo of dead
 * ends, so no sentence takes more than words × states.
 */
import type { Word } from './words.ts';

type State =
  | { kind: 'word'; word: string; marked: boolean; next: number }
  | { kind: 'slot'; name: string; next: number }
  | { kind: 'filler'; words: ReadonlySet<string>; next: number }
  | { kind: 'fork'; nexts: number[] }
  | { kind: 'end' };

/** One way in which the words fit a pattern. */
export interface Fit {
  /** Where each slot's words stand, `from` inclusive, `to` exclusive. Only valid while it is told. */
  slots: readonly Slot[];
  /** Words of the sentence that the pattern names itself, fillers apart: the more, the surer. */
  literals: number;
}

export interface Slot {
  name: string;
  from: number;
  to: number;
}

export interface Pattern {
  source: string;
  /** The words that a fitting sentence can begin with; undefined: any. */
  first: ReadonlySet<string> | undefined;
  /** All words that it names. */
  words: readonly string[];
  /** Words that each fitting sentence has. */
  required: readonly string[];
  /**
   * Tells of each way in which the words from `from` to `to` fit, a slot in the middle taking as few words as it can,
   * until `tell` returns false.
   */
  fits(words: readonly Word[], from: number, to: number, tell: (fit: Fit) => boolean): void;
}

/** A slot that other words follow takes at most so many. */
const MOST_IN_MIDDLE = 60;
/** Nobody says more words in a row that name nothing. */
const MOST_FILLERS = 16;

/** Throws an Error for a pattern that is malformed: that is a bug of the skill that brings it. */
export function compilePattern(source: string): Pattern {
  const { states, required } = new Builder(source).build();
  const fits: Pattern['fits'] = (words, from, to, tell) => {
    new Walk(states, words, to, tell).reaches(0, from);
  };
  const words = states.flatMap((state) =>
    state.kind === 'word' ? [state.word] : state.kind === 'filler' ? [...state.words] : [],
  );
  return { source, first: firstWords(states), words, required: [...required], fits };
}

/** One walk of a pattern's graph. It makes no garbage for patterns that do not fit: there are hundreds for a message. */
class Walk {
  private readonly states: readonly State[];
  private readonly words: readonly Word[];
  private readonly to: number;
  private readonly tell: (fit: Fit) => boolean;
  private readonly slots: Slot[] = [];
  private literals = 0;
  private isOver = false;
  /** `state * stride + position` from which the end cannot be reached. */
  private dead: Set<number> | undefined;

  constructor(states: readonly State[], words: readonly Word[], to: number, tell: (fit: Fit) => boolean) {
    this.states = states;
    this.words = words;
    this.to = to;
    this.tell = tell;
  }

  /** Whether the end was reached from here. */
  reaches(index: number, at: number): boolean {
    const state = this.states[index] as State;
    if (state.kind === 'end') return at === this.to && this.told();
    if (state.kind === 'word') return this.isSaid(state, at) && this.counted(state.next, at + 1);
    // Words need no memo: what follows them has one.
    const key = index * (this.words.length + 1) + at;
    if (this.dead?.has(key)) return false;
    const reached = this.throughAny(state, at);
    if (!reached) {
      this.dead ??= new Set();
      this.dead.add(key);
    }
    return reached;
  }

  private throughAny(state: Exclude<State, { kind: 'end' | 'word' }>, at: number): boolean {
    if (state.kind === 'fork') return this.anyOf(state.nexts, at);
    return state.kind === 'filler' ? this.passed(state, at) : this.filled(state, at);
  }

  /** As many fillers as there are, then fewer. */
  private passed({ words, next }: { words: ReadonlySet<string>; next: number }, at: number): boolean {
    let end = at;
    const most = Math.min(this.to, at + MOST_FILLERS);
    while (end < most && words.has(this.words[end]?.norm ?? '')) end++;
    let reached = false;
    for (; end >= at && !this.isOver; end--) if (this.reaches(next, end)) reached = true;
    return reached;
  }

  private told(): true {
    this.isOver = !this.tell({ slots: this.slots, literals: this.literals });
    return true;
  }

  private isSaid(state: { word: string; marked: boolean }, at: number): boolean {
    const word = at < this.to ? this.words[at] : undefined;
    return word?.norm === state.word && (!state.marked || word.marked);
  }

  private counted(next: number, at: number): boolean {
    this.literals++;
    const reached = this.reaches(next, at);
    this.literals--;
    return reached;
  }

  private anyOf(nexts: readonly number[], at: number): boolean {
    let reached = false;
    for (let way = 0; way < nexts.length && !this.isOver; way++) {
      if (this.reaches(nexts[way] as number, at)) reached = true;
    }
    return reached;
  }

  private filled({ name, next }: { name: string; next: number }, at: number): boolean {
    const isLast = this.states[next]?.kind === 'end';
    const most = isLast ? this.to : Math.min(this.to, at + MOST_IN_MIDDLE);
    let reached = false;
    for (let end = isLast ? this.to : at + 1; end > at && end <= most && !this.isOver; end++) {
      this.slots.push({ name, from: at, to: end });
      if (this.reaches(next, end)) reached = true;
      this.slots.pop();
    }
    return reached;
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
    else if (state.kind === 'fork') open.push(...state.nexts);
    else {
      for (const word of state.words) found.add(word);
      open.push(state.next);
    }
  }
  return found;
}

/** A piece of a pattern: what leads into it, given where it leads, and the words that nobody gets past. */
interface Piece {
  lead: (next: number) => number;
  required: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

const normal = (token: string): string => token.toLowerCase().replace(/['’]|:$/g, '');

/** Reads a pattern from its end to its beginning, so that each state knows what follows it. */
class Builder {
  private readonly states: State[] = [];
  private readonly tokens: string[];
  private readonly source: string;
  private at = 0;

  constructor(source: string) {
    this.source = source;
    this.tokens = source.match(/[()[\]|]|\{\w+\}|<[^<>]*>|[^\s()[\]|{}<>]+|[{}<>]/g) ?? [];
  }

  build(): { states: State[]; required: ReadonlySet<string> } {
    const tree = this.choice();
    if (this.at < this.tokens.length) throw this.problem(`unexpected ${this.tokens[this.at]}`);
    const end = this.states.push({ kind: 'end' }) - 1;
    const start = tree.lead(end);
    // The walk begins at state 0.
    return {
      states: [{ kind: 'fork', nexts: [start + 1] }, ...this.states.map(shifted)],
      required: tree.required,
    };
  }

  /** `a b|c`. */
  private choice(): Piece {
    const ways = [this.sequence()];
    while (this.tokens[this.at] === '|') {
      this.at++;
      ways.push(this.sequence());
    }
    const [first, ...others] = ways as [Piece, ...Piece[]];
    if (others.length === 0) return first;
    return {
      lead: (next) => this.states.push({ kind: 'fork', nexts: ways.map((way) => way.lead(next)) }) - 1,
      required: new Set([...first.required].filter((word) => others.every((way) => way.required.has(word)))),
    };
  }

  private sequence(): Piece {
    const items: Piece[] = [];
    for (
      let token = this.tokens[this.at];
      token !== undefined && !'|)]'.includes(token);
      token = this.tokens[this.at]
    ) {
      this.at++;
      items.push(this.item(token));
    }
    return {
      lead: (next) => items.reduceRight((after, item) => item.lead(after), next),
      required: new Set(items.flatMap((item) => [...item.required])),
    };
  }

  private item(token: string): Piece {
    if (token === '(') return this.closed(this.choice(), ')');
    if (token === '[') {
      const inner = this.closed(this.choice(), ']');
      return {
        lead: (next) => this.states.push({ kind: 'fork', nexts: [inner.lead(next), next] }) - 1,
        required: NONE,
      };
    }
    const name = /^\{(\w+)\}$/.exec(token)?.[1];
    if (name !== undefined) {
      return { lead: (next) => this.states.push({ kind: 'slot', name, next }) - 1, required: NONE };
    }
    if (token.startsWith('<') && token.endsWith('>')) {
      const words = new Set(
        token
          .slice(1, -1)
          .split(/[\s|]+/)
          .map(normal),
      );
      return { lead: (next) => this.states.push({ kind: 'filler', words, next }) - 1, required: NONE };
    }
    if (/^[{}<>]$/.test(token)) throw this.problem(`unexpected ${token}`);
    const marked = token.endsWith(':');
    const word = normal(token);
    return {
      lead: (next) => this.states.push({ kind: 'word', word, marked, next }) - 1,
      required: new Set([word]),
    };
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
