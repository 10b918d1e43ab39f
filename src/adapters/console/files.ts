import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { CodaError, messageOf } from '../../base/errors.ts';
import type { FileRef, IncomingFile } from '../../delivery/index.ts';
import type { FileIn, FileOut } from './protocol.ts';

/** The largest file that is taken from a path. */
const MAX_FILE_BYTES = 100_000_000;

/** Where files are kept, by their content. */
export interface FileStore {
  /** Stores what `content` holds; the size is in bytes, the hash SHA-256 in hex. */
  put(content: Uint8Array | Readable): Promise<{ hash: string; size: number }>;
  /** The absolute path of a stored file. */
  path(hash: string): string;
}

/** Stores the files that a line brings. Throws `INPUT_INVALID` naming the file that cannot be read. */
export async function storeFiles(files: readonly FileIn[], cwd: string, store: FileStore): Promise<IncomingFile[]> {
  const stored: IncomingFile[] = [];
  for (const file of files) {
    const { name, type, base64 } = file;
    const content =
      base64 === undefined ? await open(resolve(cwd, file.path ?? ''), name) : Buffer.from(base64, 'base64');
    try {
      stored.push({ name, type, ...(await store.put(content)) });
    } catch (error) {
      throw error instanceof CodaError ? error : unreadable(name, messageOf(error), error);
    }
  }
  return stored;
}

async function open(path: string, name: string): Promise<Readable> {
  try {
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }));
    // A device or a pipe may never end.
    if (!isFile) throw new Error(`${path} is not a file`);
    if (size > MAX_FILE_BYTES) throw new Error(`${path} is larger than ${MAX_FILE_BYTES / 1_000_000} MB`);
  } catch (error) {
    throw unreadable(name, messageOf(error), error);
  }
  return createReadStream(path);
}

function unreadable(name: string, why: string, cause: unknown): CodaError {
  return new CodaError('INPUT_INVALID', {
    message: `The file ${name} cannot be taken: ${why}.`,
    remedy: 'Give the path of a readable file, or its content as base64.',
    cause,
  });
}

/** Files as a program sees them. */
export function showFiles(files: readonly FileRef[], store: FileStore): FileOut[] {
  return files.map(({ name, type, size, hash }) => ({ name, type, size, path: store.path(hash) }));
}
