import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/root.ts';
import type { World } from '../../src/base/world.ts';
import {
  type Database,
  dumpInMemory,
  IN_MEMORY,
  migrate,
  openDatabase,
  readMigrations,
} from '../../src/storage/index.ts';
import { testWorld } from './world.ts';

/** A migrated in-memory database of its own. Close it after the test. */
export async function openTestDatabase(world: World = testWorld()): Promise<Database> {
  return openDatabase({ dataDir: IN_MEMORY, dump: await template(), connectTimeoutMs: 0 }, world);
}

/** The migrated database as a tar, made once for each state of the migrations and of the packed cluster. */
async function template(): Promise<Uint8Array> {
  const folder = join(packageRoot(), '.cache');
  const hash = createHash('sha256').update(await readFile(join(packageRoot(), 'assets', 'cluster.tar.br')));
  for (const { checksum } of await readMigrations()) hash.update(checksum);
  const path = join(folder, `database-${hash.digest('hex').slice(0, 16)}.tar`);
  try {
    return await readFile(path);
  } catch {
    const tar = await dumpInMemory((database) => migrate(database), testWorld());
    await mkdir(folder, { recursive: true });
    // Two suites may be first at once: a rename puts a whole file there.
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, tar);
    await rename(draft, path);
    return tar;
  }
}
