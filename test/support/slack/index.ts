import type { IncomingMessage, ServerResponse } from 'node:http';
import { Files } from './files.ts';
import { RateLimits } from './limits.ts';
import { Messages } from './messages.ts';
import { answer } from './methods.ts';
import {
  type Body,
  buttonsOf,
  type Channel,
  type Message,
  Refusal,
  type SlackFile,
  type User,
  type View,
} from './model.ts';
import { WebServer } from './server.ts';
import { type Delivered, type SocketOptions, Sockets } from './socket.ts';
import { checkBlocks } from './validate.ts';

export { buttonsOf, type Channel, type Message, type User, type View, wordsOf } from './model.ts';

export interface FakeOptions extends Partial<SocketOptions> {
  port?: number;
  /** The name that it gives itself in addresses; 127.0.0.1 when left out. */
  host?: string | undefined;
}

/** All the scopes that the app may have; a test takes some away. */
const SCOPES = [
  ...['app_mentions:read', 'assistant:write', 'channels:history', 'channels:read', 'chat:write', 'commands'],
  ...['files:read', 'files:write', 'groups:history', 'groups:read', 'im:history', 'im:read', 'im:write'],
  ...['mpim:history', 'mpim:read', 'reactions:write', 'usergroups:read', 'users:read'],
];

/** A `trigger_id` opens one view, within 3 s (docs.slack.dev/interactivity/handling-user-interaction#modals). */
const TRIGGER_MS = 3_000;
/** A `response_url` takes 5 messages within 30 minutes (…/handling-user-interaction#message_responses). */
const RESPONSES = 5;
const RESPONSE_MS = 30 * 60_000;

interface ResponseUrl {
  channel: Channel;
  user: string;
  left: number;
  until: number;
  /** The message under whose button it was made. */
  original: Message | undefined;
}

/** What a person can send beside words. */
export interface Saying {
  thread?: string | undefined;
  files?: SlackFile[];
  /** Of a bot. */
  blocks?: Body[];
  attachments?: Body[];
}

/** Slack on 127.0.0.1: Web API and Socket Mode over real sockets, as strict as the real one. */
export class FakeSlack {
  readonly team = 'T0001';
  readonly botToken = 'xoxb-fake-bot';
  readonly appToken = 'xapp-fake-app';
  readonly botId = 'BCODA';
  readonly users = new Map<string, User>();
  readonly channels = new Map<string, Channel>();
  readonly usergroups = new Map<string, Set<string>>();
  readonly views = new Map<string, View>();
  /** Each person's App Home. */
  readonly homes = new Map<string, View>();
  readonly scopes = new Set(SCOPES);
  readonly revoked = new Set<string>();
  readonly limits = new RateLimits();
  /** What was set of assistant threads, in order. */
  readonly assistant: { what: string; channel: string; thread: string; value: string }[] = [];
  readonly web: WebServer;
  readonly sockets: Sockets;
  readonly messages: Messages;
  readonly files: Files;
  readonly bot: User;
  socketRefusal: 'forbidden_team' | 'link_disabled' | undefined;
  private readonly port: number;
  readonly host: string;
  private readonly triggers = new Map<string, { user: string; until: number }>();
  private readonly responses = new Map<string, ResponseUrl>();
  private clock: () => number = Date.now;
  private shift = 0;
  private last = 0;
  private count = 0;

  constructor({ port = 0, host = '127.0.0.1', ackMs = 3_000, retries = [0, 60_000, 300_000] }: FakeOptions = {}) {
    this.host = host;
    this.port = port;
    this.web = new WebServer({
      answer: (call) => answer(this, call),
      raw: (request, body, response) => this.raw(request, body, response),
      scopes: () => [...this.scopes].join(','),
    });
    this.sockets = new Sockets(this.web.server, { ackMs, retries });
    this.messages = new Messages(this);
    this.files = new Files(this);
    this.bot = { ...this.user('coda'), id: 'UBOT', is_bot: true };
    this.users.set(this.bot.id, this.bot);
  }

