import { randomInt } from 'node:crypto';
import type { Cancel, Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import type { Counter, Histogram, Metrics } from '../base/metrics.ts';
import type { World } from '../base/world.ts';
import { Container, failureOf } from './container.ts';
import { detachedContainers } from './detached.ts';
import { DockerError, type ImageFacts, type ListedResource } from './docker.ts';
import { Engine, type EngineConnection, type EngineOptions } from './engine.ts';
import { errorOfFailure, failure, failureIn, type SandboxFailure } from './failure.ts';
import { connectNetwork } from './network.ts';
import { startProgram } from './output.ts';
import type {
  ExecResult,
  OpenOptions,
  Program,
  ProgramSpec,
  Sandbox,
  SandboxFacts,
  SandboxSpec,
  Session,
  SessionProxy,
} from './port.ts';
import { type BaseSpec, type ContainerSpec, LABELS, SKILLS, WORKSPACE } from './spec.ts';

export interface SandboxOptions extends EngineOptions {
  /** This coda, whichever of its processes: containers of another one on the same Docker are left alone. */
  installation: string;
  instance(): string;
  /** True if another process of this installation lives, so that its containers are left alone. */
  isLive(instance: string): Promise<boolean>;
  /** With `execution.network_enabled`: a proxy for the code of one more session, which allows `execution.allowed_hosts` alone. */
  proxy?(): SessionProxy;
}

const REAP_MS = 5 * 60_000;
/** A container outlives its session by so long, for one that waits and for one whose process died. */
const MARGIN_MS = 15 * 60_000;
/** Users that no distribution gives out, in pairs, and low enough for a rootless engine. */
const UIDS = { first: 60_706, pairs: 230 };

/** Runs nothing before `start` or the first `open`. */
export function openSandbox(options: SandboxOptions, world: World): Sandbox {
  return new DockerSandbox(options, world);
}

class DockerSandbox implements Sandbox {
  private readonly options: SandboxOptions;
  private readonly world: World;
  private readonly counters: SandboxCounters;
  private readonly queue: Queue;
  private readonly warm: Warm | undefined;
  private readonly sessions = new Map<string, Session>();
  private readonly inUse = new Set<string>();
  private readonly programs = new Map<string, Program>();
  private readonly engine: Engine;
  readonly detached: ReturnType<typeof detachedContainers>;
  private nextReap: Cancel | undefined;
  private isClosed = false;

  constructor(options: SandboxOptions, world: World) {
    const { execution } = options;
    this.options = options;
    this.world = world;
    this.engine = new Engine(options, world);
    this.counters = sandboxCounters(world.metrics);
    this.queue = new Queue(execution.max_concurrent);
    this.detached = detachedContainers({
      engine: this.engine,
      world,
      installation: options.installation,
      isOn: execution.enabled,
      buildNetwork: execution.build.network,
      limits: {
        memory: execution.max_memory,
        disk: execution.disk,
        cpus: execution.cpus,
        pids: execution.pids,
        lifetimeMs: execution.max_sandbox_timeout,
      },
      base: (image) => this.detachedBase(image),
      onReleased: (session) => this.inUse.delete(session),
    });
    if (execution.warm > 0) this.warm = new Warm(() => this.begin(execution.default_image), world.clock);
  }

  start(hasPrograms = false): void {
    const { execution } = this.options;
    if (!execution.enabled && !hasPrograms) return;
    if (execution.enabled) this.warm?.fill();
    void this.reapAndGoOn();
  }

  async open(spec: SandboxSpec = {}, options: OpenOptions = {}): Promise<Session | SandboxFailure> {
    const session = await this.openSession(spec, options);
    this.counters.sessions.add({ outcome: session.ok ? 'opened' : session.code.toLowerCase() });
    return session;
  }

  private async openSession(spec: SandboxSpec, { signal, onWait }: OpenOptions): Promise<Session | SandboxFailure> {
    const { execution } = this.options;
    if (!execution.enabled) return failure('SANDBOX_OFF', 'Running code is switched off.');
    const leave = await this.queue.enter(signal, onWait);
    try {
      const container = await this.container(spec.image ?? execution.default_image, signal);
      const isDefault = (spec.image ?? execution.default_image) === execution.default_image;
      const disconnect = spec.network ? await this.network(container) : undefined;
      return await this.session(
        container,
        { timeoutMs: spec.timeoutMs ?? execution.sandbox_timeout, isDefault },
        () => {
          leave();
          void disconnect?.();
        },
      );
    } catch (error) {
      leave();
      if (signal?.aborted) throw signal.reason;
      return failureIn(error) ?? failureOf(error);
    }
  }

  async program(wanted: ProgramSpec, signal?: AbortSignal): Promise<Program | SandboxFailure> {
    try {
      const { docker, facts } = await this.engine.openConnection();
      const image = await this.engine.find(wanted.image, signal);
      if (!image) throw errorOfFailure(failure('SANDBOX_IMAGE', `Docker has no image ${wanted.image}.`));
      const spec = {
        ...this.base(facts, image, ['/tmp']),
        command: wanted.command,
        limits: wanted.limits,
        ...(wanted.joins && { joins: wanted.joins }),
      };
      this.inUse.add(spec.session);
      const hooks = {
        begins: (program: Program) => {
          // A close that came meanwhile knows nothing of it.
          if (this.isClosed) throw errorOfFailure(failure('SANDBOX_ENGINE', 'The sandbox was closed.'));
          this.programs.set(spec.session, program);
        },
        markOver: () => {
          this.inUse.delete(spec.session);
          this.programs.delete(spec.session);
        },
      };
      return await startProgram(docker, spec, this.world.log, hooks, signal);
    } catch (error) {
      signal?.throwIfAborted();
      return failureIn(error) ?? failureOf(error);
    }
  }

  async reap(): Promise<number> {
    const { docker } = await this.engine.openConnection();
    const labels = { [LABELS.installation]: this.options.installation };
    let removed = 0;
    for (const { id, labels: containerLabels } of await docker.containers(labels)) {
      if ((await this.isStale(containerLabels)) && (await this.isRemoved(containerLabels, docker.remove(id))))
        removed++;
    }
    for (const { id, labels: volumeLabels } of await docker.volumes(labels)) {
      if ((await this.isStale(volumeLabels)) && (await this.isRemoved(volumeLabels, docker.removeVolume(id))))
        removed++;
    }
    return removed;
  }

  /** A container that cannot be removed keeps none of the others; the next look tries again. */
  private async isRemoved(
    { [LABELS.session]: session }: ListedResource['labels'],
    removal: Promise<void>,
  ): Promise<boolean> {
    try {
      await removal;
      return true;
    } catch (error) {
      this.world.log.warn({ session, error: messageOf(error) }, 'a sandbox cannot be removed yet');
      return false;
    }
  }

  async hasImage(id: string): Promise<boolean | undefined> {
    if (!this.options.execution.enabled) return undefined;
    try {
      return (await this.engine.find(id)) !== undefined;
    } catch (error) {
      this.world.log.debug({ error: messageOf(error) }, 'Docker cannot be asked for an image');
      return undefined;
    }
  }

  async facts(signal?: AbortSignal): Promise<SandboxFacts | SandboxFailure> {
    const { enabled, default_image: image } = this.options.execution;
    if (!enabled) return failure('SANDBOX_OFF', 'Running code is switched off.');
    try {
      const { version, cgroups, runtimes, security } = (await this.engine.openConnection()).facts;
      const has = (name: string) => security.some((option) => option.startsWith(`name=${name}`));
      const { id } = await this.engine.image(image, signal);
      const engine = { version, cgroups, runtimes, isRootless: has('rootless'), hasUserNamespaces: has('userns') };
      return { ok: true, ...engine, image: id };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      return failureIn(error) ?? failureOf(error);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.nextReap?.();
    const open = [...this.sessions.values(), ...this.programs.values()];
    await Promise.all([this.warm?.empty(), this.detached.close(), ...open.map((each) => each.close())]);
    await this.engine.close();
  }

  private async isStale(labels: Readonly<Record<string, string>>): Promise<boolean> {
    const { [LABELS.instance]: instance = '', [LABELS.session]: session = '' } = labels;
    // Also one that this process made before it had its id.
    if (this.inUse.has(session)) return false;
    return instance === this.options.instance() || !(await this.options.isLive(instance));
  }

  private async reapAndGoOn(): Promise<void> {
    try {
      const removed = await this.reap();
      if (removed > 0) this.world.log.info({ removed }, 'removed what sandboxes left behind');
    } catch (error) {
      this.world.log.warn({ error: messageOf(error) }, 'cannot look for what sandboxes left behind');
    }
    if (this.isClosed) return;
    const { clock } = this.world;
    this.nextReap = clock.at(new Date(clock.now().getTime() + REAP_MS), () => void this.reapAndGoOn());
  }

  private async container(image: string, signal: AbortSignal | undefined): Promise<Container> {
    const isDefault = image === this.options.execution.default_image;
    const waiting = isDefault ? await this.warm?.take() : undefined;
    const container = waiting ?? (await this.begin(image, signal));
    if (isDefault && !this.isClosed) this.warm?.fillSoon();
    return container;
  }

  /** Gives the code of a container its network, if there is one; resolves with what ends that. */
  private async network(container: Container): Promise<(() => Promise<void>) | undefined> {
    const { execution, proxy } = this.options;
    if (!execution.network_enabled) return undefined;
    try {
      if (!proxy) throw errorOfFailure(failure('SANDBOX_NETWORK', 'There is no proxy for the network of code.'));
      const { id: image } = await this.engine.image(execution.default_image);
      const start = (spec: ProgramSpec) => this.program(spec);
      return await connectNetwork({ container: container.id, image, proxy: proxy(), start });
    } catch (error) {
      await container.remove('its network could not be made');
      throw error;
    }
  }

  private async session(
    container: Container,
    { timeoutMs, isDefault }: { timeoutMs: number; isDefault: boolean },
    leave: () => void,
  ): Promise<Session> {
    // Its archives are a package of their own that a coda which runs no code never reads.
    const { ContainerSession } = await import('./session.ts');
    const { execution } = this.options;
    const limits = {
      timeoutMs: execution.timeout,
      lifetimeMs: Math.min(timeoutMs, execution.max_sandbox_timeout),
      maxOutput: execution.max_output_size,
    };
    const { session: id } = container.spec;
    const closed = () => {
      if (this.sessions.delete(id) && isDefault && !this.isClosed) this.warm?.fill();
      leave();
    };
    const session = new ContainerSession(container, limits, this.world.clock, {
      onClosed: closed,
      ran: (result) => countRun(this.counters, result),
    });
    this.sessions.set(id, session);
    return session;
  }

  /** Rejects with a failure, a `DockerError` or the signal's reason. */
  private async begin(reference: string, signal?: AbortSignal): Promise<Container> {
    const { docker, facts } = await this.engine.openConnection();
    const spec = this.spec(facts, await this.engine.image(reference, signal));
    this.inUse.add(spec.session);
    try {
      const container = await Container.start(docker, spec, this.world.log, signal);
      // Removed or not: what is left of it is the reaper's from now on.
      container.endSignal.addEventListener('abort', () => this.inUse.delete(spec.session), { once: true });
      return container;
    } catch (error) {
      this.inUse.delete(spec.session);
      if (error instanceof DockerError && error.status === 404) this.engine.forget(reference);
      throw error;
    }
  }

  private spec(facts: EngineConnection['facts'], image: ImageFacts): ContainerSpec {
    const { execution } = this.options;
    return {
      ...this.base(facts, image, [WORKSPACE, SKILLS, '/output', '/tmp']),
      limits: {
        memory: execution.max_memory,
        disk: execution.disk,
        cpus: execution.cpus,
        pids: execution.pids,
      },
      hasProxy: execution.network_enabled,
      lifetimeMs: execution.max_sandbox_timeout + MARGIN_MS,
    };
  }

  private async detachedBase(image: ImageFacts): Promise<BaseSpec> {
    const { facts } = await this.engine.openConnection();
    const base = this.base(facts, image, [WORKSPACE, '/tmp']);
    this.inUse.add(base.session);
    return base;
  }

  private base({ architecture }: EngineConnection['facts'], image: ImageFacts, own: readonly string[]): BaseSpec {
    const { execution, installation, instance } = this.options;
    const init = UIDS.first + 2 * randomInt(UIDS.pairs);
    return {
      session: uuid(this.world.clock.now()),
      installation,
      instance: instance(),
      image: image.id,
      imageVolumes: image.volumes.filter(
        (path) => !own.some((folder) => path === folder || path.startsWith(`${folder}/`)),
      ),
      architecture,
      uids: { init, code: init + 1 },
      runtime: execution.runtime,
    };
  }
}

export class Queue {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(places: number) {
    this.free = places;
  }

  /**
   * Resolves with the function that gives the place back; calling it again does nothing. `onWait` hears how many wait
   * before this one, if it has to wait. Rejects with the signal's reason.
   */
  async enter(signal?: AbortSignal, onWait?: (before: number) => void): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.free > 0) this.free--;
    else {
      onWait?.(this.waiting.length);
      await this.wait(signal);
    }
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    };
  }

  private wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      this.waiting.push(go);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}

