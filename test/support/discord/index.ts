import type { ServerResponse } from 'node:http';
import { Gateway } from './gateway.ts';
import { Interactions } from './interactions.ts';
import { RateLimits } from './limits.ts';
import { Messages, pollOf, snapshotOf } from './messages.ts';
import {
  type Attachment,
  type Body,
  type Channel,
  FLAGS,
  type Guild,
  type Interaction,
  type Message,
  PERMISSIONS,
  Refusal,
  type Saying,
  Snowflakes,
  type User,
} from './model.ts';
import { RestServer, type Upload } from './server.ts';

export type { Drop } from './gateway.ts';
export {
  type Channel,
  type Guild,
  type Interaction,
  type Message,
  PERMISSIONS,
  type Saying,
  type User,
} from './model.ts';

const INTENTS = { guilds: 1, messages: 1 << 9, direct: 1 << 12, content: 1 << 15 };
const ALL_PERMISSIONS = Object.values(PERMISSIONS).reduce((all, bit) => all | bit, 0n);

export interface FakeOptions {
  token?: string;
  heartbeatMs?: number;
  /** Whether the application may read what is written. */
  messageContent?: boolean;
  /** Where it listens; default: any port. */
  port?: number;
  /** The name that it gives itself in addresses; 127.0.0.1 when left out. */
  host?: string | undefined;
}

/** Discord on 127.0.0.1: REST, Gateway and CDN over real sockets, as strict as the real one. */
export class FakeDiscord {
  readonly limits = new RateLimits();
  readonly ids = new Snowflakes();
  readonly users = new Map<string, User>();
  readonly guilds = new Map<string, Guild>();
  readonly channels = new Map<string, Channel>();
  readonly files = new Map<string, Attachment>();
  /** Names of files that the CDN was asked for. */
  readonly fetched: string[] = [];
  /** Each serves the rest of a file that was stalled. */
  readonly stalled: (() => void)[] = [];
  /** Channels in which the bot was seen typing, in order. */
  readonly typed: string[] = [];
  readonly bot: User;
  readonly rest: RestServer;
  readonly gateway: Gateway;
  readonly messages: Messages;
  readonly interactions: Interactions;
  /** The bot's token; another one is refused. */
  token: string;
  messageContent: boolean;
  /** Whose application it is. */
  applicationOwner: User | undefined;
  private readonly port: number;
  private readonly host: string;
  private clock: () => number = Date.now;
  private shift = 0;

  constructor({
    token = 'fake-discord-token',
    heartbeatMs = 45_000,
    messageContent = true,
    port = 0,
    host = '127.0.0.1',
  }: FakeOptions = {}) {
    this.host = host;
    this.token = token;
    this.messageContent = messageContent;
    this.port = port;
    this.bot = { ...this.user('coda'), bot: true };
    this.users.set(this.bot.id, this.bot);
    this.rest = new RestServer({
      limits: this.limits,
      now: () => this.now(),
      isToken: (header) => header === `Bot ${this.token}`,
      raw: (path, response) => this.serveFile(path, response),
    });
    this.gateway = new Gateway(this.rest.server, {
      heartbeatMs,
      refused: () => (this.messageContent ? 0 : INTENTS.content),
      checkToken: (given) => given === this.token,
      url: () => this.gatewayUrl,
      ready: () => this.ready(),
    });
    this.messages = new Messages(this);
    this.interactions = new Interactions(this);
    this.routes();
  }

  static async start(options?: FakeOptions): Promise<FakeDiscord> {
    const fake = new FakeDiscord(options);
    await fake.rest.listen(fake.port);
    return fake;
  }

  get origin(): string {
    return `http://${this.host}:${this.rest.port}`;
  }

  get apiUrl(): string {
    return `${this.origin}/api`;
  }

  get gatewayUrl(): string {
    return `ws://${this.host}:${this.rest.port}/`;
  }

  now(): number {
    return this.clock() + this.shift;
  }

  /** From now on the platform's time is this clock's: that of a test, which moves in steps. */
  follow(clock: () => number): void {
    this.clock = clock;
    this.shift = 0;
  }

