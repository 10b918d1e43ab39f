import { Sequence, sleep, withTimeout } from '../../base/async.ts';
import {
  CLOCK_MARGIN_MS,
  findMissed,
  type History,
  type Inbox,
  type IncomingMessage,
  type KnownPlace,
  type PointedContent,
  type RepliedTo,
  reportMissed,
} from '../../delivery/index.ts';
import type { Channels } from './channels.ts';
import type { Api } from './client.ts';
import { pendingOf } from './files.ts';
import type { SlackOptions } from './options.ts';
import { isOutage, SlackLimit, SlackRefusal } from './outcome.ts';
import {
  ADAPTER,
  type ChannelInfo,
  type Hearing,
  instantOf,
  isOwn,
  isSpoken,
  mentionedIn,
  nameMentions,
  names,
  placesOf,
  type RawMessage,
  tsAt,
  whereIs,
} from './parse.ts';
import type { People } from './people.ts';
import { filesOf, quotedFrom } from './quoted.ts';
import { asChannels, asPage, asWritten } from './shapes.ts';

/** Conversations that are looked through after an absence: those heard from in the last 30 days, latest first. */
const KNOWN_FOR_MS = 30 * 24 * 3_600_000;
const MOST_PLACES = 500;
/** Clocks differ, and a socket may have been dead for a while before that was seen. */
const OVERLAP_MS = 60_000;
const AT_ONCE = 3;

export interface LookBackDeps {
  options: SlackOptions;
  inbox: Inbox;
  channels: Channels;
  signal: AbortSignal;
  /** Until it works; resolves with whether it was done. */
  insist(what: string, task: () => Promise<void>): Promise<boolean>;
  api(): Api;
  onAsked(message: RawMessage, channel: ChannelInfo): Promise<boolean>;
  bare(message: RawMessage, channel: ChannelInfo): Promise<IncomingMessage>;
  /** Hears these of one conversation, in order. */
  hear(messages: readonly RawMessage[], channel: ChannelInfo): Promise<void>;
  onOver(): void;
}

interface ReadFrom {
  since: Date;
  heardAt: Date | undefined;
}

interface KnownChannel {
  heardAt: Date | undefined;
  threads: Map<string, Date | undefined>;
}

/**
 * Looks for what was missed, beside what is heard meanwhile: nothing new waits for it. It calls as often as Slack lets it.
 */
export class LookBack {
  private readonly deps: LookBackDeps;
  private readonly looking = Array.from({ length: AT_ONCE }, () => new Sequence());
  private listing: Promise<unknown> = Promise.resolve();
  private underway = 0;

  constructor(deps: LookBackDeps) {
    this.deps = deps;
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
    await Promise.all(this.looking.map((sequence) => sequence.idle()));
  }

  private async countUnderway(work: () => Promise<unknown>): Promise<void> {
    this.underway++;
    try {
      await work();
    } finally {
      if (--this.underway === 0) this.deps.onOver();
    }
  }

  private async lookBack(awayMs: number | undefined): Promise<void> {
    const { inbox, options, insist } = this.deps;
    const now = options.clock.now().getTime();
    const window = now - options.config.look_back;
    const places = await inbox.places(ADAPTER, new Date(now - KNOWN_FOR_MS), MOST_PLACES);
    // A process that has just begun was heard from last by what the one before had heard.
    const heard = Math.max(...places.map(({ heardAt }) => heardAt?.getTime() ?? 0), 0);
    const left = awayMs === undefined ? heard : now - awayMs - OVERLAP_MS;
    if (left === 0) return;
    const known = byChannel(places);
    for (const id of await this.joinedChannels())
      if (!known.has(id)) known.set(id, { heardAt: undefined, threads: new Map() });
    for (const [index, [id, { heardAt, threads }]] of [...known].entries()) {
      // An earlier process heard everything until it left. Without one the whole window is read, whatever was heard in
      // it; where nobody had spoken to coda, only messages since the earlier process left can have been missed.
      const isWhole = awayMs === undefined && (heardAt !== undefined || threads.size > 0);
      const since = new Date(isWhole ? window : Math.max(left, window));
      const until = (at: Date | undefined) =>
        at && awayMs !== undefined ? new Date(Math.max(at.getTime(), left)) : at;
      const look = () =>
        this.lookThrough(
          id,
          { since, heardAt: until(heardAt) },
          new Map([...threads].map(([ts, at]) => [ts, until(at)])),
        );
      const sequence = this.looking[index % AT_ONCE] as Sequence;
      void this.countUnderway(() => sequence.run(() => insist(id, look)));
    }
  }

