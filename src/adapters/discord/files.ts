import type { APIAttachment, RawFile } from 'discord.js';
import { CodaError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { shorten, visible } from '../../base/text.ts';
import type { Content, FileRef, IncomingFile, InlineFile } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';

const FETCH_WITHIN_MS = 20_000;
/** What Discord takes of a bot, each. */
const MAX_UPLOAD = 10 * 1024 * 1024;
const MOST_UPLOADS = 10;
/** A request may have 25 MiB; what is not files in it needs little. */
const MAX_REQUEST = 24 * 1024 * 1024;

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
  const fetched = await Promise.all(
    attachments.map(async (attachment) => {
      const name = fileName(attachment.filename);
      const file = await fetchOne(attachment, maxBytes, artifacts).catch((error: unknown) => {
        if (error instanceof CodaError) {
          // A full disk is no fault of the file: the message is heard again later.
          if (error.code !== 'ARTIFACT_TOO_LARGE') throw error;
          return 'too large';
        }
        log.warn({ file: name, error: messageOf(error) }, 'an attachment could not be fetched');
        return 'lost';
      });
      return { name, type: attachment.content_type ?? 'application/octet-stream', file };
    }),
  );
  return {
    files: fetched.flatMap(({ name, type, file }) => (typeof file === 'string' ? [] : { name, type, ...file })),
    tooLarge: fetched.flatMap(({ name, file }) => (file === 'too large' ? name : [])),
    lost: fetched.flatMap(({ name, file }) => (file === 'lost' ? name : [])),
  };
}

async function fetchOne({ url, size }: APIAttachment, maxBytes: number, artifacts: Artifacts) {
  if (size > maxBytes) throw tooLarge();
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

/** Files in the lots that one message takes each, the first one together with `inline`. Pure. */
export function lotsOf(files: readonly FileRef[], inline: readonly InlineFile[] = []): FileRef[][] {
  const lots: FileRef[][] = [[]];
  let count = inline.length;
  let bytes = inline.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  for (const file of files) {
    // What is too large by itself is left out when it is sent.
    const size = file.size > MAX_UPLOAD ? 0 : file.size;
    if (count === MOST_UPLOADS || bytes + size > MAX_REQUEST) {
      lots.push([]);
      count = bytes = 0;
    }
    lots.at(-1)?.push(file);
    count++;
    bytes += size;
  }
  return lots;
}

/** What goes with a message. Throws what reading a stored file throws. */
export async function uploadOf({ files = [], inline = [] }: Content, artifacts: Artifacts): Promise<Upload> {
  const [lot = []] = lotsOf(files, inline);
  const small = lot.filter(({ size }) => size <= MAX_UPLOAD);
  const raw: RawFile[] = [];
  for (const { name, type, hash } of small) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await artifacts.open(hash)) chunks.push(chunk as Uint8Array);
    raw.push({ name: fileName(name), contentType: type, data: Buffer.concat(chunks) });
  }
  for (const { name, type, text } of inline) raw.push({ name, contentType: type, data: Buffer.from(text) });
  return { files: raw, left: files.length - small.length };
}
