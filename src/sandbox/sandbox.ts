import { randomInt } from 'node:crypto';
import type { Cancel } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { uuid } from '../base/ids.ts';
import type { World } from '../base/world.ts';
import type { CoreValues } from '../config/index.ts';
import { Container, failureOf } from './container.ts';
import { countRun, type SandboxCounters, sandboxCounters } from './counters.ts';
import { type Docker, DockerError, dockerAt, type EngineFacts, type ImageFacts } from './docker.ts';
import { parseEndpoint } from './endpoint.ts';
import { failure, failureIn, type SandboxFailure, thrown } from './failure.ts';
import { allowsImage, parseImage } from './images.ts';
import type { OpenOptions, Sandbox, SandboxSpec, Session } from './port.ts';
import { Queue } from './queue.ts';
import { type Architecture, isArchitecture } from './seccomp.ts';
import { ContainerSession } from './session.ts';
import { type ContainerSpec, LABELS, SKILLS, WORKSPACE } from './spec.ts';
import { Warm } from './warm.ts';

export interface SandboxOptions {
  execution: CoreValues['execution'];
  /** This coda, whichever of its processes: containers of another one on the same Docker are left alone. */
  installation: string;
  /** This process. */
  instance(): string;
  /** Whether another process of this installation lives, so that its containers are left alone. */
  isLive(instance: string): Promise<boolean>;
  /** Whether coda built the image with this id; such an image is allowed without a pattern. */
  isOwnImage?(id: string): Promise<boolean>;
  /** Milliseconds that Docker may take to answer. */
  patienceMs?: number;
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

interface Engine {
  docker: Docker;
  facts: EngineFacts & { architecture: Architecture };
}

class DockerSandbox implements Sandbox {
  private readonly options: SandboxOptions;
  private readonly world: World;
  private readonly counters: SandboxCounters;
  private readonly queue: Queue;
  private readonly warm: Warm | undefined;
  private readonly sessions = new Map<string, Session>();
  /** Sessions whose container this process makes, uses or keeps waiting. */
  private readonly inUse = new Set<string>();
  private readonly images = new Map<string, ImageFacts>();
  private engine: Promise<Engine> | undefined;
  private nextReap: Cancel | undefined;
  private isClosed = false;

  constructor(options: SandboxOptions, world: World) {
    const { execution } = options;
    this.options = options;
    this.world = world;
    this.counters = sandboxCounters(world.metrics);
    this.queue = new Queue(execution.max_concurrent);
    if (execution.warm > 0) this.warm = new Warm(() => this.begin(execution.default_image), world.clock);
  }

  start(): void {
    if (!this.options.execution.enabled) return;
    this.warm?.fill();
    void this.reapAndGoOn();
  }

  async open(spec: SandboxSpec = {}, options: OpenOptions = {}): Promise<Session | SandboxFailure> {
    const session = await this.opened(spec, options);
    this.counters.sessions.add({ outcome: session.ok ? 'opened' : session.code.toLowerCase() });
    return session;
  }

  private async opened(spec: SandboxSpec, { signal, onWait }: OpenOptions): Promise<Session | SandboxFailure> {
    const { execution } = this.options;
    if (!execution.enabled) return failure('SANDBOX_OFF', 'Running code is switched off.');
    if (spec.network || execution.network_enabled) {
      return failure(
        'SANDBOX_NETWORK',
        'Code cannot reach a network: there is no proxy yet that would allow single addresses.',
      );
    }
    const leave = await this.queue.enter(signal, onWait);
    try {
      const container = await this.container(spec.image ?? execution.default_image, signal);
      const isDefault = (spec.image ?? execution.default_image) === execution.default_image;
      return this.session(container, { timeoutMs: spec.timeoutMs ?? execution.sandbox_timeout, isDefault }, leave);
    } catch (error) {
      leave();
      if (signal?.aborted) throw signal.reason;
      return failureIn(error) ?? failureOf(error);
    }
  }

  async reap(): Promise<number> {
    const { docker } = await this.connected();
    const labels = { [LABELS.installation]: this.options.installation };
    let removed = 0;
    for (const { id, labels: found } of await docker.containers(labels)) {
      if (!(await this.isStale(found))) continue;
      await docker.remove(id);
      removed++;
    }
    for (const { id, labels: found } of await docker.volumes(labels)) {
      if (!(await this.isStale(found))) continue;
      await docker.removeVolume(id);
      removed++;
    }
    return removed;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.nextReap?.();
    await Promise.all([this.warm?.empty(), ...[...this.sessions.values()].map((session) => session.close())]);
    (await this.engine?.catch(() => undefined))?.docker.close();
  }

  private async isStale(labels: Readonly<Record<string, string>>): Promise<boolean> {
    const { [LABELS.instance]: instance = '', [LABELS.session]: session = '' } = labels;
    if (instance === this.options.instance()) return !this.inUse.has(session);
    return !(await this.options.isLive(instance));
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

  private session(
    container: Container,
    { timeoutMs, isDefault }: { timeoutMs: number; isDefault: boolean },
    leave: () => void,
  ): Session {
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
      closed,
      ran: (result) => countRun(this.counters, result),
    });
    this.sessions.set(id, session);
    return session;
  }

