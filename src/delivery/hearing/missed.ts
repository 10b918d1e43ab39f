/** What was said while nobody listened. */
import type { Instant } from '../../base/clock.ts';
import type { Inbox, IncomingMessage } from '../adapter.ts';
import * as texts from './texts.ts';

/** Clocks differ: a message may seem by so much older, in milliseconds, than what is stored of it. */
export const CLOCK_MARGIN_MS = 60_000;

/** A platform's history of one place. */
export interface History<Message> {
  /** A page of at most `limit` messages before `before` (the newest without it), in any order, and whether there are more. */
  page(limit: number, before: Message | undefined): Promise<{ messages: Message[]; more: boolean }>;
  /** When a message was sent. */
  sentAt(message: Message): Instant;
  /** Also what is older than the window is read, up to the limit: newer messages can hang on it. */
  beyond?: boolean;
}

export interface LookBack {
  /** Older messages are not answered any more. */
  since: Instant;
  /** The most messages that are looked at. */
  limit: number;
  /** When the newest message that was heard here was sent. */
  heardAt: Instant | undefined;
}

export interface Missed<Message> {
  /** Within the window, oldest first. */
  recent: Message[];
  /** Beyond the window, after the last one that was heard. */
  older: Message[];
  /** The limit was reached before the last one heard was. */
  cut: boolean;
  /** All that was read, oldest first. */
  read: Message[];
}

const PAGE = 100;
/** A page may be empty, and more follow. */
const MOST_PAGES = 50;

/**
 * The last messages of a place, oldest first. It is always the whole window, whatever was heard of it: an earlier message
 * may have been missed before a later one was heard, and the inbox knows each that it has. Throws what a page throws.
 */
export async function missedIn<Message>(
  { page, sentAt, beyond = false }: History<Message>,
  { since, limit, heardAt }: LookBack,
): Promise<Missed<Message>> {
  const until = heardAt && heardAt < since ? heardAt : since;
  const found: Message[] = [];
  const newestFirst = (a: Message, b: Message) => sentAt(b).getTime() - sentAt(a).getTime();
  for (let oldest: Message | undefined, pages = 0; found.length < limit && pages < MOST_PAGES; pages++) {
    const { messages, more } = await page(Math.min(PAGE, limit - found.length), oldest);
    found.push(...messages.sort(newestFirst));
    oldest = found.at(-1);
    if (!more || (!beyond && oldest !== undefined && sentAt(oldest) < until)) break;
  }
  const inOrder = found.reverse();
  const [first] = inOrder;
  return {
    recent: inOrder.filter((message) => sentAt(message) >= since),
    cut: found.length >= limit && heardAt !== undefined && first !== undefined && sentAt(first) > heardAt,
    read: inOrder,
    older: inOrder.filter((message) => heardAt !== undefined && sentAt(message) > heardAt && sentAt(message) < since),
  };
}

/** How a platform's missed messages are told of. */
export interface Telling<Message> {
  inbox: Inbox;
  limit: number;
  /** A message without words, for a note that stands where it was said. */
  bare(message: Message): Promise<IncomingMessage>;
}

/** Says once, where messages were missed that are not answered any more, that they were. `late` are those for coda. */
export async function tellMissed<Message>(
  { late, first, cut }: { late: readonly Message[]; first: Message | undefined; cut: boolean },
  { inbox, limit, bare }: Telling<Message>,
): Promise<void> {
  const newest = late.at(-1);
  if (newest !== undefined) await inbox.note(await bare(newest), texts.away(late.length));
  if (cut && first !== undefined) await inbox.note(await bare(first), texts.awayLong(limit));
}
