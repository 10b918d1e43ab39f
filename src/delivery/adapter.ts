import type { Instant } from '../base/clock.ts';
import type { FaultKind } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Button, Content, Form } from './content.ts';

/** A place to speak in. Two places with equal adapter and channel are the same conversation. */
export interface Place {
  adapter: string;
  /** The platform's id of the channel, DM or thread. */
  channel: string;
  space: string;
  kind: 'dm' | 'channel' | 'thread';
  parent?: string;
}

export interface Sender {
  /** Proven by the platform: rights and private data hang on it. A name that anybody can take is none. */
  externalId: string;
  name: string;
  /** IANA zone; followed until the person sets one themselves. */
  zone?: string;
  /** Taken over where the person has none. */
  locale?: string;
  /** A role that the adapter itself vouches for (the terminal's user owns the machine); else access decides. */
  role?: 'owner' | 'member';
  /** The person, where the adapter itself knows whom it speaks with (a token): nobody is met, and `role` is theirs. */
  personId?: string;
  /** Groups that the platform says they are in, as access rules name them (`discord-role:ID`). */
  groups?: readonly string[];
  /** The request brings its rights along (a token of an issuer): they hold for it alone, and nothing of them is kept. */
  byToken?: true;
}

/**
 * The author of an item's words: `person`, at this moment; `schedule`, `webhook` or `skill`, which nobody says at this
 * moment; a program that speaks for its person over HTTP (`http`), or at a terminal (`program`).
 */
export type Origin = 'person' | 'schedule' | 'webhook' | 'http' | 'program' | 'skill';

export function isSaid({ origin = 'person' }: { origin?: Origin }): boolean {
  return origin === 'person' || origin === 'http' || origin === 'program';
}

export interface IncomingFile {
  name: string;
  type: string;
  size: number;
  hash: string;
  /** Their sender has spoken it for this message, as the platform tells: its words are theirs. Never of what is forwarded. */
  voice?: true;
}

/** A file that is known to have come with a message, and is fetched when its turn begins. Stored as JSON. */
export interface PendingFile {
  name: string;
  type?: string | undefined;
  /** Bytes. */
  size: number;
  /** The platform's id or address of it, for its adapter alone; never a token. */
  at: Json;
  /** A sentence for its person, where it is known already that it cannot be had: nobody asks for it. */
  whyNot?: string;
  voice?: true;
}

export interface FoundFile {
  name: string;
  type?: string | undefined;
  size: number;
  url: string;
  headers?: Readonly<Record<string, string>>;
  voice?: true;
}

export interface FileSource {
  title: string;
  maxMb: number;
  /**
   * Current addresses of the files of one message, each in its place; undefined for one that is gone or forbidden. May
   * be asked again, by another process, and much later. Throws where this cannot be told now (nobody is signed in, an
   * outage, a rate limit): then it is asked again later.
   */
  locate(
    files: readonly PendingFile[],
    message: Pick<IncomingMessage, 'id' | 'place'>,
    signal: AbortSignal,
  ): Promise<(FoundFile | undefined)[]>;
}

export interface RepliedTo {
  text: string;
  isOwn: boolean;
}

/**
 * Words that come with a message and are not its sender's: of the message that it replies to, forwards or shares, of its
 * thread, or what it shows beside its text. `unread`: something of this kind, which could not be had.
 */
export interface QuotedWords {
  as:
    | 'replied'
    | 'forwarded'
    | 'shared'
    | 'starter'
    | 'earlier'
    | 'attached'
    | 'embed'
    | 'poll'
    | 'sticker'
    | 'observed'
    | 'unread';
  from?: string;
  text: string;
  /** Coda said it itself, in this message of the same place. `at`: ISO, when it was made. */
  own?: { id: string; at: string };
}

/** A line of a shared place that was said there, to anybody. */
export interface SpokenLine {
  /** Account of the speaker. */
  author: string;
  from?: string | undefined;
  text: string;
  at: Instant;
  /** Coda said it. */
  isOwn: boolean;
}

export interface PointedContent {
  quoted: QuotedWords[];
  files: PendingFile[];
  repliesTo?: RepliedTo;
}

