/** Threads: their pages, and the messages that one in them points to, which are asked for when its turn begins. */
import { sleep, withTimeout } from '../../base/async.ts';
import type { Inbox, IncomingMessage, Place, PointedContent, RepliedTo, SpokenLine } from '../../delivery/index.ts';
import type { Api } from './client.ts';
import type { SlackOptions } from './config.ts';
import { pendingOf } from './files.ts';
import { isOutage, SlackLimit, SlackRefusal } from './outcome.ts';
import {
  type ChannelInfo,
  type Hearing,
  instantOf,
  isOwn,
  isSpoken,
  mentionedIn,
  nameMentions,
  names,
  type RawMessage,
  whereIs,
} from './parse.ts';
import type { People } from './people.ts';
import { filesOf, quotedFrom } from './quoted.ts';
import { asPage, asWritten } from './shapes.ts';

export type Call = (method: string, args: Record<string, unknown>) => Promise<unknown>;

const PAGE = 200;
/** The most pages before a mention of coda in a thread: somebody waits. */
const PAGES_BEFORE = 5;

/** A thread with what stands above it, oldest first, up to `pages` of it. */
export async function repliesIn(
  call: Call,
  args: { channel: string; ts: string; oldest?: string; latest?: string },
  pages: number,
): Promise<{ messages: RawMessage[]; isWhole: boolean }> {
  // A parent message may come with every page.
  const messagesByTs = new Map<string, RawMessage>();
  let cursor = '';
  for (let page = 0; page < pages; page++) {
    const more = { limit: PAGE, ...(cursor && { cursor }) };
    const { messages, response_metadata: next } = asPage(await call('conversations.replies', { ...args, ...more }));
    for (const message of asMessages(messages, args.channel)) messagesByTs.set(message.ts, message);
    cursor = next?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return { messages: [...messagesByTs.values()], isWhole: cursor === '' };
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

export function asMessages(messages: readonly object[], channel: string): RawMessage[] {
  return messages.flatMap((message) => asWritten({ ...message, channel }) ?? []);
}

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
  const spokenLines = before.filter(isSpoken);
  const heardIds = await inbox.heardAlready(spokenLines.map(({ ts }) => ({ place, id: ts })));
  const unheard = spokenLines.slice(spokenLines.findLastIndex(({ ts }) => heardIds.has(ts)) + 1);
  const starter = unheard.filter(({ ts }) => ts === thread);
  // Messages of coda's own are in the conversation's history already.
  const earlier = unheard.filter((message) => message.ts !== thread && !isOwn(message, hearing)).slice(-MOST_EARLIER);
  const messages = [...starter, ...earlier];
  const users = messages.flatMap((message) => [message.user ?? [], mentionedIn(message, hearing)].flat());
  await withTimeout(NAMED_WITHIN_MS, people.meet([...new Set(users)], api, options.clock.now().getTime()));
  const who = { hearing, nameOf: people.nameOf };
  const last = spokenLines.at(-1);
  const repliesTo = last && messages.includes(last) ? repliedTo(last, user, who) : undefined;
  return {
    quoted: messages.map((message) => quotedFrom(message, message.ts === thread ? 'starter' : 'earlier', who)),
    files: messages
      .filter((message) => !isOwn(message, hearing))
      .flatMap(filesOf)
      .slice(0, MOST_FILES)
      .flatMap((file) => pendingOf(file, options.config))
      .filter(({ whyNot }) => whyNot === undefined),
    ...(repliesTo && { repliesTo }),
  };
}

/** The last lines of a channel or thread, oldest first. */
export async function lastLines(
  place: Place,
  { before, count }: { before?: string | undefined; count: number },
  { api, hearing, people, now }: Pick<PointedDeps, 'api' | 'hearing' | 'people'> & { now: Date },
): Promise<SpokenLine[]> {
  const { channel, thread } = whereIs(place);
  const within = { channel, ...(before !== undefined && { latest: before }) };
  const messages =
    thread === undefined
      ? asMessages(asPage(await api('conversations.history', { ...within, limit: count })).messages, channel).reverse()
      : (await repliesIn(api, { ...within, ts: thread }, PAGES_BEFORE)).messages;
  const lines = messages.filter((message) => isSpoken(message) && message.ts !== before).slice(-count);
  const users = lines.flatMap((message) => [message.user ?? [], mentionedIn(message, hearing)].flat());
  await withTimeout(NAMED_WITHIN_MS, people.meet([...new Set(users)], api, now.getTime()));
  return lines.map((message) => {
    const { from, text } = quotedFrom(message, 'earlier', { hearing, nameOf: people.nameOf });
    const { user, bot_id: bot = '', ts } = message;
    return { author: user ?? bot, from, text, at: instantOf(ts), isOwn: isOwn(message, hearing) };
  });
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
