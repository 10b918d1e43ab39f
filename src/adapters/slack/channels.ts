import { BoundedMap } from '../../base/bounded.ts';
import type { Api } from './client.ts';
import { errorOf } from './outcome.ts';
import type { ChannelInfo } from './parse.ts';
import { asChannel } from './shapes.ts';

const REMEMBERED = 50_000;

export class Channels {
  private readonly known = new BoundedMap<string, ChannelInfo>(REMEMBERED);

  /** Names of channels; those of group conversations are made of accounts. */
  private readonly names = new BoundedMap<string, string | undefined>(REMEMBERED);

  learnName(id: string, name: string | undefined): void {
    this.names.set(id, name);
  }

  /** The name of a channel, asked for once where no list has had it. Never rejects: undefined is a channel without one. */
  async nameOf({ id, kind }: ChannelInfo, api: Api): Promise<string | undefined> {
    if (kind !== 'channel') return undefined;
    if (!this.names.has(id)) {
      // Set before the answer, so that messages that come meanwhile do not ask again.
      this.names.set(id, undefined);
      await this.ask(id, api).catch(() => this.names.delete(id));
    }
    return this.names.get(id);
  }

  learn(id: string, type: string | undefined): ChannelInfo | undefined {
    if (type === undefined) return this.known.get(id);
    const info: ChannelInfo = { id, kind: type === 'im' ? 'im' : type === 'mpim' ? 'mpim' : 'channel' };
    this.known.set(id, info);
    return info;
  }

  learnDirect(id: string): ChannelInfo {
    const info: ChannelInfo = { id, kind: 'im' };
    this.known.set(id, info);
    return info;
  }

  /** Throws what the request throws. `elsewhere`: a conversation between others. */
  async get(id: string, api: Api): Promise<ChannelInfo> {
    const cachedChannel = this.known.get(id);
    if (cachedChannel) return cachedChannel;
    const info = await this.ask(id, api);
    // Coda may be invited at any time.
    if (info.kind !== 'elsewhere') this.known.set(id, info);
    return info;
  }

  private async ask(id: string, api: Api): Promise<ChannelInfo> {
    try {
      const { is_im: direct, is_mpim: group, name } = asChannel(await api('conversations.info', { channel: id }));
      const kind = direct ? 'im' : group ? 'mpim' : 'channel';
      this.learnName(id, kind === 'channel' ? name : undefined);
      return { id, kind };
    } catch (error) {
      const code = errorOf(error);
      if (code !== 'channel_not_found' && code !== 'missing_scope') throw error;
      // A private conversation without coda: a command can be used there, and nothing else is heard of it.
      return { id, kind: 'elsewhere' };
    }
  }
}
