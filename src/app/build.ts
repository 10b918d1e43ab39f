import { type ConsoleAdapter, consoleAdapter } from '../adapters/console/index.ts';
import { agentRetentionRules, approvalSource, itemContext, type Model } from '../agent/index.ts';
import { Closer, withTimeout } from '../base/async.ts';
import { TestClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import {
  type CalledByName,
  type Command,
  type HealthCheck,
  kindOf,
  Router,
  type Skill,
  type SkillDeps,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import {
  type ChatAdapter,
  type DeadLetters,
  Delivery,
  deadJobSource,
  inboxRetentionRules,
  outboxRetentionRules,
} from '../delivery/index.ts';
import {
  collectSoon,
  type DeadJobs,
  fileCollection,
  JobQueue,
  retention,
  retentionSchedule,
  Schedules,
  Worker,
} from '../jobs/index.ts';
import { agentSkills } from '../skills/agent-skills/index.ts';
import { collectFiles } from '../storage/index.ts';
import { LiveSkills } from './agent-skills.ts';
import { deadJobCheck, deadLetterCheck, runChecks } from './checks.ts';
import { type CostReport, costReport } from './cost.ts';
import { openDiscord } from './discord.ts';
import { fileReferences } from './files.ts';
import { type Foundation, openFoundation } from './foundation.ts';
import { remembered } from './inference.ts';
import { openMind } from './mind.ts';
import { defaultZone } from './settings.ts';
import { builtInSkills } from './skills.ts';

/** A platform that cannot be heard. */
export interface Away {
  platform: string;
  says: string;
  remedy: string;
}

export interface BuildOptions {
  version: string;
  /** What the terminal says of how coda may be spoken to. */
  hint: string;
  /** Called when something that cannot be gone on from has happened. */
  onFatal(error: Error): void;
  /** Besides the configured ones. */
  adapters?: readonly ChatAdapter[];
  /** Besides the built-in ones. */
  skills?: readonly Skill[];
  /** Instead of the configured ones. */
  model?: Model;
}

/** A whole coda, put together but not started. */
export interface App {
  readonly console: ConsoleAdapter;
  readonly commands: readonly Command[];
  /** Frees what a predecessor held and begins: the worker, then the adapters. */
  start(): Promise<void>;
  /** Takes nothing new, lets turns finish for `graceMs`, stores the rest and closes everything in reverse order. */
  stop(graceMs?: number): Promise<void>;
  /** Resolves when nothing runs, nothing that is due is left, and nothing is being sent. */
  settled(): Promise<void>;
  /** What `coda doctor` asks. */
  checks(): HealthCheck[];
  status(): Promise<Json>;
  /** What could not be delivered, newest first, and how much there is of it. */
  deadLetters(limit?: number): Promise<DeadLetters>;
  /** Sends a dead letter (or all) again; returns how many. */
  resend(id?: string): Promise<number>;
  /** Background jobs that have given up, newest first, and how many there are. */
  deadJobs(limit?: number): Promise<DeadJobs>;
  /** Runs one of them (or all) again; returns how many. */
  retryJobs(id?: string): Promise<number>;
  /** What was counted since the start, in Prometheus' text format. */
  metrics(): Promise<string>;
  /** Whether the database answers. */
  healthy(): Promise<boolean>;
  /** The platforms that cannot be heard, and why. */
  away(): Away[];
  readonly agentSkills: LiveSkills;
  /** What models have cost everybody. */
  cost(): Promise<CostReport>;
}

const GRACE_MS = 10_000;
const ALERTS = 'coda_alerts';

/** Puts coda together: every part is made here, in order, and released in reverse. */
export async function build(config: Config, world: World, options: BuildOptions): Promise<App> {
  const parts = new Closer();
  try {
    const foundation = await openFoundation(config, world, parts, options.onFatal);
    return new Assembly(config, world, options, parts, foundation);
  } catch (error) {
    await parts.close();
    throw error;
  }
}

class Assembly implements App {
  readonly console: ConsoleAdapter;
  readonly commands: readonly Command[];
  private readonly world: World;
  private readonly options: BuildOptions;
  private readonly parts: Closer;
  private readonly foundation: Foundation;
  private readonly stopping = new AbortController();
  private readonly adapters: readonly ChatAdapter[];
  private readonly skills: readonly { skill: Skill; deps: SkillDeps }[];
  private readonly delivery: Delivery;
  private readonly router: Router;
  private readonly called: CalledByName;
  private readonly worker: Worker;
  private readonly jobs: JobQueue;
  private readonly schedules: Schedules;
  private readonly zone: string;
  private readonly config: Config;
  private readonly mindChecks: readonly HealthCheck[];
  readonly agentSkills: LiveSkills;
  private readonly mindStatus: () => Json | undefined;

  constructor(config: Config, world: World, options: BuildOptions, parts: Closer, foundation: Foundation) {
    this.config = config;
    this.world = world;
    this.options = options;
    this.parts = parts;
    this.foundation = foundation;
    const { database } = foundation;
    this.console = this.openConsole(config);
    const discord = openDiscord(config, world, foundation, () => this.commands);
    this.adapters = [this.console, ...discord, ...(options.adapters ?? [])];
    this.worker = new Worker({ database, world });
    const wakeAt = (at: Date) => this.worker.wakeAt(at);
    this.delivery = new Delivery({
      database,
      bus: foundation.bus,
      world,
      program: `coda ${options.version}`,
      access: config.access,
      concurrency: config.delivery.concurrency,
      queueLimit: config.delivery.queue_limit,
      rateLimit: config.delivery.rate_limit,
      maxAgeMs: config.delivery.max_age,
      context: itemContext(remembered(config), config.models !== undefined),
      adapters: this.adapters,
      kindOf: (event) => kindOf(event, (name, rest) => this.called(name, rest)),
      wakeAt,
    });
    const commandNames = () => new Set(this.commands.map(({ name }) => name));
    const { bus, artifacts } = foundation;
    this.agentSkills = new LiveSkills({ config, world, bus, database, artifacts, commands: commandNames });
    const builtIn = [...builtInSkills, agentSkills(this.agentSkills), ...(options.skills ?? [])];
    this.skills = builtIn.map((skill) => ({ skill, deps: this.depsOf(skill.name, config) }));
    const { skills, delivery } = this;
    this.jobs = this.openJobs(wakeAt);
    const { model } = options;
    const { agent, commands, checks, status, called, close } = openMind({
      config,
      world,
      database,
      artifacts,
      delivery,
      skills,
      wakeAt,
      collectSoon: (tx, personId) => collectSoon(this.jobs, tx, personId, world.clock.now()),
      examine: () => runChecks(this),
      model,
    });
    parts.onClose('summaries', close);
    this.commands = commands;
    this.called = called;
    this.mindChecks = checks;
    this.mindStatus = status;
    this.router = new Router({ agent, delivery, commands, called });
    this.zone = defaultZone(config);
    this.schedules = new Schedules({ database, world, jobs: this.jobs, wakeAt });
  }

  private openJobs(wakeAt: (at: Date) => void): JobQueue {
    const { config, world, delivery, skills } = this;
    const { database, artifacts } = this.foundation;
    const collect = (signal: AbortSignal) =>
      collectFiles({ database, artifacts, clock: world.clock, references: fileReferences }, signal);
    const retentionRules = [...inboxRetentionRules, ...outboxRetentionRules, ...agentRetentionRules];
    const handlers = [
      retention({ database, world, days: config.retention.days, retentionRules, collect }),
      fileCollection(collect),
      ...skills.flatMap(({ skill, deps }) => skill.jobs?.(deps) ?? []),
    ];
    const owner = () => delivery.self.owner();
    return new JobQueue({ database, world, handlers, owner, wakeAt, signal: this.stopping.signal });
  }

  async start(): Promise<void> {
    const { delivery, worker, parts } = this;
    await delivery.start({
      handle: (item, signal) => this.router.handle(item, signal),
      freed: () => worker.look(),
      owned: [this.jobs],
    });
    parts.onClose('delivery', () => delivery.close());
    await this.foundation.database.tx('schedules.put', (tx) => this.schedules.put(tx, retentionSchedule(this.zone)));
    parts.onClose('agent skills', await this.agentSkills.start());
    const due = this.skills.flatMap(({ skill, deps }) => skill.due?.(deps) ?? []);
    const approvals = approvalSource({ database: this.foundation.database, delivery });
    const deadJobs = deadJobSource({ database: this.foundation.database, outbox: delivery.outbox });
    worker.start([...delivery.due(), this.jobs, this.schedules, approvals, deadJobs, ...due]);
    for (const adapter of this.adapters) {
      const reachable = (channel?: string) => void delivery.outbox.reachable(adapter.name, channel);
      await adapter.start(delivery.inbox, reachable, this.stopping.signal);
      parts.onClose(adapter.name, () => adapter.close());
    }
  }

  async stop(graceMs = GRACE_MS): Promise<void> {
    this.stopping.abort(new Error('coda is stopping'));
    await this.worker.close();
    // A job that is done and not recorded as done would be run again.
    await Promise.all([this.delivery.quiet(graceMs), withTimeout(graceMs, this.jobs.idle())]);
    await this.parts.close((part, error) => this.world.log.warn({ part, error: messageOf(error) }, 'closing failed'));
  }

  async settled(): Promise<void> {
    // Twice at least: what ends may have made something due, and what was due may have begun something.
    for (let round = 0; round < 2 || this.worker.isLooking; round++) {
      await this.worker.idle();
      await this.jobs.idle();
      await this.delivery.idle();
    }
  }

  checks(): HealthCheck[] {
    const skills = this.skills.flatMap(({ skill, deps }) => skill.checks?.(deps) ?? []);
    const adapters = this.adapters.flatMap((adapter) => adapter.checks?.() ?? []);
    return [deadLetterCheck(this.delivery.outbox), deadJobCheck(this.jobs), ...this.mindChecks, ...adapters, ...skills];
  }

  deadLetters(limit?: number): Promise<DeadLetters> {
    return this.delivery.outbox.deadLetters(limit);
  }

  resend(id?: string): Promise<number> {
    return this.delivery.outbox.revive(id);
  }

  deadJobs(limit?: number): Promise<DeadJobs> {
    return this.jobs.dead(limit);
  }

  retryJobs(id?: string): Promise<number> {
    return this.jobs.retry(id);
  }

  async status(): Promise<Json> {
    const { database } = this.foundation;
    const models = this.mindStatus();
    return {
      version: this.options.version,
      engine: database.engine,
      adapters: this.adapters.map((adapter) => adapter.name),
      away: Object.fromEntries(this.away().map(({ platform, says }) => [platform, says])),
      running: this.delivery.running,
      outbox: { ...(await this.delivery.outbox.open()), sent_again: this.delivery.outbox.resent },
      jobs: { dead: (await this.jobs.dead(1)).total },
      ...(models !== undefined && { models }),
      storage: { ...database.stats() } as Json,
    };
  }

  metrics(): Promise<string> {
    return this.world.metrics.text();
  }

  async healthy(): Promise<boolean> {
    return this.delivery.isWell && (await this.foundation.database.healthy());
  }

  away(): Away[] {
    return this.adapters.flatMap((adapter) => {
      const away = adapter.away?.();
      return away ? [{ platform: adapter.name, ...away }] : [];
    });
  }

  cost(): Promise<CostReport> {
    return costReport(this.foundation.database, this.config, this.world.clock.now());
  }

  private openConsole(config: Config): ConsoleAdapter {
    const { world, options } = this;
    const { clock } = world;
    const { name } = config.assistant;
    return consoleAdapter({
      log: world.log,
      clock,
      artifacts: this.foundation.artifacts,
      dataDir: config.dataDir,
      about: () => ({
        name,
        version: options.version,
        hint: options.hint,
        commands: this.commands.map((command) => ({ name: command.name, summary: command.summary })),
      }),
      ...(clock instanceof TestClock && { moveClock: (to: Date) => this.moveClock(clock, to) }),
    });
  }

  private async moveClock(clock: TestClock, to: Date): Promise<void> {
    await clock.moveTo(to, () => this.settled());
    this.worker.look();
    await this.settled();
  }

  private depsOf(name: string, config: Config): SkillDeps {
    return {
      database: this.foundation.database,
      outbox: this.delivery.outbox,
      world: this.world,
      config: (config as unknown as Record<string, unknown>)[name],
      wakeAt: (at) => this.worker.wakeAt(at),
      raise: (event, payload) => void this.foundation.bus.publish(ALERTS, JSON.stringify({ event, payload })),
    };
  }
}
