/** The packed empty cluster that a first start unpacks. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { packageRoot } from '../../base/root.ts';
import { syncFolder } from '../files.ts';

const BLOCK = 512;

/** The empty cluster as a tar. */
export async function emptyCluster(): Promise<Buffer> {
  const packed = await readFile(join(packageRoot(), 'assets', 'cluster.tar.br'));
  return promisify(brotliDecompress)(packed);
}

interface Entry {
  name: string;
  /** Missing for a folder. */
  content?: Buffer;
}

/** What a ustar archive with plain names holds, in its order. */
export function* entriesOf(tar: Buffer): Generator<Entry> {
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const name = tar.toString('utf8', at, tar.indexOf(0, at));
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    const isFolder = tar[at + 156] === 0x35;
    at += BLOCK;
    yield isFolder ? { name } : { name, content: tar.subarray(at, at + size) };
    at += Math.ceil(size / BLOCK) * BLOCK;
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
  const files: { path: string; content: Buffer }[] = [];
  for (const { name, content } of entriesOf(await emptyCluster())) {
    const path = join(unfinished, name);
    if (content) files.push({ path, content });
    else {
      await mkdir(path, { mode: 0o700 });
      folders.push(path);
    }
  }
  // Several at once, so that the disk can take their syncs together.
  const next = files[Symbol.iterator]();
  await Promise.all(Array.from({ length: 16 }, () => writeAll(next)));
  for (const path of folders.reverse()) await syncFolder(path);
  await rename(unfinished, folder);
  await syncFolder(dirname(folder));
}

async function writeAll(
  files: Iterator<{ path: string; content: Buffer }> & Iterable<{ path: string; content: Buffer }>,
) {
  for (const { path, content } of files) {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}
