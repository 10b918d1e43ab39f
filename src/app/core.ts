import { setMaxListeners } from 'node:events';
import { Changes, httpConfig } from '../adapters/http/index.ts';
import { ContextReader, closeOrphan, MessageIndex } from '../agent/index.ts';
import type { Closer } from '../base/async.ts';
import type { World } from '../base/world.ts';
import { type Bus, type Cache, type Locks, openBus, openCache, openLocks } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import { Delivery, type DeliveryOptions, type RateLimit } from '../delivery/index.ts';
import { Egress } from '../egress/index.ts';
import { Events, type Fact, JobQueue, Schedules, Worker } from '../jobs/index.ts';
import { Gate } from '../people/index.ts';
import {
  type Artifacts,
  type Database,
  type Engine,
  migrate,
  openArtifacts,
  openDatabase,
  type StorageOptions,
} from '../storage/index.ts';
import { machineZone } from '../time/index.ts';
import { type Embedders, embedderConfig, embeddersOf } from '../vectors/index.ts';
import { ChangeSource } from './api/changes.ts';
import { backupBeforeUpgrade, removeRehearsals, withWayBack } from './backups.ts';
import { type Health, openHealth } from './health/index.ts';
import { EARLIEST, judgeZone } from './health/machine.ts';
import { rememberedCount } from './inference.ts';
import { LivePolicies } from './policies.ts';
import { measure } from './telemetry/metrics.ts';

/** Parts that hold people's data, and run things later. */
export interface CoreParts extends Foundation {
  config: Config;
  world: World;
  closer: Closer;
  /** Aborts when coda stops. */
  stopping: AbortController;
  policies: LivePolicies;
  gate: Gate;
  worker: Worker;
  wakeAt(at: Date): void;
  events: Events;
  delivery: Delivery;
  jobs: JobQueue;
  schedules: Schedules;
  embedders: Embedders;
  messageIndex: MessageIndex;
  healthy(): Promise<boolean>;
  health: Health;
}

/** Opens it; nothing is heard or done yet. */
export async function openCore(config: Config, world: World, closer: Closer, options: Opening): Promise<CoreParts> {
  const stopping = new AbortController();
  // Every job that runs listens to it, and what it asks of the outside; the queue bounds their number.
  setMaxListeners(0, stopping.signal);
  const policies = new LivePolicies(config, world.log);
  const gate = new Gate(() => policies.current());
  const foundation = await openFoundation(config, world, closer, options);
  const { database, bus, egress, artifacts } = foundation;
  const worker = new Worker({ database, world });
  const wakeAt = (at: Date) => worker.wakeAt(at);
  const { changed } = foundation;
  const onRaise = changed && ((facts: readonly Fact[]) => changed.onRaise(facts));
  const events = new Events({ targets: config.events.targets, egress, world, wakeAt, onRaise });
  const program = `coda ${options.version}`;
  const delivery = openDelivery(config, { database, bus, world, artifacts, egress, gate, events, program, wakeAt });
  measure(world, database, delivery, closer);
  const owner = () => delivery.self.owner();
  const jobs = new JobQueue({ database, world, owner, events, wakeAt, signal: stopping.signal });
  const schedules = new Schedules({ database, world, jobs, wakeAt });
  const embedders = embeddersOf(config.block(embedderConfig).embedder, world.log);
  closer.onClose('embedders', async () => void (await Promise.all(embedders.embedders.map((each) => each.close()))));
  const messageIndex = new MessageIndex({ database, world, jobs, embedders });
  closer.onClose('said', () => messageIndex.close());
  const healthy = async () => delivery.isWell && (await database.healthy());
  const health = openHealth({ config, world, database, bus, delivery, jobs, schedules, healthy }, closer);
  health.checks.add([policies.check()]);
  return {
    ...foundation,
    config,
    world,
    closer,
    stopping,
    policies,
    gate,
    worker,
    wakeAt,
    events,
    delivery,
    jobs,
    schedules,
    embedders,
    messageIndex,
    healthy,
    health,
  };
}

