import type { APIAttachment, RawFile } from 'discord.js';
import { deferred, type Slots } from '../../base/async.ts';
import { CodaError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { shorten, visible } from '../../base/text.ts';
import type { Content, FileRef, IncomingFile, InlineFile } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';

/** Milliseconds, and bytes that must arrive within `windowMs`. */
export const PACE = { wholeMs: 60_000, windowMs: 8_000, leastBytes: 16_384 };
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
  log: Log;
  /** How many are fetched at once. */
  slots: Slots;
  pace?: typeof PACE;
}

/**
 * Fetches and stores what came with a message, as it is: nothing is unpacked or read. Never rejects for a file; one that
 * does not come at a fair pace is lost.
 */
export async function takeFiles(
  attachments: readonly APIAttachment[],
  { maxBytes, artifacts, log, slots, pace = PACE }: TakingFiles,
): Promise<Taken> {
  const fetched = await Promise.all(
    attachments.map(async (attachment) => {
      const name = fileName(attachment.filename);
      const fetched = slots.run(() => fetchOne(attachment, maxBytes, artifacts, pace));
      const file = await fetched.catch((error: unknown) => {
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

async function fetchOne(attachment: APIAttachment, maxBytes: number, artifacts: Artifacts, pace: typeof PACE) {
  const { size } = attachment;
  if (size > maxBytes) throw tooLarge();
  return artifacts.put(arriving(attachment, pace), { maxBytes });
}

/**
 * The bytes of a file as they come. What is waited for is raced against timers that are held here: fetch lets go of its
 * abort signal as soon as the headers are there, and a body may then stall for ever.
 */
async function* arriving(
  { url, size, content_type: type = '' }: APIAttachment,
  { wholeMs, windowMs, leastBytes }: typeof PACE,
): AsyncGenerator<Uint8Array> {
  const late = deferred<never>();
  late.promise.catch(() => {});
  let [seen, before] = [0, 0];
  const whole = setTimeout(() => late.reject(new Error('it takes too long')), wholeMs);
  const pace = setInterval(() => {
    if (seen - before < leastBytes) late.reject(new Error(`it stalls after ${seen} bytes`));
    before = seen;
  }, windowMs);
  const controller = new AbortController();
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    const asked = fetch(url, { signal: controller.signal, redirect: 'error' });
    const { ok, status, headers, body } = await Promise.race([asked, late.promise]);
    if (!ok || !body) throw new Error(`the CDN answered ${status}`);
    const isPage = headers.get('content-type')?.startsWith('text/html') && !type.startsWith('text/html');
    if (isPage) throw new Error('a page came in its place');
    reader = body.getReader();
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) break;
      seen += value.byteLength;
      yield value;
    }
    if (seen < size) throw new Error(`it ended after ${seen} of ${size} bytes`);
  } finally {
    clearTimeout(whole);
    clearInterval(pace);
    controller.abort();
    reader?.cancel().catch(() => {});
  }
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
