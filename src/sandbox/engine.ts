/** The engine that the configuration names, and which of its images may be used. */

import type { World } from '../base/world.ts';
import type { CoreValues } from '../config/index.ts';
import { type Docker, DockerError, dockerAt, type EngineFacts, type ImageFacts } from './docker.ts';
import { parseEndpoint } from './endpoint.ts';
import { errorOfFailure, failure } from './failure.ts';
import { allowsImage, parseImage } from './images.ts';
import { type Architecture, isArchitecture } from './seccomp.ts';

export interface EngineOptions {
  execution: CoreValues['execution'];
  /** True if coda built the image with this id; such an image is allowed without a pattern. */
  isOwnImage?(id: string): Promise<boolean>;
  patienceMs?: number;
}

export interface EngineConnection {
  docker: Docker;
  facts: EngineFacts & { architecture: Architecture };
}

const ID = /^sha256:[0-9a-f]{64}$/;

/** Every call rejects with a failure (`failureIn`), a `DockerError` or the signal's reason. */
export class Engine {
  private readonly options: EngineOptions;
  private readonly world: Pick<World, 'env'>;
  private readonly images = new Map<string, ImageFacts>();
  private connection: Promise<EngineConnection> | undefined;
  private readonly closing = new AbortController();

  constructor(options: EngineOptions, world: Pick<World, 'env'>) {
    this.options = options;
    this.world = world;
  }

  /** Connects once; after a failure the next call tries again. */
  openConnection(): Promise<EngineConnection> {
    this.connection ??= this.connect().catch((error: unknown) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  /** Resolved once: a tag that is moved meanwhile changes nothing until the image is gone. */
  async image(reference: string, signal?: AbortSignal): Promise<ImageFacts> {
    const { docker, facts } = await this.openConnection();
    const { execution, isOwnImage } = this.options;
    const refuse = () =>
      errorOfFailure(
        failure('SANDBOX_IMAGE_REFUSED', `The image ${JSON.stringify(reference.slice(0, 200))} is not allowed.`),
      );
    const isId = ID.test(reference);
    if (!isId && !parseImage(reference)) throw refuse();
    const isAllowed = !isId && allowsImage(execution.allowed_images, reference);
    if (!isAllowed && !isOwnImage) throw refuse();
    let image = this.images.get(reference) ?? (await this.find(reference, signal));
    if (!image && isAllowed && execution.pull) image = await pullImage(docker, reference, facts.architecture, signal);
    if (!isAllowed && !(image && (await isOwnImage?.(image.id)))) throw refuse();
    if (!image) throw errorOfFailure(failure('SANDBOX_IMAGE', `Docker has no image ${reference}.`));
    if (image.architecture !== '' && image.architecture !== facts.architecture) {
      throw errorOfFailure(
        failure(
          'SANDBOX_IMAGE',
          `The image ${reference} is for ${image.architecture}, and Docker runs on ${facts.architecture}.`,
        ),
      );
    }
    this.images.set(reference, image);
    return image;
  }

  /** The image as Docker has it now, allowed or not; undefined where it has none. */
  async find(reference: string, signal?: AbortSignal): Promise<ImageFacts | undefined> {
    const { docker } = await this.openConnection();
    try {
      return await docker.image(reference, signal);
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return undefined;
      throw error;
    }
  }

  forget(reference: string): void {
    this.images.delete(reference);
  }

  async close(): Promise<void> {
    // Callers that wait for an engine that does not answer are released.
    this.closing.abort(new DockerError('coda is ending'));
    (await this.connection?.catch(() => undefined))?.docker.close();
  }

  private async connect(): Promise<EngineConnection> {
    const { execution, patienceMs } = this.options;
    const endpoint = parseEndpoint(execution.docker_socket, execution.docker_tls !== undefined);
    if (typeof endpoint === 'string')
      throw errorOfFailure(failure('SANDBOX_UNREACHABLE', `execution.docker_socket: ${endpoint}.`));
    const { SSH_AUTH_SOCK: agent, HOME: home } = this.world.env;
    const docker = await dockerAt(endpoint, { keys: execution.docker_tls, ssh: { agent, home }, patienceMs });
    const facts = await docker.facts(this.closing.signal);
    const unsafe = whyUnsafe(facts, execution.runtime);
    if (unsafe) throw errorOfFailure(failure('SANDBOX_UNSAFE', unsafe));
    return { docker, facts: facts as EngineConnection['facts'] };
  }
}

async function pullImage(docker: Docker, reference: string, architecture: string, signal: AbortSignal | undefined) {
  try {
    await docker.pull(reference, `linux/${architecture}`, signal);
    return await docker.image(reference, signal);
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    throw errorOfFailure(failure('SANDBOX_IMAGE', `The image ${reference} cannot be pulled: ${error.message}`));
  }
}

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
