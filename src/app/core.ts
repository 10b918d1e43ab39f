/** The core: delivery, jobs and doctor stand on it, and so do skills, the agent and platforms. */
import { setMaxListeners } from 'node:events';
import { httpConfig } from '../adapters/http/index.ts';
import { closing, itemContext, Said } from '../agent/index.ts';
import type { Closer } from '../base/async.ts';
import type { World } from '../base/world.ts';
import type { Config } from '../config/index.ts';
import { Delivery, type DeliveryOptions, type RateLimit } from '../delivery/index.ts';
import { Events, JobQueue, Schedules, Worker } from '../jobs/index.ts';
import { Gate } from '../people/index.ts';
import { memoryConfig } from '../skills/memory/index.ts';
import { embeddersOf } from '../vectors/index.ts';
import { openDoctor } from './doctor/index.ts';
import { openFoundation } from './foundation.ts';
import { remembered } from './inference.ts';
import { LivePolicies } from './policies.ts';
import { measure } from './telemetry/metrics.ts';

/** Opens what holds people's data and what runs later; nothing is heard or done yet. */
export async function openCore(
  config: Config,
  world: World,
  closer: Closer,
  options: Parameters<typeof openFoundation>[3],
) {
  const stopping = new AbortController();
  // Every job that runs listens to it, and what it asks of the outside; the queue bounds their number.
  setMaxListeners(0, stopping.signal);
  const policies = new LivePolicies(config, world.log);
  const gate = new Gate(() => policies.current());
  const foundation = await openFoundation(config, world, closer, options);
  const { database, bus, egress, artifacts } = foundation;
  const worker = new Worker({ database, world });
  const wakeAt = (at: Date) => worker.wakeAt(at);
  const events = new Events({ targets: config.events.targets, egress, world, wakeAt });
  const program = `coda ${options.version}`;
  const delivery = openDelivery(config, { database, bus, world, artifacts, egress, gate, events, program, wakeAt });
  measure(world, database, delivery);
  const owner = () => delivery.self.owner();
  const jobs = new JobQueue({ database, world, owner, events, wakeAt, signal: stopping.signal });
  const schedules = new Schedules({ database, world, jobs, wakeAt });
  const embedders = embeddersOf(config.block(memoryConfig).embedder);
  closer.onClose('embedders', async () => void (await Promise.all(embedders.embedders.map((each) => each.close()))));
  const said = new Said({ database, world, jobs, embedders });
  closer.onClose('said', () => said.close());
  const healthy = async () => delivery.isWell && (await database.healthy());
  const doctor = openDoctor({ ...foundation, config, world, delivery, jobs, schedules, healthy }, closer);
  doctor.checks.add([policies.check()]);
  const running = { worker, wakeAt, events, delivery, jobs, schedules, embedders, said, healthy, doctor };
  return { ...foundation, ...running, config, world, closer, stopping, policies, gate };
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
    context: itemContext(remembered(config), config.models !== undefined),
    begun: (item) => closing(item, parts.world.clock.now()),
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
