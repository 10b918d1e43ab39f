/** An answer that comes at once needs no sign before it; the sign is due within a second. */
const FIRST_MS = 400;
const LONGEST_MS = 3 * 60_000;
const LATER_MS = 1_000;

export interface TypingOptions<Key> {
  /** Shows the sign once; rejects where it cannot be shown. */
  show(where: Key): Promise<unknown>;
  /** Milliseconds after which the sign is shown again; the platform takes it away a little later. */
  againMs: number;
  /** True if the platform's rate limit is so far used that signs would delay messages; default: never. */
  isBusy?(): boolean;
}

export class Typing<Key = string> {
  private readonly options: TypingOptions<Key>;
  private readonly timers = new Map<string, { timer: NodeJS.Timeout; until: number; where: Key }>();

  constructor(options: TypingOptions<Key>) {
    this.options = options;
  }

  /** `channel` names the place, `where` is what `show` needs of it. */
  begin(channel: string, where: Key): void {
    const until = performance.now() + LONGEST_MS;
    const running = this.timers.get(channel);
    if (running) running.until = until;
    else this.timers.set(channel, { timer: this.showAfter(channel, FIRST_MS), until, where });
  }

  endTyping(channel: string): void {
    clearTimeout(this.timers.get(channel)?.timer);
    this.timers.delete(channel);
  }

  close(): void {
    for (const channel of [...this.timers.keys()]) this.endTyping(channel);
  }

  private showAfter(channel: string, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.show(channel), ms);
  }

  private show(channel: string): void {
    const running = this.timers.get(channel);
    if (!running) return;
    if (performance.now() > running.until) return void this.endTyping(channel);
    if (this.options.isBusy?.()) {
      running.timer = this.showAfter(channel, LATER_MS);
      return;
    }
    this.options.show(running.where).catch(() => this.endTyping(channel));
    running.timer = this.showAfter(channel, this.options.againMs);
  }
}
