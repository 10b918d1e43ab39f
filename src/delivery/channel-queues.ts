/** Hands over the events of adapters, those of each channel in order. */
import { backOff, Sequence, sleep } from '../base/async.ts';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

const ATTEMPTS = 8;
const LONGEST_WAIT_MS = 10_000;

interface QueueOptions {
  log: Log;
  signal: AbortSignal;
  /** True if the database or the platform is away or has no time, so that the same can work later. */
  isOutage(error: unknown): boolean;
  isGone(error: unknown): boolean;
  waitMs?(error: unknown): number | undefined;
}

export class ChannelQueues {
  private readonly options: QueueOptions;
  private readonly lines = new Map<string, { sequence: Sequence; waiting: number }>();

  constructor(options: QueueOptions) {
    this.options = options;
  }

  /** Runs `task` after those given for this channel before. Never rejects; resolves with true if it was done. */
  async run(channel: string, task: () => Promise<void>): Promise<boolean> {
    const line = this.lines.get(channel) ?? { sequence: new Sequence(), waiting: 0 };
    this.lines.set(channel, line);
    line.waiting++;
    try {
      return await line.sequence.run(() => this.insist(channel, task));
    } finally {
      if (--line.waiting === 0) this.lines.delete(channel);
    }
  }

  /**
   * Runs `task` until it works: platforms do not repeat for ever what was not stored. Resolves with true if it was done;
   * where the channel is gone, it counts as done.
   */
  async insist(channel: string, task: () => Promise<void>): Promise<boolean> {
    const { log, signal, isGone, isOutage, waitMs } = this.options;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await task();
        return true;
      } catch (error) {
        if (isGone(error)) return true;
        const wait = retryDelay(error, attempt, isOutage);
        const what = wait === undefined ? 'could not be heard' : 'not heard yet';
        log.warn({ channel, attempt, error: messageOf(error) }, what);
        if (wait === undefined) return false;
        await sleep(Math.max(wait, waitMs?.(error) ?? 0), signal).catch(() => {});
      }
    }
    return false;
  }

  async idle(): Promise<void> {
    await Promise.all([...this.lines.values()].map(({ sequence }) => sequence.idle()));
  }
}

/**
 * Milliseconds until it is tried again; undefined: never. An outage is waited out however long it lasts; what never
 * works must not hold up what comes after it.
 */
export function retryDelay(error: unknown, attempt: number, isOutage: (error: unknown) => boolean): number | undefined {
  if (!isOutage(error) && (attempt >= ATTEMPTS || isOwnFault(error))) return undefined;
  return backOff(attempt, LONGEST_WAIT_MS);
}

/** A bug, or content that cannot be stored (SQLSTATE class 22): the next attempt would end in the same way. */
function isOwnFault(error: unknown): boolean {
  if ([TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)) return true;
  return systemCode(error)?.startsWith('22') ?? false;
}