function openDelivery(
  config: Config,
  parts: Pick<
    DeliveryOptions,
    'database' | 'bus' | 'world' | 'artifacts' | 'egress' | 'gate' | 'events' | 'program' | 'wakeAt'
  >,
): Delivery {
  return new Delivery({
    ...parts,
    access: config.access,
    concurrency: config.delivery.concurrency,
    queueLimit: config.delivery.queue_limit,
    requestKeptMs: config.block(httpConfig)?.idempotency_ttl,
    rateLimit: rateLimitOf(config, parts.world),
    maxAgeMs: config.delivery.max_age,
    contexts: new ContextReader({
      remembered: rememberedCount(config),
      costs: config.models !== undefined,
      clock: parts.world.clock,
    }),
    writesOfBegin: (item) => closeOrphan(item, parts.world.clock.now()),
  });
}

/** `delivery.rate_limit` is read for one version more, where it is set. */
function rateLimitOf({ access, delivery }: Config, { log }: World): RateLimit | undefined {
  const { enabled, requests, window: windowMs, turns } = access.rate_limit;
  const old = delivery.rate_limit;
  if (old === undefined) return enabled ? { requests, windowMs, turns } : undefined;
  log.warn({}, 'delivery.rate_limit is read for the last time: say access.rate_limit.requests instead');
  return old === 0 ? undefined : { requests: old, windowMs: 60_000, turns };
}

export interface Foundation {
  database: Database;
  artifacts: Artifacts;
  bus: Bus;
  egress: Egress;
  cache: Cache;
  locks: Locks;
  /** Undefined where HTTP is off: no page is open. */
  changes: Changes | undefined;
  changed: ChangeSource | undefined;
}

interface Opening {
  version: string;
  engine?: Engine | undefined;
  onFatal(error: Error): void;
}

async function openFoundation(
  config: Config,
  world: World,
  parts: Closer,
  { version, engine, onFatal }: Opening,
): Promise<Foundation> {
  const changes = config.block(httpConfig) && new Changes();
  const changed = changes && new ChangeSource(changes);
  const onCommit = changed && ((name: string) => changed.onCommit(name));
  const database = await upToDate(config, world, parts, { version, engine, onFatal, onCommit });
  const { dataDir } = config;
  await removeRehearsals(dataDir);
  if (database.engine === 'postgres') world.clock.follow?.(await database.now());
  warnOfWrongClock(world);
  warnOfUnknownZone(config, world);
  const artifacts = await openArtifacts(dataDir, world.clock);
  const bus = await parts.add('bus', openHints(database, config.redis?.url, world));
  const leave = changed?.join(bus);
  parts.onClose('changes', async () => leave?.());
  const { ports, i_understand_private: allow } = config.egress;
  const egress = new Egress({ ports, allow, resolve: world.resolve, proxy: world.proxy });
  const cache = await parts.add('cache', openCache({ url: config.redis?.url }, world));
  const locks = await parts.add('locks', openLocks({ url: config.redis?.url }, world));
  return { database, artifacts, bus, egress, cache, locks, changes, changed };
}

async function upToDate(
  config: Config,
  world: World,
  parts: Closer,
  { version, engine, onFatal, onCommit }: Opening & Pick<StorageOptions, 'onCommit'>,
): Promise<Database> {
  const { url, direct_url: directUrl, schema, connect_timeout: connectTimeoutMs, pool: poolSize } = config.storage;
  const { dataDir } = config;
  const options = { url, directUrl, schema, dataDir, connectTimeoutMs, poolSize, engine, onFatal, onCommit };
  try {
    const database = await parts.add('storage', openDatabase(options, world));
    // A server has whoever looks after it; an embedded database has only this.
    const program = `coda ${version}`;
    const before = (first: string) => backupBeforeUpgrade({ config, database, world, program }, first);
    await migrate(database, database.engine === 'pglite' ? { onFirst: before } : {});
    return database;
  } catch (error) {
    throw url === undefined ? await withWayBack(error, dataDir) : error;
  }
}

function warnOfWrongClock(world: World): void {
  const now = world.clock.now();
  if (now.getTime() >= EARLIEST) return;
  world.log.warn({ now }, 'the clock of this machine is wrong: reminders will not be on time until it is set');
}

function warnOfUnknownZone(config: Config, { log, env }: World): void {
  const verdict = judgeZone(config.assistant.zone, machineZone(), env.TZ);
  if (!verdict.ok) log.warn({ code: verdict.code, remedy: verdict.remedy }, verdict.says);
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
    subscribe(channel, listener) {
      const stop = database.listen(channel, listener);
      stops.add(stop);
      return () => void end(stop);
    },
    healthy: () => true,
    close: async () => {
      await Promise.all([...stops].map(end));
    },
  };
}