  /** Moves Discord's clock: deadlines, tokens and nonces grow older. */
  advance(ms: number): void {
    this.shift += ms;
  }

  async close(): Promise<void> {
    this.gateway.close();
    await this.rest.close();
  }

  user(name: string): User {
    const user = { id: this.ids.next(this.now()), username: name.toLowerCase(), global_name: name };
    this.users.set(user.id, user);
    return user;
  }

  guild(name: string, members: readonly User[] = []): Guild {
    const id = this.ids.next(this.now());
    const everyone = { id, name: '@everyone', permissions: String(ALL_PERMISSIONS), position: 0 };
    // Discord makes a role for each bot that is invited with permissions (…/topics/permissions, role tags).
    const own = {
      id: this.ids.next(this.now()),
      name: 'coda',
      permissions: '0',
      position: 1,
      tags: { bot_id: this.bot.id },
    };
    const guild: Guild = { id, name, roles: [everyone, own], members: new Map(members.map((user) => [user.id, []])) };
    this.guilds.set(id, guild);
    return guild;
  }

  channel(guild: Guild, name: string): Channel {
    return this.add({ id: this.ids.next(this.now()), type: 0, guild_id: guild.id, name, denied: 0n, messages: [] });
  }

  /** Somebody opens a thread; its id is that of the message that it begins with, if there is one. */
  thread(parent: Channel, name: string, { id = this.ids.next(this.now()), owner = '1' } = {}): Channel {
    const { guild_id, denied } = parent;
    const thread: Channel = { id, type: 11, parent_id: parent.id, owner_id: owner, name, denied, messages: [] };
    if (guild_id) thread.guild_id = guild_id;
    this.add(thread);
    this.gateway.dispatch('THREAD_CREATE', (intents) => (intents & 1 ? this.shownChannel(thread) : undefined));
    return thread;
  }

  /** The direct conversation between a person and the bot. */
  dm(recipient: User): Channel {
    const known = [...this.channels.values()].find((channel) => channel.recipient?.id === recipient.id);
    const id = this.ids.next(this.now());
    return known ?? this.add({ id, type: 1, name: recipient.username, recipient, denied: 0n, messages: [] });
  }

  /** A person writes. */
  says(user: User, channel: Channel, content: string, saying: Saying = {}): Message {
    const { replyTo, files = [], flags, sticker, poll, embeds, webhook } = saying;
    const uploads = files.map(
      ({ name, type, bytes }, index): Upload => ({ field: `files[${index}]`, name, type, bytes }),
    );
    const reference = replyTo && { message_reference: { message_id: replyTo.id } };
    const message = this.messages.add(channel, user, { content, flags, embeds, ...reference }, uploads);
    if (sticker !== undefined)
      message.sticker_items = [{ id: this.ids.next(this.now()), name: sticker, format_type: 1 }];
    if (poll) message.poll = pollOf(poll);
    for (const [index, file] of files.entries()) {
      const attachment = message.attachments[index];
      if (attachment) Object.assign(attachment, { gone: file.gone, stalls: file.stalls });
    }
    if (webhook) message.webhook_id = user.id;
    this.tell('MESSAGE_CREATE', channel, message);
    return message;
  }

  /** A person forwards a message: what they write beside it comes as another one. */
  forwards(user: User, channel: Channel, of: Message): Message {
    const message = this.messages.add(channel, user, { content: '', flags: FLAGS.hasSnapshot });
    message.message_reference = { type: 1, message_id: of.id, channel_id: of.channel_id };
    message.message_snapshots = [{ message: snapshotOf(of) }];
    this.tell('MESSAGE_CREATE', channel, message);
    return message;
  }

  edits(message: Message, content: string): void {
    message.content = content;
    message.edited_timestamp = new Date(this.now()).toISOString();
    this.tell('MESSAGE_UPDATE', this.channels.get(message.channel_id) as Channel, message);
  }

  deletes(message: Message): void {
    message.deleted = true;
    this.tellDeleted(this.channels.get(message.channel_id) as Channel, message);
  }