  /** Rejects with a failure, a `DockerError` or the signal's reason. */
  private async begin(reference: string, signal?: AbortSignal): Promise<Container> {
    const engine = await this.connected();
    const image = await this.image(engine, reference, signal);
    const spec = this.spec(engine, image);
    this.inUse.add(spec.session);
    try {
      const container = await Container.start(engine.docker, spec, this.world.log, signal);
      // Removed or not: what is left of it is the reaper's from now on.
      container.ended.addEventListener('abort', () => this.inUse.delete(spec.session), { once: true });
      return container;
    } catch (error) {
      this.inUse.delete(spec.session);
      if (error instanceof DockerError && error.status === 404) this.images.delete(reference);
      throw error;
    }
  }

  private spec({ facts }: Engine, image: ImageFacts): ContainerSpec {
    const { execution, installation, instance } = this.options;
    const init = UIDS.first + 2 * randomInt(UIDS.pairs);
    const own = [WORKSPACE, SKILLS, '/output', '/tmp'];
    return {
      session: uuid(this.world.clock.now()),
      installation,
      instance: instance(),
      image: image.id,
      imageVolumes: image.volumes.filter(
        (path) => !own.some((folder) => path === folder || path.startsWith(`${folder}/`)),
      ),
      architecture: facts.architecture,
      uids: { init, code: init + 1 },
      limits: {
        memory: execution.max_memory,
        disk: execution.disk,
        cpus: execution.cpus,
        pids: execution.pids,
      },
      lifetimeMs: execution.max_sandbox_timeout + MARGIN_MS,
      runtime: execution.runtime,
    };
  }

  /** Resolved once: a tag that is moved meanwhile changes nothing until the image is gone. */
  private async image(
    { docker, facts }: Engine,
    reference: string,
    signal: AbortSignal | undefined,
  ): Promise<ImageFacts> {
    const { execution, isOwnImage } = this.options;
    const refuse = () =>
      thrown(failure('SANDBOX_IMAGE_REFUSED', `The image ${JSON.stringify(reference.slice(0, 200))} is not allowed.`));
    const isId = /^sha256:[0-9a-f]{64}$/.test(reference);
    if (!isId && !parseImage(reference)) throw refuse();
    const isAllowed = !isId && allowsImage(execution.allowed_images, reference);
    if (!isAllowed && !isOwnImage) throw refuse();
    let image = this.images.get(reference);
    if (!image) {
      image = await docker.image(reference, signal).catch((error: unknown) => {
        if (error instanceof DockerError && error.status === 404) return undefined;
        throw error;
      });
      if (!image && isAllowed && execution.pull) image = await pulled(docker, reference, facts.architecture, signal);
    }
    if (!isAllowed && !(image && (await isOwnImage?.(image.id)))) throw refuse();
    if (!image) throw thrown(failure('SANDBOX_IMAGE', `Docker has no image ${reference}.`));
    if (image.architecture !== '' && image.architecture !== facts.architecture) {
      throw thrown(
        failure(
          'SANDBOX_IMAGE',
          `The image ${reference} is for ${image.architecture}, and Docker runs on ${facts.architecture}.`,
        ),
      );
    }
    this.images.set(reference, image);
    return image;
  }

  /** Connects once; after a failure the next call tries again. */
  private connected(): Promise<Engine> {
    this.engine ??= this.connect().catch((error: unknown) => {
      this.engine = undefined;
      throw error;
    });
    return this.engine;
  }

  private async connect(): Promise<Engine> {
    const { execution, patienceMs } = this.options;
    const endpoint = parseEndpoint(execution.docker_socket, execution.docker_tls !== undefined);
    if (typeof endpoint === 'string')
      throw thrown(failure('SANDBOX_UNREACHABLE', `execution.docker_socket: ${endpoint}.`));
    const sshAgent = this.world.env.SSH_AUTH_SOCK;
    const docker = await dockerAt(endpoint, { keys: execution.docker_tls, sshAgent, patienceMs });
    const facts = await docker.facts();
    const unsafe = whyUnsafe(facts, execution.runtime);
    if (unsafe) throw thrown(failure('SANDBOX_UNSAFE', unsafe));
    return { docker, facts: facts as Engine['facts'] };
  }
}

async function pulled(docker: Docker, reference: string, architecture: string, signal: AbortSignal | undefined) {
  try {
    await docker.pull(reference, `linux/${architecture}`, signal);
    return await docker.image(reference, signal);
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    throw thrown(failure('SANDBOX_IMAGE', `The image ${reference} cannot be pulled: ${error.message}`));
  }
}

/** Why an engine cannot be trusted to hold code, if it cannot. */
function whyUnsafe({ architecture, limits, runtimes, security }: EngineFacts, runtime: string): string | undefined {
  if (!isArchitecture(architecture)) return `There is no profile of system calls for ${architecture}.`;
  if (!limits.memory || !limits.pids || !limits.cpu) {
    const missing = Object.entries(limits).flatMap(([name, isThere]) => (isThere ? [] : [name]));
    return `Docker cannot limit ${missing.join(', ')} here.`;
  }
  if (runtime === 'runsc' && !runtimes.includes('runsc')) return 'Docker has no runtime runsc.';
  if (!security.some((option) => option.startsWith('name=seccomp'))) return 'Docker cannot filter system calls here.';
  return undefined;
}
