import type { Clock } from '../../base/clock.ts';

export interface BreakerOptions {
  /** Failures in a row after which it opens. */
  failures: number;
  /** Milliseconds for which it stays open at first; twice as long after each trial that fails. */
  pauseMs: number;
}

const LONGEST_MS = 10 * 60_000;

/** Keeps requests from a model that has failed again and again, and lets one through now and then to see. */
export class Breaker {
  private readonly clock: Clock;
  private readonly options: BreakerOptions;
  private failures = 0;
  private openUntil = 0;
  private pauses = 0;

  constructor(clock: Clock, options: BreakerOptions) {
    this.clock = clock;
    this.options = options;
  }

  get open(): boolean {
    return this.clock.now().getTime() < this.openUntil;
  }

  /** Whether a request may go out now. After a pause only one may, until it is known how it ended. */
  admits(): boolean {
    if (this.open) return false;
    if (this.failures >= this.options.failures) this.pause();
    return true;
  }

  succeeded(): void {
    this.failures = 0;
    this.openUntil = 0;
    this.pauses = 0;
  }

  /** It could not be reached, or (`forMs`) asked to be left alone for so long. */
  failed(forMs?: number): void {
    this.failures++;
    if (forMs !== undefined) this.openUntil = Math.max(this.openUntil, this.clock.now().getTime() + forMs);
    else if (this.failures >= this.options.failures) this.pause();
  }

  private pause(): void {
    const { pauseMs } = this.options;
    this.openUntil = this.clock.now().getTime() + Math.min(LONGEST_MS, pauseMs * 2 ** Math.floor(this.pauses));
    // Each trial pauses twice: when it is let through, and when it fails.
    this.pauses += 0.5;
  }
}