  static async start(options?: FakeOptions): Promise<FakeSlack> {
    const fake = new FakeSlack(options);
    await fake.web.listen(fake.port);
    return fake;
  }

  get origin(): string {
    return `http://${this.host}:${this.web.port}`;
  }

  get apiUrl(): string {
    return `${this.origin}/api/`;
  }

  now(): number {
    return this.clock() + this.shift;
  }

  /** From now on the platform's time is this clock's: that of a test, which moves in steps. */
  follow(clock: () => number): void {
    this.clock = clock;
    this.shift = 0;
  }

  advance(ms: number): void {
    this.shift += ms;
  }

  /** Seconds with six digits, always growing. */
  nextTs(): string {
    this.last = Math.max(this.last + 1, this.now() * 1_000);
    return `${Math.floor(this.last / 1e6)}.${String(Math.floor(this.last % 1e6)).padStart(6, '0')}`;
  }

  async close(): Promise<void> {
    this.sockets.close();
    await this.web.close();
  }

  user(name: string, { team_id = this.team, tz = 'Europe/Berlin' } = {}): User {
    const id = `U${String(++this.count).padStart(8, '0')}`;
    const is_stranger = team_id !== this.team;
    const user = { id, name: name.toLowerCase(), real_name: name, tz, team_id, is_bot: false, is_stranger };
    this.users.set(id, user);
    return user;
  }

  channel(name: string, members: readonly User[], kind: Channel['kind'] = 'channel'): Channel {
    const letter = { channel: 'C', group: 'G', im: 'D', mpim: 'G' }[kind];
    const id = `${letter}${String(++this.count).padStart(8, '0')}`;
    const everybody = new Set([...members.map((each) => each.id), this.bot.id]);
    const channel = { id, kind, name, members: everybody, archived: false, is_ext_shared: false, messages: [] };
    this.channels.set(id, channel);
    return channel;
  }

  /** The direct conversation between a person and the bot. */
  dm(user: User): Channel {
    const known = [...this.channels.values()].find(
      ({ kind, members }) => kind === 'im' && members.has(user.id) && members.has(this.bot.id),
    );
    return known ?? this.channel(user.name, [user], 'im');
  }

  /** A person writes. */
  says(user: User, channel: Channel, text: string, { thread, files = [], ...more }: Saying = {}): Message {
    const blocks = more.blocks ? checkBlocks(more.blocks, 'message') : [];
    const { attachments = [] } = more;
    return this.messages.post(channel, user, { text, blocks, attachments }, thread ? { thread_ts: thread } : {}, files);
  }

  /** A person shares a message elsewhere, with or without words of their own. */
  shares(user: User, channel: Channel, message: Message, text = ''): Message {
    return this.says(user, channel, text, { attachments: [this.messages.asShared(message)] });
  }

  edits(message: Message, text: string): void {
    message.text = text;
    message.edited = { user: message.user, ts: this.nextTs() };
    this.messages.tellChanged(this.channels.get(message.channel) as Channel, message);
  }

  /** A preview of an address appears: the message changes, nobody has edited it. */
  unfurls(message: Message): void {
    this.messages.tellChanged(this.channels.get(message.channel) as Channel, message);
  }

  deletes(message: Message): void {
    this.messages.remove(this.channels.get(message.channel) as Channel, message);
  }

  /** Tells of an event. */
  event(event: Body): Delivered {
    const envelope = {
      ...{ token: 'x', team_id: this.team, api_app_id: 'A1', type: 'event_callback' },
      event_id: `Ev${++this.count}`,
      event_time: Math.floor(this.now() / 1_000),
      event,
    };
    return this.sockets.dispatch('events_api', envelope);
  }

