/** A ZIP archive that is the same, byte for byte, whenever the same files are packed. */

import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

export interface PackedFile {
  path: string;
  executable: boolean;
  content: Buffer;
}

/** Of all entries: the first moment that the format knows. */
const FIRST_OF_JANUARY_1980 = 0x0021_0000;
const VERSION = 20;
const MADE_ON_UNIX = 3 << 8;
const UTF8_NAMES = 0x0800;
const deflate = promisify<Buffer, { level: number }, Buffer>(deflateRaw);

/** Paths as they are given, in the order of their characters' codes. Throws when it would need ZIP64. */
export async function writeZip(files: readonly PackedFile[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const deflated = await deflate(file.content, { level: constants.Z_BEST_COMPRESSION });
    const isSmaller = deflated.length < file.content.length;
    const data = isSmaller ? deflated : file.content;
    const name = Buffer.from(file.path);
    const common = commonFields(file.content, data, name, isSmaller);
    const local = Buffer.concat([uint32(0x04034b50), common, name, data]);
    const mode = file.executable ? 0o100755 : 0o100644;
    const central = [uint32(0x02014b50), uint16(MADE_ON_UNIX | VERSION), common];
    // Comment, disk and internal attributes are zero; the mode is the upper half of the external ones.
    directory.push(Buffer.concat([...central, Buffer.alloc(6), uint32(mode * 0x1_0000), uint32(offset), name]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const counts = [uint16(directory.length), uint16(directory.length)];
  const end = [uint32(0x06054b50), uint32(0), ...counts, uint32(listed.length), uint32(offset), uint16(0)];
  return Buffer.concat([...parts, listed, ...end]);
}

/** From the version needed to the length of the extra field, which both headers have alike. */
function commonFields(content: Buffer, data: Buffer, name: Buffer, isDeflated: boolean): Buffer {
  const sizes = [uint32(crc32(content)), uint32(data.length), uint32(content.length)];
  const head = [uint16(VERSION), uint16(UTF8_NAMES), uint16(isDeflated ? 8 : 0), uint32(FIRST_OF_JANUARY_1980)];
  return Buffer.concat([...head, ...sizes, uint16(name.length), uint16(0)]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
