import type { GatewayReadyDispatchData } from 'discord.js';
import { sleep } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { HealthCheck } from '../../chat/index.ts';
import {
  type ChatAdapter,
  type Content,
  type Inbox,
  type Part,
  type Place,
  type Pointed,
  type Receipt,
  type SendOutcome,
  type Typing,
  waitAfter,
} from '../../delivery/index.ts';
import { decodeOrigin, wasAcknowledged } from './callback.ts';
import { Channels } from './channels.ts';
import { register, scopesOf } from './commands.ts';
import { Connection } from './connection.ts';
import { checks } from './doctor.ts';
import { DuplicateTokenDetector } from './duplicate-token.ts';
import { AttachedFiles } from './files.ts';
import { Inbound } from './inbound.ts';
import { Interactions } from './interactions.ts';
import { Members } from './members.ts';
import { split, splitGrowing } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { Outbound } from './outbound.ts';
import { isOutage, notSignedIn } from './outcome.ts';
import { ADAPTER, type RawMessage } from './parse.ts';
import { pointedTo } from './pointed.ts';
import type { Points } from './quoted.ts';
import { asChannel, asInteraction, isChannel } from './shapes.ts';
import type { Trouble } from './trouble.ts';
import { typingOn } from './typing.ts';

/** coda in Discord. */
export interface DiscordAdapter extends ChatAdapter {
  /** Checks of `coda doctor` for Discord. */
  checks(): HealthCheck[];
  /** Resolves when nothing that was heard waits to be accepted. */
  idle(): Promise<void>;
}

/** Costs nothing until it starts: discord.js is loaded then. */
export function discordAdapter(options: DiscordOptions): DiscordAdapter {
  return new Discord(options);
}

class Discord implements DiscordAdapter {
  readonly name = ADAPTER;
  readonly promises = {
    // "The past few minutes" is all that is documented.
    deduplicatesForMs: 120_000,
    canFind: true,
    canEdit: true,
    editEveryMs: 1_200,
    showsUse: true,
  };
  readonly files: AttachedFiles;
  private readonly options: DiscordOptions;
  private readonly channels = new Channels();
  private readonly members: Members;
  private readonly speaker: Outbound;
  private readonly others: DuplicateTokenDetector;
  private readonly typingAt: Typing;
  private connection: Connection | undefined;
  private listener: Inbound | undefined;
  private inbox: Inbox | undefined;
  private application = '';
  private stopping: AbortSignal | undefined;

  constructor(options: DiscordOptions) {
    this.options = options;
    const rest = () => this.connection?.rest;
    this.files = new AttachedFiles(options.config.max_file_mb, rest);
    this.members = new Members(options.groups, options.log);
    this.typingAt = typingOn(rest);
    const application = () => this.application;
    const inbox = () => this.inbox;
    this.others = new DuplicateTokenDetector(options, inbox);
    this.speaker = new Outbound({ options, rest, application, inbox, saying: (nonce) => this.others.saying(nonce) });
  }

  async start(inbox: Inbox, reachable: (channel?: string) => void, signal: AbortSignal): Promise<void> {
    const { options, channels, members, files } = this;
    const rest = () => this.connection?.rest;
    this.inbox = inbox;
    this.stopping = signal;
    const said = (message: RawMessage) => this.others.said(message);
    const listener = new Inbound({ options, inbox, channels, members, files, rest, own: said, signal });
    const interactions = new Interactions({
      options,
      inbox,
      channels,
      members,
      rest,
      application: () => this.application,
      answered: (id) => this.speaker.answered(id),
    });
    this.listener = listener;
    this.connection = new Connection(options, {
      ready: (ready, awayMs) => {
        listener.ready(ready, awayMs);
        this.ready(ready, reachable);
      },
      resumed: () => reachable(),
      guild: (guild) => {
        const { id, channels: listed = [], threads = [] } = guild;
        members.guilds.add(id);
        listener.guild(guild);
        for (const channel of [...listed, ...threads].filter(isChannel)) channels.learn(channel, id);
      },
      channel: (channel) => channels.learn(asChannel(channel)),
      message: (message) => listening(signal) && listener.message(message),
      edited: (message) => listening(signal) && listener.edited(message),
      deleted: (ids, channel) => listening(signal) && listener.deleted(ids, channel),
      interaction: (interaction) => listening(signal) && void interactions.heard(asInteraction(interaction)),
    });
    await this.connection.open();
  }

  split(content: Content, growing = false): Content[] {
    return growing ? splitGrowing(content) : split(content);
  }

  async send(part: Part, signal: AbortSignal): Promise<SendOutcome> {
    this.typingAt.end(part.place.channel);
    return this.speaker.send(part, signal);
  }

  edit(receipt: Receipt, part: Part, signal: AbortSignal): Promise<SendOutcome> {
    this.typingAt.end(part.place.channel);
    return this.speaker.edit(receipt, part, signal);
  }

  delete(receipt: Receipt, place: Place, signal: AbortSignal): Promise<SendOutcome> {
    return this.speaker.delete(receipt, place, signal);
  }

  pointed(points: Json, _: unknown, signal: AbortSignal): Promise<Pointed> {
    const rest = () => this.connection?.rest;
    const deps = { rest, botId: () => this.application, files: this.files };
    return pointedTo(points as Points, deps, signal);
  }

  find(part: Part, since: Date, signal: AbortSignal): Promise<Receipt | undefined> {
    return this.speaker.find(part, since, signal);
  }

  isReachable(): boolean {
    return this.connection?.rest !== undefined;
  }

  direct(externalId: string): Promise<Place> {
    return this.speaker.direct(externalId);
  }

  async acknowledged(replyTo: string): Promise<boolean> {
    const origin = decodeOrigin(replyTo);
    if (!origin) return true;
    // Until Discord can be asked: what its person was shown as heard must not fail because Discord is away.
    for (let attempt = 1; ; attempt++) {
      try {
        const rest = this.connection?.rest;
        if (!rest) throw notSignedIn();
        return await wasAcknowledged(rest, this.application, origin);
      } catch (error) {
        const wait = waitAfter(error, attempt, isOutage);
        if (wait === undefined) throw error;
        await sleep(wait, this.stopping);
      }
    }
  }

  typing(place: Place): void {
    this.typingAt.begin(place.channel, place.channel);
  }

  async idle(): Promise<void> {
    await this.listener?.idle();
  }

  checks(): HealthCheck[] {
    const { config, people } = this.options;
    const away = () => this.away() ?? this.others.trouble;
    return checks({ config, people, away, listens: () => this.connection !== undefined });
  }

  away(): Trouble | undefined {
    return this.connection?.away;
  }

  async close(): Promise<void> {
    this.typingAt.close();
    await this.connection?.close();
  }

  private ready(ready: GatewayReadyDispatchData, reachable: () => void): void {
    this.application = ready.application.id;
    for (const { id } of ready.guilds) this.members.guilds.add(id);
    reachable();
    void this.register();
  }

  private async register(): Promise<void> {
    const { config, commands, log } = this.options;
    const rest = this.connection?.rest;
    if (!rest) return;
    for (const scope of scopesOf(config)) {
      try {
        await register(rest, this.application, scope, commands);
      } catch (error) {
        log.warn({ ...scope, error: messageOf(error) }, 'slash commands could not be registered');
      }
    }
  }
}

const listening = (signal: AbortSignal) => !signal.aborted;
