/** Builds images on the engine that runs sandboxes. The steps of a build are Docker's own containers, and no sandbox. */
import type { World } from '../base/world.ts';
import type { CoreValues } from '../config/index.ts';
import { pack } from './archive.ts';
import { failureOf } from './container.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { DockerStepError, failure, failureIn, type SandboxFailure } from './failure.ts';
import { parseImage } from './images.ts';
import type { PutFile } from './port.ts';

export interface BuildRequest {
  tag: string;
  /** Base image: one that `execution.allowed_images` matches. */
  base: string;
  dockerfile(base: string): string;
  files: readonly PutFile[];
}

export interface BuiltImage {
  ok: true;
  id: string;
}

/** Every failure that is not a bug is a value. */
export interface ImageBuilder {
  find(
    reference: string,
  ): Promise<(BuiltImage & { labels: Readonly<Record<string, string>> }) | undefined | SandboxFailure>;
  /**
   * Builds it; the image that had the name before stays, without one. `isFresh`: every step is made anew. Rejects with
   * the signal's reason.
   */
  build(
    request: BuildRequest,
    options?: { signal?: AbortSignal; isFresh?: boolean; onText?: (text: string) => void },
  ): Promise<BuiltImage | SandboxFailure>;
  /** Removes what has no name and all of these labels, `name=value`, unless it is in use or `keptId`. */
  clean(labels: readonly string[], keptId: string | undefined): Promise<void>;
  /** Removes an image, unless it is in use; undefined: it is not there any more, or will be gone with what uses it. */
  remove(id: string): Promise<SandboxFailure | undefined>;
  close(): Promise<void>;
}

export function openBuilder(options: EngineOptions, world: Pick<World, 'env'>): ImageBuilder {
  const engine = new Engine(options, world);
  const { execution } = options;
  const find: ImageBuilder['find'] = async (reference) => {
    const off = whyOff(options);
    if (off) return off;
    try {
      const image = await engine.find(reference);
      return image && { ok: true, id: image.id, labels: image.labels };
    } catch (error) {
      return failureIn(error) ?? failureOf(error);
    }
  };
  return {
    find,
    async build({ tag, base, dockerfile, files }, { signal, isFresh = false, onText } = {}) {
      const off = whyOff(options);
      if (off) return off;
      if (!parseImage(tag)) return failure('SANDBOX_INPUT', `An image cannot be called ${JSON.stringify(tag)}.`);
      try {
        const { docker } = await engine.openConnection();
        const { id: from } = await engine.image(base, signal);
        const { network } = execution.build;
        const once = async () => {
          const context = pack([{ path: 'Dockerfile', content: dockerfile(from) }, ...files], 0);
          if ('ok' in context) return context;
          return { ok: true, id: await docker.build({ tag, context, network, isFresh, onText }, signal) } as const;
        };
        return await once().catch((error: unknown) => {
          if (!isLayerLost(error)) throw error;
          return once();
        });
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        return failureIn(error) ?? unbuilt(tag, error);
      }
    },
    async remove(id) {
      const off = whyOff(options);
      if (off) return off;
      try {
        const { docker } = await engine.openConnection();
        await docker.removeImage(id);
        return undefined;
      } catch (error) {
        return failureIn(error) ?? failureOf(error);
      }
    },
    async clean(labels, keptId) {
      try {
        const { docker } = await engine.openConnection();
        for (const id of await docker.unnamedImages(labels)) if (id !== keptId) await docker.removeImage(id);
      } catch {
        // A leftover image takes room and nothing else; the next build tries again.
      }
    },
    close: () => engine.close(),
  };
}

function whyOff({ execution }: EngineOptions): SandboxFailure | undefined {
  return execution.enabled ? undefined : failure('SANDBOX_OFF', 'Running code is switched off.');
}

/** True if a layer taken from the cache was removed during the build, with the image of another one that had it. */
function isLayerLost(error: unknown): boolean {
  return error instanceof DockerStepError && error.message.includes('unknown parent image');
}

function unbuilt(tag: string, error: unknown): SandboxFailure {
  if (!(error instanceof DockerStepError)) return failureOf(error);
  const why = error.message.replace(/\s+/g, ' ').trim();
  return failure('SANDBOX_ENGINE', `${tag} cannot be built: ${why}`, 'Look at what was written before it.');
}

export interface ImageRequest {
  tag: string;
  /** The content of the Dockerfile, which names its base; there is no other file. */
  dockerfile: string;
  signal?: AbortSignal;
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
    const { docker } = await engine.openConnection();
    await docker.build({ tag, context, network: execution.build.network, isFresh: false, onText }, signal);
    return { ok: true };
  } catch (error) {
    signal?.throwIfAborted();
    return failureIn(error) ?? (error instanceof DockerStepError ? unbuiltBuild(tag, error) : failureOf(error));
  } finally {
    await engine.close();
  }
}

function unbuiltBuild(tag: string, { message }: Error): SandboxFailure {
  const why = message.replace(/\s+/g, ' ').trim();
  const remedy = 'Look at what the build printed; Docker needs the base image, and a way to its packages.';
  return failure('SANDBOX_IMAGE', `The image ${tag} cannot be built: ${why}`, remedy);
}
