/** What `coda doctor` asks of coda's own rooms; adapters and skills bring their own. */
import type { Closer } from '../../base/async.ts';
import { Breakers } from '../../base/breaker.ts';
import type { World } from '../../base/world.ts';
import type { Bus } from '../../bus/index.ts';
import { Checks, type HealthCheck, type Skill } from '../../chat/index.ts';
import type { Config } from '../../config/index.ts';
import type { Delivery } from '../../delivery/index.ts';
import { FaultLog, type JobQueue, runningInstances, type Schedules } from '../../jobs/index.ts';
import { type DoctorDeps, doctor, isOf } from '../../skills/doctor/index.ts';
import type { Database } from '../../storage/index.ts';
import { machineChecks } from './machine.ts';
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

/** What watches over the rest. */
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
  checks.add(coreChecks(parts, breakers, faults));
  const { close, ...deps } = doctorDeps(checks, breakers, bus);
  closer.onClose('doctor', async () => close());
  return { checks, breakers, skill: doctor(deps) };
}

function coreChecks(parts: DoctorParts, breakers: Breakers, faults: FaultLog): HealthCheck[] {
  const { config, world, database, delivery, jobs, schedules } = parts;
  const { clock } = world;
  const others = async () => (await runningInstances(database)).length > 1;
  return [
    storageCheck(parts.healthy),
    databaseCheck(database, others),
    ...machineChecks(config, database),
    ...(world.proxy ? [proxyCheck(world.proxy)] : []),
    busCheck(parts.bus, config.redis !== undefined),
    replicaCheck(database, clock),
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

/** What the skill may use; a reset here is heard by the replicas until `close`. */
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
