/**
 * discord.js's connection to the Gateway, with its frames checked and its failures caught: there they are promises that
 * nobody waits for, and would end the process.
 */
import type { IShardingStrategy, SimpleShardingStrategy, WebSocketShardDestroyOptions } from 'discord.js';
import { z } from 'zod';
import { isUrl } from '../../base/text.ts';

/** Observer of a connection. */
export interface ShardWatch {
  /** True if the connection is still wanted; where it is not, it is not made again. */
  wanted(): boolean;
  /** Nothing is heard from now on, until a session has begun or was resumed. */
  left(): void;
  /** It cannot go on. */
  broke(error: unknown): void;
  /** The address by which the Gateway at `address` is reached from here. */
  reach(address: string): Promise<string>;
  /** An event was dropped because it could not be understood. */
  strange(event: string, reason: string): void;
}

/** The used part of discord.js's shard. */
interface Shard {
  connection: { on(event: 'error', listener: () => void): void; terminate(): void } | null;
  strategy: {
    options: { gatewayInformation: { url: string } };
    retrieveSessionInfo(id: number): Promise<{ resumeURL: string } | null>;
  };
  onMessage(data: unknown, isBinary: boolean): Promise<void>;
  unpackMessage(data: unknown, isBinary: boolean): Promise<unknown>;
  onClose(code: number): Promise<void>;
  heartbeat(requested?: boolean): Promise<void>;
  internalConnect(): Promise<void>;
  destroy(options?: WebSocketShardDestroyOptions): Promise<void>;
}

/** A sharding strategy for discord.js, and the way to cut its connections. */
export function guardedShards(Strategy: typeof SimpleShardingStrategy, watch: ShardWatch) {
  const shards: Shard[] = [];
  return {
    build: (...made: ConstructorParameters<typeof SimpleShardingStrategy>): IShardingStrategy => {
      const strategy = new Strategy(...made);
      const spawn = strategy.spawn.bind(strategy);
      strategy.spawn = async (ids) => {
        await spawn(ids);
        for (const shard of (Reflect.get(strategy, 'shards') as Map<number, Shard>).values()) {
          guard(shard, watch);
          shards.push(shard);
        }
      };
      return strategy;
    },
    /** Ends every connection, also one that does not answer a polite end. */
    cut(): void {
      for (const { connection } of shards) connection?.terminate();
    },
  };
}

function guard(shard: Shard, watch: ShardWatch): void {
  const { onMessage, unpackMessage, onClose, heartbeat, internalConnect, destroy, strategy } = shard;
  // Its own: what the Gateway says is compared with this, and a session is resumed at the address that it came with.
  const gateway = strategy.options.gatewayInformation.url;
  const retrieve = strategy.retrieveSessionInfo.bind(strategy);
  strategy.retrieveSessionInfo = async (id) => {
    const session = await retrieve(id);
    return session && { ...session, resumeURL: await watch.reach(session.resumeURL) };
  };
  /** Nobody waits for what `work` resolves to, so that what it throws is told here. */
  const caught = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      watch.broke(error);
    }
  };
  shard.unpackMessage = async (...given) => {
    const frame = frameOf(await unpackMessage.call(shard, ...given), gateway);
    if (frame && 'strange' in frame) return void watch.strange(frame.event, frame.strange);
    return frame;
  };
  shard.onMessage = (...given) => caught(() => onMessage.call(shard, ...given));
  shard.heartbeat = (...given) => caught(() => heartbeat.call(shard, ...given));
  shard.onClose = (code) => {
    watch.left();
    return caught(() => onClose.call(shard, code));
  };
  shard.internalConnect = async () => {
    if (!watch.wanted()) return;
    await caught(async () => {
      strategy.options.gatewayInformation = { ...strategy.options.gatewayInformation, url: await watch.reach(gateway) };
      await internalConnect.call(shard);
    });
  };
  shard.destroy = (options) => {
    if (options?.recover !== undefined) watch.left();
    // discord.js takes its own listener off; an error that comes later would end the process.
    shard.connection?.on('error', () => {});
    return caught(() => destroy.call(shard, options));
  };
}

// Validates Gateway frames before discord.js acts on them. Pure.

/** An event that discord.js is not shown. */
interface StrangeEvent {
  event: string;
  strange: string;
}

const HELLO = 10;
const INVALID_SESSION = 9;
const DISPATCH = 0;

const snowflake = z.string().regex(/^\d{1,20}$/);
/** A timer beyond 2³¹ ms fires at once, and again and again. */
const hello = z.looseObject({ heartbeat_interval: z.number().min(10).max(600_000) });
const ready = z.looseObject({
  session_id: z.string().min(1),
  user: z.looseObject({ id: snowflake }),
  application: z.looseObject({ id: snowflake }),
  guilds: z.array(z.looseObject({ id: snowflake })),
});
const dispatch = z.looseObject({ t: z.string(), s: z.int().nonnegative() });

/**
 * The frame, as far as it can be gone by: an address to resume at that is none becomes `gateway`. Throws on a control
 * frame that cannot be understood: the connection is of no use then.
 */
function frameOf(frame: unknown, gateway: string): object | StrangeEvent | null {
  if (frame === null || frame === undefined) return null;
  if (typeof frame !== 'object') return { event: typeof frame, strange: 'it is no object' };
  const { op, t, d } = frame as { op?: unknown; t?: unknown; d?: unknown };
  if (op === HELLO) return { ...frame, d: control('hello', hello, d) };
  if (op === INVALID_SESSION) return { ...frame, d: control('invalid session', z.boolean(), d) };
  if (op !== DISPATCH || t === 'RESUMED') return frame;
  const isReady = t === 'READY';
  if (isReady) control('READY', ready, d);
  const event = dispatch.safeParse(frame);
  if (!event.success) {
    if (isReady) throw new Error('the Gateway sent a READY without a sequence');
    return { event: String(t), strange: 'it has no name or no sequence' };
  }
  if (typeof d !== 'object' || d === null) return { event: event.data.t, strange: 'it has no data' };
  if (!isReady) return frame;
  const { resume_gateway_url: url } = d as { resume_gateway_url?: unknown };
  return { ...frame, d: { ...d, resume_gateway_url: isAddress(url) ? url : gateway } };
}

function control<T>(name: string, shape: z.ZodType<T>, data: unknown): T {
  const { success, data: checked } = shape.safeParse(data);
  if (!success) throw new Error(`the Gateway sent a ${name} that cannot be understood`);
  return checked;
}

function isAddress(url: unknown): boolean {
  return typeof url === 'string' && isUrl(url) && /^wss?:$/.test(new URL(url).protocol);
}
