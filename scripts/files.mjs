/** The files of the package, for the scripts: Node's own modules do, since nothing may be installed yet. */

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const sha256 = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');

/**
 * The files below `folder`, relative to the package's root; none when there is no such folder.
 *
 * @param {string} folder
 */
export function listFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/**
 * Changes when one of the files is another one, or was written anew.
 *
 * @param {string[]} files
 */
export function fingerprint(files) {
  const lines = files.map((file) => {
    const { size, mtimeMs } = statSync(join(root, file));
    return `${file} ${size} ${mtimeMs}`;
  });
  return sha256(lines.join('\n'));
}
