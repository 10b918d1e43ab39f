/** Archives as a list of entries that are unpacked as streams, within the file's budget. No name of an entry is ever a path. */
import { createInflateRaw } from 'node:zlib';
import { decodeNames } from './encoding.js';
import { Unreadable } from './limits.js';

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const LOCATOR_LENGTH = 20;
const LONGEST_COMMENT = 0xffff;
const ENCRYPTED = 1;
const UTF8 = 0x800;
const STORED = 0;
const DEFLATED = 8;
const FED = 64 * 1024;
/** Extra fields of an entry: sizes of more than 32 bits, and the name in UTF-8. */
const SIZES64 = 0x0001;
const UNICODE_NAME = 0x7075;
const FULL = 0xffffffff;

/** The entries of a zip, by name; the first of two with one name. An entry that is broken costs itself alone. Throws `Unreadable`. */
export function openZip(bytes, budget) {
  const { count, from } = directoryOf(bytes);
  budget.countEntries(count);
  const found = [];
  let at = from;
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== ENTRY) throw new Unreadable('broken', 'directory');
    const entry = entryAt(bytes, at);
    at += entry.length;
    found.push(entry);
  }
  nameEntries(found);
  // Overlapping entries would unpack the same bytes again and again.
  const ranges = found.flatMap(({ range }) => (range ? [range] : [])).sort(([a], [b]) => a - b);
  for (let n = 1; n < ranges.length; n++) if (ranges[n][0] < ranges[n - 1][1]) throw new Unreadable('bomb', 'overlap');
  const entries = new Map();
  for (const entry of found) if (!entries.has(entry.name)) entries.set(entry.name, entry);
  return new Zip(bytes, entries, budget);
}

/** Number of entries, and where their list begins. */
function directoryOf(bytes) {
  const end = findEnd(bytes);
  const small = {
    count: bytes.readUInt16LE(end + 10),
    size: bytes.readUInt32LE(end + 12),
    from: bytes.readUInt32LE(end + 16),
  };
  const locator = end - LOCATOR_LENGTH;
  if (locator >= 0 && bytes.readUInt32LE(locator) === LOCATOR64) {
    const at = number64(bytes, locator + 8);
    if (at + 56 <= bytes.length && bytes.readUInt32LE(at) === END64)
      return { count: number64(bytes, at + 32), from: number64(bytes, at + 48) };
  }
  if (small.count === 0xffff || small.from === FULL) throw new Unreadable('broken', 'zip64');
  const isThere = small.from + 4 <= bytes.length && bytes.readUInt32LE(small.from) === ENTRY;
  // Bytes before an archive, of a program that unpacks itself, are counted by some and not by others.
  return { count: small.count, from: isThere ? small.from : Math.max(0, end - small.size) };
}

function number64(bytes, at) {
  const number = Number(bytes.readBigUInt64LE(at));
  if (!Number.isSafeInteger(number)) throw new Unreadable('broken', 'zip64');
  return number;
}

function findEnd(bytes) {
  const first = Math.max(0, bytes.length - END_LENGTH - LONGEST_COMMENT);
  for (let at = bytes.length - END_LENGTH; at >= first; at--) if (bytes.readUInt32LE(at) === END) return at;
  throw new Unreadable('broken', 'cut');
}

/** Names that are not said to be in UTF-8 are written by one machine: its letters are found from all of them. */
function nameEntries(entries) {
  const open = entries.filter(({ name }) => name === undefined);
  const names = decodeNames(open.map(({ rawName }) => rawName));
  for (const [at, entry] of open.entries()) entry.name = names[at];
  // Some programs of Windows write the names with its own separator.
  for (const entry of entries) entry.name = entry.name.replaceAll('\\', '/');
}

function entryAt(bytes, at) {
  const flags = bytes.readUInt16LE(at + 8);
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
  const rawName = bytes.subarray(at + 46, at + 46 + nameLength);
  const extras = extrasIn(bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength));
  const { size, packed, local } = sizesOf(bytes, at, extras.get(SIZES64));
  const ofUnicode = extras.get(UNICODE_NAME)?.subarray(5).toString('utf8');
  return {
    name: (flags & UTF8) !== 0 ? rawName.toString('utf8') : ofUnicode,
    rawName,
    isEncrypted: (flags & ENCRYPTED) !== 0,
    method: bytes.readUInt16LE(at + 10),
    packed,
    size,
    ...contentOf(bytes, local, packed),
    length: 46 + nameLength + extraLength + commentLength,
  };
}

function extrasIn(bytes) {
  const extras = new Map();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at + 2);
    extras.set(bytes.readUInt16LE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return extras;
}

/** Those that do not fit in 32 bits stand in the extra field, in this order. */
function sizesOf(bytes, at, extra) {
  let used = 0;
  const read = (offset) => {
    const number = bytes.readUInt32LE(at + offset);
    if (number !== FULL || !extra || used + 8 > extra.length) return number;
    used += 8;
    return number64(extra, used - 8);
  };
  const size = read(24);
  const packed = read(20);
  return { size, packed, local: read(42) };
}

/** The place of an entry's bytes; nothing for one whose own head is not there, or which is cut. */
function contentOf(bytes, local, packed) {
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL) return {};
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  return from + packed > bytes.length ? {} : { from, range: [local, from + packed] };
}

class Zip {
  constructor(bytes, entries, budget) {
    this.bytes = bytes;
    this.entries = entries;
    this.budget = budget;
  }

  has(name) {
    return this.find(name) !== undefined;
  }

  /** Parts of packages are named without regard to capitals (OPC, 6.2.2.3); exactly so where there are both. */
  find(name) {
    const own = this.entries.get(name);
    if (own || name === '') return own;
    this.folded ??= new Map([...this.entries].map(([key, entry]) => [key.toLowerCase(), entry]));
    return this.folded.get(name.toLowerCase());
  }

  names() {
    return [...this.entries.keys()];
  }

  /** The chunks of an entry; none where there is no such entry. */
  async *chunks(name) {
    const entry = this.find(name);
    if (!entry) return;
    if (entry.isEncrypted) throw new Unreadable('encrypted');
    if (entry.from === undefined) throw new Unreadable('broken', 'entry');
    const packed = this.bytes.subarray(entry.from, entry.from + entry.packed);
    if (entry.method === STORED) {
      this.budget.countBytes(packed.length, packed.length, packed.length);
      yield packed;
    } else if (entry.method === DEFLATED) {
      yield* this.inflate(packed);
    } else throw new Unreadable('method');
  }

  async *inflate(packed) {
    let size = 0;
    const inflating = createInflateRaw({ chunkSize: FED });
    inflating.end(packed);
    try {
      for await (const chunk of inflating) {
        size += chunk.length;
        this.budget.countBytes(chunk.length, size, packed.length);
        yield chunk;
      }
    } catch (error) {
      throw error instanceof Unreadable ? error : new Unreadable('broken', 'packed');
    } finally {
      inflating.destroy();
    }
  }

  async bytesOf(name) {
    const chunks = [];
    for await (const chunk of this.chunks(name)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}
