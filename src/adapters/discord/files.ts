import type { RawFile, REST } from 'discord.js';
import { deadline } from '../../base/async.ts';
import { BoundedMap } from '../../base/bounded.ts';
import type { FileSource, FoundFile, PendingFile, Upload, UploadLimits } from '../../delivery/index.ts';
import { notSignedIn, statusOf } from './outcome.ts';
import type { RawMessage } from './parse.ts';
import { type CarriedFile, carriedFiles, filesOf } from './quoted.ts';
import { asMessage } from './shapes.ts';

/** Discord's limits for a bot. A request may have 25 MiB; all but the files in it needs little. */
export const UPLOADS: UploadLimits = { each: 10 * 1024 * 1024, most: 10, together: 24 * 1024 * 1024 };

const REMEMBERED = 2_000;

const ASKED_WITHIN_MS = 30_000;

/**
 * Reference to a file: its own id, in a message of a channel (the one that it came with, if none is named). Its address
 * carries a signature of Discord's, which opens it to anybody for a day.
 */
type At = { id: string; channel: string; message?: string };

export class AttachedFiles implements FileSource {
  readonly title = 'Discord';
  readonly maxMb: number;
  private readonly rest: () => REST | undefined;
  private readonly addresses = new BoundedMap<string, string>(REMEMBERED);

  constructor(maxMb: number, rest: () => REST | undefined) {
    this.maxMb = maxMb;
    this.rest = rest;
  }

  pendingOf(message: RawMessage): PendingFile[] {
    return this.knownFiles(carriedFiles(message), message.channel_id);
  }

  knownFiles(files: readonly CarriedFile[], channel: string): PendingFile[] {
    return files.map(({ attachment: { id, filename: name, content_type: type, size, url }, message, voice }) => {
      this.addresses.set(id, url);
      const at: At = { id, channel, message };
      return { name, ...(type && { type }), size, at, ...(voice && { voice }) };
    });
  }

  async locate(
    files: readonly PendingFile[],
    { id: messageId }: { id: string },
    signal: AbortSignal,
  ): Promise<(FoundFile | undefined)[]> {
    const addresses = new Map(this.addresses);
    const asked = new Set<string>();
    for (const { at } of files) {
      const { id, channel, message = messageId } = at as At;
      if (addresses.has(id) || asked.has(message)) continue;
      // Another process has heard it.
      asked.add(message);
      for (const [fileId, url] of await this.ask(channel, message, signal)) addresses.set(fileId, url);
    }
    return files.map(({ at, ...file }) => {
      const { id } = at as At;
      const url = addresses.get(id);
      this.addresses.delete(id);
      return url === undefined ? undefined : { ...file, url };
    });
  }

  private async ask(channel: string, message: string, signal: AbortSignal): Promise<[string, string][]> {
    const rest = this.rest();
    if (!rest) throw notSignedIn();
    // The client never takes its listener off a signal: each request gets one of its own.
    using own = deadline(ASKED_WITHIN_MS, signal);
    try {
      const answer = await rest.get(`/channels/${channel}/messages/${message}`, { signal: own.signal });
      return filesOf(asMessage(answer), message).map(({ attachment: { id, url } }) => [id, url]);
    } catch (error) {
      const status = statusOf(error);
      // The message is deleted, or not to be read any more.
      if (status === 403 || status === 404) return [];
      throw error;
    }
  }
}

export function rawFiles({ files }: Upload): RawFile[] {
  return files.map(({ name, type, data }) => ({ name, contentType: type, data }));
}
