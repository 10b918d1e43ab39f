import type { View } from './conversation.ts';

/** A view without a terminal behind it: a block is written once, when it will not change any more. */
export class PlainView implements View {
  readonly width = Number.MAX_SAFE_INTEGER;
  private readonly write: (text: string) => void;
  private live: { id: string; lines: readonly string[] } | undefined;

  constructor(write: (text: string) => void) {
    this.write = write;
  }

  print(lines: readonly string[]): void {
    this.settle();
    this.put(lines);
  }

  printAbove(lines: readonly string[]): void {
    this.put(lines);
  }

  begin(id: string, lines: readonly string[]): void {
    this.settle();
    this.live = { id, lines };
  }

  isLive(id: string): boolean {
    return this.live?.id === id;
  }

  change(lines: readonly string[]): void {
    if (this.live) this.live.lines = lines;
  }

  remove(): void {
    this.live = undefined;
  }

  say(): void {}

  /** Writes the block that was still open. */
  settle(): void {
    const { live } = this;
    this.live = undefined;
    if (live) this.put(live.lines);
  }

  private put(lines: readonly string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(''));
  }
}
