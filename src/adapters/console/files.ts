/** Files of lines: those that people name are stored, those of parts are put where they can be opened. */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodaError, messageOf } from '../../base/errors.ts';
import { shortId } from '../../base/ids.ts';
import { shorten, visible } from '../../base/text.ts';
import type { FileRef, IncomingFile } from '../../delivery/index.ts';
import type { Artifacts } from '../../storage/index.ts';
import type { FileIn, FileOut } from './protocol.ts';

const MAX_FILE_BYTES = 100_000_000;

/** Stores the files that a line brings. Throws `INPUT_INVALID` naming the file that cannot be read. */
export async function storeFiles(files: readonly FileIn[], cwd: string, artifacts: Artifacts): Promise<IncomingFile[]> {
  const stored: IncomingFile[] = [];
  for (const file of files) {
    const { name, type, base64, voice } = file;
    const content =
      base64 === undefined ? await open(resolve(cwd, file.path ?? ''), name) : Buffer.from(base64, 'base64');
    try {
      stored.push({ name, type, ...(await artifacts.put(content)), ...(voice && { voice }) });
    } catch (error) {
      throw error instanceof CodaError ? error : unreadable(name, messageOf(error), error);
    }
  }
  return stored;
}

async function open(path: string, name: string): Promise<Readable> {
  try {
    const { size, isFile } = await stat(path).then((stats) => ({ size: stats.size, isFile: stats.isFile() }));
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

/**
 * Writes files to `folder` under their own names, and says where they are. What is already there is left as it is: its
 * folder is named after its content. Throws what reading or writing throws.
 */
export async function showFiles(files: readonly FileRef[], folder: string, artifacts: Artifacts): Promise<FileOut[]> {
  const entries: FileOut[] = [];
  for (const { name, type, size, hash } of files) {
    const path = join(folder, hash.slice(0, 16), fileName(name));
    if (!existsSync(path)) await write(path, await artifacts.open(hash));
    entries.push({ name, type, size, path });
  }
  return entries;
}

/** Whole or not at all: another process may look at it. */
async function write(path: string, content: Readable): Promise<void> {
  const unfinished = `${path}.${shortId()}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await pipeline(content, createWriteStream(unfinished, { mode: 0o600 }));
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** A name that stays in its folder. */
function fileName(name: string): string {
  const safe = visible(name)
    .replace(/[/\\\n\t]/g, '_')
    .replace(/^\.+/, '_')
    .trim();
  return shorten(safe, 100) || 'file';
}
