import type { APIAttachment, RawFile } from 'discord.js';
import type { Attached, Upload, UploadLimits } from '../../delivery/index.ts';

/** What Discord takes of a bot. A request may have 25 MiB; what is not files in it needs little. */
export const UPLOADS: UploadLimits = { each: 10 * 1024 * 1024, most: 10, together: 24 * 1024 * 1024 };

/** A file that came with a message. Pure. */
export function attachedTo({ filename, content_type: type, size, url }: APIAttachment): Attached {
  return { name: filename, type, size, url };
}

/** Files as the client takes them. Pure. */
export function rawFiles({ files }: Upload): RawFile[] {
  return files.map(({ name, type, data }) => ({ name, contentType: type, data }));
}
