import { connect } from 'node:net';
import {
  Calendar,
  checkProvider,
  costByModel,
  costByPerson,
  gapsTold,
  type Models,
  repairsSince,
} from '../../agent/index.ts';
import { type Closer, deadline } from '../../base/async.ts';
import { type BreakerState, Breakers } from '../../base/breaker.ts';
import { type Clock, DAY_MS } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { OutboundProxy } from '../../base/outbound.ts';
import { listOf } from '../../base/text.ts';
import type { World } from '../../base/world.ts';
import type { Bus } from '../../bus/index.ts';
import { Checks, type HealthCheck, type Verdict } from '../../chat/index.ts';
import { type Config, describeOrigin } from '../../config/index.ts';
import type { Delivery } from '../../delivery/index.ts';
import { FaultLog, installationOf, type JobQueue, runningInstances, type Schedules } from '../../jobs/index.ts';
import type { Database } from '../../storage/index.ts';
import { updateCheck } from '../updates.ts';
import { machineChecks } from './machine.ts';
import { databaseCheck, storageCheck } from './storage.ts';
import {
  approvalCheck,
  busCheck,
  deadJobCheck,
  deadLetterCheck,
  heldCheck,
  judgeBudgets,
  patternCheck,
  replicaCheck,
  restingCheck,
  scheduleCheck,
} from './work.ts';

export interface HealthParts {
  config: Config;
  world: World;
  database: Database;
  bus: Bus;
  delivery: Delivery;
  jobs: JobQueue;
  schedules: Schedules;
  healthy(): Promise<boolean>;
}

export interface Health {
  checks: Checks;
  breakers: Breakers;
  unwell(): readonly BreakerState[];
  /** Has the parts of a skill, a tool or a model tried again at once, in all processes. Returns their names here. */
  reset(name: string): string[];
}

export function openHealth(parts: HealthParts, closer: Closer): Health {
  const { bus, world } = parts;
  const faults = new FaultLog(parts);
  closer.onClose('faults', () => faults.close());
  const breakers = new Breakers(world.clock);
  const checks = new Checks();
  const replicas = openReplicas(parts, closer);
  checks.add(coreChecks(parts, breakers, faults, replicas));
  const close = bus.subscribe(CHANNEL, (name) => breakers.reset(name));
  closer.onClose('doctor', async () => close());
  const reset = (name: string) => {
    const names = breakers.reset(name);
    bus.publish(CHANNEL, name);
    return names;
  };
  return { checks, breakers, unwell: () => breakers.unwell(), reset };
}

const CHANNEL = 'coda_doctor';

interface Replicas {
  channel: string | undefined;
  alive(): Promise<number>;
}

/** A process that has sent no heartbeat for so long hears nothing either. */
const ALIVE_MS = 60_000;

/** Listens, where there is a Redis, on a channel that only the processes on this database know. */
function openReplicas({ config, world, database, bus }: HealthParts, closer: Closer): Replicas {
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

function coreChecks(parts: HealthParts, breakers: Breakers, faults: FaultLog, replicas: Replicas): HealthCheck[] {
  const { config, world, database, delivery, jobs, schedules } = parts;
  const { clock } = world;
  const others = async () => (await runningInstances(database)).length > 1;
  return [
    storageCheck(parts.database, parts.healthy),
    databaseCheck(database, others),
    ...machineChecks(config, database, world),
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
    ...[updateCheck(config, clock)].filter((check) => check !== undefined),
  ];
}

const WITHIN_MS = 5_000;

/** Checks that the proxies are there; what they let through shows where it is asked for. */
function proxyCheck(proxy: OutboundProxy): HealthCheck {
  return {
    name: 'proxy',
    async check(signal) {
      for (const each of proxy.proxies) {
        const why = await refusal(each, signal);
        if (why === undefined) continue;
        return {
          ok: false,
          code: 'PROXY_UNREACHABLE',
          says: `${each.host} cannot be reached (${why}), and ${proxy}`,
          remedy: 'Mend HTTPS_PROXY or HTTP_PROXY in the environment, or name in NO_PROXY what is reached without it.',
        };
      }
      return { ok: true, says: `${proxy}` };
    },
  };
}

function refusal({ hostname, port, protocol }: URL, signal: AbortSignal): Promise<string | undefined> {
  const limit = deadline(WITHIN_MS, signal);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80), signal: limit.signal });
  return new Promise<string | undefined>((resolve) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('error', (error) => resolve(messageOf(error)));
  }).finally(() => {
    socket.destroy();
    limit[Symbol.dispose]();
  });
}

interface ModelParts {
  models: Models;
  database: Database;
  clock: Clock;
  zone: string;
  overridden: Config['overridden'];
}

/**
 * Checks that each provider can be reached with its key, what is known of prices, and how often answers had to be put
 * right.
 */
