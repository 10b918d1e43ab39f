/** Reading a `SKILL.md`: a bounded head of it at a scan, all of it when the skill is activated. Never a device, never a link. */

import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type Stats } from 'node:fs';
import { messageOf, systemCode } from '../../base/errors.ts';
import { closingRemedy, fileSystemOf, isWorldWritable } from '../../base/folders/folder.ts';
import { decodeText, plural } from '../../base/text.ts';
import type { AgentSkill } from '../skill.ts';
import { type DividedFile, divide, hasText, splitFrontmatter, withoutCodeFence } from './head.ts';

export interface Stamp {
  readonly inode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

export function stampOf({ ino, size, mtimeMs, ctimeMs }: Stats): Stamp {
  return { inode: ino, size, mtimeMs, ctimeMs };
}

export function isSameStamp(a: Stamp, b: Stats): boolean {
  return a.inode === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}

export interface Refusal {
  readonly code: 'not_a_file' | 'world_writable' | 'too_large' | 'unreadable' | 'gone' | 'outside';
  readonly message: string;
}

export interface Head extends DividedFile {
  readonly bytes: Buffer;
  readonly stamp: Stamp;
  readonly hasBody: boolean;
  /** Bytes of the whole file as it is read: of UTF-16, after it was turned into UTF-8. */
  readonly size: number;
  readonly isUtf16: boolean;
}

// Without O_NONBLOCK opening a FIFO waits until somebody writes to it.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
export function openToAll(path: string): Refusal {
  const quotedPath = /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  return {
    code: 'world_writable',
    message: `Everybody on this machine may write to ${quotedPath}; ${closingRemedy(quotedPath, fileSystemOf(path))}`,
  };
}

export function refusalOf(stats: Stats, file: string): Refusal | undefined {
  if (!stats.isFile()) return { code: 'not_a_file', message: `It is ${kindOf(stats)}, not a file.` };
  if (isWorldWritable(stats)) return openToAll(file);
  if (stats.size > MAX_FILE_BYTES) {
    return { code: 'too_large', message: `It has ${plural(stats.size, 'byte')}; at most ${MAX_FILE_BYTES} are read.` };
  }
  return undefined;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a FIFO';
  return stats.isSocket() ? 'a socket' : 'a device';
}

function withFile<T>(file: string, flags: number, use: (descriptor: number, stats: Stats) => T): T | Refusal {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, flags);
    const stats = fstatSync(descriptor);
    return refusalOf(stats, file) ?? use(descriptor, stats);
  } catch (error) {
    return refusedBy(error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * The first bytes of `file`: as many as the frontmatter needs, at most `HEAD_BYTES`. Synchronous, because it is called
 * for thousands of small files in batches, and each waiting of its own would take longer than the reading. What is
 * returned may lie in `scratch` (of `FIRST_BYTES`), and then lasts until the next call with it.
 */
export function readHead(file: string, scratch: Buffer = Buffer.allocUnsafe(FIRST_BYTES)): Head | Refusal {
  return withFile(file, FLAGS, (descriptor, stats) => ({
    stamp: stampOf(stats),
    ...headOf(descriptor, stats.size, scratch),
  }));
}

export function readWhole(file: string): Buffer | Refusal {
  return withFile(file, FLAGS & ~constants.O_NOFOLLOW, (descriptor) => readFileSync(descriptor));
}

export function refusedBy(error: unknown): Refusal {
  const code = systemCode(error);
  if (code === undefined) throw error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { code: 'gone', message: 'It is not there any more.' };
  if (code === 'ELOOP') return { code: 'not_a_file', message: 'It is a symbolic link, not a file.' };
  if (code === 'EACCES' || code === 'EPERM') return { code: 'unreadable', message: 'This user may not read it.' };
  return { code: 'unreadable', message: `It cannot be read (${messageOf(error)}).` };
}

function headOf(descriptor: number, size: number, scratch: Buffer): Omit<Head, 'stamp'> {
  let bytes = readUpTo(descriptor, scratch.subarray(0, Math.min(size, FIRST_BYTES)), 0);
  if (isUtf16(bytes)) {
    const text = asUtf8(readUpTo(descriptor, Buffer.allocUnsafe(size), 0));
    const divided = divide(text);
    return { ...divided, bytes: text, hasBody: divided.parts.hasBody, size: text.length, isUtf16: true };
  }
  const first = splitFrontmatter(bytes);
  const isEnough = bytes.length >= size || (!first.unclosed && first.hasBody);
  if (!isEnough) {
    bytes = Buffer.concat([
      bytes,
      readUpTo(descriptor, Buffer.allocUnsafe(Math.min(size, HEAD_BYTES) - bytes.length), bytes.length),
    ]);
  }
  const divided = divide(bytes);
  const hasBody = divided.parts.hasBody || hasTextFrom(descriptor, bytes.length, size);
  return { ...divided, bytes, hasBody, size, isUtf16: false };
}

/** A text file as editors of Windows may save it: it says so with its mark. */
const isUtf16 = (bytes: Buffer): boolean => /^(?:fffe|feff)$/.test(bytes.subarray(0, 2).toString('hex'));

const asUtf8 = (bytes: Buffer): Buffer => (isUtf16(bytes) ? Buffer.from(decodeText(bytes)) : bytes);

function hasTextFrom(descriptor: number, from: number, size: number): boolean {
  for (let at = from; at < size; at += HEAD_BYTES) {
    if (hasText(readUpTo(descriptor, Buffer.allocUnsafe(Math.min(HEAD_BYTES, size - at)), at))) return true;
  }
  return false;
}

function readUpTo(descriptor: number, buffer: Buffer, position: number): Buffer {
  let read = 0;
  while (read < buffer.length) {
    const count = readSync(descriptor, buffer, read, buffer.length - read, position + read);
    if (count === 0) break;
    read += count;
  }
  return buffer.subarray(0, read);
}

/**
 * The instructions of `skill`, unshortened, as they stand in its file now, without the empty lines around them. What
 * cannot be read any more is a refusal.
 */
export function readBody(skill: AgentSkill): string | Refusal {
  if ('text' in skill.body) return skill.body.text.trim();
  if (skill.file === undefined) return { code: 'gone', message: 'It has no file.' };
  return withFile(skill.file, FLAGS, (descriptor) => bodyIn(readFileSync(descriptor)).trim());
}

/** The instructions in a whole file. It may have changed since the scan, so that its fences are looked for again. */
export function bodyIn(file: Buffer): string {
  const whole = asUtf8(file);
  const { parts } = divide(whole.subarray(0, HEAD_BYTES));
  return withoutCodeFence(whole.toString('utf8', parts.bodyOffset), parts);
}

/**
 * Bytes of a file that a scan reads: the frontmatter and, where a description is missing, the first paragraph lie in
 * it.
 */
const HEAD_BYTES = 65_536;
/** Bytes of the first read; nearly every frontmatter ends before it. */
export const FIRST_BYTES = 4_096;
/** A larger `SKILL.md` is refused: the largest body among thousands of public skills has 293 kB. */
const MAX_FILE_BYTES = 4_000_000;
