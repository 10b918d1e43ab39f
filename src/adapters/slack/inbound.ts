import { Sequence } from '../../base/async.ts';
import {
  type Attached,
  type History,
  type Inbox,
  type IncomingMessage,
  Intake,
  type KnownPlace,
  Lines,
  missedIn,
  type Place,
  type Reading,
  type Sender,
  tellMissed,
} from '../../delivery/index.ts';
import type { Channels } from './channels.ts';
import type { Api } from './client.ts';
import { attachedTo } from './files.ts';
import type { SlackOptions } from './options.ts';
import { isGone, isOutage, SlackUnclear } from './outcome.ts';
import {
  ADAPTER,
  addressed,
  type ChannelInfo,
  conversationOf,
  type Hearing,
  incoming,
  instantOf,
  isOwn,
  mentionedIn,
  names,
  placeOf,
  placesOf,
  type RawMessage,
  teamOf,
  tsAt,
  whereIs,
  wordsOf,
} from './parse.ts';
import type { People } from './people.ts';
import { asChannels, asPage, asWritten } from './shapes.ts';

export interface InboundDeps {
  options: SlackOptions;
  inbox: Inbox;
  channels: Channels;
  people: People;
  api(): Api | undefined;
  hearing(): Hearing | undefined;
  signal: AbortSignal;
}

/** Conversations that are looked through after an absence: those heard from in the last 30 days, latest first. */
const KNOWN_FOR_MS = 30 * 24 * 3_600_000;
const MOST_PLACES = 500;
/** Clocks differ: a message may seem older than the absence. */
const CLOCK_MARGIN_MS = 60_000;
/** Conversations that are looked through at once. */
const AT_ONCE = 3;

/** Brings what is written to the inbox: in each conversation in order, and what was missed before what is new. */
export class Inbound {
  private readonly deps: InboundDeps;
  private readonly lines: Lines;
  private readonly intake: Intake<RawMessage>;
  private readonly looking = Array.from({ length: AT_ONCE }, () => new Sequence());
  /** Where something may have been missed; what is new waits until these stand in their lines. */
  private listing: Promise<unknown> = Promise.resolve();

  constructor(deps: InboundDeps) {
    this.deps = deps;
    const { options, inbox, signal } = deps;
    const { log, artifacts, egress, config } = options;
    this.lines = new Lines({ log, signal, isOutage, isGone });
    const taking = { inbox, lines: this.lines, artifacts, egress, log, maxFileMb: config.max_file_mb };
    this.intake = new Intake({ platform: 'Slack', ...taking });
  }

  /** A socket stands after an absence: `awayMs` long if this process had one before. */
  connected(awayMs: number | undefined): void {
    this.listing = this.lines.insist('all', () => this.lookBack(awayMs));
  }

  /**
   * A `message` or `app_mention` event, which may be the same post. Resolves with whether it may be acknowledged: what was
   * for coda is stored then. Never rejects.
   */
  async message(event: Record<string, unknown>): Promise<boolean> {
    const { channel, channel_type: type } = event as { channel?: string; channel_type?: string };
    if (typeof channel !== 'string') return true;
    this.deps.channels.learn(channel, type);
    if (event.subtype === 'message_changed') return this.changed(channel, event);
    if (event.subtype === 'message_deleted') return this.deleted(channel, deletedIn(event));
    const message = asWritten(event);
    if (!message || this.isIdle(message)) return true;
    const at = performance.now();
    let heard: Heard = ALREADY;
    const done = await this.inLine(channel, async () => {
      heard = await this.hear(message, undefined, at);
    });
    return done && (await heard.accepted);
  }

  /** Resolves when nothing that was heard waits to be accepted. */
  async idle(): Promise<void> {
    await this.listing;
    await Promise.all(this.looking.map((sequence) => sequence.idle()));
    await this.lines.idle();
    await this.intake.idle();
  }

  /** What needs no look at anything to be left alone. */
  private isIdle(message: RawMessage): boolean {
    const hearing = this.deps.hearing();
    return hearing !== undefined && (isOwn(message, hearing) || message.hidden === true);
  }

  /** The newest text of a message that waits counts; one that calls coda only now is heard now. */
  private changed(channel: string, event: Record<string, unknown>): Promise<boolean> {
    const message = asWritten({ ...(event.message as object), channel });
    // What has replies leaves a mark where it was.
    if (message?.subtype === 'tombstone') return this.deleted(channel, message);
    // A preview that appears is a change that nobody has made.
    if (!message?.edited || this.isIdle(message)) return Promise.resolve(true);
    return this.inLine(channel, async () => {
      if (this.intake.edited(idOf(message), message)) return;
      const { inbox } = this.deps;
      const text = await this.words(message);
      const places = placesOf(message.ts, message.thread_ts, channel);
      for (const place of places) if (await inbox.amend(place, message.ts, { text })) return;
      const heard = await inbox.heard(places.map((place) => ({ place, id: message.ts })));
      if (heard.size === 0) await this.hear(message);
    });
  }

