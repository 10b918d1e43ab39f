import { statfsSync, statSync } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CodaError, messageOf, systemCode } from '../base/errors.ts';

/** Makes `path` and what is missing above it, for this user alone. Node's own recursion never ends below `/proc`. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeOne(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    // Another process may be making those above it at this moment.
    await makeFolder(dirname(path));
    await makeOne(path);
  }
}

async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' });
  }
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Facts of a file system, as `statfs` gives them. */
interface DiskRoom {
  bavail: number;
  bsize: number;
  ffree: number;
  files: number;
}

/** With so much free space a disk that takes no file has run out of something else. Bytes. */
const SOME_ROOM = 1_000_000;

/** The lack of a disk that has refused a file: the system says the same of space and of inodes. Pure. */
export function lackOf({ bavail, bsize, ffree, files }: DiskRoom): string {
  const hasInodes = files === 0 || ffree > 0;
  return hasInodes || bavail * bsize < SOME_ROOM
    ? 'the disk is full'
    : 'no inode is free on its disk, so no file can be made';
}

/** The same of the disk of `folder`. */
export function lackIn(folder: string): string {
  try {
    return lackOf(statfsSync(folder));
  } catch {
    return 'the disk is full';
  }
}

/** A sentence for a folder that belongs to somebody else; nothing where it does not, or cannot be looked at. */
function foreignOwner(folder: string): string {
  const user = process.getuid?.();
  try {
    const { uid } = statSync(folder);
    const isForeign = user !== undefined && uid !== user;
    return isForeign ? ` The folder belongs to user ${uid}, and coda runs as user ${user}.` : '';
  } catch {
    return '';
  }
}

/** Runs `work` in `folder`; the system's errors become `DISK_FULL` or `DATA_UNWRITABLE`. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A fault of the database has a code, too.
    if (error instanceof CodaError || !/^E[A-Z]/.test(systemCode(error) ?? '')) throw error;
    if (systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT') {
      throw new CodaError('DISK_FULL', {
        message: `${folder} cannot be written to: ${lackIn(folder)}.`,
        remedy:
          'Free some space, or delete very many small files, and try again. Everything that was confirmed is kept.',
        cause: error,
      });
    }
    throw new CodaError('DATA_UNWRITABLE', {
      message: `The folder ${folder} cannot be used: ${messageOf(error)}.${foreignOwner(folder)}`,
      remedy: 'Make it a folder that this user owns and can write to, or choose another one with --data.',
      cause: error,
    });
  }
}