/** A session that has just begun needs the machine for itself. */
const DELAY_MS = 2_000;
const IDLE_MS = 10 * 60_000;

/** A container that waits for the next session of the default image. Whoever takes it has it alone. */
class Warm {
  private readonly make: () => Promise<Container>;
  private readonly clock: Clock;
  private next: Promise<Container | undefined> | undefined;
  private cancel: Cancel | undefined;
  private cancelFill: Cancel | undefined;

  constructor(make: () => Promise<Container>, clock: Clock) {
    this.make = make;
    this.clock = clock;
  }

  fillSoon(): void {
    this.cancelFill?.();
    this.cancelFill = this.clock.at(new Date(this.clock.now().getTime() + DELAY_MS), () => this.fill());
  }

  fill(): void {
    this.cancelFill?.();
    this.cancel?.();
    this.cancel = this.clock.at(new Date(this.clock.now().getTime() + IDLE_MS), () => void this.empty());
    // The next session makes its own then, and tells what is wrong.
    this.next ??= this.make().catch(() => undefined);
  }

  async take(): Promise<Container | undefined> {
    const { next } = this;
    this.next = undefined;
    const container = await next;
    return container?.endSignal.aborted ? undefined : container;
  }

  async empty(): Promise<void> {
    this.cancelFill?.();
    this.cancel?.();
    this.cancel = undefined;
    await (await this.take())?.remove('nobody used it');
  }
}

interface SandboxCounters {
  runs: Counter;
  running: Histogram;
  sessions: Counter;
}

function sandboxCounters(metrics: Metrics): SandboxCounters {
  return {
    runs: metrics.counter('coda_sandbox_runs_total', 'Programs run in sandboxes.', ['outcome']),
    running: metrics.histogram('coda_sandbox_run_seconds', 'How long programs run in sandboxes.', []),
    sessions: metrics.counter('coda_sandbox_sessions_total', 'Sandboxes asked for.', ['outcome']),
  };
}

function countRun({ runs, running }: SandboxCounters, result: ExecResult | SandboxFailure): void {
  runs.add({ outcome: outcomeOf(result) });
  if (result.ok) running.observe({}, result.durationMs / 1_000);
}

function outcomeOf(result: ExecResult | SandboxFailure): string {
  if (!result.ok) return result.code.toLowerCase();
  if (result.timedOut) return 'timed_out';
  if (result.oomKilled) return 'out_of_memory';
  return result.exitCode === 0 ? 'ok' : 'failed';
}
