import type { Slots } from '../../base/async.ts';
import { CodaError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { plural, shorten, visible } from '../../base/text.ts';
import { type Answer, type Egress, type EgressFailure, failureIn, type Limits } from '../../egress/index.ts';
import type { Artifact, Artifacts } from '../../storage/index.ts';
import type { FoundFile, IncomingFile } from '../adapter.ts';
import type { Content, FileRef, InlineFile } from '../content.ts';

/** A file comes within a minute, at a fair pace, from the address that the platform gave. */
const LIMITS: Partial<Limits> = { totalMs: 60_000, pace: { ms: 8_000, bytes: 16_384 }, redirects: 0 };

export interface TakenFiles {
  files: IncomingFile[];
  /** Names of files that are larger than `maxBytes`; nothing of them was stored. */
  tooLarge: string[];
  lost: string[];
  /** True if some of these may come when they are asked for again: their server was away, or too busy. */
  mayCome: boolean;
}

export interface TakeOptions {
  maxBytes: number;
  artifacts: Artifacts;
  egress: Egress;
  log: Log;
  slots: Slots;
  limits?: Partial<Limits>;
  /** Ends what is under way: it counts as lost. */
  signal?: AbortSignal;
}

/**
 * Fetches and stores what came with a message, as it is: nothing is unpacked or read. Never rejects for a file; one that
 * does not come at a fair pace is lost. Rejects where nothing can be stored.
 */
export async function takeFiles(attached: readonly FoundFile[], taking: TakeOptions): Promise<TakenFiles> {
  const fetched = await Promise.all(
    attached.map(async (each) => {
      const name = fileName(each.name);
      const file = await taking.slots.run(() => fetchOne(each, taking));
      if (typeof file === 'object' && 'lost' in file) {
        taking.log.warn({ file: name, error: file.lost }, 'an attachment could not be fetched');
      }
      return { name, type: each.type ?? 'application/octet-stream', voice: each.voice, file };
    }),
  );
  return {
    files: fetched.flatMap(({ name, type, voice, file }) =>
      typeof file === 'object' && 'hash' in file ? [{ name, type, ...file, ...(voice && { voice }) }] : [],
    ),
    tooLarge: fetched.flatMap(({ name, file }) => (file === 'too large' ? name : [])),
    lost: fetched.flatMap(({ name, file }) => (typeof file === 'object' && 'lost' in file ? name : [])),
    mayCome: fetched.some(({ file }) => typeof file === 'object' && 'mayCome' in file && file.mayCome),
  };
}

type Outcome = Artifact | 'too large' | { lost: string; mayCome: boolean };

async function fetchOne(attached: FoundFile, taking: TakeOptions): Promise<Outcome> {
  const { maxBytes, artifacts, egress, limits = LIMITS, signal } = taking;
  const { url, size, headers } = attached;
  if (size > maxBytes) return 'too large';
  const answer = await egress.fetch(url, { limits: { ...limits, maxBytes }, signal, ...(headers && { headers }) });
  if (!answer.ok) return outcomeOf(answer);
  try {
    return isFile(answer, attached)
      ? await artifacts.put(complete(answer.body, size), { maxBytes })
      : {
          lost: `its address answered ${answer.status} ${answer.type}`,
          mayCome: answer.status === 429 || answer.status >= 500,
        };
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
  code === 'EGRESS_TOO_LARGE' ? 'too large' : { lost: message, mayCome: code === 'EGRESS_UNREACHABLE' };

function isFile({ status, type }: Answer, { type: wanted = '' }: FoundFile): boolean {
  return status === 200 && !(type === 'text/html' && !wanted.startsWith('text/html'));
}

/** The bytes as they come; rejects with an egress failure if there are fewer than the platform told. */
async function* complete(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    yield chunk;
  }
  if (bytes < size)
    throw new CodaError('EGRESS_MALFORMED', {
      message: `The file ended after ${bytes} of ${plural(size, 'byte')}.`,
      remedy: '',
    });
}

/** A file's name without folders and without what hides or turns words. */
export function fileName(name: string): string {
  return (
    shorten(
      visible(name)
        .replace(/[/\\\n\t]/g, '_')
        .trim(),
      100,
    ) || 'file'
  );
}

// Files that go with a message.

export interface UploadLimits {
  /** Bytes of one file. */
  each: number;
  most: number;
  /** Bytes of all files of one message. */
  together: number;
}

export interface Upload {
  files: { name: string; type: string; data: Buffer }[];
  left: number;
}

/** Files in the lots that one message takes each, the first one together with `inline`. Pure. */
export function uploadBatches(
  files: readonly FileRef[],
  inline: readonly InlineFile[],
  { each, most, together }: UploadLimits,
): FileRef[][] {
  const lots: FileRef[][] = [[]];
  let count = inline.length;
  let bytes = inline.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  for (const file of files) {
    // A file that is too large by itself is left out when it is sent.
    const size = file.size > each ? 0 : file.size;
    if (count === most || bytes + size > together) {
      lots.push([]);
      count = bytes = 0;
    }
    lots.at(-1)?.push(file);
    count++;
    bytes += size;
  }
  return lots;
}

/** The files to upload with a message. Throws what reading a stored file throws. */
export async function uploadOf(
  { files = [], inline = [] }: Content,
  artifacts: Artifacts,
  limits: UploadLimits,
): Promise<Upload> {
  const [lot = []] = uploadBatches(files, inline, limits);
  const small = lot.filter(({ size }) => size <= limits.each);
  const uploads: Upload['files'] = [];
  for (const { name, type, hash } of small) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await artifacts.open(hash)) chunks.push(chunk as Uint8Array);
    uploads.push({ name: fileName(name), type, data: Buffer.concat(chunks) });
  }
  for (const { name, type, text } of inline) uploads.push({ name, type, data: Buffer.from(text) });
  return { files: uploads, left: files.length - small.length };
}
