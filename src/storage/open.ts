import type { CodaError } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import { openInMemory, openPglite } from './pglite/open.ts';
import type { Database } from './port.ts';
import { openPostgres } from './postgres/open.ts';
import { wrap } from './wrap.ts';

/** A database that lives no longer than its `Database`. */
export const IN_MEMORY = 'memory://';

export interface StorageOptions {
  /** A PostgreSQL to use; without it the embedded one in `dataDir` is. */
  url?: string | undefined;
  /** For LISTEN, where `url` leads to a transaction pooler. */
  directUrl?: string | undefined;
  /** The schema that holds coda's tables; created by `migrate`. */
  schema?: string | undefined;
  dataDir: string;
  /** How long a PostgreSQL that does not answer is waited for at start, in milliseconds. */
  connectTimeoutMs: number;
  /** The most connections for statements; 16 by default. */
  poolSize?: number | undefined;
  /** A tar of a cluster that an in-memory database starts from. */
  dump?: Uint8Array | undefined;
  /** Called once when the embedded engine stopped by itself; logged when missing. Only a restart helps. */
  onFatal?: ((error: CodaError) => void) | undefined;
}

/**
 * Opens PostgreSQL at `url`, or the embedded one in `dataDir` (`memory://`: in memory). Throws `STORAGE_UNREACHABLE`,
 * or what is wrong with the data folder: `DATA_UNWRITABLE`, `DISK_FULL`, `DATA_NEWER`, `STORAGE_IN_USE`,
 * `STORAGE_CORRUPT`.
 */
export async function openDatabase(options: StorageOptions, world: World): Promise<Database> {
  const onFatal = options.onFatal ?? ((error) => world.log.fatal({ err: error }, 'the database has stopped'));
  const { url, directUrl, schema, connectTimeoutMs, poolSize = 16 } = options;
  if (url) return wrap(await openPostgres({ url, directUrl, schema, connectTimeoutMs, poolSize }, world), world);
  if (options.dataDir === IN_MEMORY) return wrap(await openInMemory(world, onFatal, options.dump), world);
  return wrap(await openPglite({ dataDir: options.dataDir, onFatal }, world), world);
}

/** What an in-memory database holds after `fill`, as a tar for `dump`: a test starts from it faster than it migrates. */
export async function dumpInMemory(fill: (database: Database) => Promise<unknown>, world: World): Promise<Uint8Array> {
  const engine = await openInMemory(world, () => {});
  const database = wrap(engine, world);
  try {
    await fill(database);
    return await engine.dump();
  } finally {
    await database.close();
  }
}
