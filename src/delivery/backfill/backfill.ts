/** Backfill: messages that were sent while nobody listened. */

import { groupBy } from '../../base/async.ts';
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
  /** The most messages that are answered. */
  limit: number;
  /** When the newest message that was heard here was sent. */
  heardAt: Instant | undefined;
}

export interface Missed<Message> {
  /** The newest within the window, oldest first. */
  recent: Message[];
  /** Unanswered messages after the last one heard that are beyond the window, or too many. */
  older: Message[];
  /** The newest `limit`, oldest first. */
  read: Message[];
}

const PAGE = 100;
/** A page may be empty, and more follow. */
const MOST_PAGES = 50;
/** Messages that are read besides, only to tell who asked that they are not answered. */
const MOST_TOLD = 500;

/**
 * The last messages of a place, oldest first. It is always the whole window, whatever was heard of it: an earlier message
 * may have been missed before a later one was heard, and the inbox knows each that it has. Throws what a page throws.
 */
export async function missedIn<Message>(
  { page, sentAt, beyond = false }: History<Message>,
  { since, limit, heardAt }: LookBack,
): Promise<Missed<Message>> {
  const until = heardAt && heardAt < since ? heardAt : since;
  // In a place where nothing was heard before, messages older than the window are not addressed to coda.
  const floor = heardAt ?? since;
  const found: Message[] = [];
  const newestFirst = (a: Message, b: Message) => sentAt(b).getTime() - sentAt(a).getTime();
  for (let pages = 0; found.length < limit + MOST_TOLD && pages < MOST_PAGES; pages++) {
    const oldest: Message | undefined = found.at(-1);
    const isCut = found.length >= limit;
    if (oldest !== undefined && (isCut || !beyond) && sentAt(oldest) < (isCut ? floor : until)) break;
    const left = (isCut ? limit + MOST_TOLD : limit) - found.length;
    const { messages, more } = await page(Math.min(PAGE, left), oldest);
    found.push(...messages.sort(newestFirst));
    if (!more) break;
  }
  const read = found.slice(0, limit).reverse();
  const recent = read.filter((message) => sentAt(message) >= since);
  const answered = new Set(recent);
  const older = found.reverse().filter((message) => sentAt(message) > floor && !answered.has(message));
  return { recent, older, read };
}

/** A platform's own part of backfill. */
export interface Telling<Message> {
  inbox: Inbox;
  /** The author of a message, by the platform's id. */
  authorOf(message: Message): string;
  /** A message without words, for a note that stands where it was said. */
  bare(message: Message): Promise<IncomingMessage>;
}

/** Says once to each who asked, where they asked last, how many messages are not answered any more: `late`, oldest first. */
export async function tellMissed<Message>(
  late: readonly Message[],
  { inbox, authorOf, bare }: Telling<Message>,
): Promise<void> {
  for (const own of groupBy(late, authorOf).values()) {
    const newest = own.at(-1);
    if (newest !== undefined) await inbox.note(await bare(newest), texts.away(own.length), { calls: true });
  }
}
