import type { Redis, RedisOptions } from 'ioredis';
import { backOff, Subscribers, withTimeout } from '../base/async.ts';
import { messageOf } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import { type CacheStore, memoryStore } from './cache.ts';
import type { Bus } from './port.ts';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;

const connectionOptions = {
  // A hint that cannot be sent now is worth nothing later.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 5_000,
  autoResubscribe: false,
  retryStrategy: (attempt: number) => backOff(attempt, LONGEST_WAIT_MS, FIRST_WAIT_MS),
} satisfies RedisOptions;

export const PATIENCE_MS = 500;

/** A connection that is opened at its first use. Its errors are silent: the bus tells when Redis is away. */
export class RedisAtNeed {
  private readonly url: string;
  private opening: Promise<Redis> | undefined;
  private connected: Promise<unknown> | undefined;

  constructor(url: string) {
    this.url = url;
  }

  async ready(): Promise<Redis | undefined> {
    this.opening ??= this.open();
    const redis = await this.opening;
    if (redis.status !== 'ready') {
      this.connected ??= new Promise((done) => redis.once('ready', done)).then(() => (this.connected = undefined));
      await withTimeout(PATIENCE_MS, this.connected);
    }
    return redis.status === 'ready' ? redis : undefined;
  }

  async close(): Promise<void> {
    (await this.opening)?.disconnect();
  }

  private async open(): Promise<Redis> {
    const { Redis } = await import('ioredis');
    const redis = new Redis(this.url, connectionOptions);
    redis.on('error', () => {});
    return redis;
  }
}

/**
 * The bus of several processes. It never waits for Redis: while it is away, subscribers in this process are told all
 * the same, and the others look by themselves.
 */
export async function redisBus(url: string, world: World): Promise<Bus> {
  const { Redis } = await import('ioredis');
  return new RedisBus(new Redis(url, connectionOptions), new Redis(url, connectionOptions), world);
}

class RedisBus implements Bus {
  private readonly sender: Redis;
  private readonly receiver: Redis;
  private readonly subscribers: Subscribers;
  private readonly world: World;
  private complained = false;
  private reason: string | undefined;
  private closed = false;

  constructor(sender: Redis, receiver: Redis, world: World) {
    this.sender = sender;
    this.receiver = receiver;
    this.world = world;
    this.subscribers = new Subscribers(world.log);
    for (const connection of [sender, receiver]) {
      connection.on('error', (error) => this.complain(error));
      connection.on('close', () => this.complain(undefined));
      connection.on('ready', () => this.rejoice());
    }
    receiver.on('ready', () => this.resubscribe());
    receiver.on('message', (channel, payload) => this.tell(channel, payload));
  }

  publish(channel: string, payload: string): void {
    if (this.closed) return;
    if (!this.healthy()) setImmediate(() => this.tell(channel, payload));
    if (this.sender.status === 'ready') this.sender.publish(channel, payload).catch(() => {});
  }

  subscribe(channel: string, subscriber: (payload: string) => void): () => void {
    const own = (payload: string) => subscriber(payload);
    const first = this.subscribers.add(channel, own);
    if (first && this.receiver.status === 'ready') this.receiver.subscribe(channel).catch(() => {});
    return () => {
      const last = this.subscribers.remove(channel, own);
      if (last && this.receiver.status === 'ready') this.receiver.unsubscribe(channel).catch(() => {});
    };
  }

  healthy(): boolean {
    return !this.closed && this.sender.status === 'ready' && this.receiver.status === 'ready';
  }

  reasonUnhealthy(): string | undefined {
    return this.healthy() ? undefined : this.reason;
  }

  async listeners(channel: string): Promise<number | undefined> {
    const answer = (await this.sender.pubsub('NUMSUB', channel).catch(() => undefined)) as unknown[] | undefined;
    return answer === undefined ? undefined : Number(answer[1]);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.sender.disconnect();
    this.receiver.disconnect();
  }

  private tell(channel: string, payload: string): void {
    if (!this.closed) this.subscribers.tell(channel, payload);
  }

  private resubscribe(): void {
    const names = this.subscribers.names();
    if (names.length > 0) this.receiver.subscribe(...names).catch(() => {});
  }

  /** Logs an outage once, however often the connection is tried. */
  private complain(error: unknown): void {
    // That a connection was closed says nothing of why.
    if (error !== undefined) this.reason = messageOf(error);
    if (this.closed || this.complained) return;
    this.complained = true;
    const reason = error === undefined ? 'the connection was closed' : messageOf(error);
    this.world.log.warn({ reason }, 'Redis does not answer; replicas hear of each other later until it is back');
  }

  private rejoice(): void {
    if (!this.complained || !this.healthy()) return;
    this.complained = false;
    this.world.log.info('Redis answers again');
  }
}

const PREFIX = 'coda:cache:';

/** A store in Redis, connected to at its first use. While Redis is away this process keeps what it gets by itself. */
export function redisStore(url: string, world: World): CacheStore {
  const own = memoryStore(world.clock);
  const connection = new RedisAtNeed(url);
  return {
    async get(key) {
      const redis = await connection.ready();
      const cachedValue =
        redis &&
        (await withTimeout(
          PATIENCE_MS,
          redis.get(PREFIX + key).catch(() => null),
        ));
      return cachedValue ?? own.get(key);
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
