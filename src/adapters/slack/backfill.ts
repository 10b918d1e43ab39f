/** The histories of Slack's conversations, read for what was missed. */
import { sleep } from '../../base/async.ts';
import {
  CLOCK_MARGIN_MS,
  type History,
  type Inbox,
  type IncomingMessage,
  type KnownPlace,
  LookBack,
  MOST_PLACES,
  type ReadFrom,
} from '../../delivery/index.ts';
import type { Channels } from './channels.ts';
import type { Api } from './client.ts';
import type { SlackOptions } from './config.ts';
import { SlackLimit } from './outcome.ts';
import { ADAPTER, type ChannelInfo, instantOf, placesOf, type RawMessage, tsAt, whereIs } from './parse.ts';
import { asChannels, asPage } from './shapes.ts';
import { asMessages, type Call, repliesIn } from './threads.ts';

const AT_ONCE = 3;

interface BackfillDeps {
  options: SlackOptions;
  inbox: Inbox;
  channels: Channels;
  signal: AbortSignal;
  /** Until it works; resolves with whether it was done. */
  insist(what: string, task: () => Promise<void>): Promise<boolean>;
  api(): Api;
  isAsked(message: RawMessage, channel: ChannelInfo): Promise<boolean>;
  bare(message: RawMessage, channel: ChannelInfo): Promise<IncomingMessage>;
  /** Runs the task after what was heard in the channel before. */
  inOrder(channel: string, task: () => Promise<void>): Promise<unknown>;
  hear(message: RawMessage, channel: ChannelInfo): Promise<void>;
  /** Called when nothing more can be found. */
  onEnd(): void;
}

interface KnownChannel {
  heardAt: Date | undefined;
  threads: Map<string, Date | undefined>;
}

/**
 * Looks for what was missed, beside what is heard meanwhile: nothing new waits for it. It calls as often as Slack lets it.
 */
export class Backfill {
  private readonly deps: BackfillDeps;
  private readonly past: LookBack;
  private listing: Promise<unknown> = Promise.resolve();
  private underway = 0;

  constructor(deps: BackfillDeps) {
    this.deps = deps;
    const { inbox, options } = deps;
    const { look_back_messages: limit } = options.config;
    this.past = new LookBack({ adapter: ADAPTER, inbox, clock: options.clock, limit, atOnce: AT_ONCE });
  }

  /** After an absence: `awayMs` long if this process was there before, else since the one before it was. */
  begin(awayMs: number | undefined): void {
    this.listing = this.countUnderway(() => this.deps.insist('all', () => this.lookBack(awayMs)));
  }

  /** True if something may still be found that was said before what is heard now. */
  get isUnderway(): boolean {
    return this.underway > 0;
  }

  async idle(): Promise<void> {
    await this.listing;
    await this.past.idle();
  }

  private async countUnderway(work: () => Promise<unknown>): Promise<void> {
    this.underway++;
    try {
      await work();
    } finally {
      if (--this.underway === 0) this.deps.onEnd();
    }
  }

  private async lookBack(awayMs: number | undefined): Promise<void> {
    const { options, insist } = this.deps;
    const window = options.clock.now().getTime() - options.config.look_back;
    const { places, heardUntil } = await this.past.absence(awayMs);
    const leftAt = heardUntil?.getTime();
    if (leftAt === undefined) return;
    const channels = byChannel(places);
    for (const id of await this.joinedChannels())
      if (!channels.has(id)) channels.set(id, { heardAt: undefined, threads: new Map() });
    for (const [id, { heardAt, threads }] of channels) {
      // An earlier process heard everything until it left. Without one the whole window is read, whatever was heard in
      // it; where nobody had spoken to coda, only messages since the earlier process left can have been missed.
      const isWhole = awayMs === undefined && (heardAt !== undefined || threads.size > 0);
      const since = new Date(isWhole ? window : Math.max(leftAt, window));
      const until = (at: Date | undefined) =>
        at && awayMs !== undefined ? new Date(Math.max(at.getTime(), leftAt)) : at;
      const look = () =>
        this.lookThrough(
          id,
          { since, heardAt: until(heardAt) },
          new Map([...threads].map(([ts, at]) => [ts, until(at)])),
        );
      void this.countUnderway(() => this.past.enqueue(async () => void (await insist(id, look))));
    }
  }

