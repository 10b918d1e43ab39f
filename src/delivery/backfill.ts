/** Backfill: messages that were sent while nobody listened, found again in the histories of their places. */
import { groupBy, Sequence } from '../base/async.ts';
import type { Clock, Instant } from '../base/clock.ts';
import type { Inbox, IncomingMessage, KnownPlace } from './adapter.ts';
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

export interface ReadFrom {
  /** Older messages are not answered any more. */
  since: Instant;
  /** The last time that coda was spoken to there. */
  heardAt: Instant | undefined;
}

interface MissedMessages<Message> {
  /** The newest within the window, oldest first. */
  recent: Message[];
  /** Unanswered messages after the last one heard that are beyond the window, or too many. */
  older: Message[];
  /** The newest `limit`, oldest first. */
  read: Message[];
}

const KNOWN_FOR_MS = 30 * 24 * 3_600_000;
/** The most places of a platform that are looked through after an absence. */
export const MOST_PLACES = 500;
const PAGE = 100;
const MOST_PAGES = 50;
/** Messages that are read besides, only to tell who asked that they are not answered. */
const MOST_TOLD = 500;

/**
 * The last messages of a place, oldest first. It is always the whole window, whatever was heard of it: an earlier message
 * may have been missed before a later one was heard, and the inbox knows each that it has. Throws what a page throws.
 */
async function findMissed<Message>(
  { page, sentAt, beyond = false }: History<Message>,
  { since, heardAt }: ReadFrom,
  limit: number,
): Promise<MissedMessages<Message>> {
  const until = heardAt && heardAt < since ? heardAt : since;
  // In a place where nothing was heard before, messages older than the window are not addressed to coda.
  const floor = heardAt ?? since;
  const history: Message[] = [];
  const newestFirst = (a: Message, b: Message) => sentAt(b).getTime() - sentAt(a).getTime();
  for (let pages = 0; history.length < limit + MOST_TOLD && pages < MOST_PAGES; pages++) {
    const oldest: Message | undefined = history.at(-1);
    const isCut = history.length >= limit;
    if (oldest !== undefined && (isCut || !beyond) && sentAt(oldest) < (isCut ? floor : until)) break;
    const remaining = (isCut ? limit + MOST_TOLD : limit) - history.length;
    const { messages, more } = await page(Math.min(PAGE, remaining), oldest);
    history.push(...messages.sort(newestFirst));
    if (!more) break;
  }
  const read = history.slice(0, limit).reverse();
  const recent = read.filter((message) => sentAt(message) >= since);
  const answered = new Set(recent);
  const older = history.reverse().filter((message) => sentAt(message) > floor && !answered.has(message));
  return { recent, older, read };
}

/** A platform's way of taking the messages of one place. */
export interface MissedReader<Message> {
  /** True for a message that a person sent to coda. */
  isAsked(message: Message): boolean | Promise<boolean>;
  authorOf(message: Message): string;
  /** The identities that the inbox may have it under: its place may be another one, as a thread of its own. */
  namesOf(message: Message): readonly Pick<IncomingMessage, 'place' | 'id'>[];
  /** The message without its text: to tell its author that it is not answered any more. */
  bare(message: Message): Promise<IncomingMessage>;
  /** Runs the task in order with what else is heard in the place. */
  inOrder(task: () => Promise<void>): Promise<unknown>;
  hear(message: Message): Promise<void>;
}

export interface Absence {
  /** Conversations heard from in the last 30 days, latest first. */
  places: KnownPlace[];
  /** Everything until then was heard, by this process or by the one before it; undefined where coda was never spoken to. */
  heardUntil: Instant | undefined;
}

interface LookBackOptions {
  adapter: string;
  inbox: Inbox;
  clock: Clock;
  /** The most messages of a place that are answered. */
  limit: number;
  /** Places whose histories are read at the same time. */
  atOnce: number;
}

/** Finds what was missed in an absence. A platform says which places there are, and how a page of one is read. */
export class LookBack {
  private readonly options: LookBackOptions;
  private readonly lines: readonly Sequence[];
  private places = 0;

  constructor(options: LookBackOptions) {
    this.options = options;
    this.lines = Array.from({ length: options.atOnce }, () => new Sequence());
  }

  /** The absence of `awayMs` if this process was there before it, else since the one before it was. */
  async absence(awayMs: number | undefined): Promise<Absence> {
    const { adapter, inbox, clock } = this.options;
    const now = clock.now().getTime();
    const places = await inbox.places(adapter, new Date(now - KNOWN_FOR_MS), MOST_PLACES);
    const newest = Math.max(...places.map(({ heardAt }) => heardAt?.getTime() ?? 0), 0);
    const heardUntil = awayMs === undefined ? newest : now - awayMs - CLOCK_MARGIN_MS;
    return { places, heardUntil: heardUntil > 0 ? new Date(heardUntil) : undefined };
  }

  /** Reads one more place, when those before it in its line are read. */
  enqueue(read: () => Promise<void>): Promise<void> {
    return (this.lines[this.places++ % this.lines.length] as Sequence).run(read);
  }

  /**
   * Hears what was missed of one history, oldest first, after each who asked too long ago or too much was told so. Resolves
   * with all that was read, oldest first; rejects as a page does.
   */
  async readThrough<Message>(
    history: History<Message>,
    from: ReadFrom,
    reader: MissedReader<Message>,
  ): Promise<Message[]> {
    const { inbox, limit } = this.options;
    const { older, recent, read } = await findMissed(history, from, limit);
    await reportUnanswered(await askedOf(older, reader), inbox, reader);
    const asked = await askedOf(recent, reader);
    if (asked.length > 0) {
      await reader.inOrder(async () => {
        for (const message of await unheardOf(asked, inbox, reader)) await reader.hear(message);
      });
    }
    return read;
  }

  async idle(): Promise<void> {
    await Promise.all(this.lines.map((line) => line.idle()));
  }
}

async function askedOf<Message>(
  messages: readonly Message[],
  { isAsked }: Pick<MissedReader<Message>, 'isAsked'>,
): Promise<Message[]> {
  const asked: Message[] = [];
  for (const message of messages) if (await isAsked(message)) asked.push(message);
  return asked;
}

async function unheardOf<Message>(
  messages: readonly Message[],
  inbox: Inbox,
  { namesOf }: Pick<MissedReader<Message>, 'namesOf'>,
): Promise<Message[]> {
  const heardIds = await inbox.heardAlready(messages.flatMap(namesOf));
  return messages.filter((message) => !namesOf(message).some(({ id }) => heardIds.has(id)));
}

/** Tells each who asked, once and where they asked last, how many of their messages are not answered any more. */
async function reportUnanswered<Message>(
  late: readonly Message[],
  inbox: Inbox,
  reader: MissedReader<Message>,
): Promise<void> {
  const unheard = await unheardOf(late, inbox, reader);
  for (const own of groupBy(unheard, reader.authorOf).values()) {
    const newest = own.at(-1);
    if (newest !== undefined)
      await inbox.note(await reader.bare(newest), texts.awayNotice(own.length), { calls: true });
  }
}
