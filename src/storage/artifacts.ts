/** Files by their content: `data/artifacts/ab/cdef…`, named by the SHA-256 of what is in them. */

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { type Clock, type Instant, SystemClock } from '../base/clock.ts';
import { CodaError, systemCode } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import { inFolder, makeFolder, syncFolder } from './files.ts';
import type { Database } from './port.ts';

export interface Artifact {
  hash: string;
  size: number;
}

export interface PutOptions {
  /** More than this is refused with `ARTIFACT_TOO_LARGE`, as soon as it is seen. */
  maxBytes?: number;
}

export interface Artifacts {
  /**
   * Keeps a file. It is durable once this resolves; the same content may be put again, and is new again. Throws
   * `ARTIFACT_TOO_LARGE`, `DISK_FULL`, or whatever `content` throws, and then nothing is kept.
   */
  put(content: Uint8Array | AsyncIterable<Uint8Array>, options?: PutOptions): Promise<Artifact>;
  /**
   * The file's content. Throws `ARTIFACT_MISSING`; a content that does not match its name ends the stream with
   * `ARTIFACT_CORRUPT` instead of an end, so a file is good only when its stream has ended.
   */
  open(hash: string): Promise<Readable>;
  has(hash: string): Promise<boolean>;
  /** The files that were put before `instant` and not again since; some of those that are put or removed meanwhile. */
  putBefore(instant: Instant): AsyncIterable<string>;
  /** Removes a file unless it was put at `putBefore` or later; false when it stays or is not there. */
  remove(hash: string, putBefore: Instant): Promise<boolean>;
}

/** A file left unfinished by a crash is kept this long: another process may still be writing it. */
const UNFINISHED_MS = 24 * 60 * 60 * 1_000;
const ASIDE = '.aside';
const HASH_LENGTH = 64;

type ClockReader = Pick<Clock, 'now'>;

export async function openArtifacts(dataDir: string, clock: ClockReader = new SystemClock()): Promise<Artifacts> {
  const folder = join(dataDir, 'artifacts');
  await inFolder(folder, async () => {
    await makeFolder(join(folder, 'unfinished'));
    await tidyUnfinished(folder, clock.now());
  });
  return new FolderOfArtifacts(folder, clock);
}

async function tidyUnfinished(folder: string, now: Instant): Promise<void> {
  for (const name of await readdir(join(folder, 'unfinished'))) {
    const path = join(folder, 'unfinished', name);
    const changed = await changedAt(path);
    if (changed === undefined) continue;
    if (now.getTime() - changed > UNFINISHED_MS) await rm(path, { force: true });
    // A process that died here had moved it aside while another one put it.
    else if (name.endsWith(ASIDE)) await moveFile(path, pathIn(folder, name.slice(0, HASH_LENGTH)));
  }
}

async function changedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

class FolderOfArtifacts implements Artifacts {
  private readonly folder: string;
  private readonly clock: ClockReader;

  constructor(folder: string, clock: ClockReader) {
    this.folder = folder;
    this.clock = clock;
  }

  async put(content: Uint8Array | AsyncIterable<Uint8Array>, { maxBytes = Infinity }: PutOptions = {}) {
    const draft = join(this.folder, 'unfinished', randomUUID());
    const put = async () => {
      try {
        const artifact = await write(draft, content, maxBytes, this.clock);
        await this.moveIntoPlace(draft, artifact.hash);
        return artifact;
      } finally {
        await rm(draft, { force: true });
      }
    };
    try {
      return await inFolder(this.folder, put);
    } catch (error) {
      throw error instanceof ContentFailed ? error.cause : error;
    }
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

  async *putBefore(instant: Instant): AsyncGenerator<string> {
    for (const shelf of await readdir(this.folder)) {
      if (!/^[0-9a-f]{2}$/.test(shelf)) continue;
      for (const name of await readdir(join(this.folder, shelf))) {
        const hash = shelf + name;
        if (isHash(hash) && (await this.isOlder(this.pathOf(hash), instant))) yield hash;
      }
    }
  }

  async remove(hash: string, putBefore: Instant): Promise<boolean> {
    if (!isHash(hash)) return false;
    const path = this.pathOf(hash);
    if (!(await this.isOlder(path, putBefore))) return false;
    // Another process may put it at this moment: what is moved aside is looked at again, since nobody can put it there.
    const aside = join(this.folder, 'unfinished', `${hash}.${randomUUID()}${ASIDE}`);
    if (!(await moveFile(path, aside))) return false;
    const isOld = await this.isOlder(aside, putBefore);
    if (isOld) await rm(aside, { force: true });
    else await moveFile(aside, path);
    return isOld;
  }

  private async isOlder(path: string, instant: Instant): Promise<boolean> {
    const changed = await changedAt(path);
    return changed !== undefined && changed < instant.getTime();
  }

  private async moveIntoPlace(draft: string, hash: string): Promise<void> {
    const shelf = join(this.folder, hash.slice(0, 2));
    const createdPath = await mkdir(shelf, { recursive: true, mode: 0o700 });
    await rename(draft, this.pathOf(hash));
    await syncFolder(shelf);
    if (createdPath) await syncFolder(this.folder);
  }

  private pathOf(hash: string): string {
    return pathIn(this.folder, hash);
  }
}

const pathIn = (folder: string, hash: string) => join(folder, hash.slice(0, 2), hash.slice(2));

async function moveFile(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Anything else could lead out of the folder. */
const isHash = (hash: string) => /^[0-9a-f]{64}$/.test(hash);

/** Hides an error of the content from `inFolder`, which would blame the folder for a lost connection. */
class ContentFailed extends Error {}

async function* chunksOf(content: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) return yield content;
  try {
    yield* content;
  } catch (cause) {
    throw new ContentFailed('the content broke off', { cause });
  }
}

async function write(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  maxBytes: number,
  clock: ClockReader,
): Promise<Artifact> {
  const sum = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunksOf(content)) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      sum.update(chunk);
      await file.writeFile(chunk);
    }
    // By the clock that all processes share: the host of a network disk may have another.
    await file.utimes(clock.now(), clock.now());
    await file.datasync();
  } finally {
    await file.close();
  }
  return { hash: sum.digest('hex'), size };
}

