/**
 * discord.js's connection to the Gateway, with its frames checked and its failures caught: there they are promises that
 * nobody waits for, and would end the process.
 */
import type { IShardingStrategy, SimpleShardingStrategy, WebSocketShardDestroyOptions } from 'discord.js';
import { frameOf } from './frames.ts';

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
