import type { APIInteraction, Client, GatewayDispatchEvents, GatewayReadyDispatchData, REST } from 'discord.js';
import { within } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { RawChannel, RawGuild } from './channels.ts';
import type { DiscordConfig } from './options.ts';
import type { RawMessage } from './parse.ts';
import { restOptions } from './transport.ts';

/** What is heard. Everything is the API's own JSON. */
export interface Heard {
  /** A new session: what was said before it has to be fetched. */
  ready(ready: GatewayReadyDispatchData): void;
  message(message: RawMessage): void;
  edited(message: RawMessage): void;
  deleted(ids: readonly string[], channel: string): void;
  guild(guild: RawGuild): void;
  channel(channel: RawChannel): void;
  interaction(interaction: APIInteraction): void;
}

const LOGIN_WITHIN_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A token that Discord refuses is mended by a person: asking often would only bring a ban nearer. */
const REFUSED_WAIT_MS = 5 * 60_000;
/**
 * Longer waits for a limit are the outbox's: it has other things to send meanwhile. discord.js itself sends 50 requests
 * in a window of 1,050 ms, which is waited for here.
 */
const WAIT_HERE_MS = 1_200;
const REQUEST_WITHIN_MS = 9_000;

/** Why there is no connection, in a sentence for the owner. */
export interface Trouble {
  says: string;
  remedy: string;
}

/**
 * The connection to Discord. discord.js keeps a session alive by itself, and resumes it; a session that cannot be
 * begun, or that Discord has ended for good, is begun anew here, with growing waits, until `close`.
 */
export class Connection {
  private readonly config: DiscordConfig;
  private readonly log: Log;
  private readonly heard: Heard;
  private client: Client | undefined;
  private signedIn = false;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private closed = false;
  /** Without it only what mentions coda, and direct messages, can be read. */
  private readsAll = true;
  trouble: Trouble | undefined;

  constructor(config: DiscordConfig, log: Log, heard: Heard) {
    this.config = config;
    this.log = log;
    this.heard = heard;
  }

  /** Resolves when connected, or when the first attempt has failed; further ones follow by themselves. */
  async open(): Promise<void> {
    if (this.closed) return;
    let client: Client | undefined;
    try {
      client = await this.makeClient();
      this.client = client;
      const login = client.login(this.config.token);
      if ((await within(LOGIN_WITHIN_MS, login)) === undefined) throw new Error('Discord did not answer in time');
      if (this.closed) return void (await client.destroy());
      this.failures = 0;
      this.trouble = undefined;
    } catch (error) {
      this.signedIn = false;
      await client?.destroy().catch(() => {});
      this.failed(error);
    }
  }

  /** For requests; undefined while nobody is signed in. A Gateway that is being resumed does not matter to them. */
  get rest(): REST | undefined {
    if (!this.signedIn) return undefined;
    // discord.js forgets the token at a single 401.
    return this.client?.rest.setToken(this.config.token);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.client
      ?.destroy()
      .catch((error: unknown) => this.log.debug({ error: messageOf(error) }, 'closing Discord'));
  }

  private async makeClient(): Promise<Client> {
    // 300 ms and 40 MB: only who has Discord pays for it.
    const { Client, GatewayDispatchEvents, GatewayIntentBits: Intents, Options } = await import('discord.js');
    const intents = [Intents.Guilds, Intents.GuildMessages, Intents.DirectMessages];
    const { status } = this.config;
    const client = new Client({
      intents: this.readsAll ? [...intents, Intents.MessageContent] : intents,
      makeCache: Options.cacheWithLimits(NOTHING),
      ...(status && { presence: { activities: [{ name: status, type: 4, state: status }] } }),
      rest: {
        ...(await restOptions(this.config)),
        timeout: REQUEST_WITHIN_MS,
        rejectOnRateLimit: ({ timeToReset, retryAfter }) => Math.max(timeToReset, retryAfter) > WAIT_HERE_MS,
      },
    });
    this.listen(client, GatewayDispatchEvents);
    return client;
  }