export interface IncomingMessage {
  kind: 'message';
  /** The platform's message id: with adapter and channel it is the message's identity. */
  id: string;
  place: Place;
  sender: Sender;
  text: string;
  files: IncomingFile[];
  pending?: readonly PendingFile[];
  quoted?: readonly QuotedWords[];
  /**
   * References to look up when the turn begins, in the adapter's own notation (`ChatAdapter.lookUpPointed`): `always`, and
   * `first` where it is the first message that is heard in its conversation.
   */
  points?: { always?: Json; first?: Json };
  sentAt: Instant;
  /**
   * The target of answers, if not the message itself, in the adapter's own notation (Discord: an interaction): comes
   * back as `Part.replyTo`.
   */
  replyTo?: string;
  repliesTo?: RepliedTo;
  /** The sender alone sees the answer, wherever it is said. */
  private?: true;
  /** The author of the words; default: the sender. No other words are consent, or a command (but a program's). */
  origin?: Origin;
  tainted?: true;
  /** Asked again: its answer is another version of the one to this inbox row. */
  again?: string;
}

/** A button was pressed. `id` is the interaction's. */
export interface IncomingPress {
  kind: 'press';
  id: string;
  place: Place;
  sender: Sender;
  button: string;
  values?: Record<string, string>;
  sentAt: Instant;
  replyTo?: string;
  private?: true;
  origin?: Origin;
}

export type Incoming = IncomingMessage | IncomingPress;

export interface AcceptedEvent {
  /** `refused`: the queue was full, and they have been told; or the person may not talk here, and nothing was stored. */
  outcome: 'accepted' | 'duplicate' | 'refused';
  /**
   * Resolves when this process has nothing more to do for it: answered and handed to the platform, parked, or taken by
   * another process. Never rejects.
   */
  settled: Promise<void>;
}

/** A channel or thread with the name that people know it by. */
export interface NamedPlace {
  channel: string;
  name: string;
}

export interface KnownPlace {
  place: Place;
  heardAt: Instant | undefined;
}

export interface PostponedEvent {
  key: string;
  author: string;
  event: Json;
  receivedAt: Instant;
}

export interface PostponedPort {
  /**
   * Resolves after the commit: from then on the event is heard even if the process dies (`ChatAdapter.hearPostponed`). False: so many
   * are kept that it must not be acknowledged.
   */
  keep(event: PostponedEvent): Promise<boolean>;
  /** False: it was heard elsewhere, or its author was erased, and it must not be handed over any more. */
  isKept(key: string): Promise<boolean>;
  markHeard(key: string): Promise<void>;
  /** Call when the event cannot be handed over for a reason of its own: it is tried a few times more. */
  markFailed(key: string): Promise<void>;
  /** In the order in which they came. */
  listAll(): Promise<PostponedEvent[]>;
}

export interface Inbox {
  /**
   * Resolves after the commit: from then on the event is answered even if the process dies. `acknowledge` tells the
   * platform that it is heard: after the commit and before anything is done about it, in the process that stored it
   * only. False: it was too late, and the person has seen it fail; then nothing is done, and that is said.
   */
  accept(event: Incoming, acknowledge?: () => Promise<boolean>): Promise<AcceptedEvent>;

  /**
   * The author has changed a message, or taken it back: while it waits the newest text counts, and what was withdrawn
   * is dropped. While it is being answered a new text joins the turn at its next step; one that comes after the last step
   * is not heard. False when it has been answered, and for what cannot be taken back any more.
   */
  amend(place: Place, id: string, change: { text: string } | { withdrawn: true }): Promise<boolean>;

  /** The platform says where somebody lives now, who need not have been met: then nothing is kept. */
  livesIn(adapter: string, externalId: string, zone: string): Promise<void>;

  form(button: string): Promise<Form | undefined>;

  places(adapter: string, since: Instant, limit: number): Promise<KnownPlace[]>;

  /** Names of places, for pages to show; those in which nobody has spoken are dropped. A hint: it costs nothing where nothing is new. */
  namePlaces(adapter: string, places: readonly NamedPlace[]): void;

  /** The ids of those that have been accepted already: what is looked through again need not be made ready again. */
  heardAlready(messages: readonly Pick<IncomingMessage, 'place' | 'id'>[]): Promise<Set<string>>;

  /** Says once, where a message was said, what the adapter has to say of it. `calls`: its sender is named where others read too. */
  note(message: IncomingMessage, text: string, options?: { calls?: boolean }): Promise<void>;

