/** What was said while nobody listened. */
import type { Instant } from '../../base/clock.ts';
import type { Inbox, IncomingMessage } from '../adapter.ts';
import * as texts from './texts.ts';

/** A platform's history of one place. */
export interface History<Message> {
  /** A page of at most `limit` messages before `before` (the newest without it), in any order; fewer: there are no more. */
  page(limit: number, before: Message | undefined): Promise<Message[]>;
  /** When a message was sent. */
  sentAt(message: Message): Instant;
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
}

const PAGE = 100;

/**
 * The last messages of a place, oldest first. It is always the whole window, whatever was heard of it: an earlier message
 * may have been missed before a later one was heard, and the inbox knows each that it has. Throws what a page throws.
 */
export async function missedIn<Message>(
  { page, sentAt }: History<Message>,
  { since, limit, heardAt }: LookBack,
): Promise<Missed<Message>> {
  const until = heardAt && heardAt < since ? heardAt : since;
  const found: Message[] = [];
  const newestFirst = (a: Message, b: Message) => sentAt(b).getTime() - sentAt(a).getTime();
  for (let oldest: Message | undefined; found.length < limit; ) {
    const wanted = Math.min(PAGE, limit - found.length);
    const messages = (await page(wanted, oldest)).sort(newestFirst);
    found.push(...messages);
    oldest = messages.at(-1);
    if (messages.length < wanted || oldest === undefined || sentAt(oldest) < until) break;
  }
  const inOrder = found.reverse();
  const [first] = inOrder;
  return {
    recent: inOrder.filter((message) => sentAt(message) >= since),
    cut: found.length >= limit && heardAt !== undefined && first !== undefined && sentAt(first) > heardAt,
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
