import type { GatewayReadyDispatchData, REST } from 'discord.js';
import { BoundedMap } from '../../base/bounded.ts';
import { messageOf } from '../../base/errors.ts';
import { omitUndefined } from '../../base/json.ts';
import { shorten } from '../../base/text.ts';
import { ChannelQueues, type Inbox, type IncomingMessage, type Place } from '../../delivery/index.ts';
import { Backfill } from './backfill.ts';
import type { Channels, RawChannel, RawGuild } from './channels.ts';
import type { AttachedFiles } from './files.ts';
import type { Members } from './members.ts';
import type { DiscordOptions } from './options.ts';
import { CODES, codeOf, isOutage, notSignedIn, outcomeOf, statusOf } from './outcome.ts';
import {
  ADAPTER,
  type ChannelInfo,
  type Hearing,
  isAddressed,
  names,
  namesOf,
  placeOf,
  placesOf,
  type RawMessage,
  repliedTo,
  senderOf,
  settingFor,
  toIncoming,
  wordsOf,
} from './parse.ts';
import { isForward, pointsIn, quotedIn } from './quoted.ts';
import { asChannel, asId, asIds, asWritten } from './shapes.ts';
import * as texts from './texts.ts';

export interface InboundDeps {
  options: DiscordOptions;
  inbox: Inbox;
  channels: Channels;
  members: Members;
  files: AttachedFiles;
  rest(): REST | undefined;
  onOwn(message: RawMessage): void;
  signal: AbortSignal;
}

/** A flag of a message: a thread belongs to it. */
const HAS_THREAD = 32;
const MOST_FORWARDS = 500;
const FORWARD_MS = 15_000;
const LONGEST_NAME = 80;

/** Hands Discord's messages to the inbox, in order within a channel, missed ones before new ones. */
export class Inbound {
  private readonly deps: InboundDeps;
  private readonly queues: ChannelQueues;
  private readonly past: Backfill;
  private hearing: Hearing | undefined;
  private readonly roles = new Set<string>();
  private readonly forwards = new BoundedMap<string, RawMessage>(MOST_FORWARDS);
  /** Guild ids of READY whose GUILD_CREATE is still to come. */
  private awaited = new Set<string>();
  /** Listing of places where messages may have been missed; new events wait until their look-back is queued. */
  private listing: Promise<unknown> = Promise.resolve();

  constructor(deps: InboundDeps) {
    this.deps = deps;
    const { log } = deps.options;
    // Discord delivers a message once, so a failed one is tried again here.
    this.queues = new ChannelQueues({ log, signal: deps.signal, isOutage, isGone: isUnreachable });
    this.past = new Backfill({
      ...deps,
      rest: () => this.rest(),
      isAddressed: (message, channel) => isAddressed(message, channel, this.knownHearing()),
      bare: (message, channel) => this.bare(message, channel),
      hear: (message, channel) => this.hear(message, channel),
      inOrder: (channel, task) => void this.queues.run(channel, task),
    });
  }

  ready({ user, guilds: joined }: Pick<GatewayReadyDispatchData, 'user' | 'guilds'>, awayMs: number | undefined): void {
    const { guilds, mention_required: mentionRequired, dm, bots } = this.deps.options.config;
    this.hearing = { botId: user.id, roles: this.roles, guilds, mentionRequired, dm, bots };
    this.awaited = new Set(joined.map(({ id }) => id));
    this.listing = this.queues.insist('all', () => this.past.lookBack(awayMs));
  }

  guild({ id: guild, roles = [], channels = [], threads = [] }: RawGuild): void {
    for (const { id, tags } of roles) if (tags?.bot_id === this.knownHearing().botId) this.roles.add(id);
    // A server that was joined just now has nothing that was missed.
    if (!this.awaited.delete(guild)) return;
    void this.listing.then(() => this.past.lookThroughNew([...channels, ...threads]));
  }

  /** Throws where it cannot be understood. */
  message(event: unknown): void {
    const message = asWritten<RawMessage>(event);
    if (message.author.id === this.hearing?.botId) {
      this.deps.onOwn(message);
      return;
    }
    this.enqueue(message.channel_id, () => this.hear(message));
  }

  /** The newest text of a message that waits counts; one that calls coda only now is heard now. Throws as `message`. */
  hearEdit(event: RawMessage): void {
    if (!event.edited_timestamp || !event.author) return;
    const message = asWritten<RawMessage>(event);
    this.enqueue(message.channel_id, async () => {
      const { inbox } = this.deps;
      const text = wordsOf(message, this.knownHearing());
      const places = placesOf(message.id, message.channel_id);
      for (const place of places) if (await inbox.amend(place, message.id, { text })) return;
      if (!(await this.isStored(message))) await this.hear(message);
    });
  }

  hearDelete(these: unknown, where: unknown): void {
    const [ids, channel] = [asIds(these), asId(where)];
    this.enqueue(channel, async () => {
      for (const id of ids) {
        for (const place of placesOf(id, channel)) await this.deps.inbox.amend(place, id, { withdrawn: true });
      }
    });
  }

  async idle(): Promise<void> {
    await this.listing;
    await this.past.idle();
    await this.queues.idle();
  }

