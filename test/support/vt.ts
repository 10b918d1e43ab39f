import { Writable } from 'node:stream';

/** A terminal of `columns` × `rows` that keeps what it is told to show, with what has scrolled off its top. */
export class FakeTerminal extends Writable {
  readonly isTTY = true;
  /** Whether anything was marked by a colour or a weight (SGR). */
  coloured = false;
  columns: number;
  rows: number;
  private lines: string[][] = [[]];
  private top = 0;
  private row = 0;
  private column = 0;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  /** Every line ever shown that was not cleared, without trailing blanks. */
  get text(): string {
    return this.lines
      .map((line) =>
        Array.from(line, (cell) => cell ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's own language
    const tokens = /\u001b\[([?\d;]*)([A-Za-z])|([\r\n])|(\P{Cc})/gu;
    for (const [, args = '', verb, control, text] of chunk.toString().matchAll(tokens)) {
      if (verb) this.control(verb, Number.parseInt(args, 10));
      else if (control === '\n') this.down();
      else if (control === '\r') this.column = 0;
      else if (text) this.put(text);
    }
    done();
  }

  private control(verb: string, count: number): void {
    const by = Number.isNaN(count) ? 1 : count;
    if (verb === 'm') this.coloured = true;
    if (verb === 'A') this.row = Math.max(this.top, this.row - by);
    if (verb === 'B') this.row = Math.min(this.top + this.rows - 1, this.row + by);
    if (verb === 'C') this.column = Math.min(this.columns - 1, this.column + by);
    if (verb === 'D') this.column = Math.max(0, Math.min(this.column, this.columns - 1) - by);
    if (verb === 'G') this.column = by - 1;
    if (verb === 'J' || verb === 'K') this.line.length = Math.min(this.line.length, this.column);
    if (verb === 'J') this.lines.length = this.row + 1;
  }

  private put(text: string): void {
    const width = /\p{Emoji_Presentation}/u.test(text) ? 2 : 1;
    if (this.column + width > this.columns) {
      this.column = 0;
      this.down();
    }
    while (this.line.length < this.column) this.line.push(' ');
    this.line[this.column] = text;
    if (width === 2) this.line[this.column + 1] = '';
    this.column += width;
  }

  private get line(): string[] {
    while (this.lines.length <= this.row) this.lines.push([]);
    return this.lines[this.row] as string[];
  }

  /** As a terminal driver does it: a newline also returns the carriage. */
  private down(): void {
    this.column = 0;
    this.row++;
    if (this.row >= this.top + this.rows) this.top++;
    void this.line;
  }
}
