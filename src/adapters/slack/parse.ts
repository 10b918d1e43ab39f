import { storable, visible, withoutMention } from '../../base/text.ts';
import type { IncomingMessage, Place, Sender } from '../../delivery/index.ts';

export const ADAPTER = 'slack';

/** A file that came with a message (docs.slack.dev/reference/objects/file-object). */
export interface RawFile {
  id: string;
  name?: string | null | undefined;
  mimetype?: string | undefined;
  subtype?: string | undefined;
  user?: string | undefined;
  size?: number | undefined;
  url_private?: string | undefined;
  url_private_download?: string | undefined;
  mode?: string | undefined;
  title?: string | null | undefined;
  external_type?: string | undefined;
}

/** A message, from an event or from the history (docs.slack.dev/reference/events/message). */
export interface RawMessage {
  ts: string;
  channel: string;
  user?: string | undefined;
  bot_id?: string | undefined;
  text?: string | undefined;
  subtype?: string | undefined;
  thread_ts?: string | undefined;
  parent_user_id?: string | undefined;
  hidden?: boolean | undefined;
  files?: readonly RawFile[] | undefined;
  attachments?: unknown;
  blocks?: unknown;
  edited?: unknown;
  user_team?: string | undefined;
  team?: string | undefined;
  /** In a history: when the newest answer in its thread was written. */
  latest_reply?: string | undefined;
}

export interface ChannelInfo {
  id: string;
  kind: 'im' | 'mpim' | 'channel' | 'elsewhere';
}

export interface Hearing {
  botUser: string;
  /** Its bot, which some messages carry instead. */
  bot: string;
  team: string;
  workspaces: readonly string[];
  mentionRequired: boolean | Readonly<Record<string, boolean>>;
  threads: boolean | Readonly<Record<string, boolean>>;
  dm: boolean;
  bots: boolean;
}

const LONGEST_TEXT = 100_000;

/** Subtypes of what somebody says; the others are Slack's own notes in a conversation. */
const SPOKEN: readonly (string | undefined)[] = [
  undefined,
  'file_share',
  'thread_broadcast',
  'me_message',
  'bot_message',
];

export const isSpoken = ({ subtype, hidden }: RawMessage): boolean => SPOKEN.includes(subtype) && !hidden;

export function isOwn(message: RawMessage, { botUser, bot }: Hearing): boolean {
  return message.user === botUser || (bot !== '' && message.bot_id === bot);
}

export const isBot = ({ bot_id: bot, subtype }: RawMessage): boolean => bot !== undefined || subtype === 'bot_message';

/** True if a message could be for coda; in a thread that is its own business it need not be named. */
export function isAddressed(message: RawMessage, channel: ChannelInfo, hearing: Hearing, isFollowed: boolean): boolean {
  if (isOwn(message, hearing) || !isSpoken(message)) return false;
  if (isBot(message) && !hearing.bots) return false;
  if (channel.kind === 'im') return hearing.dm;
  if (channel.kind === 'elsewhere') return false;
  return names(message, hearing) || isFollowed || !settingFor(hearing.mentionRequired, true, channel.id);
}

export function teamOf({ user_team: shared, team }: RawMessage): string | undefined {
  return shared ?? team;
}

const mentionOf = (user: string) => `<@${user}(?:\\|[^<>]*)?>`;

export function names({ text = '' }: RawMessage, { botUser }: Hearing): boolean {
  return new RegExp(mentionOf(botUser)).test(text.slice(0, LONGEST_TEXT));
}

function settingFor(value: boolean | Readonly<Record<string, boolean>>, standard: boolean, id: string): boolean {
  return typeof value === 'boolean' ? value : (value[id] ?? standard);
}

const SEPARATOR = ':';

export function placeOf(message: Pick<RawMessage, 'ts' | 'thread_ts'>, channel: ChannelInfo, hearing: Hearing): Place {
  const { id, kind } = channel;
  const { ts, thread_ts: thread } = message;
  // In a history the message above a thread carries its own `ts`.
  const inThread = (thread === ts ? undefined : thread) ?? (isThreaded(channel, hearing) ? ts : undefined);
  const place = inThread === undefined ? id : `${id}${SEPARATOR}${inThread}`;
  return {
    adapter: ADAPTER,
    channel: place,
    space: hearing.team,
    kind: kind === 'im' ? 'dm' : inThread === undefined ? 'channel' : 'thread',
    ...(inThread !== undefined && { parent: id }),
  };
}

