/** Files that go with a message. */
import type { Artifacts } from '../../storage/index.ts';
import type { Content, FileRef, InlineFile } from '../content.ts';
import { fileName } from './taking.ts';

/** A platform's limits on files. */
export interface UploadLimits {
  /** Bytes of one file. */
  each: number;
  /** Files with one message. */
  most: number;
  /** Bytes of all files of one message. */
  together: number;
}

export interface Upload {
  files: { name: string; type: string; data: Buffer }[];
  /** Number of files that were too large to attach. */
  left: number;
}

/** Files in the lots that one message takes each, the first one together with `inline`. Pure. */
export function lotsOf(
  files: readonly FileRef[],
  inline: readonly InlineFile[],
  { each, most, together }: UploadLimits,
): FileRef[][] {
  const lots: FileRef[][] = [[]];
  let count = inline.length;
  let bytes = inline.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  for (const file of files) {
    // A file that is too large by itself is left out when it is sent.
    const size = file.size > each ? 0 : file.size;
    if (count === most || bytes + size > together) {
      lots.push([]);
      count = bytes = 0;
    }
    lots.at(-1)?.push(file);
    count++;
    bytes += size;
  }
  return lots;
}

/** The files to upload with a message. Throws what reading a stored file throws. */
export async function uploadOf(
  { files = [], inline = [] }: Content,
  artifacts: Artifacts,
  limits: UploadLimits,
): Promise<Upload> {
  const [lot = []] = lotsOf(files, inline, limits);
  const small = lot.filter(({ size }) => size <= limits.each);
  const found: Upload['files'] = [];
  for (const { name, type, hash } of small) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await artifacts.open(hash)) chunks.push(chunk as Uint8Array);
    found.push({ name: fileName(name), type, data: Buffer.concat(chunks) });
  }
  for (const { name, type, text } of inline) found.push({ name, type, data: Buffer.from(text) });
  return { files: found, left: files.length - small.length };
}
