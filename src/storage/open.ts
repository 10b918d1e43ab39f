import type { Client } from 'pg';
import { Subscribers } from '../base/async.ts';
import { type CodaError, systemCode } from '../base/errors.ts';
import type { World } from '../base/world.ts';
import { wrap } from './database.ts';
import { openPglite } from './pglite/open.ts';
import type { Database, Engine } from './port.ts';
import {
  configOf,
  connectWithRetry,
  LIMITS,
  type Limits,
  loadDriver,
  processOf,
  quote,
  type Target,
  targetOf,
} from './postgres/connect.ts';
import { PostgresEngine } from './postgres/engine.ts';
import { Listener } from './postgres/listener.ts';

/** By the name of a transaction: whose open pages read again after its commit, and which kind of things. */
export type CommitHints = Readonly<Record<string, readonly [to: 'all' | 'owners', what: string]>>;

export interface StorageOptions {
  /** A PostgreSQL to use; without it the embedded one in `dataDir` is. */
  url?: string | undefined;
  /** For LISTEN, where `url` leads to a transaction pooler. */
  directUrl?: string | undefined;
  schema?: string | undefined;
  dataDir: string;
  /** Milliseconds to wait at start for a PostgreSQL that does not answer. */
  connectTimeoutMs: number;
  poolSize?: number | undefined;
  limits?: Partial<Limits> | undefined;
  /** An open engine instead of the one at `url` or in `dataDir`; closing the database closes it. */
  engine?: Engine | undefined;
  /** Called with the name of each transaction after its commit; must not throw. */
  onCommit?: ((name: string) => void) | undefined;
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
  const { onCommit } = options;
  if (engine) return wrap(engine, world, onCommit);
  if (url)
    return wrap(
      await openPostgres({ url, directUrl, schema, connectTimeoutMs, poolSize, limits }, world),
      world,
      onCommit,
    );
  return wrap(await openPglite({ dataDir: options.dataDir, onFatal }, world), world, onCommit);
}

interface PostgresOptions {
  url: string;
  directUrl: string | undefined;
  schema: string | undefined;
  connectTimeoutMs: number;
  poolSize: number;
  limits?: Partial<Limits> | undefined;
}

/** Making a connection, and waiting for one of a pool that is used up: longer than a statement can occupy one. */
const ACQUIRE_MS = 15_000;
/** A few connections stay open, so that the first message after a quiet hour need not wait for one. */
const KEPT = 2;
const IDLE_MS = 60_000;

/** Connects to PostgreSQL; waits for it up to `connectTimeoutMs`, then throws `STORAGE_UNREACHABLE`. */
async function openPostgres(options: PostgresOptions, world: World): Promise<PostgresEngine> {
  const { url, directUrl, schema, connectTimeoutMs, poolSize } = options;
  const driver = await loadDriver();
  world.secrets.addUrl(url);
  world.secrets.addUrl(directUrl);
  const limits = { ...LIMITS, ...options.limits };
  const wanted = targetOf(url, schema, directUrl !== undefined, limits);
  const first = await connectWithRetry(driver, wanted, connectTimeoutMs, world);
  const target = await explore(first.client, first.target);
  await first.client.end();
  if (target.pooled && directUrl === undefined) {
    world.log.warn(
      { database: target.name },
      'storage.url leads to a pooler: without storage.direct_url replicas do not wake each other, and statements are not prepared',
    );
  }
  const pool = new driver.Pool({
    ...configOf(target),
    max: poolSize,
    min: Math.min(KEPT, poolSize),
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: ACQUIRE_MS,
  });
  // An idle connection that breaks is replaced on the next use.
  pool.on('error', (error) => world.log.debug({ err: error }, 'an idle database connection was lost'));
  const listeners = new Subscribers(world.log);
  const direct = directUrl === undefined ? target : targetOf(directUrl, schema, false, limits);
  const listener = new Listener(driver, direct, world, (channel, payload) => listeners.tell(channel, payload));
  return new PostgresEngine({ pool, target, listener, listeners, log: world.log });
}

/** Looks behind the connection: a pooler hands out process numbers of its own. Makes the schema when it is missing. */
async function explore(client: Client, target: Target): Promise<Target> {
  const schema = target.schema ?? null;
  const { rows } = await client.query<{ pid: number; there: boolean }>(
    'select pg_backend_pid() as pid, exists (select from pg_namespace where nspname = $1) as there',
    [schema],
  );
  if (schema !== null && !rows[0]?.there) await createSchema(client, schema);
  return { ...target, pooled: target.pooled || rows[0]?.pid !== processOf(client) };
}

async function createSchema(client: Client, schema: string): Promise<void> {
  try {
    await client.query(`create schema if not exists ${quote(schema)}`);
  } catch (error) {
    if (systemCode(error) !== '23505') throw error; // another replica was quicker
  }
}