  /** A person uses a slash command. */
  uses(user: User, channel: Channel, command: string, text = ''): Delivered {
    return this.sockets.dispatch('slash_commands', {
      ...{ token: 'x', team_id: user.team_id, team_domain: 'fake', api_app_id: 'A1' },
      ...{ channel_id: channel.id, channel_name: channel.kind === 'im' ? 'directmessage' : channel.name },
      ...{ user_id: user.id, user_name: user.name, command, text },
      ...{ response_url: this.responseUrl(channel, user), trigger_id: this.trigger(user) },
    });
  }

  /** A person presses the button with this label (or with this `action_id`, forged). */
  presses(user: User, message: Message, label: string, forged?: string): Delivered {
    const channel = this.channels.get(message.channel) as Channel;
    const button = buttonsOf(message).find((each) => (each.text as Body).text === label);
    if (!button && forged === undefined) throw new Error(`no button ${label} in ${JSON.stringify(message.blocks)}`);
    return this.acts(user, button, forged, {
      channel: { id: channel.id, name: channel.kind === 'im' ? 'directmessage' : channel.name },
      message: this.messages.shown(message),
      container: {
        ...{ type: 'message', message_ts: message.ts, channel_id: channel.id },
        ...(message.thread_ts && { thread_ts: message.thread_ts }),
        is_ephemeral: message.only !== undefined,
      },
      response_url: this.responseUrl(channel, user, message),
    });
  }

  /** A person presses a button of their App Home. */
  pressesHome(user: User, label: string, index = 0): Delivered {
    const view = this.homes.get(user.id);
    const button = view && buttonsOf(view).filter((each) => (each.text as Body).text === label)[index];
    if (!button) throw new Error(`no button ${label} in ${JSON.stringify(view?.blocks)}`);
    return this.acts(user, button, undefined, { view, container: { type: 'view', view_id: view?.id } });
  }

  /** A person picks a message shortcut. */
  picks(user: User, message: Message, callback: string): Delivered {
    const channel = this.channels.get(message.channel) as Channel;
    return this.sockets.dispatch('interactive', {
      ...this.interaction('message_action', user),
      ...{ callback_id: callback, message_ts: message.ts, message: this.messages.shown(message) },
      channel: { id: channel.id, name: channel.name },
      response_url: this.responseUrl(channel, user),
    });
  }

  /** A person fills in a modal and sends it. */
  submits(user: User, view: View, value: string): Delivered {
    const values: Record<string, Body> = {};
    for (const block of view.blocks.filter(({ type }) => type === 'input')) {
      const { action_id: action } = block.element as { action_id: string };
      values[String(block.block_id)] = { [action]: { type: 'plain_text_input', value } };
    }
    return this.sockets.dispatch('interactive', {
      ...this.interaction('view_submission', user),
      view: { ...view, state: { values } },
      response_urls: [],
    });
  }

  opensHome(user: User, tab = 'home'): Delivered {
    const view = this.homes.get(user.id);
    return this.event({
      ...{ type: 'app_home_opened', user: user.id, channel: this.dm(user).id, tab },
      ...(view && { view }),
      event_ts: this.nextTs(),
    });
  }

  /** A person begins a thread of the assistant pane; resolves to its `thread_ts`. */
  opensPane(user: User): string {
    const dm = this.dm(user);
    const root = { subtype: 'assistant_app_thread' };
    const { ts } = this.messages.post(dm, this.bot, { text: 'New Assistant Thread', blocks: [] }, root);
    const thread = { user_id: user.id, context: {}, channel_id: dm.id, thread_ts: ts };
    this.event({ type: 'assistant_thread_started', assistant_thread: thread, event_ts: this.nextTs() });
    return ts;
  }

  /** A person's profile says another zone (docs.slack.dev/reference/events/user_change). */
  travels(user: User, tz: string): Delivered {
    user.tz = tz;
    return this.event({ type: 'user_change', user: { ...user }, cache_ts: 0, event_ts: this.nextTs() });
  }

  /** The newest modal that somebody was shown. */
  modalOf(user: User): View | undefined {
    return [...this.views.values()].findLast((view) => view.type === 'modal' && view.user === user.id);
  }

