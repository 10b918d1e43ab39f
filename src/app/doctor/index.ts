/** Checks of coda's own rooms; adapters and skills bring their own. */
import type { Closer } from '../../base/async.ts';
import { Breakers } from '../../base/breaker.ts';
import { messageOf } from '../../base/errors.ts';
import type { World } from '../../base/world.ts';
import type { Bus } from '../../bus/index.ts';
import { Checks, type HealthCheck, type Skill } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import type { Delivery } from '../../delivery/index.ts';
import { FaultLog, installationOf, type JobQueue, runningInstances, type Schedules } from '../../jobs/index.ts';
import { type DoctorDeps, doctor, isOf } from '../../skills/doctor/index.ts';
import type { Database } from '../../storage/index.ts';
import { machineChecks } from './machine.ts';
import { overridesCheck, tellingOverrides } from './overrides.ts';
import { proxyCheck } from './proxy.ts';
import { databaseCheck, storageCheck } from './storage.ts';
import {
  approvalCheck,
  busCheck,
  deadJobCheck,
  deadLetterCheck,
  heldCheck,
  patternCheck,
  replicaCheck,
  restingCheck,
  scheduleCheck,
} from './work.ts';

export { modelChecks } from './models.ts';
export { tellingOverrides } from './overrides.ts';

export interface DoctorParts {
  config: Config;
  world: World;
  database: Database;
  bus: Bus;
  delivery: Delivery;
  jobs: JobQueue;
  schedules: Schedules;
  healthy(): Promise<boolean>;
}

/** Checks and circuit breakers. */
export interface Doctor {
  checks: Checks;
  /** Of models, tools and skills. */
  breakers: Breakers;
  skill: Skill;
}

/** Begins to count faults, and makes what asks how all parts are. */
export function openDoctor(parts: DoctorParts, closer: Closer): Doctor {
  const { bus, world } = parts;
  const faults = new FaultLog(parts);
  closer.onClose('faults', () => faults.close());
  const breakers = new Breakers(world.clock);
  const checks = new Checks();
  const replicas = openReplicas(parts, closer);
  checks.add(coreChecks(parts, breakers, faults, replicas));
  const { close, ...deps } = doctorDeps(checks, breakers, bus);
  closer.onClose('doctor', async () => close());
  return { checks, breakers, skill: doctor(deps) };
}

interface Replicas {
  channel: string | undefined;
  alive(): Promise<number>;
}

/** A process that has sent no heartbeat for so long hears nothing either. */
const ALIVE_MS = 60_000;

/** Listens, where there is a Redis, on a channel that only the processes on this database know. */
function openReplicas({ config, world, database, bus }: DoctorParts, closer: Closer): Replicas {
  const replicas: Replicas = {
    channel: undefined,
    async alive() {
      const now = world.clock.now().getTime();
      return (await runningInstances(database)).filter(({ heartbeatAt }) => now - heartbeatAt.getTime() < ALIVE_MS)
        .length;
    },
  };
  if (config.redis === undefined) return replicas;
  let close = () => {};
  const opened = installationOf(database)
    .then((id) => {
      replicas.channel = `coda_replicas_${id}`;
      close = bus.subscribe(replicas.channel, () => {});
    })
    .catch((error: unknown) => world.log.debug({ error: messageOf(error) }, 'replicas cannot be counted'));
  closer.onClose('replicas', async () => {
    await opened;
    close();
  });
  return replicas;
}

function coreChecks(parts: DoctorParts, breakers: Breakers, faults: FaultLog, replicas: Replicas): HealthCheck[] {
  const { config, world, database, delivery, jobs, schedules } = parts;
  const { clock } = world;
  const others = async () => (await runningInstances(database)).length > 1;
  return [
    storageCheck(parts.healthy),
    databaseCheck(database, others),
    ...machineChecks(config, database),
    ...(world.proxy ? [proxyCheck(world.proxy)] : []),
    overridesCheck(config.overridden),
    tellingOverrides(busCheck(parts.bus, config.redis !== undefined, replicas), 'redis', config.overridden),
    replicaCheck(database, clock, () => (delivery.hasStarted ? delivery.self.id : undefined)),
    deadLetterCheck(delivery.outbox),
    heldCheck(delivery.outbox),
    deadJobCheck(jobs),
    scheduleCheck(schedules, clock, () => jobs.kinds.length > 0),
    approvalCheck(database, clock),
    restingCheck(breakers),
    patternCheck(faults, clock),
  ];
}

/** Hints to the other replicas that a part may be tried again. */
const CHANNEL = 'coda_doctor';

/** Dependencies of the doctor skill; a reset here is heard by the replicas until `close`. */
function doctorDeps(checks: Checks, breakers: Breakers, bus: Bus): DoctorDeps & { close(): void } {
  const wake = (name: string) => breakers.reset((part) => isOf(part.name, name));
  const close = bus.subscribe(CHANNEL, wake);
  return {
    checks,
    unwell: () => breakers.unwell(),
    reset(name) {
      const woken = wake(name);
      bus.publish(CHANNEL, name);
      return woken;
    },
    close,
  };
}
