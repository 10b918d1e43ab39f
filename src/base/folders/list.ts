import type { Stats } from 'node:fs';
import { lstat, opendir, readlink } from 'node:fs/promises';
import { posix } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { deadline } from '../async.ts';
import { plural } from '../text.ts';
import {
  type Folder,
  isRepository,
  isWorldWritable,
  openFolder,
  openRegular,
  pathProblem,
  type Refusal,
  type RefusalCode,
  refuse,
  refuseFor,
} from './folder.ts';
import { insideTarget, isRunnable } from './read.ts';

export interface FolderLimits {
  entries: number;
  depth: number;
  bytes: number;
  ms: number;
}

/** Measured: of 3,455 public skills the largest has 97 files; what one unpacks or builds may have more. */
const FOLDER_LIMITS: FolderLimits = { entries: 10_000, depth: 12, bytes: 64 * 1024 * 1024, ms: 5_000 };

const GITIGNORE = '.gitignore';
const MAX_GITIGNORE_BYTES = 64 * 1024;
const MAX_RULES = 1_000;
const MAX_PATTERN = 256;
const MAX_WILDCARDS = 3;
/** Lines with `MAX_WILDCARDS`: some milliseconds each against the longest name. */
const MAX_COSTLY = 10;

export interface FileEntry {
  /** From the listed folder on, with `/`. */
  path: string;
  kind: 'file' | 'link';
  bytes: number;
  mode: number;
  executable: boolean;
  /** Target of a link: a path from the listed folder on. */
  target?: string;
}

export interface RefusedEntry {
  path: string;
  kind: 'file' | 'link' | 'folder' | 'pipe' | 'socket' | 'device' | 'other';
  code: RefusalCode;
  message: string;
  /** Target of a link, as it stands in the link. */
  target?: string;
}

export interface Listing {
  files: FileEntry[];
  /** Sorted by path; `.` is the folder itself. */
  refused: RefusedEntry[];
  cut?: { limit: keyof FolderLimits; message: string };
}

export interface ListOptions {
  limits?: Partial<FolderLimits>;
  gitignore?: boolean;
  signal?: AbortSignal;
}

/**
 * Every file below `root` but a repository's own records (`.git`). Links are listed, never followed; pipes, sockets and
 * devices are not opened; what anybody may write to is refused with what is in it. It ends at the first limit, in order
 * of the folders' own listing. Throws only when `signal` aborts.
 */
export async function listInside(root: string, options: ListOptions = {}): Promise<Listing> {
  const limits = { ...FOLDER_LIMITS, ...options.limits };
  using time = deadline(limits.ms, options.signal);
  const walk: Walk = {
    limits,
    gitignore: options.gitignore ?? false,
    listing: { files: [], refused: [] },
    entries: 0,
    bytes: 0,
    late: () => time.signal.aborted,
  };
  try {
    const folder = await openFolder(root, { follow: true });
    try {
      if (isWorldWritable(folder.stats)) noteRefused(walk, '.', 'folder', refuse('world_writable', root));
      else await listFolder(walk, folder, { path: '', depth: 0, ignored: [] });
    } finally {
      await folder.close();
    }
  } catch (error) {
    noteRefused(walk, '.', 'folder', refuseFor(error, root));
  }
  options.signal?.throwIfAborted();
  if (walk.entries > limits.entries)
    cut(walk, 'entries', `it has more than ${plural(limits.entries, 'file or folder', 'files and folders')}`);
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  walk.listing.files.sort(byPath);
  walk.listing.refused.sort(byPath);
  return walk.listing;
}

interface Walk {
  limits: FolderLimits;
  gitignore: boolean;
  listing: Listing;
  entries: number;
  bytes: number;
  late(): boolean;
}

interface Place {
  path: string;
  depth: number;
  ignored: readonly { below: string; rules: Ignore }[];
}

async function listFolder(walk: Walk, folder: Folder, place: Place): Promise<void> {
  const names = await namesOf(walk, folder, place);
  const here = names.includes(GITIGNORE) && walk.gitignore ? await rulesOf(folder, place) : place;
  for (const name of names) {
    if (walk.listing.cut) return;
    if (walk.late()) return cut(walk, 'ms', 'listing it took too long');
    const path = `${place.path}${name}`;
    try {
      await listEntry(walk, folder, name, { ...here, path });
    } catch (error) {
      noteRefused(walk, path, 'other', refuseFor(error, path));
    }
  }
}

async function namesOf(walk: Walk, folder: Folder, place: Place): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder.self, { bufferSize: 128 })) {
      if (isRepository(name)) continue;
      if (++walk.entries > walk.limits.entries) break;
      names.push(name);
    }
  } catch (error) {
    noteRefused(walk, place.path.slice(0, -1) || '.', 'folder', refuseFor(error, place.path));
  }
  return names.sort();
}

