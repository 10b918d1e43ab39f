import type { Closer } from '../base/async.ts';
import type { World } from '../base/world.ts';
import { type Bus, type Cache, type Locks, openBus, openCache, openLocks } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import { Egress } from '../egress/index.ts';
import { type Artifacts, type Database, type Engine, migrate, openArtifacts, openDatabase } from '../storage/index.ts';
import { backupBeforeUpgrade, withWayBack } from './backups.ts';

/** Parts that everything else stands on. */
export interface Foundation {
  database: Database;
  artifacts: Artifacts;
  bus: Bus;
  egress: Egress;
  cache: Cache;
  locks: Locks;
}

interface Opening {
  version: string;
  /** Instead of the configured one. */
  engine?: Engine | undefined;
  onFatal(error: Error): void;
}

/** Opens storage, brings it up to date and sets the clock by it, then the bus. */
export async function openFoundation(
  config: Config,
  world: World,
  parts: Closer,
  { version, engine, onFatal }: Opening,
): Promise<Foundation> {
  const database = await upToDate(config, world, parts, { version, engine, onFatal });
  const { dataDir } = config;
  if (database.engine === 'postgres') world.clock.follow?.(await database.now());
  warnOfWrongClock(world);
  const artifacts = await openArtifacts(dataDir, world.clock);
  const bus = await parts.add('bus', openHints(database, config.redis?.url, world));
  const { ports, i_understand_private: allow } = config.egress;
  const egress = new Egress({ ports, allow, resolve: world.resolve, proxy: world.proxy });
  const cache = await parts.add('cache', openCache({ url: config.redis?.url }, world));
  const locks = await parts.add('locks', openLocks({ url: config.redis?.url }, world));
  return { database, artifacts, bus, egress, cache, locks };
}

/** The database, opened and brought to this version. */
async function upToDate(
  config: Config,
  world: World,
  parts: Closer,
  { version, engine, onFatal }: Opening,
): Promise<Database> {
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  const { dataDir } = config;
  const options = { url, directUrl, schema, dataDir, connectTimeoutMs, poolSize, engine, onFatal };
  try {
    const database = await parts.add('storage', openDatabase(options, world));
    // A server has whoever looks after it; an embedded database has only this.
    const program = `coda ${version}`;
    const before = (first: string) => backupBeforeUpgrade({ config, database, world, program }, first);
    await migrate(database, database.engine === 'pglite' ? { before } : {});
    return database;
  } catch (error) {
    throw url === undefined ? await withWayBack(error, dataDir) : error;
  }
}

/** No coda existed before; a clock that says otherwise would fire nothing for decades, and everything once it is set. */
const EARLIEST = Date.parse('2026-01-01T00:00:00Z');

function warnOfWrongClock(world: World): void {
  const now = world.clock.now();
  if (now.getTime() >= EARLIEST) return;
  world.log.warn({ now }, 'the clock of this machine is wrong: reminders will not be on time until it is set');
}

/** Hints between processes: over Redis where there is one, else over PostgreSQL's NOTIFY, else within this process. */
async function openHints(database: Database, redisUrl: string | undefined, world: World): Promise<Bus> {
  if (redisUrl !== undefined || database.engine === 'pglite') return openBus({ url: redisUrl }, world);
  return overDatabase(database);
}

function overDatabase(database: Database): Bus {
  const stops = new Set<Promise<() => Promise<void>>>();
  const end = async (stop: Promise<() => Promise<void>>) => {
    if (stops.delete(stop)) await (await stop)();
  };
  return {
    publish: (channel, payload) => database.notify(channel, payload),
    subscribe(channel, heard) {
      const stop = database.listen(channel, heard);
      stops.add(stop);
      return () => void end(stop);
    },
    healthy: () => true,
    close: async () => {
      await Promise.all([...stops].map(end));
    },
  };
}
