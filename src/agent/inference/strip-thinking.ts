/** The answer of a model, apart from thoughts in it and from calls that are written as text. */
import { type CallFormat, isWithinValue } from './strip-thinking/call-formats.ts';
import {
  type CallMark,
  decidedTo,
  type FoundMark,
  firstMark,
  LONGEST_MARK,
  MARKED,
  type Mark,
  Position,
  type ThoughtMark,
  thoughtMark,
} from './strip-thinking/marks.ts';
import type { ThoughtFormat } from './strip-thinking/thought-formats.ts';

export interface Block {
  formats: readonly CallFormat[];
  open: string;
  content: string;
  close: string;
  isClosed: boolean;
  at: number;
  /** Words stand before it on its line: it may be a sentence about such tags. */
  isDoubtful: boolean;
}

export interface Speech {
  text: string;
  blocks: readonly Block[];
}

interface Thinking {
  kind: 'thinking';
  mark: ThoughtMark;
  /** Its opening mark; '' where the mark is only expected to have been swallowed. */
  open: string;
  inner: Growing;
  depth: number;
  hasWords: boolean;
  /** The last end in it that was not taken for its own. */
  passed: Span | undefined;
  call: number | undefined;
}

interface Calling {
  kind: 'calling';
  mark: CallMark;
  block: Block;
  content: Growing;
  passed: Span[];
}

type State =
  | { kind: 'saying' }
  | Thinking
  | Calling
  /** True if the block is a call depends on what follows it. */
  | { kind: 'judging'; block: Block }
  | { kind: 'over' };

const SAYING: State = { kind: 'saying' };
/** More ends within values are not passed over. */
const MOST_PASSED = 100;
/** Behind a block, before what tells whether it is a call. */
const MOST_SPACES = 1_000;

/**
 * Divides an answer while it comes in pieces, whatever the pieces: into what is said, what is thought and blocks that are
 * calls. Marks in code and in quotes are text, so that an answer about them stays whole. `text` only grows, and holds nothing
 * of a thought or a block, but where a server swallowed the beginning of a thought.
 */
export class ThinkingStripper implements Speech {
  text = '';
  /** `text` is more than blanks. Asked of its pieces: all of it would be looked through with each. */
  hasWords = false;
  thought = '';
  readonly blocks: Block[] = [];
  /** The format of a thought of which only the end came. */
  swallowed: ThoughtFormat | undefined;
  private rest = '';
  private state: State = SAYING;
  private place = new Position();
  private placed = 0;
  private hasThought = false;
  /** Something was taken out before the first word: the space behind it belongs to it. */
  private isCut = false;
  private takesThoughts = true;
  /** Beginnings that were text: so are their ends. */
  private plain = 0;

  /** `expected`: the answer may begin within a thought of this format. */
  constructor(expected?: ThoughtFormat) {
    const mark = expected && thoughtMark(expected);
    if (mark) this.state = thinkingState(mark, '');
  }

  add(piece: string): void {
    this.rest += piece;
    while (this.step(false));
  }

  readToEnd(): void {
    while (this.rest !== '' || this.state !== SAYING) if (!this.step(true)) return;
  }

  private step(isLast: boolean): boolean {
    const { state } = this;
    switch (state.kind) {
      case 'saying':
        if (MARKED.test(this.rest)) return this.readSpeech(isLast);
        this.say(this.rest);
        this.rest = '';
        return false;
      case 'thinking':
        return this.readThought(state, isLast);
      case 'calling':
        return this.readCall(state, isLast);
      case 'judging':
        return this.judgeBlock(state.block, isLast);
      case 'over':
        this.rest = '';
        return false;
    }
  }

  private readSpeech(isLast: boolean): boolean {
    const { rest } = this;
    const decided = isLast ? rest.length : decidedTo(rest);
    const mark = firstMark(rest);
    const isDecided = mark !== undefined && mark.index < decided;
    this.say(rest.slice(0, isDecided ? mark.index : decided));
    this.rest = rest.slice(isDecided ? mark.index + mark.text.length : decided);
    if (isDecided) this.meet(mark);
    return isDecided;
  }

  private meet({ mark, text }: FoundMark): void {
    if (this.isText(mark, text)) {
      this.plain += mark.role === 'stray' ? -1 : 1;
      this.say(text);
    } else if (mark.role === 'thought') this.state = thinkingState(mark, text);
    else if (mark.role === 'call') this.state = this.beginCall(mark, text);
    else if (mark.role === 'speaker') this.state = { kind: 'over' };
    else if (mark.role === 'stray' && mark.ends && !this.hasThought) this.stray(mark.ends);
    else this.cut(text);
  }

