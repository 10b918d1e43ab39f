import { type Deferred, deferred, withTimeout } from '../../base/async.ts';
import { BoundedSet } from '../../base/bounded.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Log } from '../../base/log.ts';
import {
  ChannelQueues,
  type Inbox,
  type IncomingMessage,
  type PostponedEvent,
  type PostponedPort,
} from '../../delivery/index.ts';
import { Backfill } from './backfill.ts';
import type { Channels } from './channels.ts';
import type { Api } from './client.ts';
import type { SlackOptions } from './config.ts';
import { isOwnVoice, pendingOf } from './files.ts';
import { isGone, isOutage, SlackLimit, SlackUnclear } from './outcome.ts';
import {
  ADAPTER,
  type ChannelInfo,
  type Hearing,
  isAddressed,
  isOwn,
  mentionedIn,
  names,
  placeOf,
  placesOf,
  type RawMessage,
  teamOf,
  toIncoming,
  wordsOf,
} from './parse.ts';
import type { People } from './people.ts';
import { filesOf, quotedIn } from './quoted.ts';
import { asWritten } from './shapes.ts';
import { oneOf, pointsIn } from './threads.ts';

export interface InboundDeps {
  options: SlackOptions;
  inbox: Inbox;
  channels: Channels;
  people: People;
  api(): Api | undefined;
  hearingNow(): Hearing | undefined;
  signal: AbortSignal;
}

const REMEMBERED = 10_000;
const MOST_DOUBTFUL = 1_000;
/** An `app_mention` may come before its `message`, which has more. */
const MESSAGE_WITHIN_MS = 1_000;

/** Brings what is written to the inbox, in each conversation in order; what was missed, as soon as it is found. */
export class Inbound {
  private readonly deps: InboundDeps;
  private readonly queues: ChannelQueues;
  private readonly past: Backfill;
  private readonly postponing: Postponing;
  private readonly told = new BoundedSet<string>(REMEMBERED);
  private readonly awaited = new Map<string, Deferred<void>>();
  /** Messages deleted meanwhile, which a history that was read before may still have. */
  private readonly withdrawn = new BoundedSet<string>(REMEMBERED);
  /** Threads that began with a question to coda, in which all that is not for others is heard. */
  private readonly begun = new BoundedSet<string>(REMEMBERED);
  /** Replies that came while questions were looked for, and are none of coda's business unless one of those is above. */
  private doubtful: RawMessage[] = [];

  constructor(deps: InboundDeps) {
    this.deps = deps;
    const { options, signal, inbox } = deps;
    const { log, clock } = options;
    const waitMs = (error: unknown) => (error instanceof SlackLimit ? error.afterMs : undefined);
    this.queues = new ChannelQueues({ log, signal, isOutage, isGone, waitMs });
    const hear = (event: RawEvent, wanted: WantedCheck) => this.event(event, wanted);
    this.postponing = new Postponing({ postponed: inbox.postponedOf(ADAPTER), clock, log, signal, hear });
    this.past = new Backfill({
      ...deps,
      insist: (what, task) => this.queues.insist(what, task),
      api: () => this.api(),
      isAsked: (message, channel) => this.isForCoda(message, channel, this.knownHearing()),
      bare: (message, channel) => this.bare(message, channel),
      inOrder: (channel, task) => this.queues.run(channel, task),
      hear: (message, channel) => this.hearMissed(message, channel),
      onEnd: () => this.hearDoubtful(),
    });
  }

  onConnect(awayMs: number | undefined): void {
    this.past.begin(awayMs);
  }

  /**
   * A `message` or `app_mention` event, which may be the same post. Resolves with whether it may be acknowledged: what was
   * for coda, or may be, is stored then. Never rejects.
   */
  message(event: RawEvent): Promise<boolean> {
    return this.postponing.mayAcknowledge(event);
  }

  resume(events: readonly PostponedEvent[]): void {
    this.postponing.resume(events);
  }

  private async event(event: RawEvent, wanted: WantedCheck): Promise<boolean> {
    const { channel, channel_type: type } = event as { channel?: string; channel_type?: string };
    if (typeof channel !== 'string') return true;
    this.deps.channels.learn(channel, type);
    if (event.subtype === 'message_changed') return this.hearChange(channel, event, wanted);
    if (event.subtype === 'message_deleted') return this.hearDelete(channel, deletedIn(event));
    const message = asWritten(event);
    if (!message || this.isIdle(message) || this.isChatter(message)) return true;
    if (event.type !== 'app_mention') return this.take(message, wanted);
    // Its `message` is acknowledged for itself.
    if (await this.isTold(idOf(message))) return true;
    return this.take((await this.whole(message)) ?? message, wanted);
  }

