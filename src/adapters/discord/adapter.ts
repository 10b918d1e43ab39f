import type { GatewayReadyDispatchData, REST } from 'discord.js';
import { sleep } from '../../base/async.ts';
import { BoundedSet } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { HealthCheck, PlatformAdapter } from '../../chat/index.ts';
import {
  CLOCK_MARGIN_MS,
  type Content,
  type Inbox,
  type Part,
  type Place,
  type PointedContent,
  type Receipt,
  retryDelay,
  type SendOutcome,
  type SpokenLine,
  type Typing,
} from '../../delivery/index.ts';
import { decodeOrigin, wasAcknowledged } from './callback.ts';
import { Channels } from './channels.ts';
import { Connection } from './connection.ts';
import { checks } from './doctor.ts';
import { AttachedFiles } from './files.ts';
import { Inbound } from './inbound.ts';
import { Interactions, register, scopesOf } from './interactions.ts';
import { Members } from './members.ts';
import { nonceFor, split, splitGrowing } from './message.ts';
import type { DiscordOptions } from './options.ts';
import { Outbound, typingOn } from './outbound.ts';
import { isOutage, notSignedIn, statusOf } from './outcome.ts';
import { ADAPTER, madeAt, placeOf, type RawMessage, SPOKEN } from './parse.ts';
import { filesOf, type Points, repliedOf } from './quoted.ts';
import { asChannel, asInteraction, asKnown, asMessage, asPage, isChannel, type KnownMessage } from './shapes.ts';
import type { Trouble } from './trouble.ts';

export interface DiscordAdapter extends PlatformAdapter {
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
  readonly guarantees = {
    // "The past few minutes" is all that is documented.
    deduplicatesForMs: 120_000,
    canFind: true,
    canEdit: true,
    editEveryMs: 1_200,
    showsUse: true,
    foldsDetails: true,
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
    this.speaker = new Outbound({
      options,
      rest,
      application,
      inbox,
      onSaying: (nonce) => this.others.noteSaying(nonce),
    });
  }

  async start(inbox: Inbox, reachable: (channel?: string) => void, signal: AbortSignal): Promise<void> {
    const { options, channels, members, files } = this;
    const rest = () => this.connection?.rest;
    this.inbox = inbox;
    this.stopping = signal;
    const onOwn = (message: RawMessage) => this.others.noteSaid(message);
    const listener = new Inbound({ options, inbox, channels, members, files, rest, onOwn, signal });
    const interactions = new Interactions({
      options,
      inbox,
      channels,
      members,
      rest,
      application: () => this.application,
      wasAnswered: (id) => this.speaker.wasAnswered(id),
    });
    this.listener = listener;
    this.connection = new Connection(options, {
      ready: (ready, awayMs) => {
        listener.ready(ready, awayMs);
        this.ready(ready, reachable);
      },
      onResume: () => reachable(),
      guild: (guild) => {
        const { id, channels: listed = [], threads = [] } = guild;
        members.guilds.add(id);
        listener.guild(guild);
        const learnt = [...listed, ...threads].filter(isChannel).map((channel) => channels.learn(channel, id));
        const named = learnt.flatMap((channel) => channels.namesOf({ id: channel.id, parent: undefined }));
        inbox.namePlaces(ADAPTER, named);
      },
      channel: (channel) => channels.learn(asChannel(channel)),
      message: (message) => isListening(signal) && listener.message(message),
      onEdit: (message) => isListening(signal) && listener.hearEdit(message),
      onDelete: (ids, channel) => isListening(signal) && listener.hearDelete(ids, channel),
      interaction: (interaction) => isListening(signal) && void interactions.hear(asInteraction(interaction)),
    });
    await this.connection.open();
  }

  split(content: Content, growing = false): Content[] {
    return growing ? splitGrowing(content) : split(content);
  }

  async send(part: Part, signal: AbortSignal): Promise<SendOutcome> {
    this.typingAt.endTyping(part.place.channel);
    return this.speaker.send(part, signal);
  }

