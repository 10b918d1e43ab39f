import { createHash } from 'node:crypto';
import type { ConsoleAdapter } from '../adapters/console/index.ts';
import type { HttpServer } from '../adapters/http/index.ts';
import { Approvals, approvalSource, type Model, type Said, type Toolbox } from '../agent/index.ts';
import { append, lastConfigChange, rowOf } from '../audit/index.ts';
import { Closer, groupBy, withTimeout } from '../base/async.ts';
import type { Instant } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import {
  type Command,
  type HealthCheck,
  Router,
  type Skill,
  type SkillDeps,
  type SystemTask,
  turnAway,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { type ChatAdapter, type Delivery, deadJobSource, type Receiver } from '../delivery/index.ts';
import { routeFetch } from '../egress/index.ts';
import type { Events, JobQueue, Schedules, Worker } from '../jobs/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { agentSkills, agentSkillsConfig } from '../skills/agent-skills/index.ts';
import { backup } from '../skills/backup/index.ts';
import { browser } from '../skills/browser/index.ts';
import { connectors } from '../skills/connectors/index.ts';
import { learned } from '../skills/improvement/index.ts';
import { McpServers, mcp, mcpConfig, toolServers } from '../skills/mcp/index.ts';
import { schedulerConfig } from '../skills/scheduler/index.ts';
import { specialists } from '../skills/specialists/index.ts';
import { Webhooks, webhooks } from '../skills/webhooks/index.ts';
import type { Artifacts, Database, Engine, Transaction } from '../storage/index.ts';
import { openConsole, openPlatforms, titles } from './adapters.ts';
import { wireAgent } from './agent.ts';
import { LiveSkills } from './agent-skills/agent-skills.ts';
import { SKILL_JOB, skillJob } from './agent-skills/jobs.ts';
import { skillShelf } from './agent-skills/shelf.ts';
import { Backups } from './backups.ts';
import { type Core, openCore } from './core.ts';
import { tellingOverrides } from './doctor/index.ts';
import { attachmentBytes, openHttp } from './http.ts';
import { openInference, type Thinking } from './inference.ts';
import { enqueue, handlersOf, jobsOf } from './jobs.ts';
import type { Away, OperatedApp } from './operations/parts.ts';
import { People } from './people.ts';
import { programVerbs } from './programs.ts';
import { sandboxOf } from './sandbox.ts';
import { defaultZone, householdOf } from './settings.ts';
import { Sessions } from './sign-in/sessions.ts';
import { Tokens } from './sign-in/tokens.ts';
import { agendaAheadOf, agendaOf, builtInSkills, type EquippedSkill, equip, isRunnable } from './skills.ts';
import { openSpecialists, specialistHost } from './specialists.ts';
import { traced } from './telemetry/traces.ts';

export interface BuildOptions {
  version: string;
  /** One line for who opens the terminal: how coda may be spoken to. */
  hint: string;
  /** Called on an unrecoverable error; the process should exit. */
  onFatal(error: Error): void;
  /** Besides the configured ones. */
  adapters?: readonly ChatAdapter[];
  /** Besides the built-in ones. */
  skills?: readonly Skill[];
  /** Instead of the configured ones. */
  model?: Model;
  /** An open engine of the database instead of the configured one; closed with coda. */
  engine?: Engine;
}

/** A whole coda, put together but not started: its parts, and what is done with all of them. */
export interface App extends OperatedApp {
  readonly artifacts: Artifacts;
  readonly commands: readonly Command[];
  readonly console: ConsoleAdapter;
  /** Frees what a predecessor held and begins: the worker, then the adapters. */
  start(): Promise<void>;
  /** Takes nothing new, lets turns finish for `graceMs`, stores the rest and closes everything in reverse order. */
  stop(graceMs?: number): Promise<void>;
}

const GRACE_MS = 10_000;
/** The channel on which programs beside coda hear of events. */
const EVENTS = 'coda_alerts';

/** Puts coda together: every part is made from parts made before it, and closed in reverse. */
export async function build(config: Config, world: World, options: BuildOptions): Promise<App> {
  const closer = new Closer();
  try {
    closer.onClose('proxy', await routeFetch(world.proxy));
    return await assemble(config, await traced(world, options.version, closer), options, closer);
  } catch (error) {
    await closer.close();
    throw error;
  }
}

async function assemble(config: Config, world: World, options: BuildOptions, closer: Closer): Promise<App> {
  const core = await openCore(config, world, closer, options);
  const { database, artifacts, worker, delivery, jobs, gate, healthy, doctor } = core;
  const { version, model } = options;
  const { checks, breakers } = doctor;

  const thinking = openInference({ config, world, database, artifacts, model, breakers });
  const { sandbox, forSkills } = await sandboxOf({ ...core, skills: () => liveSkills });
  await closer.add('sandbox', sandbox);
  const { liveSkills, ofFolders } = openFolders(core, () => agent.options.toolbox);
  const backups = new Backups({ config, database, world, program: `coda ${version}` });
  const hooks = new Webhooks({
    ...{ database, world, jobs, artifacts, secrets: liveSkills.secrets },
    attachmentBytes: attachmentBytes(config),
  });
  const servers = mcpServersOf(core, {
    ...{ sandbox, version, values: liveSkills.secrets, address: () => http?.server.url },
    refusedBy: (tool) => refusing(thinking, tool),
  });
  closer.onClose('mcp servers', () => servers.close());
  const skills = equipAll(
    core,
    {
      ...{ models: thinking.inference.small, tiers: thinking.models?.tiers, sandbox: forSkills },
      servers: toolServers(servers),
    },
    [
      ...builtInSkills,
      ...[doctor.skill, backup(backups), webhooks(hooks), mcp(servers), browser(), ...ofFolders],
      ...(options.skills ?? []),
    ],
  );
  const pairing = pairingOf(core);
  const wiring = wireAgent({ ...core, skills, pairing, thinking });
  const { agent, commands } = wiring;
  closer.onClose('summaries', wiring.close);
  const router = new Router({ ...wiring, delivery, gate, turnAway: (item) => turnAway(pairing, item) });

  const parts = { ...core, skills, moved: wiring.moved };
  const settled = () => settle({ ...parts, liveSkills });
  const console = openConsole({ ...parts, commands, settled }, options);
  const configured = await openPlatforms({ ...parts, commands });
  const tokens = new Tokens({ database, world, config });
  const sessions = new Sessions({ database, world, config });
  const approvals = new Approvals({ database, world, delivery, token: config.access.approval_token });
  const serving = { agent, approvals, checks, platforms: configured, agentSkills: liveSkills, version };
  const http = openHttp({ ...parts, ...serving, tokens, sessions });
  const heard = http ? [http.adapter] : [];
  const adapters: readonly ChatAdapter[] = [console, ...configured, ...heard, ...(options.adapters ?? [])];
  checks.add(adapters.flatMap((adapter) => checksOf(adapter, config)));
  checks.add(skills.flatMap(({ skill, deps }) => skill.checks?.(deps) ?? []));

  return {
    ...{ database, artifacts, worker, delivery, jobs, commands, console, checks, healthy, settled },
    ...{ tokens, sessions, http: http?.server },
    people: new People(pairing),
    agentSkills: liveSkills,
    ...{ approvals, backups, hooks },
    verbs: Object.assign(programVerbs({ agent, delivery }), ...skills.map(({ skill, deps }) => skill.verbs?.(deps))),
    enqueue: (job, besides) => enqueue(parts, job, besides),
    start: () => start({ ...parts, liveSkills, sandbox, commands, router, adapters, http: http?.server }),
    startJobs: () => startJobs({ ...parts, router, liveSkills, commands }, console),
    stop: (graceMs = GRACE_MS) => stop(parts, graceMs),
    status: async () => ({ version, ...(await statusOf(parts, adapters, wiring.status())) }),
    away: () => awayOf(adapters),
  };
}

/** The agent skills and the specialists: folders that are read together. */
function openFolders({ config, world, bus, database, artifacts, embedders, jobs }: Core, toolbox: () => Toolbox) {
  const catalog = openSpecialists(config, world.env, database);
  const liveSkills = new LiveSkills({
    ...{ config, world, bus, database, artifacts, embedders, jobs },
    specialists: catalog,
  });
  const ofFolders = [
    agentSkills(liveSkills, config.block(agentSkillsConfig)),
    connectors({ roots: () => liveSkills.ownFolders(), secrets: liveSkills.secrets }),
    specialists(specialistHost(catalog, liveSkills, config, toolbox)),
    learned(skillShelf({ skills: liveSkills, database, world, config })),
  ];
  return { liveSkills, ofFolders };
}

/** The skills with what they may use. What some of them ask of all is known once they are made. */
function equipAll(
  core: Core,
  more: Pick<SkillDeps, 'models' | 'tiers' | 'sandbox' | 'servers'>,
  all: readonly Skill[],
): readonly EquippedSkill[] {
  const { config, delivery, bus, closer } = core;
  const skills: readonly EquippedSkill[] = equip(all, config, {
    ...core,
    ...more,
    outbox: delivery.outbox,
    turns: delivery,
    emit: ({ name: event }, payload) => void bus.publish(EVENTS, JSON.stringify({ event, payload })),
    household: householdOf(config),
    onClose: (part, close) => closer.onClose(part, close),
    runnable: (name) => isRunnable(skills, name),
    agenda: (ctx, span) => agendaOf(skills, ctx, span),
    agendaAhead: (kind) => agendaAheadOf(skills, kind),
  });
  return skills;
}

function mcpServersOf(
  { config, delivery, ...core }: Core,
  more: Pick<ConstructorParameters<typeof McpServers>[0], 'sandbox' | 'version' | 'values' | 'address' | 'refusedBy'>,
): McpServers {
  const { execution } = config;
  return new McpServers({
    ...core,
    ...{ ...more, settings: config.block(mcpConfig), execution, outbox: delivery.outbox },
  });
}

/** The models whose services refuse a tool by its name. */
function refusing({ models }: Thinking, tool: string): string[] {
  return models?.asked().filter((name) => models.learnt(name).tools.has(tool)) ?? [];
}

/** Admission of people whom nobody has named. */
function pairingOf({ config, database, world, delivery, policies }: Core) {
  return {
    ...{ database, clock: world.clock, delivery, access: config.access, platforms: titles },
    roles: [...policies.current().roles.keys(), ...Object.keys(config.access.assigned)].filter(isOwn),
  };
}

/** True if a role is none of those that people have by themselves. */
function isOwn(role: string): boolean {
  return !['owner', 'member', 'guest'].includes(role);
}

/** For `coda status`. `models`: how they fare; undefined where none is configured. */
async function statusOf(
  { database, delivery, jobs }: Parts,
  adapters: readonly ChatAdapter[],
  models: Json | undefined,
): Promise<Record<string, Json>> {
  return {
    engine: database.engine,
    adapters: adapters.map((adapter) => adapter.name),
    away: Object.fromEntries(awayOf(adapters).map(({ platform, says }) => [platform, says])),
    running: delivery.running,
    outbox: { ...(await delivery.outbox.open()), sent_again: delivery.outbox.resent },
    jobs: { dead: (await jobs.dead(1)).total },
    ...(models !== undefined && { models }),
    storage: { ...database.stats() } as Json,
  };
}

/** Parts that run once everything is made. */
interface Parts {
  config: Config;
  world: World;
  closer: Closer;
  stopping: AbortController;
  database: Database;
  artifacts: Artifacts;
  worker: Worker;
  delivery: Delivery;
  jobs: JobQueue;
  schedules: Schedules;
  events: Events;
  said: Said;
  skills: readonly EquippedSkill[];
  moved: Receiver['moved'];
}

interface Starting extends Parts {
  liveSkills: LiveSkills;
  sandbox: Sandbox;
  commands: readonly Command[];
  router: Router;
  adapters: readonly ChatAdapter[];
  http: HttpServer | undefined;
}

async function start(parts: Starting): Promise<void> {
  const { closer, stopping, database, worker, delivery, jobs, schedules, skills, adapters } = parts;
  // Before anything is taken up: a turn that goes on after a restart finds its skills and specialists.
  closer.onClose('agent skills', await parts.liveSkills.start(parts.commands.map(({ name }) => name)));
  await join(parts, { answers: true });
  parts.sandbox.start();
  await recordConfig(database, parts.config, parts.world.clock.now());
  await database.tx('schedules.put', (tx) => putTasks(tx, parts));
  // Before the adapters: what is due is written at once, held, and sent when its platform calls `reachable`.
  worker.start([
    ...delivery.due(),
    jobs,
    schedules,
    approvalSource({ database, delivery }),
    deadJobSource({ database, outbox: delivery.outbox }),
    ...skills.flatMap(({ skill, deps }) => skill.due?.(deps) ?? []),
  ]);
  for (const { skill, deps } of skills) skill.started?.(deps);
  for (const adapter of adapters) {
    const reachable = (channel?: string) => delivery.reachable(adapter.name, channel);
    await adapter.start(delivery.inbox, reachable, stopping.signal);
    closer.onClose(adapter.name, () => adapter.close());
  }
  const { http } = parts;
  await http?.open();
  if (http) closer.onClose('http server', () => http.close());
}

/** Becomes one of the replicas, which owns what it runs. */
async function join(
  parts: Pick<Starting, 'router' | 'adapters'> & Parts,
  { answers }: { answers: true | readonly string[] },
): Promise<void> {
  const { closer, worker, delivery, jobs, schedules, router, adapters, skills } = parts;
  // A notice is cut by the adapter, as its platform needs it.
  const handlers = answers === true ? handlersOf(parts) : [...jobsOf(skills), parts.events.job(), skillJob(parts)];
  jobs.start(handlers.map((handler) => schedules.watched(handler)));
  await delivery.start({
    adapters,
    answers,
    kindOf: (event) => router.kindOf(event),
    handle: (item, signal) => router.handle(item, signal),
    moved: parts.moved,
    freed: () => {
      worker.look();
      for (const { skill, deps } of skills) skill.replicaEnded?.(deps);
    },
    owned: [jobs],
  });
  closer.onClose('delivery', () => delivery.close());
}

/** Runs of skills are turns at the terminal: they are carried out here, and what they say is kept for who comes there. */
async function startJobs(
  parts: Parts & Pick<Starting, 'router' | 'liveSkills' | 'commands'>,
  terminal: ChatAdapter,
): Promise<void> {
  const { closer, worker, jobs, schedules, skills, world } = parts;
  closer.onClose('agent skills', await parts.liveSkills.start(parts.commands.map(({ name }) => name)));
  const now = world.clock.now();
  const runs = (await jobs.waitingOf(SKILL_JOB)).filter(({ due_at: at }) => at <= now);
  await join({ ...parts, adapters: [terminal] }, { answers: [terminal.name] });
  if (runs.length > 0) for (const { skill, deps } of skills) skill.started?.(deps);
  worker.start([jobs, schedules]);
}

function tasksOf({ skill, deps }: EquippedSkill): readonly SystemTask[] {
  return [...(skill.schedules ?? []), ...(skill.tasks?.(deps) ?? [])];
}

/** Adds the system tasks of all skills, or changes those whose default has changed. */
async function putTasks(tx: Transaction, { config, schedules, skills }: Parts): Promise<void> {
  const { tasks } = config.block(schedulerConfig);
  const usual = defaultZone(config);
  const all = skills.flatMap(tasksOf).map(({ name, kind, missed, standard = true, cron }) => {
    const set = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
    const { cron: rule = cron, zone = usual, enabled } = set ?? {};
    return { name, kind, payload: {}, rule, zone, missed, enabled, standard };
  });
  await schedules.putAll(tx, all);
}

async function stop({ world, closer, stopping, worker, delivery, jobs }: Parts, graceMs: number): Promise<void> {
  stopping.abort(new Error('coda is stopping'));
  await worker.close();
  // A job that is done and not recorded as done would be run again.
  await Promise.all([delivery.quiet(graceMs), withTimeout(graceMs, jobs.idle())]);
  await closer.close((part, error) => world.log.warn({ part, error: messageOf(error) }, 'closing failed'));
}

type Settling = Pick<Parts, 'worker' | 'jobs' | 'delivery'> & { liveSkills: LiveSkills };

async function settle({ worker, jobs, delivery, liveSkills }: Settling): Promise<void> {
  // Twice at least: what ends may have made something due, and what was due may have begun something.
  for (let round = 0; round < 2 || worker.isLooking; round++) {
    await worker.idle();
    await jobs.idle();
    await delivery.idle();
    await liveSkills.settled();
  }
}

function checksOf(adapter: ChatAdapter, { overridden }: Config): HealthCheck[] {
  return (adapter.checks?.() ?? []).map((check) => tellingOverrides(check, adapter.name, overridden));
}

function awayOf(adapters: readonly ChatAdapter[]): Away[] {
  return adapters.flatMap((adapter) => {
    const away = adapter.away?.();
    return away ? [{ platform: adapter.name, ...away }] : [];
  });
}

/** At a start: an entry in the log of what was done if a block of the configuration is not as it was at the last one. */
async function recordConfig(database: Database, config: Config, now: Instant): Promise<void> {
  await database.tx('audit.config', async (tx) => {
    const last = (await lastConfigChange(tx)) as { blocks?: Record<string, string> } | undefined;
    const blocks = fingerprints(config);
    const names = new Set([...Object.keys(blocks), ...Object.keys(last?.blocks ?? {})]);
    const changed = [...names].filter((name) => blocks[name] !== last?.blocks?.[name]).sort();
    if (changed.length === 0) return;
    const detail = { changed: last ? changed : ['all'], blocks };
    const entry = { action: 'config.change', subject: undefined, personId: undefined, origin: 'start' } as const;
    append(tx, [rowOf({ ...entry, at: now, detail })]);
  });
}

/** The beginning of a hash of each configuration block; secrets are masked first. */
function fingerprints(config: Config): Record<string, string> {
  const blocks = groupBy(config.entries(), ({ path }) => path.split('.')[0] ?? '');
  return Object.fromEntries(
    [...blocks].map(([name, entries]) => {
      const values = canonicalJson(entries.map(({ path, value }) => [path, value]));
      return [name, createHash('sha256').update(values).digest('hex').slice(0, FINGERPRINT)];
    }),
  );
}

/** Hexadecimal digits. */
const FINGERPRINT = 12;
