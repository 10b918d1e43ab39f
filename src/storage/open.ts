import type { CodaError } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import { wrap } from './database.ts';
import type { Engine } from './engine.ts';
import { openPglite } from './pglite/open.ts';
import type { Database } from './port.ts';
import type { Limits } from './postgres/limits.ts';
import { openPostgres } from './postgres/open.ts';

export interface StorageOptions {
  /** A PostgreSQL to use; without it the embedded one in `dataDir` is. */
  url?: string | undefined;
  /** For LISTEN, where `url` leads to a transaction pooler. */
  directUrl?: string | undefined;
  /** The schema that holds coda's tables; created by `migrate`. */
  schema?: string | undefined;
  dataDir: string;
  /** Milliseconds to wait at start for a PostgreSQL that does not answer. */
  connectTimeoutMs: number;
  /** The most connections for statements; 16 by default. */
  poolSize?: number | undefined;
  /** Limits of connections to PostgreSQL that differ from the defaults. */
  limits?: Partial<Limits> | undefined;
  /** An open engine instead of the one at `url` or in `dataDir`; closing the database closes it. */
  engine?: Engine | undefined;
  /** Called once when the embedded engine stopped by itself; logged when missing. Only a restart helps. */
  onFatal?: ((error: CodaError) => void) | undefined;
}

/**
 * Opens PostgreSQL at `url`, or the embedded one in `dataDir`. Throws `STORAGE_UNREACHABLE`,
 * or what is wrong with the data folder: `DATA_UNWRITABLE`, `DISK_FULL`, `DATA_NEWER`, `STORAGE_IN_USE`,
 * `STORAGE_UNSUPPORTED`, `STORAGE_CORRUPT`.
 */
export async function openDatabase(options: StorageOptions, world: World): Promise<Database> {
  const onFatal = options.onFatal ?? ((error) => world.log.fatal({ err: error }, 'the database has stopped'));
  const { url, directUrl, schema, connectTimeoutMs, poolSize = 16, limits, engine } = options;
  if (engine) return wrap(engine, world);
  if (url)
    return wrap(await openPostgres({ url, directUrl, schema, connectTimeoutMs, poolSize, limits }, world), world);
  return wrap(await openPglite({ dataDir: options.dataDir, onFatal }, world), world);
}
