/** Slack's histories, as what was missed is read from them. */
import { CLOCK_MARGIN_MS, type History } from '../../delivery/index.ts';
import { instantOf, type RawMessage, tsAt } from './parse.ts';
import { asPage, asWritten } from './shapes.ts';

type Call = (method: string, args: Record<string, unknown>) => Promise<unknown>;

const PAGE = 200;
/** Of a thread that is read from its beginning. */
const MOST_PAGES = 20;
/** Of a thread in which coda is called: somebody waits. */
const PAGES_BEFORE = 5;

const sentAt = ({ ts }: RawMessage) => instantOf(ts);

/** A channel's messages, newest first: also those before the window, for what was said in their threads. */
export function historyOf(call: Call, channel: string): History<RawMessage> {
  let cursor = '';
  return {
    sentAt,
    beyond: true,
    async page(limit) {
      const args = { channel, limit, ...(cursor && { cursor }) };
      const { messages, response_metadata: next } = asPage(await call('conversations.history', args));
      cursor = next?.next_cursor ?? '';
      return { messages: written(messages, channel), more: cursor !== '' };
    },
  };
}

/** A thread since then. It is given oldest first, from its beginning on: the last messages are behind all others. */
export function threadOf(call: Call, channel: string, thread: string, since: Date): History<RawMessage> {
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
    for (const message of written(messages, args.channel)) found.set(message.ts, message);
    cursor = next?.next_cursor ?? '';
    if (cursor === '') break;
  }
  return { messages: [...found.values()], isWhole: cursor === '' };
}

/** A thread before one of its messages, oldest first; of one that is too long what stands above it, alone. */
export async function threadBefore(call: Call, channel: string, ts: string, latest: string): Promise<RawMessage[]> {
  const { messages, isWhole } = await repliesIn(call, { channel, ts, latest }, PAGES_BEFORE);
  return messages.filter((message) => message.ts === ts || (isWhole && message.ts < latest));
}

/** The message with this `ts`, in a thread or not; undefined where it is not there. */
export async function oneOf(
  call: Call,
  { channel, ts, thread_ts: thread = ts }: RawMessage,
): Promise<RawMessage | undefined> {
  const args = { channel, ts: thread, oldest: ts, latest: ts, inclusive: true, limit: 2 };
  const { messages } = asPage(await call('conversations.replies', args));
  return written(messages, channel).find((message) => message.ts === ts);
}

function written(messages: readonly object[], channel: string): RawMessage[] {
  return messages.flatMap((message) => asWritten({ ...message, channel }) ?? []);
}