  private take(message: RawMessage, wanted: WantedCheck): Promise<boolean> {
    this.told.add(idOf(message));
    this.awaited.get(idOf(message))?.resolve();
    this.meetEarly(message);
    return this.queues.run(message.channel, () => this.hear(message, { wanted }));
  }

  /** A message that is surely for others waits for nothing and is never kept. A reply may be in a thread of coda's. */
  private isChatter(message: RawMessage): boolean {
    const { thread_ts: thread, ts } = message;
    const [channel, hearing] = [this.deps.channels.learn(message.channel, undefined), this.deps.hearingNow()];
    if (!channel || !hearing || (thread !== undefined && thread !== ts)) return false;
    return !isAddressed(message, channel, hearing, false);
  }

  /** Looks up people who write at once together, though their messages are heard one after another. */
  private meetEarly(message: RawMessage): void {
    const { channels, people, options } = this.deps;
    const [channel, api, hearing] = [
      channels.learn(message.channel, undefined),
      this.deps.api(),
      this.deps.hearingNow(),
    ];
    if (!channel || !api || !hearing || !isAddressed(message, channel, hearing, false)) return;
    void people.meet([message.user ?? message.bot_id ?? ''], api, options.clock.now().getTime());
  }

  private async isTold(id: string): Promise<boolean> {
    if (this.told.has(id)) return true;
    const awaited = this.awaited.get(id) ?? deferred();
    this.awaited.set(id, awaited);
    await withTimeout(MESSAGE_WITHIN_MS, awaited.promise);
    this.awaited.delete(id);
    return this.told.has(id);
  }

  /** A mention with its files, which the event may lack. Never rejects. */
  private async whole(mention: RawMessage): Promise<RawMessage | undefined> {
    try {
      return await oneOf(this.api(), mention);
    } catch (error) {
      this.deps.options.log.debug({ error: messageOf(error) }, 'a mention is heard as it came');
      return undefined;
    }
  }

  async idle(): Promise<void> {
    await this.past.idle();
    await this.queues.idle();
    await this.postponing.idle();
  }

  private isIdle(message: RawMessage): boolean {
    const hearing = this.deps.hearingNow();
    return hearing !== undefined && (isOwn(message, hearing) || message.hidden === true);
  }

  /** The newest text of a message that waits counts; one that calls coda only now is heard now. */
  private hearChange(channel: string, event: RawEvent, wanted: WantedCheck): Promise<boolean> {
    const message = asWritten({ ...(event.message as object), channel });
    // A deleted message with replies leaves a tombstone.
    if (message?.subtype === 'tombstone') return this.hearDelete(channel, message);
    // A preview that appears is a change that nobody has made.
    if (!message?.edited || this.isIdle(message)) return Promise.resolve(true);
    return this.queues.run(channel, async () => {
      const { inbox } = this.deps;
      const text = await this.words(message);
      if (!(await wanted())) return;
      const places = placesOf(message.ts, message.thread_ts, channel);
      for (const place of places) if (await inbox.amend(place, message.ts, { text })) return;
      const heardIds = await inbox.heardAlready(places.map((place) => ({ place, id: message.ts })));
      if (heardIds.size === 0) await this.hear(message, { wanted });
    });
  }

  private hearDelete(channel: string, message: Pick<RawMessage, 'ts' | 'thread_ts'> | undefined): Promise<boolean> {
    if (!message) return Promise.resolve(true);
    const { ts, thread_ts: thread } = message;
    return this.queues.run(channel, async () => {
      this.withdrawn.add(`${channel}:${ts}`);
      for (const place of placesOf(ts, thread, channel)) {
        await this.deps.inbox.amend(place, ts, { withdrawn: true });
      }
    });
  }

  private async hear(
    message: RawMessage,
    { of, wanted }: { of?: ChannelInfo; wanted?: WantedCheck } = {},
  ): Promise<void> {
    const api = this.api();
    const hearing = this.knownHearing();
    const { options, people, inbox, channels } = this.deps;
    const channel = of ?? (await channels.get(message.channel, api));
    if (!(await this.isForCoda(message, channel, hearing))) return this.doubt(message);
    const text = await this.words(message);
    const quoted = quotedIn(message, people.nameOf);
    const pending = filesOf(message).flatMap((file) =>
      pendingOf(file, options.config).map((each) =>
        isOwnVoice(file, message) ? { ...each, voice: true as const } : each,
      ),
    );
    // A call, a canvas, what Slack adds one day: unless somebody calls coda, there is nothing to be heard.
    if (text === '' && quoted.length + pending.length === 0 && !names(message, hearing)) return;
    const now = options.clock.now().getTime();
    const sender = await people.sender(message.user ?? message.bot_id ?? '', teamOf(message), api, now);
    const points = pointsIn(message, channel, hearing, this.begun.has(threadOf(message)));
    const place = placeOf(message, channel, hearing);
    if (wanted && !(await wanted())) return;
    const incoming = toIncoming(message, place, sender, text, { pending, quoted, ...(points && { points }) });
    const { outcome } = await inbox.accept(incoming);
    // After it: a name is waited for by nobody.
    if (outcome !== 'refused') {
      void channels
        .nameOf(channel, api)
        .then((name) => name !== undefined && inbox.namePlaces(ADAPTER, [{ channel: channel.id, name }]));
    }
    if ((message.thread_ts ?? message.ts) === message.ts && place.kind === 'thread') this.begun.add(idOf(message));
  }

