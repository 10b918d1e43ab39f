/** Files by their content: `data/artifacts/ab/cdef…`, named by the SHA-256 of what is in them. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { CodaError, systemCode } from '../base/errors.ts';
import { inFolder, makeFolder, syncFolder } from './files.ts';

export interface Artifact {
  /** SHA-256 of the content, in hex: the file's name from then on. */
  hash: string;
  /** In bytes. */
  size: number;
}

export interface PutOptions {
  /** More than this is refused with `ARTIFACT_TOO_LARGE`, as soon as it is seen. */
  maxBytes?: number;
}

export interface Artifacts {
  /**
   * Keeps a file. It is durable once this resolves; putting the same content again changes nothing. Throws
   * `ARTIFACT_TOO_LARGE`, `DISK_FULL`, or whatever `content` throws, and then nothing is kept.
   */
  put(content: Uint8Array | AsyncIterable<Uint8Array>, options?: PutOptions): Promise<Artifact>;
  /**
   * The file's content. Throws `ARTIFACT_MISSING`; a content that does not match its name ends the stream with
   * `ARTIFACT_CORRUPT` instead of an end, so a file is good only when its stream has ended.
   */
  open(hash: string): Promise<Readable>;
  has(hash: string): Promise<boolean>;
  /** Forgets a file; one that is not there is no error. */
  remove(hash: string): Promise<void>;
}

/** What a crash has left in the making is kept this long: another process may still be writing it. */
const UNFINISHED_MS = 24 * 60 * 60 * 1_000;

/** Opens the files in `dataDir`, making their folder when it is missing. */
export async function openArtifacts(dataDir: string): Promise<Artifacts> {
  const folder = join(dataDir, 'artifacts');
  await inFolder(folder, async () => {
    await makeFolder(join(folder, 'unfinished'));
    await removeUnfinished(join(folder, 'unfinished'));
  });
  return new FolderOfArtifacts(folder);
}

async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > UNFINISHED_MS) await rm(path, { force: true });
  }
}

class FolderOfArtifacts implements Artifacts {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>, { maxBytes = Infinity }: PutOptions = {}) {
    const draft = join(this.folder, 'unfinished', randomUUID());
    return inFolder(this.folder, async () => {
      try {
        const artifact = await write(draft, content, maxBytes);
        await this.settle(draft, artifact.hash);
        return artifact;
      } finally {
        await rm(draft, { force: true });
      }
    });
  }

  async open(hash: string): Promise<Readable> {
    if (!(await this.has(hash))) {
      throw new CodaError('ARTIFACT_MISSING', {
        message: `The stored file ${hash} is gone.`,
        remedy: 'Restore the data folder from a backup, or send the file again.',
      });
    }
    const check = verifier(hash);
    const file = createReadStream(this.pathOf(hash));
    file.on('error', (error) => check.destroy(error));
    check.on('close', () => file.destroy());
    return file.pipe(check);
  }

  async has(hash: string): Promise<boolean> {
    if (!isHash(hash)) return false;
    try {
      await access(this.pathOf(hash));
      return true;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async remove(hash: string): Promise<void> {
    if (isHash(hash)) await rm(this.pathOf(hash), { force: true });
  }

  /** Replaces what is there: equal content, or a damaged copy of it. */
  private async settle(draft: string, hash: string): Promise<void> {
    const shelf = join(this.folder, hash.slice(0, 2));
    const made = await mkdir(shelf, { recursive: true, mode: 0o700 });
    await rename(draft, this.pathOf(hash));
    await syncFolder(shelf);
    if (made) await syncFolder(this.folder);
  }

  private pathOf(hash: string): string {
    return join(this.folder, hash.slice(0, 2), hash.slice(2));
  }
}

/** Anything else could lead out of the folder. */
const isHash = (hash: string) => /^[0-9a-f]{64}$/.test(hash);

async function write(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Artifact> {
  const sum = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content instanceof Uint8Array ? [content] : content) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      sum.update(chunk);
      await file.writeFile(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return { hash: sum.digest('hex'), size };
}

function tooLarge(maxBytes: number): CodaError {
  return new CodaError('ARTIFACT_TOO_LARGE', {
    message: `The file is larger than ${maxBytes} bytes.`,
    remedy: 'Send a smaller file.',
  });
}

function verifier(hash: string): Transform {
  const sum = createHash('sha256');
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      sum.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      if (sum.digest('hex') === hash) return done();
      const error = new CodaError('ARTIFACT_CORRUPT', {
        message: `The stored file ${hash} does not have the content that its name stands for.`,
        remedy: 'Restore the data folder from a backup, or send the file again.',
      });
      done(error);
    },
  });
}