  private async hear(message: RawMessage, of?: ChannelInfo): Promise<void> {
    const rest = this.rest();
    const hearing = this.knownHearing();
    if (message.author.id === hearing.botId) return;
    const channel = of ?? (await this.deps.channels.of(message, rest));
    if (!isAddressed(message, channel, hearing)) return this.keepForward(message);
    // A message whose thread was refused is known by its channel: seen again, it must not be answered in a thread as well.
    const opensThread = this.opensThread(channel);
    if (opensThread && (await this.isStored(message))) return;
    const { options, members, inbox } = this.deps;
    const text = wordsOf(message, hearing);
    const contents = this.broughtBy(message, channel);
    // A gift, a game, what Discord adds one day: unless somebody calls coda, there is nothing to be heard.
    if (text === '' && !contents.isAnything && !names(message, hearing)) return;
    const groups = await members.groupsOf(message.author.id, rest, options.clock.now().getTime());
    const sender = senderOf(message.author, { nick: message.member?.nick ?? null, groups });
    const guest = await options.isStranger(sender);
    const place = guest || !opensThread ? placeOf(channel) : await this.placeOrThread(message, channel, rest);
    const { outcome } = await inbox.accept(toIncoming(message, place, sender, text, contents.more));
    if (outcome !== 'refused') {
      inbox.namePlaces(ADAPTER, this.deps.channels.namesOf({ id: place.channel, parent: place.parent }));
    }
    // Not before: what could not be accepted is heard again, with its forward.
    this.forwards.delete(forwardOf(message));
  }

  private broughtBy(message: RawMessage, channel: ChannelInfo) {
    const before = this.forwardBefore(message);
    const all = before ? [before, message] : [message];
    const quoted = all.flatMap((each) => quotedIn(each, this.knownHearing()));
    const pending = all.flatMap((each) => this.deps.files.pendingOf(each));
    const points = pointsIn(message, channel);
    const repliesTo = repliedTo(message, this.knownHearing());
    const isAnything = quoted.length + pending.length > 0 || points?.always !== undefined;
    return { isAnything, more: { pending, quoted, ...omitUndefined({ points, repliesTo }) } };
  }

  /** Keeps a forward that does not call coda: Discord sends the words beside it as a second message, which may. */
  private keepForward(message: RawMessage): void {
    if (isForward(message)) this.forwards.set(forwardOf(message), message);
  }

  private forwardBefore(message: RawMessage): RawMessage | undefined {
    const before = this.forwards.get(forwardOf(message));
    const apart = before ? Date.parse(message.timestamp) - Date.parse(before.timestamp) : Number.POSITIVE_INFINITY;
    return apart >= 0 && apart <= FORWARD_MS ? before : undefined;
  }

  /** The thread that the message opens, or its channel where it cannot. */
  private async placeOrThread(message: RawMessage, channel: ChannelInfo, rest: REST): Promise<Place> {
    // A message found by backfill has its thread already.
    if ((message.flags ?? 0) & HAS_THREAD) return placeOf(threadOf(message.id, channel));
    const { channels, options } = this.deps;
    try {
      const words = wordsOf(message, this.knownHearing()).replace(/\s+/g, ' ').trim();
      const name = shorten(words, LONGEST_NAME) || texts.threadName();
      const thread = await rest.post(`/channels/${channel.id}/messages/${message.id}/threads`, { body: { name } });
      return placeOf(channels.learn(asChannel<RawChannel>(thread), channel.guild));
    } catch (error) {
      if (codeOf(error) === CODES.threadExists) return placeOf(threadOf(message.id, channel));
      // For want of a permission, or where there can be no more threads: it is answered all the same.
      const { kind } = outcomeOf(error);
      if (kind !== 'gone' && kind !== 'refused') throw error;
      options.log.warn({ channel: channel.id, error: messageOf(error) }, 'no thread could be opened');
      return placeOf(channel);
    }
  }

  private opensThread({ id, kind }: ChannelInfo): boolean {
    return kind === 'channel' && settingFor(this.deps.options.config.threads, false, id);
  }

  private async isStored(message: RawMessage): Promise<boolean> {
    return (await this.deps.inbox.heardAlready(namesOf(message))).size > 0;
  }

  private async bare(message: RawMessage, channel: ChannelInfo): Promise<IncomingMessage> {
    const { members, options } = this.deps;
    const groups = await members.groupsOf(message.author.id, this.rest(), options.clock.now().getTime());
    return toIncoming(message, placeOf(channel), senderOf(message.author, { groups }), '');
  }

  private enqueue(channel: string, task: () => Promise<void>): void {
    void this.listing.then(() => this.queues.run(channel, task));
  }

  private rest(): REST {
    const rest = this.deps.rest();
    if (!rest) throw notSignedIn();
    return rest;
  }

  private knownHearing(): Hearing {
    if (!this.hearing) throw new Error('nothing is heard before a session has begun');
    return this.hearing;
  }
}

const forwardOf = ({ channel_id: channel, author }: RawMessage): string => `${channel}:${author.id}`;

function isUnreachable(error: unknown): boolean {
  return statusOf(error) === 403 || statusOf(error) === 404;
}

/** A thread has the id of the message that it was opened for. */
function threadOf(id: string, { guild, id: parent }: ChannelInfo): ChannelInfo {
  return { id, kind: 'thread', guild, parent, openedBy: undefined };
}
