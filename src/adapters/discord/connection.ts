import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type {
  APIInteraction,
  Client,
  GatewayDispatchEvents,
  GatewayReadyDispatchData,
  IShardingStrategy,
  REST,
  SimpleShardingStrategy,
  WebSocketShardDestroyOptions,
} from 'discord.js';
import { z } from 'zod';
import { backOff, deferred, startListening, withTimeout } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { token } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundProxy } from '../../base/outbound.ts';
import { isUrl } from '../../base/text.ts';
import type { RawChannel, RawGuild } from './channels.ts';
import type { DiscordConfig } from './config.ts';
import type { DiscordOptions } from './options.ts';
import type { RawMessage } from './parse.ts';
import { restOptions } from './transport.ts';
import { CONTENT_REFUSED, GatewayRefusal, TOKEN_REFUSED, type Trouble, troubleOf, wayTrouble } from './trouble.ts';

export interface GatewayHandlers {
  /** A new session: what was said before it has to be fetched. `awayMs`: since the one before was left, if there was one. */
  ready(ready: GatewayReadyDispatchData, awayMs: number | undefined): void;
  /** The session goes on, and what was said meanwhile has been told. */
  onResume(): void;
  message(message: RawMessage): void;
  onEdit(message: RawMessage): void;
  onDelete(ids: readonly string[], channel: string): void;
  guild(guild: RawGuild): void;
  channel(channel: RawChannel): void;
  interaction(interaction: APIInteraction): void;
}

const LOGIN_WITHIN_MS = 30_000;
const LONGEST_WAIT_MS = 60_000;
/** A token that Discord refuses is mended by a person: asking often would only bring a ban nearer. */
const REFUSED_WAIT_MS = 5 * 60_000;
/**
 * Longer waits for a limit are the outbox's: it has other things to send meanwhile. discord.js itself sends 50 requests
 * in a window of 1,050 ms, which is waited for here.
 */
const WAIT_HERE_MS = 1_200;
const REQUEST_WITHIN_MS = 9_000;
export const TIMES = {
  firstWait: 1_000,
  /** A session that is not resumed by then is begun anew. */
  backWithin: 20_000,
  /** A shorter absence is a resume, and told nobody. */
  awayAfter: 10_000,
};
/** A session that stood for so long was no failure: the waits begin anew. */
const STABLE_MS = 60_000;
/** The other side may not answer when a connection is closed politely. */
const DESTROY_WITHIN_MS = 2_000;

/**
 * The connection to Discord. discord.js keeps a session alive by itself, and resumes it; a session that cannot be
 * begun or resumed, that sends what cannot be understood, or that Discord has ended for good, is begun anew here, with
 * growing waits, until `close`.
 */
export class Connection {
  private readonly config: DiscordConfig;
  private readonly log: Log;
  private readonly handlers: GatewayHandlers;
  private readonly times: typeof TIMES;
  private attempt: Attempt | undefined;
  /** REST client of the last login that Discord accepted; it works while the Gateway is away. */
  private requests: REST | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private closed = false;
  /** Since when a session stands, in ms of `performance.now()`. */
  private readyAt: number | undefined;
  private leftAt: number | undefined = performance.now();
  private watchdog: NodeJS.Timeout | undefined;
  /** Without it only what mentions coda, and direct messages, can be read. */
  private readsAll = true;
  trouble: Trouble | undefined;
  private readonly relay: GatewayRelay | undefined;

  constructor(
    { config, log, proxy }: Pick<DiscordOptions, 'config' | 'log' | 'proxy'>,
    handlers: GatewayHandlers,
    times = TIMES,
  ) {
    this.relay = proxy && new GatewayRelay(proxy);
    this.times = times;
    this.config = config;
    this.log = log;
    this.handlers = handlers;
  }

  get readsContent(): boolean {
    return this.readsAll;
  }

  /** Resolves when connected, or when the first attempt has failed; further ones follow by themselves. */
  async open(): Promise<void> {
    if (this.closed) return;
    const attempt = new Attempt((error) => this.noteLost(error));
    this.attempt = attempt;
    try {
      const client = await this.makeClient(attempt);
      const login = client.login(this.config.token);
      const signedIn = await withTimeout(LOGIN_WITHIN_MS, Promise.race([login, attempt.broken.promise]));
      if (signedIn === undefined) throw new Error('Discord did not answer in time');
      attempt.stands = true;
      if (attempt.error !== undefined) throw attempt.error;
    } catch (error) {
      attempt.stands = true;
      attempt.fail(attempt.error ?? error);
    }
  }