  useTrigger(trigger: string): string {
    const known = this.triggers.get(trigger);
    if (!known) throw new Refusal('invalid_trigger_id');
    this.triggers.delete(trigger);
    if (this.now() > known.until) throw new Refusal('expired_trigger_id');
    return known.user;
  }

  openView(user: string, view: Body): View {
    const id = `V${++this.count}`;
    const opened = { callback_id: '', private_metadata: '', ...view, id, user, hash: `hash-${id}` } as unknown as View;
    this.views.set(id, opened);
    return opened;
  }

  publish(user: string, view: Body): View {
    const known = this.homes.get(user);
    const id = known?.id ?? `V${++this.count}`;
    const published = { callback_id: '', private_metadata: '', ...view, id, user } as unknown as View;
    published.hash = `hash-${++this.count}`;
    this.homes.set(user, published);
    return published;
  }

  /** What the bot has said in a channel (or a thread), oldest first. */
  said({ messages }: Channel, thread?: string): Message[] {
    return messages.filter(
      ({ user, deleted, thread_ts: at }) => user === this.bot.id && !deleted && (thread === undefined || at === thread),
    );
  }

  private acts(user: User, button: Body | undefined, forged: string | undefined, where: Body): Delivered {
    const { action_id, value } = button ?? {};
    const action = {
      ...{ type: 'button', block_id: 'b', action_id: forged ?? action_id },
      ...(value !== undefined && { value }),
      action_ts: this.nextTs(),
    };
    const payload = { ...this.interaction('block_actions', user), ...where, actions: [action] };
    return this.sockets.dispatch('interactive', payload);
  }

  private interaction(type: string, user: User): Body {
    return {
      type,
      user: { id: user.id, username: user.name, name: user.name, team_id: user.team_id },
      team: { id: this.team, domain: 'fake' },
      trigger_id: this.trigger(user),
      api_app_id: 'A1',
    };
  }

  private trigger(user: User): string {
    const id = `trigger.${++this.count}`;
    this.triggers.set(id, { user: user.id, until: this.now() + TRIGGER_MS });
    return id;
  }

  private responseUrl(channel: Channel, user: User, original?: Message): string {
    const id = `r${++this.count}`;
    this.responses.set(id, { channel, user: user.id, left: RESPONSES, until: this.now() + RESPONSE_MS, original });
    return `${this.origin}/response/${id}`;
  }

  private raw(request: IncomingMessage, body: Buffer, response: ServerResponse): boolean {
    const [, kind, id = ''] = new URL(request.url ?? '/', 'http://x').pathname.split('/');
    if (kind !== 'response') return this.files.serve(request, body, response);
    const fault = this.web.fault({ method: 'response_url', args: {}, token: '' });
    if (fault === 'lost') {
      request.socket.destroy();
      return true;
    }
    if (typeof fault === 'object') {
      response.writeHead(fault.status).end(fault.body);
      return true;
    }
    this.respond(this.responses.get(id), JSON.parse(body.toString('utf8')) as Body, response);
    return true;
  }

  private respond(url: ResponseUrl | undefined, args: Body, response: ServerResponse): void {
    if (!url || url.until < this.now()) return void response.writeHead(404).end('expired_url');
    if (url.left-- <= 0) return void response.writeHead(404).end('used_url');
    try {
      const blocks = args.blocks === undefined ? [] : checkBlocks(args.blocks, 'message');
      const said = { text: String(args.text ?? ''), blocks };
      if (args.replace_original === true && url.original) {
        this.messages.change(url.channel, url.original, said, {});
      } else if (args.delete_original === true && url.original) this.messages.remove(url.channel, url.original);
      else {
        const hidden = args.response_type !== 'in_channel';
        const thread = args.thread_ts === undefined ? {} : { thread_ts: args.thread_ts };
        this.messages.post(url.channel, this.bot, said, { ...thread, ...(hidden && { only: url.user }) });
      }
      response.writeHead(200).end('ok');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response.writeHead(400).end(error.message);
    }
  }
}