  private async joinedChannels(): Promise<string[]> {
    const ids: string[] = [];
    const types = 'public_channel,private_channel,mpim,im';
    for (let cursor = ''; ids.length < MOST_PLACES; ) {
      const page = { types, limit: 200, exclude_archived: true, ...(cursor && { cursor }) };
      const { channels, response_metadata: more } = asChannels(await this.patiently('users.conversations', page));
      for (const { id, is_im: direct, is_mpim: group, name } of channels) {
        this.deps.channels.learn(id, direct ? 'im' : group ? 'mpim' : 'channel');
        if (!direct && !group) this.deps.channels.learnName(id, name);
        ids.push(id);
      }
      const named = channels.flatMap(({ id, is_im: direct, is_mpim: group, name }) =>
        direct || group || name === undefined ? [] : [{ channel: id, name }],
      );
      this.deps.inbox.namePlaces(ADAPTER, named);
      cursor = more?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return ids;
  }

  /** Each thread is looked through where something was said in it, or where what stands above it is too old to tell. */
  private async lookThrough(id: string, from: ReadFrom, threads: ReadonlyMap<string, Date | undefined>): Promise<void> {
    const channel = await this.deps.channels.get(id, this.deps.api());
    if (channel.kind === 'elsewhere') return;
    const call = (method: string, args: Record<string, unknown>) => this.patiently(method, args);
    const read = await this.readThrough(channel, historyOf(call, id), from);
    const above = new Map(read.map((message) => [message.ts, message]));
    for (const ts of new Set([...read.map((message) => message.ts), ...threads.keys()])) {
      const heardAt = threads.get(ts);
      const start = { since: from.since, heardAt };
      const latest = above.get(ts)?.latest_reply;
      const isNew = latest !== undefined && instantOf(latest) >= earliest(start);
      if (isNew || !above.has(ts)) await this.readThrough(channel, threadOf(call, id, ts, earliest(start)), start);
    }
  }

  private readThrough(channel: ChannelInfo, history: History<RawMessage>, from: ReadFrom): Promise<RawMessage[]> {
    const { isAsked, bare, inOrder, hear } = this.deps;
    return this.past.readThrough(history, from, {
      isAsked: (message) => isAsked(message, channel),
      authorOf,
      namesOf: ({ ts, thread_ts: thread }) => placesOf(ts, thread, channel.id).map((place) => ({ place, id: ts })),
      bare: (message) => bare(message, channel),
      inOrder: (task) => inOrder(channel.id, task),
      hear: (message) => hear(message, channel),
    });
  }

  /** Waits where Slack says to: what was read already need not be read again. */
  private async patiently(method: string, args: Record<string, unknown>): Promise<unknown> {
    for (;;) {
      try {
        return await this.deps.api()(method, args);
      } catch (error) {
        if (!(error instanceof SlackLimit)) throw error;
        await sleep(error.afterMs, this.deps.signal);
      }
    }
  }
}

const authorOf = ({ user, bot_id: bot = '' }: RawMessage): string => user ?? bot;

/** Older messages were heard, or are not even told of. */
const earliest = ({ since, heardAt }: ReadFrom): Date => (heardAt && heardAt < since ? heardAt : since);

/** A question that is answered in its thread is asked in the channel above it. */
function byChannel(places: readonly KnownPlace[]): Map<string, KnownChannel> {
  const channels = new Map<string, KnownChannel>();
  for (const { place, heardAt } of places) {
    const { channel, thread } = whereIs(place);
    const of = channels.get(channel) ?? { heardAt: undefined, threads: new Map() };
    channels.set(channel, of);
    if (thread !== undefined) of.threads.set(thread, heardAt);
    if (heardAt && !(of.heardAt && of.heardAt > heardAt)) of.heardAt = heardAt;
  }
  return channels;
}

const MOST_PAGES = 20;

const sentAt = ({ ts }: RawMessage) => instantOf(ts);

/** A channel's messages, newest first: also those before the window, for what was said in their threads. */
function historyOf(call: Call, channel: string): History<RawMessage> {
  let cursor = '';
  return {
    sentAt,
    beyond: true,
    async page(limit) {
      const args = { channel, limit, ...(cursor && { cursor }) };
      const { messages, response_metadata: next } = asPage(await call('conversations.history', args));
      cursor = next?.next_cursor ?? '';
      return { messages: asMessages(messages, channel), more: cursor !== '' };
    },
  };
}

/** A thread since then. It is given oldest first, from its beginning on: the last messages are behind all others. */
function threadOf(call: Call, channel: string, thread: string, since: Date): History<RawMessage> {
  let replies: RawMessage[] | undefined;
  return {
    sentAt,
    async page(limit) {
      const oldest = tsAt(new Date(since.getTime() - CLOCK_MARGIN_MS));
      replies ??= (await repliesIn(call, { channel, ts: thread, oldest }, MOST_PAGES)).messages;
      return { messages: replies.splice(-limit).reverse(), more: replies.length > 0 };
    },
  };
}