  receipts(place: Place, since: Instant): Promise<Set<string>>;

  /** The identities (`Part.identity`) of parts that may be in a place though their receipts are not known. */
  unsure(place: Place): Promise<string[]>;

  postponedOf(adapter: string): PostponedPort;

  /**
   * Brings what waits unread in the chat in a browser of the person with this account, and answers nothing, to this place of
   * theirs, where somebody reads. Never rejects.
   */
  bringUnread(place: Place, externalId: string): Promise<void>;

  /** The person's page is not open in this process any more: what waited for it to be read goes their other way. Never rejects. */
  onPageClosed(personId: string): Promise<void>;

  /** `isReachable` of an adapter with a seat, or `isOpen` of the seat, has changed; resolves when other processes can know it. Never rejects. */
  onSeats(): Promise<void>;
}

export interface Receipt {
  id: string;
  [detail: string]: Json;
}

export interface Part {
  /** Unique for what is said. */
  key: string;
  /**
   * The name from which, together with the place, the platform's own de-duplication is derived; default: the key. An
   * answer has the same in every process that answers the same message, also where their data have nothing in common.
   */
  identity?: string;
  /**
   * The id of the message that this part replaces (somebody deleted it), or continues (it takes no more edits).
   */
  instead?: string;
  place: Place;
  content: Content;
  /** Its place among the parts of one answer; default 0, the first. */
  index?: number;
  replyTo?: string;
  progress?: Json;
  /** Stores what a later attempt needs to know; resolves after the commit. False: the part is another process's now. */
  keep?(progress: Json): Promise<boolean>;
  /** When it was said; it may have waited since for somebody to be there. */
  saidAt?: Instant;
  /** The part may already be there, and the platform cannot be asked: say so where it can be shown. */
  resend?: boolean;
}

export type SendOutcome =
  | { kind: 'sent'; receipt: Receipt }
  /**
   * Not there, try again: after `afterMs`, or (`until: 'reachable'`) when the adapter reports the place reachable.
   * `untried`: the platform was not asked, so that it counts no attempt.
   */
  | { kind: 'retry'; reason: string; afterMs?: number; until?: 'reachable'; untried?: true }
  /** The place does not exist any more or may not be written to. */
  | { kind: 'gone'; reason: string }
  /** Answer to an edit or a deletion: the message stands as it is and cannot be changed any more. */
  | { kind: 'frozen'; reason: string }
  /** The platform will never take this content. */
  | { kind: 'refused'; reason: string; fault: FaultKind }
  /** Was there, and has been deleted. */
  | { kind: 'deleted' }
  /** May or may not be there. */
  | { kind: 'unknown'; reason: string };

/** Promises of a platform, for what is sent again. */
export interface Guarantees {
  /** For how long a send with the same key is answered with the first message instead of a second one; 0: never. */
  deduplicatesForMs: number;
  canFind: boolean;
  /** Milliseconds after an unclear send before `find` is asked, and before a resend; default 0. */
  settlesMs?: number;
  canEdit: boolean;
  /** Milliseconds between two edits of a part that grows; default 0. */
  editEveryMs?: number;
  showsUse?: boolean;
  /** Shows the beginning of long details, and all of them to who presses a button. */
  foldsDetails?: boolean;
}

/**
 * A chat platform as delivery knows it. Eight members are owed by each; `chatAdapterContract` (`test/support/`) is what is
 * relied on.
 *
 * Optional: split, isReachable, direct, showTyping, react, link, files, lookUpPointed, lastSaid, wasAcknowledged, hearPostponed, local
 */
export interface ChatAdapter {
  readonly name: string;

  readonly guarantees: Guarantees;

  /**
   * Connects and hands every event to `inbox` until `signal` aborts; resolves when connected (or when it has given up
   * waiting and goes on trying by itself). The same event may be handed over twice (the inbox drops the second). Where
   * the platform waits for an acknowledgement, it is given only after `inbox.accept` has resolved. `reachable` is
   * called when a place that answered `until: 'reachable'` can be written to again.
   */
  start(inbox: Inbox, reachable: (channel?: string) => void, signal: AbortSignal): Promise<void>;

  /** Puts one part in its place, within 10 s. What the platform answers is an outcome, not an exception. */
  send(part: Part, signal: AbortSignal): Promise<SendOutcome>;

