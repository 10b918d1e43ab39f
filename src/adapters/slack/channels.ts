import { BoundedMap } from '../../base/bounded.ts';
import type { Api } from './client.ts';
import { errorOf } from './outcome.ts';
import type { ChannelInfo } from './parse.ts';
import { asChannel } from './shapes.ts';

const REMEMBERED = 50_000;

export class Channels {
  private readonly known = new BoundedMap<string, ChannelInfo>(REMEMBERED);

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
    const known = this.known.get(id);
    if (known) return known;
    const info = await ask(id, api);
    // Coda may be invited at any time.
    if (info.kind !== 'elsewhere') this.known.set(id, info);
    return info;
  }
}

async function ask(id: string, api: Api): Promise<ChannelInfo> {
  try {
    const { is_im: direct, is_mpim: group } = asChannel(await api('conversations.info', { channel: id }));
    return { id, kind: direct ? 'im' : group ? 'mpim' : 'channel' };
  } catch (error) {
    const name = errorOf(error);
    if (name !== 'channel_not_found' && name !== 'missing_scope') throw error;
    // A private conversation without coda: a command can be used there, and nothing else is heard of it.
    return { id, kind: 'elsewhere' };
  }
}
