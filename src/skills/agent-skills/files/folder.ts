/** Folders and files that are held open while something is looked up in them. */

import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../../base/errors.ts';
import { type Refusal, refuse } from './refusal.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const LINUX = process.platform === 'linux';
const OTHERS_MAY_WRITE = 0o002;

/**
 * An open folder. On Linux its entries are reached through the open descriptor, so whoever renames a parent or puts a
 * link in its place meanwhile changes nothing. Elsewhere they are reached by path, and `placeOf` finds the swap
 * afterwards.
 */
export interface Folder {
  /** The path that reaches the folder itself. */
  self: string;
  /** The path that reaches the entry `name` of exactly this folder. */
  at(name: string): string;
  stats: Stats;
  /** Where it really is. */
  place: string;
  close(): Promise<void>;
}

/** Opens the folder at `path`, whose last part must be no link unless `follow`. Throws the system's errors. */
export async function openFolder(path: string, { follow = false } = {}): Promise<Folder> {
  const handle = await open(path, O_RDONLY | O_DIRECTORY | (follow ? 0 : O_NOFOLLOW));
  try {
    const self = LINUX ? `/proc/self/fd/${handle.fd}` : path;
    const at = (name: string) => join(self, name);
    const [stats, place] = [await stat(self), await placeOf(handle, path)];
    return { self, at, stats, place, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Where an open file really is: the kernel's own word on Linux, else what its path leads to. */
export async function placeOf(handle: FileHandle, path: string): Promise<string> {
  return LINUX ? readlink(`/proc/self/fd/${handle.fd}`) : realpath(path);
}

/** A regular file, open for reading; whoever gets it closes `handle`. */
export interface OpenFile {
  ok: true;
  handle: FileHandle;
  stats: Stats;
}

/**
 * Opens the regular file `name` of `folder`. A pipe, socket or device is never opened, a link never followed, and a
 * file that was swapped between the look and the opening is refused. System errors become refusals.
 */
export async function openRegular(folder: Folder, name: string, path: string): Promise<OpenFile | Refusal> {
  try {
    const seen = await lstat(folder.at(name));
    const problem = fileProblem(seen, path);
    if (problem) return problem;
    // Should it have become a pipe meanwhile, opening it must not wait for a writer.
    const handle = await open(folder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = await handle.stat();
    if (stats.isFile() && stats.ino === seen.ino && stats.dev === seen.dev) return { ok: true, handle, stats };
    await handle.close();
    return refuse('changed', path);
  } catch (error) {
    return refuseFor(error, path);
  }
}

function fileProblem(stats: Stats, path: string): Refusal | undefined {
  if (!stats.isFile()) return refuse('not_a_file', path);
  return isWorldWritable(stats) ? refuse('world_writable', path) : undefined;
}

/** Whether anybody on this machine may change it. Windows has no such bits. */
export function isWorldWritable(stats: Stats): boolean {
  return process.platform !== 'win32' && (stats.mode & OTHERS_MAY_WRITE) !== 0;
}

export function refuseFor(error: unknown, path: string): Refusal {
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refuse('not_found', path);
    case 'ELOOP':
      return refuse('changed', path);
    case undefined:
      throw error;
    default:
      return refuse('unreadable', path);
  }
}
