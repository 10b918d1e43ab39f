import type { SocketModeReceiver } from '@slack/bolt';
import { backOff, deferred, withTimeout } from '../../base/async.ts';
import type { Cancel, Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { OutboundProxy } from '../../base/outbound.ts';
import { proxyDispatcher } from '../../egress/index.ts';
import { clientOptions, quiet } from './client.ts';
import type { SlackConfig, SlackOptions } from './config.ts';
import { TOKEN_ERRORS } from './outcome.ts';

/** A message over a socket. `acknowledge` rejects where the socket is gone: then it is delivered again. */
export interface Envelope {
  body: unknown;
  acknowledge(response?: object): Promise<void>;
}

export interface Hears {
  /** Finds the token's account, before a socket is opened. Rejects as a call does. */
  signIn(): Promise<void>;
  /** Never rejects. */
  envelope(envelope: Envelope): Promise<void>;
  /** A socket stands where there was none; `awayMs`: since there was one, undefined for the first. */
  onConnect(awayMs: number | undefined): void;
}

export interface Trouble {
  code: string;
  says: string;
  remedy: string;
}

const LONGEST_WAIT_MS = 30_000;
/** Answers to the request for a socket where Socket Mode is off. */
const SOCKETS_OFF: readonly string[] = ['forbidden_team', 'link_disabled'];
const REFUSED_WAIT_MS = 5 * 60_000;
const HELLO_WITHIN_MS = 20_000;
const CLOSE_WITHIN_MS = 2_000;
const AWAY_AFTER_MS = 10_000;
const STABLE_MS = 30_000;

/**
 * The sockets to Slack. Bolt makes each of them; what it would do when one ends (five seconds without any, and no more
 * after a failed attempt) is done here instead: a refresh opens the next one before the last is gone, a drop at once,
 * a failure after growing waits, until `close`.
 */
export class Connection {
  private readonly config: SlackConfig;
  private readonly log: Log;
  private readonly clock: Clock;
  private readonly hears: Hears;
  private readonly sockets = new Set<Socket>();
  private cancel: Cancel = () => {};
  private opening: Promise<void> | undefined;
  private failures = 0;
  private closed = false;
  private leftAt: number | undefined = performance.now();
  private first = true;
  /** A socket says that it goes: another one is wanted beside it. */
  private isLeaving = false;
  private refused: Trouble | undefined;
  private readonly proxy: OutboundProxy | undefined;

  constructor({ config, log, clock, proxy }: Pick<SlackOptions, 'config' | 'log' | 'clock' | 'proxy'>, hears: Hears) {
    this.config = config;
    this.proxy = proxy;
    this.log = log;
    this.clock = clock;
    this.hears = hears;
  }

  /** Resolves when connected, or when the first attempt has failed; further ones follow by themselves. */
  open(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.opening ??= this.attempt().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  get awayForMs(): number | undefined {
    return this.leftAt === undefined ? undefined : performance.now() - this.leftAt;
  }

  get trouble(): Trouble | undefined {
    if (this.refused) return this.refused;
    if (this.leftAt === undefined || performance.now() - this.leftAt < AWAY_AFTER_MS) return undefined;
    return {
      code: 'PLATFORM_UNREACHABLE',
      says: 'Slack’s Socket Mode does not answer',
      remedy: 'It is tried again by itself.',
    };
  }

  /** Slack has said that the bot's token is not good any more: whether it is again is tried as after any refusal. */
  noteRevoked(): void {
    this.noteFailure({ error: 'token_revoked' });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await Promise.all([...this.sockets].map((socket) => socket.close()));
    await withTimeout(CLOSE_WITHIN_MS, Promise.resolve(this.opening));
    await Promise.all([...this.sockets].map((socket) => socket.close()));
  }

  private async attempt(): Promise<void> {
    try {
      await this.hears.signIn();
    } catch (error) {
      return this.noteFailure(error);
    }
    if (this.closed) return;
    // Its requests come by themselves, and what was revoked and is good again still has its socket.
    if (this.config.mode === 'http' || (this.sockets.size > 0 && !this.isLeaving)) this.stands();
    else await this.connect();
  }

  private async connect(): Promise<void> {
    // 300 ms and 35 MB: only who has Slack pays for it.
    const { SocketModeReceiver } = await import('@slack/bolt');
    const { log, config, proxy } = this;
    const receiver = new SocketModeReceiver({
      appToken: config.app_token ?? '',
      logger: quiet(log),
      autoReconnectEnabled: false,
      ...(proxy && { dispatcher: (await proxyDispatcher(proxy)) as never }),
      installerOptions: { clientOptions: clientOptions(config, log) as never },
    });
    const socket = new Socket(receiver, log, {
      heard: (envelope) => this.hears.envelope(envelope),
      // The next one is there before this one goes.
      leaving: () => {
        this.isLeaving = true;
        void this.open();
      },
      ended: (stoodMs) => this.noteEnded(socket, stoodMs),
    });
    this.sockets.add(socket);
    try {
      await socket.open();
      this.isLeaving = false;
      if (this.closed) return await socket.close();
      this.stands();
    } catch (error) {
      this.sockets.delete(socket);
      void socket.close();
      this.noteFailure(error);
    }
  }

  private stands(): void {
    const { leftAt } = this;
    this.leftAt = undefined;
    this.refused = undefined;
    // A refresh: another socket stood all the while.
    if (leftAt === undefined) return;
    this.hears.onConnect(this.first ? undefined : performance.now() - leftAt);
    this.first = false;
  }

  private noteEnded(socket: Socket, stoodMs: number): void {
    this.sockets.delete(socket);
    if (this.closed || this.sockets.size > 0) return;
    this.leftAt ??= performance.now();
    if (stoodMs > STABLE_MS) this.failures = 0;
    this.openAgain(this.failures++ === 0 ? 0 : backOff(this.failures, LONGEST_WAIT_MS, 250));
  }

  private noteFailure(error: unknown): void {
    if (this.closed) return;
    if (this.sockets.size === 0) this.leftAt ??= performance.now();
    const name = refusalOf(error);
    this.refused = name ? refusedFor(name) : undefined;
    const says = this.refused?.says ?? `Slack cannot be reached (${messageOf(error)})`;
    this.log.error({ ...(this.refused && { remedy: this.refused.remedy }) }, says);
    if (this.refused) this.afterRefusal();
    else this.openAgain(backOff(++this.failures, LONGEST_WAIT_MS, 500));
  }

  private afterRefusal(): void {
    this.cancel();
    const at = new Date(this.clock.now().getTime() + REFUSED_WAIT_MS);
    this.cancel = this.clock.at(at, () => void this.open());
  }

  /** In real time, whatever the clock says: a network comes back when it does. */
  private openAgain(ms: number): void {
    this.cancel();
    const timer = setTimeout(() => void this.open(), ms);
    this.cancel = () => clearTimeout(timer);
  }
}

/** The name of a refusal that only a person can mend. */
export function refusalOf(error: unknown): string | undefined {
  const { data, error: own } = (error ?? {}) as { data?: { error?: unknown }; error?: unknown };
  const name = String(data?.error ?? own ?? '');
  return TOKEN_ERRORS.includes(name) || SOCKETS_OFF.includes(name) ? name : undefined;
}

export function refusedFor(name: string): Trouble {
  if (name === 'missing_scope') {
    return {
      code: 'SCOPE_MISSING',
      says: 'the app-level token may not open sockets',
      remedy: 'Make one with the scope connections:write under Basic Information → App-Level Tokens.',
    };
  }
  if (SOCKETS_OFF.includes(name)) {
    return {
      code: 'SOCKET_MODE_OFF',
      says: 'Slack refuses Socket Mode for this app: it is switched off',
      remedy: 'At api.slack.com/apps: this app → Settings → Socket Mode → Enable Socket Mode.',
    };
  }
  return {
    code: 'TOKEN_REFUSED',
    says: `Slack does not take the token (${name})`,
    remedy:
      'Look at slack.bot_token (xoxb-, from OAuth & Permissions) and slack.app_token (xapp-, from App-Level Tokens); install the app again if it was removed.',
  };
}

class Socket {
  private readonly receiver: SocketModeReceiver;
  private readonly log: Log;
  private readonly listener: {
    heard(envelope: Envelope): Promise<void>;
    leaving(): void;
    ended(stoodMs: number): void;
  };
  private openedAt: number | undefined;
  private over = false;
  /** Rejects when it breaks before it stands. */
  private readonly broken = deferred<never>();

  constructor(receiver: SocketModeReceiver, log: Log, listener: Socket['listener']) {
    this.receiver = receiver;
    this.log = log;
    this.listener = listener;
    // In the place of Bolt's App, which acknowledges an event before anybody has stored it.
    receiver.init({
      processEvent: ({ body, ack }: { body: unknown; ack: (response?: object) => Promise<void> }) =>
        this.listener.heard({ body, acknowledge: async (response) => void (await ack(response)) }),
    } as never);
    this.guard();
  }

  /** Rejects when it does not come to stand. */
  async open(): Promise<void> {
    const started = this.receiver.start();
    // Closed before it stood, it rejects when nobody listens any more.
    Promise.resolve(started).catch(() => {});
    const standing = Promise.resolve(started).then(() => true);
    const connected = await withTimeout(HELLO_WITHIN_MS, Promise.race([standing, this.broken.promise]));
    if (!connected) throw new Error('Slack did not say hello in time');
    if (this.over) throw new Error('the socket ended at once');
    this.openedAt = performance.now();
  }

  async close(): Promise<void> {
    const ended = Promise.resolve(this.receiver.stop()).catch(() => {});
    await withTimeout(CLOSE_WITHIN_MS, ended as Promise<void>);
  }

  /** Keeps frames that do not parse from ending the process: the client's own handler throws out of anybody's reach. */
  private guard(): void {
    const { client } = this.receiver;
    const handle = Reflect.get(client, 'onWebSocketMessage') as (data: unknown, binary: boolean) => Promise<void>;
    client.removeAllListeners('ws_message');
    client.on('ws_message', (data: unknown, binary: boolean) => {
      if (isRefresh(data)) this.listener.leaving();
      handle.call(client, data, binary).catch((error: unknown) => {
        this.log.error({ error: messageOf(error) }, 'an envelope of Slack could not be understood');
      });
    });
    this.broken.promise.catch(() => {});
    const end = () => {
      if (this.over) return;
      this.over = true;
      this.broken.reject(new Error('the socket broke'));
      if (this.openedAt !== undefined) this.listener.ended(performance.now() - this.openedAt);
    };
    client.on('disconnected', end);
    // A connection that breaks before it is open is told by an error alone, and half a minute later by its end.
    client.on('error', end);
  }
}

function isRefresh(data: unknown): boolean {
  return typeof data === 'string' && data.length < 2_000 && /"type"\s*:\s*"disconnect"/.test(data);
}