  private deleted(channel: string, message: Pick<RawMessage, 'ts' | 'thread_ts'> | undefined): Promise<boolean> {
    if (!message) return Promise.resolve(true);
    const { ts, thread_ts: thread } = message;
    return this.inLine(channel, async () => {
      this.intake.withdrawn(`${channel}:${ts}`);
      for (const place of placesOf(ts, thread, channel)) {
        await this.deps.inbox.amend(place, ts, { withdrawn: true });
      }
    });
  }

  /** Accepts one message if it is for coda, at once or when its files are there. Throws what asking throws. */
  private async hear(message: RawMessage, of?: ChannelInfo, at = performance.now()): Promise<Heard> {
    const api = this.api();
    const hearing = this.known();
    const { options, people, inbox, channels } = this.deps;
    const channel = of ?? (await channels.get(message.channel, api));
    if (!(await this.isForCoda(message, channel, hearing))) return ALREADY;
    const now = options.clock.now().getTime();
    const sender = await people.sender(message.user ?? message.bot_id ?? '', teamOf(message), api, now);
    const place = placeOf(message, channel, hearing);
    const files = message.files ?? [];
    if (files.length === 0 || (await options.isStranger(sender))) {
      await inbox.accept(incoming(message, place, sender, await this.words(message), []));
      return ALREADY;
    }
    return this.intake.take(message, message.channel, at, this.reading(place, sender));
  }

  /** In a thread that began with coda, or with a question to it, nobody has to name it. */
  private async isForCoda(message: RawMessage, channel: ChannelInfo, hearing: Hearing): Promise<boolean> {
    if (!(await this.isAsked(message, channel, hearing))) return false;
    const { people, options } = this.deps;
    const who = { user: message.user ?? message.bot_id ?? '', told: teamOf(message) };
    return people.isOf(hearing.workspaces, who, this.api(), options.clock.now().getTime());
  }

  private async isAsked(message: RawMessage, channel: ChannelInfo, hearing: Hearing): Promise<boolean> {
    if (addressed(message, channel, hearing, false)) return true;
    const { thread_ts: thread, parent_user_id: parent } = message;
    if (thread === undefined || thread === message.ts || names(message, hearing)) return false;
    if (!addressed(message, channel, hearing, true)) return false;
    // Who calls somebody else does not talk to coda.
    if (mentionedIn(message, hearing).length > 0) return false;
    if (parent === hearing.botUser) return true;
    const root = placesOf(thread, undefined, channel.id).map((place) => ({ place, id: thread }));
    return (await this.deps.inbox.heard(root)).size > 0;
  }

  private reading(place: Place, sender: Sender): Reading<RawMessage> {
    const { config } = this.deps.options;
    return {
      idOf,
      filesOf: ({ files = [] }) => files.flatMap((file): Attached[] => attachedTo(file, config)),
      wordsOf: (message) => wordsOf(message, this.known(), this.deps.people.nameOf),
      toIncoming: (message, words, files) => incoming(message, place, sender, words, files),
    };
  }

  private async words(message: RawMessage): Promise<string> {
    const { people, options } = this.deps;
    await people.meet(mentionedIn(message, this.known()), this.api(), options.clock.now().getTime());
    return wordsOf(message, this.known(), people.nameOf);
  }

  private async lookBack(awayMs: number | undefined): Promise<void> {
    const { inbox, options } = this.deps;
    const now = options.clock.now().getTime();
    const windowMs = options.config.look_back;
    const places = await inbox.places(ADAPTER, new Date(now - KNOWN_FOR_MS), MOST_PLACES);
    // A process that has just begun was heard from last by what the one before had heard.
    const heard = Math.max(...places.map(({ heardAt }) => heardAt?.getTime() ?? 0), 0);
    const left = awayMs === undefined ? heard : now - awayMs - CLOCK_MARGIN_MS;
    if (left === 0) return;
    const since = new Date(Math.max(left, now - windowMs));
    const known = withParents(places);
    for (const id of await this.joined()) {
      if (!known.has(id))
        known.set(id, { place: conversationOf({ id, kind: 'channel' }, this.known()), heardAt: undefined });
    }
    for (const [index, [where, { heardAt }]] of [...known.entries()].entries()) {
      const { channel } = whereIs({ channel: where });
      // Where nobody had spoken to coda only what was said since it left can have been missed.
      const from = heardAt ?? since;
      const look = () => this.lookThrough(where, heardAt, heardAt ? new Date(0) : from);
      void this.lines.run(channel, () => (this.looking[index % AT_ONCE] as Sequence).run(look));
    }
  }

