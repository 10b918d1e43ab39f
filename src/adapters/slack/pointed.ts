/** Messages that one in a thread of Slack points to: asked for when its turn begins. */
import { sleep, withTimeout } from '../../base/async.ts';
import type { Inbox, IncomingMessage, Pointed, RepliedTo } from '../../delivery/index.ts';
import type { Api } from './client.ts';
import { pendingOf } from './files.ts';
import { threadBefore } from './lookback.ts';
import type { SlackOptions } from './options.ts';
import { isOutage, SlackLimit, SlackRefusal } from './outcome.ts';
import {
  type ChannelInfo,
  type Hearing,
  isOwn,
  isSpoken,
  mentionedIn,
  named,
  names,
  type RawMessage,
} from './parse.ts';
import type { People } from './people.ts';
import { filesOf, quotedFrom } from './quoted.ts';

/** A thread, and who calls coda in it. */
export type Points = { channel: string; thread: string; user: string };

export interface PointedDeps {
  options: Pick<SlackOptions, 'config' | 'clock'>;
  people: Pick<People, 'meet' | 'nameOf'>;
  inbox: Pick<Inbox, 'heard'>;
  api: Api;
  hearing: Hearing;
}

/** Messages of a thread that come along, besides the one that it began with, and their files. */
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
): Promise<Pointed> {
  const { options, people, inbox, api, hearing } = deps;
  const before = await read(() => threadBefore(api, channel, thread, id), signal);
  const spoken = before.filter(isSpoken);
  const heard = await inbox.heard(spoken.map(({ ts }) => ({ place, id: ts })));
  const unheard = spoken.slice(spoken.findLastIndex(({ ts }) => heard.has(ts)) + 1);
  const starter = unheard.filter(({ ts }) => ts === thread);
  // Of a conversation coda knows what it has said in it.
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
      .flatMap((file) => pendingOf(file, options.config)),
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
  return { text: named(text, nameOf), isOwn: isMine };
}

/** Nothing of a thread that is not there any more, or not for coda. */
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