function tooLarge(maxBytes: number): CodaError {
  return new CodaError('ARTIFACT_TOO_LARGE', {
    message: `The file is larger than ${plural(maxBytes, 'byte')}.`,
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

// Stored files that the database refers to, and the removal of the others.

/** A `jsonb` column whose values may name stored files: each by a field `hash`, at any depth. */
export interface FileReferences {
  table: string;
  column: string;
  where?: string;
}

interface Collecting {
  database: Database;
  artifacts: Artifacts;
  clock: Pick<Clock, 'now'>;
  references: readonly FileReferences[];
}

/**
 * Files put within this time stay: what refers to them may not be committed yet. A row that copies the reference of
 * another needs no time, since the other one counts until then.
 */
export const GRACE_MS = 24 * 60 * 60 * 1_000;
const BATCH = 5_000;

/**
 * Removes the files that no row refers to and that were put more than `GRACE_MS` ago; returns how many. It may stop at any
 * file, and run in several processes at once. Throws when `signal` aborts.
 */
export async function collectFiles(
  { database, artifacts, clock, references }: Collecting,
  signal: AbortSignal,
): Promise<number> {
  const before = new Date(clock.now().getTime() - GRACE_MS);
  let removed = 0;
  let batch: string[] = [];
  const removeUnused = async () => {
    const used = await usedAmong(database, references, batch);
    for (const hash of batch) {
      signal.throwIfAborted();
      if (!used.has(hash) && (await artifacts.remove(hash, before))) removed++;
    }
    batch = [];
  };
  for await (const hash of artifacts.putBefore(before)) {
    signal.throwIfAborted();
    batch.push(hash);
    if (batch.length === BATCH) await removeUnused();
  }
  if (batch.length > 0) await removeUnused();
  return removed;
}

export async function missingFiles(
  { database, artifacts, references }: Omit<Collecting, 'clock'>,
  most: number,
): Promise<{ missing: string[]; looked: number }> {
  const { rows } = await database.read<{ hash: string }>(
    `select hash from (${hashesNamedIn(references)}) named where hash ~ '^[0-9a-f]{64}$' limit $1`,
    [most],
  );
  const hashes = [...new Set(rows.map(({ hash }) => hash))];
  const there = await Promise.all(hashes.map((hash) => artifacts.has(hash)));
  return { missing: hashes.filter((_, index) => !there[index]), looked: hashes.length };
}

function hashesNamedIn(references: readonly FileReferences[]): string {
  return references
    .map(
      ({ table, column, where = 'true' }) =>
        `select jsonb_path_query((${column})::jsonb, '$.**.hash') #>> '{}' as hash from ${table} where ${where}`,
    )
    .join(' union all ');
}

/** The ones of `hashes` that a row refers to. One statement, so that a reference is not missed on its way between tables. */
async function usedAmong(
  database: Database,
  references: readonly FileReferences[],
  hashes: readonly string[],
): Promise<Set<string>> {
  const { rows } = await database.read<{ hash: string }>(
    `select distinct hash from (${hashesNamedIn(references)}) named where hash = any($1::text[])`,
    [hashes],
  );
  return new Set(rows.map(({ hash }) => hash));
}
