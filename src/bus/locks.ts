import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { sleep, withTimeout } from '../base/async.ts';
import type { World } from '../base/world.ts';
import { PATIENCE_MS, RedisAtNeed } from './redis.ts';

/**
 * Locks that keep processes from doing the same work side by side. They save work and decide nothing: without Redis, and
 * while it does not answer, everybody gets every lock.
 */
export interface Locks {
  /** Takes a lock and renews it until it is disposed of; undefined while another holder has it. */
  take(name: string): Promise<Lock | undefined>;
  /** Milliseconds after which the lock of a process that has died is free. */
  readonly ttlMs: number;
  close(): Promise<void>;
}

export interface Lock extends AsyncDisposable {
  readonly lost: AbortSignal;
}

const PREFIX = 'coda:lock:';
const LOCK_TTL_MS = 15_000;
const RENEWALS = 3;

const RENEW = `local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0`;

export function freeLocks(): Locks {
  const lock = { lost: new AbortController().signal, [Symbol.asyncDispose]: async () => {} };
  return { ttlMs: 0, take: async () => lock, close: async () => {} };
}

export function redisLocks(url: string, world: World, ttlMs = LOCK_TTL_MS): Locks {
  const connection = new RedisAtNeed(url);
  const run = async (script: string, name: string, token: string): Promise<unknown> => {
    const redis: Redis | undefined = await connection.ready();
    const asked = redis?.eval(script, 1, PREFIX + name, token, ttlMs).catch(() => undefined);
    return asked && withTimeout(PATIENCE_MS, asked);
  };
  return {
    ttlMs,
    async take(name) {
      const token = randomUUID();
      if ((await run(RENEW, name, token)) === 0) return undefined;
      const loss = new AbortController();
      const ended = new AbortController();
      const renewing = repeat(ttlMs / RENEWALS, ended.signal, async () => {
        if ((await run(RENEW, name, token)) !== 0) return true;
        world.log.warn({ lock: name }, 'another process holds the lock that was held here');
        loss.abort(new Error(`the lock ${name} is lost`));
        return false;
      });
      return {
        lost: loss.signal,
        async [Symbol.asyncDispose]() {
          ended.abort();
          await renewing;
          await run(RELEASE, name, token);
        },
      };
    },
    close: () => connection.close(),
  };
}

async function repeat(pauseMs: number, signal: AbortSignal, act: () => Promise<boolean>): Promise<void> {
  for (let goesOn = true; goesOn; ) {
    await sleep(pauseMs, signal).catch(() => {});
    goesOn = !signal.aborted && (await act());
  }
}
