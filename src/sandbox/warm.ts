import type { Cancel, Clock } from '../base/clock.ts';
import type { Container } from './container.ts';

/** A session that has just begun needs the machine for itself. */
const DELAY_MS = 2_000;
/** Without a taker for so long it is removed. */
const IDLE_MS = 10 * 60_000;

/** One container that waits for the next session of the default image. Whoever takes it has it alone. */
export class Warm {
  private readonly make: () => Promise<Container>;
  private readonly clock: Clock;
  private next: Promise<Container | undefined> | undefined;
  private cancel: Cancel | undefined;
  private cancelFill: Cancel | undefined;

  constructor(make: () => Promise<Container>, clock: Clock) {
    this.make = make;
    this.clock = clock;
  }

  /** Makes one in a moment, unless `fill` comes before. */
  fillSoon(): void {
    this.cancelFill?.();
    this.cancelFill = this.clock.at(new Date(this.clock.now().getTime() + DELAY_MS), () => this.fill());
  }

  /** Makes one unless one is there. */
  fill(): void {
    this.cancelFill?.();
    this.cancel?.();
    this.cancel = this.clock.at(new Date(this.clock.now().getTime() + IDLE_MS), () => void this.empty());
    // The next session makes its own then, and tells what is wrong.
    this.next ??= this.make().catch(() => undefined);
  }

  /** The waiting container, or the one that is being made; undefined when there is none that runs. */
  async take(): Promise<Container | undefined> {
    const { next } = this;
    this.next = undefined;
    const container = await next;
    return container?.ended.aborted ? undefined : container;
  }

  async empty(): Promise<void> {
    this.cancelFill?.();
    this.cancel?.();
    this.cancel = undefined;
    await (await this.take())?.remove('nobody used it');
  }
}
