/** Limits on what one file may cost, and the fault that a reader throws where it ends. */

/** Bytes that a file's archives may unpack to, together. */
const MOST_UNPACKED = 512 * 1024 * 1024;
/** Unpacked bytes for each packed one. */
const MOST_RATIO = 200;
/** A small entry may be packed better than that. */
const RATIO_FREE = 1024 * 1024;
const MOST_ENTRIES = 10_000;
/** Files in files: an attachment of a mail, an entry of an archive. */
const DEEPEST = 3;
/** Characters of a file's text. */
export const LONGEST_TEXT = 4_000_000;

/**
 * A file that cannot be read, or not to its end. `code` is a `FileFault` of `media/index.ts`; what was read until then counts.
 */
export class Unreadable extends Error {
  constructor(code, detail = '') {
    super(detail || code);
    this.name = 'Unreadable';
    this.code = code;
    this.detail = detail;
  }
}

/** Old Office documents in one file that are handed back to be converted, and their bytes together. */
const MOST_OLD = 3;
const LARGEST_OLD = 20 * 1024 * 1024;

/** Counts what one file unpacks, with everything in it. */
export class Budget {
  unpacked = 0;
  entries = 0;
  /** Files within it, at any depth, that nothing here reads: names; and those that another program makes newer ones of. */
  unread = [];
  /** True once the letters of a file within the file were guessed. */
  guessed = false;
  old = [];
  /** Parts of a file that are seen and not read: their number by what they are (`MISSED` of `media/index.ts`). */
  missed = new Map();

  miss(part, count = 1) {
    if (count > 0) this.missed.set(part, (this.missed.get(part) ?? 0) + count);
  }

  /** Without its bytes where there are too many already. */
  keepOld(document, bytes) {
    const kept = this.old.filter(({ size }) => size > 0);
    const room = LARGEST_OLD - kept.reduce((sum, { size }) => sum + size, 0);
    const fits = kept.length < MOST_OLD && bytes.length <= room;
    this.old.push({ ...document, size: fits ? bytes.length : 0, bytes: fits ? bytes : undefined });
  }

  countEntries(count) {
    this.entries += count;
    if (this.entries > MOST_ENTRIES) throw new Unreadable('bomb', 'entries');
  }

  countBytes(bytes, ofEntry, packed) {
    this.unpacked += bytes;
    if (this.unpacked > MOST_UNPACKED) throw new Unreadable('bomb', 'size');
    if (ofEntry > RATIO_FREE && ofEntry > packed * MOST_RATIO) throw new Unreadable('bomb', 'ratio');
  }

  checkDepth(depth) {
    if (depth > DEEPEST) throw new Unreadable('bomb', 'depth');
  }
}
