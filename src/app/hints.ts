import type { World } from '../base/world.ts';
import { type Bus, openBus } from '../bus/index.ts';
import type { Database } from '../storage/index.ts';

/** Hints between processes: over Redis where there is one, else over PostgreSQL's NOTIFY, else within this process. */
export async function openHints(database: Database, redisUrl: string | undefined, world: World): Promise<Bus> {
  if (redisUrl !== undefined || database.engine === 'pglite') return openBus({ url: redisUrl }, world);
  return overDatabase(database);
}

function overDatabase(database: Database): Bus {
  const stops = new Set<Promise<() => Promise<void>>>();
  const end = async (stop: Promise<() => Promise<void>>) => {
    if (stops.delete(stop)) await (await stop)();
  };
  return {
    publish: (channel, payload) => database.notify(channel, payload),
    subscribe(channel, heard) {
      const stop = database.listen(channel, heard);
      stops.add(stop);
      return () => void end(stop);
    },
    healthy: () => true,
    close: async () => {
      await Promise.all([...stops].map(end));
    },
  };
}
