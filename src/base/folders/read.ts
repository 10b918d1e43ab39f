import type { Stats } from 'node:fs';
import { type FileHandle, lstat, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import {
  type Folder,
  isWorldWritable,
  type OpenFile,
  openFolder,
  openRegular,
  pathProblem,
  placeOf,
  type Refusal,
  refuse,
  refuseFor,
} from './folder.ts';

/** Links that lead to links; the kernel allows 40, a real folder needs one or two. */
const MAX_LINKS = 8;
const CHUNK_BYTES = 64 * 1024;

export interface ReadOptions {
  maxBytes: number;
  offset?: number;
}

export interface ReadResult {
  ok: true;
  content: Buffer;
  bytes: number;
  truncated: boolean;
  executable: boolean;
}

/**
 * Bytes of the file `path` of the folder `root`. Whatever `path` is and whoever swaps files and folders for links at
 * the same time, only a regular file inside of `root` is read. Links within the folder are followed. Nothing is thrown
 * for what is in the folder: it is a refusal with a code.
 */
export async function readInside(root: string, path: string, options: ReadOptions): Promise<ReadResult | Refusal> {
  const problem = pathProblem(path);
  if (problem !== undefined) return refuse('bad_path', path, problem);
  const opened = await openInside(root, path);
  if (!opened.ok) return opened;
  const { handle, stats } = opened;
  try {
    return await readFrom(handle, stats, options);
  } catch (error) {
    return refuseFor(error, path);
  } finally {
    await handle.close();
  }
}

async function readFrom(handle: FileHandle, stats: Stats, { maxBytes, offset = 0 }: ReadOptions): Promise<ReadResult> {
  const content = Buffer.alloc(Math.max(0, Math.min(maxBytes, stats.size - offset)));
  let length = 0;
  while (length < content.length) {
    const { bytesRead } = await handle.read(content, length, content.length - length, offset + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  const truncated = offset + length < stats.size;
  return {
    ok: true,
    content: content.subarray(0, length),
    bytes: stats.size,
    truncated,
    executable: isRunnable(stats),
  };
}

/** The whole file in pieces of at most 64 KiB, from its beginning. Throws the system's errors. */
export async function* chunksOf({ handle }: OpenFile): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

export function isRunnable(stats: Stats): boolean {
  return (stats.mode & 0o100) !== 0;
}

/** Opens a file for streaming, under any name that `listInside` tells. Closing it is the caller's. */
export async function openInside(root: string, path: string): Promise<OpenFile | Refusal> {
  if (path.split('/').some((name) => name === '' || name === '.' || name === '..')) return refuse('bad_path', path);
  let folder: Folder;
  try {
    folder = await openFolder(root, { follow: true });
  } catch (error) {
    return refuseFor(error, root);
  }
  try {
    if (isWorldWritable(folder.stats)) return refuse('world_writable', root);
    return await openThroughLinks(folder, path);
  } catch (error) {
    return refuseFor(error, path);
  } finally {
    await folder.close();
  }
}

async function openThroughLinks(root: Folder, asked: string): Promise<OpenFile | Refusal> {
  let path = asked;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const entry = await openUnlessLink(root, path);
    if (!('link' in entry)) return entry.ok ? inPlace(root, path, entry) : entry;
    const target = insideTarget(entry.at, entry.link);
    if (target === undefined) return refuse('outside', asked);
    path = target;
  }
  return refuse('outside', asked, 'it is a chain of links');
}

export function insideTarget(at: string, link: string): string | undefined {
  if (posix.isAbsolute(link)) return undefined;
  const target = posix.normalize(posix.join(posix.dirname(at), link));
  return pathProblem(target) === undefined ? target : undefined;
}

/** The file itself, or the first link on the way to it: where it stands, and what it leads to with the rest. */
async function openUnlessLink(root: Folder, path: string): Promise<OpenFile | Refusal | { at: string; link: string }> {
  const names = path.split('/');
  const last = names.pop() as string;
  const opened: Folder[] = [];
  try {
    let folder = root;
    for (const [index, name] of names.entries()) {
      const stats = await lstat(folder.at(name));
      const at = names.slice(0, index + 1).join('/');
      if (stats.isSymbolicLink()) {
        const rest = [...names.slice(index + 1), last];
        return { at, link: posix.join(await readlink(folder.at(name)), ...rest) };
      }
      if (!stats.isDirectory()) return refuse('not_found', path);
      if (isWorldWritable(stats)) return refuse('world_writable', at);
      folder = await openFolder(folder.at(name));
      opened.push(folder);
    }
    const stats = await lstat(folder.at(last));
    if (stats.isSymbolicLink()) return { at: path, link: await readlink(folder.at(last)) };
    return await openRegular(folder, last, path);
  } finally {
    for (const folder of opened) await folder.close();
  }
}

/** Checks that the opened file is at its path: no other spelling of its name, no folder moved away meanwhile. */
async function inPlace(root: Folder, path: string, file: OpenFile): Promise<OpenFile | Refusal> {
  const expected = join(root.place, path);
  const place = await placeOf(file.handle, expected).catch(() => undefined);
  if (place === expected) return file;
  await file.handle.close();
  return refuse('changed', path);
}