  /** A moderator deletes several messages of a channel at once. */
  purges(channel: Channel, messages: readonly Message[]): void {
    for (const message of messages) message.deleted = true;
    const d = { ids: messages.map(({ id }) => id), channel_id: channel.id, guild_id: channel.guild_id };
    this.gateway.dispatch('MESSAGE_DELETE_BULK', (intents) => (this.hears(intents, channel) ? d : undefined));
  }

  /** A server comes along that is away (docs.discord.com/developers/events/gateway-events, guild create). */
  comesAway(id: string): void {
    this.gateway.dispatch('GUILD_CREATE', () => ({ id, unavailable: true }));
  }

  uses(user: User, channel: Channel, name: string, options: Record<string, string> = {}): Interaction {
    return this.interactions.make(2, user, channel, { id: '1', name, type: 1, options: optionsOf(options) });
  }

  /** A person types into an option; `interaction.choices` is what they are offered. */
  types(user: User, channel: Channel, name: string, options: Record<string, string>, focused: string): Interaction {
    return this.interactions.make(4, user, channel, { id: '1', name, type: 1, options: optionsOf(options, focused) });
  }

  /** A person presses the button with this label (or with this `custom_id`, forged). */
  presses(user: User, message: Message, label: string, forged?: string): Interaction {
    const channel = this.channels.get(message.channel_id) as Channel;
    const buttons = message.components.flatMap((row) => row.components as Body[]);
    const button = buttons.find((each) => each.label === label && !each.disabled);
    if (!button && !forged) throw new Error(`no button ${label} that can be pressed`);
    const data = { custom_id: forged ?? button?.custom_id, component_type: 2 };
    return this.interactions.make(3, user, channel, data, message);
  }

  /** A person fills in the form that a press has opened. */
  submits(user: User, opened: Interaction, value: string): Interaction {
    const rows = (opened.modal?.components ?? []) as { components: { custom_id: string }[] }[];
    const components = rows.map((row) => ({
      type: 1,
      components: row.components.map(({ custom_id }) => ({ type: 4, custom_id, value })),
    }));
    const data = { custom_id: opened.modal?.custom_id, components };
    return this.interactions.make(5, user, opened.channel, data, opened.message);
  }

  /** What the bot has said in a channel, oldest first. */
  said(channel: Channel): Message[] {
    return channel.messages.filter(
      ({ author, deleted, flags }) => author.id === this.bot.id && !deleted && !(flags & FLAGS.loading),
    );
  }

  tell(t: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', channel: Channel, message: Message): void {
    if (message.only !== undefined) return;
    this.gateway.dispatch(t, (intents) => {
      if (!this.hears(intents, channel)) return undefined;
      const guild = channel.guild_id ? this.guilds.get(channel.guild_id) : undefined;
      const roles = guild?.members.get(message.author.id);
      const readable = (each: Message) => this.readable(intents, channel, each);
      return {
        ...this.messages.referring(message, readable, { nonce: t === 'MESSAGE_CREATE' }),
        ...(guild && { guild_id: guild.id, ...(roles && { member: { roles } }) }),
      };
    });
  }

  tellDeleted(channel: Channel, { id }: Message): void {
    const d = { id, channel_id: channel.id, ...(channel.guild_id && { guild_id: channel.guild_id }) };
    this.gateway.dispatch('MESSAGE_DELETE', (intents) => (this.hears(intents, channel) ? d : undefined));
  }

  shownChannel({ id, type, guild_id, parent_id, owner_id, name, recipient, denied, messages }: Channel): Body {
    const overwrites = denied ? [{ id: this.bot.id, type: 1, allow: '0', deny: String(denied) }] : [];
    return {
      id,
      type,
      name,
      last_message_id: messages.at(-1)?.id ?? null,
      ...(guild_id && { guild_id, permission_overwrites: overwrites }),
      ...(parent_id && { parent_id, owner_id, thread_metadata: { archived: false, locked: false } }),
      ...(recipient && { recipients: [recipient] }),
    };
  }

  private add(channel: Channel): Channel {
    this.channels.set(channel.id, channel);
    return channel;
  }

