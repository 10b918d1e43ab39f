import type { Redis } from 'ioredis';
import { withTimeout } from '../base/async.ts';
import type { World } from '../base/world.ts';
import { type CacheStore, memoryStore } from './cache.ts';
import { connectionOptions } from './redis.ts';

const PREFIX = 'coda:cache:';
/** Milliseconds. Redis is asked to save time. */
const PATIENCE_MS = 500;

/** A store in Redis, connected to at its first use. While Redis is away this process keeps what it gets by itself. */
export function redisStore(url: string, world: World): CacheStore {
  const own = memoryStore(world.clock);
  let opening: Promise<Redis> | undefined;
  /** Of a connection that is not there yet; one, however many wait. */
  let connected: Promise<unknown> | undefined;
  const open = async () => {
    const { Redis } = await import('ioredis');
    const redis = new Redis(url, connectionOptions);
    // The bus tells when Redis is away.
    redis.on('error', () => {});
    return redis;
  };
  const ready = async () => {
    opening ??= open();
    const redis = await opening;
    if (redis.status !== 'ready') {
      connected ??= new Promise((done) => redis.once('ready', done)).then(() => (connected = undefined));
      await withTimeout(PATIENCE_MS, connected);
    }
    return redis.status === 'ready' ? redis : undefined;
  };
  return {
    async get(key) {
      const redis = await ready();
      const kept =
        redis &&
        (await withTimeout(
          PATIENCE_MS,
          redis.get(PREFIX + key).catch(() => null),
        ));
      return kept ?? own.get(key);
    },
    put(key, value, forMs) {
      void ready().then((redis) => {
        if (redis) redis.set(PREFIX + key, value, 'PX', forMs).catch(() => {});
        else own.put(key, value, forMs);
      });
    },
    async close() {
      (await opening)?.disconnect();
      await own.close();
    },
  };
}
