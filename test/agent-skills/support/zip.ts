import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of an archive made by hand: whatever is not given is as an honest writer would put it. */
export interface RawEntry {
  name: string | Uint8Array;
  content?: string | Uint8Array;
  /** What stands in both headers, or in one of them. */
  header?: Partial<Fields>;
  local?: Partial<Fields>;
  central?: Partial<Fields>;
  /** The Unix mode with its type; default a file with 0644. */
  mode?: number;
  /** Where the directory says that the entry begins. */
  offset?: number;
  /** Written as it is instead of the compressed content. */
  data?: Uint8Array;
}

interface Fields {
  flags: number;
  method: number;
  crc: number;
  packedBytes: number;
  bytes: number;
  name: string | Uint8Array;
  extra: Uint8Array;
}

export interface RawArchive {
  prefix?: Uint8Array;
  count?: number;
  directoryBytes?: number;
  directoryAt?: number;
  comment?: Uint8Array;
  /** Between the directory and its end record. */
  beforeEnd?: Uint8Array;
  disk?: number;
}

const pair = (value: number) => Buffer.from([value & 0xff, (value >> 8) & 0xff]);
const quad = (value: number) => Buffer.concat([pair(value & 0xffff), pair(Math.floor(value / 0x1_0000))]);
const bytesOf = (text: string | Uint8Array) => Buffer.from(text as string);

/** An archive, byte by byte: it can be as wrong as no library would write it. */
export function zip(entries: readonly RawEntry[], archive: RawArchive = {}): Buffer {
  const parts: Buffer[] = [Buffer.from(archive.prefix ?? [])];
  const directory: Buffer[] = [];
  for (const entry of entries) {
    const offset = Buffer.concat(parts).length;
    const content = bytesOf(entry.content ?? '');
    const packed = Buffer.from(entry.data ?? deflateRawSync(content));
    const fields: Fields = {
      flags: 0x0800,
      method: 8,
      crc: crc32(content),
      packedBytes: packed.length,
      bytes: content.length,
      name: entry.name,
      extra: new Uint8Array(),
      ...entry.header,
    };
    parts.push(localHeader({ ...fields, ...entry.local }), packed);
    directory.push(centralHeader({ ...fields, ...entry.central }, entry.mode ?? 0o100644, entry.offset ?? offset));
  }
  const listed = Buffer.concat(directory);
  const at = archive.directoryAt ?? Buffer.concat(parts).length;
  const count = pair(archive.count ?? entries.length);
  const comment = Buffer.from(archive.comment ?? []);
  const end = [quad(0x06054b50), pair(archive.disk ?? 0), pair(archive.disk ?? 0), count, count];
  const place = [quad(archive.directoryBytes ?? listed.length), quad(at), pair(comment.length), comment];
  return Buffer.concat([...parts, listed, Buffer.from(archive.beforeEnd ?? []), ...end, ...place]);
}

function common({ flags, method, crc, packedBytes, bytes, name, extra }: Fields): Buffer {
  const sizes = [quad(crc), quad(packedBytes), quad(bytes), pair(bytesOf(name).length), pair(extra.length)];
  return Buffer.concat([pair(20), pair(flags), pair(method), quad(0x0021_0000), ...sizes]);
}

function localHeader(fields: Fields): Buffer {
  return Buffer.concat([quad(0x04034b50), common(fields), bytesOf(fields.name), fields.extra]);
}

function centralHeader(fields: Fields, mode: number, offset: number): Buffer {
  const rest = [Buffer.alloc(6), quad(mode * 0x1_0000), quad(offset), bytesOf(fields.name), fields.extra];
  return Buffer.concat([quad(0x02014b50), pair(0x0314), common(fields), ...rest]);
}

/** An extra field with its header. */
export function extraField(id: number, data: Uint8Array): Buffer {
  return Buffer.concat([pair(id), pair(data.length), data]);
}