  /** The conversations that coda is in. */
  private async joined(): Promise<string[]> {
    const found: string[] = [];
    const types = 'public_channel,private_channel,mpim,im';
    for (let cursor = ''; found.length < MOST_PLACES; ) {
      const { channels, response_metadata: more } = asChannels(
        await this.api()('users.conversations', {
          types,
          limit: 200,
          exclude_archived: true,
          ...(cursor && { cursor }),
        }),
      );
      for (const { id, is_im: direct, is_mpim: group } of channels) {
        this.deps.channels.learn(id, direct ? 'im' : group ? 'mpim' : 'channel');
        found.push(id);
      }
      cursor = more?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return found;
  }

  private async lookThrough(where: string, heardAt: Date | undefined, from: Date): Promise<void> {
    const { inbox, channels, options } = this.deps;
    const { look_back: windowMs, look_back_messages: limit } = options.config;
    const at = performance.now();
    const { channel: id, thread } = whereIs({ channel: where });
    const channel = await channels.get(id, this.api());
    if (channel.kind === 'elsewhere') return;
    const since = new Date(Math.max(options.clock.now().getTime() - windowMs, from.getTime()));
    const history = thread === undefined ? this.channelHistory(id) : this.threadHistory(id, thread, heardAt ?? since);
    const missed = await missedIn(history, { since, limit, heardAt });
    const late = await this.asked(missed.older, channel);
    const told = { late, first: missed.recent[0], cut: missed.cut };
    await tellMissed(told, { inbox, limit, bare: (message) => this.bare(message, channel) });
    const asked = await this.asked(missed.recent, channel);
    const all = asked.flatMap((each) => placesOf(each.ts, each.thread_ts, id).map((place) => ({ place, id: each.ts })));
    const heard = await inbox.heard(all);
    for (const message of asked) if (!heard.has(message.ts)) await this.hear(message, channel, at);
    // A thread that was begun while nobody listened is found by what stands above it.
    for (const { ts, latest_reply: latest } of missed.recent) {
      if (thread === undefined && latest !== undefined && instantOf(latest) >= since) {
        await this.lookThrough(`${id}:${ts}`, undefined, since);
      }
    }
  }

  private async asked(messages: readonly RawMessage[], channel: ChannelInfo): Promise<RawMessage[]> {
    const found: RawMessage[] = [];
    for (const message of messages) if (await this.isForCoda(message, channel, this.known())) found.push(message);
    return found;
  }

  private channelHistory(channel: string): History<RawMessage> {
    return {
      page: async (limit, before) => {
        const args = { channel, limit, ...(before && { latest: before.ts }) };
        return written(asPage(await this.api()('conversations.history', args)).messages, channel);
      },
      sentAt: ({ ts }) => instantOf(ts),
    };
  }

  /** A thread is given oldest first: all of it since then is one page. */
  private threadHistory(channel: string, thread: string, since: Date): History<RawMessage> {
    return {
      page: async (limit, before) => {
        if (before) return [];
        const oldest = tsAt(new Date(since.getTime() - CLOCK_MARGIN_MS));
        const args = { channel, ts: thread, oldest, limit: Math.min(limit, 200) };
        const { messages } = asPage(await this.api()('conversations.replies', args));
        return written(messages, channel).filter(({ ts }) => ts !== thread);
      },
      sentAt: ({ ts }) => instantOf(ts),
    };
  }

  private async bare(message: RawMessage, channel: ChannelInfo): Promise<IncomingMessage> {
    const { people, options } = this.deps;
    const now = options.clock.now().getTime();
    const user = message.user ?? message.bot_id ?? '';
    const sender = await people.sender(user, teamOf(message), this.api(), now);
    return incoming(message, placeOf(message, channel, this.known()), sender, '', []);
  }

  private async inLine(channel: string, task: () => Promise<void>): Promise<boolean> {
    await this.listing;
    return this.lines.run(channel, task);
  }

  private api(): Api {
    const api = this.deps.api();
    if (!api) throw new SlackUnclear('any', 'not signed in to Slack', true);
    return api;
  }

  private known(): Hearing {
    const hearing = this.deps.hearing();
    if (!hearing) throw new SlackUnclear('any', 'not signed in to Slack', true);
    return hearing;
  }
}

/** What became of a message; `accepted` resolves with whether it was stored, or was none of coda's business. */
interface Heard {
  accepted: Promise<boolean>;
}

const ALREADY: Heard = { accepted: Promise.resolve(true) };

/** Which message a `message_deleted` tells of. */
function deletedIn(event: Record<string, unknown>): Pick<RawMessage, 'ts' | 'thread_ts'> | undefined {
  const { deleted_ts: ts, previous_message: before } = event as {
    deleted_ts?: unknown;
    previous_message?: { thread_ts?: string };
  };
  return typeof ts === 'string' ? { ts, thread_ts: before?.thread_ts } : undefined;
}

const idOf = ({ channel, ts }: RawMessage): string => `${channel}:${ts}`;

function written(messages: readonly object[], channel: string): RawMessage[] {
  return messages.flatMap((message) => asWritten({ ...message, channel }) ?? []);
}

/** A question that is answered in its thread is asked in the channel above it. */
function withParents(places: readonly KnownPlace[]): Map<string, KnownPlace> {
  const known = new Map(places.map((place) => [place.place.channel, place]));
  for (const { place, heardAt } of places) {
    const { channel, thread } = whereIs(place);
    if (thread === undefined) continue;
    const above = known.get(channel);
    const latest = above?.heardAt && heardAt && above.heardAt > heardAt ? above.heardAt : (heardAt ?? above?.heardAt);
    known.set(channel, { place: { ...place, channel }, heardAt: latest });
  }
  return known;
}
