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

/** Runs `work` in `folder`; the system's errors become `DISK_FULL` or `DATA_UNWRITABLE`. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A fault of the database has a code, too.
    if (error instanceof CodaError || !/^E[A-Z]/.test(systemCode(error) ?? '')) throw error;
    if (systemCode(error) === 'ENOSPC' || systemCode(error) === 'EDQUOT') {
      throw new CodaError('DISK_FULL', {
        message: `${folder} cannot be written to: the disk is full.`,
        remedy: 'Free some space and try again. Everything that was confirmed is kept.',
        cause: error,
      });
    }
    throw new CodaError('DATA_UNWRITABLE', {
      message: `The folder ${folder} cannot be used: ${messageOf(error)}.`,
      remedy: 'Make it a folder that this user owns and can write to, or choose another one with --data.',
      cause: error,
    });
  }
}
