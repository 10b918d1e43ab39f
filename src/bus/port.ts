import { Subscribers } from '../base/async.ts';
import type { World } from '../base/world.ts';

/**
 * Hints from one process of coda to the others: that something is there to be looked at. They may be lost, come twice
 * or out of order; the database is the truth, and whoever waits for a hint looks by itself now and then.
 */
export interface Bus {
  /** Tells all subscribers of `channel`, this process's own included. Never throws; what cannot be sent is lost. */
  publish(channel: string, payload: string): void;
  /** Calls `subscriber` with what is published from now on; what it throws is logged. The function returned stops it. */
  subscribe(channel: string, subscriber: (payload: string) => void): () => void;
  healthy(): boolean;
  reasonUnhealthy?(): string | undefined;
  /** Number of processes that subscribe to `channel`, where that can be asked. */
  listeners?(channel: string): Promise<number | undefined>;
  close(): Promise<void>;
}

export function memoryBus(world: World): Bus {
  const subscribers = new Subscribers(world.log);
  let closed = false;
  return {
    publish(channel, payload) {
      // Later, as on every other bus: whoever publishes must not find itself inside its subscribers.
      setImmediate(() => {
        if (!closed) subscribers.tell(channel, payload);
      });
    },
    subscribe(channel, subscriber) {
      const own = (payload: string) => subscriber(payload);
      subscribers.add(channel, own);
      return () => void subscribers.remove(channel, own);
    },
    healthy: () => !closed,
    async close() {
      closed = true;
    },
  };
}
