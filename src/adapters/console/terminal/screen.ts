import { clearScreenDown, cursorTo, type Interface, moveCursor } from 'node:readline';
import widthOf from 'string-width';

/** readline's prompt, with the row of its cursor as of its last drawing: where it believes to begin the next one. */
export type Prompt = Interface & { prevRows?: number };

/** The part of a terminal that the screen uses. */
export interface Terminal extends NodeJS.WritableStream {
  columns?: number;
  rows?: number;
}

/** The block just above the prompt, which may still change. */
interface Live {
  id: string;
  lines: readonly string[];
  /** Lines of it that have scrolled on and cannot be reached any more. */
  settled: number;
}

/**
 * Writes above the prompt while a person types in it: what they have typed so far, and where the cursor stands in it, stays
 * as it is. From top to bottom the screen holds what will not change any more, one live block, a status and the prompt.
 */
export class Screen {
  private readonly output: Terminal;
  private readonly prompt: Prompt;
  private live: Live | undefined;
  private status: string | undefined;
  private closed = false;

  constructor(output: Terminal, prompt: Prompt) {
    this.output = output;
    this.prompt = prompt;
  }

  /** Columns that a line may fill; the last one is left free, because terminals disagree on what follows it. */
  get width(): number {
    return Math.max((this.output.columns ?? 80) - 1, 20);
  }

  /** Shows lines that will not change, below everything; what was live stays as it is. */
  print(lines: readonly string[]): void {
    this.redraw(0, lines, this.status);
    this.live = undefined;
  }

  /** Shows lines that will not change above the live block, so that the block can go on growing. */
  printAbove(lines: readonly string[]): void {
    const { live } = this;
    if (!live) {
      this.print(lines);
      return;
    }
    const reach = this.reach(live.lines.slice(live.settled), 0);
    const moved = live.lines.slice(live.lines.length - reach);
    this.live = { ...live, settled: live.lines.length - reach };
    this.redraw(this.rows(moved), [...lines, ...moved], this.status);
  }

  /** Shows a block that may change later, below everything. */
  begin(id: string, lines: readonly string[]): void {
    this.redraw(0, lines, this.status);
    this.live = { id, lines, settled: 0 };
  }

  isLive(id: string): boolean {
    return this.live?.id === id;
  }

  /** Replaces what the live block shows, from its first line that differs. */
  change(lines: readonly string[]): void {
    const { live } = this;
    if (!live) return;
    let same = live.settled;
    while (same < live.lines.length && same < lines.length && live.lines[same] === lines[same]) same++;
    const old = live.lines.slice(same);
    const reach = this.reach(old, 0);
    const from = live.lines.length - reach;
    this.redraw(this.rows(live.lines.slice(from)), lines.slice(from), this.status);
    this.live = { ...live, lines, settled: Math.max(live.settled, from > same ? from : live.settled) };
  }

  /** Takes the live block away. */
  remove(): void {
    if (this.live) this.change(this.live.lines.slice(0, this.live.settled));
    this.live = undefined;
  }

  /** A dim line just above the prompt, gone with the next `undefined`. */
  say(status: string | undefined): void {
    if (status !== this.status) this.redraw(0, [], status);
  }

  /** Takes the prompt away for good; what was typed in it stays when `keep` says so. */
  close(keep: boolean): void {
    if (!keep) this.clear(0);
    this.closed = true;
  }

  /** Number of the last of `lines` that are still on the screen, with the prompt below them. */
  private reach(lines: readonly string[], from: number): number {
    const room = (this.output.rows ?? 24) - this.prompt.getCursorPos().rows - 3;
    let count = 0;
    let rows = 0;
    for (let index = lines.length - 1; index >= from; index--) {
      rows += this.rows([lines[index] as string]);
      if (rows > room) break;
      count++;
    }
    return count;
  }

  /** Rows that `lines` take at the present width, also after the window was made narrower. */
  private rows(lines: readonly string[]): number {
    const columns = this.output.columns ?? 80;
    return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
  }

  /** Clears `above` rows over the status, writes `lines` in their place, and the status and the prompt below. */
  private redraw(above: number, lines: readonly string[], status: string | undefined): void {
    this.clear(above);
    this.status = status;
    const text = [...lines, ...(status === undefined ? [] : [status])].map((line) => `${line}\n`).join('');
    this.output.write(text);
    this.prompt.prevRows = 0;
    if (!this.closed) this.prompt.prompt(true);
  }

  /** Clears the prompt, the status and `above` rows over them; the cursor then stands where they began. */
  private clear(above: number): void {
    const { rows: promptRows } = this.closed ? { rows: 0 } : this.prompt.getCursorPos();
    cursorTo(this.output, 0);
    moveCursor(this.output, 0, -(promptRows + (this.status === undefined ? 0 : 1) + above));
    clearScreenDown(this.output);
  }
}
