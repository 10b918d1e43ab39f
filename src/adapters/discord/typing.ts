import type { REST } from 'discord.js';

/** An answer that comes at once needs no sign before it; the sign is due within a second. */
const FIRST_MS = 400;
/** Discord shows it for 10 s. */
const AGAIN_MS = 8_000;
const LONGEST_MS = 3 * 60_000;
/** Of the requests that the client sends within a second, so many are left to what is said. */
const RESERVED = 25;
const LATER_MS = 1_000;

/** Shows in a channel that an answer is being worked on, until something is said there. */
export class Typing {
  private readonly rest: () => REST | undefined;
  private readonly timers = new Map<string, { timer: NodeJS.Timeout; until: number }>();

  constructor(rest: () => REST | undefined) {
    this.rest = rest;
  }

  begin(channel: string): void {
    const until = performance.now() + LONGEST_MS;
    const running = this.timers.get(channel);
    if (running) running.until = until;
    else this.timers.set(channel, { timer: this.after(channel, FIRST_MS), until });
  }

  end(channel: string): void {
    clearTimeout(this.timers.get(channel)?.timer);
    this.timers.delete(channel);
  }

  close(): void {
    for (const channel of [...this.timers.keys()]) this.end(channel);
  }

  private after(channel: string, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.show(channel), ms);
  }

  private show(channel: string): void {
    const running = this.timers.get(channel);
    if (!running) return;
    if (performance.now() > running.until) return void this.end(channel);
    const rest = this.rest();
    if (rest && isBusy(rest)) {
      running.timer = this.after(channel, LATER_MS);
      return;
    }
    rest?.post(`/channels/${channel}/typing`).catch(() => this.end(channel));
    running.timer = this.after(channel, AGAIN_MS);
  }
}

/** Whether what is said would have to wait behind signs that something will be. */
function isBusy({ globalRemaining, globalReset }: REST): boolean {
  return globalReset > Date.now() && globalRemaining < RESERVED;
}
