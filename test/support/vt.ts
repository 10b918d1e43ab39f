import { Writable } from 'node:stream';

/** Text in one line that is marked in one way: the numbers of SGR that are in effect. */
export interface MarkedText {
  text: string;
  marks: readonly number[];
}

const BLANK: MarkedText = { text: ' ', marks: [] };

/** What ends a mark, by the number that began it: weights, slopes, lines and colours. */
const ENDED_BY: Readonly<Record<number, (mark: number) => boolean>> = {
  0: () => true,
  22: (mark) => mark === 1 || mark === 2,
  23: (mark) => mark === 3,
  24: (mark) => mark === 4,
  29: (mark) => mark === 9,
  39: (mark) => mark >= 30 && mark < 38,
};

/** A terminal of `columns` × `rows` that keeps what it is told to show, with what has scrolled off its top. */
export class FakeTerminal extends Writable {
  readonly isTTY = true;
  /** Whether anything was marked by a colour or a weight (SGR). */
  coloured = false;
  columns: number;
  rows: number;
  private lines: MarkedText[][] = [[]];
  private marks: readonly number[] = [];
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
        Array.from(line, (cell) => (cell ?? BLANK).text)
          .join('')
          .trimEnd(),
      )
      .join('\n')
      .trimEnd();
  }

  /** The same lines with their marks, for a picture. */
  get marked(): MarkedText[][] {
    return this.lines.map((line) => {
      const runs: MarkedText[] = [];
      for (let column = 0; column < line.length; column++) {
        const { text, marks } = line[column] ?? BLANK;
        const last = runs.at(-1);
        if (last && last.marks.join() === marks.join()) last.text += text;
        else runs.push({ text, marks });
      }
      return runs;
    });
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
    if (verb === 'm') this.mark(Number.isNaN(count) ? 0 : count);
    if (verb === 'A') this.row = Math.max(this.top, this.row - by);
    if (verb === 'B') this.row = Math.min(this.top + this.rows - 1, this.row + by);
    if (verb === 'C') this.column = Math.min(this.columns - 1, this.column + by);
    if (verb === 'D') this.column = Math.max(0, Math.min(this.column, this.columns - 1) - by);
    if (verb === 'G') this.column = by - 1;
    if (verb === 'J' || verb === 'K') this.line.length = Math.min(this.line.length, this.column);
    if (verb === 'J') this.lines.length = this.row + 1;
  }

  private mark(number: number): void {
    this.coloured = true;
    const ends = ENDED_BY[number];
    this.marks = ends ? this.marks.filter((mark) => !ends(mark)) : [...this.marks, number];
  }

  private put(text: string): void {
    const width = /\p{Emoji_Presentation}/u.test(text) ? 2 : 1;
    if (this.column + width > this.columns) {
      this.column = 0;
      this.down();
    }
    while (this.line.length < this.column) this.line.push(BLANK);
    const { marks } = this;
    this.line[this.column] = { text, marks };
    if (width === 2) this.line[this.column + 1] = { text: '', marks };
    this.column += width;
  }

  private get line(): MarkedText[] {
    while (this.lines.length <= this.row) this.lines.push([]);
    return this.lines[this.row] as MarkedText[];
  }

  /** As a terminal driver does it: a newline also returns the carriage. */
  private down(): void {
    this.column = 0;
    this.row++;
    if (this.row >= this.top + this.rows) this.top++;
    void this.line;
  }
}
