/** The packed empty cluster that a first start unpacks. */
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createBrotliDecompress } from 'node:zlib';
import { packageRoot } from '../../base/root.ts';
import { syncFolder } from '../files.ts';

const BLOCK = 512;
/** Files that are synced at the same time, so that the disk can take their syncs together. */
const AT_ONCE = 16;

/** The empty cluster as a tar, in a stream: the whole of it at once would stay resident. */
function clusterStream(): NodeJS.ReadableStream & AsyncIterable<Buffer> {
  return createReadStream(join(packageRoot(), 'assets', 'cluster.tar.br')).pipe(createBrotliDecompress());
}

interface Entry {
  name: string;
  /** Missing for a folder. */
  content?: Buffer;
}

/** Entries of a ustar archive with plain names, in order. */
async function* entriesOf(tar: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  const blocks = new Blocks(tar);
  for (let head = await blocks.take(BLOCK); head.length === BLOCK && head[0] !== 0; head = await blocks.take(BLOCK)) {
    const name = head.toString('utf8', 0, head.indexOf(0));
    const size = Number.parseInt(head.toString('latin1', 124, 135), 8);
    const isFolder = head[156] === 0x35;
    const content = await blocks.take(Math.ceil(size / BLOCK) * BLOCK);
    yield isFolder ? { name } : { name, content: content.subarray(0, size) };
  }
}

/** Pieces of any size from a stream of chunks. */
class Blocks {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, fewer only at the end. */
  async take(length: number): Promise<Buffer> {
    const parts = [this.rest];
    let have = this.rest.length;
    while (have < length) {
      const { done, value } = await this.chunks.next();
      if (done) break;
      parts.push(value);
      have += value.length;
    }
    const bytes = Buffer.concat(parts);
    this.rest = bytes.subarray(length);
    return bytes.subarray(0, length);
  }
}

/**
 * Makes `folder` an empty cluster: all of it or, when this is cut off at any moment, nothing of it. What an earlier
 * attempt has left behind is removed.
 */
export async function unpackCluster(folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  const folders = [unfinished];
  const writing = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const { name, content } of entriesOf(clusterStream())) {
    const path = join(unfinished, name);
    if (!content) {
      await mkdir(path, { mode: 0o700 });
      folders.push(path);
      continue;
    }
    const write: Promise<void> = writeDurably(path, content)
      .catch((error) => void failures.push(error))
      .finally(() => writing.delete(write));
    writing.add(write);
    if (writing.size >= AT_ONCE) await Promise.race(writing);
    if (failures.length > 0) break;
  }
  await Promise.all(writing);
  if (failures.length > 0) throw failures[0];
  for (const path of folders.reverse()) await syncFolder(path);
  await rename(unfinished, folder);
  await syncFolder(dirname(folder));
}

async function writeDurably(path: string, content: Buffer): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}
