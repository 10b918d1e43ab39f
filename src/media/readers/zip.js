/** Archives as a list of entries that are unpacked as streams, within the file's budget. No name of an entry is ever a path. */
import { createInflateRaw } from 'node:zlib';
import { decodeBytes, decodeIn } from './encoding.js';
import { Unreadable } from './limits.js';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const ENCRYPTED = 1;
const UTF8 = 0x800;
const STORED = 0;
const DEFLATED = 8;
const FED = 64 * 1024;

/** The entries of a zip, by name; the first of two with one name. Throws `Unreadable`. */
export function openZip(bytes, budget) {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw new Unreadable('broken', 'zip64');
  budget.countEntries(count);
  const entries = new Map();
  const ranges = [];
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== ENTRY) throw new Unreadable('broken', 'directory');
    const entry = entryAt(bytes, at);
    at += 46 + entry.lengths;
    ranges.push(entry.range);
    if (!entries.has(entry.name)) entries.set(entry.name, entry);
  }
  // Overlapping entries would unpack the same bytes again and again.
  ranges.sort(([a], [b]) => a - b);
  for (let n = 1; n < ranges.length; n++) if (ranges[n][0] < ranges[n - 1][1]) throw new Unreadable('bomb', 'overlap');
  return new Zip(bytes, entries, budget);
}

function findEnd(bytes) {
  const first = Math.max(0, bytes.length - END_LENGTH - LONGEST_COMMENT);
  for (let at = bytes.length - END_LENGTH; at >= first; at--) if (bytes.readUInt32LE(at) === END) return at;
  throw new Unreadable('broken', 'cut');
}

/** Names that are not said to be in UTF-8 are so all the same, or in the letters of DOS. */
function nameOf(bytes, isUtf8) {
  if (isUtf8) return bytes.toString('utf8');
  const { text, isGuess } = decodeBytes(bytes);
  return isGuess ? decodeIn(bytes, 'cp437') : text;
}

function entryAt(bytes, at) {
  const flags = bytes.readUInt16LE(at + 8);
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
  const packed = bytes.readUInt32LE(at + 20);
  const local = bytes.readUInt32LE(at + 42);
  const name = nameOf(bytes.subarray(at + 46, at + 46 + nameLength), (flags & UTF8) !== 0);
  if (local + 30 > bytes.length || bytes.readUInt32LE(local) !== LOCAL) throw new Unreadable('broken', 'entry');
  const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (from + packed > bytes.length) throw new Unreadable('broken', 'cut');
  return {
    name,
    isEncrypted: (flags & ENCRYPTED) !== 0,
    method: bytes.readUInt16LE(at + 10),
    packed,
    from,
    size: bytes.readUInt32LE(at + 24),
    range: [local, from + packed],
    lengths: nameLength + extraLength + commentLength,
  };
}

class Zip {
  constructor(bytes, entries, budget) {
    this.bytes = bytes;
    this.entries = entries;
    this.budget = budget;
  }

  has(name) {
    return this.entries.has(name);
  }

  names() {
    return [...this.entries.keys()];
  }

  /** The chunks of an entry; none where there is no such entry. */
  async *chunks(name) {
    const entry = this.entries.get(name);
    if (!entry) return;
    if (entry.isEncrypted) throw new Unreadable('encrypted');
    const packed = this.bytes.subarray(entry.from, entry.from + entry.packed);
    if (entry.method === STORED) {
      this.budget.countBytes(packed.length, packed.length, packed.length);
      yield packed;
    } else if (entry.method === DEFLATED) {
      yield* this.inflate(packed);
    } else throw new Unreadable('broken', 'method');
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