async function rulesOf(folder: Folder, place: Place): Promise<Place> {
  const file = await openRegular(folder, GITIGNORE, `${place.path}${GITIGNORE}`);
  if (!file.ok) return place;
  try {
    const buffer = Buffer.alloc(Math.min(file.stats.size, MAX_GITIGNORE_BYTES));
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, 0);
    const rules = rulesIn(buffer.toString('utf8', 0, bytesRead));
    return { ...place, ignored: [...place.ignored, { below: place.path, rules }] };
  } finally {
    await file.handle.close();
  }
}

async function listEntry(walk: Walk, folder: Folder, name: string, { path, depth, ignored }: Place): Promise<void> {
  const stats = await lstat(folder.at(name));
  const kind = kindOf(stats);
  if (isLeftOut(ignored, path, kind === 'folder')) return;
  if (kind === 'folder') return descend(walk, folder, name, stats, { path: `${path}/`, depth: depth + 1, ignored });
  const problem = pathProblem(path);
  if (problem !== undefined) return noteRefused(walk, path, kind, refuse('bad_path', path, problem));
  if (kind !== 'file' && kind !== 'link') return noteRefused(walk, path, kind, refuse('not_a_file', path));
  const entry = { path, kind, bytes: stats.size, mode: stats.mode & 0o777, executable: isRunnable(stats) };
  if (kind === 'link') {
    const link = await readlink(folder.at(name));
    const target = insideTarget(path, link);
    if (target === undefined) {
      walk.listing.refused.push({ ...refusedEntry(path, kind, refuse('outside', path)), target: link });
      return;
    }
    walk.listing.files.push({ ...entry, executable: false, target });
    return;
  }
  if (isWorldWritable(stats)) return noteRefused(walk, path, kind, refuse('world_writable', path));
  walk.bytes += stats.size;
  if (walk.bytes > walk.limits.bytes)
    return cut(walk, 'bytes', `its files have more than ${plural(walk.limits.bytes, 'byte')}`);
  walk.listing.files.push(entry);
}

async function descend(walk: Walk, parent: Folder, name: string, stats: Stats, place: Place): Promise<void> {
  const path = place.path.slice(0, -1);
  if (isWorldWritable(stats)) return noteRefused(walk, path, 'folder', refuse('world_writable', path));
  if (place.depth > walk.limits.depth) return noteRefused(walk, path, 'folder', refuse('too_deep', path));
  const folder = await openFolder(parent.at(name));
  try {
    await listFolder(walk, folder, place);
  } finally {
    await folder.close();
  }
}

function kindOf(stats: Stats): RefusedEntry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFIFO()) return 'pipe';
  if (stats.isSocket()) return 'socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'device' : 'other';
}

function isLeftOut(ignored: Place['ignored'], path: string, isFolder: boolean): boolean {
  for (const { below, rules } of [...ignored].reverse()) {
    const own = path.slice(below.length);
    const verdict = rules.test(isFolder ? `${own}/` : own);
    // The library answers for the folder above as well. That one is listed, so an inner file has decided otherwise.
    const isAbove = own.includes('/') && rules.test(`${posix.dirname(own)}/`).ignored;
    if ((verdict.ignored && !isAbove) || verdict.unignored) return verdict.ignored;
  }
  return false;
}

/**
 * The rules of one `.gitignore`. The library turns patterns into regular expressions, and these patterns come from
 * strangers: one with many wildcards takes minutes against one long name. Lines with more than real ones have are left out.
 */
function rulesIn(text: string): Ignore {
  let costly = 0;
  const lines = text.split(/\r?\n/).filter((line) => {
    const most = wildcardsIn(line);
    return line.length <= MAX_PATTERN && most <= MAX_WILDCARDS && (most < MAX_WILDCARDS || ++costly <= MAX_COSTLY);
  });
  return newRules(lines.slice(0, MAX_RULES).filter(compiles));
}

const newRules = (lines: readonly string[]): Ignore =>
  ignore({ ignorecase: false, allowRelativePaths: true }).add(lines);

function wildcardsIn(line: string): number {
  const names = line.split('/');
  const inNames = names.map((name) => (name === '**' ? 0 : (name.match(/\*+/g)?.length ?? 0)));
  return Math.max(names.filter((name) => name === '**').length, ...inNames);
}

function compiles(line: string): boolean {
  try {
    newRules([line]).test('name');
    return true;
  } catch {
    return false; // a class of characters that no regular expression can express
  }
}

function noteRefused({ listing }: Walk, path: string, kind: RefusedEntry['kind'], refusal: Refusal): void {
  listing.refused.push(refusedEntry(path, kind, refusal));
}

function refusedEntry(path: string, kind: RefusedEntry['kind'], { code, message }: Refusal): RefusedEntry {
  return { path, kind, code, message };
}

function cut({ listing }: Walk, limit: keyof FolderLimits, message: string): void {
  listing.cut ??= { limit, message };
}
