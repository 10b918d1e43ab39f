/**
 * A ZIP archive as a view that is checked before a byte of it is written. Whatever two readers could understand in two
 * ways is refused, so that what was checked is what is installed. APPNOTE.TXT 6.3.10 is the format.
 */

import { promisify } from 'node:util';
import { constants, crc32, type InputType, inflateRaw, type ZlibOptions } from 'node:zlib';
import { CodaError, messageOf } from '../../base/errors.ts';

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;

const STORED = 0;
const DEFLATED = 8;
/** Flags that are understood: deflate's effort (bits 1, 2), sizes after the data (3), names in UTF-8 (11). */
const KNOWN_FLAGS = 0b0000_1000_0000_1110;
const ENCRYPTED = 0b0010_0000_0100_0001;
const SIZES_FOLLOW = 0b1000;

const EXTRA_ZIP64 = 0x0001;
const EXTRA_UNICODE_PATH = 0x7075;

const MADE_ON_UNIX = 3;
const MODE_TYPE = 0o170000;
const MODE_FOLDER = 0o040000;
const MODE_FILE = 0o100000;
const MODE_LINK = 0o120000;

export interface ZipEntry {
  /** As it stands in the archive; a folder's ends with `/`. */
  path: string;
  isFolder: boolean;
  executable: boolean;
  bytes: number;
  packedBytes: number;
  /** Unpacks it. Throws a `SKILL_BUNDLE_REFUSED` when that is not exactly what the archive promised. */
  content(): Promise<Buffer>;
}

interface Header {
  name: Buffer;
  flags: number;
  method: number;
  crc: number;
  packedBytes: number;
  bytes: number;
  extra: Buffer;
}

/**
 * The entries of an archive, in its own order. Throws `SKILL_BUNDLE_REFUSED` with the reason when it is truncated,
 * encrypted, ZIP64 or in several parts, when it contradicts itself (entries that overlap, two headers of one entry that
 * differ, a second end), and when it holds links or devices. Nothing is unpacked.
 */
export function readZip(archive: Buffer): ZipEntry[] {
  const end = findEnd(archive);
  const count = archive.readUInt16LE(end + 10);
  const size = archive.readUInt32LE(end + 12);
  const start = archive.readUInt32LE(end + 16);
  if (archive.readUInt16LE(end + 8) !== count || archive.readUInt32LE(end + 4) !== 0) {
    throw refuseBundle('is one part of several, or its directory contradicts itself');
  }
  if (start + size !== end) throw refuseBundle('has a directory that does not end where it says');
  const entries: ZipEntry[] = [];
  const spans: { from: number; to: number; path: string }[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    const { entry, span, next } = readEntry(archive, at, end);
    entries.push(entry);
    spans.push({ ...span, path: entry.path });
    at = next;
  }
  if (at !== end) throw refuseBundle('has a directory with more in it than it counts');
  checkSpans(spans, start);
  return entries;
}

/** The only end record whose comment reaches exactly to the end of the archive. */
function findEnd(archive: Buffer): number {
  const ends: number[] = [];
  const first = Math.max(0, archive.length - END_BYTES - MAX_COMMENT);
  for (let at = archive.length - END_BYTES; at >= first; at--) {
    if (archive.readUInt32LE(at) !== END_SIGNATURE) continue;
    if (at + END_BYTES + archive.readUInt16LE(at + 20) === archive.length) ends.push(at);
  }
  const [end] = ends;
  if (end === undefined) throw refuseBundle('is no ZIP archive, or is cut off');
  if (ends.length > 1) throw refuseBundle('has two ends');
  const locator = end - ZIP64_LOCATOR_BYTES;
  if (locator >= 0 && archive.readUInt32LE(locator) === ZIP64_LOCATOR_SIGNATURE) {
    throw refuseBundle('is in the ZIP64 form, which no skill is large enough to need');
  }
  return end;
}

function readEntry(archive: Buffer, at: number, end: number) {
  if (at + CENTRAL_BYTES > end || archive.readUInt32LE(at) !== CENTRAL_SIGNATURE) {
    throw refuseBundle('has a damaged directory');
  }
  const next = at + CENTRAL_BYTES + lengths(archive, at + 28) + archive.readUInt16LE(at + 32);
  if (next > end) throw refuseBundle('has a damaged directory');
  const header = readHeader(archive, at + 8, at + 28, at + CENTRAL_BYTES);
  const path = nameOf(header);
  const { isFolder, executable } = kindOf(archive, at, path);
  checkHeader(header, path, isFolder);
  const local = archive.readUInt32LE(at + 42);
  const data = dataStart(archive, local, header, path);
  const { bytes, packedBytes } = header;
  const content = () => unpack(archive.subarray(data, data + packedBytes), header, path);
  const entry: ZipEntry = { path, isFolder, executable, bytes, packedBytes, content };
  return { entry, next, span: { from: local, to: data + packedBytes } };
}

function lengths(archive: Buffer, at: number): number {
  return archive.readUInt16LE(at) + archive.readUInt16LE(at + 2);
}

/** Reads the common fields from `at`, the lengths at `sizes`, name and extra from `text`. */
function readHeader(archive: Buffer, at: number, sizes: number, text: number): Header {
  const extraAt = text + archive.readUInt16LE(sizes);
  return {
    flags: archive.readUInt16LE(at),
    method: archive.readUInt16LE(at + 2),
    crc: archive.readUInt32LE(at + 8),
    packedBytes: archive.readUInt32LE(at + 12),
    bytes: archive.readUInt32LE(at + 16),
    name: archive.subarray(text, extraAt),
    extra: archive.subarray(extraAt, extraAt + archive.readUInt16LE(sizes + 2)),
  };
}