  private async joinedChannels(): Promise<string[]> {
    const found: string[] = [];
    const types = 'public_channel,private_channel,mpim,im';
    for (let cursor = ''; found.length < MOST_PLACES; ) {
      const page = { types, limit: 200, exclude_archived: true, ...(cursor && { cursor }) };
      const { channels, response_metadata: more } = asChannels(await this.patiently('users.conversations', page));
      for (const { id, is_im: direct, is_mpim: group } of channels) {
        this.deps.channels.learn(id, direct ? 'im' : group ? 'mpim' : 'channel');
        found.push(id);
      }
      cursor = more?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return found;
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
      const begun = { since: from.since, heardAt };
      const latest = above.get(ts)?.latest_reply;
      const isNew = latest !== undefined && instantOf(latest) >= earliest(begun);
      if (isNew || !above.has(ts)) await this.readThrough(channel, threadOf(call, id, ts, earliest(begun)), begun);
    }
  }

  /** Hears what was missed of one history; resolves with all that was read of it. */
  private async readThrough(
    channel: ChannelInfo,
    history: History<RawMessage>,
    { since, heardAt }: ReadFrom,
  ): Promise<RawMessage[]> {
    const { inbox, options, bare, hear } = this.deps;
    const { look_back_messages: limit } = options.config;
    const missed = await findMissed(history, { since, limit, heardAt });
    const late = await this.askAbout(missed.older, channel);
    const reporter = { inbox, authorOf, bare: (message: RawMessage) => bare(message, channel) };
    await reportMissed(late, { ...reporter, namesOf: (message) => namesOf([message], channel.id) });
    const asked = await this.askAbout(missed.recent, channel);
    if (asked.length > 0) await hear(asked, channel);
    return missed.read;
  }

  private async askAbout(messages: readonly RawMessage[], channel: ChannelInfo): Promise<RawMessage[]> {
    const found: RawMessage[] = [];
    for (const message of messages) if (await this.deps.onAsked(message, channel)) found.push(message);
    return found;
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
  const known = new Map<string, KnownChannel>();
  for (const { place, heardAt } of places) {
    const { channel, thread } = whereIs(place);
    const of = known.get(channel) ?? { heardAt: undefined, threads: new Map() };
    known.set(channel, of);
    if (thread !== undefined) of.threads.set(thread, heardAt);
    if (heardAt && !(of.heardAt && of.heardAt > heardAt)) of.heardAt = heardAt;
  }
  return known;
}

export const namesOf = (messages: readonly RawMessage[], channel: string) =>
  messages.flatMap(({ ts, thread_ts: thread }) => placesOf(ts, thread, channel).map((place) => ({ place, id: ts })));

type Call = (method: string, args: Record<string, unknown>) => Promise<unknown>;

const PAGE = 200;
const MOST_PAGES = 20;
/** The most pages before a mention of coda in a thread: somebody waits. */
const PAGES_BEFORE = 5;

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
  let left: RawMessage[] | undefined;
  return {
    sentAt,
    async page(limit) {
      const oldest = tsAt(new Date(since.getTime() - CLOCK_MARGIN_MS));
      left ??= (await repliesIn(call, { channel, ts: thread, oldest }, MOST_PAGES)).messages;
      return { messages: left.splice(-limit).reverse(), more: left.length > 0 };
    },
  };
}

