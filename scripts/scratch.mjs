/** Where the suites keep their data folders while they run. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const PREFIX = 'coda-suites-';
/** What the suites need at once is some 100 MB; the rest is left to others. */
const ENOUGH_BYTES = 2 * 1024 ** 3;

/**
 * A folder of this process for temporary files, and how to remove it. It is in memory where there is enough: the suites
 * copy a few hundred clusters of 500 files each, and making and removing files is a quarter of their time on a disk.
 * Whoever sets `TMPDIR` to another place decides for themselves.
 */
export function scratchFolder() {
  if ((process.env.TMPDIR ?? '/tmp') !== '/tmp' || !isMemory(MEMORY)) return { path: tmpdir(), remove: () => {} };
  for (const name of readdirSync(MEMORY)) {
    // A run that was killed could not clear up after itself.
    if (name.startsWith(PREFIX) && !existsSync(`/proc/${name.slice(PREFIX.length)}`)) remove(join(MEMORY, name));
  }
  const path = join(MEMORY, `${PREFIX}${process.pid}`);
  mkdirSync(path);
  return { path, remove: () => remove(path) };
}

// A run that was stopped may have programs that still write there.
const remove = (/** @type {string} */ path) => rmSync(path, { recursive: true, force: true, maxRetries: 10 });

/**
 * Whether `path` is a file system in memory with room, from which programs may be run.
 *
 * @param {string} path
 */
function isMemory(path) {
  if (!existsSync('/proc/mounts')) return false;
  const mounted = readFileSync('/proc/mounts', 'utf8').split('\n');
  const options = mounted.map((line) => line.split(' ')).find(([, at, type]) => at === path && type === 'tmpfs')?.[3];
  if (!options?.startsWith('rw') || options.split(',').includes('noexec')) return false;
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize >= ENOUGH_BYTES;
}
