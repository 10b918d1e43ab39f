import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname, join } from 'node:path';
import { createBrotliDecompress } from 'node:zlib';
import { CodaError, systemCode } from '../../base/errors.ts';
import { packageRoot } from '../../base/root.ts';
import type { World } from '../../base/world.ts';
import { inFolder, makeFolder, syncFolder } from '../files.ts';
import { PgliteEngine } from './engine.ts';
import { lockFolder } from './lock.ts';
import { diskFull, EngineThread } from './thread.ts';

/** Version of the folder's layout; one with a higher number belongs to a newer coda. */
const LAYOUT = 1;

/** Four segments of the write-ahead log, which recovery may have to write. */
const NEEDED_BYTES = 16 * 1024 * 1024;

interface Layout {
  layout: number;
  postgres: string;
}

export interface PgliteOptions {
  dataDir: string;
  onFatal: (error: CodaError) => void;
}

/**
 * Locks `dataDir`, makes it a cluster when it is none, and recovers it. Throws `DATA_UNWRITABLE`, `DISK_FULL`,
 * `DATA_NEWER`, `STORAGE_IN_USE`, `STORAGE_UNSUPPORTED` or `STORAGE_CORRUPT`.
 */
export async function openPglite({ dataDir, onFatal }: PgliteOptions, world: World): Promise<PgliteEngine> {
  checkByteOrder(endianness());
  const unlock = await inFolder(dataDir, () => takeFolder(dataDir, world));
  try {
    const folder = join(dataDir, 'db');
    await inFolder(dataDir, async () => {
      await finishRestore(dataDir, folder);
      await makeCluster(dataDir, folder);
    });
    const thread = await EngineThread.open({ folder, onFatal }).catch(async (error) => {
      throw await blameDisk(error, dataDir);
    });
    return new PgliteEngine(thread, world.log, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** WebAssembly built by Emscripten takes the machine's byte order for its own; elsewhere it reads nonsense. */
export function checkByteOrder(order: 'BE' | 'LE'): void {
  if (order === 'LE') return;
  throw new CodaError('STORAGE_UNSUPPORTED', {
    message: 'The embedded database does not run on a big-endian machine.',
    remedy: 'Use a PostgreSQL server (storage.url); backups move between both, whatever machine made them.',
  });
}

/** Recovery that finds no space does not always say so. */
async function blameDisk(error: unknown, dataDir: string): Promise<unknown> {
  const { bavail, bsize } = await statfs(dataDir);
  const isFull = bavail * bsize < NEEDED_BYTES;
  return isFull && error instanceof CodaError && error.code === 'STORAGE_CORRUPT'
    ? diskFull(error.message, error, dataDir)
    : error;
}

async function takeFolder(dataDir: string, world: World): Promise<() => Promise<void>> {
  await makeFolder(dataDir);
  await checkLayout(dataDir);
  return lockFolder(dataDir, world.clock.now());
}

/**
 * Puts a restored database in its place where a crash came between the two last steps (`restoreEmbedded`): the old one is
 * aside, and the new one, which is whole by then, is still where it was made.
 */
async function finishRestore(dataDir: string, folder: string): Promise<void> {
  const names = await readdir(dataDir);
  const restored = join(dataDir, 'restoring', 'db');
  if (names.includes('db') || !names.some((name) => name.startsWith('db.before-'))) return;
  if (!(await exists(join(restored, 'PG_VERSION')))) return;
  await rename(restored, folder);
  await syncFolder(dataDir);
}

async function makeCluster(dataDir: string, folder: string): Promise<void> {
  if (await exists(join(folder, 'PG_VERSION'))) {
    await access(join(folder, 'global', 'pg_control'));
    return;
  }
  await unpackCluster(folder);
  const postgres = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  await writeLayout(dataDir, { layout: LAYOUT, postgres });
}

async function writeLayout(dataDir: string, layout: Layout): Promise<void> {
  const path = join(dataDir, 'coda-data.json');
  const file = await open(`${path}.unfinished`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(layout)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.unfinished`, path);
  await syncFolder(dataDir);
}

async function checkLayout(dataDir: string): Promise<void> {
  let layout: Partial<Layout>;
  try {
    layout = JSON.parse(await readFile(join(dataDir, 'coda-data.json'), 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return;
    throw error;
  }
  if (typeof layout.layout === 'number' && layout.layout > LAYOUT) {
    throw new CodaError('DATA_NEWER', {
      message: `${dataDir} was written by a newer coda (layout ${layout.layout}; this one knows ${LAYOUT}).`,
      remedy: 'Update coda, or give this one its own folder with --data.',
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

const BLOCK = 512;
const AT_ONCE = 16;

/** The empty cluster as a tar, in a stream: the whole of it at once would stay resident. */
function clusterStream(): NodeJS.ReadableStream & AsyncIterable<Buffer> {
  return createReadStream(join(packageRoot(), 'assets', 'cluster.tar.br')).pipe(createBrotliDecompress());
}

interface Entry {
  name: string;
  content?: Buffer;
}

async function* entriesOf(tar: AsyncIterable<Buffer>): AsyncGenerator<Entry> {
  const blocks = new Blocks(tar);
  for (let head = await blocks.take(BLOCK); head.length === BLOCK && head[0] !== 0; head = await blocks.take(BLOCK)) {
    const name = head.toString('utf8', 0, head.indexOf(0));
    const size = Number.parseInt(head.toString('latin1', 124, 135), 8);
    const isFolder = head[156] === 0x35;
    const content = await blocks.take(Math.ceil(size / BLOCK) * BLOCK);
    yield isFolder ? { name } : { name, content: content.subarray(0, size) };
  }
}

class Blocks {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  async take(length: number): Promise<Buffer> {
    const parts = [this.rest];
    let have = this.rest.length;
    while (have < length) {
      const { done, value } = await this.chunks.next();
      if (done) break;
      parts.push(value);
      have += value.length;
    }
    const bytes = Buffer.concat(parts);
    this.rest = bytes.subarray(length);
    return bytes.subarray(0, length);
  }
}

/**
 * Makes `folder` an empty cluster: all of it or, when this is cut off at any moment, nothing of it. What an earlier
 * attempt has left behind is removed.
 */
async function unpackCluster(folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  const folders = [unfinished];
  const writing = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const { name, content } of entriesOf(clusterStream())) {
    const path = join(unfinished, name);
    if (!content) {
      await mkdir(path, { mode: 0o700 });
      folders.push(path);
      continue;
    }
    const write: Promise<void> = writeDurably(path, content)
      .catch((error) => void failures.push(error))
      .finally(() => writing.delete(write));
    writing.add(write);
    if (writing.size >= AT_ONCE) await Promise.race(writing);
    if (failures.length > 0) break;
  }
  await Promise.all(writing);
  if (failures.length > 0) throw failures[0];
  for (const path of folders.reverse()) await syncFolder(path);
  await rename(unfinished, folder);
  await syncFolder(dirname(folder));
}

async function writeDurably(path: string, content: Buffer): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}
