import { createHash } from 'node:crypto';
import type { ConsoleAdapter } from '../adapters/console/index.ts';
import { type HttpServer, httpConfig, type Pushes, type Service } from '../adapters/http/index.ts';
import { type Agent, Approvals, approvalSource, type Model } from '../agent/index.ts';
import { append, lastConfigChange, rowOf } from '../audit/index.ts';
import { Closer, groupBy, lazy, withTimeout } from '../base/async.ts';
import type { Instant } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import {
  type AllSkills,
  type AnyRoute,
  type Command,
  cardsOf,
  type HealthCheck,
  modelCard,
  offerOfMove,
  type PairingDeps,
  type PlatformAdapter,
  Router,
  type Skill,
  turnAway,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { type ChatAdapter, deadJobSource, type Item, type Receiver } from '../delivery/index.ts';
import { routeFetch } from '../egress/index.ts';
import { SetupCards } from '../setup/index.ts';
import { FirstStart, Invitations, Sessions, Tokens } from '../sign-in/index.ts';
import type { Artifacts, Database, Engine } from '../storage/index.ts';
import { openConsole, openPlatforms, openServices } from './adapters.ts';
import { wireAgent } from './agent.ts';
import { readerFrom } from './api/reader.ts';
import { Backups } from './backups.ts';
import { openConfigFiles } from './config.ts';
import { type CoreParts, openCore } from './core.ts';
import { tellingOverrides } from './health/index.ts';
import { type HttpParts, openHttp, openPushes, serve } from './http.ts';
import { openInference, type Thinking } from './inference.ts';
import { enqueue, handlersOf, type JobParts, jobsOf, skillJob } from './jobs.ts';
import { type AwayPlatform, type OperatedApp, SKILL_JOB } from './operations/parts.ts';
import { People } from './people.ts';
import { platforms, titles } from './platforms.ts';
import { programVerbs } from './programs.ts';
import { householdOf } from './settings.ts';
import { openSkillParts, type SkillParts } from './skill-parts.ts';
import {
  allSkills,
  builtInSkills,
  type CommonDeps,
  type EquippedSkill,
  equip,
  loadSkills,
  skillsOf,
  skillVerbs,
  tasksOf,
} from './skills.ts';
import { withSpans } from './telemetry/traces.ts';

export interface BuildOptions {
  version: string;
  hint: string;
  /** Called on an unrecoverable error; the process should exit. */
  onFatal(error: Error): void;
  /** Has whoever runs it stop it, and build another one with the configuration read anew; undefined: nobody does. */
  onRestart?: () => void;
  adapters?: readonly PlatformAdapter[];
  skills?: readonly Skill[];
  model?: Model;
  /** An open engine of the database instead of the configured one; closed with coda. */
  engine?: Engine;
}

export interface App extends OperatedApp {
  readonly artifacts: Artifacts;
  readonly commands: readonly Command[];
  readonly routes: readonly AnyRoute[];
  readonly console: ConsoleAdapter;
  /** Frees what a predecessor held and begins: the worker, then the adapters. */
  start(): Promise<void>;
  /** Takes nothing new, lets turns finish for `graceMs`, stores the rest and closes everything in reverse order. */
  stop(graceMs?: number): Promise<void>;
}

const GRACE_MS = 10_000;
const EVENTS = 'coda_alerts';

/** Puts coda together: opens what stands by itself, then connects it. Everything is closed in reverse. */
export async function build(config: Config, world: World, options: BuildOptions): Promise<App> {
  const closer = new Closer();
  try {
    closer.onClose('proxy', await routeFetch(world.proxy));
    const open = await openParts(config, await withSpans(world, options.version, closer), closer, options);
    return await connect(open, options);
  } catch (error) {
    await closer.close();
    throw error;
  }
}

/** Parts that stand before skills, agent and adapters are connected. */
interface OpenParts extends CoreParts, SkillParts {
  version: string;
  thinking: Thinking;
  /** Undefined where HTTP is off. */
  http: HttpServer | undefined;
  backups: Backups;
  tokens: Tokens;
  sessions: Sessions;
  invitations: Invitations;
  firstStart: FirstStart;
  approvals: Approvals;
  pushes: Pushes;
}

/** Phase one: each part stands by itself, or on parts above it. */
async function openParts(config: Config, world: World, closer: Closer, options: BuildOptions): Promise<OpenParts> {
  const core = await openCore(config, world, closer, options);
  const { database, artifacts, egress, delivery, jobs, health } = core;
  const { version, model } = options;
  const thinking = openInference({ config, world, database, artifacts, model, breakers: health.breakers });
  const http = openHttp(config, world);
  const ofSkills = await openSkillParts(core, { version, thinking, http });
  const { secrets } = ofSkills.agentSkills;
  const sessions = new Sessions({ database, world, config });
  return {
    ...core,
    ...ofSkills,
    version,
    thinking,
    http,
    backups: new Backups({ config, database, world, program: `coda ${version}` }),
    tokens: new Tokens({ database, world, config }),
    sessions,
    invitations: new Invitations({ database, world, config }, sessions),
    firstStart: new FirstStart({ database, world, config, trustsIssuer: config.block(httpConfig)?.jwt !== undefined }),
    approvals: new Approvals({ database, world, delivery, token: config.access.approval_token }),
    pushes: openPushes({ config, database, world, jobs, egress, secrets }),
  };
}

/** Parts that run: the open ones, and those that were connected over them. */
interface RunningParts {
  open: OpenParts;
  skills: readonly EquippedSkill[];
  all: AllSkills;
  commands: readonly Command[];
  agent: Agent;
  router: Router;
  moved: Receiver['onMove'];
  people: People;
  cards: SetupCards;
}

type ModelStatus = () => Json | undefined;

/** Phase two: the skills over what is open, the agent over the skills, then the ways in. */
async function connect(open: OpenParts, options: BuildOptions): Promise<App> {
  const { delivery, gate, closer } = open;
  const listed = [...builtInSkills, ...skillsOf(open), ...(options.skills ?? [])];
  const skills: EquippedSkill[] = [];
  const deps = depsOf(open, (tx, move) => offerOfMove(skills, tx, move));
  skills.push(...equip(await loadSkills(listed, open.config), open.config, deps));
  const all = allSkills(skills);
  const pairing = pairingOf(open);
  const wiring = wireAgent(open, skills, all, pairing);
  const { agent, commands, called, offersFor, hear, onMove: moved } = wiring;
  closer.onClose('summaries', wiring.close);
  const turned = (item: Item) => turnAway(pairing, item);
  const router = new Router({ agent, delivery, commands, called, offersFor, gate, turnAway: turned, hear });
  const cards = setupCardsOf(open, listed, options);
  const people = new People(pairing);
  const parts: RunningParts = { open, skills, all, commands, agent, router, moved, people, cards };
  const ways = await openWays(parts, options, wiring.status);
  addChecks(parts, ways);
  return appOf(parts, ways, wiring.status);
}

function setupCardsOf(open: OpenParts, skills: readonly Skill[], { onRestart }: BuildOptions): SetupCards {
  const { config, world, database, egress, http } = open;
  const cards = lazy(async () => [modelCard, ...(await cardsOf(platforms, skills))]);
  const files = { cards, openFiles: openConfigFiles };
  return new SetupCards({ config, world, database, egress, ...files, listen: () => http?.listens, onRestart });
}

/** The ways in and out: terminal, platforms, HTTP, services that are told. */
interface Ways {
  terminal: ConsoleAdapter;
  adapters: readonly PlatformAdapter[];
  /** Adapters that `coda status` shows. */
  shownAdapters: readonly PlatformAdapter[];
  service: Service | undefined;
}

async function openWays(parts: RunningParts, options: BuildOptions, modelStatus: ModelStatus): Promise<Ways> {
  const { open, commands, skills } = parts;
  const { config, world, database, artifacts, worker, gate, egress } = open;
  const whenSettled = () => settleAll(open);
  const terminal = openConsole({ config, world, artifacts, worker, commands, whenSettled }, options);
  const opened = await openPlatforms({ config, world, database, artifacts, commands, gate, skills });
  const serving = await serve(httpPartsOf(parts, opened, modelStatus));
  const programs = serving ? [serving.adapter] : [];
  const services = openServices({ config, egress, world });
  const serviceAdapters = services.map(({ adapter }) => adapter);
  const adapters = [terminal, ...opened, ...programs, ...serviceAdapters, ...(options.adapters ?? [])];
  // The adapter exists without any service, too: words for a service that is gone have to be told elsewhere.
  const unused = new Set<PlatformAdapter>(services.filter(({ isUsed }) => !isUsed).map(({ adapter }) => adapter));
  const shownAdapters = adapters.filter((adapter) => !unused.has(adapter));
  return { terminal, adapters, shownAdapters, service: serving?.service };
}

function httpPartsOf(parts: RunningParts, platforms: HttpParts['platforms'], modelStatus: ModelStatus): HttpParts {
  const { open, agent, commands, skills, all, people, cards } = parts;
  return {
    config: open.config,
    world: open.world,
    database: open.database,
    artifacts: open.artifacts,
    http: open.http,
    jobs: open.jobs,
    jobWords: () => jobWords(parts),
    agent,
    commands,
    approvals: open.approvals,
    checks: open.health.checks,
    delivery: open.delivery,
    gate: open.gate,
    schedules: open.schedules,
    skills,
    all,
    platforms,
    tokens: open.tokens,
    people,
    backups: open.backups,
    sessions: open.sessions,
    invitations: open.invitations,
    firstStart: open.firstStart,
    cards,
    pushes: open.pushes,
    egress: open.egress,
    agentSkills: open.agentSkills,
    changes: open.changes,
    changed: open.changed,
    models: open.thinking.models,
    modelStatus,
    version: open.version,
    healthy: open.healthy,
  };
}

function addChecks({ open, skills, agent }: RunningParts, { adapters }: Ways): void {
  const { checks } = open.health;
  const { toolbox } = agent.options;
  checks.add(adapters.flatMap((adapter) => checksOf(adapter, open.config)));
  checks.add(skills.flatMap(({ skill, deps }) => skill.views?.checks?.(deps, toolbox) ?? []));
}

function appOf(
  parts: RunningParts,
  { terminal, adapters, shownAdapters, service }: Ways,
  modelStatus: ModelStatus,
): App {
  const { open, skills, agent, commands, people } = parts;
  const { database, artifacts, worker, delivery, jobs, tokens, sessions, firstStart, http, agentSkills, version } =
    open;
  const { approvals, backups, healthy } = open;
  const verbs = skillVerbs(skills, programVerbs({ agent, delivery, skills }));
  return {
    database,
    artifacts,
    worker,
    delivery,
    jobs,
    tokens,
    sessions,
    invitations: open.invitations,
    firstStart,
    http,
    agentSkills,
    approvals,
    backups,
    healthy,
    checks: open.health.checks,
    commands,
    routes: service?.routes ?? [],
    console: terminal,
    people,
    whenSettled: () => settleAll(open),
    enqueue: (job, besides) => enqueue(jobPartsOf(parts), job, besides),
    jobWords: () => jobWords(parts),
    start: () => start(parts, adapters, service),
    findVerb: async (name) => (await verbs()).get(name),
    startJobs: () => startJobs(parts, terminal),
    stop: (graceMs = GRACE_MS) => stop(open, graceMs),
    status: async () => ({ version, ...(await statusOf(parts, shownAdapters, modelStatus())) }),
    listAway: () => awayOf(adapters),
  };
}

function depsOf(open: OpenParts, offerMove: CommonDeps['people']['offerMove']): CommonDeps {
  const { config, delivery, bus, closer, thinking, forSkills } = open;
  const { database, artifacts, world, jobs, schedules, embedders, gate, egress, cache, locks, wakeAt, events } = open;
  const onClose = (part: string, close: () => Promise<void>) => closer.onClose(part, close);
  return {
    database,
    storage: { artifacts, cache, locks },
    speech: {
      outbox: delivery.outbox,
      turns: delivery,
      places: delivery,
      events,
      emit: ({ name: event }, payload) => void bus.publish(EVENTS, JSON.stringify({ event, payload })),
    },
    world,
    work: { jobs, schedules, wakeAt },
    models: {
      embedders,
      small: thinking.inference.small,
      tiers: thinking.models?.tiers,
    },
    people: {
      gate,
      household: householdOf(config),
      readCaller: (request) => readerFrom({ config, world, database, delivery }, request),
      offerMove,
    },
    sandbox: forSkills,
    egress,
    onClose,
  };
}

function pairingOf({ config, database, world, delivery, policies }: OpenParts): PairingDeps {
  return {
    database,
    clock: world.clock,
    delivery,
    access: config.access,
    platforms: titles,
    roles: [...policies.current().roles.keys()].filter(isOwn),
  };
}

function isOwn(role: string): boolean {
  return !['owner', 'member', 'guest'].includes(role);
}

async function statusOf(
  { open: { database, delivery, jobs }, skills }: RunningParts,
  adapters: readonly PlatformAdapter[],
  models: Json | undefined,
): Promise<Record<string, Json>> {
  return {
    engine: database.engine,
    adapters: adapters.map((adapter) => adapter.name),
    away: Object.fromEntries(awayOf(adapters).map(({ platform, says }) => [platform, says])),
    running: delivery.runningCount,
    outbox: { ...(await delivery.outbox.open()), sent_again: delivery.outbox.resent },
    jobs: { dead: (await jobs.dead(1)).total },
    ...(models !== undefined && { models }),
    ...Object.assign({}, ...skills.map(({ skill, deps }) => skill.views?.status?.(deps))),
    storage: { ...database.stats() } as Json,
  };
}

const jobWords = (parts: RunningParts): ReadonlyMap<string, string> =>
  new Map(handlersOf(jobPartsOf(parts)).map(({ kind, does }) => [kind, does]));

function jobPartsOf({ open, skills }: RunningParts): JobParts {
  const { world, database, delivery, jobs, events, messageIndex } = open;
  return { world, database, delivery, jobs, events, skills, messageIndex };
}

async function start(
  parts: RunningParts,
  adapters: readonly ChatAdapter[],
  service: Service | undefined,
): Promise<void> {
  const { open, skills, commands } = parts;
  const { closer, stopping, database, worker, delivery, jobs, schedules, agentSkills, http } = open;
  await open.firstStart.makeByEnvironment();
  // Before anything is taken up: a turn that goes on after a restart finds its skills and specialists.
  closer.onClose('agent skills', await agentSkills.start(commands.map(({ name }) => name)));
  await join(parts, adapters, { answeredAt: 'everywhere' });
  open.sandbox.start(skills.some(({ skill, deps }) => skill.work?.needsPrograms?.(deps.config)));
  await recordConfig(database, open.config, open.world.clock.now());
  await database.tx('schedules.put', (tx) => schedules.putAll(tx, tasksOf(open.config, skills)));
  // Before the adapters: what is due is written at once, held, and sent when its platform calls `reachable`.
  worker.start([
    ...delivery.due(),
    jobs,
    schedules,
    approvalSource({ database, delivery }),
    deadJobSource({ database, outbox: delivery.outbox, jobs }),
    ...skills.flatMap(({ skill, deps }) => skill.work?.due?.(deps) ?? []),
  ]);
  for (const { skill, deps } of skills) skill.work?.onStart?.(deps);
  for (const adapter of adapters) {
    const reachable = (channel?: string) => delivery.reachable(adapter.name, channel);
    await adapter.start(delivery.inbox, reachable, stopping.signal);
    closer.onClose(adapter.name, () => adapter.close());
  }
  if (!http || !service) return;
  await http.open(service);
  if (http.url) await open.firstStart.announce(http.url);
  closer.onClose('http server', () => http.close());
}

/** Joins the instances that share the database, and answers what is heard here: everywhere, or through these adapters alone. */
async function join(
  parts: RunningParts,
  adapters: readonly ChatAdapter[],
  { answeredAt }: { answeredAt: 'everywhere' | readonly string[] },
): Promise<void> {
  const { open, router, skills, moved } = parts;
  const { closer, worker, delivery, jobs, schedules, events } = open;
  // A notice is cut by the adapter, as its platform needs it.
  const isWhole = answeredAt === 'everywhere';
  const handlers = isWhole ? handlersOf(jobPartsOf(parts)) : [...jobsOf(skills), events.job(), skillJob(open)];
  jobs.start(handlers.map((handler) => schedules.watch(handler)));
  await delivery.start({
    router,
    adapters,
    answers: isWhole || answeredAt,
    onMove: moved,
    onFreed: () => {
      worker.lookForWork();
      for (const { skill, deps } of skills) skill.work?.replicaEnded?.(deps);
    },
    owned: [jobs],
  });
  closer.onClose('delivery', () => delivery.close());
}

/** Runs of skills are turns at the terminal: they are carried out here, and what they say is kept for who comes there. */
async function startJobs(parts: RunningParts, terminal: ChatAdapter): Promise<void> {
  const { open, skills, commands } = parts;
  const { closer, worker, jobs, schedules, agentSkills, world } = open;
  closer.onClose('agent skills', await agentSkills.start(commands.map(({ name }) => name)));
  const now = world.clock.now();
  const runs = (await jobs.waitingOf(SKILL_JOB)).filter(({ due_at: at }) => at <= now);
  await join(parts, [terminal], { answeredAt: [terminal.name] });
  if (runs.length > 0) for (const { skill, deps } of skills) skill.work?.onStart?.(deps);
  worker.start([jobs, schedules]);
}

async function stop({ world, closer, stopping, worker, delivery, jobs }: OpenParts, graceMs: number): Promise<void> {
  stopping.abort(new Error('coda is stopping'));
  await worker.close();
  // A job that is done and not recorded as done would be run again.
  await Promise.all([delivery.quiet(graceMs), withTimeout(graceMs, jobs.idle())]);
  await closer.close((part, error) => world.log.warn({ part, error: messageOf(error) }, 'closing failed'));
}

async function settleAll({ worker, jobs, delivery, agentSkills }: OpenParts): Promise<void> {
  // Twice at least: what ends may have made something due, and what was due may have begun something.
  for (let round = 0; round < 2 || worker.isLooking; round++) {
    await worker.idle();
    await jobs.idle();
    await delivery.idle();
    await agentSkills.whenRead();
  }
}

function checksOf(adapter: PlatformAdapter, { overridden }: Config): HealthCheck[] {
  return (adapter.checks?.() ?? []).map((check) => tellingOverrides(check, adapter.name, overridden));
}

function awayOf(adapters: readonly PlatformAdapter[]): AwayPlatform[] {
  return adapters.flatMap((adapter) => {
    const away = adapter.trouble?.();
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
      return [name, createHash('sha256').update(values).digest('hex').slice(0, FINGERPRINT_DIGITS)];
    }),
  );
}

const FINGERPRINT_DIGITS = 12;
