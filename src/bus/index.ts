/** Hints from one process of coda to the others, their locks, and what they keep from outside for a while. */
import type { World } from '../base/world.ts';
import { Cache, memoryStore } from './cache.ts';
import { freeLocks, type Locks, redisLocks } from './locks.ts';
import { type Bus, memoryBus } from './port.ts';
import { redisBus, redisStore } from './redis.ts';

export { Cache, memoryStore } from './cache.ts';
export type { Lock, Locks } from './locks.ts';
export type { Bus } from './port.ts';

export interface BusOptions {
  url?: string | undefined;
}

/** Opens the bus. It does not wait for Redis, and no error of Redis is thrown: losing it costs nothing but latency. */
export async function openBus({ url }: BusOptions, world: World): Promise<Bus> {
  if (!url) return memoryBus(world);
  world.secrets.addUrl(url);
  return redisBus(url, world);
}

export function openCache({ url }: BusOptions, world: World): Cache {
  return new Cache(url ? redisStore(url, world) : memoryStore(world.clock));
}

export function openLocks({ url, ttlMs }: BusOptions & { ttlMs?: number }, world: World): Locks {
  return url ? redisLocks(url, world, ttlMs) : freeLocks();
}