export function modelChecks({ models, database, clock, zone, overridden }: ModelParts): HealthCheck[] {
  const providers = Object.keys(models.settings.providers).map((name): HealthCheck => {
    const check = { name: `models ${name}`, check: (signal: AbortSignal) => checkProvider(name, models, signal) };
    return tellingOverrides(check, `models.providers.${name}`, overridden);
  });
  const repairs: HealthCheck = {
    name: 'model repairs',
    async check() {
      const since = new Date(clock.now().getTime() - DAY_MS);
      const counted = await repairsSince(database, since);
      const says = counted.map(({ repair, times }) => `${repair.replaceAll('_', ' ')} ${times}×`).join(', ');
      return { ok: true, says: `put right within a day: ${says || 'nothing'}` };
    },
  };
  const quirks: HealthCheck = {
    name: 'model quirks',
    async check() {
      const names = models.askedNames();
      const modelQuirks = names.flatMap((name) => models.quirks(name).map((quirk) => ({ name, ...quirk })));
      const refused = names.flatMap((name) => {
        const { reason } = models.learnt(name);
        return reason === undefined ? [] : [`${name} refused the last request: “${reason}”`];
      });
      if (modelQuirks.length + refused.length === 0) return { ok: true, says: 'none found since the start' };
      const settings = [...new Set(modelQuirks.flatMap(({ setting }) => setting ?? []))];
      // Sent in another way by now: nothing is left to mend for an owner.
      const isDealtWith = refused.length === 0;
      const sentences = modelQuirks.map(({ name, what, instead }) => `${name} refuses ${what}: ${instead}`);
      return {
        ok: isDealtWith,
        code: 'MODEL_REFUSES',
        severity: isDealtWith ? 'notice' : 'warning',
        says: [...sentences, ...refused].join('; '),
        remedy:
          settings.length > 0
            ? `Set ${listOf(settings)}, which spares a refused request each hour, or say \`/model forget\` where it was a slip.`
            : 'Mend what it names, choose another model, or say `/model forget` where it was a slip.',
      };
    },
  };
  const calendar = new Calendar(zone);
  return [
    ...providers,
    pricesCheck(models, database, clock, calendar),
    budgetCheck(models, database, clock, calendar),
    quirks,
    repairs,
  ];
}

function budgetCheck({ settings }: Models, database: Database, clock: Clock, calendar: Calendar): HealthCheck {
  return {
    name: 'budgets',
    async check() {
      const now = clock.now();
      const [day, month] = [calendar.day(now), calendar.month(now)];
      const [ofDay, ofMonth] = [await costByPerson(database, day, day), await costByPerson(database, month, day)];
      return judgeBudgets({ day: ofDay, month: ofMonth }, settings.budgets, settings.currency);
    },
  };
}

function pricesCheck(models: Models, database: Database, clock: Clock, calendar: Calendar): HealthCheck {
  return {
    name: 'model prices',
    async check() {
      const now = clock.now();
      // Models that people chose for themselves cost as well.
      const asked = await costByModel(database, calendar.month(now), calendar.day(now));
      const gaps = gapsTold(models.prices.gaps([...new Set([...models.names(), ...asked.map(({ name }) => name)])]));
      if (gaps.length === 0) return { ok: true, says: 'known' };
      const remedy = 'Set it under models.prices, or models.prices.default for all of them.';
      return { ok: false, code: 'MODEL_PRICE', severity: 'warning', says: gaps.join('; '), remedy };
    },
  };
}

type OverriddenSettings = Config['overridden'];

function overridesCheck(overrides: OverriddenSettings): HealthCheck {
  return {
    name: 'environment',
    async check() {
      if (overrides.length === 0) return { ok: true, says: 'overrides nothing that the file says' };
      const says = `overrides ${listOf(overrides.map(sayOverride))}`;
      return { ok: true, code: 'ENV_OVERRIDES', severity: 'notice', says };
    },
  };
}

const SETTINGS_WRONG = /^(TOKEN|KEY|REDIS|STORAGE)_|_UNREACHABLE$|^(MODEL_ADDRESS|MODEL_KIND|PROVIDER_CREDIT)$/;

/** The check of what the keys below `path` set: where one of them is not the file's, the remedy says so. */
export function tellingOverrides(check: HealthCheck, path: string, overrides: OverriddenSettings): HealthCheck {
  const mine = overrides.filter((each) => each.path.startsWith(`${path}.`));
  if (mine.length === 0) return check;
  const explain = (verdict: Verdict): Verdict => {
    if (verdict.ok || !SETTINGS_WRONG.test(verdict.code ?? '')) return verdict;
    const remedy = `What is used comes from the environment: ${listOf(mine.map(sayOverride))}. Unset the variable, or mend it there.`;
    return { ...verdict, remedy: [verdict.remedy, remedy].filter(Boolean).join(' ') };
  };
  return {
    name: check.name,
    async check(signal) {
      const verdict = await check.check(signal);
      return { ...explain(verdict), ...(verdict.also && { also: verdict.also.map(explain) }) };
    },
  };
}

const sayOverride = ({ path, env, at }: OverriddenSettings[number]) =>
  `${env} stands in the place of ${path} (${describeOrigin(at)})`;
