/**
 * Formulas of an answer: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`. Markdown would take their backslashes for escapes and their stars for
 * emphasis, so they are taken out before it is read, and put back into what came of it. Pure.
 */

/** Longer ones stay text; the page draws none of them. */
const LONGEST = 2_000;
const MOST_FORMULAS = 300;
/** Backticks that begin code; more of them are looked for by nobody. */
const LONGEST_RUN = 20;
const MOST_CHARACTERS = 100_000;

interface MarkedText {
  /** The Markdown with a mark in the place of each formula. */
  text: string;
  /** Each as it was written, with its signs. */
  formulas: readonly string[];
}

/** Private characters around a number: to Markdown a word like another. */
export const FORMULA_MARK = /\uE000(\d{1,3})\uE001/g;
const PRIVATE = /[\uE000\uE001]/;

const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})/;

/** Takes the formulas out of a text. Linear in its length. */
export function takeFormulas(markdown: string): MarkedText {
  const isBeyond = markdown.length > MOST_CHARACTERS || PRIVATE.test(markdown);
  if (isBeyond || !/\$|\\[([]/.test(markdown)) return { text: markdown, formulas: [] };
  const formulas: string[] = [];
  const text = chunksOf(markdown).map(({ isCode, text: chunk }) => (isCode ? chunk : withMarks(chunk, formulas)));
  return { text: text.join('\n'), formulas };
}

interface Chunk {
  isCode: boolean;
  text: string;
}

/** Lines between blank ones, and blocks of code: no formula goes over their borders. */
function chunksOf(markdown: string): Chunk[] {
  const chunks: Chunk[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  const closeChunk = (isCode: boolean) => {
    if (lines.length > 0) chunks.push({ isCode, text: lines.join('\n') });
    lines = [];
  };
  for (const line of markdown.split('\n')) {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      lines.push(line);
      if (mark?.startsWith(fence) && line.trim().replace(/^[> \t]+/, '') === mark) {
        closeChunk(true);
        fence = undefined;
      }
    } else if (mark !== undefined) {
      closeChunk(false);
      fence = mark;
      lines.push(line);
    } else {
      if (line.trim() === '') closeChunk(false);
      lines.push(line);
    }
  }
  closeChunk(fence !== undefined);
  return chunks;
}

/** The chunk with marks; code within its lines is passed over. */
function withMarks(chunk: string, formulas: string[]): string {
  const scanner = new Scanner(chunk);
  let out = '';
  let from = 0;
  for (let at = 0; at < chunk.length; ) {
    const { end, isFormula } = scanner.at(at);
    if (isFormula && formulas.length < MOST_FORMULAS) {
      out += `${chunk.slice(from, at)}\uE000${formulas.length}\uE001`;
      formulas.push(chunk.slice(at, end));
      from = end;
    }
    at = end;
  }
  return out + chunk.slice(from);
}

interface Step {
  /** The first character behind what stands here. */
  end: number;
  isFormula: boolean;
}

const WORD = /[\p{L}\p{N}]/u;

class Scanner {
  private readonly text: string;
  /** Signs that do not come again in this text: nothing looks for them twice. */
  private readonly missing = new Set<string>();

  constructor(text: string) {
    this.text = text;
  }

  at(at: number): Step {
    const mark = this.text[at];
    if (mark === '`') return this.code(at);
    if (mark === '\\') {
      const next = this.text[at + 1];
      return next === '(' || next === '[' ? this.pairedFormula(at, next === '(' ? '\\)' : '\\]') : text(at + 2);
    }
    if (mark !== '$') return text(at + 1);
    return this.text[at + 1] === '$' ? this.pairedFormula(at, '$$') : this.inline(at);
  }

  /** Code of one line or more, or a run of backticks that nothing ends. */
  private code(at: number): Step {
    let from = at;
    while (this.text[from] === '`') from++;
    const run = this.text.slice(at, from);
    if (run.length > LONGEST_RUN) return text(from);
    for (let end = from; !this.missing.has(run); ) {
      const closing = this.text.indexOf(run, end);
      if (closing < 0) this.missing.add(run);
      else {
        let behind = closing;
        while (this.text[behind] === '`') behind++;
        if (behind - closing === run.length) return text(behind);
        end = behind;
      }
    }
    return text(from);
  }

  private pairedFormula(at: number, close: string): Step {
    const closing = this.missing.has(close) ? -1 : this.text.indexOf(close, at + 2);
    if (closing < 0) {
      this.missing.add(close);
      return text(at + 2);
    }
    const inner = this.text.slice(at + 2, closing);
    // The next line of a quote begins with its sign, which is no part of the formula.
    const isNone = inner.trim() === '' || inner.length > LONGEST || /\n[ \t]*>/.test(inner);
    return { end: closing + 2, isFormula: !isNone };
  }

  /**
   * As Pandoc reads `$`: no blank behind the first sign and before the second, no digit behind that, so that amounts of money
   * stay what they are. Beyond that, no letter or digit stands before the first: `US$5`.
   */
  private inline(at: number): Step {
    if (/\s/.test(this.text[at + 1] ?? ' ') || WORD.test(this.text[at - 1] ?? ' ')) return text(at + 1);
    for (let end = at + 1; end < this.text.length && this.text[end] !== '\n'; end++) {
      if (this.text[end] === '\\') end++;
      else if (this.text[end] === '$') {
        const isEnd = !/\s/.test(this.text[end - 1] ?? ' ') && !/\d/.test(this.text[end + 1] ?? ' ');
        // A later sign may begin a formula where this one does not end it.
        return isEnd ? { end: end + 1, isFormula: end - at - 1 <= LONGEST } : text(end);
      }
    }
    return text(this.text.length);
  }
}

const text = (end: number): Step => ({ end, isFormula: false });