  /** For requests; undefined while nobody has signed in, or the token is refused. */
  get rest(): REST | undefined {
    // discord.js forgets the token at a single 401, and when its client is destroyed.
    return this.requests?.setToken(this.config.token);
  }

  get awayForMs(): number | undefined {
    return this.leftAt === undefined ? undefined : performance.now() - this.leftAt;
  }

  get lastingTrouble(): Trouble | undefined {
    if (this.trouble) return this.trouble;
    if (this.leftAt === undefined || performance.now() - this.leftAt < this.times.awayAfter) return undefined;
    return { code: 'PLATFORM_UNREACHABLE', says: 'Discord’s Gateway does not answer', remedy: RETRIED };
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.attempt?.close();
    await this.attempt?.ended.promise;
    await this.relay?.close();
  }

  private async makeClient(attempt: Attempt): Promise<Client> {
    // 300 ms and 40 MB: only who has Discord pays for it.
    const discord = await import('discord.js');
    const { Client, GatewayDispatchEvents, GatewayIntentBits: Intents, Options, SimpleShardingStrategy } = discord;
    const shards = guardedShards(SimpleShardingStrategy, {
      isWanted: () => !attempt.over && !this.closed,
      onLeft: () => attempt.stands && !attempt.over && this.noteLeft(attempt),
      broke: (error) => attempt.fail(error),
      reach: async (address) => this.relay?.addressThrough(address) ?? address,
      strange: (event, reason) => this.log.error({ event, error: reason }, NOT_UNDERSTOOD),
    });
    const intents = [Intents.Guilds, Intents.GuildMessages, Intents.DirectMessages];
    const { status } = this.config;
    const client = new Client({
      intents: this.readsAll ? [...intents, Intents.MessageContent] : intents,
      makeCache: Options.cacheWithLimits(NOTHING),
      ws: { buildStrategy: shards.build },
      ...(status && { presence: { activities: [{ name: status, type: 4, state: status }] } }),
      rest: {
        ...(await restOptions(this.config)),
        timeout: REQUEST_WITHIN_MS,
        rejectOnRateLimit: ({ timeToReset, retryAfter }) => Math.max(timeToReset, retryAfter) > WAIT_HERE_MS,
      },
    });
    this.listen(client, attempt, GatewayDispatchEvents);
    attempt.destroy = async () => {
      const destroyed = client.destroy().catch((error: unknown) => {
        this.log.debug({ error: messageOf(error) }, 'closing Discord');
      });
      await withTimeout(DESTROY_WITHIN_MS, destroyed);
      shards.cut();
    };
    return client;
  }

  private listen(client: Client, attempt: Attempt, on: typeof GatewayDispatchEvents): void {
    const { ws } = client;
    const { handlers, log } = this;
    // Everything is taken from the raw events. discord.js's own handlers would only fill its caches, and one of them
    // (RESUMED) throws, out of anybody's reach, when a session ends right after it was resumed.
    Reflect.set(ws, 'handlePacket', () => true);
    const hear = <T>(event: GatewayDispatchEvents, hearer: (data: T) => void) =>
      ws.on(event, (data: T) => {
        try {
          hearer(data);
        } catch (error) {
          // Out of anybody's reach it would end the process, and the same event would come again after its start.
          log.error({ event, error: messageOf(error) }, NOT_UNDERSTOOD);
        }
      });
    hear(on.Ready, (data: GatewayReadyDispatchData) => {
      const isFirst = this.requests === undefined;
      const awayMs = isFirst || this.leftAt === undefined ? undefined : performance.now() - this.leftAt;
      this.requests = client.rest;
      this.readyAt = performance.now();
      this.noteBack();
      handlers.ready(data, awayMs);
    });
    hear(on.Resumed, () => {
      this.noteBack();
      handlers.onResume();
    });
    hear(on.GuildCreate, (data: RawGuild) => handlers.guild(data));
    hear(on.ChannelCreate, (data: RawChannel) => handlers.channel(data));
    hear(on.ThreadCreate, (data: RawChannel) => handlers.channel(data));
    hear(on.MessageCreate, (data: RawMessage) => handlers.message(data));
    hear(on.MessageUpdate, (data: RawMessage) => handlers.onEdit(data));
    hear(on.MessageDelete, ({ id, channel_id: channel }: { id: string; channel_id: string }) =>
      handlers.onDelete([id], channel),
    );
    hear(on.MessageDeleteBulk, ({ ids, channel_id: channel }: { ids: string[]; channel_id: string }) =>
      handlers.onDelete(ids, channel),
    );
    hear(on.InteractionCreate, (data: APIInteraction) => handlers.interaction(data));
    client.on('error', (error) => log.warn({ error: messageOf(error) }, 'Discord'));
    client.on('shardError', (error) => log.debug({ error: messageOf(error) }, 'Discord’s Gateway'));
    client.on('shardDisconnect', ({ code }) => attempt.fail(new GatewayRefusal(code)));
  }

