import type { APIAttachment, RawFile } from 'discord.js';
import type { Slots } from '../../base/async.ts';
import { CodaError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { shorten, visible } from '../../base/text.ts';
import type { Content, FileRef, IncomingFile, InlineFile } from '../../delivery/index.ts';
import { type Answer, type Egress, type EgressFailure, failureIn, type Limits } from '../../egress/index.ts';
import type { Artifact, Artifacts } from '../../storage/index.ts';

/** A file comes within a minute, at a fair pace, from the address that Discord gave. */
const LIMITS: Partial<Limits> = { totalMs: 60_000, pace: { ms: 8_000, bytes: 16_384 }, redirects: 0 };
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

export interface TakingFiles {
  /** Of one file. */
  maxBytes: number;
  artifacts: Artifacts;
  egress: Egress;
  log: Log;
  /** How many are fetched at once. */
  slots: Slots;
  limits?: Partial<Limits>;
}

/**
 * Fetches and stores what came with a message, as it is: nothing is unpacked or read. Never rejects for a file; one that
 * does not come at a fair pace is lost. Rejects where nothing can be stored.
 */
export async function takeFiles(attachments: readonly APIAttachment[], taking: TakingFiles): Promise<Taken> {
  const fetched = await Promise.all(
    attachments.map(async (attachment) => {
      const name = fileName(attachment.filename);
      const file = await taking.slots.run(() => fetchOne(attachment, taking));
      if (typeof file === 'object' && 'lost' in file) {
        taking.log.warn({ file: name, error: file.lost }, 'an attachment could not be fetched');
      }
      return { name, type: attachment.content_type ?? 'application/octet-stream', file };
    }),
  );
  return {
    files: fetched.flatMap(({ name, type, file }) =>
      typeof file === 'object' && 'hash' in file ? [{ name, type, ...file }] : [],
    ),
    tooLarge: fetched.flatMap(({ name, file }) => (file === 'too large' ? name : [])),
    lost: fetched.flatMap(({ name, file }) => (typeof file === 'object' && 'lost' in file ? name : [])),
  };
}

type Outcome = Artifact | 'too large' | { lost: string };

async function fetchOne(attachment: APIAttachment, taking: TakingFiles): Promise<Outcome> {
  const { maxBytes, artifacts, egress, limits = LIMITS } = taking;
  const { url, size } = attachment;
  if (size > maxBytes) return 'too large';
  const answer = await egress.fetch(url, { limits: { ...limits, maxBytes } });
  if (!answer.ok) return outcomeOf(answer);
  try {
    return isFile(answer, attachment)
      ? await artifacts.put(complete(answer.body, size), { maxBytes })
      : { lost: `the CDN answered ${answer.status} ${answer.type}` };
  } catch (error) {
    const failed = failureIn(error);
    // A full disk is no fault of the file: the message is heard again later.
    if (!failed) throw error;
    return outcomeOf(failed);
  } finally {
    answer.close();
  }
}

const outcomeOf = ({ code, message }: EgressFailure): Outcome =>
  code === 'EGRESS_TOO_LARGE' ? 'too large' : { lost: message };

/** Not an error, and not a page in the file's place. */
function isFile({ status, type }: Answer, { content_type: wanted = '' }: APIAttachment): boolean {
  return status === 200 && !(type === 'text/html' && !wanted.startsWith('text/html'));
}

/** The bytes as they come; rejects with an egress failure if there are fewer than Discord told. */
async function* complete(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of body) {
    seen += chunk.byteLength;
    yield chunk;
  }
  if (seen < size)
    throw new CodaError('EGRESS_MALFORMED', { message: `The file ended after ${seen} of ${size} bytes.`, remedy: '' });
}

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
