/** Opens the embedded engine in a data folder. */
import { access, open, readFile, rename, statfs } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { CodaError, systemCode } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import { inFolder, makeFolder, syncFolder } from '../files.ts';
import { unpackCluster } from './cluster.ts';
import { PgliteEngine } from './engine.ts';
import { lockFolder } from './lock.ts';
import { diskFull, EngineThread } from './thread.ts';

/** Version of the folder's layout; one with a higher number belongs to a newer coda. */
const LAYOUT = 1;

/** Four segments of the write-ahead log, which recovery may have to write. */
const NEEDED_BYTES = 16 * 1024 * 1024;

/** The data folder's own description, `coda-data.json`. */
interface Layout {
  layout: number;
  /** The major version of the cluster inside. */
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
    await inFolder(dataDir, () => makeCluster(dataDir, folder));
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
    ? diskFull(error.message, error)
    : error;
}

async function takeFolder(dataDir: string, world: World): Promise<() => Promise<void>> {
  await makeFolder(dataDir);
  await checkLayout(dataDir);
  return lockFolder(dataDir, world.clock.now());
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