  private async hearMissed(message: RawMessage, of: ChannelInfo): Promise<void> {
    if (!this.withdrawn.has(idOf(message))) await this.hear(message, { of });
  }

  private doubt(message: RawMessage): void {
    const { thread_ts: thread, ts } = message;
    if (thread === undefined || thread === ts || !this.past.isUnderway) return;
    if (this.doubtful.length < MOST_DOUBTFUL) this.doubtful.push(message);
  }

  /** Everything is looked through: the question above a reply is known now. */
  private hearDoubtful(): void {
    const { doubtful } = this;
    this.doubtful = [];
    for (const message of doubtful) {
      void this.queues.run(message.channel, async () => {
        if (!this.withdrawn.has(idOf(message))) await this.hear(message);
      });
    }
  }

  /** In a thread that began with coda, or with a question to it, nobody has to name it. */
  private async isForCoda(message: RawMessage, channel: ChannelInfo, hearing: Hearing): Promise<boolean> {
    if (!(await this.isAsked(message, channel, hearing))) return false;
    const { people, options } = this.deps;
    const who = { user: message.user ?? message.bot_id ?? '', eventTeam: teamOf(message) };
    return people.isOf(hearing.workspaces, who, this.api(), options.clock.now().getTime());
  }

  private async isAsked(message: RawMessage, channel: ChannelInfo, hearing: Hearing): Promise<boolean> {
    if (isAddressed(message, channel, hearing, false)) return true;
    const { thread_ts: thread, parent_user_id: parent } = message;
    if (thread === undefined || thread === message.ts || names(message, hearing)) return false;
    if (!isAddressed(message, channel, hearing, true)) return false;
    // A message that mentions somebody else does not address coda.
    if (mentionedIn(message, hearing).length > 0) return false;
    if (parent === hearing.botUser) return true;
    const root = placesOf(thread, undefined, channel.id).map((place) => ({ place, id: thread }));
    return (await this.deps.inbox.heardAlready(root)).size > 0;
  }

  private async words(message: RawMessage): Promise<string> {
    const { people, options } = this.deps;
    await people.meet(mentionedIn(message, this.knownHearing()), this.api(), options.clock.now().getTime());
    return wordsOf(message, this.knownHearing(), people.nameOf);
  }

  private async bare(message: RawMessage, channel: ChannelInfo): Promise<IncomingMessage> {
    const { people, options } = this.deps;
    const now = options.clock.now().getTime();
    const user = message.user ?? message.bot_id ?? '';
    const sender = await people.sender(user, teamOf(message), this.api(), now);
    return toIncoming(message, placeOf(message, channel, this.knownHearing()), sender, '');
  }

  private api(): Api {
    const api = this.deps.api();
    if (!api) throw new SlackUnclear('any', 'not signed in to Slack', true);
    return api;
  }

  private knownHearing(): Hearing {
    const hearing = this.deps.hearingNow();
    if (!hearing) throw new SlackUnclear('any', 'not signed in to Slack', true);
    return hearing;
  }
}

function deletedIn(event: Record<string, unknown>): Pick<RawMessage, 'ts' | 'thread_ts'> | undefined {
  const { deleted_ts: ts, previous_message: before } = event as {
    deleted_ts?: unknown;
    previous_message?: { thread_ts?: string };
  };
  return typeof ts === 'string' ? { ts, thread_ts: before?.thread_ts } : undefined;
}

const threadOf = ({ channel, thread_ts: thread }: RawMessage): string => `${channel}:${thread}`;

const idOf = ({ channel, ts }: RawMessage): string => `${channel}:${ts}`;

// Acknowledgement in time: events that cannot be accepted soon are kept first.

/** Slack waits 3 s for an acknowledgement, and delivers again then; half of it is for the commit and the way. */
const WITHIN_MS = 1_500;
/** Characters of an event as JSON; a longer one is acknowledged when it is heard. */
const LONGEST_EVENT = 256_000;