  private hears(intents: number, channel: Channel): boolean {
    if ((channel.denied & PERMISSIONS.VIEW_CHANNEL) !== 0n || channel.gone) return false;
    return (intents & (channel.guild_id ? INTENTS.messages : INTENTS.direct)) !== 0;
  }

  /** Without the privileged intent: direct messages, mentions and its own. */
  private readable(intents: number, channel: Channel, { author, mentions }: Message): boolean {
    if (this.messageContent && intents & INTENTS.content) return true;
    return !channel.guild_id || author.id === this.bot.id || mentions.some(({ id }) => id === this.bot.id);
  }

  private ready() {
    const guilds = [...this.guilds.values()];
    const ready = {
      v: 10,
      user: this.bot,
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      shard: [0, 1],
      application: { id: this.bot.id, flags: 0 },
    };
    return { ready, after: guilds.map((guild) => ({ t: 'GUILD_CREATE', d: this.shownGuild(guild) })) };
  }

  private shownGuild({ id, name, roles, members }: Guild): Body {
    const channels = [...this.channels.values()].filter(({ guild_id }) => guild_id === id);
    return {
      id,
      name,
      roles,
      owner_id: '1',
      member_count: members.size,
      members: [],
      emojis: [],
      stickers: [],
      features: [],
      voice_states: [],
      presences: [],
      channels: channels.filter(({ type }) => type === 0).map((channel) => this.shownChannel(channel)),
      threads: channels.filter(({ type }) => type === 11).map((channel) => this.shownChannel(channel)),
    };
  }

  private routes(): void {
    const { rest } = this;
    rest.on('GET', '/gateway/bot', () => ({
      url: this.gatewayUrl.replace(/\/$/, ''),
      shards: 1,
      session_start_limit: { total: 1_000, remaining: 1_000, reset_after: 86_400_000, max_concurrency: 1 },
    }));
    rest.on('GET', '/users/@me', () => this.bot);
    rest.on('GET', '/users/@me/guilds', () => [...this.guilds.values()].map(({ id, name }) => ({ id, name })));
    // 1 << 19: message content, limited (docs.discord.com/developers/resources/application, flags).
    rest.on('GET', '/applications/@me', () => ({
      id: this.bot.id,
      flags: this.messageContent ? 1 << 19 : 0,
      ...(this.applicationOwner && { owner: this.applicationOwner }),
    }));
    rest.on('GET', '/channels/:channel', ({ params }) => this.shownChannel(this.messages.channel(params[0], 0n)));
    rest.on('GET', '/guilds/:guild', ({ params }) => this.shownGuild(this.knownGuild(params[0])));
    rest.on('GET', '/guilds/:guild/members/:user', ({ params }) => ({ roles: this.rolesOf(params), user: params[1] }));
    rest.on('POST', '/users/@me/channels', ({ body }) => {
      const recipient = this.users.get(String(body.recipient_id));
      if (!recipient) throw new Refusal(400, 50033, 'Invalid Recipient(s)');
      return this.shownChannel(this.dm(recipient));
    });
  }

  private knownGuild(id: string | undefined): Guild {
    const guild = this.guilds.get(id ?? '');
    if (!guild) throw new Refusal(404, 10004, 'Unknown Guild');
    return guild;
  }

  private rolesOf([guild, user]: string[]): string[] {
    const roles = user === this.bot.id ? [] : this.knownGuild(guild).members.get(user ?? '');
    if (!roles) throw new Refusal(404, 10007, 'Unknown Member');
    return roles;
  }

  private serveFile(path: string, response: ServerResponse) {
    const file = this.files.get(path);
    if (!file) return false;
    this.fetched.push(file.filename);
    response.writeHead(file.gone ? 404 : 200);
    if (file.stalls) {
      response.write(file.bytes.subarray(0, 1));
      this.stalled.push(() => response.end(file.bytes.subarray(1)));
      return true;
    }
    response.end(file.gone ? undefined : file.bytes);
    return true;
  }
}

function optionsOf(values: Record<string, string>, focused?: string): Body[] {
  return Object.entries(values).map(([name, value]) => ({
    name,
    type: 3,
    value,
    ...(name === focused && { focused: true }),
  }));
}
