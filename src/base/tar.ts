/** Tar archives as streams: entries are written and read one after the other and never stand in memory as a whole. */
import { on } from 'node:events';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import tar from 'tar-stream';
import { deferred } from './async.ts';

export interface TarFile {
  name: string;
  /** In bytes; `content` has exactly as many. */
  size: number;
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

interface TarEntry extends TarFile {
  type: string;
  content: Readable;
}

/** Bytes between two entries, which the library holds in memory: long names, and what pads an archive. */
const MOST_BETWEEN = 1024 * 1024;

/** The archive of `files`, in their order, for their owner alone; names of any length are written as pax has them. */
export function writeTar(files: AsyncIterable<TarFile>): Readable {
  const archive = tar.pack();
  // Piped: `pipeline` misses the end of the library's streams, which comes at once.
  const add = async ({ name, size, content }: TarFile) => {
    const packed = deferred();
    const source = Readable.from(exactly(size, content)).on('error', packed.reject);
    const sink = archive.entry({ name, size, mode: 0o600, mtime: new Date(0) }, (error) =>
      error ? packed.reject(error) : packed.resolve(),
    );
    source.pipe(sink);
    await packed.promise.finally(() => source.destroy());
  };
  const addAll = async () => {
    for await (const file of files) await add(file);
    archive.finalize();
  };
  addAll().catch((error) => archive.destroy(error));
  return archive;
}

/** The content; the library would notice another size too, and close the archive without an error. */
async function* exactly(size: number, content: TarFile['content']): AsyncGenerator<Uint8Array> {
  let missing = size;
  for await (const chunk of content) {
    missing -= chunk.length;
    if (missing < 0) break;
    yield chunk;
  }
  if (missing !== 0) throw new Error('a file has changed while it was read');
}

/**
 * The entries of an archive: ustar, pax and GNU. Each content is read to its end before the next entry is asked for, or not
 * begun. What is cut off, or no archive, rejects: within the content where that ends too soon.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const extract = tar.extract();
  let current: Readable | undefined;
  let isClosed = false;
  // Readers of the content hear the reason, before the library closes it.
  extract.on('error', (error) => current?.emit('error', error));
  extract.once('close', () => (isClosed = true));
  let allowed = MOST_BETWEEN;
  const bounded = async function* () {
    for await (const chunk of bytes) {
      allowed -= chunk.length;
      if (allowed < 0) throw new Error('a name is too long');
      yield chunk;
    }
  };
  const entries = on(extract, 'entry', { close: ['finish'] });
  const source = Readable.from(bounded()).on('error', (error) => extract.destroy(error));
  source.pipe(extract);
  try {
    for await (const [{ name, type = 'file', size = 0 }, content, next] of entries) {
      if (!(size >= 0)) throw new Error('a size is no number');
      allowed = size + MOST_BETWEEN;
      current = content as Readable;
      current.on('error', () => {});
      yield { name, type, size, content: current };
      if (isClosed) throw new Error('an entry was not read to its end');
      const read = finished(current, { writable: false });
      current.resume();
      await read;
      next();
    }
  } finally {
    extract.destroy();
    source.destroy();
  }
}
