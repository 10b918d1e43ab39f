import { LONGEST_MARK } from './marks.ts';

export interface Span {
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
export class Growing {
  whole = '';
  private end = '';
  /** Start of `end`. */
  private start = 0;
  /** Up to where it was searched. */
  private seen = 0;
  private firstWord: number | undefined;

  add(piece: string): void {
    const word = this.firstWord === undefined ? piece.search(/\S/) : -1;
    if (word >= 0) this.firstWord = this.whole.length + word;
    this.whole += piece;
    this.end += piece;
  }

  /** The next place that fits, and which group of the pattern it is. */
  next(pattern: RegExp | undefined): (Span & { group: string | undefined }) | undefined {
    if (!pattern) return undefined;
    pattern.lastIndex = this.seen - this.start;
    const found = pattern.exec(this.end);
    if (!found) {
      this.seen = Math.max(this.seen, this.whole.length - LONGEST_MARK);
      const passed = Math.max(0, this.seen - this.start - BEFORE);
      this.end = this.end.slice(passed);
      this.start += passed;
      return undefined;
    }
    const from = this.start + found.index;
    const to = from + found[0].length;
    this.seen = Math.max(to, from + 1);
    const group = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    return { from, to, group };
  }

  /** Has what was found looked at again when more has come. */
  back({ from }: Span): void {
    this.seen = from;
  }

  hasWordsBefore({ from }: Span): boolean {
    return this.firstWord !== undefined && this.firstWord < from;
  }

  /** True if quotes stand on both sides, of which the first one opens. */
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