/** Many tools write UTF-8 without saying so; whatever is not UTF-8 would be a guess. */
function nameOf({ name, extra }: Header): string {
  let path: string;
  try {
    path = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    throw refuseBundle('has a name that is not UTF-8');
  }
  for (const { id, data } of extraFields(extra)) {
    if (id === EXTRA_ZIP64) throw refuseBundle(`has an entry in the ZIP64 form`, path);
    if (id === EXTRA_UNICODE_PATH && !data.subarray(5).equals(name))
      throw refuseBundle('has an entry with two names', path);
  }
  return path;
}

function* extraFields(extra: Buffer): Generator<{ id: number; data: Buffer }> {
  for (let at = 0; at + 4 <= extra.length; ) {
    const to = at + 4 + extra.readUInt16LE(at + 2);
    yield { id: extra.readUInt16LE(at), data: extra.subarray(at + 4, to) };
    at = to;
  }
}

function kindOf(archive: Buffer, at: number, path: string): { isFolder: boolean; executable: boolean } {
  const isFolder = path.endsWith('/');
  if (archive.readUInt8(at + 5) !== MADE_ON_UNIX) return { isFolder, executable: false };
  const mode = archive.readUInt16LE(at + 40);
  const type = mode & MODE_TYPE;
  if (type === MODE_LINK) throw refuseBundle('has a symbolic link', path);
  if (type !== 0 && type !== (isFolder ? MODE_FOLDER : MODE_FILE)) {
    throw refuseBundle('has an entry that is neither a file nor a folder', path);
  }
  return { isFolder, executable: !isFolder && (mode & 0o100) !== 0 };
}

function checkHeader({ flags, method, bytes, packedBytes }: Header, path: string, isFolder: boolean): void {
  if ((flags & ENCRYPTED) !== 0) throw refuseBundle('is encrypted', path);
  if ((flags & ~KNOWN_FLAGS) !== 0) throw refuseBundle('uses a feature of ZIP that a skill does not need', path);
  if (method !== STORED && method !== DEFLATED) throw refuseBundle('is compressed in an unknown way', path);
  if (method === STORED && bytes !== packedBytes) throw refuseBundle('has an entry with two sizes', path);
  if (isFolder && bytes !== 0) throw refuseBundle('has a folder with content', path);
}

/** Start of the entry's data. Its local header must say the same as the directory. */
function dataStart(archive: Buffer, at: number, header: Header, path: string): number {
  if (at + LOCAL_BYTES > archive.length || archive.readUInt32LE(at) !== LOCAL_SIGNATURE) {
    throw refuseBundle('has an entry that is not where its directory says', path);
  }
  const data = at + LOCAL_BYTES + lengths(archive, at + 26);
  if (data + header.packedBytes > archive.length) throw refuseBundle('is cut off', path);
  const local = readHeader(archive, at + 6, at + 26, at + LOCAL_BYTES);
  nameOf(local);
  const same = local.name.equals(header.name) && local.flags === header.flags && local.method === header.method;
  if (!same || !sameSizes(local, header)) throw refuseBundle('has an entry that contradicts its directory', path);
  return data;
}

/** Streaming writers leave zeros in the local header and write the sizes after the data. */
function sameSizes(local: Header, header: Header): boolean {
  const followed = (local.flags & SIZES_FOLLOW) !== 0;
  return (['crc', 'packedBytes', 'bytes'] as const).every(
    (field) => local[field] === header[field] || (followed && local[field] === 0),
  );
}

/** The entries follow each other from the very beginning: nothing is shared (which is how small archives unpack to petabytes). */
function checkSpans(spans: { from: number; to: number; path: string }[], directory: number): void {
  let free = 0;
  for (const { from, to, path } of spans.sort((a, b) => a.from - b.from)) {
    if (from < free) throw refuseBundle('has entries that overlap', path);
    if (free === 0 && from !== 0) throw refuseBundle('does not begin with its first entry');
    free = to;
  }
  if (free > directory) throw refuseBundle('has entries that overlap its directory');
}

const inflate = promisify<InputType, ZlibOptions, unknown>(inflateRaw);

/** Unpacks at most the size that the header declares, then compares size and checksum. */
async function unpack(packed: Buffer, { method, bytes, crc }: Header, path: string): Promise<Buffer> {
  const content = method === STORED ? packed : await inflateEntry(packed, bytes, path);
  if (content.length !== bytes) throw refuseBundle('has an entry with another size than it says', path);
  if (crc32(content) !== crc) throw refuseBundle('is damaged: a checksum is wrong', path);
  return content;
}

async function inflateEntry(packed: Buffer, bytes: number, path: string): Promise<Buffer> {
  try {
    const options = { maxOutputLength: Math.max(1, bytes), finishFlush: constants.Z_FINISH, info: true };
    const { buffer, engine } = (await inflate(packed, options)) as { buffer: Buffer; engine: { bytesWritten: number } };
    if (engine.bytesWritten === packed.length) return buffer;
  } catch (error) {
    throw refuseBundle(`cannot be unpacked (${messageOf(error)})`, path);
  }
  throw refuseBundle('has bytes after the end of an entry', path);
}

/** The error of a bundle that is not installed. `what` continues "The bundle …"; `path` is the entry it is about. */
export function refuseBundle(what: string, path?: string): CodaError {
  const where = path === undefined ? '' : `: ${JSON.stringify(path.slice(0, 200))}`;
  return new CodaError('SKILL_BUNDLE_REFUSED', {
    message: `The bundle ${what}${where}.`,
    remedy: 'Nothing was installed. Ask whoever made it for another one, or install the skill from its folder.',
  });
}
