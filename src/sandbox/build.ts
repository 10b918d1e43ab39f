import type { World } from '../base/world.ts';
import type { CoreValues } from '../config/index.ts';
import { pack } from './archive.ts';
import { failureOf } from './container.ts';
import { DockerStepError } from './docker-call.ts';
import { Engine } from './engine.ts';
import { failure, failureIn, type SandboxFailure } from './failure.ts';
import { parseImage } from './images.ts';

export interface ImageRequest {
  tag: string;
  /** The content of the Dockerfile, which names its base; there is no other file. */
  dockerfile: string;
  signal?: AbortSignal;
  /** Gets what the build prints. */
  onText?(text: string): void;
}

/** Builds an image of the owner's choice: neither `execution.enabled` nor `execution.allowed_images` is asked. */
export async function buildImage(
  execution: CoreValues['execution'],
  world: Pick<World, 'env'>,
  { tag, dockerfile, signal, onText }: ImageRequest,
): Promise<{ ok: true } | SandboxFailure> {
  if (!parseImage(tag)) return failure('SANDBOX_IMAGE_REFUSED', `${JSON.stringify(tag.slice(0, 200))} names no image.`);
  const context = pack([{ path: 'Dockerfile', content: dockerfile }], 0);
  if ('ok' in context) return context;
  const engine = new Engine({ execution }, world);
  try {
    const { docker } = await engine.connected();
    await docker.build({ tag, context, network: execution.build.network, isFresh: false, onText }, signal);
    return { ok: true };
  } catch (error) {
    signal?.throwIfAborted();
    return failureIn(error) ?? (error instanceof DockerStepError ? unbuilt(tag, error) : failureOf(error));
  } finally {
    await engine.close();
  }
}

function unbuilt(tag: string, { message }: Error): SandboxFailure {
  const why = message.replace(/\s+/g, ' ').trim();
  const remedy = 'Look at what the build printed; Docker needs the base image, and a way to its packages.';
  return failure('SANDBOX_IMAGE', `The image ${tag} cannot be built: ${why}`, remedy);
}