  private isText(mark: Mark, text: string): boolean {
    const { position } = this;
    if (position.isQuoted) return true;
    if (mark.role === 'thought') {
      return !this.takesThoughts || (mark.format.first === true && !this.isFirst(text)) || this.isInSentence;
    }
    if (mark.role === 'stray' && this.plain > 0) return true;
    if (mark.role !== 'call') return this.isInSentence || (text === '</s>' && position.has('<s>'));
    if (mark.place === 'line') return !position.isAtLineStart;
    return mark.place === 'tag' && position.isAside;
  }

  /** Words stand before the mark on its line, and the sentence goes on behind it: it is about the mark. */
  private get isInSentence(): boolean {
    return this.position.isWithinLine && /^(?:[^\S\n]+\S|[,.;:!?)])/.test(this.rest);
  }

  private isFirst(word: string): boolean {
    return !this.hasWords && !this.hasThought && word === word.toLowerCase();
  }

  private beginCall(mark: CallMark, open: string): Calling {
    const last = this.blocks.at(-1);
    const isNext = last !== undefined && this.text.slice(last.at).trim() === '';
    const isDoubtful = mark.place === 'tag' && !this.position.isAtLineStart && !isNext;
    const { formats } = mark;
    const block = { formats, open, content: '', close: '', isClosed: false, at: this.text.length, isDoubtful };
    return { kind: 'calling', mark, block, content: new Growing(), passed: [] };
  }

  private readCall(state: Calling, isLast: boolean): boolean {
    const { mark, content, passed } = state;
    content.add(this.rest);
    this.rest = '';
    for (let end = content.next(mark.close); end; end = content.next(mark.close)) {
      const isOwn = passed.length === MOST_PASSED || !isWithinValue(content.whole.slice(0, end.from));
      if (isOwn) return this.closeCall(state, end);
      passed.push(end);
    }
    if (!isLast) return false;
    const [first] = passed;
    if (first) return this.closeCall(state, first);
    this.take(Object.assign(state.block, { content: content.whole }));
    return true;
  }

  private closeCall({ block, content: { whole } }: Calling, { from, to }: Span): boolean {
    this.rest = whole.slice(to);
    Object.assign(block, { content: whole.slice(0, from), close: whole.slice(from, to), isClosed: true });
    if (block.isDoubtful) this.state = { kind: 'judging', block };
    else this.take(block);
    return true;
  }

  /** A mark that names nothing is a stray mark. */
  private take(block: Block): void {
    const isEmpty = block.content.trim() === '' && !block.open.includes('=');
    if (!isEmpty) this.blocks.push(block);
    else if (block.isDoubtful) this.say(rawOf(block));
    this.isCut ||= !block.isDoubtful;
    this.state = SAYING;
  }

  /** A sentence that goes on behind a block is about it. */
  private judgeBlock(block: Block, isLast: boolean): boolean {
    const next = this.rest.trimStart();
    const spaces = this.rest.length - next.length;
    // Blanks without end are waited for no longer.
    const isAtLineEnd = spaces > MOST_SPACES || this.rest.slice(0, spaces).includes('\n');
    if (!isLast && !isAtLineEnd && decidedTo(this.rest) <= spaces) return false;
    const isCall = isAtLineEnd || next === '' || firstMark(next)?.index === 0;
    if (isCall) this.take(block);
    else this.say(rawOf(block));
    this.state = SAYING;
    return true;
  }

  private readThought(state: Thinking, isLast: boolean): boolean {
    const { inner, mark } = state;
    inner.add(this.rest);
    this.rest = '';
    for (let span = inner.next(mark.within); span; span = inner.next(mark.within)) {
      // The next letter tells whether it stands in quotes.
      if (span.to === inner.whole.length && !isLast) {
        inner.moveBack(span);
        return false;
      }
      state.hasWords ||= inner.hasWordsBefore(span);
      if (span.group === 'call') state.call ??= span.from;
      else if (inner.isInQuotes(span)) continue;
      else if (span.group === 'open') state.depth += state.hasWords ? 1 : 0;
      else if (--state.depth === 0) return this.thoughtTo(state, span);
      else state.passed = span;
    }
    return isLast && this.endThought(state);
  }

  private thoughtTo({ inner: { whole }, open, mark }: Thinking, { to }: Span): boolean {
    if (open === '') this.swallowed = mark.format;
    this.think(open + whole.slice(0, to));
    this.rest = whole.slice(to);
    this.state = SAYING;
    return true;
  }

  /** The answer is over and the thought is not: it ended at a mark that could be its end, or was none. */
  private endThought(state: Thinking): boolean {
    const { passed, call, inner, open, mark } = state;
    if (passed) return this.thoughtTo(state, passed);
    if (call !== undefined && open !== '') return this.thoughtTo(state, { from: call, to: call });
    const { length } = inner.whole;
    const { certain, first } = mark.format;
    // A word that is glued to the next one was a token that a server took out.
    const isMark = !first || (/^\w+$/.test(open) && /^[A-Z]/.test(inner.whole));
    const isThought = open !== '' && isMark && (!this.hasWords || certain === true);
    if (isThought) return this.thoughtTo(state, { from: length, to: length });
    this.takesThoughts = open === '';
    this.state = SAYING;
    this.say(open);
    this.rest = inner.whole;
    return true;
  }

  private stray(ends: ThoughtFormat): void {
    this.swallowed = ends;
    this.think(this.text);
    this.blocks.length = 0;
    this.startAgain();
  }

  private startAgain(): void {
    this.text = '';
    this.hasWords = false;
    this.place = new Position();
    this.placed = 0;
  }

  private cut(mark: string): void {
    this.isCut = true;
    // A message of its own follows.
    if (mark.endsWith('<|message|>') && this.hasWords && !this.text.endsWith('\n')) this.say('\n\n');
  }

  private say(words: string): void {
    const text = this.isCut && this.text === '' ? words.trimStart() : words;
    this.text += text;
    this.hasWords ||= /\S/.test(text);
  }

  private get position(): Position {
    this.place.add(this.text.slice(this.placed));
    this.placed = this.text.length;
    return this.place;
  }

  private think(words: string): void {
    this.thought += words;
    this.hasThought = true;
    this.isCut = true;
    // The space around it belongs to it.
    if (!this.hasWords) this.startAgain();
  }
}

