/** Tar archives as streams: entries are written and read one after the other and never stand in memory as a whole. */
import { CodaError, messageOf } from '../../base/errors.ts';

export interface TarFile {
  name: string;
  /** In bytes; `content` has exactly as many. */
  size: number;
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
const LONGEST_NAME = 100;
const LONG_NAME = '././@LongLink';
/** Longer ones are no names. */
const MOST_NAME_BYTES = 10_000;

/** The archive of `files`, in their order. */
export async function* writeTar(files: AsyncIterable<TarFile>): AsyncGenerator<Uint8Array> {
  for await (const { name, size, content } of files) {
    const bytes = Buffer.from(name);
    if (bytes.length > LONGEST_NAME) {
      yield header(LONG_NAME, bytes.length, 'L');
      yield* padded([bytes], bytes.length);
    }
    yield header(bytes.subarray(0, LONGEST_NAME).toString('latin1'), size, '0');
    yield* padded(content, size);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header(name: string, size: number, type: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, LONGEST_NAME, 'latin1');
  block.write('0000600\0', 100);
  block.write('0000000\0'.repeat(2), 108);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write(`${'0'.repeat(11)}\0`, 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write('ustar\x0000', 257, 'latin1');
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const sumOf = (block: Buffer) => block.reduce((sum, byte) => sum + byte, 0);

async function* padded(content: TarFile['content'], size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of content) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw new Error('a file has changed while it was read');
  const rest = size % BLOCK;
  if (rest > 0) yield Buffer.alloc(BLOCK - rest);
}

/** The entries of an archive; each content is to be read to its end before the next entry. Throws `BACKUP_DAMAGED`. */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const source = new Source(bytes);
  let long: string | undefined;
  for (;;) {
    const block = await source.take(BLOCK);
    if (block[0] === 0) return;
    const { name, size, type } = parseHeader(block);
    if (type === 'L') {
      if (size > MOST_NAME_BYTES) throw damaged('a name in it is too long');
      long = (await source.take(size)).toString('utf8');
      await source.skip(padOf(size));
      continue;
    }
    let left = size;
    const content = (async function* () {
      while (left > 0) {
        const chunk = await source.some(left);
        left -= chunk.length;
        yield chunk;
      }
    })();
    yield { name: long ?? name, size, content };
    long = undefined;
    await source.skip(left + padOf(size));
    left = 0;
  }
}

const padOf = (size: number) => (BLOCK - (size % BLOCK)) % BLOCK;

function parseHeader(block: Buffer): { name: string; size: number; type: string } {
  const told = Number.parseInt(block.toString('latin1', 148, 154), 8);
  const clean = Buffer.from(block);
  clean.write(' '.repeat(8), 148);
  if (told !== sumOf(clean)) throw damaged('a checksum in it is wrong');
  const name = block.toString('utf8', 0, LONGEST_NAME).replace(/\0.*$/s, '');
  return {
    name,
    size: Number.parseInt(block.toString('latin1', 124, 135), 8),
    type: String.fromCharCode(block[156] ?? 0),
  };
}

/** The error of a backup that cannot be used. */
export function damaged(why: string, cause?: unknown): CodaError {
  return new CodaError('BACKUP_DAMAGED', {
    message: `The backup cannot be used: ${why}.`,
    remedy: 'Take another one; "coda backup FILE" verifies each that it makes. Nothing was changed.',
    cause,
  });
}

/** Pieces of any size from a stream of chunks. */
class Source {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.chunks = bytes[Symbol.asyncIterator]();
  }

  /** At least one byte, and at most `most`. */
  async some(most: number): Promise<Buffer> {
    if (this.rest.length === 0) this.rest = await this.next();
    const taken = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(taken.length);
    return taken;
  }

  async take(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const part = await this.some(left);
      parts.push(part);
      left -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  async skip(size: number): Promise<void> {
    for (let left = size; left > 0; ) left -= (await this.some(left)).length;
  }

  private async next(): Promise<Buffer> {
    for (;;) {
      const { done, value } = await this.chunks.next().catch((error) => {
        throw damaged(messageOf(error), error);
      });
      if (done) throw damaged('it was cut short');
      if (value.length > 0) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  }
}
