/** Opens folders and files by descriptor, so that nothing can be swapped between check and use. */

import { constants, type Stats, statfsSync } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;
const LINUX = process.platform === 'linux';
const OTHERS_MAY_WRITE = 0o002;

/**
 * An open folder. On Linux its entries are reached through the open descriptor, so whoever renames a parent or puts a
 * link in its place meanwhile changes nothing. Elsewhere they are reached by path, and `placeOf` finds the swap
 * afterwards.
 */
export interface Folder {
  self: string;
  /** The path that reaches the entry `name` of exactly this folder. */
  at(name: string): string;
  stats: Stats;
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
    const linkStats = await lstat(folder.at(name));
    const problem = fileProblem(linkStats, path);
    if (problem) return problem;
    // Should it have become a pipe meanwhile, opening it must not wait for a writer.
    const handle = await open(folder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const stats = await handle.stat();
    if (stats.isFile() && stats.ino === linkStats.ino && stats.dev === linkStats.dev)
      return { ok: true, handle, stats };
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

export function isWorldWritable(stats: Stats): boolean {
  return process.platform !== 'win32' && (stats.mode & OTHERS_MAY_WRITE) !== 0;
}

/** File systems that show the same rights for every file, by what `statfs` calls them, and how they are told others. */
const WITHOUT_RIGHTS: ReadonlyMap<number, readonly [name: string, mount: string]> = new Map([
  [0x4d44, ['FAT', 'mount it with umask=022']],
  [0x2011bab0, ['exFAT', 'mount it with umask=022']],
  [0x5346544e, ['NTFS', 'mount it with umask=022']],
  [0x7366746e, ['NTFS', 'mount it with umask=022']],
  [0xff534d42, ['CIFS', 'mount it with file_mode=0644,dir_mode=0755']],
  [0xfe534d42, ['SMB', 'mount it with file_mode=0644,dir_mode=0755']],
  [0x01021997, ['9p', 'under WSL set options = "metadata,umask=022" below [automount] in /etc/wsl.conf']],
  [0x53464846, ['drvfs', 'set options = "metadata,umask=022" below [automount] in /etc/wsl.conf']],
  [0x786f4256, ['vboxsf', 'mount it with umask=022']],
  [0x65735546, ['FUSE', 'mount it with umask=022']],
]);

export function fileSystemOf(path: string): number {
  try {
    return Number(statfsSync(path).type) >>> 0;
  } catch {
    return 0;
  }
}

export function closingRemedy(quotedPath: string, fileSystem: number): string {
  const chmod = `"chmod o-w ${quotedPath}" takes that right away`;
  const [name, mount] = WITHOUT_RIGHTS.get(fileSystem) ?? [];
  if (name === undefined) return `${chmod}.`;
  return `${chmod}; where that changes nothing, as on many mounts of this kind (${name}), ${mount}, or copy the folder to another disk.`;
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

const REFUSALS = {
  bad_path: 'cannot be a file of the folder',
  outside: 'leads out of the folder',
  not_found: 'is not there',
  not_a_file: 'is no regular file',
  world_writable: 'can be changed by anybody on this machine; take that right away with "chmod o-w"',
  changed: 'was changed while it was being read',
  unreadable: 'cannot be read',
  too_deep: 'lies too deep in its folder',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

export interface Refusal {
  ok: false;
  code: RefusalCode;
  message: string;
}

export function refuse(code: RefusalCode, path: string, detail?: string): Refusal {
  const quotedPath = /^[\w./ -]{1,200}$/.test(path) ? path : JSON.stringify(path.slice(0, 200));
  return { ok: false, code, message: `${quotedPath} ${REFUSALS[code]}${detail === undefined ? '' : `: ${detail}`}.` };
}

const MAX_PATH_BYTES = 1024;
const MAX_NAME_BYTES = 255;

const UNSEEN = /[\p{Cc}\p{Cs}\p{Cf}\u2028\u2029\ufffd]/u;

const REPOSITORY = /^(?:\.git|git~1)$/i;

/**
 * Why `path` cannot name a file inside a folder; undefined when it can. Purely lexical: nothing is looked up. Refused
 * are `..`, absolute paths, backslashes, drives and streams, NUL and other unseen characters, names that another system
 * would read as a different one (trailing dots or spaces, not NFC, fullwidth dots and slashes), and `.git`.
 */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'the path is empty';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `the path is longer than ${MAX_PATH_BYTES} bytes`;
  if (UNSEEN.test(path)) return 'the path has a control character or one that cannot be seen';
  if (path !== path.normalize('NFC')) return 'the path is not in the Unicode form NFC';
  // Fullwidth dots and slashes become plain ones where a system folds names for compatibility.
  return lexicalProblem(path) ?? lexicalProblem(path.normalize('NFKC'));
}

function lexicalProblem(path: string): string | undefined {
  if (path.includes('\\')) return 'the path has a backslash';
  if (path.startsWith('/')) return 'the path is absolute';
  if (path.startsWith('~')) return 'the path begins with "~"';
  if (path.includes(':')) return 'the path has a colon, which names a drive or a stream on some systems';
  for (const name of path.split('/')) {
    const problem = nameProblem(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'the path has an empty part';
  if (name === '.' || name === '..') return `the path has "${name}" in it`;
  if (name.endsWith('.') || name.endsWith(' ')) return 'a part of the path ends with a dot or a space';
  if (name.startsWith(' ')) return 'a part of the path begins with a space';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `a part of the path is longer than ${MAX_NAME_BYTES} bytes`;
  if (REPOSITORY.test(name)) return 'the path leads into a repository’s own records';
  return undefined;
}

export function isRepository(name: string): boolean {
  return REPOSITORY.test(name);
}
