import { setImmediate } from 'node:timers/promises';

/** Lets everything else of the process run between pieces of work that hold it up. */
export class Pace {
  private readonly sliceMs: number;
  private since = performance.now();

  /** `sliceMs`: how long to work at a stretch, in milliseconds of real time. */
  constructor(sliceMs = 5) {
    this.sliceMs = sliceMs;
  }

  /** True if it is time to `rest`. Asked before, because waiting for nothing thousands of times takes time, too. */
  get isUp(): boolean {
    return performance.now() - this.since >= this.sliceMs;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.since = performance.now();
  }
}
