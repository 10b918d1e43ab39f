import type { APIAttachment, RawFile } from 'discord.js';
import { CodaError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { shorten, visible } from '../../base/text.ts';
import type { Content, IncomingFile } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';

const FETCH_WITHIN_MS = 20_000;
/** What Discord takes of a bot, each. */
const MAX_UPLOAD = 10 * 1024 * 1024;

export interface Taken {
  files: IncomingFile[];
  /** Names of files that are larger than `maxBytes`; nothing of them was stored. */
  tooLarge: string[];
  /** Names of files that Discord did not give. */
  lost: string[];
}

/** Fetches and stores what came with a message, as it is: nothing is unpacked or read. Never rejects for a file. */
export async function takeFiles(
  attachments: readonly APIAttachment[],
  maxBytes: number,
  artifacts: Artifacts,
  log: Log,
): Promise<Taken> {
  const taken: Taken = { files: [], tooLarge: [], lost: [] };
  for (const attachment of attachments) {
    const name = fileName(attachment.filename);
    try {
      if (attachment.size > maxBytes) throw tooLarge();
      const file = await fetchOne(attachment, maxBytes, artifacts);
      taken.files.push({ name, type: attachment.content_type ?? 'application/octet-stream', ...file });
    } catch (error) {
      // A full disk is no fault of the file: the message is heard again later.
      if (error instanceof CodaError && error.code !== 'ARTIFACT_TOO_LARGE') throw error;
      if (error instanceof CodaError) taken.tooLarge.push(name);
      else {
        log.warn({ file: name, error: messageOf(error) }, 'an attachment could not be fetched');
        taken.lost.push(name);
      }
    }
  }
  return taken;
}

async function fetchOne({ url }: APIAttachment, maxBytes: number, artifacts: Artifacts) {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_WITHIN_MS), redirect: 'error' });
  if (!response.ok || !response.body) throw new Error(`the CDN answered ${response.status}`);
  return artifacts.put(response.body, { maxBytes });
}

const tooLarge = () => new CodaError('ARTIFACT_TOO_LARGE', { message: 'The file is too large.', remedy: '' });

function fileName(name: string): string {
  return (
    shorten(
      visible(name)
        .replace(/[/\\\n\t]/g, '_')
        .trim(),
      100,
    ) || 'file'
  );
}

export interface Upload {
  files: RawFile[];
  /** How many were too large to be attached. */
  left: number;
}

/** What goes with a message. Throws what reading a stored file throws. */
export async function uploadOf({ files = [], inline = [] }: Content, artifacts: Artifacts): Promise<Upload> {
  const small = files.filter(({ size }) => size <= MAX_UPLOAD).slice(0, 10 - Math.min(inline.length, 10));
  const raw: RawFile[] = [];
  for (const { name, type, hash } of small) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await artifacts.open(hash)) chunks.push(chunk as Uint8Array);
    raw.push({ name: fileName(name), contentType: type, data: Buffer.concat(chunks) });
  }
  for (const { name, type, text } of inline) raw.push({ name, contentType: type, data: Buffer.from(text) });
  return { files: raw, left: files.length - small.length };
}
