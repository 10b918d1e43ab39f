import type { REST } from 'discord.js';
import { BoundedMap } from '../../base/bounded.ts';
import type { NamedPlace } from '../../delivery/index.ts';
import { type ChannelInfo, madeAt } from './parse.ts';
import { asChannel } from './shapes.ts';

export interface RawChannel {
  id: string;
  type: number;
  name?: string | null | undefined;
  guild_id?: string | undefined;
  parent_id?: string | null | undefined;
  owner_id?: string | undefined;
  /** Id of the newest message; that message may have been deleted. */
  last_message_id?: string | null | undefined;
}

/** The used fields of a guild's JSON. A guild that is away because of an outage has only its id. */
export interface RawGuild {
  id: string;
  channels?: readonly RawChannel[];
  threads?: readonly RawChannel[];
  roles?: readonly { id: string; tags?: { bot_id?: string } }[];
}

/** 1 and 3: direct messages; 10, 11, 12: threads. */
const DIRECT = [1, 3];
const THREADS = [10, 11, 12];
const REMEMBERED = 50_000;

export class Channels {
  private readonly known = new BoundedMap<string, ChannelInfo>(REMEMBERED);

  learn(channel: RawChannel, guild = channel.guild_id): ChannelInfo {
    const info = infoOf(channel, guild);
    this.known.set(info.id, info);
    return info;
  }

  async get(id: string, rest: REST): Promise<ChannelInfo> {
    return this.known.get(id) ?? this.learn(asChannel<RawChannel>(await rest.get(`/channels/${id}`)));
  }

  /** The name of a channel, or of the channel of a thread, if known: a thread's own name may be its question's words. */
  namesOf({ id, parent }: Pick<ChannelInfo, 'id' | 'parent'>): NamedPlace[] {
    return [id, parent ?? ''].flatMap((channel) => {
      const { kind, name } = this.known.get(channel) ?? {};
      return kind !== 'channel' || name === undefined ? [] : [{ channel, name }];
    });
  }

  parentOf(id: string): string | undefined {
    return this.known.get(id)?.parent;
  }

  /** The channel of a message that was just heard: one outside a guild is a direct conversation. */
  async of(message: { channel_id: string; guild_id?: string | undefined }, rest: REST): Promise<ChannelInfo> {
    if (message.guild_id === undefined && !this.known.has(message.channel_id)) {
      return this.learn({ id: message.channel_id, type: 1 });
    }
    return this.get(message.channel_id, rest);
  }
}

export function isThread({ type }: Pick<RawChannel, 'type'>): boolean {
  return THREADS.includes(type);
}

export function spokenIn(channels: readonly RawChannel[], since: Date, limit: number): string[] {
  const lastMessages = channels.flatMap(({ id, last_message_id: last }) =>
    last && /^\d{1,20}$/.test(last) && madeAt(last) >= since ? [{ id, at: BigInt(last) }] : [],
  );
  return lastMessages
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, limit)
    .map(({ id }) => id);
}

function infoOf(
  { id, type, name, parent_id: parent, owner_id: owner }: RawChannel,
  guild: string | undefined,
): ChannelInfo {
  const thread = isThread({ type });
  return {
    id,
    kind: DIRECT.includes(type) ? 'dm' : thread ? 'thread' : 'channel',
    guild,
    parent: thread ? (parent ?? undefined) : undefined,
    openedBy: thread ? owner : undefined,
    ...(typeof name === 'string' && { name }),
  };
}