export function rawOf({ open, content, close }: Block): string {
  return `${open}${content}${close}`;
}

function thinkingState(mark: ThoughtMark, open: string): Thinking {
  const inner = new Growing();
  return { kind: 'thinking', mark, open, inner, hasWords: false, depth: 1, passed: undefined, call: undefined };
}

interface Span {
  from: number;
  to: number;
}

const QUOTES = ['``', '""', "''", '“”', '„“', '«»', '()'];
/** Looked at before a mark. Characters. */
const BEFORE = 200;

/**
 * A text that grows and is searched as it does. Only its end is looked at: to search all of it whenever a word has come
 * takes minutes for a long thought.
 */
class Growing {
  whole = '';
  private end = '';
  private start = 0;
  private seen = 0;
  private firstWord: number | undefined;

  add(piece: string): void {
    const word = this.firstWord === undefined ? piece.search(/\S/) : -1;
    if (word >= 0) this.firstWord = this.whole.length + word;
    this.whole += piece;
    this.end += piece;
  }

  next(pattern: RegExp | undefined): (Span & { group: string | undefined }) | undefined {
    if (!pattern) return undefined;
    pattern.lastIndex = this.seen - this.start;
    const match = pattern.exec(this.end);
    if (!match) {
      this.seen = Math.max(this.seen, this.whole.length - LONGEST_MARK);
      const passed = Math.max(0, this.seen - this.start - BEFORE);
      this.end = this.end.slice(passed);
      this.start += passed;
      return undefined;
    }
    const from = this.start + match.index;
    const to = from + match[0].length;
    this.seen = Math.max(to, from + 1);
    const group = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    return { from, to, group };
  }

  moveBack({ from }: Span): void {
    this.seen = from;
  }

  hasWordsBefore({ from }: Span): boolean {
    return this.firstWord !== undefined && this.firstWord < from;
  }

  isInQuotes(span: Span): boolean {
    const [from, to] = [span.from - this.start, span.to - this.start];
    const [before = '', after = ''] = [this.end[from - 1], this.end[to]];
    const line =
      this.end
        .slice(Math.max(0, from - BEFORE), from)
        .split('\n')
        .at(-1) ?? '';
    return QUOTES.includes(before + after) && (before !== after || line.split(before).length % 2 === 0);
  }
}