function isThreaded({ id, kind }: ChannelInfo, { threads }: Hearing): boolean {
  return kind !== 'im' && kind !== 'elsewhere' && settingFor(threads, true, id);
}

export function conversationOf(channel: ChannelInfo, { team }: Pick<Hearing, 'team'>): Place {
  return { adapter: ADAPTER, channel: channel.id, space: team, kind: channel.kind === 'im' ? 'dm' : 'channel' };
}

export function whereIs({ channel }: Pick<Place, 'channel'>): { channel: string; thread: string | undefined } {
  const [id = '', thread] = channel.split(SEPARATOR);
  return { channel: id, thread };
}

/** Places a message may have been put in, whatever the settings were. */
export function placesOf(ts: string, thread: string | undefined, channel: string): Place[] {
  const places = [channel, `${channel}${SEPARATOR}${ts}`, ...(thread ? [`${channel}${SEPARATOR}${thread}`] : [])];
  return [...new Set(places)].map((each) => ({ adapter: ADAPTER, channel: each, space: '', kind: 'channel' }));
}

/** `&lt;` and the like, as Slack sends them (docs.slack.dev/messaging/formatting-message-text#escaping). */
function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

export function mentionedIn({ text = '' }: RawMessage, { botUser }: Hearing): string[] {
  const ids = [...text.slice(0, LONGEST_TEXT).matchAll(/<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>/g)].map(
    ([, id = '']) => id,
  );
  return [...new Set(ids)].filter((id) => id !== botUser);
}

/** The words of a message: without the mention that calls coda, with names instead of ids, and plain addresses. */
export function wordsOf(
  { text = '' }: RawMessage,
  { botUser }: Hearing,
  nameOf: (user: string) => string | undefined,
): string {
  const me = new RegExp(`^${mentionOf(botUser)}$`);
  return nameMentions(
    withoutMention(text.slice(0, LONGEST_TEXT), (mention) => me.test(mention)),
    nameOf,
  );
}

export function nameMentions(text: string, nameOf: (user: string) => string | undefined): string {
  const withNames = text.slice(0, LONGEST_TEXT).replace(/<([^<>]+)>/g, (whole, inner: string) => {
    const [target = '', label] = inner.split('|', 2) as [string, string?];
    if (target.startsWith('@')) return `@${label ?? nameOf(target.slice(1)) ?? target.slice(1)}`;
    if (target.startsWith('#')) return `#${label ?? target.slice(1)}`;
    if (target.startsWith('!date^')) return label ?? whole;
    if (target.startsWith('!')) return label ?? `@${target.slice(1).split('^')[0]}`;
    const address = target.replace(/^mailto:/, '');
    if (label === undefined || label === address || target.endsWith(`//${label}`)) return label ?? address;
    return `[${label}](${target})`;
  });
  return storable(unescapeText(withNames));
}

/** A name as it can be shown anywhere: nothing in it turns the direction of a line or hides. */
export function shownName(...names: readonly (string | null | undefined)[]): string {
  for (const name of names) {
    const visibleName = visible(name ?? '').trim();
    if (visibleName !== '') return visibleName;
  }
  return 'somebody';
}

export function toIncoming(
  message: RawMessage,
  place: Place,
  sender: Sender,
  words: string,
  more: Pick<IncomingMessage, 'pending' | 'quoted' | 'points'> = {},
): IncomingMessage {
  const { ts } = message;
  return { kind: 'message', id: ts, place, sender, text: words, files: [], ...more, sentAt: instantOf(ts) };
}

export function instantOf(ts: string): Date {
  return new Date(Math.floor(Number(ts) * 1_000));
}

export function tsAt(at: Date): string {
  const ms = Math.max(at.getTime(), 0);
  return `${Math.floor(ms / 1_000)}.${String((ms % 1_000) * 1_000).padStart(6, '0')}`;
}

export interface Origin {
  user: string;
  private: boolean;
  /** Takes a few messages within half an hour; empty where there is none. */
  responseUrl: string;
  id: string;
}

const PREFIX = 'interaction';

export function encodeOrigin({ user, private: isHidden, responseUrl, id }: Origin): string {
  return [PREFIX, id, user, isHidden ? 'private' : 'open', responseUrl].join('|');
}

export function decodeOrigin(replyTo: string | undefined): Origin | undefined {
  const [prefix, id, user, how, ...url] = (replyTo ?? '').split('|');
  if (prefix !== PREFIX || !id || !user) return undefined;
  return { id, user, private: how === 'private', responseUrl: url.join('|') };
}