type RawEvent = Record<string, unknown>;

type WantedCheck = () => Promise<boolean>;

interface PostponingDeps {
  postponed: PostponedPort;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** Hears an event, each conversation's in the order of the calls; resolves with whether that is done. Never rejects. */
  hear(event: RawEvent, wanted: WantedCheck): Promise<boolean>;
}

/** Has each event acknowledged in time: after it was heard, or after it was kept to be heard when Slack has been asked. */
class Postponing {
  private readonly deps: PostponingDeps;
  private readonly underway = new Set<string>();
  private readonly ending = new Set<Promise<void>>();

  constructor(deps: PostponingDeps) {
    this.deps = deps;
  }

  /** Resolves with whether the event may be acknowledged. Never rejects. */
  async mayAcknowledge(event: RawEvent): Promise<boolean> {
    const { clock, hear, postponed } = this.deps;
    const receivedAt = clock.now();
    const postponedEvent = postponable(event, receivedAt);
    if (!postponedEvent) return hear(event, async () => true);
    let keeping: Promise<boolean> | undefined;
    const wanted = async () => !(await keeping) || postponed.isKept(postponedEvent.key);
    const hearing = this.countUnderway(postponedEvent.key, hear(event, wanted));
    const isDone = await this.inTime(hearing, receivedAt);
    if (isDone !== undefined) return isDone;
    keeping = this.keep(postponedEvent);
    const isKept = await keeping;
    if (!isKept) return hearing;
    this.endsWith(postponedEvent.key, hearing);
    return true;
  }

  resume(events: readonly PostponedEvent[]): void {
    const { hear, postponed } = this.deps;
    for (const { key, event } of events) {
      if (this.underway.has(key)) continue;
      const hearing = hear(event as RawEvent, () => postponed.isKept(key));
      this.endsWith(key, this.countUnderway(key, hearing));
    }
  }

  async idle(): Promise<void> {
    await Promise.all(this.ending);
  }

  private async countUnderway(key: string, hearing: Promise<boolean>): Promise<boolean> {
    this.underway.add(key);
    try {
      return await hearing;
    } finally {
      this.underway.delete(key);
    }
  }

  private async inTime(hearing: Promise<boolean>, since: Date): Promise<boolean | undefined> {
    let cancel = () => {};
    const late = new Promise<undefined>((resolve) => {
      cancel = this.deps.clock.at(new Date(since.getTime() + WITHIN_MS), () => resolve(undefined));
    });
    try {
      return await Promise.race([hearing, late]);
    } finally {
      cancel();
    }
  }

  private async keep(event: PostponedEvent): Promise<boolean> {
    const { postponed, log } = this.deps;
    if (JSON.stringify(event.event).length > LONGEST_EVENT) return false;
    try {
      return await postponed.keep(event);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'an event could not be kept, and is not acknowledged yet');
      return false;
    }
  }

  private endsWith(key: string, hearing: Promise<boolean>): void {
    const ending = this.endPostponed(key, hearing).finally(() => this.ending.delete(ending));
    this.ending.add(ending);
  }

  /** Never rejects: an event whose end is not stored is due again in a minute. */
  private async endPostponed(key: string, hearing: Promise<boolean>): Promise<void> {
    const { postponed, signal, log } = this.deps;
    try {
      if (await hearing) await postponed.markHeard(key);
      else if (!signal.aborted) await postponed.markFailed(key);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'the end of a postponed event could not be stored');
    }
  }
}

function postponable(event: RawEvent, receivedAt: Date): PostponedEvent | undefined {
  const { type, subtype, channel, deleted_ts: deleted, previous_message: previous, ...rest } = event;
  const { ts, edited, user, bot_id: bot } = (event.message ?? event) as RawEvent;
  const { user: before, thread_ts: thread } = (previous ?? {}) as RawEvent;
  const isDeletion = subtype === 'message_deleted';
  const at = isDeletion ? deleted : ts;
  if (typeof at !== 'string') return undefined;
  // A message and the mention in it are two events: each is acknowledged for itself, and the message has more.
  const names = [type, channel, at, isDeletion ? 'deleted' : ((edited as RawEvent | undefined)?.ts ?? '')];
  const fields = {
    type,
    subtype,
    channel,
    deleted_ts: deleted,
    ...rest,
    // The words before a change may be another author's, and are not needed.
    ...(previous !== undefined && { previous_message: { user: before, thread_ts: thread } }),
  };
  return { key: JSON.stringify(names), author: String(before ?? user ?? bot ?? ''), event: fields as Json, receivedAt };
}