  private noteLeft(attempt: Attempt): void {
    this.leftAt ??= performance.now();
    this.watchdog ??= setTimeout(
      () => attempt.fail(new Error('the session was not resumed in time')),
      this.times.backWithin,
    );
  }

  private noteBack(): void {
    this.leftAt = undefined;
    this.trouble = undefined;
    clearTimeout(this.watchdog);
    this.watchdog = undefined;
  }

  private noteLost(error: unknown): void {
    clearTimeout(this.watchdog);
    this.watchdog = undefined;
    this.leftAt ??= performance.now();
    if (this.readyAt !== undefined && performance.now() - this.readyAt > STABLE_MS) this.failures = 0;
    this.readyAt = undefined;
    if (!this.closed) this.noteFailure(error);
  }

  private noteFailure(error: unknown): void {
    const trouble = troubleOf(error, this.config.token);
    if (trouble === CONTENT_REFUSED && this.readsAll) {
      this.log.warn({ remedy: trouble.remedy }, `${trouble.says}; going on with mentions and direct messages only`);
      this.readsAll = false;
      this.openAgain(0);
      return;
    }
    if (trouble?.code === TOKEN_REFUSED.code || trouble?.code === 'TOKEN_FORM') this.requests = undefined;
    const says = `Discord cannot be reached (${messageOf(error)})`;
    this.trouble = trouble ?? wayTrouble(error) ?? { code: 'PLATFORM_UNREACHABLE', says, remedy: RETRIED };
    this.log.error({ remedy: this.trouble.remedy }, this.trouble.says);
    this.openAgain(trouble ? REFUSED_WAIT_MS : backOff(++this.failures, LONGEST_WAIT_MS, this.times.firstWait));
  }

  private openAgain(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.open(), ms);
  }
}

const RETRIED = 'It is tried again by itself.';
const NOT_UNDERSTOOD = 'an event of Discord could not be understood';

/** Caches that discord.js need not keep, because everything is taken from the events themselves. */
const NOTHING = Object.fromEntries(
  [
    'Message',
    'Reaction',
    'GuildMember',
    'User',
    'Presence',
    'VoiceState',
    'GuildEmoji',
    'GuildSticker',
    'ThreadMember',
  ].map((kind) => [`${kind}Manager`, 0]),
);

class Attempt {
  /** Rejects when it fails before it stands. */
  readonly broken = deferred<never>();
  readonly ended = deferred();
  destroy: () => Promise<void> = async () => {};
  /** The sign-in is over: what fails from now on is told to `noteLost`. */
  stands = false;
  over = false;
  error: unknown;
  private readonly lost: (error: unknown) => void;

  constructor(onLost: (error: unknown) => void) {
    this.lost = onLost;
    this.broken.promise.catch(() => {});
  }

  fail(error: unknown): void {
    if (this.over) return;
    if (!this.stands) {
      this.error ??= error;
      this.broken.reject(error);
      return;
    }
    this.close();
    this.lost(error);
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.broken.reject(new Error('closed'));
    this.destroy().then(this.ended.resolve, this.ended.reject);
  }
}

/**
 * Carries the Gateway's connection through the owner's proxy. discord.js opens its WebSocket by itself and can be told
 * nothing but an address: so it is given one on this machine, which only who knows its secret path can use.
 */
