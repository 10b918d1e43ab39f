import type { Instant } from '../base/clock.ts';
import type { Json } from '../base/json.ts';
import type { Person, Role } from '../people/index.ts';
import type { IncomingFile, IncomingMessage, Origin, PendingFile, Place, QuotedWords, RepliedTo } from './adapter.ts';

export type ItemKind = 'message' | 'command' | 'press';

export interface Conversation {
  id: string;
  place: Place;
  /** Grows with each fresh beginning (`/new`): history of earlier epochs is not shown to the model. */
  epoch: number;
  settings: Record<string, Json>;
}

export type TooFast = 'requests' | 'turns' | 'silent';

/** Stored form of an event: `version` 1. */
export interface Payload {
  from: string;
  origin?: Origin;
  tainted?: true;
  /** The planned call, as `/name rest`, with which the turn begins. */
  planned?: string;
  /** Earliest time the answer may be sent (ISO 8601); set by quiet hours. */
  notBefore?: string;
  /** The account that speaks has not been let in; its person may be known by another account. */
  guest?: true;
  roles?: string[];
  /** Rights that the request brought along: the work on it has these, whoever speaks for its person meanwhile. */
  rights?: { role: Role; roles: string[] };
  private?: true;
  /** The answer is told by a target (`targets/`), of which others may read; `allows`: what of its person's may be told there. */
  tells?: { target: string; allows: string[] };
  text: string;
  files: IncomingFile[];
  /** Its voice messages were heard: their words stand in `text`, and they are among its files no more. `typed`: the text before. */
  heard?: { typed: string };
  /** Voice messages of it are not heard: its turn has begun with them among its files. */
  unheard?: true;
  /**
   * Files that are still to be fetched; gone when they are, or cannot be had. `tries`: how often they were asked
   * for in vain, `fetches` of it where a server had them and was away; they are asked for again at `retryAt` (ISO).
   */
  pending?: { v: 1; files: PendingFile[]; tries?: number; fetches?: number; retryAt?: string };
  /** Others' words that came with it. `trusted`: Coda's own, without anybody else's; never stored, but found anew. */
  quoted?: (QuotedWords & { trusted?: true })[];
  points?: NonNullable<IncomingMessage['points']>;
  /** Its files take long: it has left its lane to others, until they are there. */
  aside?: true;
  button?: string;
  values?: Record<string, string>;
  /** The target of answers, if not the message; such an event had to be acknowledged. */
  replyTo?: string;
  repliesTo?: RepliedTo;
  /** Asked again: its answer is another version of the one to this inbox row. */
  again?: string;
  /** The message as edited since its turn began; gone when the turn has taken it in. */
  edited?: string;
  tooFast?: TooFast;
  withdrawn?: true;
  /**
   * A stop was asked for before its process let go of it, or while it was outside its lane: whoever takes it up
   * stops it.
   */
  stopped?: true;
  /** Was running when a process ended: until it has ended itself it runs as the only such one of its process. */
  suspect?: true;
  /** When its turn, which had been parked, was put back to go on (ISO): it has begun, and its age counts from here. */
  resumedAt?: string;
}

export function quotesOthers({ payload: { quoted = [] } }: Pick<Item, 'payload'>): boolean {
  return quoted.some(({ trusted }) => !trusted);
}

export function isPrivate({ payload, conversation }: Pick<Item, 'payload' | 'conversation'>): boolean {
  return payload.tells === undefined && (payload.private === true || conversation.place.kind === 'dm');
}

/** True in a shared place whose owner has allowed that an empty answer says nothing. */
export function maySaySilence({
  conversation: { place, settings },
  origin,
}: Pick<Item, 'conversation' | 'origin'>): boolean {
  return settings.silent === true && place.kind !== 'dm' && origin === 'person';
}

/** An inbox row in this process's hands. Every commit for it is conditional on `owner`. */
export interface Item {
  id: string;
  key: string;
  kind: ItemKind;
  origin: Origin;
  conversation: Conversation;
  person: Person;
  messageId: string;
  payload: Payload;
  sentAt: Instant;
  receivedAt: Instant;
  /** Charged attempts: a process died with it alone, or it failed. */
  attempts: number;
  tainted: boolean;
  /** True if it holds its conversation's lane or waits in it. */
  inLane: boolean;
  /** Its lane's queue was full when this process accepted it. */
  isFull?: true;
  owner: string;
  context: Json;
}