  private listen(client: Client, on: typeof GatewayDispatchEvents): void {
    const { ws } = client;
    const { heard, log } = this;
    // Everything is taken from the raw events. discord.js's own handlers would only fill its caches, and one of them
    // (RESUMED) throws, out of anybody's reach, when a session ends right after it was resumed.
    Reflect.set(ws, 'handlePacket', () => true);
    const hear = <T>(event: GatewayDispatchEvents, hearer: (data: T) => void) =>
      ws.on(event, (data: T) => {
        try {
          hearer(data);
        } catch (error) {
          // Out of anybody's reach it would end the process, and the same event would come again after its start.
          log.error({ event, error: messageOf(error) }, 'an event of Discord could not be understood');
        }
      });
    hear(on.Ready, (data: GatewayReadyDispatchData) => {
      this.signedIn = true;
      heard.ready(data);
    });
    hear(on.GuildCreate, (data: RawGuild) => heard.guild(data));
    hear(on.ChannelCreate, (data: RawChannel) => heard.channel(data));
    hear(on.ThreadCreate, (data: RawChannel) => heard.channel(data));
    hear(on.MessageCreate, (data: RawMessage) => heard.message(data));
    hear(on.MessageUpdate, (data: RawMessage) => heard.edited(data));
    hear(on.MessageDelete, ({ id, channel_id: channel }: { id: string; channel_id: string }) =>
      heard.deleted([id], channel),
    );
    hear(on.MessageDeleteBulk, ({ ids, channel_id: channel }: { ids: string[]; channel_id: string }) =>
      heard.deleted(ids, channel),
    );
    hear(on.InteractionCreate, (data: APIInteraction) => heard.interaction(data));
    client.on('error', (error) => log.warn({ error: messageOf(error) }, 'Discord'));
    client.on('shardError', (error) => log.debug({ error: messageOf(error) }, 'Discord’s Gateway'));
    client.on('shardDisconnect', ({ code }) => this.ended(client, code));
  }

  /** Discord has ended the session, and discord.js will not begin another. */
  private ended(client: Client, code: number): void {
    // While signing in, the attempt itself fails.
    if (this.closed || client !== this.client || !this.signedIn) return;
    this.signedIn = false;
    void client.destroy().catch(() => {});
    this.failed(new Error(REASONS[code] ?? `the Gateway closed with ${code}`));
  }

  private failed(error: unknown): void {
    if (this.closed) return;
    const reason = messageOf(error);
    const trouble = troubleOf(reason);
    if (trouble === CONTENT_REFUSED && this.readsAll) {
      this.log.warn({ remedy: trouble.remedy }, `${trouble.says}; going on with mentions and direct messages only`);
      this.readsAll = false;
      this.again(0);
      return;
    }
    this.trouble = trouble ?? { says: `Discord cannot be reached (${reason})`, remedy: 'It is tried again by itself.' };
    this.log.error({ remedy: this.trouble.remedy }, this.trouble.says);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++);
    this.again(trouble ? REFUSED_WAIT_MS : wait * (0.5 + Math.random()));
  }

  private again(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.open(), ms);
  }
}

/** What discord.js need not keep, because everything is taken from the events themselves. */
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

export const TOKEN_REFUSED: Trouble = {
  says: 'Discord does not take the token',
  remedy:
    'Make a new one under Bot → Reset Token at discord.com/developers and put it into DISCORD_TOKEN or discord.token.',
};

export const CONTENT_REFUSED: Trouble = {
  says: 'Discord does not let coda read messages',
  remedy: 'Switch on Bot → Message Content Intent at discord.com/developers/applications.',
};

/** Close codes of docs.discord.com/developers/topics/opcodes-and-status-codes. */
const REASONS: Readonly<Record<number, string>> = { 4004: 'Authentication failed', 4014: 'Used disallowed intents' };

function troubleOf(reason: string): Trouble | undefined {
  if (/disallowed intents/i.test(reason)) return CONTENT_REFUSED;
  return /invalid token|Authentication failed|401/i.test(reason) ? TOKEN_REFUSED : undefined;
}
