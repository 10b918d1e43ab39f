import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
import { freshPostgres, POSTGRES_URL } from './postgres.ts';
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
    for (const name of await readdir(folder)) {
      if (/^database-.*\.tar$/.test(name)) await rm(join(folder, name), { force: true });
    }
    // Two suites may be first at once: a rename puts a whole file there.
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, tar);
    await rename(draft, path);
    return tar;
  }
}

/** An engine that a suite runs on. */
export interface TestEngine {
  name: 'PGlite' | 'PostgreSQL';
  available: boolean;
  /** A migrated database of its own; what it needs is dropped when it is closed. */
  open(world?: World): Promise<Database>;
}

/** Both engines, for `describe.each(testDatabases)`: without a server, PostgreSQL's part is shown as skipped. */
export const testDatabases: readonly TestEngine[] = [
  { name: 'PGlite', available: true, open: openTestDatabase },
  { name: 'PostgreSQL', available: POSTGRES_URL !== undefined, open: openTestPostgres },
];

async function openTestPostgres(world: World = testWorld()): Promise<Database> {
  const server = await freshPostgres();
  const database = await openDatabase({ url: server.url, dataDir: '', connectTimeoutMs: 10_000 }, world);
  await migrate(database);
  const close = database.close.bind(database);
  database.close = async () => {
    await close();
    await server.drop();
  };
  return database;
}