class GatewayRelay {
  private readonly proxy: OutboundProxy;
  private readonly targets = new Map<string, URL>();
  private readonly sockets = new Set<Duplex>();
  private server: Promise<Server> | undefined;

  constructor(proxy: OutboundProxy) {
    this.proxy = proxy;
  }

  async addressThrough(address: string): Promise<string> {
    const url = new URL(address);
    if (!this.proxy.for(url)) return address;
    this.server ??= this.listen();
    const { port } = (await this.server).address() as AddressInfo;
    const knownPath = [...this.targets].find(([, { href }]) => href === url.href)?.[0];
    const path = knownPath ?? `/${token()}`;
    this.targets.set(path, url);
    return `ws://127.0.0.1:${port}${path}`;
  }

  async close(): Promise<void> {
    const server = await this.server;
    for (const socket of this.sockets) socket.destroy();
    server?.close();
  }

  private async listen(): Promise<Server> {
    const server = createServer((_, response) => void response.writeHead(404).end());
    server.on('upgrade', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      this.keep(client);
      this.carry(request, client, head).catch(() => client.destroy());
    });
    await startListening(
      server,
      () => server.listen(0, '127.0.0.1'),
      () => {},
    );
    server.unref();
    return server;
  }

  private async carry(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const asked = new URL(request.url ?? '/', 'http://relay');
    const target = this.targets.get(asked.pathname);
    const proxy = target && this.proxy.for(target);
    if (!proxy) return void client.destroy();
    const isSecure = target.protocol === 'wss:';
    const to = { host: target.hostname, port: Number(target.port) || (isSecure ? 443 : 80) };
    const onward = this.keep(await this.proxy.tunnel(proxy, to, isSecure ? target.hostname : undefined));
    const headers = Object.entries(request.headers).filter(([name]) => name !== 'host');
    const lines = headers.flatMap(([name, value]) => [value ?? []].flat().map((each) => `${name}: ${each}\r\n`));
    onward.write(`GET ${target.pathname}${asked.search} HTTP/1.1\r\nhost: ${target.host}\r\n${lines.join('')}\r\n`);
    if (head.length > 0) onward.write(head);
    onward.once('close', () => client.destroy());
    client.once('close', () => onward.destroy());
    client.pipe(onward).pipe(client);
  }

  private keep<S extends Duplex>(socket: S): S {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    return socket;
  }
}

// discord.js's connection to the Gateway, with its frames checked and its failures caught: there they are promises that
// nobody waits for, and would end the process.

interface ShardWatch {
  isWanted(): boolean;
  onLeft(): void;
  broke(error: unknown): void;
  reach(address: string): Promise<string>;
  /** An event was dropped because it could not be understood. */
  strange(event: string, reason: string): void;
}

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

function guardedShards(Strategy: typeof SimpleShardingStrategy, watch: ShardWatch) {
  const shards: Shard[] = [];
  return {
    build: (...parameters: ConstructorParameters<typeof SimpleShardingStrategy>): IShardingStrategy => {
      const strategy = new Strategy(...parameters);
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
  /** Runs `work`, for whose end no one waits: what it throws is logged here. */
  const withCatch = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      watch.broke(error);
    }
  };
  shard.unpackMessage = async (...parameters) => {
    const frame = frameOf(await unpackMessage.call(shard, ...parameters), gateway);
    if (frame && 'strange' in frame) return void watch.strange(frame.event, frame.strange);
    return frame;
  };
  shard.onMessage = (...parameters) => withCatch(() => onMessage.call(shard, ...parameters));
  shard.heartbeat = (...parameters) => withCatch(() => heartbeat.call(shard, ...parameters));
  shard.onClose = (code) => {
    watch.onLeft();
    return withCatch(() => onClose.call(shard, code));
  };
  shard.internalConnect = async () => {
    if (!watch.isWanted()) return;
    await withCatch(async () => {
      strategy.options.gatewayInformation = { ...strategy.options.gatewayInformation, url: await watch.reach(gateway) };
      await internalConnect.call(shard);
    });
  };
  shard.destroy = (options) => {
    if (options?.recover !== undefined) watch.onLeft();
    // discord.js takes its own listener off; an error that comes later would end the process.
    shard.connection?.on('error', () => {});
    return withCatch(() => destroy.call(shard, options));
  };
}

// Validates Gateway frames before discord.js acts on them. Pure.

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
