/** Looks up messages that a message in Discord points to and did not bring along, when its turn begins. */
import type { REST } from 'discord.js';
import type { Pointed } from '../../delivery/index.ts';
import type { AttachedFiles } from './files.ts';
import { notSignedIn, statusOf } from './outcome.ts';
import { filesOf, type Points, repliedOf } from './quoted.ts';
import { asKnown, asMessage, type KnownMessage } from './shapes.ts';

export interface PointedDeps {
  rest(): REST | undefined;
  /** Coda's own id. */
  botId(): string;
  files: AttachedFiles;
}

/** Rejects while Discord cannot be asked. */
export async function pointedTo({ reply, starter }: Points, deps: PointedDeps, signal: AbortSignal): Promise<Pointed> {
  const { files, botId } = deps;
  const found: Pointed = { quoted: [], files: [] };
  const add = (message: KnownMessage, channel: string, as: 'replied' | 'starter') => {
    found.quoted.push(repliedOf(message, botId(), as));
    found.files.push(...files.known(filesOf(message, message.id), channel));
  };
  if (reply) {
    const message = await messageAt(reply.channel, reply.id, deps, signal);
    if (message) add(message, reply.channel, 'replied');
  }
  if (starter) {
    // A thread has the id of the message above it; a post of a forum holds that message itself.
    for (const channel of [starter.parent, starter.thread]) {
      const message = channel === null ? undefined : await messageAt(channel, starter.thread, deps, signal);
      if (!message || channel === null) continue;
      add(message, channel, 'starter');
      break;
    }
  }
  return found;
}

/** Undefined for one that is not there, or not for coda. */
async function messageAt(channel: string, id: string, { rest: of }: PointedDeps, signal: AbortSignal) {
  const rest = of();
  if (!rest) throw notSignedIn();
  try {
    return asKnown(asMessage(await rest.get(`/channels/${channel}/messages/${id}`, { signal })));
  } catch (error) {
    if (statusOf(error) === 403 || statusOf(error) === 404) return undefined;
    throw error;
  }
}
