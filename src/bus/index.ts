/** Hints from one process of coda to the others. */
import type { World } from '../base/world.ts';
import { memoryBus } from './memory.ts';
import type { Bus } from './port.ts';
import { redisBus } from './redis.ts';

export type { Bus } from './port.ts';

export interface BusOptions {
  /** A Redis to reach other processes by; without it hints stay in this one. */
  url?: string | undefined;
}

/** Opens the bus. It does not wait for Redis, and no error of Redis is thrown: losing it costs nothing but latency. */
export async function openBus({ url }: BusOptions, world: World): Promise<Bus> {
  if (!url) return memoryBus(world);
  world.secrets.addUrl(url);
  return redisBus(url, world);
}
