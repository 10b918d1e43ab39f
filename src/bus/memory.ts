import { Subscribers } from '../base/subscribers.ts';
import type { World } from '../base/world.ts';
import type { Bus } from './port.ts';

/** The bus of a single process. */
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
    subscribe(channel, heard) {
      const own = (payload: string) => heard(payload);
      subscribers.add(channel, own);
      return () => void subscribers.remove(channel, own);
    },
    healthy: () => !closed,
    async close() {
      closed = true;
    },
  };
}
