/** Backfill: messages that were sent while nobody listened. */
import { backOff, groupBy, Sequence, sleep } from '../base/async.ts';
import type { Instant } from '../base/clock.ts';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Inbox, IncomingMessage } from './adapter.ts';
import * as texts from './texts.ts';

/** Clocks differ: a message may seem by so much older, in milliseconds, than what is stored of it. */
export const CLOCK_MARGIN_MS = 60_000;

export interface History<Message> {
  /** A page of at most `limit` messages before `before` (the newest without it), in any order, and whether there are more. */
  page(limit: number, before: Message | undefined): Promise<{ messages: Message[]; more: boolean }>;
  sentAt(message: Message): Instant;
  /** Also what is older than the window is read, up to the limit: newer messages can hang on it. */
  beyond?: boolean;
}

export interface BackfillWindow {
  since: Instant;
  limit: number;
  heardAt: Instant | undefined;
}

export interface MissedMessages<Message> {
  /** The newest within the window, oldest first. */
  recent: Message[];
  /** Unanswered messages after the last one heard that are beyond the window, or too many. */
  older: Message[];
  /** The newest `limit`, oldest first. */
  read: Message[];
}

const PAGE = 100;
const MOST_PAGES = 50;
/** Messages that are read besides, only to tell who asked that they are not answered. */
const MOST_TOLD = 500;

/**
 * The last messages of a place, oldest first. It is always the whole window, whatever was heard of it: an earlier message
 * may have been missed before a later one was heard, and the inbox knows each that it has. Throws what a page throws.
 */
export async function findMissed<Message>(
  { page, sentAt, beyond = false }: History<Message>,
  { since, limit, heardAt }: BackfillWindow,
): Promise<MissedMessages<Message>> {
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

export interface MissedReporter<Message> {
  inbox: Inbox;
  authorOf(message: Message): string;
  namesOf(message: Message): readonly Pick<IncomingMessage, 'place' | 'id'>[];
  bare(message: Message): Promise<IncomingMessage>;
}

/**
 * Tells each who asked, once and where they asked last, how many of their messages are not answered any more: `late`,
 * oldest first, without those that the inbox has (their place may be another one, as a thread of their own).
 */
export async function reportMissed<Message>(
  late: readonly Message[],
  { inbox, authorOf, namesOf, bare }: MissedReporter<Message>,
): Promise<void> {
  const heard = await inbox.heardAlready(late.flatMap(namesOf));
  const missed = late.filter((message) => !namesOf(message).some(({ id }) => heard.has(id)));
  for (const own of groupBy(missed, authorOf).values()) {
    const newest = own.at(-1);
    if (newest !== undefined) await inbox.note(await bare(newest), texts.awayNotice(own.length), { calls: true });
  }
}

/**
 * A text without the mention that calls coda at its beginning and at its end. `isCall` is asked of one mention, `<…>`.
 * Linear in the text, whatever stands in it: it was written by anybody.
 */
export function withoutMention(text: string, isCall: (mention: string) => boolean): string {
  return withoutLast(withoutFirst(text, isCall), isCall);
}

function withoutFirst(text: string, isCall: (mention: string) => boolean): string {
  const begun = text.trimStart();
  const mention = begun.slice(0, begun.indexOf('>') + 1);
  if (!mention.startsWith('<') || !isCall(mention)) return text;
  const rest = begun.slice(mention.length);
  return (/^[,:]/.test(rest) ? rest.slice(1) : rest).trimStart();
}

function withoutLast(text: string, isCall: (mention: string) => boolean): string {
  const ended = text.trimEnd();
  if (!ended.endsWith('>')) return text;
  const at = ended.lastIndexOf('<');
  return at >= 0 && isCall(ended.slice(at)) ? ended.slice(0, at).trimEnd() : text;
}

// Hands over the events of adapters in order.

const ATTEMPTS = 8;
const LONGEST_WAIT_MS = 10_000;

interface QueueOptions {
  log: Log;
  signal: AbortSignal;
  /** True if the database or the platform is away or has no time, so that the same can work later. */
  isOutage(error: unknown): boolean;
  isGone(error: unknown): boolean;
  waitMs?(error: unknown): number | undefined;
}

export class ChannelQueues {
  private readonly options: QueueOptions;
  private readonly lines = new Map<string, { sequence: Sequence; waiting: number }>();

  constructor(options: QueueOptions) {
    this.options = options;
  }

  /** Runs `task` after those given for this channel before. Never rejects; resolves with true if it was done. */
  async run(channel: string, task: () => Promise<void>): Promise<boolean> {
    const line = this.lines.get(channel) ?? { sequence: new Sequence(), waiting: 0 };
    this.lines.set(channel, line);
    line.waiting++;
    try {
      return await line.sequence.run(() => this.insist(channel, task));
    } finally {
      if (--line.waiting === 0) this.lines.delete(channel);
    }
  }

  /**
   * Runs `task` until it works: platforms do not repeat for ever what was not stored. Resolves with true if it was done;
   * where the channel is gone, it counts as done.
   */
  async insist(channel: string, task: () => Promise<void>): Promise<boolean> {
    const { log, signal, isGone, isOutage, waitMs } = this.options;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        await task();
        return true;
      } catch (error) {
        if (isGone(error)) return true;
        const wait = retryDelay(error, attempt, isOutage);
        const what = wait === undefined ? 'could not be heard' : 'not heard yet';
        log.warn({ channel, attempt, error: messageOf(error) }, what);
        if (wait === undefined) return false;
        await sleep(Math.max(wait, waitMs?.(error) ?? 0), signal).catch(() => {});
      }
    }
    return false;
  }

  async idle(): Promise<void> {
    await Promise.all([...this.lines.values()].map(({ sequence }) => sequence.idle()));
  }
}

/**
 * Milliseconds until it is tried again; undefined: never. An outage is waited out however long it lasts; what never
 * works must not hold up what comes after it.
 */
export function retryDelay(error: unknown, attempt: number, isOutage: (error: unknown) => boolean): number | undefined {
  if (!isOutage(error) && (attempt >= ATTEMPTS || isOwnFault(error))) return undefined;
  return backOff(attempt, LONGEST_WAIT_MS);
}

/** A bug, or content that cannot be stored (SQLSTATE class 22): the next attempt would end in the same way. */
function isOwnFault(error: unknown): boolean {
  if ([TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)) return true;
  return systemCode(error)?.startsWith('22') ?? false;
}
