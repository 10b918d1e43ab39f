/** Hands over the events of adapters in order. */
import { backOff, Sequence, sleep } from '../../base/async.ts';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

/** An event that fails this often for a reason of its own never works. */
const ATTEMPTS = 8;
const LONGEST_WAIT_MS = 10_000;

export interface LinesOptions {
  log: Log;
  signal: AbortSignal;
  /** True if the database or the platform is away or has no time, so that the same can work later. */
  isOutage(error: unknown): boolean;
  /** The channel is not there any more, or not for coda: there is nothing to be heard. */
  isGone(error: unknown): boolean;
  /** Milliseconds that the platform has said to wait. */
  waitMs?(error: unknown): number | undefined;
}

/** Does in each channel one thing after another, each until it works. */
export class Lines {
  private readonly options: LinesOptions;
  private readonly lines = new Map<string, { sequence: Sequence; waiting: number }>();

  constructor(options: LinesOptions) {
    this.options = options;
  }

  /** After what was given for this channel before. Never rejects; resolves with whether it was done. */
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
   * Until it works: platforms do not tell for ever what was not stored when it was said. Resolves with whether it was
   * done; what is of no use to be tried again counts as done where the channel is gone.
   */
  async insist(channel: string, task: () => Promise<void>): Promise<boolean> {
    const { log, signal, isGone, isOutage, waitMs } = this.options;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await task();
        return true;
      } catch (error) {
        if (isGone(error)) return true;
        const wait = waitAfter(error, attempt, isOutage);
        const what = wait === undefined ? 'could not be heard' : 'not heard yet';
        log.warn({ channel, attempt, error: messageOf(error) }, what);
        if (wait === undefined) return false;
        await sleep(Math.max(wait, waitMs?.(error) ?? 0), signal).catch(() => {});
      }
    }
    return false;
  }

  /** Resolves when nothing that was given waits. */
  async idle(): Promise<void> {
    await Promise.all([...this.lines.values()].map(({ sequence }) => sequence.idle()));
  }
}

/**
 * Milliseconds until it is tried again; undefined: never. An outage is waited out however long it lasts; what never
 * works must not hold up what comes after it.
 */
export function waitAfter(error: unknown, attempt: number, isOutage: (error: unknown) => boolean): number | undefined {
  if (!isOutage(error) && (attempt >= ATTEMPTS || isOwnFault(error))) return undefined;
  return backOff(attempt, LONGEST_WAIT_MS);
}

/** A bug, or content that cannot be stored (SQLSTATE class 22): the next attempt would end in the same way. */
function isOwnFault(error: unknown): boolean {
  if ([TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)) return true;
  return systemCode(error)?.startsWith('22') ?? false;
}
