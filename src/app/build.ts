import { type ConsoleAdapter, consoleAdapter } from '../adapters/console/index.ts';
import { Agent, decideTool, defaultPolicy, itemContext, offlineModel, Toolbox } from '../agent/index.ts';
import { Releaser } from '../base/async.ts';
import { SystemClock, TestClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { World } from '../base/world.ts';
import { openBus } from '../bus/index.ts';
import {
  type Command,
  coreCommands,
  coreTools,
  type HealthCheck,
  kindOf,
  Router,
  type SkillDeps,
} from '../chat/index.ts';
import type { Config } from '../config/index.ts';
import { type ChatAdapter, Delivery } from '../delivery/index.ts';
import { JobQueue, Worker } from '../jobs/index.ts';
import type { Person } from '../people/index.ts';
import { migrate, openArtifacts, openDatabase } from '../storage/index.ts';
import { builtInSkills } from './skills.ts';

export interface BuildOptions {
  version: string;
  /** What the terminal says of how coda may be spoken to. */
  hint: string;
  /** Called when something that cannot be gone on from has happened. */
  onFatal(error: Error): void;
}

/** A whole coda, put together but not started. */
export interface App {
  readonly console: ConsoleAdapter;
  readonly commands: readonly Command[];
  /** Frees what a predecessor held and begins: the worker, then the adapters. */
  start(): Promise<void>;
  /** Takes nothing new, lets turns finish for `graceMs`, stores the rest and closes everything in reverse order. */
  stop(graceMs?: number): Promise<void>;
  /** What `coda doctor` asks. */
  checks(): HealthCheck[];
  status(): Promise<Json>;
  healthy(): Promise<boolean>;
}

const GRACE_MS = 10_000;
const ALERT_CHANNEL = 'coda_alerts';

/** Puts coda together: every part is made here, in order, and released in reverse. */
export async function build(config: Config, world: World, options: BuildOptions): Promise<App> {
  const parts = new Releaser();
  const failed = (name: string, error: unknown) =>
    world.log.warn({ part: name, error: messageOf(error) }, 'closing failed');
  try {
    return await assemble(config, world, options, parts, failed);
  } catch (error) {
    await parts.close(failed);
    throw error;
  }
}

async function assemble(
  config: Config,
  world: World,
  options: BuildOptions,
  parts: Releaser,
  failed: (name: string, error: unknown) => void,
): Promise<App> {
  const database = await parts.add(
    'storage',
    openDatabase(
      {
        url: config.storage.url,
        directUrl: config.storage.direct_url,
        schema: config.storage.schema,
        dataDir: config.dataDir,
        connectTimeoutMs: config.storage.connect_timeout,
        poolSize: config.storage.pool,
        onFatal: options.onFatal,
      },
      world,
    ),
  );
  await migrate(database);
  if (database.engine === 'postgres' && world.clock instanceof SystemClock) world.clock.follow(await database.now());
  const artifacts = await openArtifacts(config.dataDir);
  const bus = await parts.add('bus', openBus({ url: config.redis?.url }, world));

  const stopping = new AbortController();
  const terminal = consoleAdapter({
    log: world.log,
    clock: world.clock,
    artifacts,
    dataDir: config.dataDir,
    about: () => ({
      name: config.assistant.name,
      version: options.version,
      hint: options.hint,
      commands: commands.map(({ name, summary }) => ({ name, summary })),
    }),
    ...(world.clock instanceof TestClock && { moveClock: (to: Date) => moveClock(to) }),
  });
  const adapters: ChatAdapter[] = [terminal];

  const wakeAt = (at: Date) => worker.wakeAt(at);
  const delivery: Delivery = new Delivery({
    database,
    world,
    program: `coda ${options.version}`,
    access: config.access,
    concurrency: config.delivery.concurrency,
    queueLimit: config.delivery.queue_limit,
    maxAgeMs: config.delivery.max_age,
    context: itemContext(),
    adapters,
    kindOf,
    handle: (item, signal) => router.handle(item, signal),
    wakeAt,
    freed: () => worker.look(),
    owned: () => [jobs],
  });

  const raise = (event: string, payload: Json) => void bus.publish(ALERT_CHANNEL, JSON.stringify({ event, payload }));
  const depsOf = (name: string): SkillDeps => ({
    database,
    outbox: delivery.outbox,
    world,
    config: (config as unknown as Record<string, unknown>)[name],
    wakeAt,
    raise,
  });
  const skills = builtInSkills.map((skill) => ({ skill, deps: depsOf(skill.name) }));
  const phrases = skills.map(({ skill }) => skill.phrases ?? []);
  const toolbox: Toolbox = new Toolbox([
    ...coreTools({ name: config.assistant.name, toolbox: () => toolbox, commands: () => commands, phrases }),
    decideTool(delivery),
    ...skills.flatMap(({ skill, deps }) => skill.tools?.(deps) ?? []),
  ]);
  const commands: readonly Command[] = [
    ...coreCommands({ delivery, toolbox: () => toolbox }),
    ...skills.flatMap(({ skill, deps }) => skill.commands?.(deps) ?? []),
  ];
  const offline = offlineModel(phrases.flat());
  const agent: Agent = new Agent({
    database,
    world,
    delivery,
    toolbox,
    model: () => offline,
    policy: defaultPolicy,
    name: config.assistant.name,
    maxToolCalls: config.delivery.max_tool_calls,
    turnTimeoutMs: config.delivery.turn_timeout,
    steer: config.delivery.steer,
    time: timeSettings(config),
    defaultZone: config.assistant.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    sections: (person: Person) => sectionsFor(skills, person),
  });
  const router: Router = new Router({ agent, delivery, commands });
  const jobs = new JobQueue({
    database,
    world,
    handlers: skills.flatMap(({ skill, deps }) => skill.jobs?.(deps) ?? []),
    owner: () => delivery.self.id,
    wakeAt,
    signal: stopping.signal,
  });
  const worker = new Worker({
    database,
    world,
    sources: [...delivery.due(), jobs, ...skills.flatMap(({ skill, deps }) => skill.due?.(deps) ?? [])],
  });

  /** Until nothing runs, nothing is due and nothing is being sent. */
  const settle = async () => {
    for (let quiet = 0; quiet < 2; quiet++) {
      await worker.idle();
      await delivery.idle();
    }
  };
  const moveClock = async (to: Date) => {
    if (!(world.clock instanceof TestClock)) return;
    await world.clock.moveTo(to, settle);
    worker.look();
    await settle();
  };

  return {
    console: terminal,
    commands,
    async start() {
      await delivery.start();
      parts.onClose('delivery', () => delivery.close());
      worker.start();
      parts.onClose('worker', () => worker.close());
      for (const adapter of adapters) {
        await adapter.start(
          delivery.inbox,
          (channel) => void delivery.outbox.reachable(adapter.name, channel),
          stopping.signal,
        );
        parts.onClose(adapter.name, () => adapter.close());
      }
    },
    async stop(graceMs = GRACE_MS) {
      stopping.abort(new Error('coda is stopping'));
      await worker.close();
      await delivery.quiet(graceMs);
      await parts.close(failed);
    },
    checks: () => skills.flatMap(({ skill, deps }) => skill.checks?.(deps) ?? []),
    async status() {
      return {
        version: options.version,
        engine: database.engine,
        adapters: adapters.map((adapter) => adapter.name),
        running: delivery.running,
        storage: { ...database.stats() } as Json,
      };
    },
    healthy: () => database.healthy(),
  };
}

function timeSettings(config: Config) {
  const { day_parts: parts, waking, week_start } = config.time;
  const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  return {
    weekStart: weekdays.indexOf(week_start) + 1,
    locale: config.assistant.locale,
    dayParts: {
      early: parts.early,
      morning: parts.morning,
      lunch: parts.lunch,
      noon: parts.noon,
      afternoon: parts.afternoon,
      endOfDay: parts.end_of_day,
      evening: parts.evening,
      tonight: parts.tonight,
      late: parts.late,
      date: parts.date,
      wakingFrom: waking.from,
      wakingTo: waking.to,
    },
  };
}

async function sectionsFor(
  skills: readonly { skill: (typeof builtInSkills)[number]; deps: SkillDeps }[],
  person: Person,
) {
  const sections = await Promise.all(skills.map(({ skill, deps }) => skill.prompt?.(deps, person)));
  return sections.filter((section) => section !== undefined);
}
