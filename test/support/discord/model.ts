/** What the fake Discord knows: people, servers, channels, messages. Field names are the API's. */

export type Body = Record<string, unknown>;

export interface User {
  id: string;
  username: string;
  global_name: string | null;
  bot?: boolean;
  /** Whether they take direct messages from the bot. */
  closed?: boolean;
}

export interface Attachment {
  id: string;
  filename: string;
  size: number;
  content_type?: string;
  url: string;
  proxy_url: string;
  bytes: Uint8Array;
  /** The CDN refuses to serve it. */
  gone?: boolean;
  /** The CDN begins to serve it, and no more. */
  stalls?: boolean;
}

export interface Message {
  id: string;
  channel_id: string;
  author: User;
  content: string;
  timestamp: string;
  edited_timestamp: string | null;
  attachments: Attachment[];
  components: Body[];
  embeds: Body[];
  flags: number;
  type: number;
  mentions: User[];
  mention_roles: string[];
  mention_everyone: boolean;
  message_reference?: { type?: 0 | 1; message_id: string; channel_id: string };
  /** Of a forward (docs.discord.com/developers/resources/message#message-snapshot-object). */
  message_snapshots?: { message: Body }[];
  sticker_items?: { id: string; name: string; format_type: number }[];
  poll?: Body;
  webhook_id?: string;
  nonce?: string;
  /** Marks that the bot has put on it. */
  reactions?: string[];
  /** Whom it would have pinged. */
  pinged: string[];
  /** Only this person sees it. */
  only?: string;
  deleted?: boolean;
}

/** 0 text, 1 DM, 11 public thread. */
export interface Channel {
  id: string;
  type: 0 | 1 | 11;
  guild_id?: string;
  parent_id?: string;
  /** Of a thread: who opened it. */
  owner_id?: string;
  name: string;
  recipient?: User;
  /** Permission bits that the bot does not have here. */
  denied: bigint;
  gone?: boolean;
  /** Of a thread: nothing in it may be changed until it is opened again, which a new message does by itself. */
  archived?: boolean;
  /** Of a thread: only a moderator opens it again. */
  locked?: boolean;
  messages: Message[];
}

export interface Guild {
  id: string;
  name: string;
  roles: { id: string; name: string; permissions: string; position: number; tags?: { bot_id: string } }[];
  members: Map<string, string[]>;
}

export interface Interaction {
  id: string;
  token: string;
  type: 2 | 3 | 4 | 5;
  channel: Channel;
  user: User;
  createdAt: number;
  acknowledged?: number;
  /** The message under whose button it was made. */
  message?: Message;
  /** What `@original` is. */
  original?: Message;
  followUps: Message[];
  modal?: Body;
  choices?: { name: string; value: string }[];
}

/** What a person can send beside words. */
export interface Saying {
  replyTo?: Message;
  files?: { name: string; type: string; bytes: Uint8Array; gone?: boolean; stalls?: boolean }[];
  flags?: number;
  sticker?: string;
  /** Its question, and what may be chosen. */
  poll?: { question: string; answers: string[] };
  embeds?: Body[];
  /** Nobody is told: it was said while nothing could be heard. */
  webhook?: boolean;
}

export const PERMISSIONS = {
  ADD_REACTIONS: 1n << 6n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  EMBED_LINKS: 1n << 14n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
} as const;

export const FLAGS = { hasThread: 32, ephemeral: 64, loading: 128, hasSnapshot: 1 << 14 } as const;

const EPOCH = 1_420_070_400_000n;

/** Ids as Discord makes them: they grow, and hold their millisecond. */
export class Snowflakes {
  private last = 0n;

  next(now: number): string {
    const id = (BigInt(now) - EPOCH) << 22n;
    this.last = id > this.last ? id : this.last + 1n;
    return this.last.toString();
  }
}

/** A refusal with Discord's JSON error code. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: Body | undefined;

  constructor(status: number, code: number, message: string, errors?: Body) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

export const unknownChannel = () => new Refusal(404, 10003, 'Unknown Channel');
export const unknownMessage = () => new Refusal(404, 10008, 'Unknown Message');
export const missingAccess = () => new Refusal(403, 50001, 'Missing Access');
export const missingPermissions = () => new Refusal(403, 50013, 'Missing Permissions');
