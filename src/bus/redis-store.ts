import { withTimeout } from '../base/async.ts';
import type { World } from '../base/world.ts';
import { type CacheStore, memoryStore } from './cache.ts';
import { PATIENCE_MS, RedisAtNeed } from './redis.ts';

const PREFIX = 'coda:cache:';

/** A store in Redis, connected to at its first use. While Redis is away this process keeps what it gets by itself. */
export function redisStore(url: string, world: World): CacheStore {
  const own = memoryStore(world.clock);
  const connection = new RedisAtNeed(url);
  return {
    async get(key) {
      const redis = await connection.ready();
      const kept =
        redis &&
        (await withTimeout(
          PATIENCE_MS,
          redis.get(PREFIX + key).catch(() => null),
        ));
      return kept ?? own.get(key);
    },
    put(key, value, forMs) {
      void connection.ready().then((redis) => {
        if (redis) redis.set(PREFIX + key, value, 'PX', forMs).catch(() => {});
        else own.put(key, value, forMs);
      });
    },
    async close() {
      await connection.close();
      await own.close();
    },
  };
}