  /**
   * Replaces what a part that was sent shows. Repeating it is harmless. `gone`: the message is not there any more, or not
   * to be reached; one that is there and can only not be changed is `frozen`, for nothing of it is said anew.
   */
  edit(receipt: Receipt, part: Part, signal: AbortSignal): Promise<SendOutcome>;

  /** Takes a part away. One that is not there counts as taken away. */
  delete(receipt: Receipt, place: Place, signal: AbortSignal): Promise<SendOutcome>;

  /** After `unknown`: the receipt of the part with this key if it did arrive since `since`, else undefined. */
  find(part: Part, since: Instant, signal: AbortSignal): Promise<Receipt | undefined>;

  /** Stops listening and closes the connection; sends still under way may finish first. Closing again does no harm. */
  close(): Promise<void>;

  /**
   * Cuts what is to be said into parts that the platform takes one message each. Pure; default: one part. `growing`: more
   * of it is to come, so that what is only half there may be left out.
   */
  split?(content: Content, growing?: boolean): Content[];

  /**
   * True if something can be said here at this moment, without asking anybody. What another process could not say for
   * want of somebody there (`until: 'reachable'`) is then said by this one.
   */
  isReachable?(): boolean;

  /** The direct conversation with somebody (`Sender.externalId`), opened if there was none. May fail. */
  direct?(externalId: string): Promise<Place>;

  /** A hint. Never fails. */
  showTyping?(place: Place): void;

  /** Marks a message as heard, without words. Rejects where that cannot be shown. */
  react?(place: Place, messageId: string): Promise<void>;

  /** The address at which a person opens a message of a place, or without its id the place. */
  link?(place: Place, messageId?: string): string | undefined;

  readonly files?: FileSource;

  /**
   * Looks up what a message points to, by `IncomingMessage.points`. Messages that are gone, or not for coda, are left
   * out. May be asked by another process. Rejects where it cannot be told now.
   */
  lookUpPointed?(
    points: Json,
    message: Pick<IncomingMessage, 'id' | 'place'>,
    signal: AbortSignal,
  ): Promise<PointedContent>;

  /**
   * The last lines of a place, oldest first, before a message of it; nothing of them is kept. Undefined where the platform
   * hides them. Rejects where it cannot be told now.
   */
  lastSaid?(
    place: Place,
    asked: { before?: string | undefined; count: number },
    signal: AbortSignal,
  ): Promise<SpokenLine[] | undefined>;

  /** True if an event that another process heard was acknowledged; by what its answers refer to. */
  wasAcknowledged?(replyTo: string): Promise<boolean>;

  /**
   * Takes up events that were postponed, in this order. Those that this process is hearing already may be among them. Never
   * throws.
   */
  hearPostponed?(events: readonly PostponedEvent[]): void;

  /** Its places, if they live in this process and not with a platform. */
  readonly local?: LocalPlaces;
}

/**
 * Places of a person's own that live in a process: terminals, and the chat in a browser. All of them are one place to the person:
 * what answers no message of theirs was said, or is held, in any of these.
 */
export interface LocalPlaces {
  /**
   * True if the person has such a place open in this process; one that is open may still be looked at by nobody, and
   * `inbox.onPageClosed` is called when it is not open any more.
   */
  isOpenFor(personId: string): boolean;

  /**
   * A hint that something is unread: that is read again when a place is opened. Resolves when what is held elsewhere has been
   * brought to a place that shows it by itself.
   */
  noteUnread(personId: string): Promise<void>;

  readonly seat?: TerminalSeat;

  readonly readers?: AttachedReaders;
}

/**
 * The terminals of a data folder. A part for such a place goes out in the process of its seat, while that has sessions
 * (`isReachable`); one that answers nothing, while one of these shows it. `inbox.onSeats` is called when either changes.
 */
export interface TerminalSeat {
  /** Id of the data folder. */
  readonly id: string;
  /** Account of the person who sits there. */
  readonly reader: string;
  /** True if what answers nothing is shown here, too. */
  isOpen(): boolean;
}

/** Readers who are attached to any of the processes: what was said can be read again. */
export interface AttachedReaders {
  /** True if anybody sees a part there while it grows. */
  isWatched(place: Place): boolean;
  /** Shows a part that another process has sent. Called where `isWatched`; a hint that may be lost. */
  showPart(part: Part): void;
}

export type { Button };
