import type { Clock } from './clock.ts';

export interface BreakerOptions {
  failures: number;
  /** Milliseconds for which it stays open at first; twice as long after each trial that fails. */
  pauseMs: number;
}

/** `degraded`: failed lately, still asked. `paused`: left alone until its pause ends; then one attempt decides. */
export type Health = 'well' | 'degraded' | 'paused';

const LONGEST_MS = 10 * 60_000;

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
    // Asked of every tool and skill at every message: the clock only where it has ever been opened.
    return this.openUntil !== 0 && this.clock.now().getTime() < this.openUntil;
  }

  get health(): Health {
    if (this.open) return 'paused';
    return this.failures === 0 ? 'well' : 'degraded';
  }

  get openEnd(): Date | undefined {
    return this.open ? new Date(this.openUntil) : undefined;
  }

  get inRow(): number {
    return this.failures;
  }

  /** True if a request may go out now. After a pause only one may, until it is known how it ended. */
  admits(): boolean {
    if (this.open) return false;
    if (this.failures >= this.options.failures) this.pause();
    return true;
  }

  recordSuccess(): void {
    this.failures = 0;
    this.openUntil = 0;
    this.pauses = 0;
  }

  /** Call when the service could not be reached, or (`forMs`) asked to be left alone for so long. */
  recordFailure(forMs?: number): void {
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

export interface BreakerState {
  kind: string;
  name: string;
  health: Health;
  failures: number;
  until: Date | undefined;
}

/** `notes/prompt` is of the skill `notes`. */
export const isPartOf = (part: string, name: string): boolean => part === name || part.startsWith(`${name}/`);

export class Breakers {
  private readonly clock: Clock;
  private readonly made = new Map<string, { kind: string; name: string; breaker: Breaker }>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  of(kind: string, name: string, options: BreakerOptions): Breaker {
    const key = `${kind} ${name}`;
    const entry = this.made.get(key);
    if (entry) return entry.breaker;
    const breaker = new Breaker(this.clock, options);
    this.made.set(key, { kind, name, breaker });
    return breaker;
  }

  unwell(): BreakerState[] {
    return [...this.made.values()].flatMap(({ kind, name, breaker }) => {
      const { health, inRow: failures, openEnd: until } = breaker;
      return health === 'well' ? [] : [{ kind, name, health, failures, until }];
    });
  }

  /** Has a part, and what belongs to it, tried again at once; returns their names. */
  reset(named: string): string[] {
    const parts = this.unwell().filter(({ name }) => isPartOf(name, named));
    for (const { kind, name } of parts) this.made.get(`${kind} ${name}`)?.breaker.recordSuccess();
    return parts.map(({ name }) => name);
  }
}
