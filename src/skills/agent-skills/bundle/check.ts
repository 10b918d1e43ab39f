/** Which archives can be a skill: names, number and size of what would be written. */

import { pathProblem } from '../files/index.ts';
import { refuseBundle } from './refusal.ts';
import type { ZipEntry } from './zip.ts';

export interface BundleLimits {
  /** Of the archive. */
  archiveBytes: number;
  /** Of everything in it, unpacked. */
  bytes: number;
  entries: number;
  depth: number;
  /** Unpacked to packed, where more than a megabyte is unpacked. */
  ratio: number;
}

const MIB = 1024 * 1024;

/** Text compresses to a tenth, a table of zeros to a thousandth. */
export const BUNDLE_LIMITS: BundleLimits = {
  archiveBytes: 32 * MIB,
  bytes: 64 * MIB,
  entries: 2_000,
  depth: 12,
  ratio: 200,
};

const RATIO_FROM_BYTES = MIB;

/** Names that are devices on Windows, whatever follows the dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** What a Mac adds to every archive, and no skill has. */
const MAC_EXTRAS = /^__MACOSX\/|(?:^|\/)\.DS_Store$|(?:^|\/)\._[^/]*$/;

/**
 * The files to be written, their paths from the skill's folder on, and that folder's name if the archive has one.
 * Throws `SKILL_BUNDLE_REFUSED`: a name that leads out or means another file on another system, names that fall
 * together where case does not count, a file that is a folder too, or more than `limits` allows by the headers (what
 * really comes out is counted when it is unpacked).
 */
export function checkEntries(
  entries: ZipEntry[],
  limits: BundleLimits,
): { files: ZipEntry[]; folder: string | undefined } {
  if (entries.length > limits.entries) throw refuseBundle(`has more than ${limits.entries} entries`);
  checkSizes(entries, limits);
  const tree = new Tree();
  for (const { path, isFolder } of entries) {
    const name = isFolder ? path.slice(0, -1) : path;
    const problem = pathProblem(name);
    if (problem !== undefined) throw refuseBundle(`has a name that is not safe (${problem})`, path);
    const parts = name.split('/');
    if (parts.length - 1 > limits.depth) throw refuseBundle(`has folders more than ${limits.depth} deep`, path);
    if (parts.some((part) => DEVICE.test(part))) throw refuseBundle('has a name that is a device on Windows', path);
    tree.add(parts, isFolder);
  }
  const files = entries.filter(({ path, isFolder }) => !isFolder && !MAC_EXTRAS.test(path));
  const folder = folderOf(files);
  if (folder === undefined) return { files, folder };
  return { files: files.map((file) => ({ ...file, path: file.path.slice(folder.length + 1) })), folder };
}

function checkSizes(entries: readonly ZipEntry[], limits: BundleLimits): void {
  let bytes = 0;
  let packedBytes = 0;
  for (const entry of entries) {
    bytes += entry.bytes;
    packedBytes += entry.packedBytes;
  }
  if (bytes > limits.bytes) throw refuseBundle(`unpacks to more than ${limits.bytes} bytes`);
  if (bytes > RATIO_FROM_BYTES && bytes > packedBytes * limits.ratio) {
    throw refuseBundle(`unpacks to more than ${limits.ratio} times its size`);
  }
}

/** Every name so far, as a system sees it for which case does not count. */
class Tree {
  private readonly seen = new Map<string, { exact: string; isFolder: boolean; listed: boolean }>();

  add(parts: readonly string[], isFolder: boolean): void {
    for (let depth = 1; depth < parts.length; depth++) this.note(parts.slice(0, depth).join('/'), true, false);
    this.note(parts.join('/'), isFolder, true);
  }

  private note(exact: string, isFolder: boolean, listed: boolean): void {
    const key = exact.normalize('NFKC').toLowerCase();
    const other = this.seen.get(key);
    if (!other) {
      this.seen.set(key, { exact, isFolder, listed });
      return;
    }
    if (other.exact !== exact) throw refuseBundle('has two names that differ only in case', exact);
    if (other.isFolder !== isFolder) throw refuseBundle('has a file and a folder of one name', exact);
    if (listed && other.listed) throw refuseBundle('has one name twice', exact);
    other.listed ||= listed;
  }
}

/** The one folder that everything lies in; undefined when SKILL.md lies at the top. */
function folderOf(files: readonly ZipEntry[]): string | undefined {
  const isSkill = (path: string) => path.toLowerCase() === 'skill.md';
  if (files.some(({ path }) => isSkill(path))) return undefined;
  const folders = new Set(files.map(({ path }) => path.slice(0, Math.max(0, path.indexOf('/')))));
  const [folder = ''] = folders;
  const inFolder = files.some(({ path }) => isSkill(path.slice(folder.length + 1)));
  if (folders.size === 1 && folder !== '' && inFolder) return folder;
  throw refuseBundle('has no SKILL.md, neither at its top nor in one folder that holds everything');
}
