/** Kept of a line. Characters. */
const LONGEST_START = 200;
const FENCE = /^\s*(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
/** Deep enough for an indented code block. */
const CODE_INDENT = /^(?: {4}|\t)/;

/** Position of the end of a growing text in Markdown. */
export class Position {
  /** The run of ` or ~ that opened the code block; '' outside of one. */
  private fence = '';
  /** The beginning of the line. */
  private line = '';
  private isBlank = true;
  private hasBlankBefore = true;
  /** The length of the run of ` that opened inline code, and of the run that stands at the end. */
  private ticks = 0;
  private run = 0;
  private end = '';

  /** The text has grown by `words`. */
  add(words: string): void {
    for (const [index, piece] of words.split('\n').entries()) {
      if (index > 0) this.breakLine();
      if (this.line.length < LONGEST_START) this.line += piece.slice(0, LONGEST_START - this.line.length);
      if (piece.trim() !== '') this.isBlank = false;
      this.count(piece);
    }
    this.end = (this.end + words).slice(-2);
  }

  /** Only spaces stand on the line so far, fewer than before code. */
  get isAtLineStart(): boolean {
    return this.isBlank && !(this.hasBlankBefore && CODE_INDENT.test(this.line));
  }

  /** True if the next character is within a sentence: words and a space stand before it. */
  get isWithinLine(): boolean {
    return !this.isBlank && /[^\S\n]$/.test(this.end);
  }

  /** True if the next character is in code or in quotes. */
  get isQuoted(): boolean {
    if (this.fence !== '') return !this.closesFence;
    const inCode = this.ticks === 0 ? this.run > 0 : this.run !== this.ticks;
    return inCode || /(?:^|[^\p{L}\p{N}])["'“‘«„(]$/u.test(this.end);
  }

  /** True if the next character is in a quoted line, or in a block of indented code. */
  get isAside(): boolean {
    return /^\s*>/.test(this.line) || (this.hasBlankBefore && CODE_INDENT.test(this.line));
  }

  /** True if the line holds `tag`. */
  has(tag: string): boolean {
    return this.line.includes(tag);
  }

  private count(piece: string): void {
    for (const [run, ticks] of piece.matchAll(/(`+)|[^`]+/g)) {
      if (ticks !== undefined) this.run += ticks.length;
      else if (run !== '') this.closeRun();
    }
  }

  private closeRun(): void {
    if (this.run === 0) return;
    if (this.ticks === 0) this.ticks = this.run;
    else if (this.ticks === this.run) this.ticks = 0;
    this.run = 0;
  }

  /** True if the line, as far as it has come, ends the code block. */
  private get closesFence(): boolean {
    const [, run = '', info = ''] = FENCE.exec(this.line) ?? [];
    return run.startsWith(this.fence) && info.trim() === '';
  }

  private breakLine(): void {
    if (this.fence === '') this.fence = FENCE.exec(this.line)?.[1] ?? '';
    else if (this.closesFence) this.fence = '';
    this.hasBlankBefore = this.isBlank;
    this.line = '';
    this.isBlank = true;
    this.ticks = 0;
    this.run = 0;
  }
}
