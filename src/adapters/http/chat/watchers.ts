import type { Clock } from '../../../base/clock.ts';

export type Happening =
  | { type: 'part'; replyTo: string | undefined; part: unknown }
  | { type: 'delete'; id: string }
  /** Something may be unread in another place of the person's own. */
  | { type: 'unread' }
  | { type: 'typing' };

/** Milliseconds: proxies cut connections on which nothing comes for a minute. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ': heartbeat\n\n';
/** Texts that wait for a reader who is slower than what happens; the connection of one who is behind is ended. */
const MOST_WAITING = 1_000;
/** Milliseconds in which a reader takes what is written: shorter than a send may last, so that its outcome is known. */
const TAKES_WITHIN_MS = 8_000;

/** Watched instead of each of a caller's conversations, those to come among them. Is no conversation's name. */
export const allOf = (channel: string): string => `${channel.slice(0, channel.indexOf('/') + 1)}*`;

export class Watchers {
  private readonly clock: Clock;
  private readonly byChannel = new Map<string, Set<Watch>>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  has(channel: string): boolean {
    return this.byChannel.has(channel) || this.byChannel.has(allOf(channel));
  }

  /** Resolves to true when somebody's connection has taken it. */
  async tell(channel: string, happening: Happening): Promise<boolean> {
    const watches = [channel, allOf(channel)].flatMap((name) => [...(this.byChannel.get(name) ?? [])]);
    const answers = watches.map((watch) => watch.hear(happening, channel));
    return (await Promise.all(answers)).includes(true);
  }

  /**
   * Begins to watch at once; `take` says what of each happening in a channel is written, undefined: nothing. `ended` is called
   * once, when it does not watch any more.
   */
  watch(
    channels: readonly string[],
    take: (happening: Happening, channel: string) => string | undefined,
    signal: AbortSignal,
    ended = () => {},
  ): Watch {
    const watch = new Watch(this.clock, take, signal, () => {
      for (const channel of channels) this.leave(channel, watch);
      ended();
    });
    for (const channel of channels) {
      const watches = this.byChannel.get(channel) ?? new Set();
      this.byChannel.set(channel, watches.add(watch));
    }
    // The reader may have left before: a signal that has aborted tells nobody any more.
    if (signal.aborted) watch.endWatch();
    return watch;
  }

  private leave(channel: string, watch: Watch): void {
    const watches = this.byChannel.get(channel);
    watches?.delete(watch);
    if (watches?.size === 0) this.byChannel.delete(channel);
  }
}

interface WrittenEvent {
  text: string;
  resolve(isTaken: boolean): void;
}

/** A reader's stream: what happens, in order, with a sign of life while nothing does. Ends when `signal` aborts. */
export class Watch implements AsyncIterable<string> {
  private readonly clock: Clock;
  private readonly take: (happening: Happening, channel: string) => string | undefined;
  private readonly signal: AbortSignal;
  private readonly ended: () => void;
  private waiting: WrittenEvent[] = [];
  /** Handed to the connection, which has not taken it yet. */
  private leaving: WrittenEvent[] = [];
  private cancelStall: (() => void) | undefined;
  private wake: (() => void) | undefined;
  private isOver = false;
  private readonly onAbort = () => this.endWatch();

  constructor(
    clock: Clock,
    take: (happening: Happening, channel: string) => string | undefined,
    signal: AbortSignal,
    ended: () => void,
  ) {
    this.clock = clock;
    this.take = take;
    this.signal = signal;
    this.ended = ended;
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  async hear(happening: Happening, channel: string): Promise<boolean> {
    const text = this.take(happening, channel);
    return text !== undefined && this.write(text);
  }

  /** Resolves to true when the connection has taken it; to false when the reader has gone, or takes nothing for too long. */
  write(text: string): Promise<boolean> {
    if (this.isOver) return Promise.resolve(false);
    return new Promise((settle) => {
      const most = this.waiting.push({ text, resolve: settle });
      this.limitStall();
      if (most > MOST_WAITING) this.endWatch();
      this.wake?.();
    });
  }

  /** Queued events are still written. */
  endWatch(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.cancelStall?.();
    for (const { resolve: settle } of [...this.leaving, ...this.waiting]) settle(false);
    this.signal.removeEventListener('abort', this.onAbort);
    this.ended();
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      for (;;) {
        [this.leaving, this.waiting] = [this.waiting, []];
        if (this.leaving.length > 0) {
          yield this.leaving.map(({ text }) => text).join('');
          for (const { resolve: settle } of this.leaving) settle(true);
          this.cancelStall?.();
          this.cancelStall = undefined;
          // The next ones, written meanwhile, have a time of their own.
          if (this.waiting.length > 0 && !this.isOver) this.limitStall();
        } else if (this.isOver) return;
        else if (!(await this.something())) yield HEARTBEAT;
      }
    } finally {
      this.endWatch();
    }
  }

  private limitStall(): void {
    this.cancelStall ??= this.clock.at(new Date(this.clock.now().getTime() + TAKES_WITHIN_MS), () => this.endWatch());
  }

  private something(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.clock.at(new Date(this.clock.now().getTime() + HEARTBEAT_MS), () => {
        this.wake = undefined;
        resolve(false);
      });
      this.wake = () => {
        this.wake = undefined;
        cancel();
        resolve(true);
      };
    });
  }
}

export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
