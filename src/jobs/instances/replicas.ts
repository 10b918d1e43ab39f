/** Live replicas, as a process sees them: those that still send heartbeats. */
import type { Instant } from '../../base/clock.ts';

/** Silent for so long, as another process sees it: that one takes the rows over. */
export const TAKE_OVER_MS = 15_000;
/** The same for one that was not seen to send a heartbeat yet: it may not know that it is not alone any more. */
export const TAKE_OVER_UNSEEN_MS = 20_000;
/** While this one could not look for so long, the others may not have been able to write: the database was away from all. */
const BLIND_MS = 10_000;

interface Seen {
  /** The instant that the heartbeat carries; only that it changes says something. */
  heartbeat: number;
  /** When it was seen first, in monotonic milliseconds of this process. */
  at: number;
  /** True if it was seen to change. */
  moved: boolean;
}

/** Clocks that differ or jump end nobody: only heartbeats that do not change while this process looks. */
export class Replicas {
  private seen = new Map<string, Seen>();
  private lookedAt = 0;

  /** Number of replicas at the last look. */
  get count(): number {
    return this.seen.size;
  }

  /** True if one that was there at the last look is not among `found`: it has ended. */
  lacks(found: readonly { id: string }[]): boolean {
    return [...this.seen.keys()].some((id) => !found.some((other) => other.id === id));
  }

  /** Takes in what a look at `at` (monotonic milliseconds) has found; returns those that have been silent for too long. */
  look(found: readonly { id: string; heartbeatAt: Instant }[], at: number): string[] {
    const wasBlind = at - this.lookedAt >= BLIND_MS;
    this.lookedAt = at;
    this.seen = new Map(found.map(({ id, heartbeatAt }) => [id, this.noted(id, heartbeatAt.getTime(), at, wasBlind)]));
    return [...this.seen].flatMap(([id, seen]) => (at >= silentAt(seen) ? [id] : []));
  }

  /** Milliseconds from `at` until the next one will have been silent for too long; `Infinity` when there is none. */
  nextLook(at: number): number {
    return Math.min(...[...this.seen.values()].map((seen) => silentAt(seen) - at).filter((left) => left > 0));
  }

  private noted(id: string, heartbeat: number, at: number, wasBlind: boolean): Seen {
    const known = this.seen.get(id);
    if (!known) return { heartbeat, at, moved: false };
    if (known.heartbeat !== heartbeat) return { heartbeat, at, moved: true };
    return wasBlind ? { ...known, at } : known;
  }
}

const silentAt = ({ at, moved }: Seen) => at + (moved ? TAKE_OVER_MS : TAKE_OVER_UNSEEN_MS);
