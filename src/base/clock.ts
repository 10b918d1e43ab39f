/** Time as a dependency: who needs the instant or a timer asks the World's clock, never the host. */

/** A point on the timeline, in milliseconds UTC. */
export type Instant = Date;

export type Cancel = () => void;

export const DAY_MS = 86_400_000;

export interface Clock {
  /** The instant that everything is decided by. On PostgreSQL it follows the database's clock. */
  now(): Instant;
  monotonic(): number;
  /**
   * Calls `fn` once as soon as `now()` has reached `at` (at once, but never synchronously, when it already has).
   * Any distance is allowed, and a jump of the host's clock is noticed within 5 s. After `cancel` it is not called.
   */
  at(at: Instant, fn: () => void): Cancel;
  /** From now on follows a clock that shows `reference` at this moment. A clock that cannot has no such function. */
  follow?(reference: Instant): void;
}

interface Timer {
  at: number;
  fn: () => void;
}

class Timers {
  private list: Timer[] = [];

  add(timer: Timer): void {
    let index = this.list.length;
    while (index > 0 && (this.list[index - 1] as Timer).at > timer.at) index--;
    this.list.splice(index, 0, timer);
  }

  remove(timer: Timer): void {
    const index = this.list.indexOf(timer);
    if (index >= 0) this.list.splice(index, 1);
  }

  first(): Timer | undefined {
    return this.list[0];
  }

  takeDue(now: number): Timer | undefined {
    const first = this.list[0];
    return first && first.at <= now ? this.list.shift() : undefined;
  }
}

/** A suspended laptop and a corrected clock move the wall clock under a running timer: look again this often. */
const LONGEST_SLEEP_MS = 5_000;

export class SystemClock implements Clock {
  private readonly timers = new Timers();
  private sleeping: NodeJS.Timeout | undefined;
  private offset: number | undefined;

  now(): Instant {
    return new Date(this.time());
  }

  monotonic(): number {
    return performance.now();
  }

  follow(reference: Instant): void {
    this.offset = reference.getTime() - performance.now();
    this.arm();
  }

  at(at: Instant, fn: () => void): Cancel {
    const timer = { at: at.getTime(), fn };
    this.timers.add(timer);
    this.arm();
    return () => {
      this.timers.remove(timer);
      if (!this.timers.first()) clearTimeout(this.sleeping);
    };
  }

  private time(): number {
    return this.offset === undefined ? Date.now() : Math.round(performance.now() + this.offset);
  }

  private arm(): void {
    clearTimeout(this.sleeping);
    const first = this.timers.first();
    if (!first) return;
    const wait = Math.min(Math.max(first.at - this.time(), 0), LONGEST_SLEEP_MS);
    this.sleeping = setTimeout(() => this.fire(), wait);
  }

  private fire(): void {
    for (let due = this.timers.takeDue(this.time()); due; due = this.timers.takeDue(this.time())) due.fn();
    this.arm();
  }
}

export class TestClock implements Clock {
  private readonly timers = new Timers();
  private time: number;

  constructor(start: Instant) {
    this.time = start.getTime();
  }

  now(): Instant {
    return new Date(this.time);
  }

  monotonic(): number {
    return this.time;
  }

  at(at: Instant, fn: () => void): Cancel {
    const timer = { at: at.getTime(), fn };
    this.timers.add(timer);
    if (timer.at <= this.time) setImmediate(() => this.fireDue());
    return () => this.timers.remove(timer);
  }

  /**
   * Moves on to `to`, stopping at every timer on the way in order; `settle` is awaited at each stop, so that what a
   * timer set off is done before time goes on. A `to` in the past sets the clock back without firing anything.
   */
  async moveTo(to: Instant, settle: () => Promise<void> = async () => {}): Promise<void> {
    const target = to.getTime();
    if (target < this.time) {
      this.time = target;
      return;
    }
    for (;;) {
      await settle();
      const next = this.timers.first();
      if (!next || next.at > target) break;
      this.time = Math.max(this.time, next.at);
      this.fireDue();
    }
    this.time = target;
    await settle();
  }

  /** Wakes from a suspension at `to`: every timer on the way fires then, in order. */
  wakeAt(to: Instant): void {
    this.time = Math.max(this.time, to.getTime());
    this.fireDue();
  }

  private fireDue(): void {
    for (let due = this.timers.takeDue(this.time); due; due = this.timers.takeDue(this.time)) due.fn();
  }
}

const MOST_MS = 60_000;

/** The clock's fault if a server's `Date` header is right; undefined within a minute, and without a header. */
export function clockTrouble(header: string | null | undefined, here = new Date()) {
  const there = Date.parse(header ?? '');
  if (Number.isNaN(there) || Math.abs(here.getTime() - there) < MOST_MS) return undefined;
  const minutes = Math.round((here.getTime() - there) / 60_000);
  return {
    code: 'CLOCK_SKEW',
    says: `the clock of this machine is ${Math.abs(minutes)} min ${minutes > 0 ? 'ahead' : 'behind'}`,
    remedy: 'Let the machine set its clock (timedatectl set-ntp true).',
  };
}