/** A thread with what stands above it, oldest first, up to `pages` of it. */
async function repliesIn(
  call: Call,
  args: { channel: string; ts: string; oldest?: string; latest?: string },
  pages: number,
): Promise<{ messages: RawMessage[]; isWhole: boolean }> {
  // A parent message may come with every page.
  const found = new Map<string, RawMessage>();
  let cursor = '';
  for (let page = 0; page < pages; page++) {
    const more = { limit: PAGE, ...(cursor && { cursor }) };
    const { messages, response_metadata: next } = asPage(await call('conversations.replies', { ...args, ...more }));
    for (const message of asMessages(messages, args.channel)) found.set(message.ts, message);
    cursor = next?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return { messages: [...found.values()], isWhole: cursor === '' };
}

/** A thread before one of its messages, oldest first; of one that is too long what stands above it, alone. */
async function threadBefore(call: Call, channel: string, ts: string, latest: string): Promise<RawMessage[]> {
  const { messages, isWhole } = await repliesIn(call, { channel, ts, latest }, PAGES_BEFORE);
  return messages.filter((message) => message.ts === ts || (isWhole && message.ts < latest));
}

export async function oneOf(
  call: Call,
  { channel, ts, thread_ts: thread = ts }: RawMessage,
): Promise<RawMessage | undefined> {
  const args = { channel, ts: thread, oldest: ts, latest: ts, inclusive: true, limit: 2 };
  const { messages } = asPage(await call('conversations.replies', args));
  return asMessages(messages, channel).find((message) => message.ts === ts);
}

function asMessages(messages: readonly object[], channel: string): RawMessage[] {
  return messages.flatMap((message) => asWritten({ ...message, channel }) ?? []);
}

// Messages that one in a thread of Slack points to: asked for when its turn begins.

export type Points = { channel: string; thread: string; user: string };

interface PointedDeps {
  options: Pick<SlackOptions, 'config' | 'clock'>;
  people: Pick<People, 'meet' | 'nameOf'>;
  inbox: Pick<Inbox, 'heardAlready'>;
  api: Api;
  hearing: Hearing;
}

const MOST_EARLIER = 5;
const MOST_FILES = 10;
/** Names are a help: a message comes with ids where Slack takes longer. */
const NAMED_WITHIN_MS = 1_500;
/** "Too often" for longer than somebody waits is not waited out. */
const LONGEST_LIMIT_MS = 4_000;

/**
 * The thread of a message that is for coda. Where coda is called, not all that was said before was for it. `isBegun`: the thread
 * began with a question to coda.
 */
export function pointsIn(
  message: RawMessage,
  { id: channel, kind }: ChannelInfo,
  hearing: Hearing,
  isBegun: boolean,
): { always: Points } | { first: Points } | undefined {
  const { ts, thread_ts: thread, parent_user_id: parent, user, bot_id: bot = '' } = message;
  if (thread === undefined || thread === ts || isBegun) return undefined;
  const points = { channel, thread, user: user ?? bot };
  const isCalled = kind !== 'im' && parent !== hearing.botUser && names(message, hearing);
  return isCalled ? { always: points } : { first: points };
}

/** Rejects while Slack cannot be asked. */
export async function pointedTo(
  { channel, thread, user }: Points,
  { id, place }: Pick<IncomingMessage, 'id' | 'place'>,
  deps: PointedDeps,
  signal: AbortSignal,
): Promise<PointedContent> {
  const { options, people, inbox, api, hearing } = deps;
  const before = await read(() => threadBefore(api, channel, thread, id), signal);
  const spoken = before.filter(isSpoken);
  const heard = await inbox.heardAlready(spoken.map(({ ts }) => ({ place, id: ts })));
  const unheard = spoken.slice(spoken.findLastIndex(({ ts }) => heard.has(ts)) + 1);
  const starter = unheard.filter(({ ts }) => ts === thread);
  // Messages of coda's own are in the conversation's history already.
  const earlier = unheard.filter((message) => message.ts !== thread && !isOwn(message, hearing)).slice(-MOST_EARLIER);
  const brought = [...starter, ...earlier];
  const users = brought.flatMap((message) => [message.user ?? [], mentionedIn(message, hearing)].flat());
  await withTimeout(NAMED_WITHIN_MS, people.meet([...new Set(users)], api, options.clock.now().getTime()));
  const who = { hearing, nameOf: people.nameOf };
  const last = spoken.at(-1);
  const repliesTo = last && brought.includes(last) ? repliedTo(last, user, who) : undefined;
  return {
    quoted: brought.map((message) => quotedFrom(message, message.ts === thread ? 'starter' : 'earlier', who)),
    files: brought
      .filter((message) => !isOwn(message, hearing))
      .flatMap(filesOf)
      .slice(0, MOST_FILES)
      .flatMap((file) => pendingOf(file, options.config))
      .filter(({ whyNot }) => whyNot === undefined),
    ...(repliesTo && { repliesTo }),
  };
}

/** The last message before the call, unless somebody else wrote it. */
function repliedTo(
  message: RawMessage,
  user: string,
  { hearing, nameOf }: { hearing: Hearing; nameOf: People['nameOf'] },
): RepliedTo | undefined {
  const { text = '' } = message;
  const isMine = message.user === user;
  if (text.trim() === '' || (!isMine && !isOwn(message, hearing))) return undefined;
  return { text: nameMentions(text, nameOf), isOwn: isMine };
}

async function read(ask: () => Promise<RawMessage[]>, signal: AbortSignal): Promise<RawMessage[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SlackRefusal && !isOutage(error)) return [];
    if (!(error instanceof SlackLimit) || error.afterMs > LONGEST_LIMIT_MS) throw error;
    await sleep(error.afterMs, signal);
    return read(ask, signal);
  }
}
