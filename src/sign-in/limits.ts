import { BoundedMap } from '../base/bounded.ts';
import type { Clock } from '../base/clock.ts';
import { CodaError } from '../base/errors.ts';
import { plural } from '../base/text.ts';

interface AttemptBounds {
  /** Attempts in a window that one address has. */
  address: number;
  /** Attempts in a window that an account has, from wherever they come. */
  account: number;
  /** Attempts in a window of everybody together: what a thousand addresses have. */
  all: number;
  windowMs: number;
}

const MOST_KEYS = 10_000;

/** Counts attempts to guess something, in this process: a restart forgets them, and each replica has its own. */
export class AttemptLimits {
  private readonly clock: Clock;
  private readonly bounds: AttemptBounds;
  private readonly counted = new BoundedMap<string, { count: number; until: number }>(MOST_KEYS);
  private total = { count: 0, until: 0 };

  constructor(clock: Clock, bounds: AttemptBounds) {
    this.clock = clock;
    this.bounds = bounds;
  }

  /** Counts an attempt before it is looked at, right or wrong. Throws `HTTP_TOO_FAST`. */
  count({ address, account }: { address: string; account?: string | undefined }): void {
    const now = this.clock.monotonic();
    const until = now + this.bounds.windowMs;
    if (this.total.until <= now) this.total = { count: 0, until };
    const own = [
      { key: `from ${networkOf(address)}`, most: this.bounds.address },
      ...(account === undefined ? [] : [{ key: `for ${account}`, most: this.bounds.account }]),
    ];
    const isOver = own.some(({ key, most }) => this.countOf(key, now) >= most);
    // Refused attempts leave no trace: made-up names would push the counters of others out.
    if (isOver || this.total.count >= this.bounds.all) throw tooManyAttempts(this.bounds.windowMs);
    for (const { key } of own) {
      const before = this.counted.get(key);
      const isLive = before !== undefined && before.until > now;
      this.counted.delete(key);
      this.counted.set(key, isLive ? { ...before, count: before.count + 1 } : { count: 1, until });
    }
    this.total.count++;
  }

  /** Takes an attempt back that was right: whoever signs in often has not guessed. */
  forgive({ address, account }: { address: string; account?: string | undefined }): void {
    for (const key of [`from ${networkOf(address)}`, `for ${account}`]) {
      const counter = this.counted.get(key);
      if (counter) counter.count = Math.max(0, counter.count - 1);
    }
    this.total.count = Math.max(0, this.total.count - 1);
  }

  private countOf(key: string, now: number): number {
    const counter = this.counted.get(key);
    return counter && counter.until > now ? counter.count : 0;
  }
}

/** A household has 2^64 addresses of IPv6, which differ behind the fourth group. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return plain.includes(':') ? groupsOf(plain).slice(0, 4).join(':') : plain;
}

function groupsOf(address: string): string[] {
  const [before = '', after] = address.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const gap = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  return [...head, ...Array.from({ length: gap }, () => '0'), ...tail];
}

function tooManyAttempts(windowMs: number): CodaError {
  return new CodaError('HTTP_TOO_FAST', {
    message: 'Too many attempts.',
    remedy: `Wait ${plural(Math.ceil(windowMs / 60_000), 'minute')}, or run "coda open" where coda runs.`,
  });
}