  edit(receipt: Receipt, part: Part, signal: AbortSignal): Promise<SendOutcome> {
    this.typingAt.endTyping(part.place.channel);
    return this.speaker.edit(receipt, part, signal);
  }

  delete(receipt: Receipt, place: Place, signal: AbortSignal): Promise<SendOutcome> {
    return this.speaker.delete(receipt, place, signal);
  }

  lookUpPointed(points: Json, _: unknown, signal: AbortSignal): Promise<PointedContent> {
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

  async wasAcknowledged(replyTo: string): Promise<boolean> {
    const origin = decodeOrigin(replyTo);
    if (!origin) return true;
    // Until Discord can be asked: what its person was shown as heard must not fail because Discord is away.
    for (let attempt = 1; ; attempt++) {
      try {
        const rest = this.connection?.rest;
        if (!rest) throw notSignedIn();
        return await wasAcknowledged(rest, this.application, origin);
      } catch (error) {
        const wait = retryDelay(error, attempt, isOutage);
        if (wait === undefined) throw error;
        await sleep(wait, this.stopping);
      }
    }
  }

  async lastSaid(
    { channel }: Place,
    { before, count }: { before?: string | undefined; count: number },
    signal: AbortSignal,
  ): Promise<SpokenLine[] | undefined> {
    const { connection } = this;
    if (!connection?.rest) throw notSignedIn();
    // Without this intent Discord leaves out the words of messages that do not name coda.
    if (!connection.readsContent) return undefined;
    const query = new URLSearchParams({ limit: String(count), ...(before !== undefined && { before }) });
    const page = asPage<RawMessage>(await connection.rest.get(`/channels/${channel}/messages`, { query, signal }));
    const botId = this.application;
    return page
      .flatMap((message) => {
        const fields = asKnown(message);
        if (!fields) return [];
        const { from, text } = repliedOf(fields, botId);
        const { id: author } = fields.author;
        return [{ author, from, text, at: new Date(fields.timestamp), isOwn: author === botId }];
      })
      .reverse();
  }

  async react({ channel }: Place, messageId: string): Promise<void> {
    await this.connection?.rest?.put(
      `/channels/${channel}/messages/${messageId}/reactions/${encodeURIComponent('👀')}/@me`,
    );
  }

  link({ space, channel }: Place, messageId?: string): string {
    return ['https://discord.com/channels', space, channel, ...(messageId ? [messageId] : [])].join('/');
  }

  showTyping(place: Place): void {
    this.typingAt.begin(place.channel, place.channel);
  }

  async idle(): Promise<void> {
    await this.listener?.idle();
  }

  checks(): HealthCheck[] {
    const { config, people } = this.options;
    const away = () => this.trouble() ?? this.others.trouble;
    return checks({ config, people, trouble: away, listens: () => this.connection !== undefined });
  }

  awayForMs(): number | undefined {
    return this.connection?.awayForMs;
  }

  trouble(): Trouble | undefined {
    return this.connection?.lastingTrouble;
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

const isListening = (signal: AbortSignal) => !signal.aborted;

interface PointedDeps {
  rest(): REST | undefined;
  botId(): string;
  files: AttachedFiles;
}

/** Rejects while Discord cannot be asked. */
async function pointedTo({ reply, starter }: Points, deps: PointedDeps, signal: AbortSignal): Promise<PointedContent> {
  const { files, botId } = deps;
  const content: PointedContent = { quoted: [], files: [] };
  const add = (message: KnownMessage, channel: string, as: 'replied' | 'starter') => {
    content.quoted.push(repliedOf(message, botId(), as));
    content.files.push(...files.knownFiles(filesOf(message, message.id), channel));
  };
  if (reply) {
    const message = await messageAt(reply.channel, reply.id, deps, signal);
    if (message) add(message, reply.channel, 'replied');
  }
  if (starter) {
    // A thread has the id of the message above it; a post of a forum holds that message itself.
    for (const channel of [starter.parent, starter.thread]) {
      const message = channel === null ? undefined : await messageAt(channel, starter.thread, deps, signal);
      if (!message || channel === null) continue;
      add(message, channel, 'starter');
      break;
    }
  }
  return content;
}

async function messageAt(channel: string, id: string, { rest: of }: PointedDeps, signal: AbortSignal) {
  const rest = of();
  if (!rest) throw notSignedIn();
  try {
    return asKnown(asMessage(await rest.get(`/channels/${channel}/messages/${id}`, { signal })));
  } catch (error) {
    if (statusOf(error) === 403 || statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Wait before an unknown message of coda's own is looked up, so that another replica can store its receipt. */
const SETTLE_MS = 3_000;
const REMEMBERED = 2_000;
/** Time for which `coda doctor` reports a second process with the same token after its last message. */
const TOLD_MS = 3_600_000;
const TROUBLE: Trouble = {
  code: 'TOKEN_SHARED',
  says: 'another coda speaks with the same token, from other data: reminders and questions come twice',
  remedy:
    'Stop one of them, or give both the same database (storage.url); then reset the token if you know of no other.',
};

type OwnMessage = RawMessage & { nonce?: string | number; interaction_metadata?: unknown };

/** Detects a second process with the same token, by messages that are neither this process's nor in its database. */
class DuplicateTokenDetector {
  private readonly options: DiscordOptions;
  private readonly inbox: () => Inbox | undefined;
  private readonly nonces = new BoundedSet<string>(REMEMBERED);
  /** Nonces of messages that are not this process's, and not looked up yet. */
  private readonly strange = new Set<string>();
  private seenAt: number | undefined;

  constructor(options: DiscordOptions, inbox: () => Inbox | undefined) {
    this.options = options;
    this.inbox = inbox;
  }

  get trouble(): Trouble | undefined {
    const now = this.options.clock.now().getTime();
    return this.seenAt !== undefined && now - this.seenAt < TOLD_MS ? TROUBLE : undefined;
  }

  noteSaying(nonce: string): void {
    // The same message has been answered already, and not from here.
    if (this.strange.delete(nonce)) this.noteFound('the same message is answered');
    this.nonces.add(nonce);
  }

  noteSaid(message: OwnMessage): void {
    const { type, webhook_id: webhook, interaction_metadata: interaction, nonce } = message;
    if (!SPOKEN.includes(type) || webhook !== undefined || interaction !== undefined) return;
    if (nonce !== undefined && this.nonces.has(String(nonce))) return;
    if (nonce !== undefined) this.strange.add(String(nonce));
    setTimeout(() => void this.lookUp(message), SETTLE_MS).unref();
  }

  private async lookUp(message: OwnMessage): Promise<void> {
    const nonce = message.nonce === undefined ? undefined : String(message.nonce);
    const isOpen = nonce === undefined || this.strange.delete(nonce);
    if (!isOpen || (nonce !== undefined && this.nonces.has(nonce))) return;
    const { id, channel_id: channel } = message;
    const place = placeOf({ id: channel, kind: 'channel', guild: undefined, parent: undefined, openedBy: undefined });
    try {
      const inbox = this.inbox();
      if (!inbox) return;
      const receiptIds = await inbox.receipts(place, new Date(madeAt(id).getTime() - TOLD_MS - CLOCK_MARGIN_MS));
      if (receiptIds.has(id)) return;
      const open = await inbox.unsure(place);
      // Without its nonce it could be any of them.
      if (nonce === undefined ? open.length > 0 : open.some((identity) => nonceFor(identity, channel) === nonce))
        return;
      this.noteFound(`something was said in ${channel}`);
    } catch (error) {
      this.options.log.debug({ error: messageOf(error) }, 'whose a message is could not be looked up');
    }
  }

  private noteFound(sign: string): void {
    if (!this.trouble) this.options.log.warn({ sign, remedy: TROUBLE.remedy }, TROUBLE.says);
    this.seenAt = this.options.clock.now().getTime();
  }
}
