import type { GatewayMessageCreateDispatchData } from 'discord.js';
import { omitUndefined } from '../../base/json.ts';
import { storable, visible, withoutMention } from '../../base/text.ts';
import type { IncomingMessage, Place, RepliedTo, Sender } from '../../delivery/index.ts';

export const ADAPTER = 'discord';

/** A message, from the Gateway or from the history (which lacks the member and the guild). */
export type RawMessage = Pick<
  GatewayMessageCreateDispatchData,
  'id' | 'channel_id' | 'author' | 'content' | 'timestamp' | 'type' | 'attachments' | 'mentions' | 'mention_roles'
> &
  Partial<
    Pick<
      GatewayMessageCreateDispatchData,
      | 'guild_id'
      | 'member'
      | 'webhook_id'
      | 'referenced_message'
      | 'message_reference'
      | 'message_snapshots'
      | 'embeds'
      | 'components'
      | 'sticker_items'
      | 'poll'
      | 'flags'
      | 'edited_timestamp'
    >
  >;

export interface ChannelInfo {
  id: string;
  kind: Place['kind'];
  guild: string | undefined;
  parent: string | undefined;
  openedBy: string | undefined;
  name?: string | undefined;
}

export interface Hearing {
  botId: string;
  /** The roles that Discord has made for coda in its servers: people call it by them as by its name. */
  roles: ReadonlySet<string>;
  guilds: readonly string[];
  mentionRequired: boolean | Readonly<Record<string, boolean>>;
  dm: boolean;
  bots: boolean;
}

/** Default and reply: everything else is Discord's own word, or the answer of an interaction. */
export const SPOKEN = [0, 19];

export function isAddressed(message: RawMessage, channel: ChannelInfo, hearing: Hearing): boolean {
  const { author, webhook_id: webhook } = message;
  if (author.id === hearing.botId || !SPOKEN.includes(message.type)) return false;
  if ((author.bot || webhook !== undefined) && !hearing.bots) return false;
  if (channel.kind === 'dm') return hearing.dm;
  if (hearing.guilds.length > 0 && !hearing.guilds.includes(channel.guild ?? '')) return false;
  return names(message, hearing) || !mentionNeeded(channel, hearing);
}

type Me = Pick<Hearing, 'botId' | 'roles'>;

export function names(message: RawMessage, { botId, roles }: Me): boolean {
  const { mentions, mention_roles: mentioned, referenced_message: replied } = message;
  return (
    mentions.some(({ id }) => id === botId) || mentioned.some((id) => roles.has(id)) || replied?.author.id === botId
  );
}

function mentionNeeded({ id, kind, parent, openedBy }: ChannelInfo, { botId, mentionRequired }: Hearing): boolean {
  // A thread that coda has opened for a question is a conversation with it.
  if (kind === 'thread' && openedBy === botId) return false;
  return settingFor(mentionRequired, true, id, parent);
}

/** A setting that may be given for each channel; a thread has its channel's. */
export function settingFor(
  value: boolean | Readonly<Record<string, boolean>>,
  standard: boolean,
  ...ids: readonly (string | undefined)[]
): boolean {
  if (typeof value === 'boolean') return value;
  for (const id of ids) if (id !== undefined && id in value) return value[id] ?? standard;
  return standard;
}

/** The words of a message: without the mention that calls coda, and with people's names instead of their ids. */
export function wordsOf({ content, mentions }: RawMessage, { botId, roles }: Me): string {
  const mine = new Set([`<@${botId}>`, `<@!${botId}>`, ...[...roles].map((role) => `<@&${role}>`)]);
  return storable(
    nameMentions(
      withoutMention(content, (mention) => mine.has(mention)),
      mentions,
    ),
  );
}

export function nameMentions(
  text: string,
  mentions: readonly { id: string; username: string; global_name?: string | null | undefined }[],
): string {
  return text.replace(/<@!?(\d+)>/g, (mention, id: string) => {
    const user = mentions.find((each) => each.id === id);
    return user ? `@${nameOf(user)}` : mention;
  });
}

/** A name as it can be shown anywhere: nothing in it turns the direction of a line or hides. */
export function nameOf(
  user: { username: string; global_name?: string | null | undefined },
  nick?: string | null,
): string {
  return visible(nick ?? user.global_name ?? user.username).trim() || user.username;
}

/** The message that this one replies to, unless somebody else wrote it. */
export function repliedTo({ referenced_message: replied, author }: RawMessage, me: Me): RepliedTo | undefined {
  const isOwn = replied?.author.id === author.id;
  if (!replied?.content || (!isOwn && replied.author.id !== me.botId)) return undefined;
  return { text: wordsOf({ ...replied, mentions: replied.mentions ?? [] }, me), isOwn };
}

export function placeOf(channel: ChannelInfo): Place {
  const { id, kind, guild, parent } = channel;
  return { adapter: ADAPTER, channel: id, space: guild ?? '@me', kind, ...(parent !== undefined && { parent }) };
}

export function senderOf(
  user: { id: string; username: string; global_name?: string | null },
  more: { nick?: string | null; locale?: string | undefined; groups?: readonly string[] } = {},
): Sender {
  const { locale, groups = [] } = more;
  return {
    externalId: user.id,
    name: nameOf(user, more.nick),
    ...omitUndefined({ locale: locale || undefined, groups: groups.length > 0 ? groups : undefined }),
  };
}

export function toIncoming(
  message: RawMessage,
  place: Place,
  sender: Sender,
  words: string,
  more: Pick<IncomingMessage, 'pending' | 'quoted' | 'points' | 'repliesTo'> = {},
): IncomingMessage {
  return {
    kind: 'message',
    id: message.id,
    place,
    sender,
    text: words,
    files: [],
    ...more,
    sentAt: new Date(message.timestamp),
  };
}

const EPOCH = 1_420_070_400_000n;

export function snowflakeAt(at: Date): string {
  const ms = BigInt(at.getTime()) - EPOCH;
  return ((ms > 0n ? ms : 0n) << 22n).toString();
}

export function madeAt(id: string): Date {
  return new Date(Number((BigInt(id) >> 22n) + EPOCH));
}

/** Places a message may have been put in: its channel, or the thread that was opened for it. */
export function placesOf(id: string, channel: string): Place[] {
  return [channel, id].map((each) => ({ adapter: ADAPTER, channel: each, space: '', kind: 'channel' }));
}

export const namesOf = ({ id, channel_id: channel }: RawMessage) =>
  placesOf(id, channel).map((place) => ({ place, id }));
