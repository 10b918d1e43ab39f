import type { Part } from '../adapter.ts';

/** A part that was put off may be late by this much before others go ahead of it. */
const GRACE_MS = 5_000;
/** Between two that wait for each other. */
const STEP_MS = 50;

/**
 * Keeps what is said in a channel in its order when the platform makes some of it wait: a part that comes later waits behind
 * those that were put off, each in its place, until they have been sent or their time is well over.
 */
export class Order {
  /** By channel: the keys of parts that were put off, in their order, and until when (ms). */
  private readonly waiting = new Map<string, Map<string, number>>();

  /**
   * Milliseconds that this part has to wait for others that were put off before it came; 0: none. It is put off, then.
   * A later part of an answer waits for nobody: the one before it is there, and nothing comes between them.
   */
  behind(channel: string, { key, index = 0 }: Pick<Part, 'key' | 'index'>, now: number): number {
    if (index > 0) return 0;
    let until = 0;
    for (const [other, at] of this.waiting.get(channel) ?? []) {
      if (other === key) break;
      if (at + GRACE_MS > now) until = Math.max(until, at);
    }
    if (until === 0) return 0;
    const wait = Math.max(until - now, 0) + STEP_MS;
    this.putOff(channel, key, now + wait);
    return wait;
  }

  putOff(channel: string, key: string, until: number): void {
    const parts = this.waiting.get(channel) ?? new Map<string, number>();
    this.waiting.set(channel, parts.set(key, until));
  }

  /** Nobody waits for this part any more. */
  done(channel: string, key: string): void {
    const parts = this.waiting.get(channel);
    if (parts?.delete(key) && parts.size === 0) this.waiting.delete(channel);
  }
}
